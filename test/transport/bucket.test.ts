import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createBucket } from "../../src/transport/bucket.ts";

describe("the bucket of a connection", () => {
  it("never lets more through than allowed in any window of that length", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 200 }), (steps) => {
        let at = 1_000;
        const bucket = createBucket({ requests: 5, perMs: 1_000, concurrent: 1 }, () => at);
        const passed: number[] = [];
        for (const step of steps) {
          at += step;
          if (bucket.take() === 0) passed.push(at);
        }
        for (const start of passed) {
          expect(passed.filter((time) => time >= start && time < start + 1_000).length).toBeLessThanOrEqual(5);
        }
      }),
    );
  });

  it("says exactly when the next one may go", () => {
    let at = 0;
    const bucket = createBucket({ requests: 2, perMs: 1_000, concurrent: 1 }, () => at);
    expect(bucket.take()).toBe(0);
    at = 400;
    expect([bucket.take(), bucket.take()]).toEqual([0, 600]);
    at = 999;
    expect(bucket.take()).toBe(1);
    at = 1_000;
    expect(bucket.take()).toBe(0);
  });

  it("stays empty until the platform's pause is over", () => {
    let at = 0;
    const bucket = createBucket({ requests: 10, perMs: 1_000, concurrent: 1 }, () => at);
    bucket.emptyUntil(7_000);
    bucket.emptyUntil(3_000);
    expect(bucket.take()).toBe(7_000);
    at = 7_000;
    expect(bucket.take()).toBe(0);
  });

  it("holds the number of open connections, in order, and turns away a crowd", async () => {
    const bucket = createBucket({ requests: 10, perMs: 1_000, concurrent: 2, waitingMax: 2 }, () => 0);
    const first = await bucket.enter();
    await bucket.enter();
    const order: number[] = [];
    const entering = async (name: number): Promise<(() => void) | null> => {
      const leave = await bucket.enter();
      order.push(name);
      return leave;
    };
    const third = entering(3);
    const fourth = entering(4);
    expect(await bucket.enter()).toBeNull();
    first?.();
    first?.();
    (await third)?.();
    (await fourth)?.();
    expect(order).toEqual([3, 4]);
    expect(await bucket.enter()).not.toBeNull();
  });

  it("gives a place back only once, however often it is asked", async () => {
    const bucket = createBucket({ requests: 10, perMs: 1_000, concurrent: 1, waitingMax: 0 }, () => 0);
    const leave = await bucket.enter();
    leave?.();
    leave?.();
    expect(await bucket.enter()).not.toBeNull();
    expect(await bucket.enter()).toBeNull();
  });
});

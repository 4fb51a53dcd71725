// Many orders at once: one order is worked serially, orders do not wait for each other, and six calls are the most.
import { beforeEach, describe, expect, it } from "vitest";
import { expectInStep, forgetHealth, HOUR, MINUTE, place, SLOW, send, twins } from "../kit/faults.ts";
import { virtual } from "../kit/virtual.ts";
import { makeWorld } from "../kit/world.ts";

describe("at once", () => {
  beforeEach(forgetHealth);

  it("an order placed while a call for another one hangs is read at once", SLOW, async () => {
    const world = await makeWorld();
    await world.advance(MINUTE);
    const next = virtual.fetch;
    const read: string[] = [];
    let letGo: () => void = () => undefined;
    const hanging = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    let hung: (() => void) | null = null;
    const isHanging = new Promise<void>((resolve) => {
      hung = resolve;
    });
    virtual.fetch = async (request) => {
      read.push(request.url);
      if (request.url.includes("newCustomerSubmit") && hung) {
        hung();
        hung = null;
        await hanging;
        throw new TypeError("Network connection lost.");
      }
      return next(request);
    };
    place(world, "H-1");
    const working = world.settle();
    await isHanging;
    const { orderId } = place(world, "H-2");
    for (const { webhook } of world.network.pending()) await send(webhook);
    // The read of the second order ends while the first one's call still hangs.
    await until(async () => (await world.api("GET", `/orders?query=${orderId}`)).body.items.length === 1);
    expect(read.some((url) => url.endsWith(`/orders/${orderId}`))).toBe(true);
    letGo();
    await working;
    await world.advance(HOUR);
    await expectInStep(world, "H-1", {}, "open");
    await expectInStep(world, "H-2", {}, "open");
  });

  twins("twenty orders at once keep within six calls, and within what each platform allows", async (world) => {
    const next = virtual.fetch;
    const now = { all: 0, specter: 0, qliro: 0 };
    const most = { all: 0, specter: 0, qliro: 0 };
    virtual.fetch = async (request) => {
      const platform = request.url.includes("specter") ? "specter" : "qliro";
      for (const key of ["all", platform] as const) {
        now[key] += 1;
        most[key] = Math.max(most[key], now[key]);
      }
      // Others get their turn while this call is on its way.
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
      try {
        return await next(request);
      } finally {
        for (const key of ["all", platform] as const) now[key] -= 1;
      }
    };
    const references = Array.from({ length: 20 }, (_, index) => `M-${index + 1}`);
    for (const reference of references) place(world, reference);
    await Promise.all(world.network.pending().map(({ webhook }) => send(webhook)));
    await world.advance(HOUR);
    for (const reference of references) {
      const found = world.control("specter", { do: "show", externalOrderNo: reference });
      expect(found.order.externalOrderNo).toBe(reference);
    }
    expect(world.control("specter", { do: "show" }).orders).toHaveLength(20);
    expect(most.all).toBeLessThanOrEqual(6);
    expect(most.qliro).toBeGreaterThan(1);
    // The limits of src/connectors/*/index.ts: Specter one at a time, Qliro four.
    expect(most.specter).toBe(1);
    expect(most.qliro).toBeLessThanOrEqual(4);
  });

  twins("many webhooks about one order never have two calls for it on the way", async (world) => {
    const next = virtual.fetch;
    let now = 0;
    let most = 0;
    const { orderId } = place(world, "O-1");
    virtual.fetch = async (request) => {
      now += 1;
      most = Math.max(most, now);
      for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
      try {
        return await next(request);
      } finally {
        now -= 1;
      }
    };
    const [push] = world.network.pending();
    if (!push) throw new Error("no push went out");
    const body = (index: number) => ({ ...JSON.parse(push.webhook.body), Timestamp: `2030-01-15T09:00:${10 + index}` });
    await world.advance(MINUTE);
    most = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => send({ ...push.webhook, body: JSON.stringify(body(index)) })),
    );
    await world.settle();
    expect(most).toBe(1);
    await world.advance(MINUTE);
    await expectInStep(world, "O-1", {}, "open");
    expect((await world.api("GET", `/orders?query=${orderId}`)).body.items).toHaveLength(1);
  });
});

/** Lets the others run until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) {
    if (await isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  throw new Error("it never came");
}

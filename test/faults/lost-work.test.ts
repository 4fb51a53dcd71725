// Work lost behind the object's back: alarms, processes in the middle of a call, batches, triggers, a broken order.
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  alarmOf,
  expectInStep,
  forgetHealth,
  HOUR,
  invoice,
  MINUTE,
  named,
  noteCalls,
  objectOf,
  place,
  SLOW,
  send,
  stubOf,
  TOTAL,
  twins,
} from "../kit/faults.ts";
import { virtual } from "../kit/virtual.ts";
import { KILLED, makeWorld, type World } from "../kit/world.ts";

async function opened(world: World, reference: string): Promise<void> {
  place(world, reference);
  await world.advance(MINUTE);
  await expectInStep(world, reference, {}, "open");
}

const loseAlarm = (world: World) => runInDurableObject(stubOf(world), (_, state) => state.storage.deleteAlarm());

describe("a lost alarm", () => {
  twins("is found by the hourly sweep", async (world) => {
    await world.advance(MINUTE);
    place(world, "A-1");
    for (const { webhook } of world.network.pending()) expect((await send(webhook)).status).toBe(200);
    await loseAlarm(world);
    expect(await alarmOf(world)).toBeNull();
    expect(await objectOf(world).sweep()).toMatchObject({ armed: true });
    await world.advance(MINUTE);
    await expectInStep(world, "A-1", {}, "open");
  });

  twins("is found by the clock's own tick", async (world) => {
    await world.advance(MINUTE);
    place(world, "A-2");
    for (const { webhook } of world.network.pending()) await send(webhook);
    await loseAlarm(world);
    virtual.now += 10 * MINUTE;
    await world.tick();
    await world.settle();
    await world.advance(MINUTE);
    await expectInStep(world, "A-2", {}, "open");
  });

  twins("that stands is left as it is by the sweep", async (world) => {
    await opened(world, "A-3");
    const before = await alarmOf(world);
    expect(await objectOf(world).sweep()).toEqual({ armed: false, overdue: 0 });
    expect(await alarmOf(world)).toBe(before);
  });
});

/** Kills the object at random calls, eight times: before the platform sees the call, or before its answer is read. */
function killing(world: World, when: "before" | "after"): { left: number } {
  const next = virtual.fetch;
  const kills = { left: 8 };
  virtual.fetch = async (request) => {
    if (kills.left === 0 || virtual.random() < 0.5) return next(request);
    kills.left -= 1;
    if (when === "after") await next(request);
    await runInDurableObject(stubOf(world), (_, state) => state.abort(KILLED)).catch(() => undefined);
    throw new TypeError("nobody is there to hear this");
  };
  return kills;
}

describe("a process killed", () => {
  it.each(["before", "after"] as const)("%s a call, again and again, ends in the right books", SLOW, async (when) => {
    await forgetHealth();
    const world = await makeWorld({ seed: 7 });
    await world.advance(MINUTE);
    const kills = killing(world, when);
    place(world, "K-1");
    await world.advance(30 * MINUTE);
    invoice(world, "K-1");
    await world.advance(30 * MINUTE);
    world.control("qliro", { do: "refund", reference: "K-1", rows: [{ reference: "SKU-1" }] });
    await world.advance(HOUR);
    expect(kills.left).toBe(0);
    await expectInStep(world, "K-1", { captured: TOTAL, refunded: 37_550 }, "partly_refunded");
  });
});

describe("the change feed", () => {
  const OFTEN = { specterSettings: { pollMinutes: 10 } };

  twins(
    "tells of a change whose triggers were lost",
    async (world) => {
      await opened(world, "F-1");
      world.network.faults("specter", { kind: "lose", match: "GET *", times: null });
      invoice(world, "F-1");
      await world.advance(30 * MINUTE);
      await expectInStep(world, "F-1", { captured: TOTAL }, "invoiced");
    },
    OFTEN,
  );

  for (const action of ["getOrdersExternalNeedUpdate", "updateOrdersFromBatch"])
    twins(
      `loses nothing when the answer of ${action} is lost`,
      async (world) => {
        await opened(world, "F-2");
        world.network.faults("specter", { kind: "lose", match: "GET *", times: null });
        world.network.faults("specter", { kind: "drop_after", match: action });
        const calls = noteCalls();
        world.control("specter", { do: "cancel", externalOrderNo: "F-2" });
        await world.advance(40 * MINUTE);
        expect(named(calls, action).length).toBeGreaterThan(1);
        await expectInStep(world, "F-2", { released: TOTAL }, "cancelled");
      },
      OFTEN,
    );

  twins(
    "is taken up again when a batch of before is still open",
    async (world) => {
      await opened(world, "F-3");
      world.network.faults("specter", { kind: "lose", match: "GET *", times: null });
      world.network.faults("specter", { kind: "drop_before", match: "updateOrdersFromBatch", times: 3 });
      world.network.faults("specter", { kind: "drop_after", match: "getOrdersExternalNeedUpdate", times: 2 });
      world.control("specter", { do: "cancel", externalOrderNo: "F-3" });
      await world.advance(2 * HOUR);
      await expectInStep(world, "F-3", { released: TOTAL }, "cancelled");
      // And the feed goes on afterwards.
      await opened(world, "F-4");
      world.control("specter", { do: "cancel", externalOrderNo: "F-4" });
      await world.advance(30 * MINUTE);
      await expectInStep(world, "F-4", { released: TOTAL }, "cancelled");
    },
    OFTEN,
  );
});

describe("a defect of ours", () => {
  twins("about one order stops neither the others nor the object, and is over when it is mended", async (world) => {
    await opened(world, "X-1");
    const sql = <T>(query: string, ...bindings: unknown[]) =>
      runInDurableObject(stubOf(world), (_, state) => state.storage.sql.exec(query, ...bindings).toArray() as T[]);
    const [kept] = await sql<{ document: string }>("SELECT document FROM orders");
    await sql("UPDATE orders SET document = '{}'");
    invoice(world, "X-1");
    // It would never settle if the object tried again without a pause.
    await world.advance(20 * MINUTE);
    await madeThere(world, "X-2");
    await sql("UPDATE orders SET document = ? WHERE document = '{}'", kept?.document);
    await world.advance(HOUR);
    await expectInStep(world, "X-1", { captured: TOTAL }, "invoiced");
  });
});

async function madeThere(world: World, reference: string): Promise<void> {
  place(world, reference);
  await world.advance(MINUTE);
  expect(world.control("specter", { do: "show", externalOrderNo: reference }).order.externalOrderNo).toBe(reference);
}

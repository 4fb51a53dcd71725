// Platforms that are away, busy or slow: what they ask for is obeyed, everything goes through when they are back.
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import {
  command,
  DAY,
  erpOrders,
  expectInStep,
  expectQuiet,
  forgetHealth,
  HOUR,
  invoice,
  MINUTE,
  named,
  noteCalls,
  place,
  SECOND,
  stubOf,
  TOTAL,
  twins,
} from "../kit/faults.ts";
import { virtual } from "../kit/virtual.ts";
import { makeWorld, type World } from "../kit/world.ts";

async function opened(world: World, reference: string): Promise<void> {
  place(world, reference);
  await world.advance(MINUTE);
  await expectInStep(world, reference, {}, "open");
}

describe("Retry-After", () => {
  twins("Specter's is obeyed to the millisecond by everything of the connection", async (world) => {
    await world.advance(MINUTE);
    world.network.faults("specter", {
      kind: "status",
      match: "newCustomerSubmit",
      status: 429,
      retryAfterSeconds: 300,
    });
    const calls = noteCalls();
    place(world, "R-1");
    await world.settle();
    const refused = calls.find((call) => call.status === 429);
    expect(refused?.name).toBe("newCustomerSubmit");
    // Another order wants to be made meanwhile.
    await world.advance(10 * SECOND);
    place(world, "R-2");
    await world.advance(HOUR);
    const later = calls.filter(
      (call) => call.platform === "specter" && call !== refused && call.at >= (refused?.at ?? 0),
    );
    expect(Math.min(...later.map((call) => call.at))).toBeGreaterThanOrEqual((refused?.at ?? 0) + 300 * SECOND);
    await expectInStep(world, "R-1", {}, "open");
    await expectInStep(world, "R-2", {}, "open");
  });

  twins("Qliro's is obeyed to the millisecond by everything of the connection", async (world) => {
    await opened(world, "R-3");
    world.network.faults("qliro", { kind: "status", match: "MarkItemsAsShipped", status: 429, retryAfterSeconds: 200 });
    const calls = noteCalls();
    invoice(world, "R-3");
    await world.settle();
    await world.advance(11 * MINUTE);
    const refused = calls.find((call) => call.status === 429);
    if (!refused) throw new Error("the capture was not tried");
    const later = calls.filter((call) => call.platform === "qliro" && call !== refused && call.at >= refused.at);
    expect(Math.min(...later.map((call) => call.at))).toBeGreaterThanOrEqual(refused.at + 200 * SECOND);
    await expectInStep(world, "R-3", { captured: TOTAL }, "invoiced");
  });

  twins("a look-up obeys it too", async (world) => {
    world.network.faults("specter", { kind: "drop_after", match: "newOrderSubmit" });
    world.network.faults("specter", { kind: "status", match: "getOrder", status: 503, retryAfterSeconds: 240 });
    const calls = noteCalls();
    place(world, "R-4");
    await world.advance(HOUR);
    const [refused, next] = calls.filter((call) => call.name === "getOrder");
    expect((next?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(240 * SECOND);
    await expectInStep(world, "R-4", {}, "open");
  });
});

describe("an outage", () => {
  twins("of an hour, of both platforms, loses nothing and hammers nobody", async (world) => {
    await opened(world, "D-1");
    world.network.faults("specter", { kind: "status", status: 500, times: null });
    world.network.faults("qliro", { kind: "status", status: 500, times: null });
    const calls = noteCalls();
    for (const reference of ["D-2", "D-3", "D-4"]) place(world, reference);
    invoice(world, "D-1");
    await world.advance(HOUR);
    // The breaker asks rarely: a probe at 30 s, 1, 2, 4, 8 and then every 10 minutes, by whoever is first.
    for (const platform of ["qliro", "specter"])
      expect(calls.filter((call) => call.platform === platform).length, platform).toBeLessThan(40);
    world.network.faults("specter").length = 0;
    world.network.faults("qliro").length = 0;
    await world.advance(2 * HOUR);
    for (const reference of ["D-2", "D-3", "D-4"]) await expectInStep(world, reference, {}, "open");
    await expectInStep(world, "D-1", { captured: TOTAL }, "invoiced");
    expect(named(calls, "newOrderSubmit").filter((call) => call.status === 200)).toHaveLength(3);
  });

  twins("of one call alone, while questions are answered, is tried ever more rarely", async (world) => {
    world.network.faults("specter", { kind: "status", match: "newOrderSubmit", status: 500, times: null });
    const calls = noteCalls();
    place(world, "D-5");
    await world.advance(HOUR);
    const tries = named(calls, "newOrderSubmit").length;
    expect(tries).toBeGreaterThan(5);
    expect(tries).toBeLessThan(30);
    world.network.faults("specter").length = 0;
    await world.advance(3 * HOUR);
    await expectInStep(world, "D-5", {}, "open");
  });

  twins("opens the breaker, which people see, and closes it by one probe", async (world) => {
    world.network.faults("specter", { kind: "status", status: 500, times: null });
    const breaker = async () =>
      (await world.api("GET", "/state")).body.connections.find((each: { id: string }) => each.id === world.specter)
        ?.breaker;
    for (const reference of ["D-6", "D-7"]) place(world, reference);
    await world.advance(2 * MINUTE);
    const calls = noteCalls();
    await world.advance(20 * SECOND);
    expect(calls.filter((call) => call.platform === "specter").length).toBeLessThanOrEqual(1);
    world.network.faults("specter").length = 0;
    await world.advance(HOUR);
    expect(await breaker()).toBe("closed");
    await expectInStep(world, "D-6", {}, "open");
    await expectInStep(world, "D-7", {}, "open");
  });

  twins(
    "in which Specter says that it is busy ends by itself",
    async (world) => {
      world.control("specter", { do: "busy", times: 12 });
      place(world, "D-8");
      await world.advance(6 * HOUR);
      await expectInStep(world, "D-8", {}, "open");
    },
    { specterSettings: { pollMinutes: 60 } },
  );
});

describe("giving up", () => {
  /** Polls and sweeps of two weeks would take the test's time and show nothing. */
  const withoutTimedJobs = (world: World) =>
    runInDurableObject(stubOf(world), (_, state) => void state.storage.sql.exec("DELETE FROM jobs"));

  it.each([
    ["the answer is lost", { kind: "drop_before", match: "newOrderSubmit", times: null }],
    ["the platform asks to wait", { kind: "status", status: 429, match: "newOrderSubmit", times: null }],
  ] as const)(
    "comes after 50 tries and 8 days, not before, when %s; then retry works",
    { timeout: 120_000 },
    async (_, fault) => {
      await forgetHealth();
      const world = await makeWorld();
      world.network.faults("specter", fault);
      await withoutTimedJobs(world);
      const calls = noteCalls();
      const start = virtual.now;
      place(world, "G-1");
      await world.advance(8 * DAY - HOUR);
      expect((await command(world, "create_order")).state).not.toBe("parked");
      for (let day = 0; day < 12 && (await command(world, "create_order")).state !== "parked"; day += 1)
        await world.advance(DAY);
      const given = await command(world, "create_order");
      expect(given).toMatchObject({ state: "parked", problem: { code: "RETRIES_EXHAUSTED" } });
      expect(given.attempts).toBeGreaterThanOrEqual(50);
      expect(virtual.now - start).toBeLessThan(16 * DAY);
      expect(named(calls, "newOrderSubmit").length).toBeLessThan(70);
      expect((await world.order("G-1")).status).toBe("attention");

      // The button: a round of its own, which may fail as well and is not given up at once.
      expect((await world.api("POST", `/commands/${given.id}/retry`)).status).toBe(200);
      await world.advance(DAY);
      expect((await command(world, "create_order")).state).not.toBe("parked");
      world.network.faults("specter").length = 0;
      await world.advance(DAY);
      await expectInStep(world, "G-1", {}, "open");
      expect(erpOrders(world, "G-1")).toHaveLength(1);
      await expectQuiet(world);
    },
  );
});

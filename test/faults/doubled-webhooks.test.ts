// Webhooks doubled, shuffled, late and lost: whatever arrives however often, each order is made once.
import { describe, expect } from "vitest";
import {
  effects,
  expectInStep,
  HOUR,
  invoice,
  MINUTE,
  named,
  noteCalls,
  place,
  send,
  TOTAL,
  twins,
} from "../kit/faults.ts";
import { virtual } from "../kit/virtual.ts";

describe("doubled webhooks", () => {
  twins("the same push ten times at once makes one order", async (world) => {
    place(world, "D-1");
    const [push] = world.network.pending();
    if (!push) throw new Error("no push went out");
    const calls = noteCalls();
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(push.webhook)));
    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    await world.advance(HOUR);
    expect(named(calls, "newOrderSubmit")).toHaveLength(1);
    // Ten by hand and one by the platform's own schedule, of one event; the other is the authorisation.
    expect((await world.api("GET", "/state")).body.webhooks).toMatchObject({ received: 2, duplicate: 10 });
    await expectInStep(world, "D-1", {}, "open");
  });

  twins("the same push ten times at once while the object works makes one order", async (world) => {
    place(world, "D-2");
    const [push] = world.network.pending();
    if (!push) throw new Error("no push went out");
    const calls = noteCalls();
    await Promise.all([...Array.from({ length: 10 }, () => send(push.webhook)), world.settle()]);
    await world.advance(HOUR);
    expect(named(calls, "newOrderSubmit")).toHaveLength(1);
    await expectInStep(world, "D-2", {}, "open");
  });

  twins("webhooks shuffled, doubled, lost and late end in the same books", async (world) => {
    const calls = noteCalls();
    const references = ["S-1", "S-2", "S-3"];
    const mix = async (ms: number) => {
      const until = virtual.now + ms;
      while (virtual.now < until) {
        await world.network.deliver(send, { order: "shuffled", duplicate: 0.5, lose: 0.3 });
        // The object works with what came; the rest comes later, in another order.
        await world.network.deliver(send, { order: "shuffled", duplicate: 0.5, lose: 0.3, early: true });
        await world.advance(10 * MINUTE);
      }
    };
    world.network.faults("qliro", { kind: "reorder", withinMs: 20 * MINUTE, times: null });
    world.network.faults("specter", { kind: "duplicate", copies: 3, times: null });
    for (const reference of references) place(world, reference);
    await mix(HOUR);
    for (const reference of references) invoice(world, reference);
    await mix(HOUR);
    world.control("qliro", { do: "refund", reference: "S-2", rows: [{ reference: "SKU-1" }] });
    await mix(2 * HOUR);
    await expectInStep(world, "S-1", { captured: TOTAL }, "invoiced");
    await expectInStep(world, "S-2", { captured: TOTAL, refunded: 37_550 }, "partly_refunded");
    await expectInStep(world, "S-3", { captured: TOTAL }, "invoiced");
    expect(effects(calls).sort()).toEqual([
      ...Array(3).fill("MarkItemsAsShipped"),
      "newCreditInvoiceSubmit",
      ...Array(3).fill("newCustomerSubmit"),
      ...Array(3).fill("newOrderSubmit"),
    ]);
  });

  twins("a push that comes hours late changes nothing", async (world) => {
    world.network.faults("qliro", { kind: "delay", ms: 5 * HOUR, match: "POST *", times: null });
    place(world, "L-1");
    await world.advance(HOUR);
    expect((await world.api("GET", "/orders")).body.items).toEqual([]);
    await world.advance(5 * HOUR);
    await expectInStep(world, "L-1", {}, "open");
    invoice(world, "L-1");
    await world.advance(HOUR);
    const calls = noteCalls();
    await world.advance(6 * HOUR);
    expect(effects(calls)).toEqual([]);
    await expectInStep(world, "L-1", { captured: TOTAL }, "invoiced");
  });
});

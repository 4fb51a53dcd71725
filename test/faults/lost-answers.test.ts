// Calls whose answer never came: what happened is found out before anything is repeated.
import { describe, expect } from "vitest";
import {
  command,
  erpOrders,
  expectInStep,
  HOUR,
  invoice,
  MINUTE,
  named,
  noteCalls,
  place,
  TOTAL,
  twins,
  workLate,
} from "../kit/faults.ts";
import { virtual } from "../kit/virtual.ts";
import type { Json, World } from "../kit/world.ts";

describe("answers lost on their way from Specter", () => {
  twins("an order that Specter made without being heard is found, not made again", async (world) => {
    world.network.faults("specter", { kind: "drop_after", match: "newOrderSubmit" });
    const calls = noteCalls();
    place(world, "O-1");
    await world.advance(20 * MINUTE);
    expect(named(calls, "newOrderSubmit")).toHaveLength(1);
    await expectInStep(world, "O-1", {}, "open");
    expect(await command(world, "create_order")).toMatchObject({ state: "done", attempts: 1 });
  });

  twins("a customer that Specter made without being heard becomes one customer", async (world) => {
    world.network.faults("specter", { kind: "drop_after", match: "newCustomerSubmit" });
    place(world, "O-2");
    await world.advance(20 * MINUTE);
    await expectInStep(world, "O-2", {}, "open");
    expect(world.control("specter", { do: "show" }).customers).toHaveLength(1);
  });

  twins("an answer that is lost again and again still leaves one order", async (world) => {
    world.network.faults("specter", { kind: "drop_after", match: "newOrderSubmit", times: null });
    world.network.faults("specter", { kind: "drop_before", match: "getOrder", times: 4 });
    place(world, "O-3");
    await world.advance(6 * HOUR);
    await expectInStep(world, "O-3", {}, "open");
  });

  twins("Specter hangs and never hears of it: the order is made on a later try", async (world) => {
    world.network.faults("specter", { kind: "hang", match: "newOrderSubmit", times: 3 });
    const calls = noteCalls();
    place(world, "O-4");
    await world.advance(20 * MINUTE);
    expect(named(calls, "newOrderSubmit")).toHaveLength(4);
    await expectInStep(world, "O-4", {}, "open");
  });

  twins("Specter hangs and makes the order after it was looked up: the second try meets its own", async (world) => {
    workLate("newOrderSubmit", "getOrder");
    place(world, "O-5");
    await world.advance(20 * MINUTE);
    await expectInStep(world, "O-5", {}, "open");
    expect((await command(world, "create_order")).state).toBe("done");
  });

  twins("an answer cut off in the middle is looked up like none", async (world) => {
    world.network.faults("specter", { kind: "status", match: "newOrderSubmit", status: 200, body: "<html>oops" });
    place(world, "O-6");
    await world.advance(20 * MINUTE);
    await expectInStep(world, "O-6", {}, "open");
  });

  twins("a credit invoice that Specter made without being heard is not made again", async (world) => {
    await captured(world, "O-7");
    world.network.faults("specter", { kind: "drop_after", match: "newCreditInvoiceSubmit", times: 3 });
    world.control("qliro", { do: "refund", reference: "O-7", rows: [{ reference: "SKU-1" }] });
    await world.advance(40 * MINUTE);
    await expectInStep(world, "O-7", { captured: TOTAL, refunded: 37_550 }, "partly_refunded");
  });

  twins("an order looked up is never a stranger's of the same number", async (world) => {
    await captured(world, "O-8");
    world.network.faults("specter", { kind: "drop_before", match: "newOrderSubmit" });
    place(world, "O-9");
    await world.advance(20 * MINUTE);
    expect(erpOrders(world, "O-8")[0].orderNo).not.toBe(erpOrders(world, "O-9")[0].orderNo);
  });
});

/** The first capture finds its RequestId used, as after a call of which nothing else is left. */
function useUpRequestId(world: World): void {
  const next = virtual.fetch;
  let done = false;
  virtual.fetch = async (request) => {
    if (!done && request.url.includes("MarkItemsAsShipped")) {
      done = true;
      const sent: Json = await request.clone().json();
      const snapshot: Json = world.network.snapshot();
      const { requestIds } = snapshot.platforms.qliro.truth.accounts.KAFFE_SE;
      requestIds[sent.RequestId.toLowerCase()] = virtual.now + HOUR;
      world.network.restore(snapshot);
    }
    return next(request);
  };
}

async function captured(world: World, reference: string): Promise<void> {
  place(world, reference);
  await world.advance(MINUTE);
  invoice(world, reference);
  await world.advance(20 * MINUTE);
  await expectInStep(world, reference, { captured: TOTAL }, "invoiced");
}

async function opened(world: World, reference: string): Promise<void> {
  place(world, reference);
  await world.advance(MINUTE);
  await expectInStep(world, reference, {}, "open");
}

const SWITCHES = [
  { requestIdKept: "every_call", actionsAppear: "on_success" },
  { requestIdKept: "accepted_calls", actionsAppear: "on_acceptance" },
] as const;

describe.each(SWITCHES)("answers lost on their way from Qliro ($requestIdKept, $actionsAppear)", (switches) => {
  twins("a capture that Qliro took without being heard is made once", async (world) => {
    world.control("qliro", { do: "set", switches: { ...switches, outcomeDelayMs: 20_000 } });
    await opened(world, "C-1");
    world.network.faults("qliro", { kind: "drop_after", match: "MarkItemsAsShipped" });
    invoice(world, "C-1");
    await world.advance(40 * MINUTE);
    await expectInStep(world, "C-1", { captured: TOTAL }, "invoiced");
  });

  twins("a RequestId that is denied though nothing was captured is exchanged for a new one", async (world) => {
    world.control("qliro", { do: "set", switches });
    await opened(world, "C-2");
    useUpRequestId(world);
    invoice(world, "C-2");
    await world.advance(30 * MINUTE);
    await expectInStep(world, "C-2", { captured: TOTAL }, "invoiced");
    expect((await command(world, "capture")).attempts).toBe(2);
  });

  twins("a capture that Qliro works late meets its own RequestId and is not made twice", async (world) => {
    world.control("qliro", { do: "set", switches });
    await opened(world, "C-3");
    workLate("MarkItemsAsShipped", "/orders/");
    invoice(world, "C-3");
    await world.advance(40 * MINUTE);
    await expectInStep(world, "C-3", { captured: TOTAL }, "invoiced");
  });

  twins("a refund and a cancellation that Qliro took without being heard are made once", async (world) => {
    world.control("qliro", { do: "set", switches: { ...switches, outcomeDelayMs: 20_000 } });
    await captured(world, "C-4");
    world.network.faults("qliro", { kind: "drop_after", match: "ReturnItems" });
    world.network.faults("qliro", { kind: "drop_after", match: "cancelOrder" });
    const [billed] = world.control("specter", { do: "show", externalOrderNo: "C-4" }).invoices;
    world.control("specter", {
      do: "credit",
      invoiceId: billed.invoiceId,
      rows: [{ articleNo: "SKU-1", quantity: 1 }],
    });
    await opened(world, "C-5");
    world.control("specter", { do: "cancel", externalOrderNo: "C-5" });
    await world.advance(40 * MINUTE);
    await expectInStep(world, "C-4", { captured: TOTAL, refunded: 37_550 }, "partly_refunded");
    await expectInStep(world, "C-5", { released: TOTAL }, "cancelled");
  });
});

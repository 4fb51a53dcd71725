// What we do at one platform is told to us by it and by the other: it never causes anything a second time.
import { describe, expect } from "vitest";
import {
  effects,
  expectInStep,
  HOUR,
  invoice,
  MINUTE,
  noteCalls,
  place,
  ROWS,
  send,
  TOTAL,
  twins,
} from "../kit/faults.ts";
import type { Json, World } from "../kit/world.ts";

async function captured(world: World, reference: string): Promise<void> {
  place(world, reference);
  await world.advance(MINUTE);
  invoice(world, reference);
  await world.advance(20 * MINUTE);
  await expectInStep(world, reference, { captured: TOTAL }, "invoiced");
}

const invoiceOf = (world: World, externalOrderNo: string): string =>
  world.control("specter", { do: "show", externalOrderNo }).invoices[0].invoiceId;

const creditHat = (world: World, reference: string): Json =>
  world.control("specter", {
    do: "credit",
    invoiceId: invoiceOf(world, reference),
    rows: [{ articleNo: "SKU-1", quantity: 1 }],
  });

const refundHat = (world: World, reference: string): Json =>
  world.control("qliro", { do: "refund", reference, rows: [{ reference: "SKU-1" }] });

/** Everything rings again, many times, as if each platform had just heard of everything. */
async function ringAll(world: World, reference: string): Promise<void> {
  const erp = world.control("specter", { do: "show", externalOrderNo: reference });
  const { orderNo } = erp.order;
  for (let round = 0; round < 3; round += 1) {
    world.control("specter", { do: "trigger", kind: "order_changed", orderNo });
    for (const { invoiceId } of erp.invoices)
      world.control("specter", { do: "trigger", kind: "invoice_created", orderNo, invoiceId });
    const webhooks = (await world.api("GET", "/webhooks?limit=100")).body.items as Json[];
    for (const { id } of webhooks.slice(0, 10))
      expect((await world.api("POST", `/webhooks/${id}/replay`)).status).toBeLessThan(300);
    await world.network.deliver(send, { duplicate: 1, order: "shuffled" });
    await world.advance(30 * MINUTE);
  }
}

describe("an effect of ours", () => {
  twins("a refund at Qliro becomes one credit invoice and no second refund", async (world) => {
    await captured(world, "E-1");
    const calls = noteCalls();
    refundHat(world, "E-1");
    await world.advance(HOUR);
    await ringAll(world, "E-1");
    expect(effects(calls)).toEqual(["newCreditInvoiceSubmit"]);
    await expectInStep(world, "E-1", { captured: TOTAL, refunded: 37_550 }, "partly_refunded");
  });

  twins("a credit invoice in Specter becomes one refund and no second credit invoice", async (world) => {
    await captured(world, "E-2");
    const calls = noteCalls();
    creditHat(world, "E-2");
    await world.advance(HOUR);
    await ringAll(world, "E-2");
    expect(effects(calls)).toEqual(["ReturnItems"]);
    await expectInStep(world, "E-2", { captured: TOTAL, refunded: 37_550 }, "partly_refunded");
  });

  twins("the hat refunded at Qliro while the parcel is credited in Specter becomes one of each", async (world) => {
    await captured(world, "E-3");
    const calls = noteCalls();
    refundHat(world, "E-3");
    world.control("specter", {
      do: "credit",
      invoiceId: invoiceOf(world, "E-3"),
      rows: [{ articleNo: "SHIP", quantity: 1 }],
    });
    await world.advance(HOUR);
    await ringAll(world, "E-3");
    expect(effects(calls).sort()).toEqual(["ReturnItems", "newCreditInvoiceSubmit"]);
    await expectInStep(world, "E-3", { captured: TOTAL, refunded: TOTAL }, "refunded");
  });

  twins("one of two hats refunded by hand on both sides at once is refunded once and credited once", async (world) => {
    const [hat, parcel] = ROWS;
    place(world, "E-4", { rows: [{ ...hat, quantity: 2 }, parcel] });
    await world.advance(MINUTE);
    invoice(world, "E-4");
    await world.advance(20 * MINUTE);
    // Nothing rings: the one who comes first is not told what the other has just done.
    world.network.faults("specter", { kind: "lose", match: "GET *", times: null });
    const calls = noteCalls();
    creditHat(world, "E-4");
    refundHat(world, "E-4");
    await world.advance(HOUR);
    await ringAll(world, "E-4");
    expect(effects(calls)).toEqual([]);
    await expectInStep(world, "E-4", { captured: TOTAL + 37_550, refunded: 37_550 }, "partly_refunded");
  });

  twins("a cancellation in Specter is cancelled at Qliro once and not sent back", async (world) => {
    place(world, "E-5");
    await world.advance(MINUTE);
    const calls = noteCalls();
    world.control("specter", { do: "cancel", externalOrderNo: "E-5" });
    await world.advance(HOUR);
    await ringAll(world, "E-5");
    expect(effects(calls)).toEqual(["cancelOrder"]);
    await expectInStep(world, "E-5", { released: TOTAL }, "cancelled");
  });

  twins("a cancellation at Qliro is cancelled in Specter once and not sent back", async (world) => {
    place(world, "E-6");
    await world.advance(MINUTE);
    const calls = noteCalls();
    world.control("qliro", { do: "cancel", reference: "E-6" });
    await world.advance(HOUR);
    await ringAll(world, "E-6");
    expect(effects(calls)).toEqual(["cancelOrderSubmit"]);
    await expectInStep(world, "E-6", { released: TOTAL }, "cancelled");
  });

  twins("a capture in Qliro's portal is invoiced once and never captured again", async (world) => {
    place(world, "E-7");
    await world.advance(MINUTE);
    const calls = noteCalls();
    world.control("qliro", { do: "capture", reference: "E-7" });
    await world.advance(HOUR);
    invoice(world, "E-7");
    await world.advance(HOUR);
    expect(effects(calls).filter((name) => name === "MarkItemsAsShipped")).toEqual([]);
    expect(world.control("qliro", { do: "show", reference: "E-7" }).sums.captured).toBe(TOTAL);
  });
});

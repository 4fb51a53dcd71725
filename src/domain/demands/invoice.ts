// Where the ERP does not deliver, a capture without an invoice asks for one; a delivery of the shop does, where no PSP
// of ours moves the money.
import { invoicesOfCapture, isAnswered } from "../links.ts";
import { entriesOf } from "../order.ts";
import { localDate } from "../schedule.ts";
import { articleOf, type Demand, type DemandContext, sourceOf, withPrices } from "./demand.ts";

export function invoiceDemands({ order, accounting, policy, now }: DemandContext): Demand[] {
  if (accounting?.deliveryLead !== "psp" || !order.erp) return [];
  const erpOrderNumber = order.erp.externalId;
  const captures = entriesOf(order, "captured").filter(
    (capture) => capture.answers === null && invoicesOfCapture(order, capture).length === 0,
  );
  const deliveries = order.payment ? [] : entriesOf(order, "delivered").filter((entry) => !isAnswered(order, entry));
  return [...captures, ...deliveries].map((capture) => ({
    name: `create_invoice|${capture.kind}:${capture.externalId}`,
    connectionId: accounting.id,
    flow: "invoices" as const,
    cause: capture.seq,
    stop: null,
    payload: {
      kind: "create_invoice" as const,
      erpOrderNumber,
      externalNumber: `${sourceOf(order, capture)}-${capture.externalId}`,
      date: localDate(now, policy.timezone),
      currency: order.currency,
      rows: withPrices(order.rows, capture.rows).map((row) => ({
        line: order.erp?.lines.find((line) => line.key === row.key)?.line ?? null,
        articleNumber: articleOf(order, row),
        quantity: row.quantity,
        unitPriceMinor: row.unitPriceMinor,
        vatRateBps: row.vatRateBps,
      })),
      totalMinor: capture.amountMinor,
    },
  }));
}

// Where the PSP leads, a capture without an invoice asks for one in the ERP.
import { invoicesOfCapture } from "../links.ts";
import { entriesOf } from "../order.ts";
import { localDate } from "../schedule.ts";
import { articleOf, type Demand, type DemandContext, withPrices } from "./demand.ts";

export function invoiceDemands({ order, accounting, policy, now }: DemandContext): Demand[] {
  if (accounting?.deliveryLead !== "psp" || !order.erp) return [];
  const erpOrderNumber = order.erp.externalId;
  return entriesOf(order, "captured")
    .filter((capture) => capture.answers === null && invoicesOfCapture(order, capture).length === 0)
    .map((capture) => ({
      name: `create_invoice|captured:${capture.externalId}`,
      connectionId: accounting.id,
      flow: "invoices" as const,
      cause: capture.seq,
      stop: null,
      payload: {
        kind: "create_invoice" as const,
        erpOrderNumber,
        externalNumber: `${order.payment?.connector ?? "psp"}-${capture.externalId}`,
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

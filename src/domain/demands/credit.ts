// A refund made at the PSP asks for a credit invoice in the ERP, linked to the invoice of its capture.
import { problem } from "../errors.ts";
import { invoicesOfCapture, ROUNDING_MINOR_MAX } from "../links.ts";
import { allocate } from "../money.ts";
import { type Entry, entriesOf, type OrderBooks, priceOf, subtractRows } from "../order.ts";
import { localDate } from "../schedule.ts";
import { articleOf, type Demand, type DemandContext, nameOf, sourceOf, withPrices } from "./demand.ts";

export function creditDemands({ order, accounting, policy, now }: DemandContext): Demand[] {
  if (!accounting || !order.erp) return [];
  const erpOrderNumber = order.erp.externalId;
  return entriesOf(order, "refunded")
    .filter((refund) => refund.answers === null && refund.commandId === null && !isCredited(order, refund))
    .filter((refund) => !isCancellation(order, refund))
    .map((refund) => {
      const capture = captureOf(order, refund);
      const invoice = invoiceOf(order, refund, capture);
      return {
        name: `create_credit_invoice|refunded:${refund.externalId}`,
        connectionId: accounting.id,
        flow: "refunds" as const,
        cause: refund.seq,
        stop: invoice
          ? null
          : problem("REFUND_WITHOUT_INVOICE", `${nameOf(refund)} is on a capture without an invoice.`),
        payload: {
          kind: "create_credit_invoice" as const,
          erpOrderNumber,
          invoiceNumber: invoice?.externalId ?? "",
          externalNumber: `${sourceOf(order, refund)}-${refund.externalId}`,
          date: localDate(now, policy.timezone),
          currency: order.currency,
          reason: `Refund ${refund.externalId} at ${sourceOf(order, refund)}`,
          rows: creditRows(order, refund, capture ?? invoice),
          totalMinor: refund.amountMinor,
        },
      };
    });
}

/** The money of a released direct payment: it was never billed, so nothing is to be credited. */
const isCancellation = (order: OrderBooks, refund: Entry): boolean =>
  refund.parent !== null &&
  entriesOf(order, "released").some((release) => release.parent === refund.parent) &&
  !entriesOf(order, "captured").some((capture) => capture.externalId === refund.parent);

/** The capture of a refund; the only one there is where the provider does not say. */
function captureOf(order: OrderBooks, refund: Entry): Entry | undefined {
  const captures = entriesOf(order, "captured");
  if (refund.parent === null && captures.length === 1) return captures[0];
  return captures.find((entry) => entry.externalId === refund.parent);
}

/** Of several invoices that bill one capture, the one with the refunded rows. */
function invoiceOf(order: OrderBooks, refund: Entry, capture: Entry | undefined): Entry | undefined {
  const invoices = capture ? invoicesOfCapture(order, capture) : invoicesOfShop(order, refund);
  return (
    invoices.find((invoice) => refund.rows.length > 0 && subtractRows(refund.rows, [invoice.rows]).length === 0) ??
    invoices.find((invoice) => invoice.amountMinor + ROUNDING_MINOR_MAX >= refund.amountMinor) ??
    invoices[0]
  );
}

/** A refund that the shop made without a PSP of ours is on the order's invoices. */
const invoicesOfShop = (order: OrderBooks, refund: Entry): Entry[] =>
  refund.connectionId === order.shop?.connectionId ? entriesOf(order, "invoiced") : [];

const isCredited = (order: OrderBooks, refund: Entry): boolean =>
  entriesOf(order, "credited").some((credit) => credit.answers === refund.seq);

/** The refunded rows; an amount without rows is spread over the VAT rates of what was captured. */
function creditRows(order: OrderBooks, refund: Entry, paid: Entry | undefined) {
  if (refund.rows.length > 0 && Math.abs(priceOf(order.rows, refund.rows) - refund.amountMinor) <= ROUNDING_MINOR_MAX)
    return withPrices(order.rows, refund.rows).map((row) => ({
      articleNumber: articleOf(order, row),
      description: row.description,
      quantity: row.quantity,
      unitPriceMinor: row.unitPriceMinor,
      vatRateBps: row.vatRateBps,
      kind: row.kind,
    }));
  const byRate = new Map<number, number>();
  for (const row of withPrices(order.rows, paid?.rows ?? []))
    byRate.set(row.vatRateBps, (byRate.get(row.vatRateBps) ?? 0) + row.unitPriceMinor * row.quantity);
  const rates = [...byRate].filter(([, amount]) => amount > 0);
  const parts = allocate(
    refund.amountMinor,
    rates.map(([, amount]) => amount),
  );
  return rates.map(([vatRateBps], index) => ({
    articleNumber: "",
    description: "Refund",
    quantity: 1,
    unitPriceMinor: parts[index] ?? 0,
    vatRateBps,
    kind: "discount" as const,
  }));
}

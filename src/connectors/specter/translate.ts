// Specter's order as an observation of ours. Pure; unknown letters and states are tolerated, unreadable money is not.
//
// Status 5 and delivery D are facts (reference/specter.md section 6.1); status 4, delivery P, the rows and the
// invoices are C2, NOT DOCUMENTED - our contract.

import type { ConnectionId } from "../../domain/ids.ts";
import { parseAmount } from "../../domain/money.ts";
import type { Alias, ErpInvoice, ErpObservation, ErpRow } from "../../domain/observation.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { QUANTITY_EXPONENT, rowTotalMinor } from "./prices.ts";
import type { SpecterInvoice, SpecterOrder, SpecterPricedRow } from "./wire.ts";

export const ORDER_ALIAS = "specter.order_no";
export const EXTERNAL_ORDER_ALIAS = "specter.external_order_no";
export const INVOICE_ALIAS = "specter.invoice_id";

/** The two names of an order; the external number is a human order number and weak evidence. */
export const orderAliases = (orderNo: string, externalOrderNo: string): Alias[] => [
  { type: ORDER_ALIAS, value: orderNo, tier: 0 },
  ...(externalOrderNo === "" ? [] : [{ type: EXTERNAL_ORDER_ALIAS, value: externalOrderNo, tier: 4 } as const]),
];

export const invoiceAlias = (invoiceId: string): Alias => ({ type: INVOICE_ALIAS, value: invoiceId, tier: 0 });

/** The order as it stands. The error names the field that could not be read, never its value. */
export function toObservation(order: SpecterOrder, connectionId: ConnectionId): Result<ErpObservation, string> {
  const invoices: ErpInvoice[] = [];
  for (const invoice of order.invoices.invoice) {
    const read = toInvoice(invoice, order.currency);
    if (!read.ok) return read;
    invoices.push(read.value);
  }
  return ok({
    source: "erp",
    connectionId,
    connector: "specter",
    externalId: order.orderNo,
    aliases: [
      ...orderAliases(order.orderNo, order.externalOrderNo),
      ...invoices.map((invoice) => invoiceAlias(invoice.number)),
    ],
    state: stateOf(order),
    currency: order.currency,
    paymentType: order.payTypeIdentifier,
    delivery: deliveryOf(order),
    delivered: order.rows.row.flatMap((row, index) => {
      const quantity = row.deliveredItems ?? 0;
      const line = row.id || String(index + 1);
      return quantity > 0 ? [toRow({ ...row, noOfItems: quantity }, line, order.currency)] : [];
    }),
    invoices,
  });
}

function stateOf(order: SpecterOrder): ErpObservation["state"] {
  if (isCancelled(order)) return "cancelled";
  return order.orderstatus.statusId === "4" ? "closed" : "open";
}

export const isCancelled = (order: SpecterOrder): boolean => order.orderstatus.statusId === "5";

/** A letter that nobody has told us about is judged by the rows. */
function deliveryOf(order: SpecterOrder): ErpObservation["delivery"] {
  switch (order.orderstatus.deliveryStatus.toUpperCase()) {
    case "D":
      return "full";
    case "P":
      return "partial";
    case "":
      return "none";
    default:
      return order.rows.row.some((row) => (row.deliveredItems ?? 0) > 0) ? "partial" : "none";
  }
}

function toInvoice(invoice: SpecterInvoice, orderCurrency: string): Result<ErpInvoice, string> {
  const currency = invoice.currency.toUpperCase() || orderCurrency;
  const total = parseAmount(invoice.total, currency);
  if (!total.ok) return err(`total of an invoice (${total.error.reason})`);
  const vat = parseAmount(invoice.vat, currency);
  if (!vat.ok) return err(`vat of an invoice (${vat.error.reason})`);
  // The base form of C2 has no `credit` in an order: then the sign or the link tells.
  const isCredit =
    invoice.credit === "1" || (invoice.credit === "" && (total.value < 0 || invoice.originalInvoiceId !== ""));
  return ok({
    number: invoice.invoiceId,
    kind: isCredit ? "credit_invoice" : "invoice",
    originalNumber: isCredit ? invoice.originalInvoiceId || null : null,
    totalMinor: Math.abs(total.value),
    vatMinor: Math.abs(vat.value),
    currency,
    date: /^\d{4}-\d{2}-\d{2}$/.test(invoice.date) ? invoice.date : null,
    rows: invoice.row?.map((row) => toRow(isCredit ? asMagnitude(row) : row, row.orderRowId || null, currency)) ?? null,
  });
}

/** Rows of credit invoices carry positive quantities by agreement; a negative one means the same. */
const asMagnitude = <R extends SpecterPricedRow>(row: R): R => ({ ...row, noOfItems: Math.abs(row.noOfItems) });

const toRow = (row: SpecterPricedRow, line: string | null, currency: string): ErpRow => ({
  line,
  articleNumber: row.articleNo,
  quantity: Math.abs(row.noOfItems) / 10 ** QUANTITY_EXPONENT,
  vatRateBps: row.vatPercent,
  totalMinor: rowTotalMinor(row.noOfItems, row.priceExclVAT, row.vatPercent, currency),
});

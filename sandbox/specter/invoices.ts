// Invoices of an order: newInvoiceSubmit of "our contract", and invoicing by hand (reference/specter.md section 7, C2).
import type { World } from "../platform.ts";
import { documentAmounts } from "./amounts.ts";
import { type Answer, done, duplicate, isRefusal, type Refusal, refuse } from "./answers.ts";
import { note } from "./feeds.ts";
import { changed, namedOrder, type Part, partFault, partOf, today } from "./orders.ts";
import type { Parameters } from "./parameters.ts";
import { ring } from "./triggers.ts";
import { type Account, type Invoice, type Order, type OrderRow, take } from "./truth.ts";

export type InvoiceType = "L" | "S" | "F";

export interface InvoiceDraft {
  type: InvoiceType;
  date: string;
  externalInvoiceNo: string;
  /** null: everything delivered and not invoiced yet. */
  parts: Part[] | null;
}

const ROW_COLUMNS = ["orderRowId", "noOfItems"] as const;

/** Answers with the new invoice id. */
export function newInvoiceSubmit(account: Account, parameters: Parameters, world: World): Answer {
  const type = parameters.matching("invoiceType", /^[LSF]$/, "one of L, S, F");
  if (type === "") parameters.blame("invoiceType", "missing");
  const parts = parameters.rows(ROW_COLUMNS).map((index) => {
    parameters.required(`orderRowId_${index}`);
    return {
      id: parameters.integer(`orderRowId_${index}`) ?? 0,
      quantityMilli: parameters.quantity(`noOfItems_${index}`),
    };
  });
  const draft: InvoiceDraft = {
    type: type === "S" || type === "F" ? type : "L",
    date: parameters.date("invoiceDate") || today(world),
    externalInvoiceNo: parameters.text("externalInvoiceNo"),
    parts: parts.length > 0 ? parts : null,
  };
  const order = namedOrder(account, parameters);
  if (isRefusal(order)) return order;
  const invoice = createInvoice(account, order, draft, world);
  return isRefusal(invoice) ? invoice : done(invoice.invoiceId);
}

/**
 * Invoices parts of an order: delivered ones for type L, any that are left for S (final) and F (in advance).
 * 40 for a used external number, 41 when there is nothing or not so much to invoice.
 */
export function createInvoice(account: Account, order: Order, draft: InvoiceDraft, world: World): Invoice | Refusal {
  const taken = takenExternalNo(account, draft.externalInvoiceNo);
  if (taken) return taken;
  if (order.cancelled) return refuse(41, `Order ${order.orderNo} is cancelled`);
  const delivered = (row: OrderRow): number => Math.max(0, row.deliveredMilli - row.invoicedMilli);
  const left = draft.type === "L" ? delivered : (row: OrderRow): number => row.quantityMilli - row.invoicedMilli;
  const parts = draft.parts ?? order.rows.map((row) => ({ id: row.id, quantityMilli: delivered(row) }));
  const wrong = partFault(order, parts, left);
  if (wrong) return wrong;
  const rows = order.rows
    .map((row) => ({ row, quantityMilli: partOf(parts, row) }))
    .filter(({ quantityMilli }) => quantityMilli > 0);
  if (rows.length === 0) return refuse(41, `Order ${order.orderNo} has nothing delivered to invoice`);
  for (const { row, quantityMilli } of rows) row.invoicedMilli += quantityMilli;
  const invoice = book(account, {
    orderNo: order.orderNo,
    credit: false,
    originalInvoiceId: null,
    type: draft.type,
    date: draft.date,
    currency: order.currency,
    externalInvoiceNo: draft.externalInvoiceNo,
    reason: "",
    rows: rows.map(({ row, quantityMilli }) => ({
      orderRowId: row.id,
      articleNo: row.articleNo,
      quantityMilli,
      priceMilli: row.priceMilli,
      vatBps: row.vatBps,
    })),
  });
  changed(account, order, world);
  ring(account, { kind: "invoice_created", orderNo: invoice.orderNo, invoiceId: invoice.invoiceId }, world);
  return invoice;
}

/** Gives the document its number and amounts, and puts it into the invoice feed. */
export function book(
  account: Account,
  draft: Omit<Invoice, "invoiceId" | "totalMinor" | "vatMinor" | "paidMinor">,
): Invoice {
  const { totalMinor, vatMinor } = documentAmounts(draft.rows);
  const sign = draft.credit ? -1 : 1;
  const invoice: Invoice = {
    invoiceId: take(account, "invoiceId"),
    ...draft,
    // `+ 0` keeps a credit of nothing from becoming -0.
    totalMinor: sign * totalMinor + 0,
    vatMinor: sign * vatMinor + 0,
    paidMinor: 0,
  };
  account.invoices[invoice.invoiceId] = invoice;
  note(account, "invoices", invoice.invoiceId);
  return invoice;
}

/** Invoices and credit invoices share one series of external numbers. */
export function takenExternalNo(account: Account, externalInvoiceNo: string): Refusal | null {
  if (externalInvoiceNo === "") return null;
  const taken = Object.values(account.invoices).find((invoice) => invoice.externalInvoiceNo === externalInvoiceNo);
  return taken ? duplicate("externalInvoiceNo", taken.invoiceId) : null;
}

/** The invoice that a call names in `field`; 20 without a number, 30 when there is none. */
export function namedInvoice(account: Account, parameters: Parameters, field: string): Invoice | Refusal {
  const invoiceId = parameters.integer(field);
  if (invoiceId === null) parameters.blame(field, "missing");
  if (parameters.fault) return refuse(20, parameters.fault);
  return account.invoices[invoiceId ?? 0] ?? refuse(30, `Invoice ${invoiceId} not found`);
}

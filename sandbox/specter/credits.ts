// Credit invoices, always linked to the invoice they credit: newCreditInvoiceSubmit of "our contract", and by hand (C2).
import type { World } from "../platform.ts";
import { documentAmounts } from "./amounts.ts";
import { type Answer, done, isRefusal, type Refusal, refuse } from "./answers.ts";
import { book, namedInvoice, takenExternalNo } from "./invoices.ts";
import { today } from "./orders.ts";
import type { Parameters } from "./parameters.ts";
import { ring } from "./triggers.ts";
import type { Account, Invoice, InvoiceRow } from "./truth.ts";

export type CreditRow = Omit<InvoiceRow, "orderRowId">;

export interface CreditDraft {
  date: string;
  externalInvoiceNo: string;
  reason: string;
  /** null: the whole invoice. */
  rows: CreditRow[] | null;
}

const ROW_COLUMNS = ["articleNo", "noOfItems", "priceExclVAT", "vatPercent"] as const;

/** Answers with the id of the credit invoice. */
export function newCreditInvoiceSubmit(account: Account, parameters: Parameters, world: World): Answer {
  const rows = parameters.rows(ROW_COLUMNS).map((index) => ({
    articleNo: parameters.required(`articleNo_${index}`),
    quantityMilli: parameters.quantity(`noOfItems_${index}`),
    priceMilli: parameters.milli(`priceExclVAT_${index}`),
    vatBps: parameters.vatBps(`vatPercent_${index}`),
  }));
  const draft: CreditDraft = {
    date: parameters.date("invoiceDate") || today(world),
    externalInvoiceNo: parameters.text("externalInvoiceNo"),
    reason: parameters.text("reason"),
    rows: rows.length > 0 ? rows : null,
  };
  const original = namedInvoice(account, parameters, "originalInvoiceId");
  if (isRefusal(original)) return original;
  const credit = createCredit(account, original, draft, world);
  return isRefusal(credit) ? credit : done(credit.invoiceId);
}

/**
 * Credits an invoice as a whole or by rows, and never more of an article, or more money, than was invoiced (41).
 * An article that is not on the invoice may be credited as long as the money is (assumed: goodwill, rounding).
 */
export function createCredit(account: Account, original: Invoice, draft: CreditDraft, world: World): Invoice | Refusal {
  const taken = takenExternalNo(account, draft.externalInvoiceNo);
  if (taken) return taken;
  if (original.credit) return refuse(41, `Invoice ${original.invoiceId} is a credit invoice`);
  const earlier = creditsOf(account, original);
  if (!draft.rows && earlier.length > 0) {
    return refuse(41, `Invoice ${original.invoiceId} is credited in part already; name the rows`);
  }
  const rows = draft.rows ?? original.rows;
  const wrong = rowFault(account, original, earlier, rows);
  if (wrong) return wrong;
  const credit = book(account, {
    orderNo: original.orderNo,
    credit: true,
    originalInvoiceId: original.invoiceId,
    type: "",
    date: draft.date,
    currency: original.currency,
    externalInvoiceNo: draft.externalInvoiceNo,
    reason: draft.reason,
    rows: rows.map((row) => ({ ...row, orderRowId: orderRowOf(original, row) })),
  });
  if (account.switches.announcesCreditInvoices) {
    ring(account, { kind: "invoice_created", orderNo: credit.orderNo, invoiceId: credit.invoiceId }, world);
  }
  return credit;
}

export const creditsOf = (account: Account, original: Invoice): Invoice[] =>
  Object.values(account.invoices).filter((invoice) => invoice.originalInvoiceId === original.invoiceId);

/** Units of an article on these rows. */
const quantityOf = (rows: readonly CreditRow[], articleNo: string): number =>
  rows.filter((row) => row.articleNo === articleNo).reduce((total, row) => total + row.quantityMilli, 0);

function rowFault(
  account: Account,
  original: Invoice,
  earlier: readonly Invoice[],
  rows: readonly CreditRow[],
): Refusal | null {
  const credited = [...earlier.flatMap((credit) => credit.rows), ...rows];
  for (const [position, row] of rows.entries()) {
    const invoiced = original.rows.filter((candidate) => candidate.articleNo === row.articleNo);
    if (invoiced.length === 0 && !account.articles.includes(row.articleNo)) {
      return refuse(31, `Article missing: ${row.articleNo} (articleNo_${position + 1})`);
    }
    // Numbers are positive; only a row that was negative on the invoice, a discount, is negative here too.
    if (row.priceMilli < 0 && !invoiced.some((candidate) => candidate.priceMilli < 0)) {
      return refuse(20, `priceExclVAT_${position + 1}: must not be negative`);
    }
    if (invoiced.length > 0 && quantityOf(credited, row.articleNo) > quantityOf(invoiced, row.articleNo)) {
      return refuse(41, `More of article ${row.articleNo} than invoice ${original.invoiceId} has left to credit`);
    }
  }
  const { totalMinor } = documentAmounts(rows);
  if (totalMinor < 0) return refuse(20, "priceExclVAT_1: the credit as a whole is below 0");
  // Totals of credit invoices are negative.
  const left = earlier.reduce((rest, credit) => rest + credit.totalMinor, original.totalMinor);
  return totalMinor > left ? refuse(41, `More money than invoice ${original.invoiceId} has left to credit`) : null;
}

/** The order row behind a credited row: same article, at the same price where there are several. */
function orderRowOf(original: Invoice, row: CreditRow): number | null {
  const sameArticle = original.rows.filter((candidate) => candidate.articleNo === row.articleNo);
  const samePrice = sameArticle.find((candidate) => candidate.priceMilli === row.priceMilli);
  return (samePrice ?? sameArticle[0])?.orderRowId ?? null;
}

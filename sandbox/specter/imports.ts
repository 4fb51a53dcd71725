// Payout imports ("Externa inbetalningar"): newPaymentImportSubmit, checked to the cent before anything is booked (C2, C3).
import { formatMinor } from "./amounts.ts";
import { type Answer, attributes, done, duplicate, type Refusal, refuse } from "./answers.ts";
import type { Parameters } from "./parameters.ts";
import { type Account, type ImportRow, type PaymentImport, take } from "./truth.ts";

const ROW_COLUMNS = ["kind", "invoiceId", "amount", "account", "paymentReference"] as const;
const KINDS: readonly ImportRow["kind"][] = ["bankPayment", "creditSaleCost", "creditSaleCostVat"];

type Draft = Omit<PaymentImport, "importId">;

/**
 * Answers with the import id and marks the invoices paid. Refused as a whole: a used `externalPayoutId` (40), a
 * closed period, a wrong sum or a wrong field (20), an unknown invoice (30), an invoice that is paid already (41).
 */
export function newPaymentImportSubmit(account: Account, parameters: Parameters): Answer {
  const draft = readDraft(parameters);
  if (parameters.fault) return refuse(20, parameters.fault);
  const imports = Object.values(account.imports);
  const taken = imports.find((other) => other.externalPayoutId === draft.externalPayoutId);
  if (taken) return duplicate("externalPayoutId", taken.importId);
  if (account.closedUntil !== null && draft.payoutDate <= account.closedUntil) {
    return refuse(20, `payoutDate: the period up to ${account.closedUntil} is closed`);
  }
  const wrong = invoiceFault(account, draft) ?? sumFault(account, draft);
  if (wrong) return wrong;
  const importId = take(account, "importId");
  account.imports[importId] = { importId, ...draft };
  for (const id of settledInvoices(draft)) {
    const invoice = account.invoices[id];
    if (invoice) invoice.paidMinor = invoice.totalMinor;
  }
  const rows = draft.rows.map((row, position) => `<row${attributes({ n: position + 1, status: row.status })}/>`);
  return done(importId, `<rows>${rows.join("")}</rows>`);
}

function readDraft(parameters: Parameters): Draft {
  for (const name of ["externalPayoutId", "source", "payoutDate", "currency"]) parameters.required(name);
  const rows = parameters.rows(ROW_COLUMNS).map((index) => readRow(parameters, index));
  if (rows.length === 0) parameters.blame("kind_1", "missing; an import has rows");
  // Fees without an invoice should be taken out of the bank amount again, so that their rows come to 0.
  const loose = sum(rows.filter((row) => row.invoiceId === null));
  for (const row of rows) row.status = row.invoiceId === null && loose !== 0 ? "warning" : "ok";
  return {
    externalPayoutId: parameters.text("externalPayoutId"),
    source: parameters.text("source"),
    payoutDate: parameters.date("payoutDate"),
    currency: parameters.currency("currency"),
    bankAmountMinor: parameters.minor("bankAmount"),
    rows,
  };
}

function readRow(parameters: Parameters, index: number): ImportRow {
  const kind = KINDS.find((known) => known === parameters.text(`kind_${index}`));
  if (!kind) parameters.blame(`kind_${index}`, `not one of ${KINDS.join(", ")}`);
  const account = parameters.matching(`account_${index}`, /^\d{4}$/, "an account of four digits");
  if (account === "" && kind !== "bankPayment") parameters.blame(`account_${index}`, "missing");
  return {
    kind: kind ?? "bankPayment",
    invoiceId: parameters.integer(`invoiceId_${index}`),
    amountMinor: parameters.minor(`amount_${index}`),
    account,
    paymentReference: parameters.text(`paymentReference_${index}`),
    status: "ok",
  };
}

const sum = (rows: readonly ImportRow[]): number => rows.reduce((total, row) => total + row.amountMinor, 0);

const settledInvoices = (draft: Draft): number[] => [...new Set(draft.rows.flatMap((row) => row.invoiceId ?? []))];

function invoiceFault(account: Account, draft: Draft): Refusal | null {
  for (const id of settledInvoices(draft)) {
    const invoice = account.invoices[id];
    if (!invoice) return refuse(30, `Invoice ${id} not found`);
    if (invoice.currency !== draft.currency) return refuse(20, `currency: invoice ${id} is in ${invoice.currency}`);
    if (invoice.paidMinor !== 0) return refuse(41, `Invoice ${id} is paid already`);
  }
  return null;
}

/** Per invoice the rows come to its total (negative on credit invoices); the bank rows come to the bank amount. */
function sumFault(account: Account, draft: Draft): Refusal | null {
  for (const id of settledInvoices(draft)) {
    const given = sum(draft.rows.filter((row) => row.invoiceId === id));
    const wanted = account.invoices[id]?.totalMinor;
    if (given !== wanted) {
      const index = draft.rows.findIndex((row) => row.invoiceId === id) + 1;
      const total = wanted === undefined ? "nothing" : formatMinor(wanted);
      return refuse(20, `amount_${index}: rows of invoice ${id} come to ${formatMinor(given)} instead of ${total}`);
    }
  }
  const bank = sum(draft.rows.filter((row) => row.kind === "bankPayment"));
  return bank === draft.bankAmountMinor
    ? null
    : refuse(20, `bankAmount: the bank payments come to ${formatMinor(bank)}`);
}

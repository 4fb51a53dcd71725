// Invoices, credit invoices, payments and payout imports in Specter. All of it is C2/C3, NOT DOCUMENTED - our
// contract; every call carries our own number, so a second one is refused with code 40 and names the first.
import type {
  BookPayout,
  CreateCreditInvoice,
  CreateInvoice,
  Outcome,
  RegisterPayment,
} from "../../domain/commands.ts";
import { formatAmount } from "../../domain/money.ts";
import type { Alias } from "../../domain/observation.ts";
import { submitCreditInvoice, submitInvoice, submitPayment, submitPayout } from "./api.ts";
import { creditFields, draftRows, invoiceFields, payoutFields } from "./draft.ts";
import { tidy } from "./key.ts";
import { refused, type Sent } from "./refusals.ts";
import { invoiceAlias } from "./translate.ts";
import type { SpecterContext, WriteAnswer } from "./transport.ts";
import { quotedId } from "./wire.ts";

/** Invoices rows of an order that was delivered. */
export async function createInvoice(context: SpecterContext, command: CreateInvoice): Promise<Outcome> {
  const action = "newInvoiceSubmit";
  const fields = invoiceFields(command);
  if (!fields.ok) return { kind: "refused", code: "PLATFORM_REFUSED", detail: `${action}: ${fields.error}` };
  const answer = await submitInvoice(context, command.erpOrderNumber, fields.value);
  const missing = { code: "ORDER_DELETED_IN_ERP", detail: `order ${command.erpOrderNumber}` } as const;
  return written(answer, { action, fields: Object.keys(fields.value), missing }, asInvoice);
}

/** Credits rows of an invoice, linked to it. */
export async function createCreditInvoice(context: SpecterContext, command: CreateCreditInvoice): Promise<Outcome> {
  const action = "newCreditInvoiceSubmit";
  if (command.rows.length === 0)
    return { kind: "refused", code: "PLATFORM_REFUSED", detail: `${action}: without rows it would credit everything` };
  const { totalMinor, currency } = command;
  const rows = draftRows(command.rows, { totalMinor, currency, named: false }, context.settings);
  const fields = { ...creditFields(command), ...rows.fields };
  const answer = await submitCreditInvoice(context, command.invoiceNumber, fields);
  const { articleNumbers } = rows;
  const missing = missingInvoice(action, command.invoiceNumber);
  return written(answer, { action, fields: Object.keys(fields), articleNumbers, missing }, asInvoice);
}

/** Books a payment on an invoice; a negative one on a credit invoice. */
export async function registerPayment(context: SpecterContext, command: RegisterPayment): Promise<Outcome> {
  const action = "newInvoicePaymentSubmit";
  // The command does not say through whom it was paid: the code is sent only where there is no doubt.
  const codes = [...new Set(Object.values(context.settings.paymentTypes))];
  const fields = {
    paymentDate: command.date,
    amount: formatAmount(command.amountMinor, command.currency),
    currency: command.currency,
    payTypeIdentifier: codes.length === 1 ? codes[0] : undefined,
    paymentReference: tidy(command.reference),
    externalPaymentId: tidy(command.externalNumber),
  };
  const answer = await submitPayment(context, command.invoiceNumber, fields);
  const missing = missingInvoice(action, command.invoiceNumber);
  return written(answer, { action, fields: Object.keys(fields), missing }, () => []);
}

/** Imports a payout: bank payment, cost and VAT on the cost per document. */
export async function bookPayout(context: SpecterContext, command: BookPayout): Promise<Outcome> {
  const action = "newPaymentImportSubmit";
  const fields = payoutFields(command);
  const answer = await submitPayout(context, tidy(command.externalNumber), fields);
  const missing = {
    code: "PLATFORM_REFUSED",
    detail: `${action}: a document of the payout is not found (code 30)`,
  } as const;
  return written(answer, { action, fields: Object.keys(fields), missing }, () => []);
}

const missingInvoice = (action: string, invoiceId: string) =>
  ({ code: "PLATFORM_REFUSED", detail: `${action}: invoice ${invoiceId} is not found (code 30)` }) as const;

const asInvoice = (id: string): Alias[] => [invoiceAlias(id)];

/** The id of what was made now, or of what an earlier attempt made under the same number of ours (code 40). */
function written(answer: WriteAnswer, sent: Sent, aliasesOf: (id: string) => Alias[]): Outcome {
  if (answer.kind === "ok") {
    if (answer.id === "") return { kind: "unknown", detail: `${sent.action}: accepted without a number` };
    return done(answer.id, aliasesOf(answer.id));
  }
  if (answer.kind !== "failed") return answer;
  const existing = answer.code === "40" ? quotedId(answer.message) : null;
  if (existing === null) return refused(answer, sent);
  return { ...done(existing, aliasesOf(existing)), note: "an earlier attempt had made it" };
}

const done = (externalId: string, aliases: Alias[]) => ({
  kind: "done" as const,
  externalId,
  ...(aliases.length === 0 ? {} : { aliases }),
});

// Which fact belongs to which: captures and invoices, refunds and credit invoices.
//
// A link is written once, on the younger fact (`answers`). Links between facts that other people made are found by
// rows and amounts within one order; facts of our own commands carry theirs from the command.
import type { Capture, ErpInvoice, Refund } from "./observation.ts";
import { type Entry, entriesOf, entryAmount, entryBySeq, isInFlight, type OrderBooks, sameRows } from "./order.ts";

/** An ERP invoice and what its rows cost at the PSP may differ by rounding, below one currency unit. */
export const ROUNDING_MINOR_MAX = 99;

/** Whether a fact has its other half. */
export const isAnswered = (order: Pick<OrderBooks, "entries">, entry: Entry): boolean =>
  entry.answers !== null || order.entries.some((other) => other.answers === entry.seq);

/** Whether a command is already under way to answer a fact. */
export const isBeing = (order: OrderBooks, entry: Entry): boolean =>
  order.commands.some((command) => command.cause === entry.seq && isInFlight(command.state));

/** Captures that were not made to pay one invoice: by somebody else, or for a delivery. */
export const unbilledCaptures = (order: Pick<OrderBooks, "entries">): Entry[] =>
  entriesOf(order, "captured").filter(
    (capture) => capture.answers === null || entryBySeq(order, capture.answers)?.kind === "delivered",
  );

/** How much of a capture no invoice bills yet. */
export const unbilledMinor = (order: Pick<OrderBooks, "entries">, capture: Entry): number =>
  capture.amountMinor - entryAmount(entriesOf(order, "invoiced").filter((invoice) => invoice.answers === capture.seq));

/** The captures that paid an invoice. */
export function capturesOfInvoice(order: Pick<OrderBooks, "entries">, invoiceNumber: string | null): Entry[] {
  const invoice = entriesOf(order, "invoiced").find((entry) => entry.externalId === invoiceNumber);
  if (!invoice) return [];
  return entriesOf(order, "captured").filter(
    (capture) => capture.answers === invoice.seq || invoice.answers === capture.seq,
  );
}

/** The invoices that a capture paid, the best one first: the invoice it answers, then those that bill it. */
export function invoicesOfCapture(order: Pick<OrderBooks, "entries">, capture: Entry): Entry[] {
  return entriesOf(order, "invoiced").filter(
    (invoice) => capture.answers === invoice.seq || invoice.answers === capture.seq,
  );
}

/** The invoice that a capture made elsewhere pays: one without a capture, of the same rows or the same amount. */
export function invoiceFor(order: OrderBooks, capture: Capture): Entry | undefined {
  const open = entriesOf(order, "invoiced").filter(
    (invoice) => !isAnswered(order, invoice) && !isBeing(order, invoice),
  );
  return (
    open.find((invoice) => capture.rows.length > 0 && sameRows(invoice.rows, capture.rows)) ??
    open.find((invoice) => Math.abs(invoice.amountMinor - capture.amountMinor) <= ROUNDING_MINOR_MAX)
  );
}

/** The credit invoice that a refund made elsewhere pays back: of the same amount, on the same sale. */
export function creditFor(order: OrderBooks, refund: Refund): Entry | undefined {
  return entriesOf(order, "credited").find(
    (credit) =>
      !isAnswered(order, credit) &&
      !isBeing(order, credit) &&
      Math.abs(credit.amountMinor - refund.amountMinor) <= ROUNDING_MINOR_MAX &&
      (refund.captureId === null ||
        capturesOfInvoice(order, credit.parent).some((c) => c.externalId === refund.captureId)),
  );
}

/** The capture made elsewhere that an invoice bills: enough of it is not billed yet. */
export function captureFor(order: OrderBooks, invoice: ErpInvoice): Entry | undefined {
  return unbilledCaptures(order).find(
    (capture) => unbilledMinor(order, capture) + ROUNDING_MINOR_MAX >= invoice.totalMinor,
  );
}

/** The refund made elsewhere that a credit invoice documents. */
export function refundFor(order: OrderBooks, credit: ErpInvoice): Entry | undefined {
  const captures = capturesOfInvoice(order, credit.originalNumber).map((capture) => capture.externalId);
  return entriesOf(order, "refunded").find(
    (refund) =>
      refund.commandId === null &&
      !isAnswered(order, refund) &&
      !isBeing(order, refund) &&
      Math.abs(refund.amountMinor - credit.totalMinor) <= ROUNDING_MINOR_MAX &&
      (refund.parent === null || captures.length === 0 || captures.includes(refund.parent)),
  );
}

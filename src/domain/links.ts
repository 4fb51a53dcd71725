// Which fact belongs to which: captures and invoices, refunds and credit invoices.
//
// A link that is plain when a fact arrives is written once, on the younger fact (`answers`); facts of our own commands
// carry theirs from the command. What was not plain then (one capture for two invoices, a capture of a part) is worked
// out here from rows and amounts each time, so that the order in which the facts arrived makes no difference.
import type { ErpInvoice, Refund, RowQuantity } from "./observation.ts";
import {
  commandsOf,
  type Entry,
  entriesOf,
  isInFlight,
  type OrderBooks,
  priceOf,
  sameRows,
  subtractRows,
  takeRows,
} from "./order.ts";

/** An ERP invoice and what its rows cost at the PSP may differ by rounding, below one currency unit. */
export const ROUNDING_MINOR_MAX = 99;

/** Whether a fact has its other half. */
export const isAnswered = (order: Pick<OrderBooks, "entries">, entry: Entry): boolean =>
  entry.answers !== null || order.entries.some((other) => other.answers === entry.seq);

/** Whether a command is already under way to answer a fact. */
export const isBeing = (order: OrderBooks, entry: Entry): boolean =>
  order.commands.some((command) => command.cause === entry.seq && isInFlight(command.state));

/** What of a bill (an invoice or a delivery) a capture pays. */
export interface Share {
  bill: Entry;
  capture: Entry;
  rows: RowQuantity[];
  amountMinor: number;
}

/** A bill or a capture with what of it has no counterpart yet. */
interface Open {
  entry: Entry;
  rows: RowQuantity[];
  leftMinor: number;
  /** Its rows say all of it; otherwise only the amount can be compared. */
  byRows: boolean;
}

type Fit = (bill: Open, capture: Open) => boolean;

const nearly = (a: number, b: number): boolean => Math.abs(a - b) <= ROUNDING_MINOR_MAX;

/** From the surest to the loosest. Rows decide where both sides have them, amounts only where one has none. */
const FITS: readonly Fit[] = [
  (bill, capture) => bill.byRows && capture.byRows && sameRows(bill.rows, capture.rows),
  (bill, capture) => bill.byRows && capture.byRows && takeRows(bill.rows, capture.rows).length > 0,
  (bill, capture) => !(bill.byRows && capture.byRows) && nearly(bill.leftMinor, capture.leftMinor),
  (bill, capture) => !(bill.byRows && capture.byRows),
];

/**
 * Who pays what: the written links first, then the best fit of what is left. What a capture of ours under way is going
 * to pay is not given to a capture made elsewhere.
 */
export function sharesOf(order: OrderBooks, kind: "invoiced" | "delivered"): Share[] {
  const bills = entriesOf(order, kind).map(opened);
  const captures = entriesOf(order, "captured").map(opened);
  const shares: Share[] = [];
  const each = (visit: (bill: Open, capture: Open) => void): void => {
    for (const bill of bills) for (const capture of captures) visit(bill, capture);
  };
  each((bill, capture) => {
    const written = capture.entry.answers === bill.entry.seq || bill.entry.answers === capture.entry.seq;
    if (written) shares.push(share(order, bill, capture));
  });
  for (const bill of bills) reserve(order, bill);
  for (const fits of FITS)
    each((bill, capture) => {
      const open = bill.leftMinor > ROUNDING_MINOR_MAX && capture.leftMinor > ROUNDING_MINOR_MAX;
      if (open && fits(bill, capture)) shares.push(share(order, bill, capture));
    });
  return shares;
}

const opened = (entry: Entry): Open => ({
  entry,
  rows: entry.rows,
  leftMinor: entry.amountMinor,
  byRows: entry.rows.length > 0 && entry.text === null,
});

/** Gives a part of a capture to a bill, and takes it off both. */
function share(order: OrderBooks, bill: Open, capture: Open): Share {
  const rows = takeRows(bill.rows, capture.rows);
  const whole = Math.min(bill.leftMinor, capture.leftMinor);
  const partly = rows.length > 0 && !sameRows(rows, bill.rows) && !sameRows(rows, capture.rows);
  const amountMinor = partly ? Math.min(whole, priceOf(order.rows, rows)) : whole;
  for (const side of [bill, capture]) {
    side.leftMinor -= amountMinor;
    side.rows = subtractRows(side.rows, [rows]);
    // All its rows have found their counterpart: what remains of the amount is rounding or a price difference.
    if (side.byRows && side.rows.length === 0) side.leftMinor = 0;
  }
  return { bill: bill.entry, capture: capture.entry, rows, amountMinor };
}

function reserve(order: OrderBooks, bill: Open): void {
  for (const { payload, cause, state } of commandsOf(order, "capture")) {
    if (payload.kind !== "capture" || cause !== bill.entry.seq || !isInFlight(state)) continue;
    bill.rows = subtractRows(bill.rows, [payload.rows]);
    bill.leftMinor -= payload.amountMinor;
  }
}

/** The captures that paid an invoice. */
export function capturesOfInvoice(order: OrderBooks, invoiceNumber: string | null): Entry[] {
  const shares = sharesOf(order, "invoiced").filter((part) => part.bill.externalId === invoiceNumber);
  return unique(shares.map((part) => part.capture));
}

/** The invoices that a capture paid, those with the written link or the best fit first. */
export function invoicesOfCapture(order: OrderBooks, capture: Entry): Entry[] {
  const shares = sharesOf(order, "invoiced").filter((part) => part.capture.seq === capture.seq);
  return unique(shares.map((part) => part.bill));
}

const unique = (entries: readonly Entry[]): Entry[] => [...new Set(entries)];

/** What of an entry is left after its shares. */
const leftOf = (entry: Entry, shares: readonly Share[]) => ({
  rows: subtractRows(
    entry.rows,
    shares.map((part) => part.rows),
  ),
  minor: entry.amountMinor - shares.reduce((sum, part) => sum + part.amountMinor, 0),
});

/** The invoice that a capture made elsewhere pays: one without a capture, of the same rows or the same amount. */
export function invoiceFor(
  order: OrderBooks,
  capture: { rows: RowQuantity[]; amountMinor: number },
): Entry | undefined {
  const shares = sharesOf(order, "invoiced");
  const open = entriesOf(order, "invoiced").filter(
    (invoice) => !shares.some((part) => part.bill.seq === invoice.seq) && !isBeing(order, invoice),
  );
  return (
    open.find((invoice) => capture.rows.length > 0 && invoice.text === null && sameRows(invoice.rows, capture.rows)) ??
    open.find(
      (invoice) =>
        (capture.rows.length === 0 || invoice.rows.length === 0 || invoice.text !== null) &&
        nearly(invoice.amountMinor, capture.amountMinor),
    )
  );
}

/** The capture made elsewhere (or for a delivery) that an invoice bills: enough of it is not billed yet. */
export function captureFor(
  order: OrderBooks,
  invoice: { rows: RowQuantity[]; amountMinor: number; text: string | null },
): Entry | undefined {
  const shares = sharesOf(order, "invoiced");
  const open = entriesOf(order, "captured")
    .filter(
      (capture) => capture.answers === null || entriesOf(order, "delivered").some((e) => e.seq === capture.answers),
    )
    .map((capture) => ({
      capture,
      left: leftOf(
        capture,
        shares.filter((part) => part.capture.seq === capture.seq),
      ),
    }))
    .filter(({ left }) => left.minor + ROUNDING_MINOR_MAX >= invoice.amountMinor);
  const covers = (left: { rows: RowQuantity[] }) => subtractRows(invoice.rows, [left.rows]).length === 0;
  const byRows = invoice.rows.length > 0 && invoice.text === null;
  const found =
    open.find(({ left }) => byRows && sameRows(left.rows, invoice.rows)) ??
    open.find(({ left }) => byRows && left.rows.length > 0 && covers(left)) ??
    open.find(({ capture }) => !byRows || capture.rows.length === 0);
  return found?.capture;
}

/** The credit invoice that a refund made elsewhere pays back: of the same amount, on the same sale. */
export function creditFor(order: OrderBooks, refund: Refund): Entry | undefined {
  return entriesOf(order, "credited").find((credit) => {
    if (isAnswered(order, credit) || isBeing(order, credit) || !nearly(credit.amountMinor, refund.amountMinor))
      return false;
    return isOneSale(capturesOfInvoice(order, credit.parent), refund.captureId);
  });
}

/** The refund made elsewhere that a credit invoice documents. */
export function refundFor(order: OrderBooks, credit: ErpInvoice): Entry | undefined {
  const captures = capturesOfInvoice(order, credit.originalNumber);
  return entriesOf(order, "refunded").find(
    (refund) =>
      refund.commandId === null &&
      !isAnswered(order, refund) &&
      !isBeing(order, refund) &&
      nearly(refund.amountMinor, credit.totalMinor) &&
      isOneSale(captures, refund.parent),
  );
}

/** Whether a refund and a credit invoice concern one sale, as far as the platforms say so. */
const isOneSale = (captures: readonly Entry[], refundedCapture: string | null): boolean =>
  refundedCapture === null || captures.length === 0 || captures.some((entry) => entry.externalId === refundedCapture);

/** Whether shares pay a bill in full. */
export const isPaid = (bill: Entry, shares: readonly Share[]): boolean =>
  shares.length > 0 &&
  (shares.reduce((sum, part) => sum + part.amountMinor, 0) + ROUNDING_MINOR_MAX >= bill.amountMinor ||
    (bill.text === null && bill.rows.length > 0 && leftOf(bill, shares).rows.length === 0));

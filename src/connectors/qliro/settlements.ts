// A batch of settlements as payout lines, and the check that decides how Qliro's amounts are to be read.
import { vatInside } from "../../domain/money.ts";
import type { PayoutHeader, PayoutLine, PayoutLineType, PayoutReference } from "../../domain/payout.ts";
import { ORDER_ID, referenceAlias, TRANSACTION_ID } from "./references.ts";
import { occurredAt } from "./translate.ts";
import type { Settlement, SettlementBatch } from "./wire.ts";

/** The batch as Qliro states it; its lines may restate the amounts. */
export function headerOf(batch: SettlementBatch): PayoutHeader {
  const fee = batch.TotalFeeAmount ?? null;
  return {
    externalId: batch.Id,
    reference: String(batch.BatchId ?? "") || batch.Id,
    date: batch.BatchDate.slice(0, 10),
    currency: batch.CurrencyCode,
    paidMinor: batch.TotalAmount,
    feeMinor: fee === null ? null : Math.abs(fee),
  };
}

// --- NOT DOCUMENTED: signs, and whether the total is before or after fees (reference/qliro.md section 10.2) -------

/** One way to read a batch. */
interface Reading {
  /** Amounts are magnitudes and Action is the direction, or amounts are signed as sent. */
  direction: "action" | "as_sent";
  /** Fees (chargebacks) follow the direction rule, or always cost. */
  fees: "directed" | "cost";
  chargebacks: "directed" | "cost";
  /** The stated total is after fees, or before them. */
  total: "net" | "gross";
}

/** Every reading, the likeliest first: the first one whose lines add up to the paid amount is taken. */
const READINGS: readonly Reading[] = (["action", "as_sent"] as const).flatMap((direction) =>
  (["directed", "cost"] as const).flatMap((fees) =>
    (["directed", "cost"] as const).flatMap((chargebacks) =>
      (["net", "gross"] as const).map((total) => ({ direction, fees, chargebacks, total })),
    ),
  ),
);

/** Used when no reading adds up: the engine then stops the payout, for its lines do not. */
const FALLBACK: Reading = { direction: "action", fees: "cost", chargebacks: "directed", total: "net" };

/** A settlement's amount from the merchant's side. */
function signed(line: Settlement, reading: Reading): number {
  const always =
    (line.Type === "Fee" && reading.fees === "cost") || (line.Type === "Chargeback" && reading.chargebacks === "cost");
  const magnitude = Math.abs(line.Amount);
  if (always) return -magnitude;
  if (reading.direction === "as_sent") return line.Amount;
  return line.Action === "Credit" ? -magnitude : magnitude;
}

const sum = (lines: readonly Settlement[], reading: Reading): number =>
  lines.reduce((total, line) => total + signed(line, reading), 0);

const paid = (header: PayoutHeader, reading: Reading): number =>
  reading.total === "net" ? header.paidMinor : header.paidMinor - (header.feeMinor ?? 0);

function describe({ direction, fees, chargebacks, total }: Reading): string {
  return [
    direction === "action" ? "magnitudes, direction by Action" : "amounts signed as sent",
    `fees ${fees === "cost" ? "always cost" : "by the same rule"}`,
    ...(chargebacks === "cost" ? ["chargebacks always cost"] : []),
    `TotalAmount ${total === "net" ? "after" : "before"} fees`,
  ].join("; ");
}

// --------------------------------------------------------------------------------------------------------------

export interface ReadBatch {
  lines: PayoutLine[];
  restated: { paidMinor: number; feeMinor: number | null; interpretation: string };
}

/**
 * The lines of a batch in our words. `complete` is false when its fee lines could not be had: the stated fee then
 * becomes one line of the batch.
 */
export function readBatch(header: PayoutHeader, settlements: readonly Settlement[]): ReadBatch {
  const missing = missingFee(header, settlements);
  const all = missing === null ? settlements : [...settlements, missing];
  const fits = READINGS.find((reading) => sum(all, reading) === paid(header, reading));
  const reading = fits ?? FALLBACK;
  const ids = lineIds(all);
  const lines = all.map((line) => lineOf(line, signed(line, reading), ids.get(line) ?? "", header));
  const notes = [
    fits ? describe(reading) : "no reading of the signs adds up to the paid amount",
    ...(missing === null ? [] : ["the fee is one line, as stated on the batch"]),
  ];
  return {
    lines,
    restated: { paidMinor: paid(header, reading), feeMinor: header.feeMinor, interpretation: notes.join("; ") },
  };
}

/** Whether the batch states a fee that none of its lines shows. */
export const lacksFees = (header: PayoutHeader, settlements: readonly Settlement[]): boolean =>
  (header.feeMinor ?? 0) !== 0 && !settlements.some((line) => line.Type === "Fee");

function missingFee(header: PayoutHeader, settlements: readonly Settlement[]): Settlement | null {
  if (!lacksFees(header, settlements)) return null;
  return {
    OrderId: null,
    PaymentTransactionId: null,
    MerchantOrderReference: "",
    Action: "Credit",
    Type: "Fee",
    CurrencyCode: header.currency,
    // A cost in every reading but the rare one that takes fees as signed magnitudes.
    Amount: -(header.feeMinor ?? 0),
    AcquirerName: "",
    PaymentMethodType: "",
    TransactionCompletedDate: "",
    VatRate: null,
    AmountExcludingVat: null,
  };
}

function lineOf(line: Settlement, amountMinor: number, externalId: string, header: PayoutHeader): PayoutLine {
  const type = typeOf(line, amountMinor);
  return {
    externalId,
    type,
    amountMinor,
    currency: line.CurrencyCode,
    feeMinor: 0,
    feeVatMinor: type === "fee" ? feeVat(line) : 0,
    references: referencesOf(line),
    method: line.PaymentMethodType || line.AcquirerName || header.reference,
    ...occurredAt("occurredAt", line.TransactionCompletedDate),
  };
}

function typeOf(line: Settlement, amountMinor: number): PayoutLineType {
  switch (line.Type) {
    case "Transaction":
      return amountMinor < 0 ? "refund" : "sale";
    case "Fee":
      return "fee";
    case "Chargeback":
      return "chargeback";
    case "Unknown":
      return "adjustment";
    default:
      return line.Type satisfies never;
  }
}

/** VAT inside a fee: stated by its amount without VAT, else by its rate, else none. */
function feeVat(line: Settlement): number {
  const gross = Math.abs(line.Amount);
  if (line.AmountExcludingVat !== null && line.AmountExcludingVat !== undefined) {
    return Math.max(0, gross - Math.abs(line.AmountExcludingVat));
  }
  return vatInside(gross, line.VatRate ?? 0);
}

function referencesOf(line: Settlement): PayoutReference[] {
  const reference = referenceAlias(line.MerchantOrderReference);
  return [
    ...(line.PaymentTransactionId === null ? [] : [{ type: TRANSACTION_ID, value: line.PaymentTransactionId }]),
    ...(line.OrderId === null ? [] : [{ type: ORDER_ID, value: line.OrderId }]),
    ...(reference === null ? [] : [{ type: reference.type, value: reference.value }]),
  ];
}

/**
 * Ids that are the same in every fetch, whatever the order of the answer: what the line is about and its type,
 * numbered by content where several are about the same.
 */
function lineIds(lines: readonly Settlement[]): Map<Settlement, string> {
  const groups = new Map<string, Settlement[]>();
  for (const line of lines) {
    const about = line.PaymentTransactionId ?? (line.OrderId === null ? "batch" : `order-${line.OrderId}`);
    const base = `${about}:${line.Type.toLowerCase()}`;
    groups.set(base, [...(groups.get(base) ?? []), line]);
  }
  const ids = new Map<Settlement, string>();
  for (const [base, group] of groups) {
    const ordered = group.map((line) => ({ line, content: JSON.stringify(line) }));
    ordered.sort((a, b) => (a.content < b.content ? -1 : a.content > b.content ? 1 : 0));
    ordered.forEach(({ line }, index) => {
      ids.set(line, index === 0 ? base : `${base}#${index + 1}`);
    });
  }
  return ids;
}

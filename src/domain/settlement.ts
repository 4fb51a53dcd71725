// The words of payout matching: what a payout line may settle, what it did settle, and on what evidence.
import type { PayoutReference } from "./payout.ts";

/** The ERP document of a capture or a refund. Amounts are magnitudes including VAT. */
export interface SettleableDocument {
  kind: "invoice" | "credit_invoice";
  number: string;
  totalMinor: number;
  /** What this movement settles of it, where several movements settle one document; otherwise all of it. */
  shareMinor?: number;
}

/** Something a payout line can settle: a capture or refund with its ERP document. */
export interface Settleable {
  /**
   * `books`: a movement of our own books. `erp`: a document found in the ERP by a reference of the line; its
   * `references` are the texts it was found by, so that prefixed and plain forms both stand there.
   */
  source: "books" | "erp";
  /** Unique: the ledger entry, or for `erp` an id made of the document's number. */
  entryId: string;
  orderId: string | null;
  kind: "capture" | "refund";
  /**
   * The PSP's id of the movement (for `erp`: the document number). `454211#x1` is a part of movement `454211`:
   * one immediate payment that is invoiced in several steps.
   */
  externalId: string;
  connectionId: string;
  /** Magnitude. */
  amountMinor: number;
  currency: string;
  document: SettleableDocument | null;
  /** The aliases of the order at this PSP, ids of its movements among them. */
  references: PayoutReference[];
  settledByPayoutId: string | null;
  /** The line of that payout, so that a second look at the same payout finds its own work. */
  settledByLineId?: string | null;
  /** Milliseconds since the epoch. */
  occurredAt: number | null;
}

/** What a match rests on, strongest first (DESIGN section 9.3). References are tried in the order of the line. */
export const EVIDENCE = ["own_id", "reference", "erp_document", "amount_and_date"] as const;
export type Evidence = (typeof EVIDENCE)[number];

export interface SettledDocument {
  entryId: string;
  orderId: string | null;
  kind: "invoice" | "credit_invoice";
  number: string;
  /** What leaves the receivable, in the payout's currency: > 0 for an invoice, < 0 for a credit invoice. */
  amountMinor: number;
}

/** What a line settles. Lines that settle nothing yet are open. */
export type Match =
  /**
   * `differenceMinor` = the line − Σ documents; it goes to the account of its kind, or for `account` to the one that a
   * person named. `fx` and `account` are never concluded by the engine.
   */
  | {
      kind: "documents";
      documents: SettledDocument[];
      difference: "rounding" | "fx" | "account";
      differenceMinor: number;
      account?: string;
    }
  /** A fee line. It joins the document if that is settled by the same payout. */
  | { kind: "fee"; document: { kind: "invoice" | "credit_invoice"; number: string } | null }
  /** Money that the PSP holds, takes back or carries over: an account of the settlement mapping. */
  | { kind: "balance"; balance: "reserve" | "chargeback" | "carry_over" }
  /** A person named the account. */
  | { kind: "account"; account: string }
  /** A person shared the line over accounts; the amounts add up to the line, and have its sign. */
  | { kind: "accounts"; rows: { account: string; amountMinor: number }[] };

export type SettledState = "matched" | "rounding" | "resolved" | "foreign";
export type OpenState = "expected" | "mismatched" | "duplicate" | "ambiguous";
export type LineState = SettledState | OpenState;

interface Finding {
  /** In words, for the accountant. */
  reason: string;
  /** The step of the fixed order that decided; null where no step found anything. */
  evidence: Evidence | null;
  /** Entries that a person may choose from; sorted. */
  candidates: string[];
}

/** Where a line stands. `foreign` and `resolved` are a person's word and are never concluded. */
export type LineOutcome = Finding & ({ state: SettledState; match: Match } | { state: OpenState; match: null });

/** Whether an id named on a payout line is this movement, or the payment that this movement is a part of. */
export const namesId = (named: string, own: string): boolean => own === named || own.startsWith(`${named}#`);

/** What a movement adds to a payout: a capture brings money in, a refund takes it out. */
export const signed = (kind: "capture" | "refund", magnitudeMinor: number): number =>
  kind === "capture" ? magnitudeMinor : 0 - magnitudeMinor;

export const hasReference = (item: Settleable, { type, value }: PayoutReference): boolean =>
  item.references.some((own) => own.type === type && own.value === value);

/**
 * Whether a reference says that the movement is another one. Under the type of its own id only that id names it, also
 * when the order has further ids of the type; under any other type, one of the order's values must be meant.
 */
export function contradicts({ type, value }: PayoutReference, item: Settleable): boolean {
  const sameType = item.references.filter((own) => own.type === type);
  if (sameType.some((own) => namesId(own.value, item.externalId))) return !namesId(value, item.externalId);
  return sameType.length > 0 && !sameType.some((own) => own.value === value);
}

/** Whether a reference is the movement's own id. Ids of orders and of movements may be equal numbers. */
export const namesMovement = (reference: PayoutReference, item: Settleable): boolean =>
  namesId(reference.value, item.externalId) && !contradicts(reference, item);

/** Orders ids by code points, which is the order of the store's keys: the same everywhere, whatever the locale. */
export function byText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const [x, y] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (x !== y) return codePointRank(x) - codePointRank(y);
  }
  return a.length - b.length;
}

/** Halves of characters beyond U+FFFF sort after all others, although their code units do not. */
const codePointRank = (unit: number): number => {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
};

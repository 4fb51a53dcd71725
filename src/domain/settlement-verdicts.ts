// How the search for a line's movement ends, with the reason in words.
import { formatAmount } from "./money.ts";
import type { PayoutLine } from "./payout.ts";
import {
  byText,
  contradicts,
  type Evidence,
  hasReference,
  type LineOutcome,
  namesMovement,
  type Settleable,
  type SettledDocument,
  signed,
} from "./settlement.ts";

export const print = (minor: number, currency: string): string => `${formatAmount(minor, currency)} ${currency}`;

const entryIds = (items: readonly Settleable[]): string[] => items.map((item) => item.entryId).sort(byText);

/** Up to three movements by name: `capture 454302 and capture 454303`. */
export function names(items: readonly Settleable[]): string {
  const all = items.map((item) => `${item.source === "erp" ? "document" : item.kind} ${item.externalId}`).sort(byText);
  const shown = all.length > 3 ? [...all.slice(0, 2), `${all.length - 2} more`] : all;
  const last = shown.at(-1) ?? "";
  return shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${last}` : last;
}

export const expected = (items: readonly Settleable[], evidence: Evidence | null, reason: string): LineOutcome => ({
  state: "expected",
  reason,
  evidence,
  candidates: entryIds(items),
  match: null,
});

export const ambiguous = (items: readonly Settleable[], evidence: Evidence | null, reason: string): LineOutcome => ({
  state: "ambiguous",
  reason,
  evidence,
  candidates: entryIds(items),
  match: null,
});

export const mismatched = (items: readonly Settleable[], evidence: Evidence, reason: string): LineOutcome => ({
  state: "mismatched",
  reason,
  evidence,
  candidates: entryIds(items),
  match: null,
});

export function duplicate(items: readonly Settleable[], evidence: Evidence): LineOutcome {
  const by = items.map((item) =>
    item.settledByLineId ? `line ${item.settledByLineId} of ${item.settledByPayoutId}` : `${item.settledByPayoutId}`,
  );
  const reason = `Already settled by ${[...new Set(by)].sort(byText).slice(0, 3).join(", ")}: ${names(items)}.`;
  return { state: "duplicate", reason, evidence, candidates: entryIds(items), match: null };
}

/**
 * Settles the chosen movements when the line, the movements and their documents agree, or differ by no more than the
 * tolerance; otherwise says what is missing.
 */
export function settle(
  { line, context }: { line: PayoutLine; context: { toleranceMinor?: number } },
  chosen: readonly Settleable[],
  evidence: Evidence,
  how: string,
): LineOutcome {
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);
  const tolerance = context.toleranceMinor ?? 0;
  const movedMinor = line.amountMinor - sum(chosen.map((item) => signed(item.kind, item.amountMinor)));
  const apart = (what: string, minor: number) =>
    mismatched(chosen, evidence, `${how}, but the line differs from ${what} by ${print(minor, line.currency)}.`);
  if (Math.abs(movedMinor) > tolerance) return apart(chosen.length > 1 ? "their sum" : "it", movedMinor);
  const bare = chosen.filter((item) => item.document === null);
  if (bare.length > 0) {
    const missing = bare[0]?.kind === "refund" ? "credit invoice" : "invoice";
    return expected(chosen, evidence, `${how}; the ${missing} of ${names(bare)} is awaited.`);
  }
  const documents = settledDocuments(chosen);
  const differenceMinor = line.amountMinor - sum(documents.map((document) => document.amountMinor));
  const numbers = documents.map((document) => document.number).join(", ");
  if (Math.abs(differenceMinor) > tolerance) return apart(`document ${numbers}`, differenceMinor);
  const rounded = movedMinor !== 0 || differenceMinor !== 0;
  const within = rounded ? `, within the tolerance of ${print(tolerance, line.currency)}` : "";
  return {
    state: rounded ? "rounding" : "matched",
    reason: `${how}; it settles ${documents[0]?.kind === "credit_invoice" ? "credit invoice" : "invoice"} ${numbers}${within}.`,
    evidence,
    candidates: [],
    match: { kind: "documents", documents, difference: "rounding", differenceMinor },
  };
}

function settledDocuments(chosen: readonly Settleable[]): SettledDocument[] {
  const documents = chosen.flatMap(({ entryId, orderId, kind, document }) => {
    if (document === null) return [];
    const amountMinor = signed(kind, document.shareMinor ?? document.totalMinor);
    return [{ entryId, orderId, kind: document.kind, number: document.number, amountMinor }];
  });
  return documents.sort((a, b) => byText(a.number, b.number) || byText(a.entryId, b.entryId));
}

/** A reserve, a chargeback or a carried balance needs no document: the settlement mapping has its account. */
export const balanceOutcome = (balance: "reserve" | "chargeback" | "carry_over"): LineOutcome => ({
  state: "matched",
  reason: {
    reserve: "Held or released by the provider: needs no document.",
    chargeback: "Taken back or returned by the provider: stands on the chargeback account until it is decided.",
    carry_over: "A balance carried from or to another payout: needs no document.",
  }[balance],
  evidence: null,
  candidates: [],
  match: { kind: "balance", balance },
});

/** A fee needs no document. It joins the one its references lead to, if there is exactly one. */
export function feeOutcome(line: PayoutLine, ours: readonly Settleable[]): LineOutcome {
  for (const reference of line.references) {
    const named = ours.filter(
      (item) => namesMovement(reference, item) || (hasReference(item, reference) && !contradicts(reference, item)),
    );
    const documents = named.flatMap((item) => (item.document ? [item.document] : []));
    const [first] = documents;
    if (!first) continue;
    const alone = documents.every((document) => document.kind === first.kind && document.number === first.number);
    const document = alone ? { kind: first.kind, number: first.number } : null;
    return fee(
      document,
      alone
        ? `It belongs to document ${first.number}.`
        : `${reference.type} ${reference.value} leads to several documents.`,
    );
  }
  return fee(null, "It belongs to no document.");
}

const fee = (document: { kind: "invoice" | "credit_invoice"; number: string } | null, where: string): LineOutcome => ({
  state: "matched",
  reason: `A fee of the provider. ${where}`,
  evidence: document ? "reference" : null,
  candidates: [],
  match: { kind: "fee", document },
});

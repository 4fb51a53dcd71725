// Which capture or refund a payout line settles: one fixed order of evidence, and nothing is guessed.
import type { PayoutLine, PayoutReference } from "./payout.ts";
import {
  byText,
  contradicts,
  EVIDENCE,
  type Evidence,
  hasReference,
  type LineOutcome,
  namesMovement,
  type Settleable,
  signed,
} from "./settlement.ts";
import {
  ambiguous,
  balanceOutcome,
  duplicate,
  expected,
  feeOutcome,
  mismatched,
  names,
  print,
  settle,
} from "./settlement-verdicts.ts";

export interface MatchingContext {
  payoutId: string;
  connectionId: string;
  /** Differences up to this are `rounding`; 0 by default. In minor units of the line's currency. */
  toleranceMinor?: number;
  /** How far apart a line and a movement may be when only amount and date speak; 7 days by default. */
  dateWindowMs?: number;
}

const DAY_MS = 86_400_000;

/**
 * Finds what one line settles, in the order of DESIGN section 9.3: our own capture or refund id; the references in
 * the line's order (a connector puts the PSP's before the merchant's); ERP documents found by reference; amount and
 * date, if exactly one movement has them. Sales settle captures, refunds settle refunds. The first step that finds a
 * movement decides, also when it decides that the line stays open. The order of `candidates` does not matter.
 */
export function matchLine(line: PayoutLine, candidates: readonly Settleable[], context: MatchingContext): LineOutcome {
  const ours = candidates.filter((item) => item.source === "erp" || item.connectionId === context.connectionId);
  switch (line.type) {
    case "sale":
    case "refund":
      return matchMovement({ line, context, kind: line.type === "sale" ? "capture" : "refund" }, ours);
    case "fee":
      return feeOutcome(line, ours);
    case "reserve":
    case "chargeback":
    case "carry_over":
      return balanceOutcome(line.type);
    case "adjustment":
      return ambiguous([], null, "The provider does not say what this adjustment is for; a person decides.");
    default:
      return line.type satisfies never;
  }
}

/** One line in search of a movement of one kind. */
interface Search {
  line: PayoutLine;
  context: MatchingContext;
  kind: "capture" | "refund";
}

function matchMovement(search: Search, ours: readonly Settleable[]): LineOutcome {
  const { line, kind } = search;
  const wanted = ours.filter((item) => item.kind === kind && documentFits(item));
  const books = wanted.filter((item) => item.source === "books");
  for (const reference of line.references) {
    const named = books.filter((item) => namesMovement(reference, item));
    if (named.length > 0) return judgeNamed(search, named, reference);
  }
  const fitting = books.filter((item) => !line.references.some((reference) => contradicts(reference, item)));
  for (const reference of line.references) {
    const found = fitting.filter((item) => hasReference(item, reference));
    if (found.length > 0) return judgeFound(search, found, "reference", `${reference.type} ${reference.value}`);
  }
  const texts = new Set(line.references.map((reference) => reference.value));
  const documents = wanted.filter(
    (item) => item.source === "erp" && item.references.some((own) => texts.has(own.value)),
  );
  if (documents.length > 0) return judgeFound(search, documents, "erp_document", "A reference in the ERP");
  const alike = fitting.filter((item) => isAlike(search, item));
  if (alike.length > 0) return judgeFound(search, alike, "amount_and_date", "Amount and date");
  return nothingFound(search, ours);
}

const documentFits = (item: Settleable): boolean =>
  item.document === null || item.document.kind === (item.kind === "capture" ? "invoice" : "credit_invoice");

const isTaken = ({ line, context }: Search, item: Settleable): boolean =>
  item.settledByPayoutId !== null &&
  (item.settledByPayoutId !== context.payoutId || (item.settledByLineId ?? line.externalId) !== line.externalId);

const isEqual = ({ line }: Search, item: Settleable): boolean =>
  item.currency === line.currency && signed(item.kind, item.amountMinor) === line.amountMinor;

function isAlike(search: Search, item: Settleable): boolean {
  const { line, context } = search;
  if (line.occurredAt === undefined || item.occurredAt === null) return false;
  const apartMs = Math.abs(line.occurredAt - item.occurredAt);
  return isEqual(search, item) && !isTaken(search, item) && apartMs <= (context.dateWindowMs ?? 7 * DAY_MS);
}

/** The line names the movement itself, or the payment whose parts (`…#x1`, `…#x2`) it settles together. */
function judgeNamed(search: Search, named: readonly Settleable[], reference: PayoutReference): LineOutcome {
  const { line } = search;
  const free = named.filter((item) => !isTaken(search, item));
  if (free.length === 0) return duplicate(named, "own_id");
  const abroad = free.filter((item) => item.currency !== line.currency);
  if (abroad.length > 0) return otherCurrency(line, abroad, "own_id");
  const sumMinor = free.reduce((sum, item) => sum + signed(item.kind, item.amountMinor), 0);
  const isGroup = named.some((item) => item.externalId !== reference.value);
  const missingMinor = Math.abs(line.amountMinor) - Math.abs(sumMinor);
  if (isGroup && missingMinor > (search.context.toleranceMinor ?? 0)) {
    return expected(
      free,
      "own_id",
      `Of payment ${reference.value}, ${print(sumMinor, line.currency)} of ` +
        `${print(line.amountMinor, line.currency)} is in the books so far; the rest is awaited.`,
    );
  }
  return settle(search, free, "own_id", `${reference.type} ${reference.value} names ${names(free)}`);
}

/** The line leads to an order, a document, or an amount: exactly one free movement of its amount must remain. */
function judgeFound(search: Search, found: readonly Settleable[], evidence: Evidence, lead: string): LineOutcome {
  const { line, context } = search;
  const inCurrency = found.filter((item) => item.currency === line.currency);
  if (inCurrency.length === 0) return otherCurrency(line, found, evidence);
  const free = inCurrency.filter((item) => !isTaken(search, item));
  const equal = free.filter((item) => isEqual(search, item));
  const tolerance = context.toleranceMinor ?? 0;
  const near = free.filter((item) => Math.abs(line.amountMinor - signed(item.kind, item.amountMinor)) <= tolerance);
  const best = equal.length > 0 ? equal : near;
  const [only] = best;
  if (only && best.length === 1) return settle(search, [only], evidence, `${lead} leads to ${names([only])}`);
  if (best.length > 1) {
    return ambiguous(best, evidence, `${lead} leads to ${best.length} movements of this amount: ${names(best)}.`);
  }
  const taken = inCurrency.filter((item) => isTaken(search, item) && isEqual(search, item));
  if (taken.length > 0) return duplicate(taken, evidence);
  if (free.length === 0) {
    return expected(inCurrency, evidence, `${lead} leads to movements that are all settled; another one is awaited.`);
  }
  if (free.length > 1) {
    return ambiguous(free, evidence, `${lead} leads to ${names(free)}; none has the amount of the line.`);
  }
  return settle(search, free, evidence, `${lead} leads to ${names(free)}`);
}

function otherCurrency(line: PayoutLine, found: readonly Settleable[], evidence: Evidence): LineOutcome {
  const currencies = [...new Set(found.map((item) => item.currency))].sort(byText).join(", ");
  return mismatched(found, evidence, `The line is in ${line.currency}, ${names(found)} in ${currencies}.`);
}

function nothingFound({ line, kind }: Search, ours: readonly Settleable[]): LineOutcome {
  const known = ours.filter((item) => line.references.some((reference) => hasReference(item, reference)));
  if (known.length === 0) {
    return expected([], null, "Nothing in the books or the ERP answers to the references of this line yet.");
  }
  const unknown = line.references.find((reference) => known.some((item) => contradicts(reference, item)));
  const reason = unknown
    ? `The order is known, but ${unknown.type} ${unknown.value} is not in the books yet.`
    : `The order is known, but it has no ${kind} for this line in the books yet.`;
  return expected(known, null, reason);
}

const documentKey = ({ kind, number }: { kind: string; number: string }): string => `${kind} ${number}`;

/**
 * Matches the lines of a payout together, so that no movement or document is settled twice: where several lines claim one, the
 * strongest evidence wins, then the lowest line id; the others become `duplicate`, or find another movement. The
 * result does not depend on the order of the lines. Line ids are unique within a payout.
 */
export function matchLines(
  lines: readonly PayoutLine[],
  candidatesFor: (line: PayoutLine) => readonly Settleable[],
  context: MatchingContext,
): Map<string, LineOutcome> {
  const rank = ({ evidence }: LineOutcome) => (evidence === null ? EVIDENCE.length : EVIDENCE.indexOf(evidence));
  const ranked = lines.map((line) => ({ line, rank: rank(matchLine(line, candidatesFor(line), context)) }));
  ranked.sort((a, b) => a.rank - b.rank || byText(a.line.externalId, b.line.externalId));
  const claims = new Map<string, string>();
  const claimed = (item: Settleable): Settleable => {
    const { document } = item;
    const whole = document && document.shareMinor === undefined ? claims.get(documentKey(document)) : undefined;
    const lineId = claims.get(item.entryId) ?? whole;
    return lineId === undefined ? item : { ...item, settledByPayoutId: context.payoutId, settledByLineId: lineId };
  };
  const outcomes = new Map<string, LineOutcome>();
  for (const { line } of ranked) {
    const outcome = matchLine(line, candidatesFor(line).map(claimed), context);
    if (outcome.match?.kind === "documents") {
      for (const document of outcome.match.documents) {
        claims.set(document.entryId, line.externalId).set(documentKey(document), line.externalId);
      }
    }
    outcomes.set(line.externalId, outcome);
  }
  return outcomes;
}

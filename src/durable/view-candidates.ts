// The candidates of open lines as people see them: what speaks for each, and what against it.
import type { PayoutLine } from "../domain/payout.ts";
import { claimsOn } from "../domain/payout-claims.ts";
import { hasReference, type Settleable, signed } from "../domain/settlement.ts";
import { print } from "../domain/settlement-verdicts.ts";
import type { Core } from "./books.ts";
import { candidatesOfPage } from "./payout-candidates.ts";
import { holdersOf } from "./payout-claim-store.ts";
import { isOpen, lineOf, type PayoutLineRow, type PayoutRow } from "./payout-store.ts";
import type { Link } from "./runtime.ts";
import { money } from "./view-problem.ts";
import type { CandidateView } from "./views.ts";

const SHOWN_MAX = 20;
const DAY_MS = 86_400_000;

/** Candidates of the open lines of a page, by line. */
export function candidateViews(
  core: Core,
  link: Link | undefined,
  payout: PayoutRow,
  rows: readonly PayoutLineRow[],
): Map<string, CandidateView[]> {
  const lines = rows.filter((row) => isOpen(row.state) && row.proposal === null).map(lineOf);
  if (!link || lines.length === 0) return new Map();
  const candidates = candidatesOfPage(core, link, payout.id, lines);
  const holders = holdersOf(core.books, [...candidates.values()].flat().flatMap(claimsOn));
  return new Map(
    lines.map((line) => [
      line.externalId,
      (candidates.get(line.externalId) ?? []).slice(0, SHOWN_MAX).map((item) => {
        const holder = claimsOn(item).flatMap((claim) => holders.get(claim) ?? [])[0];
        const taken =
          holder && holder.lineId !== line.externalId ? `line ${holder.lineId} of ${holder.payoutId}` : null;
        return viewOf(line, item, taken ?? item.settledByPayoutId);
      }),
    ]),
  );
}

function viewOf(line: PayoutLine, item: Settleable, taken: string | null): CandidateView {
  const amountMinor = signed(item.kind, item.amountMinor);
  return {
    id: item.entryId,
    kind: item.kind,
    orderId: item.orderId,
    documentKind: item.document?.kind ?? null,
    documentNumber: item.document?.number ?? null,
    amount: money(amountMinor, item.currency),
    difference: money(line.amountMinor - amountMinor, line.currency),
    evidence: evidenceOf(line, item, taken),
  };
}

function evidenceOf(line: PayoutLine, item: Settleable, taken: string | null): string[] {
  const amountMinor = signed(item.kind, item.amountMinor);
  const same = line.references.filter((reference) => hasReference(item, reference));
  const days =
    line.occurredAt === undefined || item.occurredAt === null
      ? null
      : Math.round(Math.abs(line.occurredAt - item.occurredAt) / DAY_MS);
  return [
    ...same.map(({ type, value }) => `${type} ${value} is the same.`),
    ...(same.length === 0 ? ["No reference of the line is one of its own."] : []),
    item.currency !== line.currency
      ? `It is in ${item.currency}, the line in ${line.currency}.`
      : amountMinor === line.amountMinor
        ? "The amount is the same."
        : `The amount differs by ${print(line.amountMinor - amountMinor, line.currency)}.`,
    ...(days === null ? [] : [`${days} days lie between them.`]),
    ...(item.document ? [] : ["It has no document in the ERP yet."]),
    ...(taken === null ? [] : [`It is settled by ${taken} already.`]),
  ];
}

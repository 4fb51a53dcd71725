// Who settles what when several lines want the same movement: the strongest evidence wins, then the lowest line id.
//
// A line's strength does not depend on what it wants, so however often lines are looked at and in whatever order, the
// end is the same: each line takes what no stronger line holds.
import { byText, EVIDENCE, type LineOutcome, type Match, type Settleable } from "./settlement.ts";

/** A line that holds a movement or a document. */
export interface Claim {
  payoutId: string;
  lineId: string;
  priority: number;
}

/** What a person decided is stronger than any evidence. */
export const DECIDED_PRIORITY = -1;

/** The strength of a line: the evidence it finds when nobody of its payout holds anything. Lower is stronger. */
export const priorityOf = ({ evidence }: Pick<LineOutcome, "evidence">): number =>
  evidence === null ? EVIDENCE.length : EVIDENCE.indexOf(evidence);

export const isStronger = (a: Omit<Claim, "payoutId">, b: Omit<Claim, "payoutId">): boolean =>
  a.priority < b.priority || (a.priority === b.priority && byText(a.lineId, b.lineId) < 0);

const documentClaim = ({ kind, number }: { kind: string; number: string }): string => `${kind} ${number}`;

/** What must be free for a movement to be settled: itself, and its document unless it has only a share of that. */
export const claimsOn = (item: Settleable): string[] =>
  item.document && item.document.shareMinor === undefined
    ? [item.entryId, documentClaim(item.document)]
    : [item.entryId];

/** What a settled line holds. `shared` are the movements with a share of their document. */
export function claimsOf(match: Match | null, shared: ReadonlySet<string>): string[] {
  if (match?.kind !== "documents") return [];
  const claims = match.documents.flatMap((document) =>
    shared.has(document.entryId) ? [document.entryId] : [document.entryId, documentClaim(document)],
  );
  return [...new Set(claims)];
}

/** The movement as one line sees it: taken by another payout, or by a stronger line of its own. */
export function asSeenBy(line: Claim, item: Settleable, holderOf: (claim: string) => Claim | undefined): Settleable {
  for (const claim of claimsOn(item)) {
    const holder = holderOf(claim);
    if (!holder || (holder.payoutId === line.payoutId && holder.lineId === line.lineId)) continue;
    const foreign = holder.payoutId !== line.payoutId;
    if (foreign || isStronger(holder, line))
      return { ...item, settledByPayoutId: holder.payoutId, settledByLineId: foreign ? null : holder.lineId };
  }
  return item;
}

// What an act on a payout line works with: the payout, its connection, who acts, and what the line may choose from.
import type { Problem } from "../domain/errors.ts";
import { claimsOn, DECIDED_PRIORITY } from "../domain/payout-claims.ts";
import { type Resolution, type Resolved, resolveLine } from "../domain/payout-resolution.ts";
import type { Result } from "../domain/result.ts";
import type { Settleable } from "../domain/settlement.ts";
import type { Core } from "./books.ts";
import { candidatesOfPage } from "./payout-candidates.ts";
import { holdersOf } from "./payout-claim-store.ts";
import { lineOf, type PayoutLineRow, type PayoutRow } from "./payout-store.ts";
import type { Link, Runtime } from "./runtime.ts";

export interface NoteInput {
  note: string;
}
export type ResolveInput = Resolution & NoteInput & { applyToSimilar?: boolean | undefined };

export interface Scene {
  core: Core;
  runtime: Runtime;
  link: Link;
  payout: PayoutRow;
  actor: string;
}

/** Candidates of one line with who holds them. */
export function seenCandidates({ core, link, payout }: Scene, row: PayoutLineRow): Settleable[] {
  const candidates = candidatesOfPage(core, link, payout.id, [lineOf(row)]).get(row.externalId) ?? [];
  const holders = holdersOf(core.books, candidates.flatMap(claimsOn));
  // What evidence alone gave to another line of this payout may be taken from it; what a person gave may not.
  const firm = (claim: string) => {
    const holder = holders.get(claim);
    const own = holder?.payoutId === payout.id && holder.priority > DECIDED_PRIORITY && payout.bookedVersion === 0;
    return own ? undefined : holder;
  };
  return candidates.map((item) => {
    const holder = claimsOn(item).flatMap((claim) => firm(claim) ?? [])[0];
    const own = holder?.payoutId === payout.id && holder.lineId === row.externalId;
    return holder && !own ? { ...item, settledByPayoutId: holder.payoutId } : item;
  });
}

export const resolutionOf = (scene: Scene, row: PayoutLineRow, input: Resolution): Result<Resolved, Problem> =>
  resolveLine(lineOf(row), seenCandidates(scene, row), input, scene.runtime.config.settlementAccounts ?? {});

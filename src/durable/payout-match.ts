// One pass over the lines of a payout, page by page: each line takes what the evidence gives it and no stronger line
// holds. Passes go on until nothing moves; the end does not depend on pages, passes or the order of the lines.

import type { PayoutLine } from "../domain/payout.ts";
import { asSeenBy, type Claim, claimsOf, claimsOn, isStronger, priorityOf } from "../domain/payout-claims.ts";
import { type MatchingContext, matchLine } from "../domain/payout-matching.ts";
import type { LineOutcome, Settleable } from "../domain/settlement.ts";
import type { Core } from "./books.ts";
import { candidatesOfPage, DATE_WINDOW_MS } from "./payout-candidates.ts";
import { claimsOfLine, holdersOf, writeClaims } from "./payout-claim-store.ts";
import {
  isDecided,
  lineOf,
  linesAfter,
  PAGE_LINES,
  type PayoutLineRow,
  type PayoutRow,
  storeOutcomes,
} from "./payout-store.ts";
import type { Link } from "./runtime.ts";

export interface Matched {
  /** The last line of the page; null when the pass is over. */
  cursor: string | null;
  lines: number;
  moved: Moved;
}

/**
 * `taken`: free movements found their lines, which weaker lines seen before may have counted on. `lost`: a line has to
 * look again, because it lost a claim or another one is free again.
 */
export const MOVED = { nothing: 0, taken: 1, lost: 2 } as const;
export type Moved = (typeof MOVED)[keyof typeof MOVED];

/** Matches the page after `payout.cursor`. Call inside a transaction. */
export function matchPage(core: Core, link: Link, payout: PayoutRow, toleranceMinor: number): Matched {
  const { books } = core;
  const page = linesAfter(books, payout.id, payout.cursor, PAGE_LINES);
  // What is in the ERP stays as it was booked; only what a new version brought is looked for.
  const wanted = page.filter((row) => !isDecided(row) && !(payout.bookedVersion > 0 && row.outcome?.match));
  const lines = wanted.map(lineOf);
  const candidates = candidatesOfPage(core, link, payout.id, lines);
  const keys = new Set([
    ...[...candidates.values()].flat().flatMap(claimsOn),
    ...wanted.flatMap((row) => claimsOfLine(row)),
  ]);
  const holders = holdersOf(books, keys);
  const writing: Writing = { holders, touched: new Set(), changed: [] };
  const context: MatchingContext = {
    payoutId: payout.id,
    connectionId: link.config.id,
    toleranceMinor,
    dateWindowMs: DATE_WINDOW_MS,
  };
  let moved: Moved = MOVED.nothing;
  for (const [index, row] of wanted.entries()) {
    const line = lines[index] ?? lineOf(row);
    const one = settleLine(row, line, candidates.get(row.externalId) ?? [], writing, context);
    if (one > moved) moved = one;
  }
  writeClaims(books, holders, writing.touched);
  storeOutcomes(core, payout.id, writing.changed);
  const last = page.at(-1);
  return { cursor: last && page.length === PAGE_LINES ? last.externalId : null, lines: page.length, moved };
}

/** What a page decided, written at its end by a few statements. */
interface Writing {
  holders: Map<string, Claim>;
  /** Claims whose holder may be another one now. */
  touched: Set<string>;
  changed: { id: string; outcome: LineOutcome }[];
}

function settleLine(
  row: PayoutLineRow,
  line: PayoutLine,
  candidates: readonly Settleable[],
  { holders, touched, changed }: Writing,
  context: MatchingContext,
): Moved {
  const others = (claim: string) => {
    const holder = holders.get(claim);
    return holder?.payoutId === row.payoutId ? undefined : holder;
  };
  const nobody = { payoutId: row.payoutId, lineId: row.externalId, priority: 0 };
  const first = matchLine(
    line,
    candidates.map((item) => asSeenBy(nobody, item, others)),
    context,
  );
  const self: Claim = { ...nobody, priority: priorityOf(first) };
  const seen = candidates.map((item) => asSeenBy(self, item, (claim) => holders.get(claim)));
  const outcome = matchLine(line, seen, context);
  const shared = new Set(
    candidates.filter((item) => item.document?.shareMinor !== undefined).map((item) => item.entryId),
  );
  const wanted = claimsOf(outcome.match, shared);
  const held = claimsOfLine(row).filter((claim) => isHeldBy(holders.get(claim), self));
  const given = held.filter((claim) => !wanted.includes(claim));
  const taken = wanted.filter((claim) => !isSame(holders.get(claim), self));
  const displaced = taken.some((claim) => isDisplaced(holders.get(claim), self));
  for (const claim of given) holders.delete(claim);
  for (const claim of taken) holders.set(claim, self);
  for (const claim of [...given, ...taken]) touched.add(claim);
  if (JSON.stringify(row.outcome) !== JSON.stringify(outcome)) changed.push({ id: row.externalId, outcome });
  if (displaced || given.length > 0) return MOVED.lost;
  return taken.length > 0 ? MOVED.taken : MOVED.nothing;
}

const isHeldBy = (holder: Claim | undefined, self: Claim): boolean =>
  holder?.payoutId === self.payoutId && holder.lineId === self.lineId;

const isSame = (holder: Claim | undefined, self: Claim): boolean =>
  isHeldBy(holder, self) && holder?.priority === self.priority;

/** A weaker line of the payout loses what it held, and is looked at again. */
const isDisplaced = (holder: Claim | undefined, self: Claim): boolean =>
  holder !== undefined && !isHeldBy(holder, self) && isStronger(self, holder);

// Which line holds a movement or a document. The key is the claim: the store itself refuses a second holder.
import { and, eq, sql } from "drizzle-orm";
import { type Claim, claimsOf } from "../domain/payout-claims.ts";
import type { Match } from "../domain/settlement.ts";
import type { Books } from "./books.ts";
import { payoutClaims } from "./schema-payouts.ts";

interface Holder {
  payoutId: string;
  externalId: string;
}

/** The holders of these claims. */
export function holdersOf(books: Books, claims: Iterable<string>): Map<string, Claim> {
  const rows = books
    .select()
    .from(payoutClaims)
    .where(sql`${payoutClaims.claim} in (select value from json_each(${JSON.stringify([...claims])}))`)
    .all();
  return new Map(rows.map(({ claim, ...holder }) => [claim, holder]));
}

/** Writes who holds these claims now, or that nobody does. */
export function writeClaims(books: Books, holders: ReadonlyMap<string, Claim>, claims: Iterable<string>): void {
  const held = [...claims].map((claim) => ({ claim, holder: holders.get(claim) }));
  const free = held.filter(({ holder }) => !holder).map(({ claim }) => claim);
  const taken = held.flatMap(({ claim, holder }) =>
    holder ? [[claim, holder.payoutId, holder.lineId, holder.priority]] : [],
  );
  if (free.length > 0)
    books
      .delete(payoutClaims)
      .where(sql`${payoutClaims.claim} in (select value from json_each(${JSON.stringify(free)}))`)
      .run();
  if (taken.length > 0)
    books.run(sql`
      insert into payout_claims (claim, payout_id, line_id, priority)
      select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from json_each(${JSON.stringify(taken)}) where true
      on conflict (claim) do update
      set payout_id = excluded.payout_id, line_id = excluded.line_id, priority = excluded.priority`);
}

/** Takes claims for a line, from whoever holds them. */
export function takeClaims(books: Books, holder: Claim, claims: readonly string[]): void {
  for (const claim of claims)
    books
      .insert(payoutClaims)
      .values({ claim, ...holder })
      .onConflictDoUpdate({ target: payoutClaims.claim, set: holder })
      .run();
}

/** Gives up claims, those that the line still holds. */
export function releaseClaims(books: Books, line: Holder, claims: readonly string[]): void {
  for (const claim of claims)
    books
      .delete(payoutClaims)
      .where(
        and(
          eq(payoutClaims.claim, claim),
          eq(payoutClaims.payoutId, line.payoutId),
          eq(payoutClaims.lineId, line.externalId),
        ),
      )
      .run();
}

/** Everything a line may hold by its match. */
export const claimsOfLine = (row: { outcome: { match: Match | null } | null }): string[] =>
  claimsOf(row.outcome?.match ?? null, new Set());

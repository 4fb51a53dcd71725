// What versions of a payout changed: since the one in the ERP, and for people to see.
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Match } from "../domain/settlement.ts";
import type { Books } from "./books.ts";
import { lineOf, type PayoutLineRow, type PayoutRow } from "./payout-store.ts";
import { type BookedLine, payoutChanges } from "./schema-payouts.ts";

export type ChangeRow = typeof payoutChanges.$inferSelect;

const sinceBooked = (payout: PayoutRow) =>
  and(
    eq(payoutChanges.payoutId, payout.id),
    gt(payoutChanges.version, payout.bookedVersion),
    gt(payoutChanges.externalId, ""),
  );

export const countChanged = (books: Books, payout: PayoutRow): number =>
  books
    .select({ many: sql<number>`count(distinct ${payoutChanges.externalId})` })
    .from(payoutChanges)
    .where(sinceBooked(payout))
    .get()?.many ?? 0;

/** What lines were when they were booked; null where one was not there. The oldest change since then says so. */
export function bookedBefore(books: Books, payout: PayoutRow, ids: readonly string[]): Map<string, BookedLine | null> {
  const first = new Map<string, BookedLine | null>();
  const rows = books
    .select()
    .from(payoutChanges)
    .where(
      and(
        sinceBooked(payout),
        sql`${payoutChanges.externalId} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    )
    .orderBy(asc(payoutChanges.externalId), asc(payoutChanges.version))
    .all();
  for (const row of rows) if (!first.has(row.externalId)) first.set(row.externalId, row.before ?? null);
  return first;
}

/** Whether the provider changed the payout after it was booked; a person looks at such a correction first. */
export const isChangedByProvider = (books: Books, payout: PayoutRow): boolean =>
  payout.bookedVersion > 0 &&
  books
    .select({ version: payoutChanges.version })
    .from(payoutChanges)
    .where(
      and(
        eq(payoutChanges.payoutId, payout.id),
        gt(payoutChanges.version, payout.bookedVersion),
        eq(payoutChanges.externalId, ""),
      ),
    )
    .limit(1)
    .get() !== undefined;

/** The ids of lines that changed since the booked version, after one of them. */
export const changedIds = (books: Books, payout: PayoutRow, after: string, limit: number): string[] =>
  books
    .selectDistinct({ id: payoutChanges.externalId })
    .from(payoutChanges)
    .where(and(sinceBooked(payout), gt(payoutChanges.externalId, after)))
    .orderBy(asc(payoutChanges.externalId))
    .limit(limit)
    .all()
    .map((row) => row.id);

/** Every change, the newest version first, at most `limit`. */
export const changesOf = (books: Books, payoutId: string, limit: number): ChangeRow[] =>
  books
    .select()
    .from(payoutChanges)
    .where(eq(payoutChanges.payoutId, payoutId))
    .orderBy(asc(payoutChanges.version), asc(payoutChanges.externalId))
    .limit(limit)
    .all();

/** Notes what a version made of a line; what it was before the version is noted once. */
export function writeChange(
  books: Books,
  payoutId: string,
  version: number,
  row: PayoutLineRow,
  match: Match | null,
): void {
  const line = lineOf(row);
  const after = { line, match };
  books
    .insert(payoutChanges)
    .values({
      payoutId,
      version,
      externalId: row.externalId,
      before: { line, match: row.outcome?.match ?? null },
      after,
    })
    .onConflictDoUpdate({
      target: [payoutChanges.payoutId, payoutChanges.version, payoutChanges.externalId],
      set: { after },
    })
    .run();
}

// Who decided what about a payout, and when. Acts are appended and never changed.
import { and, desc, eq, max } from "drizzle-orm";
import type { Books, Core } from "./books.ts";
import { payoutActs } from "./schema-payouts.ts";

export type ActRow = typeof payoutActs.$inferSelect;

/** Appends an act. Answers its number. */
export function appendAct(core: Core, act: Omit<ActRow, "number" | "at">): number {
  const last = core.books
    .select({ number: max(payoutActs.number) })
    .from(payoutActs)
    .where(eq(payoutActs.payoutId, act.payoutId))
    .get();
  const number = (last?.number ?? 0) + 1;
  core.books
    .insert(payoutActs)
    .values({ ...act, number, at: core.ports.now() })
    .run();
  return number;
}

/** The last acts about a payout, the newest first. */
export const actsOf = (books: Books, payoutId: string, limit: number): ActRow[] =>
  books
    .select()
    .from(payoutActs)
    .where(eq(payoutActs.payoutId, payoutId))
    .orderBy(desc(payoutActs.number))
    .limit(limit)
    .all();

export const readAct = (books: Books, payoutId: string, number: number): ActRow | undefined =>
  books
    .select()
    .from(payoutActs)
    .where(and(eq(payoutActs.payoutId, payoutId), eq(payoutActs.number, number)))
    .get();

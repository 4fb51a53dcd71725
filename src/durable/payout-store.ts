// Payouts and their lines as they were fetched, and what became of them.
import { and, asc, eq, gt, inArray } from "drizzle-orm";
import { isErrorCode, type Problem } from "../domain/errors.ts";
import { type ConnectionId, newId, type PayoutId } from "../domain/ids.ts";
import type { PayoutHeader, PayoutLine, PayoutLineType } from "../domain/payout.ts";
import type { LineOutcome, LineState } from "../domain/settlement.ts";
import { type Books, type Core, partsOf, rowsPerStatement } from "./books.ts";
import { payoutLines, payouts } from "./schema.ts";

export type PayoutRow = typeof payouts.$inferSelect;
export type PayoutLineRow = typeof payoutLines.$inferSelect;

export const readPayout = (books: Books, id: string): PayoutRow | undefined =>
  books.select().from(payouts).where(eq(payouts.id, id)).get();

const findPayout = (books: Books, connectionId: string, externalId: string): PayoutRow | undefined =>
  books
    .select()
    .from(payouts)
    .where(and(eq(payouts.connectionId, connectionId), eq(payouts.externalId, externalId)))
    .get();

/** Payouts of a connection that are not booked yet. */
export const unbookedPayouts = (books: Books, connectionId: string): PayoutRow[] =>
  books
    .select()
    .from(payouts)
    .where(and(eq(payouts.connectionId, connectionId), inArray(payouts.state, ["fetched", "open", "stopped"])))
    .orderBy(asc(payouts.date), asc(payouts.id))
    .all();

/** Stores a header. Answers the payout's id, and whether a booked payout is now stated differently. */
export function storeHeader(
  core: Core,
  connectionId: ConnectionId,
  header: PayoutHeader,
): { row: PayoutRow; changedAfterBooking: boolean } {
  const known = findPayout(core.books, connectionId, header.externalId);
  if (known) {
    const changed = known.paidMinor !== header.paidMinor || known.date !== header.date;
    return { row: known, changedAfterBooking: known.state === "booked" && changed && known.interpretation === null };
  }
  const row: PayoutRow = {
    id: newId("pay", core.ports.now(), core.ports.random),
    connectionId,
    externalId: header.externalId,
    version: 0,
    reference: header.reference,
    date: header.date,
    currency: header.currency,
    paidMinor: header.paidMinor,
    feeMinor: header.feeMinor,
    interpretation: header.interpretation ?? null,
    state: "fetched",
    code: null,
    detail: null,
    linesTotalMinor: 0,
    matchedTotalMinor: 0,
    openTotalMinor: 0,
    balanced: false,
    hash: "",
    voucherNumber: null,
    voucher: [],
    updatedAt: core.ports.now(),
  };
  core.books.insert(payouts).values(row).run();
  return { row, changedAfterBooking: false };
}

export function updatePayout(core: Core, id: string, change: Partial<PayoutRow>): void {
  core.books
    .update(payouts)
    .set({ ...change, updatedAt: core.ports.now() })
    .where(eq(payouts.id, id))
    .run();
}

/** Freezes fetched lines. The same lines again change nothing; other lines are a new version. */
export function storeLines(core: Core, payout: PayoutRow, lines: readonly PayoutLine[]): number {
  const known = linesOf(core.books, payout.id).map(lineOf);
  const content = (list: readonly PayoutLine[]) =>
    JSON.stringify([...list].sort((a, b) => (a.externalId < b.externalId ? -1 : 1)));
  if (payout.version > 0 && content(known) === content(lines)) return payout.version;
  core.books.delete(payoutLines).where(eq(payoutLines.payoutId, payout.id)).run();
  const rows = lines.map((line, index) => ({
    payoutId: payout.id,
    number: index + 1,
    ...line,
    occurredAt: line.occurredAt ?? null,
    state: "expected",
    reason: "Not matched yet.",
    outcome: null,
  }));
  for (const part of partsOf(rows, rowsPerStatement(14))) core.books.insert(payoutLines).values(part).run();
  return payout.version + 1;
}

export const linesOf = (books: Books, payoutId: string): PayoutLineRow[] =>
  books.select().from(payoutLines).where(eq(payoutLines.payoutId, payoutId)).orderBy(asc(payoutLines.number)).all();

export const linesAfter = (books: Books, payoutId: string, after: number, limit: number): PayoutLineRow[] =>
  books
    .select()
    .from(payoutLines)
    .where(and(eq(payoutLines.payoutId, payoutId), gt(payoutLines.number, after)))
    .orderBy(asc(payoutLines.number))
    .limit(limit)
    .all();

export function storeOutcome(books: Books, row: PayoutLineRow, outcome: LineOutcome): void {
  if (
    row.state === outcome.state &&
    row.reason === outcome.reason &&
    JSON.stringify(row.outcome) === JSON.stringify(outcome)
  )
    return;
  books
    .update(payoutLines)
    .set({ state: outcome.state, reason: outcome.reason, outcome })
    .where(and(eq(payoutLines.payoutId, row.payoutId), eq(payoutLines.number, row.number)))
    .run();
}

// Written only by this file, so that the text columns hold what the types say.
export const lineOf = (row: PayoutLineRow): PayoutLine => ({
  externalId: row.externalId,
  type: row.type as PayoutLineType,
  amountMinor: row.amountMinor,
  currency: row.currency,
  feeMinor: row.feeMinor,
  feeVatMinor: row.feeVatMinor,
  references: row.references,
  method: row.method,
  ...(row.occurredAt === null ? {} : { occurredAt: row.occurredAt }),
});

export const stateOf = (row: PayoutLineRow): LineState => row.state as LineState;

export const headerOf = (row: PayoutRow): PayoutHeader => ({
  externalId: row.externalId,
  reference: row.reference,
  date: row.date,
  currency: row.currency,
  paidMinor: row.paidMinor,
  feeMinor: row.feeMinor,
  ...(row.interpretation === null ? {} : { interpretation: row.interpretation }),
});

export const problemOf = (row: { code: string | null; detail: string | null }): Problem | null =>
  row.code !== null && isErrorCode(row.code) ? { code: row.code, detail: row.detail ?? "" } : null;

export const payoutIdOf = (row: PayoutRow): PayoutId => row.id as PayoutId;

// Payouts and their lines as they were fetched, and what became of them. Lines are read and written in pages, so that
// a payout of any size fits.
import { and, asc, eq, gt, inArray, lte, ne, or, sql } from "drizzle-orm";
import { isErrorCode, type Problem } from "../domain/errors.ts";
import { type ConnectionId, newId } from "../domain/ids.ts";
import type { PayoutHeader, PayoutLine, PayoutLineType } from "../domain/payout.ts";
import type { Counted } from "../domain/payout-footing.ts";
import type { LineOutcome, LineState } from "../domain/settlement.ts";
import { type Books, type Core, partsOf } from "./books.ts";
import { payoutLines, payouts } from "./schema-payouts.ts";

export type PayoutRow = typeof payouts.$inferSelect;
export type PayoutLineRow = typeof payoutLines.$inferSelect;

/** Lines per page of work. */
export const PAGE_LINES = 500;

export const readPayout = (books: Books, id: string): PayoutRow | undefined =>
  books.select().from(payouts).where(eq(payouts.id, id)).get();

const findPayout = (books: Books, connectionId: string, externalId: string): PayoutRow | undefined =>
  books
    .select()
    .from(payouts)
    .where(and(eq(payouts.connectionId, connectionId), eq(payouts.externalId, externalId)))
    .get();

/** Payouts of a connection that are not booked yet, oldest first. */
export const unbookedPayouts = (books: Books, connectionId: string): PayoutRow[] =>
  books
    .select()
    .from(payouts)
    .where(and(eq(payouts.connectionId, connectionId), inArray(payouts.state, ["fetched", "open", "stopped"])))
    .orderBy(asc(payouts.date), asc(payouts.id))
    .all();

/** The payout of a connection that work goes on with: the oldest that is not idle and waits for no answer. */
export const payoutUnderWay = (books: Books, connectionId: string): PayoutRow | undefined =>
  books
    .select()
    .from(payouts)
    .where(and(eq(payouts.connectionId, connectionId), ne(payouts.stage, "idle"), ne(payouts.stage, "await")))
    .orderBy(asc(payouts.date), asc(payouts.id))
    .limit(1)
    .get();

const statedOf = (header: PayoutHeader): string => JSON.stringify([header.paidMinor, header.feeMinor, header.date]);

/** The header as the provider's list stated it last, before its lines restated anything. */
export function statedHeader(row: PayoutRow): PayoutHeader {
  const { interpretation: _, ...header } = headerOf(row);
  if (row.stated === "") return header;
  // Written by storeHeader() and restateHeader() alone.
  const [paidMinor, feeMinor, date] = JSON.parse(row.stated) as [number, number | null, string];
  return { ...header, paidMinor, feeMinor, date };
}

/** Notes what the provider's list says now; what is kept changes once the lines are read again. */
export const restateHeader = (core: Core, row: PayoutRow, header: PayoutHeader): void =>
  updatePayout(core, row.id, { stated: statedOf(header) });

/** Stores a header. Answers the payout, and whether the provider's list now states it differently. */
export function storeHeader(
  core: Core,
  connectionId: ConnectionId,
  header: PayoutHeader,
): { row: PayoutRow; restated: boolean } {
  const known = findPayout(core.books, connectionId, header.externalId);
  const stated = statedOf(header);
  if (known) {
    if (known.stated === "") updatePayout(core, known.id, { stated });
    return { row: known, restated: known.stated !== "" && known.stated !== stated };
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
    stage: "idle",
    cursor: "",
    progress: 0,
    moved: 0,
    revision: 0,
    lineCount: 0,
    bookedVersion: 0,
    stated,
    approvedHash: null,
  };
  core.books.insert(payouts).values(row).run();
  return { row, restated: false };
}

export function updatePayout(core: Core, id: string, change: Partial<PayoutRow>): void {
  core.books
    .update(payouts)
    .set({ ...change, updatedAt: core.ports.now() })
    .where(eq(payouts.id, id))
    .run();
}

// --- lines --------------------------------------------------------------------------------------------------------

/** Appends lines; `number` counts on. An id that is there already is not taken twice: the payout then does not foot. */
export function insertLines(books: Books, payoutId: string, lines: readonly PayoutLine[], before: number): void {
  for (const [index, part] of partsOf(lines, PAGE_LINES).entries()) {
    const from = before + index * PAGE_LINES;
    books.run(sql`
      insert into payout_lines (payout_id, external_id, number, type, amount_minor, currency, fee_minor, fee_vat_minor,
        fee_type, refs, method, occurred_at, state, reason, outcome, proposal)
      select ${payoutId}, value ->> 'externalId', ${from} + key + 1, value ->> 'type', value ->> 'amountMinor',
        value ->> 'currency', value ->> 'feeMinor', value ->> 'feeVatMinor', value ->> 'feeType',
        value -> 'references', value ->> 'method', value ->> 'occurredAt', 'expected', 'Not matched yet.', null, null
      from json_each(${JSON.stringify(part)}) where true
      on conflict do nothing`);
  }
}

/** Lines of a payout in the order of their ids, after `after` (`""`: from the beginning), up to `limit`. */
export const linesAfter = (books: Books, payoutId: string, after: string, limit: number): PayoutLineRow[] =>
  books
    .select()
    .from(payoutLines)
    .where(and(eq(payoutLines.payoutId, payoutId), gt(payoutLines.externalId, after)))
    .orderBy(asc(payoutLines.externalId))
    .limit(limit)
    .all();

/** Lines after one id, up to and including another. */
export const linesBetween = (books: Books, payoutId: string, after: string, upTo: string): PayoutLineRow[] =>
  books
    .select()
    .from(payoutLines)
    .where(
      and(eq(payoutLines.payoutId, payoutId), gt(payoutLines.externalId, after), lte(payoutLines.externalId, upTo)),
    )
    .orderBy(asc(payoutLines.externalId))
    .all();

export const readLine = (books: Books, payoutId: string, externalId: string): PayoutLineRow | undefined =>
  books
    .select()
    .from(payoutLines)
    .where(and(eq(payoutLines.payoutId, payoutId), eq(payoutLines.externalId, externalId)))
    .get();

export const linesNamed = (books: Books, payoutId: string, ids: readonly string[]): PayoutLineRow[] =>
  books
    .select()
    .from(payoutLines)
    .where(
      and(
        eq(payoutLines.payoutId, payoutId),
        sql`${payoutLines.externalId} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    )
    .orderBy(asc(payoutLines.externalId))
    .all();

/** Every line, page by page, without keeping them. */
export function* allLines(books: Books, payoutId: string): Generator<PayoutLineRow> {
  let after = "";
  for (;;) {
    const page = linesAfter(books, payoutId, after, PAGE_LINES);
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE_LINES) return;
    after = last.externalId;
  }
}

/** Writes what became of lines of one payout. A bare statement per line: building queries would cost more than they. */
export function storeOutcomes(
  core: Core,
  payoutId: string,
  changed: readonly { id: string; outcome: LineOutcome }[],
): void {
  for (const { id, outcome } of changed)
    core.storage.sql.exec(
      "update payout_lines set state = ?, reason = ?, outcome = ? where payout_id = ? and external_id = ?",
      outcome.state,
      outcome.reason,
      JSON.stringify(outcome),
      payoutId,
      id,
    );
}

export function setLine(
  books: Books,
  row: Pick<PayoutLineRow, "payoutId" | "externalId">,
  to: Partial<PayoutLineRow>,
): void {
  books
    .update(payoutLines)
    .set(to)
    .where(and(eq(payoutLines.payoutId, row.payoutId), eq(payoutLines.externalId, row.externalId)))
    .run();
}

/** Sums of a payout's lines, made by the store. Leaving the safe integers is a defect and throws. */
export function countedLines(books: Books, payout: PayoutRow): Counted {
  const own = eq(payoutLines.payoutId, payout.id);
  const sums = books
    .select({
      lineCount: sql<number>`count(*)`,
      foreignCount: sql<number>`coalesce(sum(${payoutLines.currency} <> ${payout.currency}), 0)`,
      linesTotalMinor: sql<number>`coalesce(sum(case
        when ${payoutLines.currency} <> ${payout.currency} then 0
        when ${payoutLines.type} = 'fee' then ${payoutLines.amountMinor}
        else ${payoutLines.amountMinor} - ${payoutLines.feeMinor} - ${payoutLines.feeVatMinor} end), 0)`,
    })
    .from(payoutLines)
    .where(own)
    .get() ?? { lineCount: 0, foreignCount: 0, linesTotalMinor: 0 };
  if (!Number.isSafeInteger(sums.linesTotalMinor))
    throw new RangeError("The lines do not add up to an exact number of minor units.");
  const foreign =
    sums.foreignCount === 0
      ? undefined
      : books
          .select({ externalId: payoutLines.externalId, currency: payoutLines.currency })
          .from(payoutLines)
          .where(and(own, ne(payoutLines.currency, payout.currency)))
          .orderBy(asc(payoutLines.externalId))
          .limit(1)
          .get();
  return { ...sums, foreign: foreign ?? null };
}

/** How many lines settle nothing, and how many of those wait for a person rather than for the other side. */
export function openLines(books: Books, payoutId: string): { open: number; unexpected: number } {
  const found = books
    .select({
      open: sql<number>`count(*)`,
      unexpected: sql<number>`coalesce(sum(${payoutLines.state} <> 'expected'), 0)`,
    })
    .from(payoutLines)
    .where(and(eq(payoutLines.payoutId, payoutId), inArray(payoutLines.state, OPEN_STATES)))
    .get();
  return found ?? { open: 0, unexpected: 0 };
}

/** Whether an open line has candidates: what stronger lines take may change its verdict. */
export const hasChoices = (books: Books, payoutId: string): boolean =>
  books
    .select({ id: payoutLines.externalId })
    .from(payoutLines)
    .where(
      and(
        eq(payoutLines.payoutId, payoutId),
        inArray(payoutLines.state, OPEN_STATES),
        sql`json_array_length(${payoutLines.outcome}, '$.candidates') > 0`,
      ),
    )
    .limit(1)
    .get() !== undefined;

const OPEN_STATES: LineState[] = ["expected", "mismatched", "duplicate", "ambiguous"];

export const isOpen = (state: string): boolean => OPEN_STATES.some((open) => open === state);

/** A person's word: the engine does not look for something better. */
export const isDecided = (row: Pick<PayoutLineRow, "state">): boolean =>
  row.state === "resolved" || row.state === "foreign";

/** Open lines of a payout in the order of their ids. */
export const openLinesAfter = (books: Books, payoutId: string, after: string, limit: number): PayoutLineRow[] =>
  books
    .select()
    .from(payoutLines)
    .where(
      and(
        eq(payoutLines.payoutId, payoutId),
        gt(payoutLines.externalId, after),
        or(...OPEN_STATES.map((state) => eq(payoutLines.state, state))),
      ),
    )
    .orderBy(asc(payoutLines.externalId))
    .limit(limit)
    .all();

// Written only by this room, so that the text columns hold what the types say.
export const lineOf = (row: PayoutLineRow): PayoutLine => ({
  externalId: row.externalId,
  type: row.type as PayoutLineType,
  amountMinor: row.amountMinor,
  currency: row.currency,
  feeMinor: row.feeMinor,
  feeVatMinor: row.feeVatMinor,
  ...(row.feeType === null ? {} : { feeType: row.feeType }),
  references: row.references,
  method: row.method,
  ...(row.occurredAt === null ? {} : { occurredAt: row.occurredAt }),
});

/** A line's content as one text: equal for equal lines, whoever made them. */
export const contentOf = (line: PayoutLine): string =>
  JSON.stringify([
    line.type,
    line.amountMinor,
    line.currency,
    line.feeMinor,
    line.feeVatMinor,
    line.feeType ?? null,
    line.references.map(({ type, value }) => [type, value]),
    line.method,
    line.occurredAt ?? null,
  ]);

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

// Lines of a payout as they are fetched, page by page: the first time they are kept, later they are compared, and where
// they differ the payout gets a new version that says what changed.
import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { PayoutPage } from "../connectors/connector.ts";
import { problem } from "../domain/errors.ts";
import type { PayoutHeader, PayoutLine } from "../domain/payout.ts";
import { type Core, partsOf } from "./books.ts";
import { claimsOfLine, releaseClaims } from "./payout-claim-store.ts";
import {
  allLines,
  contentOf,
  insertLines,
  lineOf,
  linesNamed,
  PAGE_LINES,
  type PayoutRow,
  readLine,
  statedHeader,
  updatePayout,
} from "./payout-store.ts";
import { payoutChanges, payoutLines, payoutStage } from "./schema-payouts.ts";
import { addTask } from "./task-store.ts";

/** Where the fetching of one payout stands. */
export interface FetchState {
  cursor: string | null;
  /**
   * `keep`: the payout has no lines yet. `compare`: pages are held against what is kept, and nothing is written.
   * `restate`: a difference was found; all lines are put aside first.
   */
  mode: "keep" | "compare" | "restate";
  /** Lines so far. */
  count: number;
  restated: Partial<Pick<PayoutHeader, "paidMinor" | "feeMinor" | "date" | "interpretation">>;
}

export const startFetch = (payout: PayoutRow): FetchState => {
  const { paidMinor, feeMinor, date } = statedHeader(payout);
  return {
    cursor: null,
    mode: payout.version === 0 ? "keep" : "compare",
    count: 0,
    restated: { paidMinor, feeMinor, date },
  };
};

/** Takes one page in. Call inside a transaction. Answers where to go on; null when the payout is complete. */
export function takePage(core: Core, payout: PayoutRow, state: FetchState, page: PayoutPage): FetchState | null {
  const restated = { ...state.restated, ...page.restated };
  if (state.mode === "compare" && !sameAsKept(core, payout, page.lines))
    return { ...startFetch(payout), mode: "restate" };
  const count = keep(core, payout, state, page.lines);
  if (page.next !== null) return { cursor: page.next, mode: state.mode, count, restated };
  switch (state.mode) {
    case "keep":
      updatePayout(core, payout.id, { ...restated, version: 1, lineCount: count, revision: payout.revision + 1 });
      return null;
    case "compare":
      // Lines that are gone show only in their number.
      if (count !== payout.lineCount || changesHeader(payout, restated))
        return { ...startFetch(payout), mode: "restate" };
      return null;
    case "restate":
      applyRestated(core, payout, count, restated);
      return null;
    default:
      return state.mode satisfies never;
  }
}

const changesHeader = (payout: PayoutRow, restated: FetchState["restated"]): boolean =>
  (restated.paidMinor !== undefined && restated.paidMinor !== payout.paidMinor) ||
  (restated.date !== undefined && restated.date !== payout.date);

function keep(core: Core, payout: PayoutRow, state: FetchState, lines: readonly PayoutLine[]): number {
  const { books } = core;
  const first = state.cursor === null && state.count === 0;
  switch (state.mode) {
    case "keep":
      if (first) books.delete(payoutLines).where(eq(payoutLines.payoutId, payout.id)).run();
      insertLines(books, payout.id, lines, state.count);
      return state.count + lines.length;
    case "compare":
      return state.count + lines.length;
    case "restate":
      if (first) books.delete(payoutStage).where(eq(payoutStage.payoutId, payout.id)).run();
      for (const [index, part] of partsOf(lines, PAGE_LINES).entries())
        books.run(sql`
          insert into payout_stage (payout_id, external_id, number, line)
          select ${payout.id}, value ->> 'externalId', ${state.count + index * PAGE_LINES} + key + 1, value
          from json_each(${JSON.stringify(part)}) where true
          on conflict do nothing`);
      return state.count + lines.length;
    default:
      return state.mode satisfies never;
  }
}

function sameAsKept(core: Core, payout: PayoutRow, lines: readonly PayoutLine[]): boolean {
  for (const part of partsOf(lines, PAGE_LINES)) {
    const ids = part.map((line) => line.externalId);
    const kept = new Map(linesNamed(core.books, payout.id, ids).map((row) => [row.externalId, contentOf(lineOf(row))]));
    if (part.some((line) => kept.get(line.externalId) !== contentOf(line))) return false;
  }
  return true;
}

/** Makes the next version of what was put aside: what was added, changed and taken away is written down. */
function applyRestated(core: Core, payout: PayoutRow, count: number, restated: FetchState["restated"]): void {
  const { books } = core;
  const version = payout.version + 1;
  const change = (externalId: string, before: ChangeRow["before"], after: ChangeRow["after"]) =>
    books.insert(payoutChanges).values({ payoutId: payout.id, version, externalId, before, after }).run();
  for (const row of [...goneLines(core, payout.id)]) {
    change(row.externalId, { line: lineOf(row), match: row.outcome?.match ?? null }, null);
    releaseClaims(books, row, claimsOfLine(row));
    books
      .delete(payoutLines)
      .where(and(eq(payoutLines.payoutId, payout.id), eq(payoutLines.externalId, row.externalId)))
      .run();
  }
  for (const { externalId, number, line } of staged(core, payout.id)) {
    const row = readLine(books, payout.id, externalId);
    if (row && contentOf(lineOf(row)) === contentOf(line)) continue;
    change(externalId, row ? { line: lineOf(row), match: row.outcome?.match ?? null } : null, { line, match: null });
    if (row) {
      releaseClaims(books, row, claimsOfLine(row));
      books
        .delete(payoutLines)
        .where(and(eq(payoutLines.payoutId, payout.id), eq(payoutLines.externalId, externalId)))
        .run();
    }
    insertLines(books, payout.id, [line], number - 1);
  }
  books.delete(payoutStage).where(eq(payoutStage.payoutId, payout.id)).run();
  const paidMinor = restated.paidMinor ?? payout.paidMinor;
  const date = restated.date ?? payout.date;
  change("", paidOf(payout), { ...paidOf(payout), paidMinor, date });
  const booked = payout.bookedVersion > 0;
  updatePayout(core, payout.id, {
    ...restated,
    version,
    lineCount: count,
    revision: payout.revision + 1,
    approvedHash: null,
    ...(booked ? { state: "open" as const } : {}),
  });
  if (booked)
    addTask(core, payout.id, {
      key: `changed:v${version}`,
      problem: problem(
        "PAYOUT_CHANGED_AFTER_BOOKING",
        `Payout ${payout.reference} of ${payout.date}: ${count} lines now.`,
      ),
    });
}

type ChangeRow = typeof payoutChanges.$inferInsert;

const paidOf = (payout: PayoutRow) => ({
  line: null,
  match: null,
  paidMinor: payout.paidMinor,
  date: payout.date,
});

function* goneLines(core: Core, payoutId: string) {
  for (const row of allLines(core.books, payoutId)) {
    const there = core.books
      .select({ number: payoutStage.number })
      .from(payoutStage)
      .where(and(eq(payoutStage.payoutId, payoutId), eq(payoutStage.externalId, row.externalId)))
      .get();
    if (!there) yield row;
  }
}

function* staged(core: Core, payoutId: string) {
  let after = "";
  for (;;) {
    const page = core.books
      .select()
      .from(payoutStage)
      .where(and(eq(payoutStage.payoutId, payoutId), gt(payoutStage.externalId, after)))
      .orderBy(asc(payoutStage.externalId))
      .limit(PAGE_LINES)
      .all();
    yield* page;
    const last = page.at(-1);
    if (!last || page.length < PAGE_LINES) return;
    after = last.externalId;
  }
}

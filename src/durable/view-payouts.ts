// Payout runs and payouts as people see them: lines by state, voucher, proof.
import { and, desc, eq, lt } from "drizzle-orm";
import type { Books } from "./books.ts";
import type { RunRow } from "./payout-run.ts";
import { linesAfter, type PayoutLineRow, type PayoutRow, readPayout } from "./payout-store.ts";
import { payouts, runs } from "./schema.ts";
import { money, pageOf, problemViewOrNull, timestamp, timestampOrNull } from "./view-problem.ts";
import type { ListQuery, Page, PayoutSummary, PayoutView, RunView } from "./views.ts";

const LINES_PER_PAGE = 500;

export const runView = (row: RunRow): RunView => ({
  id: row.id,
  connectionId: row.connectionId,
  date: row.date,
  trigger: row.trigger,
  state: row.state,
  startedAt: timestamp(row.startedAt),
  finishedAt: timestampOrNull(row.finishedAt),
  payouts: { found: row.found, booked: row.booked, open: row.open, stopped: row.stopped },
  problem: problemViewOrNull(row),
});

export function listRuns(books: Books, query: ListQuery & { id?: string }): Page<RunView> {
  const rows = books
    .select()
    .from(runs)
    .where(
      and(
        query.id === undefined ? undefined : eq(runs.id, query.id),
        query.cursor === null ? undefined : lt(runs.id, query.cursor),
      ),
    )
    .orderBy(desc(runs.id))
    .limit(query.limit + 1)
    .all();
  return pageOf(rows, query.limit, runView, (row) => row.id);
}

const summaryOf = (row: PayoutRow): PayoutSummary => ({
  id: row.id,
  connectionId: row.connectionId,
  externalId: row.externalId,
  reference: row.reference,
  date: row.date,
  amount: money(row.paidMinor, row.currency),
  state: row.state,
  problem: problemViewOrNull(row),
});

const STATES = ["fetched", "open", "booked", "stopped"] as const;

export function listPayouts(books: Books, query: ListQuery & { state?: string | undefined }): Page<PayoutSummary> {
  const state = STATES.find((known) => known === query.state);
  const rows = books
    .select()
    .from(payouts)
    .where(
      and(
        state === undefined ? undefined : eq(payouts.state, state),
        query.cursor === null ? undefined : lt(payouts.id, query.cursor),
      ),
    )
    .orderBy(desc(payouts.id))
    .limit(query.limit + 1)
    .all();
  return pageOf(rows, query.limit, summaryOf, (row) => row.id);
}

export function payoutView(books: Books, id: string, linesCursor: string | null): PayoutView | null {
  const row = readPayout(books, id);
  if (!row) return null;
  const lines = linesAfter(books, id, Number(linesCursor ?? 0), LINES_PER_PAGE + 1);
  const page = pageOf(lines, LINES_PER_PAGE, lineView, (line) => String(line.number));
  const { currency } = row;
  return {
    ...summaryOf(row),
    version: row.version,
    lines: page.items,
    linesNextCursor: page.nextCursor,
    voucher: {
      ...(row.voucherNumber === null ? {} : { number: row.voucherNumber }),
      rows: row.voucher.map(({ account, debitMinor, creditMinor, text }) => ({
        account,
        debit: money(debitMinor, currency),
        credit: money(creditMinor, currency),
        text,
      })),
    },
    proof: {
      linesTotal: money(row.linesTotalMinor, currency),
      matchedTotal: money(row.matchedTotalMinor, currency),
      openTotal: money(row.openTotalMinor, currency),
      balanced: row.balanced,
      hash: row.hash,
    },
  };
}

function lineView(line: PayoutLineRow): PayoutView["lines"][number] {
  const match = line.outcome?.match;
  const document = match?.kind === "documents" ? match.documents[0] : undefined;
  return {
    id: line.externalId,
    type: line.type,
    amount: money(line.amountMinor, line.currency),
    fee: money(line.feeMinor, line.currency),
    feeVat: money(line.feeVatMinor, line.currency),
    reference: line.references[0]?.value ?? "",
    state: line.state,
    reason: line.reason,
    ...(document
      ? { match: { orderId: document.orderId, documentKind: document.kind, documentNumber: document.number } }
      : {}),
  };
}

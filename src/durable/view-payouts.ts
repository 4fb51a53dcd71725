// Payout runs and payouts as people see them: lines by state, voucher, proof.
import { and, desc, eq, lt } from "drizzle-orm";
import type { VoucherRow } from "../domain/commands.ts";
import type { ConnectionId } from "../domain/ids.ts";
import type { Books, Core } from "./books.ts";
import { actsOf } from "./payout-act-store.ts";
import { changesOf } from "./payout-changes.ts";
import { partsOfPayout, readPart } from "./payout-plan.ts";
import { type RunRow, runProgress } from "./payout-run.ts";
import { linesAfter, type PayoutLineRow, type PayoutRow, readLine, readPayout } from "./payout-store.ts";
import type { Runtime } from "./runtime.ts";
import { type BookedLine, payouts, runs } from "./schema-payouts.ts";
import { candidateViews } from "./view-candidates.ts";
import { money, pageOf, problemViewOrNull, timestamp, timestampOrNull } from "./view-problem.ts";
import type { CandidateView, ListQuery, Page, PayoutLineView, PayoutSummary, PayoutView, RunView } from "./views.ts";

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

const runWithProgress = (books: Books, row: RunRow): RunView => {
  const progress = runProgress(books, row);
  return progress ? { ...runView(row), progress } : runView(row);
};

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
  return pageOf(
    rows,
    query.limit,
    (row) => runWithProgress(books, row),
    (row) => row.id,
  );
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

export function payoutView(core: Core, runtime: Runtime, id: string, linesCursor: string | null): PayoutView | null {
  const { books } = core;
  const row = readPayout(books, id);
  if (!row) return null;
  const lines = linesAfter(books, id, linesCursor ?? "", LINES_PER_PAGE + 1);
  const candidates = candidateViews(core, runtime.links.get(row.connectionId as ConnectionId), row, lines);
  const page = pageOf(
    lines,
    LINES_PER_PAGE,
    (line) => lineView(line, candidates.get(line.externalId) ?? []),
    (line) => line.externalId,
  );
  const { currency } = row;
  const vouchers = vouchersView(books, row);
  return {
    ...summaryOf(row),
    version: row.version,
    bookedVersion: row.bookedVersion,
    stage: row.stage,
    progress: { linesDone: row.progress, linesTotal: row.lineCount },
    lines: page.items,
    linesNextCursor: page.nextCursor,
    voucher: {
      ...(row.voucherNumber === null ? {} : { number: row.voucherNumber }),
      rows: row.voucher.map((voucherRow) => rowView(voucherRow, currency)),
    },
    vouchers,
    proof: {
      linesTotal: money(row.linesTotalMinor, currency),
      matchedTotal: money(row.matchedTotalMinor, currency),
      openTotal: money(row.openTotalMinor, currency),
      balanced: row.balanced,
      hash: row.hash,
    },
    changes: changesOf(books, id, CHANGES_MAX).map((change) => ({
      version: change.version,
      lineId: change.externalId === "" ? null : change.externalId,
      before: changedView(change.before, currency),
      after: changedView(change.after, currency),
    })),
    acts: actsOf(books, id, ACTS_MAX).map((act) => ({
      number: act.number,
      at: timestamp(act.at),
      actor: act.actor,
      action: act.action,
      lineId: act.lineId,
      note: act.note,
      before: act.before?.state ?? null,
      after: act.after?.state ?? null,
      ruleOf: act.ruleOf,
    })),
  };
}

const CHANGES_MAX = 200;
const ACTS_MAX = 200;
/** One line of a payout. */
export function payoutLineView(core: Core, runtime: Runtime, payoutId: string, lineId: string): PayoutLineView | null {
  const payout = readPayout(core.books, payoutId);
  const line = readLine(core.books, payoutId, lineId);
  if (!payout || !line) return null;
  const link = runtime.links.get(payout.connectionId as ConnectionId);
  return lineView(line, candidateViews(core, link, payout, [line]).get(lineId) ?? []);
}

/** Vouchers shown whole; of the others the totals. */
const VOUCHERS_WHOLE = 5;

const rowView = ({ account, debitMinor, creditMinor, text }: VoucherRow, currency: string) => ({
  account,
  debit: money(debitMinor, currency),
  credit: money(creditMinor, currency),
  text,
});

function vouchersView(books: Books, payout: PayoutRow): PayoutView["vouchers"] {
  const parts = partsOfPayout(books, payout.id);
  return parts.map(({ version, part, state, number, bankMinor }, index) => ({
    version,
    part,
    state,
    number,
    bank: money(bankMinor, payout.currency),
    rows:
      index < VOUCHERS_WHOLE
        ? (readPart(books, payout.id, version, part)?.rows ?? []).map((row) => rowView(row, payout.currency))
        : [],
  }));
}

function changedView(side: BookedLine | null, currency: string): PayoutView["changes"][number]["before"] {
  if (side === null) return null;
  if (side.line === null)
    return { type: "header", amount: money(side.paidMinor ?? 0, currency), reference: side.date ?? "" };
  const { type, amountMinor, references } = side.line;
  return { type, amount: money(amountMinor, side.line.currency), reference: references[0]?.value ?? "" };
}

function lineView(line: PayoutLineRow, candidates: CandidateView[]): PayoutLineView {
  const match = line.outcome?.match;
  const document = match?.kind === "documents" ? match.documents[0] : undefined;
  return {
    id: line.externalId,
    type: line.type,
    amount: money(line.amountMinor, line.currency),
    fee: money(line.feeMinor, line.currency),
    feeVat: money(line.feeVatMinor, line.currency),
    method: line.method,
    reference: line.references[0]?.value ?? "",
    references: line.references,
    occurredAt: timestampOrNull(line.occurredAt),
    state: line.state,
    reason: line.reason,
    evidence: line.outcome?.evidence ?? null,
    candidates,
    proposal: line.proposal
      ? { actor: line.proposal.actor, act: line.proposal.act, reason: line.proposal.outcome.reason }
      : null,
    ...(document
      ? { match: { orderId: document.orderId, documentKind: document.kind, documentNumber: document.number } }
      : {}),
    ...(match?.kind === "documents" && match.documents.length > 1
      ? {
          documents: match.documents.map(({ orderId, kind, number, amountMinor }) => ({
            orderId,
            documentKind: kind,
            documentNumber: number,
            amount: money(amountMinor, line.currency),
          })),
        }
      : {}),
  };
}

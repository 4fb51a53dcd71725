// The tables of payouts: runs, lines, who settles what, acts, versions, vouchers. Times and amounts as in schema.ts.
import { integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { VoucherRow } from "../domain/commands.ts";
import type { PayoutLine, PayoutReference } from "../domain/payout.ts";
import type { LineOutcome, Match, Settleable } from "../domain/settlement.ts";

/** What can be under way with a payout; `await` waits for the ERP's answer, `idle` for the next night or a person. */
export const PAYOUT_STAGES = ["idle", "match", "search", "plan", "judge", "book", "await", "settle"] as const;

export const runs = sqliteTable(
  "runs",
  {
    id: text().primaryKey(),
    connectionId: text().notNull(),
    date: text().notNull(),
    trigger: text({ enum: ["schedule", "manual"] }).notNull(),
    state: text({ enum: ["running", "finished", "failed"] }).notNull(),
    startedAt: integer().notNull(),
    finishedAt: integer(),
    found: integer().notNull(),
    booked: integer().notNull(),
    open: integer().notNull(),
    stopped: integer().notNull(),
    code: text(),
    detail: text(),
  },
  (table) => [uniqueIndex("runs_key").on(table.connectionId, table.date)],
);

export const payouts = sqliteTable(
  "payouts",
  {
    id: text().primaryKey(),
    connectionId: text().notNull(),
    externalId: text().notNull(),
    version: integer().notNull(),
    reference: text().notNull(),
    date: text().notNull(),
    currency: text().notNull(),
    paidMinor: integer().notNull(),
    feeMinor: integer(),
    interpretation: text(),
    state: text({ enum: ["fetched", "open", "booked", "stopped"] }).notNull(),
    code: text(),
    detail: text(),
    linesTotalMinor: integer().notNull(),
    matchedTotalMinor: integer().notNull(),
    openTotalMinor: integer().notNull(),
    balanced: integer({ mode: "boolean" }).notNull(),
    hash: text().notNull(),
    voucherNumber: text(),
    /** The rows of the only voucher, or of the first part; the others stand in payout_vouchers. */
    voucher: text({ mode: "json" }).$type<VoucherRow[]>().notNull(),
    updatedAt: integer().notNull(),
    /** What is being done with it; see payout-steps.ts. */
    stage: text({ enum: PAYOUT_STAGES }).notNull().default("idle"),
    /** Where the stage stands: the last line id, or the last part. */
    cursor: text().notNull().default(""),
    /** Lines that the stage has done. */
    progress: integer().notNull().default(0),
    /** What a pass over the lines moved; see payout-match.ts. While searching: whether something was found. */
    moved: integer().notNull().default(0),
    /** Counts up with every act and every fetch, so that a proof made of older facts is not kept. */
    revision: integer().notNull().default(0),
    lineCount: integer().notNull().default(0),
    /** The version whose voucher is in the ERP; 0: none. */
    bookedVersion: integer().notNull().default(0),
    /** Fee stated, amount and date as the provider's list had them: a change there asks for the lines again. */
    stated: text().notNull().default(""),
    /** The proof that a person approved for booking. */
    approvedHash: text(),
  },
  (table) => [uniqueIndex("payouts_key").on(table.connectionId, table.externalId)],
);

/** The key is the order in which lines are proven; `number` is the provider's own order. */
export const payoutLines = sqliteTable(
  "payout_lines",
  {
    payoutId: text().notNull(),
    externalId: text().notNull(),
    number: integer().notNull(),
    type: text().notNull(),
    amountMinor: integer().notNull(),
    currency: text().notNull(),
    feeMinor: integer().notNull(),
    feeVatMinor: integer().notNull(),
    feeType: text(),
    references: text("refs", { mode: "json" }).$type<PayoutReference[]>().notNull(),
    method: text().notNull(),
    occurredAt: integer(),
    state: text().notNull(),
    reason: text().notNull(),
    outcome: text({ mode: "json" }).$type<LineOutcome | null>(),
    /** A decision that waits for a second person. */
    proposal: text({ mode: "json" }).$type<LineProposal | null>(),
  },
  (table) => [primaryKey({ columns: [table.payoutId, table.externalId] })],
);

/** Lines of a payout that is fetched again, until all are there and can be compared. */
export const payoutStage = sqliteTable(
  "payout_stage",
  {
    payoutId: text().notNull(),
    externalId: text().notNull(),
    number: integer().notNull(),
    line: text({ mode: "json" }).$type<PayoutLine>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.payoutId, table.externalId] })],
);

/** Which line settles a movement or a document: the key is the claim, so nothing is settled twice. */
export const payoutClaims = sqliteTable("payout_claims", {
  claim: text().primaryKey(),
  payoutId: text().notNull(),
  lineId: text().notNull(),
  priority: integer().notNull(),
});

/** Who decided what, when. Only appended to. */
export const payoutActs = sqliteTable(
  "payout_acts",
  {
    payoutId: text().notNull(),
    number: integer().notNull(),
    at: integer().notNull(),
    actor: text().notNull(),
    action: text().notNull(),
    /** null: the act is about the payout. */
    lineId: text(),
    note: text().notNull(),
    before: text({ mode: "json" }).$type<LineState | null>(),
    after: text({ mode: "json" }).$type<LineState | null>(),
    /** The act whose rule this one applies. */
    ruleOf: integer(),
  },
  (table) => [primaryKey({ columns: [table.payoutId, table.number] })],
);

/** What a version changed against the one before: by the provider, or by a person after booking. */
export const payoutChanges = sqliteTable(
  "payout_changes",
  {
    payoutId: text().notNull(),
    version: integer().notNull(),
    /** `""` is the header. */
    externalId: text().notNull(),
    before: text({ mode: "json" }).$type<BookedLine | null>(),
    after: text({ mode: "json" }).$type<BookedLine | null>(),
  },
  (table) => [primaryKey({ columns: [table.payoutId, table.version, table.externalId] })],
);

/** The vouchers of a payout in the order in which they are booked: parts of the first one, then corrections. */
export const payoutVouchers = sqliteTable(
  "payout_vouchers",
  {
    payoutId: text().notNull(),
    version: integer().notNull(),
    part: integer().notNull(),
    state: text({ enum: ["planned", "sent", "booked"] }).notNull(),
    /** The voucher's number in the ERP. */
    number: text(),
    bankMinor: integer().notNull(),
    /** Line ids: after the first, up to and including the second. */
    after: text().notNull(),
    upTo: text().notNull(),
    /** Fees whose VAT the buyer accounts for, up to this part: pairs of rate and minor units. */
    fees: text({ mode: "json" }).$type<[number, number][]>().notNull(),
    /** Large, hence last, and in the one table here that keeps its row ids: other columns are read without it. */
    rows: text({ mode: "json" }).$type<VoucherRow[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.payoutId, table.version, table.part] })],
);

/** Documents that the ERP has under a reference of a line, for merchants whose orders are not in our books. */
export const payoutFinds = sqliteTable(
  "payout_finds",
  {
    payoutId: text().notNull(),
    lineId: text().notNull(),
    documents: text({ mode: "json" }).$type<Settleable[]>().notNull(),
    /** The look at the payout in which the ERP was asked. */
    revision: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.payoutId, table.lineId] })],
);

/** A line as a version had it. For the header: what was paid. */
export interface BookedLine {
  line: PayoutLine | null;
  match: Match | null;
  paidMinor?: number;
  date?: string;
}

/** Where a line stood before or after an act. */
export interface LineState {
  state: string;
  reason: string;
  outcome: LineOutcome | null;
}

export interface LineProposal {
  act: number;
  actor: string;
  outcome: LineOutcome;
  shared: string[];
}

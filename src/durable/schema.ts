// The tables of one merchant's books. Times are milliseconds since the epoch, amounts are minor units.
//
// Rows written are what a merchant object costs, and an index costs a row for every write. Hence: keys instead of
// indexes, partial indexes for what is due, and one JSON document for the parts of an order that are read together.
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Command, VoucherRow } from "../domain/commands.ts";
import type { OrderRow, RowQuantity } from "../domain/observation.ts";
import type { ClaimedAlias, ErpSide, OrderContent, PaymentSide, ShopSide, Suspect } from "../domain/order.ts";
import type { PayoutLine, PayoutReference } from "../domain/payout.ts";
import type { LineOutcome, Match, Settleable } from "../domain/settlement.ts";
import type { Trace } from "../transport/http.ts";

/** Single facts about the object: its configuration, watermarks, pauses. */
export const meta = sqliteTable("meta", {
  key: text().primaryKey(),
  value: text().notNull(),
});

/** What came in, as it came. Bodies are purged after the retention period; keys and verdicts stay. */
export const webhooks = sqliteTable(
  "webhooks",
  {
    seq: integer().primaryKey(),
    /** Made of connection and event key: a repeat of the same event has the same id. */
    id: text().notNull(),
    connectionId: text().notNull(),
    receivedAt: integer().notNull(),
    method: text().notNull(),
    suffix: text().notNull(),
    query: text().notNull(),
    headers: text({ mode: "json" }).$type<[string, string][]>().notNull(),
    contentType: text().notNull(),
    bytes: integer().notNull(),
    body: blob({ mode: "buffer" }).$type<Uint8Array | null>(),
    state: text({ enum: ["received", "processed", "ignored", "unreadable", "waiting"] }).notNull(),
    verdict: text().notNull(),
    duplicates: integer().notNull(),
    orderId: text(),
  },
  (table) => [
    uniqueIndex("webhooks_id").on(table.id),
    index("webhooks_order").on(table.orderId).where(sql`${table.orderId} IS NOT NULL`),
  ],
);

/** Reads of a platform that could not be done at once, or are wanted later. */
export const looks = sqliteTable(
  "looks",
  {
    connectionId: text().notNull(),
    type: text().notNull(),
    value: text().notNull(),
    dueAt: integer().notNull(),
    attempts: integer().notNull(),
    code: text(),
    detail: text(),
    /** Webhooks that wait for this read. */
    webhooks: text({ mode: "json" }).$type<number[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectionId, table.type, table.value] })],
);

/** The parts of an order that are always read and written together. */
export interface OrderDocument {
  rows: OrderRow[];
  payment: PaymentSide | null;
  shop: ShopSide | null;
  erp: ErpSide | null;
  suspects: Suspect[];
  aliases: ClaimedAlias[];
}

export const orders = sqliteTable("orders", {
  id: text().primaryKey(),
  version: integer().notNull(),
  status: text().notNull(),
  currency: text().notNull(),
  totalMinor: integer().notNull(),
  orderNumber: text(),
  erpNumber: text(),
  placedAt: integer(),
  createdAt: integer().notNull(),
  updatedAt: integer().notNull(),
  document: text({ mode: "json" }).$type<OrderDocument>().notNull(),
  /** Personal data; null once it is no longer needed. */
  content: text({ mode: "json" }).$type<OrderContent | null>(),
});

/** The ledger: facts, in the order they were learned. Never updated, never deleted. */
export const entries = sqliteTable(
  "entries",
  {
    orderId: text().notNull(),
    seq: integer().notNull(),
    kind: text().notNull(),
    connectionId: text().notNull(),
    externalId: text().notNull(),
    amountMinor: integer().notNull(),
    rows: text({ mode: "json" }).$type<RowQuantity[]>().notNull(),
    answers: integer(),
    parent: text(),
    commandId: text(),
    at: integer().notNull(),
    vatMinor: integer(),
    text: text(),
  },
  (table) => [
    primaryKey({ columns: [table.orderId, table.seq] }),
    // For payout lines that nothing but amount and date can speak for.
    index("entries_movements").on(table.amountMinor, table.at).where(sql`${table.kind} IN ('captured', 'refunded')`),
  ],
);

/** One order per identifier: the key is the claim. Value first, so that any identifier is found by search. */
export const aliases = sqliteTable(
  "aliases",
  {
    value: text().notNull(),
    type: text().notNull(),
    connectionId: text().notNull(),
    orderId: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.value, table.type, table.connectionId] })],
);

/**
 * The outbox. The id starts with the id of its order or payout, so that its key finds all commands of one subject.
 */
export const commands = sqliteTable(
  "commands",
  {
    id: text().primaryKey(),
    subject: text().notNull(),
    demand: text().notNull(),
    connectionId: text().notNull(),
    kind: text().notNull(),
    payload: text({ mode: "json" }).$type<Command>().notNull(),
    state: text().notNull(),
    heldBy: text({ enum: ["decide", "platform"] }),
    code: text(),
    detail: text(),
    externalIds: text({ mode: "json" }).$type<string[]>().notNull(),
    cause: integer(),
    requestKey: text().notNull(),
    /** The platform refused our idempotency key as used: it is renewed once absence is proven. */
    repeatDenied: integer({ mode: "boolean" }).notNull(),
    attempts: integer().notNull(),
    /** Look-ups since the last attempt. */
    lookUps: integer().notNull(),
    firstAttemptAt: integer(),
    createdAt: integer().notNull(),
    dueAt: integer(),
  },
  (table) => [index("commands_due").on(table.dueAt).where(sql`${table.dueAt} IS NOT NULL`)],
);

/** One try (or look-up) of one command, with its requests as they may be shown. */
export const attempts = sqliteTable(
  "attempts",
  {
    commandId: text().notNull(),
    number: integer().notNull(),
    at: integer().notNull(),
    outcome: text().notNull(),
    detail: text().notNull(),
    requests: text({ mode: "json" }).$type<Trace[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.commandId, table.number] })],
);

/** What only a person can do. */
export const tasks = sqliteTable("tasks", {
  id: text().primaryKey(),
  subject: text().notNull(),
  key: text().notNull(),
  code: text().notNull(),
  detail: text().notNull(),
  demand: text(),
  choices: text({ mode: "json" }).$type<{ id: string; title: string }[]>().notNull(),
  state: text({ enum: ["open", "done", "obsolete"] }).notNull(),
  createdAt: integer().notNull(),
  doneAt: integer(),
  note: text(),
});

/** What runs by time: polls, payout runs, sweeps. Few rows. */
export const jobs = sqliteTable("jobs", {
  key: text().primaryKey(),
  dueAt: integer().notNull(),
  attempts: integer().notNull(),
  data: text({ mode: "json" }).$type<Record<string, unknown>>().notNull(),
});

/** Small durable facts of a connection, for its connector. */
export const memory = sqliteTable(
  "memory",
  {
    connectionId: text().notNull(),
    key: text().notNull(),
    value: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.connectionId, table.key] })],
);

/** Orders whose identifiers or documents the directory does not know yet. */
export const indexQueue = sqliteTable("index_queue", { orderId: text().primaryKey() });

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
    /** A pass over the lines moved a claim, so another pass is needed. */
    moved: integer({ mode: "boolean" }).notNull().default(false),
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
    rows: text({ mode: "json" }).$type<VoucherRow[]>().notNull(),
    bankMinor: integer().notNull(),
    /** Line ids: after the first, up to and including the second. */
    after: text().notNull(),
    upTo: text().notNull(),
    /** Fees whose VAT the buyer accounts for, up to this part: pairs of rate and minor units. */
    fees: text({ mode: "json" }).$type<[number, number][]>().notNull(),
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

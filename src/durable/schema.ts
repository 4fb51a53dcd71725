// The tables of one merchant's books. Times are milliseconds since the epoch, amounts are minor units.
//
// Rows written are what a merchant object costs, and an index costs a row for every write. Hence: keys instead of
// indexes, partial indexes for what is due, and one JSON document for the parts of an order that are read together.
import { sql } from "drizzle-orm";
import { blob, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { Command } from "../domain/commands.ts";
import type { OrderRow, RowQuantity } from "../domain/observation.ts";
import type { ClaimedAlias, ErpSide, OrderContent, PaymentSide, ShopSide, Suspect } from "../domain/order.ts";
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

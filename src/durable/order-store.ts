// Loads the books of one order and writes a decision about it: everything in one transaction, or nothing.
import { and, asc, eq, sql } from "drizzle-orm";
import { type Decision, isNothing } from "../domain/decision.ts";
import { isErrorCode } from "../domain/errors.ts";
import { type CommandId, type ConnectionId, newId, type OrderId, type TaskId } from "../domain/ids.ts";
import { type ClaimedAlias, type Entry, type EntryKind, type OrderBooks, priceOf } from "../domain/order.ts";
import { contentRows } from "../domain/row-identity.ts";
import { statusOf } from "../domain/status.ts";
import { type Books, type Core, prepared } from "./books.ts";
import {
  commandOf,
  commandsOfSubject,
  insertCommands,
  insertTasks,
  tasksOfSubject,
  updateCommand,
} from "./command-store.ts";
import { type LookKey, wantLook } from "./look-store.ts";
import { withPerson } from "./personal.ts";
import type { Runtime } from "./runtime.ts";
import { aliases, entries, indexQueue, type OrderDocument, orders, tasks } from "./schema.ts";

const ownerOf = prepared((books) =>
  books
    .select({ orderId: aliases.orderId })
    .from(aliases)
    .where(
      and(
        eq(aliases.value, sql.placeholder("value")),
        eq(aliases.type, sql.placeholder("type")),
        eq(aliases.connectionId, sql.placeholder("connectionId")),
      ),
    )
    .prepare(),
);

/** The order an identifier belongs to. */
export function findOrder(books: Books, connectionId: string, type: string, value: string): OrderId | null {
  const found = ownerOf(books).get({ value, type, connectionId });
  return (found?.orderId as OrderId | undefined) ?? null;
}

/** A new, empty set of books; nothing is written yet. */
export const emptyOrder = (core: Core): OrderBooks => ({
  id: newId("ord", core.ports.now(), core.ports.random),
  version: 0,
  currency: "",
  rows: [],
  content: null,
  orderNumber: null,
  payment: null,
  shop: null,
  erp: null,
  suspects: [],
  firstSeenAt: null,
  entries: [],
  commands: [],
  tasks: [],
});

const orderRow = prepared((books) =>
  books
    .select()
    .from(orders)
    .where(eq(orders.id, sql.placeholder("id")))
    .prepare(),
);

const entriesOfBooks = prepared((books) =>
  books
    .select()
    .from(entries)
    .where(eq(entries.orderId, sql.placeholder("id")))
    .orderBy(asc(entries.seq))
    .prepare(),
);

export function loadOrder(books: Books, id: OrderId): OrderBooks | null {
  const row = orderRow(books).get({ id });
  if (!row) return null;
  const ledger = entriesOfBooks(books).all({ id });
  return {
    id,
    version: row.version,
    currency: row.currency,
    rows: row.document.rows,
    content: row.content,
    orderNumber: row.orderNumber,
    payment: row.document.payment,
    shop: row.document.shop,
    erp: row.document.erp,
    suspects: row.document.suspects,
    firstSeenAt: row.createdAt,
    entries: ledger.map(entryOf),
    commands: commandsOfSubject(books, id)
      .map(commandOf)
      .map((command) => ({ ...command, payload: withPerson(command.payload, row.content) })),
    tasks: tasksOfSubject(books, id).map((task) => ({
      id: task.id as TaskId,
      key: task.key,
      code: isErrorCode(task.code) ? task.code : "INTERNAL",
      open: task.state === "open",
    })),
  };
}

// The store is written only by this file, so that its text columns hold what the types say.
export const entryOf = (row: typeof entries.$inferSelect): Entry => ({
  seq: row.seq,
  kind: row.kind as EntryKind,
  connectionId: row.connectionId as ConnectionId,
  externalId: row.externalId,
  amountMinor: row.amountMinor,
  rows: row.rows,
  answers: row.answers,
  parent: row.parent,
  commandId: row.commandId as CommandId | null,
  at: row.at,
  vatMinor: row.vatMinor,
  text: row.text,
});

/**
 * Writes a decision. Call inside a transaction. `before` is what was decided on; false when the order was changed
 * meanwhile and the decision must be made again.
 */
export function writeDecision(core: Core, runtime: Runtime, before: OrderBooks, decision: Decision): boolean {
  const { books } = core;
  const now = core.ports.now();
  const stored = books
    .select({ version: orders.version, document: orders.document, updatedAt: orders.updatedAt })
    .from(orders)
    .where(eq(orders.id, before.id))
    .get();
  if ((stored?.version ?? 0) !== before.version) return false;
  const known = stored?.document.aliases ?? [];
  if (isTaken(books, before.id, decision.aliases)) return false;
  const claimed = claimAliases(books, before.id, known, decision.aliases);
  insertEntries(books, before.id, decision.entries);
  const newCommands = insertCommands(core, before, decision);
  for (const change of decision.changes) updateCommand(core, before, change);
  const newTasks = insertTasks(core, before, decision);
  for (const id of decision.obsoleteTasks)
    books.update(tasks).set({ state: "obsolete", doneAt: now }).where(eq(tasks.id, id)).run();
  for (const look of decision.looks)
    for (const key of lookKeys(runtime, decision.order, look.side)) wantLook(core, key, now + look.afterMs);
  const after: OrderBooks = {
    ...decision.order,
    commands: [...decision.order.commands, ...newCommands],
    tasks: [
      ...decision.order.tasks.map((task) => ({
        ...task,
        open: task.open && !decision.obsoleteTasks.includes(task.id),
      })),
      ...newTasks,
    ],
  };
  const document: OrderDocument = {
    rows: after.rows,
    payment: after.payment,
    shop: after.shop,
    erp: after.erp,
    suspects: after.suspects,
    aliases: [...known, ...claimed],
  };
  const changed =
    !stored ||
    claimed.length > 0 ||
    !isNothing(decision) ||
    JSON.stringify(document) !== JSON.stringify(stored.document);
  const told = claimed.length > 0 || decision.entries.some((entry) => PUBLISHED_DOCUMENTS[entry.kind] !== undefined);
  if (changed) writeOrder(core, after, document, stored === undefined, told);
  return true;
}

/** Facts whose documents the directory knows, by what it calls them. */
export const PUBLISHED_DOCUMENTS: Partial<Record<EntryKind, string>> = {
  ordered: "document.order",
  invoiced: "document.invoice",
  credited: "document.credit_invoice",
};

function writeOrder(core: Core, after: OrderBooks, document: OrderDocument, isNew: boolean, forIndex: boolean): void {
  const now = core.ports.now();
  const columns = {
    version: after.version + 1,
    status: statusOf(after),
    currency: after.currency,
    totalMinor: totalOf(after),
    orderNumber: after.orderNumber,
    erpNumber: after.erp?.externalId ?? null,
    placedAt: after.shop?.placedAt ?? after.payment?.placedAt ?? null,
    updatedAt: now,
    document,
    content: after.content,
  };
  if (isNew)
    core.books
      .insert(orders)
      .values({ id: after.id, createdAt: now, ...columns })
      .run();
  else core.books.update(orders).set(columns).where(eq(orders.id, after.id)).run();
  if (forIndex) core.books.insert(indexQueue).values({ orderId: after.id }).onConflictDoNothing().run();
}

function totalOf(order: OrderBooks): number {
  const rows = contentRows(order);
  return order.shop?.totalMinor ?? priceOf(rows, rows);
}

/** The type of look that asks the shops for the order of a payment; its value is our order id. */
export const SEARCH = "search";

/** What to read to see one side of an order. A side of the shop that is not known yet is searched for. */
export function lookKeys(runtime: Runtime, order: OrderBooks, side: "payment" | "erp" | "shop"): LookKey[] {
  const known = side === "payment" ? order.payment : side === "erp" ? order.erp : order.shop;
  if (!known && side === "shop" && order.payment)
    return runtime.policy
      .shopsOf(order.payment.connectionId)
      .map((shop) => ({ connectionId: shop.id, type: SEARCH, value: order.id }));
  const facets = known ? runtime.links.get(known.connectionId)?.connector : undefined;
  const facet = { payment: facets?.payments, erp: facets?.accounting, shop: facets?.storefront }[side];
  return known && facet ? [{ connectionId: known.connectionId, type: facet.orderAlias, value: known.externalId }] : [];
}

/** Whether a platform's own id (tier 0 and 1) already names another order. */
const isTaken = (books: Books, orderId: OrderId, wanted: readonly ClaimedAlias[]): boolean =>
  wanted.some((alias) => {
    if (alias.tier > 1 || alias.value === "") return false;
    const owner = findOrder(books, alias.connectionId, alias.type, alias.value);
    return owner !== null && owner !== orderId;
  });

/** Claims identifiers. A reference that people choose may be used twice: it stays with the order that had it first. */
function claimAliases(books: Books, orderId: OrderId, known: readonly ClaimedAlias[], wanted: readonly ClaimedAlias[]) {
  const same = (a: ClaimedAlias, b: ClaimedAlias) =>
    a.connectionId === b.connectionId && a.type === b.type && a.value === b.value;
  const fresh: ClaimedAlias[] = [];
  for (const alias of wanted) {
    if (alias.value === "" || [...known, ...fresh].some((other) => same(other, alias))) continue;
    const { connectionId, type, value } = alias;
    books.insert(aliases).values({ connectionId, type, value, orderId }).onConflictDoNothing().run();
    if (findOrder(books, connectionId, type, value) === orderId) fresh.push(alias);
  }
  return fresh;
}

function insertEntries(books: Books, orderId: OrderId, facts: readonly Entry[]): void {
  for (const entry of facts)
    books
      .insert(entries)
      .values({ orderId, ...entry })
      .run();
}

/** Orders of a connection that any of these references names. */
export function ordersNamed(
  books: Books,
  connectionId: string,
  references: readonly { type: string; value: string }[],
): OrderId[] {
  const found = references.map(({ type, value }) => findOrder(books, connectionId, type, value));
  return [...new Set(found.filter((id) => id !== null))];
}

export const aliasesOf = (books: Books, id: OrderId): ClaimedAlias[] =>
  books.select({ document: orders.document }).from(orders).where(eq(orders.id, id)).get()?.document.aliases ?? [];

export const entriesOfOrder = (books: Books, id: string): Entry[] =>
  books.select().from(entries).where(eq(entries.orderId, id)).orderBy(asc(entries.seq)).all().map(entryOf);

/** Gives an order the identifiers of another one, in its document; the claims themselves are moved by the caller. */
export function replaceAliases(books: Books, id: OrderId, names: ClaimedAlias[]): void {
  const document = books.select({ document: orders.document }).from(orders).where(eq(orders.id, id)).get()?.document;
  if (document)
    books
      .update(orders)
      .set({ document: { ...document, aliases: names } })
      .where(eq(orders.id, id))
      .run();
}

// What the lines of one page may settle: a handful of queries for the page, however many lines it has.
import { and, eq, sql } from "drizzle-orm";
import type { OrderId } from "../domain/ids.ts";
import type { OrderBooks } from "../domain/order.ts";
import type { PayoutLine } from "../domain/payout.ts";
import { settleablesOf } from "../domain/settleables.ts";
import type { Settleable } from "../domain/settlement.ts";
import type { Books, Core } from "./books.ts";
import { commandOf } from "./command-store.ts";
import { emptyOrder, entryOf } from "./order-store.ts";
import type { Link } from "./runtime.ts";
import { commands, entries, orders } from "./schema.ts";
import { payoutFinds } from "./schema-payouts.ts";

/** How far a movement may lie from the line when only amount and date speak, in milliseconds. */
export const DATE_WINDOW_MS = 7 * 86_400_000;

/** Candidates by line id: movements of orders that a reference names, or an amount and a date; documents of the ERP. */
export function candidatesOfPage(
  core: Core,
  link: Link,
  payoutId: string,
  lines: readonly PayoutLine[],
): Map<string, Settleable[]> {
  const { books } = core;
  const named = ordersNamed(books, link.config.id, lines);
  const alike = ordersAlike(
    books,
    link.config.id,
    lines.filter((line) => !named.has(line.externalId)),
  );
  const settleables = settleablesOfOrders(core, link, new Set([...named.values(), ...alike.values()].flat()));
  const found = findsOf(
    books,
    payoutId,
    lines.map((line) => line.externalId),
  );
  return new Map(
    lines.map(({ externalId }) => [
      externalId,
      [
        ...[...(named.get(externalId) ?? []), ...(alike.get(externalId) ?? [])].flatMap(
          (id) => settleables.get(id) ?? [],
        ),
        ...(found.get(externalId) ?? []),
      ],
    ]),
  );
}

function grouped(rows: readonly { line: string; orderId: string }[]): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { line, orderId } of rows) {
    const known = groups.get(line);
    if (!known) groups.set(line, [orderId]);
    else if (!known.includes(orderId)) known.push(orderId);
  }
  return groups;
}

function ordersNamed(books: Books, connectionId: string, lines: readonly PayoutLine[]): Map<string, string[]> {
  const wanted = lines.flatMap(({ externalId, references }) =>
    references.map(({ type, value }) => [externalId, type, value]),
  );
  return grouped(
    books.all<{ line: string; orderId: string }>(sql`
      select wanted.value ->> 0 as line, aliases.order_id as orderId
      from json_each(${JSON.stringify(wanted)}) as wanted
      join aliases on aliases.value = wanted.value ->> 2 and aliases.type = wanted.value ->> 1
        and aliases.connection_id = ${connectionId}
      order by wanted.key, aliases.order_id`),
  );
}

function ordersAlike(books: Books, connectionId: string, lines: readonly PayoutLine[]): Map<string, string[]> {
  const wanted = lines
    .filter((line) => (line.type === "sale" || line.type === "refund") && line.occurredAt !== undefined)
    .map(({ externalId, amountMinor, occurredAt = 0 }) => [
      externalId,
      Math.abs(amountMinor),
      occurredAt - DATE_WINDOW_MS,
      occurredAt + DATE_WINDOW_MS,
    ]);
  if (wanted.length === 0) return new Map();
  return grouped(
    books.all<{ line: string; orderId: string }>(sql`
      select wanted.value ->> 0 as line, entries.order_id as orderId
      from json_each(${JSON.stringify(wanted)}) as wanted
      join entries on entries.amount_minor = wanted.value ->> 1
        and entries.at between wanted.value ->> 2 and wanted.value ->> 3
        and entries.kind in ('captured', 'refunded') and entries.connection_id = ${connectionId}
      order by wanted.key, entries.order_id`),
  );
}

/** The movements of orders, by order. */
function settleablesOfOrders(core: Core, link: Link, ids: ReadonlySet<string>): Map<string, Settleable[]> {
  const movementType = link.connector.payouts?.movementAlias ?? "";
  return new Map(
    loadLedgers(core, ids).map(({ order, references }) => [
      order.id,
      settleablesOf(order, link.config.id, references, movementType),
    ]),
  );
}

/** The books of many orders at once, without tasks, and of their commands the captures. */
export function loadLedgers(core: Core, ids: Iterable<string>) {
  const { books } = core;
  const json = JSON.stringify([...ids]);
  const rows = books
    .select({ id: orders.id, currency: orders.currency, status: orders.status, document: orders.document })
    .from(orders)
    .where(sql`${orders.id} in (select value from json_each(${json}))`)
    .all();
  const ledger = books
    .select()
    .from(entries)
    .where(sql`${entries.orderId} in (select value from json_each(${json}))`)
    .orderBy(entries.orderId, entries.seq)
    .all();
  const captures = Map.groupBy(capturesOf(books, json), (row) => row.subject);
  const ledgers = Map.groupBy(ledger, (row) => row.orderId);
  const empty = emptyOrder(core);
  return rows.map(({ id, currency, status, document: { aliases, ...sides } }) => {
    const order: OrderBooks = {
      ...empty,
      ...sides,
      id: id as OrderId,
      currency,
      entries: (ledgers.get(id) ?? []).map(entryOf),
      commands: (captures.get(id) ?? []).map(commandOf),
    };
    return { order, status, references: aliases.map(({ type, value }) => ({ type, value })) };
  });
}

/** Captures of these orders: what one under way is going to pay is not given to another. */
function capturesOf(books: Books, orderIds: string) {
  const found = books.all<{ id: string }>(sql`
    select commands.id from json_each(${orderIds}) as named
    join commands on commands.id >= 'cmd_' || substr(named.value, 5)
      and commands.id < 'cmd_' || substr(named.value, 5) || '~' and commands.kind = 'capture'`);
  if (found.length === 0) return [];
  const ids = JSON.stringify(found.map(({ id }) => id));
  return books
    .select()
    .from(commands)
    .where(sql`${commands.id} in (select value from json_each(${ids}))`)
    .orderBy(commands.id)
    .all();
}

/** Documents found in the ERP for these lines. */
function findsOf(books: Books, payoutId: string, lineIds: readonly string[]): Map<string, Settleable[]> {
  const rows = books
    .select()
    .from(payoutFinds)
    .where(
      and(
        eq(payoutFinds.payoutId, payoutId),
        sql`${payoutFinds.lineId} in (select value from json_each(${JSON.stringify(lineIds)}))`,
      ),
    )
    .all();
  return new Map(rows.map((row) => [row.lineId, row.documents]));
}

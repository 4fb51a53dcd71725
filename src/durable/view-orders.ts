// One order in one screen: where it stands, what it is called, its documents and sums, and the story so far.
import { and, desc, eq, gte, inArray, lt } from "drizzle-orm";
import { normaliseNumber } from "../domain/identity.ts";
import type { ConnectionId } from "../domain/ids.ts";
import { formatAmount } from "../domain/money.ts";
import { type Entry, entriesOf, entryAmount, isFinal, type OrderBooks } from "../domain/order.ts";
import type { Books } from "./books.ts";
import { commandsOfSubject, tasksOfSubject } from "./command-store.ts";
import { aliasesOf, loadOrder } from "./order-store.ts";
import type { Runtime } from "./runtime.ts";
import { aliases, orders } from "./schema.ts";
import { attemptsOf } from "./view-commands.ts";
import { money, pageOf, problemViewOrNull, timestamp, timestampOrNull } from "./view-problem.ts";
import { webhooksOfOrder } from "./view-webhooks.ts";
import type { ListQuery, OrderSummary, OrderView, Page, TimelineItem } from "./views.ts";

/** What a list needs of an order; the document is not read. */
const SUMMARY = {
  id: orders.id,
  status: orders.status,
  currency: orders.currency,
  totalMinor: orders.totalMinor,
  orderNumber: orders.orderNumber,
  erpNumber: orders.erpNumber,
  placedAt: orders.placedAt,
  updatedAt: orders.updatedAt,
};

interface SummaryRow {
  id: string;
  status: string;
  currency: string;
  totalMinor: number;
  orderNumber: string | null;
  erpNumber: string | null;
  placedAt: number | null;
  updatedAt: number;
}

const summaryOf = (row: SummaryRow): OrderSummary => ({
  id: row.id,
  status: row.status,
  currency: row.currency,
  total: money(row.totalMinor, row.currency),
  orderNumber: row.orderNumber,
  erpNumber: row.erpNumber,
  placedAt: timestampOrNull(row.placedAt),
  updatedAt: timestamp(row.updatedAt),
});

/** Orders, newest first. `query` is the beginning of any identifier, or an order id. */
export function listOrders(
  books: Books,
  query: ListQuery & { query?: string | undefined; status?: string | undefined },
): Page<OrderSummary> {
  const named = query.query === undefined || query.query === "" ? null : idsNamed(books, query.query);
  if (named !== null && named.length === 0) return { items: [], nextCursor: null };
  const rows = books
    .select(SUMMARY)
    .from(orders)
    .where(
      and(
        named === null ? undefined : inArray(orders.id, named),
        query.status === undefined ? undefined : eq(orders.status, query.status),
        query.cursor === null ? undefined : lt(orders.id, query.cursor),
      ),
    )
    .orderBy(desc(orders.id))
    .limit(query.limit + 1)
    .all();
  return pageOf(rows, query.limit, summaryOf, (row) => row.id);
}

/** Orders with an identifier that begins with the text, as it is written or as numbers are compared. */
function idsNamed(books: Books, text: string): string[] {
  const forms = [...new Set([text, normaliseNumber(text)])];
  const rows = forms.flatMap((form) =>
    books
      .selectDistinct({ id: aliases.orderId })
      .from(aliases)
      .where(and(gte(aliases.value, form), lt(aliases.value, `${form}\u{10FFFF}`)))
      .limit(40)
      .all(),
  );
  const numbered = books.select({ id: orders.id }).from(orders).where(eq(orders.orderNumber, text)).limit(5).all();
  return [...new Set([text, ...rows.map((row) => row.id), ...numbered.map((row) => row.id)])];
}

export function orderView(books: Books, runtime: Runtime, id: string): OrderView | null {
  const row = books.select(SUMMARY).from(orders).where(eq(orders.id, id)).get();
  const order = row ? loadOrder(books, row.id as OrderBooks["id"]) : null;
  if (!row || !order) return null;
  const { currency } = order;
  const sum = (kind: Parameters<typeof entriesOf>[1]) => money(entryAmount(entriesOf(order, kind)), currency);
  const due = commandsOfSubject(books, id).flatMap((command) => (command.dueAt === null ? [] : [command.dueAt]));
  return {
    ...summaryOf(row),
    lines: order.rows.map(({ unitPriceMinor, ...line }) => ({ ...line, unitPrice: money(unitPriceMinor, currency) })),
    aliases: aliasesOf(books, order.id).map(({ connectionId, type, value, tier }) => ({
      connectionId,
      type,
      value,
      tier,
    })),
    sources: sourcesOf(order, runtime),
    documents: documentsOf(order),
    payment: {
      authorized: sum("authorized"),
      captured: sum("captured"),
      refunded: sum("refunded"),
      settled: sum("settled"),
    },
    problems: problemsOf(books, id),
    timeline: timelineOf(books, runtime, order),
    nextDue: due.length > 0 ? timestamp(Math.min(...due)) : null,
  };
}

const sourcesOf = (order: OrderBooks, runtime: Runtime): OrderView["sources"] =>
  [order.shop, order.payment, order.erp]
    .filter((side) => side !== null)
    .map(({ connectionId, connector, externalId, state }) => ({
      connectionId,
      connector,
      kind: runtime.links.get(connectionId)?.connector.kind ?? "unknown",
      externalId,
      state,
    }));

function documentsOf(order: OrderBooks): OrderView["documents"] {
  const kinds = { ordered: "order", invoiced: "invoice", credited: "credit_invoice", settled: "payment" } as const;
  return order.entries.flatMap((entry) => {
    const kind = kinds[entry.kind as keyof typeof kinds];
    if (!kind) return [];
    const other = order.entries.find((candidate) => candidate.seq === entry.answers || candidate.answers === entry.seq);
    return [
      {
        kind,
        connectionId: entry.connectionId,
        number: entry.externalId,
        amount: money(entry.amountMinor, order.currency),
        links: [
          ...(entry.parent ? [{ kind: PARENT[entry.kind] ?? "belongs to", number: entry.parent }] : []),
          ...(other ? [{ kind: other.kind, number: other.externalId }] : []),
        ],
      },
    ];
  });
}

const PARENT: Partial<Record<Entry["kind"], string>> = { invoiced: "order", credited: "invoice", settled: "movement" };

function problemsOf(books: Books, id: string): OrderView["problems"] {
  const stopped = commandsOfSubject(books, id)
    .filter((row) => row.code !== null && !isFinal(row.state as never))
    .flatMap((row) => {
      const shown = problemViewOrNull(row);
      return shown ? [{ ...shown, commandId: row.id }] : [];
    });
  const asked = tasksOfSubject(books, id)
    .filter((task) => task.state === "open")
    .flatMap((task) => {
      const shown = problemViewOrNull(task);
      return shown ? [{ ...shown, taskId: task.id }] : [];
    });
  return [...stopped, ...asked];
}

/** webhook → fact → command → attempt → answer, in the order in which it happened. */
function timelineOf(books: Books, runtime: Runtime, order: OrderBooks): TimelineItem[] {
  const nameOf = (connectionId: string): string =>
    runtime.links.get(connectionId as ConnectionId)?.connector.name ?? "a connection that was removed";
  const webhooks = webhooksOfOrder(books, order.id).map((row) => ({
    ms: row.receivedAt,
    item: {
      kind: "webhook",
      title: `Webhook from ${nameOf(row.connectionId)}`,
      detail: row.verdict,
      webhookId: row.id,
    },
  }));
  const facts = order.entries.map((entry) => ({ ms: entry.at, item: factItem(order, entry) }));
  const commands = commandsOfSubject(books, order.id).flatMap((row) => {
    const stop = problemViewOrNull(row);
    const said = stop ? `${row.state}: ${stop.title}. ${stop.detail}` : row.state;
    const title = `${sentence(row.kind)} at ${nameOf(row.connectionId)}`;
    const made = { ms: row.createdAt, item: { kind: "command", title, detail: said, commandId: row.id } };
    const tries = attemptsOf(books, row.id).map((attempt) => ({
      ms: Date.parse(attempt.at),
      item: {
        kind: "attempt",
        title: `${sentence(row.kind)}, try ${attempt.number}`,
        detail: attempt.detail === "" ? attempt.outcome : `${attempt.outcome}: ${attempt.detail}`,
        commandId: row.id,
      },
    }));
    return [made, ...tries];
  });
  const tasks = tasksOfSubject(books, order.id).map((row) => ({
    ms: row.createdAt,
    item: {
      kind: "task",
      title: problemViewOrNull(row)?.title ?? row.code,
      detail: [row.detail, row.note ?? ""].join(" ").trim(),
    },
  }));
  return [...webhooks, ...facts, ...commands, ...tasks]
    .sort((a, b) => a.ms - b.ms)
    .map(({ ms, item }) => ({ at: timestamp(ms), ...item }));
}

/** `create_order` becomes `Create order`. */
const sentence = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1).replaceAll("_", " ");

function factItem(order: OrderBooks, entry: Entry) {
  const amount = entry.amountMinor === 0 ? "" : `${formatAmount(entry.amountMinor, order.currency)} ${order.currency}`;
  const by = entry.commandId ? "by us" : isByPerson(entry) ? "by a person" : "";
  return {
    kind: entry.kind,
    title: `${sentence(entry.kind)} ${entry.externalId}`,
    detail: [amount, by, entry.text ?? ""].filter((part) => part !== "").join(" · "),
    ...(entry.commandId ? { commandId: entry.commandId } : {}),
  };
}

/** Notes are made by people, except those that say how two sightings were joined or why a shop was not waited for. */
const isByPerson = (entry: Entry): boolean =>
  entry.kind === "noted" && !/^(joined:|created_from_payment)/.test(entry.externalId);

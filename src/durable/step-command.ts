// One step of the outbox for one subject: the next due command is tried or looked up, and its end is decided upon.
import { sql } from "drizzle-orm";
import { problem } from "../domain/errors.ts";
import type { CommandId, ConnectionId, OrderId } from "../domain/ids.ts";
import { isInFlight, type OrderBooks } from "../domain/order.ts";
import { settle } from "../domain/outcome.ts";
import type { Core } from "./books.ts";
import { type LookKey, readLook } from "./look-store.ts";
import { look } from "./observe.ts";
import { loadOrder, writeDecision } from "./order-store.ts";
import { attempt, type CommandRow, knownIds, readCommand } from "./outbox.ts";
import { markBooked } from "./reconcile.ts";
import type { Link, Runtime } from "./runtime.ts";
import { commands } from "./schema.ts";

/** The platform refused the credentials of a connection. */
type Pause = (connectionId: ConnectionId, detail: string) => Promise<void>;

/** Commands that must not be done beside a person who does the same. */
const LOOKED_AT_FIRST: readonly string[] = ["refund", "create_credit_invoice"];

/**
 * How many requests a step sends, for its platform's pace: an ERP is told of the customer before the order, and where
 * it is looked at first, that is one more.
 */
export const requestsOf = (runtime: Runtime, { connectionId, kind }: CommandRow): number =>
  runtime.links.get(connectionId as ConnectionId)?.connector.accounting || LOOKED_AT_FIRST.includes(kind) ? 2 : 1;

/** Tries (or looks up) a due command of a subject, and decides again when it ended. */
export async function stepCommand(core: Core, runtime: Runtime, row: CommandRow, pause: Pause): Promise<void> {
  const { books } = core;
  const { subject } = row;
  const connectionId = row.connectionId as ConnectionId;
  const link = runtime.links.get(connectionId);
  const order = subject.startsWith("ord_") ? loadOrder(books, subject as OrderId) : null;
  if (!link || link.problem) {
    const stop = link?.problem ?? problem("CONNECTION_MISSING", "The connection was removed.");
    hold(core, row, stop.code, stop.detail);
    return;
  }
  if (order && row.attempts === 0 && LOOKED_AT_FIRST.includes(row.kind)) {
    const asSeen = await lookFirst(core, runtime, link, order, row, pause);
    if (!asSeen) return;
  }
  const attempted = await attempt(core, link, row, order ? knownIds(order, row) : []);
  if (attempted.kind === "unauthorized") await pause(connectionId, attempted.detail);
  if (attempted.kind !== "ended") return;
  core.storage.transactionSync(() => {
    const current = readCommand(books, row.id);
    if (!current || !isInFlight(current.state as OrderBooks["commands"][number]["state"])) return;
    if (subject.startsWith("ord_")) settleOrder(core, runtime, subject as OrderId, row, attempted.outcome);
    else settlePayout(core, runtime, subject, row, attempted.outcome);
  });
}

/**
 * Reads the order where money is about to be given back: a person may have done it by hand a moment ago. False when
 * the command is not wanted any more, or has to wait because the read did not succeed.
 */
async function lookFirst(
  core: Core,
  runtime: Runtime,
  link: Link,
  order: OrderBooks,
  row: CommandRow,
  pause: Pause,
): Promise<boolean> {
  const { payments, accounting } = link.connector;
  const side = [order.payment, order.erp].find((candidate) => candidate?.connectionId === link.config.id);
  const type = payments?.orderAlias ?? accounting?.orderAlias;
  if (!side || !type || accounting?.manual(link.settings).includes("observe_order")) return true;
  const key: LookKey = { connectionId: link.config.id, type, value: side.externalId };
  const looked = await look(core, runtime, key, []);
  if (looked.kind === "unauthorized") await pause(key.connectionId, looked.detail);
  const { books } = core;
  const still = readCommand(books, row.id);
  if (still?.state !== row.state) return false;
  const unread = readLook(books, key);
  if (!unread || unread.code === null) return true;
  books
    .update(commands)
    .set({ dueAt: unread.dueAt + 1 })
    .where(sql`${commands.id} = ${row.id}`)
    .run();
  return false;
}

function settleOrder(
  core: Core,
  runtime: Runtime,
  orderId: OrderId,
  row: CommandRow,
  outcome: Parameters<typeof settle>[2],
): void {
  const before = loadOrder(core.books, orderId);
  if (!before) return;
  writeDecision(core, runtime, before, settle(before, row.id as CommandId, outcome, runtime.policy, core.ports.now()));
}

function settlePayout(
  core: Core,
  runtime: Runtime,
  payoutId: string,
  row: CommandRow,
  outcome: Parameters<typeof settle>[2],
): void {
  if (outcome.kind === "refused") {
    finishRow(core, row, { state: "parked", heldBy: "platform", code: outcome.code, detail: outcome.detail });
    return;
  }
  const externalIds = outcome.kind === "done" ? [outcome.externalId] : outcome.externalIds;
  finishRow(core, row, { state: "done", heldBy: null, code: null, detail: null, externalIds });
  markBooked(core, runtime, payoutId, externalIds[0] ?? "");
}

/** The connection cannot be called: the command waits for it without a time of its own. */
function hold(core: Core, row: CommandRow, code: string, detail: string): void {
  const state = row.state === "unknown" || row.state === "sending" ? "unknown" : "waiting";
  finishRow(core, row, { state, heldBy: "decide", code, detail });
}

function finishRow(core: Core, row: CommandRow, to: Partial<CommandRow>): void {
  core.books
    .update(commands)
    .set({ ...to, dueAt: null })
    .where(sql`${commands.id} = ${row.id}`)
    .run();
}

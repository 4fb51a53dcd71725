// A demand: what ought to be done for an order, derived from its ledger. Recomputed on every decision; its name is
// stable, so that it is commanded once, for ever.
import type { Command } from "../commands.ts";
import type { Problem } from "../errors.ts";
import { problem } from "../errors.ts";
import type { ConnectionId } from "../ids.ts";
import type { OrderRow, RowQuantity } from "../observation.ts";
import { type CommandRecord, commandsOf, type Entry, isFinal, type OrderBooks } from "../order.ts";
import type { AccountingPolicy, Flow, PaymentPolicy, Policy, ShopPolicy } from "../policy.ts";

export interface Demand {
  /** Stable name within the order. */
  name: string;
  connectionId: ConnectionId;
  payload: Command;
  flow: Flow;
  cause: number | null;
  /** Why it cannot be done now, as far as this order is concerned; null when it can. */
  stop: Problem | null;
}

export interface DemandContext {
  order: OrderBooks;
  policy: Policy;
  payment: PaymentPolicy | null;
  shop: ShopPolicy | null;
  accounting: AccountingPolicy | null;
  now: number;
}

/** What people call a fact in a message. */
export const nameOf = (entry: Entry): string => `${entry.kind} ${entry.externalId}`;

/** A command that was tried at least once: its payload stays, because the platform may have seen it. */
const isFirm = (command: CommandRecord): boolean => !isFinal(command.state) && command.attempts > 0;

/** Tried and unfinished commands of a kind, for one cause or for all. */
export const firmCommands = (order: OrderBooks, kind: Command["kind"], cause?: number): CommandRecord[] =>
  commandsOf(order, kind).filter((command) => isFirm(command) && (cause === undefined || command.cause === cause));

/** Commands of a cause that a person ended without a fact in the ledger: their part is not asked for again. */
export const settledByPeople = (order: OrderBooks, kind: Command["kind"], cause: number): CommandRecord[] =>
  commandsOf(order, kind).filter(
    (command) =>
      command.cause === cause &&
      (command.state === "resolved" || command.state === "discarded") &&
      !order.entries.some((entry) => entry.commandId === command.id),
  );

/** A command that exists is demanded again as it is. */
export const repeatDemand = (command: CommandRecord, flow: Flow, stop: Problem | null): Demand => ({
  name: command.demand,
  connectionId: command.connectionId,
  payload: command.payload,
  flow,
  cause: command.cause,
  stop,
});

/**
 * The name of a further step for the same reason: the first one of `base`, `base#2`… that is neither ended nor asked
 * for already. What ended is in the ledger, and what the ledger lacks is asked for anew.
 */
export function nextName(order: OrderBooks, base: string, wanted: readonly Demand[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}#${number}`;
    const ended = order.commands.some((command) => command.demand === name && isEnded(command));
    if (!ended && !wanted.some((demand) => demand.name === name)) return name;
  }
}

/** Whether a command is over for good; one that was taken back can come again. */
export const isEnded = (command: CommandRecord): boolean => isFinal(command.state) && command.state !== "withdrawn";

/** The rows a payment command is about. */
export const rowsOf = (payload: Command): RowQuantity[] =>
  payload.kind === "capture" || payload.kind === "refund" ? payload.rows : [];

/** Row quantities with everything else known of their rows. */
export const withPrices = (rows: readonly OrderRow[], parts: readonly RowQuantity[]): OrderRow[] =>
  parts.flatMap((part) => {
    const row = rows.find((candidate) => candidate.key === part.key);
    return row ? [{ ...row, quantity: part.quantity }] : [];
  });

/** The article number a row has in the ERP. */
export const articleOf = (order: OrderBooks, row: OrderRow): string =>
  order.erp?.lines.find((line) => line.key === row.key)?.articleNumber ?? row.reference;

/** An order that does not carry the provider's payment type is not the provider's business (often `fak`). */
export function wrongPaymentType(order: OrderBooks, accounting: AccountingPolicy): Problem | null {
  const side = order.payment;
  const actual = order.erp?.paymentType;
  if (!side || actual === null || actual === undefined) return null;
  const expected = accounting.paymentTypeFor(side.connector);
  if (expected === null)
    return problem("PAYMENT_TYPE_NOT_CONFIGURED", `No payment type for ${side.connector} in ${accounting.connector}.`);
  if (actual === expected) return null;
  return problem(
    "PAYMENT_METHOD_NOT_DEDICATED",
    `The order carries payment type \`${actual}\`; orders paid through ${side.connector} must carry \`${expected}\`.`,
  );
}

/** The platform a fact comes from, by its connector's name. */
export const sourceOf = (order: OrderBooks, entry: Entry): string =>
  [order.payment, order.shop].find((side) => side?.connectionId === entry.connectionId)?.connector ?? "psp";

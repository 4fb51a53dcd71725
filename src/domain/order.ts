// The books of one order: what is known of it, its ledger, and the commands made from it.
import type { Command, CommandKind, ErpLine } from "./commands.ts";
import type { ErrorCode, Problem } from "./errors.ts";
import type { CommandId, ConnectionId, OrderId, TaskId } from "./ids.ts";
import type {
  Address,
  Alias,
  ConnectorId,
  Customer,
  OrderRow,
  PaymentObservation,
  RowQuantity,
} from "./observation.ts";

/** Facts, past tense. Each is recorded once and never changed. */
export type EntryKind =
  // at the PSP
  | "authorized"
  | "captured"
  | "refunded"
  | "released"
  // in the ERP
  | "ordered"
  | "delivered"
  | "invoiced"
  | "credited"
  | "order_cancelled"
  | "order_deleted"
  // in the shop
  | "shop_cancelled"
  // between us and the bank
  | "settled"
  // by a person
  | "noted";

export interface Entry {
  /** Position in the order's ledger, from 1. */
  seq: number;
  kind: EntryKind;
  connectionId: ConnectionId;
  /** The platform's id of the fact; unique with connection and kind. */
  externalId: string;
  /** Magnitude, in the order's currency. */
  amountMinor: number;
  rows: RowQuantity[];
  /** The entry on the other side that this one answers: a capture its invoice, a credit invoice its refund. */
  answers: number | null;
  /** The external id this one belongs to: a capture's authorisation, a refund's capture, a credit's invoice. */
  parent: string | null;
  /** The command of ours that made it; null when somebody else did. */
  commandId: CommandId | null;
  at: number;
  /** VAT inside the amount, on ERP documents. */
  vatMinor: number | null;
  /** Free text of a note, or the reason of a decision a person made. */
  text: string | null;
}

export type NewEntry = Omit<Entry, "seq" | "at">;

/** States of a command, and what each means for the outbox. */
export type CommandState =
  /** To be sent when due. */
  | "pending"
  /** Being sent; after a crash this is the same as `unknown`. */
  | "sending"
  /** Sent without an answer: looked up before anything else. */
  | "unknown"
  /** Taken on by the platform; an observation will show the result. */
  | "accepted"
  /** Held back by something that ends by itself or by a setting. */
  | "waiting"
  /** Stopped until a person acts. */
  | "parked"
  /** A person does it: there is a task. */
  | "manual"
  | "done"
  /** A person said how it ended. */
  | "resolved"
  | "discarded"
  /** No longer needed: somebody else did it first, or its reason went away. */
  | "withdrawn";

export interface CommandRecord {
  id: CommandId;
  /** What asks for it; one command per demand and order, for ever. */
  demand: string;
  connectionId: ConnectionId;
  payload: Command;
  state: CommandState;
  /** Who set `waiting` or `parked`: decide() may lift only its own. */
  heldBy: "decide" | "platform" | null;
  problem: Problem | null;
  /** Ids under which the platform works on it, or the id of the effect once done. */
  externalIds: string[];
  /** The ledger entry that caused it; null for the order itself. */
  cause: number | null;
  attempts: number;
}

/** The payment side as last observed. */
export interface PaymentSide {
  connectionId: ConnectionId;
  connector: ConnectorId;
  externalId: string;
  state: PaymentObservation["state"];
  method: string;
  merchantReference: string;
  country: string;
  placedAt: number | null;
}

/** The shop side as last observed. */
export interface ShopSide {
  connectionId: ConnectionId;
  connector: ConnectorId;
  externalId: string;
  orderNumber: string;
  state: "open" | "cancelled";
  paid: "no" | "authorized" | "paid";
  country: string;
  placedAt: number;
  totalMinor: number;
  paidElsewhereMinor: number;
  /** The gateway's name as the shop writes it, and the PSP it belongs to. */
  gateway: string;
  paidThrough: ConnectorId | null;
  /** The shop's rows under the shop's keys. */
  rows: OrderRow[];
}

/** Another order that may be the same one; a person says. */
export interface Suspect {
  orderId: OrderId;
  evidence: string;
}

/** The ERP side as last observed or made. */
export interface ErpSide {
  connectionId: ConnectionId;
  connector: ConnectorId;
  externalId: string;
  state: "open" | "cancelled" | "closed" | "deleted";
  /** null until the order was read once. */
  paymentType: string | null;
  lines: ErpLine[];
  /** The rows the ERP order was made from. */
  rows: OrderRow[];
  /** When the order was first not found; null while it is there. */
  missingSince: number | null;
}

export interface OrderContent {
  customer: Customer;
  billing: Address;
  shipping: Address;
}

export interface OrderBooks {
  id: OrderId;
  /** Counts up with every change. */
  version: number;
  currency: string;
  /** Current rows as the leading side states them; no personal data. */
  rows: OrderRow[];
  /** Personal data, needed until the ERP has the order; purged later. */
  content: OrderContent | null;
  /** What the ERP calls the order on our behalf, once decided. */
  orderNumber: string | null;
  payment: PaymentSide | null;
  shop: ShopSide | null;
  erp: ErpSide | null;
  suspects: Suspect[];
  /** When the order was first seen; null while it is not stored yet. */
  firstSeenAt: number | null;
  entries: Entry[];
  commands: CommandRecord[];
  /** Manual tasks, open and ended: one per key, for ever. */
  tasks: { id: TaskId; key: string; code: ErrorCode; open: boolean }[];
}

export interface ClaimedAlias extends Alias {
  connectionId: ConnectionId;
}

/** States in which a command may already have had an effect that the books do not show yet. */
export const isInFlight = (state: CommandState): boolean =>
  state === "sending" || state === "unknown" || state === "accepted";

/** States that end a command. */
export const isFinal = (state: CommandState): boolean =>
  state === "done" || state === "resolved" || state === "discarded" || state === "withdrawn";

export const entriesOf = (order: Pick<OrderBooks, "entries">, kind: EntryKind): Entry[] =>
  order.entries.filter((entry) => entry.kind === kind);

export const entryAmount = (entries: readonly Entry[]): number =>
  entries.reduce((sum, entry) => sum + entry.amountMinor, 0);

export const entryBySeq = (order: Pick<OrderBooks, "entries">, seq: number | null): Entry | undefined =>
  seq === null ? undefined : order.entries.find((entry) => entry.seq === seq);

/** Adds row quantities by key; `sign` −1 subtracts. Rows that reach zero or less disappear. */
export function sumRows(parts: readonly { rows: readonly RowQuantity[]; sign: 1 | -1 }[]): RowQuantity[] {
  const byKey = new Map<string, number>();
  for (const { rows, sign } of parts)
    for (const row of rows) byKey.set(row.key, (byKey.get(row.key) ?? 0) + sign * row.quantity);
  return [...byKey].filter(([, quantity]) => quantity > 0).map(([key, quantity]) => ({ key, quantity }));
}

/** As much of `wanted` as `free` allows. */
export function takeRows(wanted: readonly RowQuantity[], free: readonly RowQuantity[]): RowQuantity[] {
  return wanted
    .map((row) => ({
      key: row.key,
      quantity: Math.min(row.quantity, free.find((f) => f.key === row.key)?.quantity ?? 0),
    }))
    .filter((row) => row.quantity > 0);
}

/** `from` without all the `parts`. */
export const subtractRows = (from: readonly RowQuantity[], parts: readonly (readonly RowQuantity[])[]): RowQuantity[] =>
  sumRows([{ rows: from, sign: 1 }, ...parts.map((rows) => ({ rows, sign: -1 as const }))]);

/** What of an authorisation is still to be captured, by our ledger: reserved − captured − released. */
export function capturableRows(order: Pick<OrderBooks, "entries">, authorization: Entry): RowQuantity[] {
  const of = (kind: EntryKind) =>
    entriesOf(order, kind)
      .filter((entry) => entry.parent === authorization.externalId)
      .map((entry) => ({ rows: entry.rows, sign: -1 as const }));
  return sumRows([{ rows: authorization.rows, sign: 1 }, ...of("captured"), ...of("released")]);
}

/** What of a capture is still to be refunded by rows, by our ledger. */
export function refundableRows(order: Pick<OrderBooks, "entries">, capture: Entry): RowQuantity[] {
  const refunds = entriesOf(order, "refunded").filter((entry) => entry.parent === capture.externalId);
  return sumRows([
    { rows: capture.rows, sign: 1 },
    ...refunds.map((entry) => ({ rows: entry.rows, sign: -1 as const })),
  ]);
}

/** What of a capture is still to be refunded in money, by our ledger. */
export const refundableMinor = (order: Pick<OrderBooks, "entries">, capture: Entry): number =>
  capture.amountMinor -
  entryAmount(entriesOf(order, "refunded").filter((entry) => entry.parent === capture.externalId));

/** Commands of one kind, in the order they were made. */
export const commandsOf = (order: Pick<OrderBooks, "commands">, kind: CommandKind): CommandRecord[] =>
  order.commands.filter((command) => command.payload.kind === kind);

/** The price of some units of the order's rows, including VAT. Unknown keys cost nothing. */
export const priceOf = (rows: readonly OrderRow[], quantities: readonly RowQuantity[]): number =>
  quantities.reduce((sum, part) => {
    const row = rows.find((candidate) => candidate.key === part.key);
    return sum + (row ? row.unitPriceMinor * part.quantity : 0);
  }, 0);

/** Whether two sets of row quantities are the same units. */
export function sameRows(a: readonly RowQuantity[], b: readonly RowQuantity[]): boolean {
  return (
    sumRows([
      { rows: a, sign: 1 },
      { rows: b, sign: -1 },
    ]).length === 0 &&
    sumRows([
      { rows: b, sign: 1 },
      { rows: a, sign: -1 },
    ]).length === 0
  );
}

/** Whether the ledger has a fact already. */
export const isKnown = (order: Pick<OrderBooks, "entries">, kind: EntryKind, externalId: string): boolean =>
  order.entries.some((entry) => entry.kind === kind && entry.externalId === externalId);

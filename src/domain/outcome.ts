// From the outcome of a command to facts and to what follows. Pure, like decide().
import type { CapturePayment, Command, CreateOrder, Outcome, RefundPayment } from "./commands.ts";
import { conclude } from "./decide.ts";
import { change, type Decision, type Draft, finish, park, record, startDraft } from "./decision.ts";
import type { CommandId, ConnectionId } from "./ids.ts";
import {
  type CommandRecord,
  type ErpSide,
  entriesOf,
  isFinal,
  isKnown,
  type NewEntry,
  type OrderBooks,
} from "./order.ts";
import type { Policy } from "./policy.ts";
import { joinRows } from "./row-identity.ts";

/** Waits before we ask what became of an accepted command, in milliseconds; then the last one for ever. */
export const OUTCOME_LOOKS_MS = [2_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000] as const;

type Ended = Extract<Outcome, { kind: "done" | "accepted" | "refused" }>;

/** Records how a command ended (or was taken on) and decides again. Retries are the outbox's business. */
export function settle(order: OrderBooks, id: CommandId, outcome: Ended, policy: Policy, now: number): Decision {
  const draft = startDraft(order, now);
  const command = draft.order.commands.find((candidate) => candidate.id === id);
  if (!command) return draft;
  switch (outcome.kind) {
    case "done":
      recordEffect(draft, command, outcome, policy);
      finish(draft, command, [outcome.externalId]);
      if (command.payload.kind === "cancel_payment") draft.looks.push({ side: "payment", afterMs: 0 });
      if (command.payload.kind === "cancel_order") draft.looks.push({ side: "erp", afterMs: 0 });
      break;
    case "accepted":
      change(draft, command, { state: "accepted", heldBy: null, problem: null, externalIds: outcome.externalIds });
      draft.looks.push({ side: isPaymentCommand(command.payload) ? "payment" : "erp", afterMs: OUTCOME_LOOKS_MS[0] });
      break;
    case "refused":
      // A person may have ended it meanwhile; that word stays.
      if (!isFinal(command.state)) park(draft, command, outcome.code, outcome.detail);
      break;
    default:
      outcome satisfies never;
  }
  return conclude(draft, policy);
}

/** A person says how a command ended: the effect is recorded under the id they give. */
export function resolve(
  order: OrderBooks,
  id: CommandId,
  externalId: string,
  note: string,
  policy: Policy,
  now: number,
) {
  const draft = startDraft(order, now);
  const command = draft.order.commands.find((candidate) => candidate.id === id);
  if (!command) return draft;
  recordEffect(draft, command, { kind: "done", externalId }, policy);
  noteDown(draft, command.connectionId, `resolved:${command.demand}`, note);
  change(draft, command, { state: "resolved", heldBy: null, problem: null, externalIds: [externalId] });
  draft.looks.push({ side: isPaymentCommand(command.payload) ? "payment" : "erp", afterMs: 0 });
  return conclude(draft, policy);
}

/** A person decides that a command is not to be done. */
export function discard(order: OrderBooks, id: CommandId, note: string, policy: Policy, now: number): Decision {
  const draft = startDraft(order, now);
  const command = draft.order.commands.find((candidate) => candidate.id === id);
  if (!command) return draft;
  noteDown(draft, command.connectionId, `discarded:${command.demand}`, note);
  change(draft, command, { state: "discarded", heldBy: null, problem: null });
  return conclude(draft, policy);
}

/** A person chose between the offers of a task. */
export function choose(
  order: OrderBooks,
  connectionId: ConnectionId,
  choice: string,
  note: string,
  policy: Policy,
  now: number,
) {
  const draft = startDraft(order, now);
  // After a second deletion the same choice is asked, and noted, again.
  const times = entriesOf(draft.order, "order_deleted").length;
  noteDown(draft, connectionId, times > 1 ? `${choice}#${times}` : choice, note);
  return conclude(draft, policy);
}

const noteDown = (draft: Draft, connectionId: ConnectionId, externalId: string, text: string): void => {
  if (!isKnown(draft.order, "noted", externalId)) record(draft, fact("noted", connectionId, externalId, { text }));
};

const isPaymentCommand = ({ kind }: Command): boolean =>
  kind === "capture" || kind === "refund" || kind === "cancel_payment";

type Done = Extract<Outcome, { kind: "done" }>;

/** Writes what a command did into the ledger, and what it made of the ERP side. */
function recordEffect(draft: Draft, command: CommandRecord, done: Done, policy: Policy): void {
  if (command.payload.kind === "create_order") {
    const seen = draft.order.erp?.externalId === done.externalId ? draft.order.erp : null;
    const made = erpSideOf(command, command.payload, done, policy);
    // The order may have been read before its answer came: what was seen of it is newer.
    draft.order.erp = seen ? { ...seen, lines: made.lines, rows: made.rows } : made;
    // A payment may have joined since the command was made, whose rows then have the shop's keys.
    joinRows(draft.order);
    // While its number was not known, what the ERP told of the order could not be taken for ours: it is read once.
    if (seen || command.state === "unknown") draft.looks.push({ side: "erp", afterMs: 0 });
    draft.order.orderNumber = command.payload.orderNumber;
    const aliases = done.aliases ?? [];
    draft.aliases.push(...aliases.map((alias) => ({ ...alias, connectionId: command.connectionId })));
  }
  const effect = effectOf(draft.order, command, done);
  if (effect && !isKnown(draft.order, effect.kind, effect.externalId)) record(draft, effect);
}

function erpSideOf(command: CommandRecord, payload: CreateOrder, done: Done, policy: Policy): ErpSide {
  const lines = payload.rows.map((row, index) => ({
    line: String(index + 1),
    key: row.key,
    articleNumber: row.articleNumber,
  }));
  return {
    connectionId: command.connectionId,
    connector: policy.accounting?.connector ?? "specter",
    externalId: done.externalId,
    state: "open",
    paymentType: null,
    lines: done.lines ?? lines,
    rows: payload.rows.map(({ articleNumber: _, ...row }) => row),
    missingSince: null,
  };
}

/** The fact that a finished command stands for; null where an observation will bring it. */
function effectOf(order: OrderBooks, command: CommandRecord, done: Done): NewEntry | null {
  const { payload } = command;
  const made = (kind: NewEntry["kind"], externalId: string, given: Partial<NewEntry>) =>
    fact(kind, command.connectionId, externalId, { commandId: command.id, answers: command.cause, ...given });
  // Whoever resolves a capture or refund that had nothing to send knows more than its payload: the PSP is asked.
  if ((payload.kind === "capture" || payload.kind === "refund") && !isSendable(payload)) return null;
  switch (payload.kind) {
    case "create_order":
      return made("ordered", done.externalId, { amountMinor: payload.totalMinor });
    case "cancel_order":
      return made("order_cancelled", payload.erpOrderNumber, {});
    case "create_invoice":
      return made("invoiced", done.externalId, {
        amountMinor: payload.totalMinor,
        parent: payload.erpOrderNumber,
        rows: keysOf(order, payload.rows),
      });
    case "create_credit_invoice":
      return made("credited", done.externalId, { amountMinor: payload.totalMinor, parent: payload.invoiceNumber });
    case "capture":
      return made("captured", done.externalId, {
        amountMinor: payload.amountMinor,
        parent: payload.authorizationId,
        rows: payload.rows,
      });
    case "refund":
      return made("refunded", done.externalId, {
        amountMinor: payload.amountMinor,
        parent: payload.captureId,
        rows: payload.rows,
      });
    case "cancel_payment":
    case "register_payment":
    case "book_payout":
      return null;
    default:
      return payload satisfies never;
  }
}

/** Whether it names what to take the money from, and how much. */
const isSendable = (payload: CapturePayment | RefundPayment): boolean =>
  payload.amountMinor > 0 &&
  (payload.kind === "capture" ? payload.authorizationId !== "none" : payload.captureId !== "");

const keysOf = (order: OrderBooks, rows: readonly { line: string | null; articleNumber: string; quantity: number }[]) =>
  rows.flatMap((row) => {
    const line = order.erp?.lines.find(
      (candidate) => candidate.line === row.line || candidate.articleNumber === row.articleNumber,
    );
    return line ? [{ key: line.key, quantity: row.quantity }] : [];
  });

const fact = (
  kind: NewEntry["kind"],
  connectionId: ConnectionId,
  externalId: string,
  given: Partial<Omit<NewEntry, "kind" | "connectionId" | "externalId">>,
): NewEntry => ({
  kind,
  connectionId,
  externalId,
  amountMinor: 0,
  rows: [],
  answers: null,
  parent: null,
  commandId: null,
  vatMinor: null,
  text: null,
  ...given,
});

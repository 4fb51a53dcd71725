// From what the PSP shows to facts: what its ledger has and ours does not.
//
// A movement that one of our own commands made is recognised by its id and ends that command: no echo.
// While a command of ours is without an answer, new movements of its kind wait: they may be its effect.
import { change, type Draft, finish, park, record } from "./decision.ts";
import type { ErrorCode } from "./errors.ts";
import { creditFor, invoiceFor } from "./links.ts";
import type {
  Capture,
  MovementState,
  OrderRow,
  PaymentObservation,
  Refund,
  Release,
  RowQuantity,
} from "./observation.ts";
import {
  type CommandRecord,
  commandsOf,
  type EntryKind,
  isFinal,
  isKnown,
  type OrderBooks,
  subtractRows,
} from "./order.ts";
import { joinRows } from "./row-identity.ts";

const HELD_LOOK_MS = 5_000;

export function absorbPayment(draft: Draft, seen: PaymentObservation): void {
  const { order } = draft;
  order.currency = seen.currency;
  order.payment = {
    connectionId: seen.connectionId,
    connector: seen.connector,
    externalId: seen.externalId,
    state: stateAfter(order, seen),
    method: seen.method,
    merchantReference: seen.merchantReference || (order.payment?.merchantReference ?? ""),
    country: seen.country,
    placedAt: seen.placedAt ?? order.payment?.placedAt ?? null,
  };
  order.rows = mergeRows(order.rows, seen.rows);
  if (!order.erp && !order.shop)
    order.content = { customer: seen.customer, billing: seen.billing, shipping: seen.shipping };
  draft.aliases.push(...seen.aliases.map((alias) => ({ ...alias, connectionId: seen.connectionId })));

  joinRows(order);
  for (const authorization of seen.authorizations) {
    if (authorization.state !== "succeeded" || isKnown(order, "authorized", authorization.externalId)) continue;
    record(draft, paymentFact(seen, "authorized", authorization, null, null, null));
  }
  for (const capture of seen.captures) absorbCapture(draft, seen, capture);
  stopFailed(draft, "capture", "CAPTURE_FAILED", seen.captures);
  for (const refund of seen.refunds) absorbRefund(draft, seen, refund);
  stopFailed(draft, "refund", "REFUND_FAILED", seen.refunds);
  for (const release of seen.releases) absorbRelease(draft, seen, release);
  endCancellations(draft, seen);
  if (seen.state === "cancelled") absorbCancelled(draft);
}

/** States only advance: a sighting that comes late takes nothing back. */
const ADVANCE: readonly PaymentObservation["state"][] = ["pending", "refused", "accepted", "cancelled"];

/** What was cancelled is an order again only when something new is reserved for it. */
function stateAfter(order: OrderBooks, seen: PaymentObservation): PaymentObservation["state"] {
  const before = order.payment?.state ?? "pending";
  const renewed = seen.authorizations.some(
    (entry) => entry.state === "succeeded" && !isKnown(order, "authorized", entry.externalId),
  );
  return renewed || ADVANCE.indexOf(seen.state) > ADVANCE.indexOf(before) ? seen.state : before;
}

function absorbCapture(draft: Draft, seen: PaymentObservation, capture: Capture): void {
  const verdict = attribute(draft, "captured", "capture", capture);
  if (verdict === "skip") return;
  const answers = verdict ? verdict.cause : (invoiceFor(draft.order, capture)?.seq ?? null);
  record(
    draft,
    paymentFact(seen, "captured", withRows(draft, capture, verdict), capture.authorizationId, answers, verdict),
  );
  if (verdict) endOwn(draft, verdict, "captured");
}

function absorbRefund(draft: Draft, seen: PaymentObservation, refund: Refund): void {
  const verdict = attribute(draft, "refunded", "refund", refund);
  if (verdict === "skip") return;
  const answers = verdict ? verdict.cause : (creditFor(draft.order, refund)?.seq ?? null);
  record(draft, paymentFact(seen, "refunded", withRows(draft, refund, verdict), refund.captureId, answers, verdict));
  if (verdict) endOwn(draft, verdict, "refunded");
}

function absorbRelease(draft: Draft, seen: PaymentObservation, release: Release): void {
  const command = commandsOf(draft.order, "cancel_payment").find((candidate) =>
    candidate.externalIds.includes(release.externalId),
  );
  if (release.state === "failed" && command?.state === "accepted")
    park(draft, command, "CANCEL_FAILED", release.failure ?? "");
  if (release.state !== "succeeded" || isKnown(draft.order, "released", release.externalId)) return;
  record(draft, paymentFact(seen, "released", release, release.authorizationId, null, command ?? null));
}

/**
 * A cancellation is done when all it started is in the ledger: releases, and for a direct payment the refunds of what
 * was taken.
 */
function endCancellations(draft: Draft, seen: PaymentObservation): void {
  for (const command of commandsOf(draft.order, "cancel_payment")) {
    if (command.state !== "accepted" || command.externalIds.length === 0) continue;
    const failed = seen.refunds.find(
      (refund) => refund.state === "failed" && command.externalIds.includes(refund.externalId),
    );
    if (failed) park(draft, command, "CANCEL_FAILED", failed.failure ?? "");
    else if (command.externalIds.every((id) => isDoneHere(draft.order, id)))
      finish(draft, command, command.externalIds);
  }
}

const isDoneHere = (order: OrderBooks, id: string): boolean =>
  isKnown(order, "released", id) || isKnown(order, "refunded", id);

/** Nothing is left to cancel: a cancellation under way is done, whatever ids it went under. */
function absorbCancelled(draft: Draft): void {
  for (const command of commandsOf(draft.order, "cancel_payment"))
    if (command.state === "accepted") finish(draft, command, command.externalIds);
}

/** A platform that shows no rows was told them by the command that made the movement; they stand on its first one. */
function withRows<M extends Capture | Refund>(draft: Draft, movement: M, command: CommandRecord | null): M {
  if (movement.rows.length > 0 || command === null) return movement;
  const { payload } = command;
  const first = !draft.order.entries.some((entry) => entry.commandId === command.id);
  if (!first || (payload.kind !== "capture" && payload.kind !== "refund")) return movement;
  return { ...movement, rows: payload.rows.map(({ key, quantity }) => ({ key, quantity })) };
}

/** A command is done when every movement it started is in the ledger. */
function endOwn(draft: Draft, command: CommandRecord, kind: EntryKind): void {
  if (isFinal(command.state) || !command.externalIds.every((id) => isKnown(draft.order, kind, id))) return;
  finish(draft, command, command.externalIds);
}

/** Stops commands of which every movement ended and at least one failed; what succeeded is not asked for again. */
function stopFailed(
  draft: Draft,
  kind: "capture" | "refund",
  code: ErrorCode,
  movements: readonly (Capture | Refund)[],
): void {
  for (const command of commandsOf(draft.order, kind)) {
    const ended = movements.filter((m) => m.state !== "pending" && command.externalIds.includes(m.externalId));
    const failed = ended.filter((movement) => movement.state === "failed");
    const { payload } = command;
    if (command.state !== "accepted" || failed.length === 0 || ended.length < command.externalIds.length) continue;
    if (payload.kind !== "capture" && payload.kind !== "refund") continue;
    const worked = ended.filter((movement) => movement.state === "succeeded");
    const left = subtractRows(
      payload.rows,
      worked.map((movement) => movement.rows),
    );
    change(draft, command, {
      state: "parked",
      heldBy: "platform",
      problem: { code, detail: failed[0]?.failure ?? "" },
      ...(worked.length > 0
        ? {
            payload: {
              ...payload,
              rows: takePart(payload.rows, left),
              amountMinor: payload.amountMinor - worked.reduce((sum, movement) => sum + movement.amountMinor, 0),
            },
          }
        : {}),
    });
  }
}

const takePart = <R extends RowQuantity>(rows: readonly R[], part: readonly RowQuantity[]): R[] =>
  rows.flatMap((row) => {
    const quantity = part.find((candidate) => candidate.key === row.key)?.quantity ?? 0;
    return quantity > 0 ? [{ ...row, quantity }] : [];
  });

/** Whose effect a movement is: a command of ours, somebody else's (null), or nothing to record (`skip`). */
function attribute(
  draft: Draft,
  entryKind: EntryKind,
  commandKind: "capture" | "refund",
  movement: { externalId: string; state: MovementState },
): CommandRecord | null | "skip" {
  if (movement.state !== "succeeded" || isKnown(draft.order, entryKind, movement.externalId)) return "skip";
  const commands = commandsOf(draft.order, commandKind);
  const own = commands.find((command) => command.externalIds.includes(movement.externalId));
  if (own) return own;
  if (commands.some((command) => command.state === "unknown" || command.state === "sending")) {
    draft.looks.push({ side: "payment", afterMs: HELD_LOOK_MS });
    return "skip";
  }
  return null;
}

function paymentFact(
  seen: PaymentObservation,
  kind: EntryKind,
  movement: { externalId: string; amountMinor: number; rows: RowQuantity[] },
  parent: string | null,
  answers: number | null,
  command: CommandRecord | null,
) {
  return {
    kind,
    connectionId: seen.connectionId,
    externalId: movement.externalId,
    amountMinor: movement.amountMinor,
    rows: movement.rows,
    answers,
    parent,
    commandId: command?.id ?? null,
    vatMinor: null,
    text: null,
  };
}

/** Current quantities of the rows; rows that are gone stay with quantity 0, so that their price is remembered. */
function mergeRows(before: readonly OrderRow[], seen: readonly OrderRow[]): OrderRow[] {
  const gone = before
    .filter((row) => !seen.some((candidate) => candidate.key === row.key))
    .map((row) => ({ ...row, quantity: 0 }));
  return [...seen, ...gone];
}

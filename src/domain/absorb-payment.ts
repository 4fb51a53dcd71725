// From what the PSP shows to facts: what its ledger has and ours does not.
//
// A movement that one of our own commands made is recognised by its id and ends that command: no echo.
// While a command of ours is without an answer, new movements of its kind wait: they may be its effect.
import { type Draft, finish, park, record } from "./decision.ts";
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
import { type CommandRecord, commandsOf, type EntryKind, entriesOf, isKnown } from "./order.ts";

const HELD_LOOK_MS = 5_000;

export function absorbPayment(draft: Draft, seen: PaymentObservation): void {
  const { order } = draft;
  order.currency = seen.currency;
  order.payment = {
    connectionId: seen.connectionId,
    connector: seen.connector,
    externalId: seen.externalId,
    state: seen.state,
    method: seen.method,
    merchantReference: seen.merchantReference || (order.payment?.merchantReference ?? ""),
    country: seen.country,
    placedAt: seen.placedAt ?? order.payment?.placedAt ?? null,
  };
  order.rows = mergeRows(order.rows, seen.rows);
  if (!order.erp) order.content = { customer: seen.customer, billing: seen.billing, shipping: seen.shipping };
  draft.aliases.push(...seen.aliases.map((alias) => ({ ...alias, connectionId: seen.connectionId })));

  for (const authorization of seen.authorizations) {
    if (authorization.state !== "succeeded" || isKnown(order, "authorized", authorization.externalId)) continue;
    record(draft, paymentFact(seen, "authorized", authorization, null, null, null));
  }
  for (const capture of seen.captures) absorbCapture(draft, seen, capture);
  for (const refund of seen.refunds) absorbRefund(draft, seen, refund);
  for (const release of seen.releases) absorbRelease(draft, seen, release);
}

function absorbCapture(draft: Draft, seen: PaymentObservation, capture: Capture): void {
  const verdict = attribute(draft, "captured", "capture", "CAPTURE_FAILED", capture);
  if (verdict === "skip") return;
  const answers = verdict ? verdict.cause : (invoiceFor(draft.order, capture)?.seq ?? null);
  record(draft, paymentFact(seen, "captured", capture, capture.authorizationId, answers, verdict));
  if (verdict) finish(draft, verdict, [capture.externalId]);
}

function absorbRefund(draft: Draft, seen: PaymentObservation, refund: Refund): void {
  const verdict = attribute(draft, "refunded", "refund", "REFUND_FAILED", refund);
  if (verdict === "skip") return;
  const answers = verdict ? verdict.cause : (creditFor(draft.order, refund)?.seq ?? null);
  record(draft, paymentFact(seen, "refunded", refund, refund.captureId, answers, verdict));
  if (verdict) finish(draft, verdict, [refund.externalId]);
}

function absorbRelease(draft: Draft, seen: PaymentObservation, release: Release): void {
  const command = commandsOf(draft.order, "cancel_payment").find((candidate) =>
    candidate.externalIds.includes(release.externalId),
  );
  if (release.state === "failed" && command?.state === "accepted")
    park(draft, command, "CANCEL_FAILED", release.failure ?? "");
  if (release.state !== "succeeded" || isKnown(draft.order, "released", release.externalId)) return;
  record(draft, paymentFact(seen, "released", release, release.authorizationId, null, command ?? null));
  if (command?.state === "accepted") {
    const released = entriesOf(draft.order, "released").map((entry) => entry.externalId);
    if (command.externalIds.every((id) => released.includes(id))) finish(draft, command, command.externalIds);
  }
}

/** Whose effect a movement is: a command of ours, somebody else's (null), or nothing to record (`skip`). */
function attribute(
  draft: Draft,
  entryKind: EntryKind,
  commandKind: "capture" | "refund",
  failedCode: ErrorCode,
  movement: { externalId: string; state: MovementState; failure?: string },
): CommandRecord | null | "skip" {
  if (isKnown(draft.order, entryKind, movement.externalId)) return "skip";
  const commands = commandsOf(draft.order, commandKind);
  const own = commands.find((command) => command.externalIds.includes(movement.externalId));
  if (movement.state === "failed" && own?.state === "accepted") {
    park(draft, own, failedCode, movement.failure ?? "");
    return "skip";
  }
  if (movement.state !== "succeeded") return "skip";
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

// What became of a command without a clear answer: the order's ledger at Qliro tells (reference/qliro.md section 7).
import type { CancelPayment, CapturePayment, CommandCall, LookUp, RefundPayment } from "../../domain/commands.ts";
import type { PaymentObservation, RowQuantity } from "../../domain/observation.ts";
import type { Read } from "../connector.ts";
import { type QliroContext, readOrder } from "./api.ts";
import { observationOf } from "./translate.ts";
import type { QliroOrder } from "./wire.ts";

type PaymentCall = CommandCall<CapturePayment | RefundPayment | CancelPayment>;
/** What the ledger alone can tell. */
export type Finding = Extract<LookUp, { kind: "found" | "absent" | "unclear" }>;
type Candidate = (PaymentObservation["captures"] | PaymentObservation["refunds"])[number];

/** A read order in our words. */
export function observed(context: QliroContext, found: Read<QliroOrder>): Read<PaymentObservation> {
  if (found.kind !== "found") return found;
  const seen = observationOf(found.value, context.connectionId, context.settings);
  if (seen.ok) return { kind: "found", value: seen.value };
  return { kind: "refused", code: "PLATFORM_ANSWER_NOT_UNDERSTOOD", detail: seen.error };
}

export async function lookUp(context: QliroContext, call: PaymentCall): Promise<LookUp> {
  const seen = observed(context, await readOrder(context, call.payload.paymentId));
  switch (seen.kind) {
    case "found":
      return findIn(seen.value, call);
    case "absent":
      // An order that cannot be seen proves nothing about what was done to it.
      return { kind: "unclear", detail: "Qliro does not show the order." };
    case "later": {
      const { detail, retryAfterMs } = seen;
      return { kind: "unclear", detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    case "refused":
      return { kind: "unclear", detail: seen.detail };
    case "unauthorized":
      return seen;
    default:
      return seen satisfies never;
  }
}

/** Looks for the command's effect among the transactions that the books do not account for. */
export function findIn(seen: PaymentObservation, call: PaymentCall): Finding {
  const { payload } = call;
  const fees = new Set(seen.rows.filter((row) => row.kind === "fee").map((row) => row.key));
  switch (payload.kind) {
    case "capture": {
      const candidates = seen.captures.filter(
        (entry) => entry.authorizationId === null || entry.authorizationId === payload.authorizationId,
      );
      return among(candidates, call.known, payload, fees);
    }
    case "refund": {
      const capture = payload.captureId.split("#")[0];
      const candidates = seen.refunds.filter((entry) => entry.captureId === null || entry.captureId === capture);
      return among(candidates, call.known, payload, fees);
    }
    case "cancel_payment":
      return cancellation(seen, payload.paymentId, call.known);
    default:
      return payload satisfies never;
  }
}

function among(
  candidates: readonly Candidate[],
  known: readonly string[],
  wanted: { rows: readonly RowQuantity[]; amountMinor: number },
  fees: ReadonlySet<string>,
): Finding {
  const open = candidates.filter((entry) => entry.state !== "failed" && !known.includes(entry.externalId));
  const ours = open.find((entry) => resembles(entry, wanted, fees) === "same");
  // Worth something else than was asked for (a fee that Qliro added): the next reading says what.
  if (ours) return found(ours.amountMinor === wanted.amountMinor ? ours.state : "pending", ours.externalId);
  const perhaps = open.find((entry) => entry.state === "pending" && resembles(entry, wanted, fees) === "perhaps");
  if (perhaps) return { kind: "unclear", detail: `Transaction ${perhaps.externalId} is still in progress.` };
  return { kind: "absent" };
}

/**
 * Rows decide where both sides have them; otherwise the amount. Qliro may add its own fee row to a capture or a
 * return (section 10.3), so a fee that was not asked for makes no difference.
 */
function resembles(
  entry: Candidate,
  wanted: { rows: readonly RowQuantity[]; amountMinor: number },
  fees: ReadonlySet<string>,
): "same" | "perhaps" | "other" {
  if (entry.rows.length > 0 && wanted.rows.length > 0) {
    const asked = new Map(wanted.rows.map((row) => [row.key, row.quantity]));
    const relevant = entry.rows.filter((row) => asked.has(row.key) || !fees.has(row.key));
    const same = relevant.length === asked.size && relevant.every((row) => asked.get(row.key) === row.quantity);
    return same ? "same" : "other";
  }
  return entry.amountMinor === wanted.amountMinor ? "same" : "perhaps";
}

function cancellation(seen: PaymentObservation, orderId: string, known: readonly string[]): Finding {
  const fresh = seen.releases.filter((entry) => !known.includes(entry.externalId));
  const pending = fresh.filter((entry) => entry.state === "pending").map((entry) => entry.externalId);
  if (pending.length > 0) return { kind: "found", outcome: { kind: "accepted", externalIds: pending } };
  const authorizing = seen.authorizations.some((entry) => entry.state === "pending");
  const left = seen.authorizations.some((entry) => entry.capturable.length > 0);
  if (left || authorizing) return { kind: "absent" };
  const last = fresh.filter((entry) => entry.state === "succeeded").at(-1);
  return found("succeeded", last?.externalId ?? `cancel:${orderId}`);
}

function found(state: Candidate["state"], id: string): Finding {
  return state === "succeeded"
    ? { kind: "found", outcome: { kind: "done", externalId: id } }
    : { kind: "found", outcome: { kind: "accepted", externalIds: [id] } };
}

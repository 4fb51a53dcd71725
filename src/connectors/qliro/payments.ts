// Capture, refund and cancel at Qliro, and what their answers mean (reference/qliro.md sections 6 and 7).
import type { CancelPayment, CapturePayment, CommandCall, Outcome, RefundPayment } from "../../domain/commands.ts";
import { rowsTotal } from "../../domain/money.ts";
import type { PaymentObservation, RowKind } from "../../domain/observation.ts";
import type { HttpAnswer, HttpFailure, PaymentFacet, Read } from "../connector.ts";
import { bodyText, parseJson, writeStop } from "../shared/answers.ts";
import { adminPost, type QliroContext, readOrder, readOrderByReference, readOrderByTransaction } from "./api.ts";
import { mainPair, plusPair, policyOf, type QliroCredentials, type QliroSettings } from "./config.ts";
import { judge, type Operation, qliroError, type Verdict } from "./failures.ts";
import { movementState } from "./ledger.ts";
import { findIn, lookUp, observed } from "./lookup.ts";
import { MERCHANT_REFERENCE, ORDER_ID, TEMPORARY_REFERENCE, TRANSACTION_ID } from "./references.ts";
import { discountRows, transactionOf, wireId } from "./refunds.ts";
import { type MutationAnswer, mutationAnswer } from "./wire.ts";

type PaymentCall = CommandCall<CapturePayment | RefundPayment | CancelPayment>;

/** What each operation is called when Qliro reports at once that it failed. */
const FAILED = {
  capture: "CAPTURE_FAILED",
  refund: "REFUND_FAILED",
  cancel_payment: "CANCEL_FAILED",
} as const satisfies Record<Operation, string>;

export const payments: PaymentFacet<QliroCredentials, QliroSettings> = {
  orderAlias: ORDER_ID,

  async observe(context, type, value): Promise<Read<PaymentObservation>> {
    switch (type) {
      case ORDER_ID:
        return observed(context, await readOrder(context, value));
      case MERCHANT_REFERENCE:
      case TEMPORARY_REFERENCE:
        return observed(context, await readOrderByReference(context, value));
      case TRANSACTION_ID:
        return observed(context, await readOrderByTransaction(context, value));
      default:
        return { kind: "refused", code: "NOT_FOUND", detail: `Qliro finds no order by ${type}.` };
    }
  },

  async capture(context, call) {
    const { paymentId, authorizationId, currency, rows } = call.payload;
    const answer = await adminPost(context, "MarkItemsAsShipped", call.requestKey, mainPair(context.credentials), {
      OrderId: wireId(paymentId),
      Currency: currency,
      Shipments: [{ PaymentTransactionId: wireId(authorizationId), OrderItems: rows.map(orderItem) }],
    });
    return outcomeOf(context, call, answer);
  },

  async refund(context, call) {
    const pair = plusPair(context.credentials);
    if (!pair) return { kind: "refused", code: "QLIRO_PLUS_CREDENTIALS_REQUIRED", detail: "No API Plus key pair." };
    const { paymentId, captureId, currency, rows, amountMinor } = call.payload;
    const head = { OrderId: wireId(paymentId), Currency: currency };
    const byRows = rows.length > 0 && rowsTotal(rows) === amountMinor;
    if (byRows) {
      const answer = await adminPost(context, "ReturnItems", call.requestKey, pair, {
        ...head,
        Returns: [{ PaymentTransactionId: transactionOf(captureId), OrderItems: rows.map(orderItem) }],
      });
      return outcomeOf(context, call, answer);
    }
    if (context.settings.amountRefunds === "by_hand") {
      return { kind: "refused", code: "CAPABILITY_OFF", detail: "Refund this amount in Qliro's merchant portal." };
    }
    const items = await discountRows(context, call);
    if (!Array.isArray(items)) return items;
    const answer = await adminPost(context, "AddItemsToInvoice", call.requestKey, pair, {
      ...head,
      Additions: [{ PaymentTransactionId: transactionOf(captureId), OrderItems: items }],
    });
    return outcomeOf(context, call, answer);
  },

  async cancel(context, call) {
    const pair = mainPair(context.credentials);
    const answer = await adminPost(context, "cancelOrder", call.requestKey, pair, {
      OrderId: wireId(call.payload.paymentId),
    });
    return outcomeOf(context, call, answer);
  },

  lookUp,

  blocker: (kind, credentials) =>
    kind === "refund" && plusPair(credentials) === null ? "QLIRO_PLUS_CREDENTIALS_REQUIRED" : null,

  policy: policyOf,
};

const ITEM_TYPES = {
  product: "Product",
  shipping: "Shipping",
  fee: "Fee",
  discount: "Discount",
} as const satisfies Record<RowKind, string>;

/** A row as Qliro must find it: reference and price exactly as in its ledger (section 13). */
const orderItem = (row: CapturePayment["rows"][number]) => ({
  MerchantReference: row.reference,
  Type: ITEM_TYPES[row.kind],
  Quantity: row.quantity,
  // Qliro wants a JSON number; with two decimals it prints as exactly this amount.
  PricePerItemIncVat: row.unitPriceMinor / 100,
});

async function outcomeOf(context: QliroContext, call: PaymentCall, answer: HttpAnswer | HttpFailure): Promise<Outcome> {
  const stop = writeStop(answer, context.now());
  if (stop) return call.payload.kind === "refund" ? plusStop(stop) : stop;
  if (answer.kind !== "answer") return { kind: "unknown", detail: answer.detail };
  if (answer.status < 300) {
    const parsed = parseJson(bodyText(answer.body), mutationAnswer);
    if (!parsed.ok) return { kind: "unknown", detail: `accepted, but ${parsed.error}` };
    return startedOutcome(call.payload.kind, parsed.value);
  }
  const error = qliroError(answer.status, answer.body, context.credentials);
  const verdict = judge(call.payload.kind, error, call.attempt);
  return settle(context, call, verdict);
}

/** A refused Plus pair concerns refunds only: it must not pause the captures of the connection. */
const plusStop = (stop: Outcome): Outcome =>
  stop.kind === "unauthorized"
    ? { kind: "refused", code: "QLIRO_PLUS_CREDENTIALS_REQUIRED", detail: `API Plus pair not accepted: ${stop.detail}` }
    : stop;

/**
 * A 200 is acceptance only: the transactions it names end later (section 6). Even of one that is final already only the
 * ledger tells what it came to, because Qliro may have added its fee (section 10.3).
 */
function startedOutcome(operation: Operation, { PaymentTransactions: started }: MutationAnswer): Outcome {
  const ids = started.map((transaction) => transaction.PaymentTransactionId);
  const [first] = ids;
  // Accepted without a name for what was started: only the ledger can tell what became of it.
  if (first === undefined) return { kind: "unknown", detail: "accepted without a transaction" };
  const states = started.map((transaction) => movementState(transaction.Status ?? "Created"));
  if (states.every((state) => state === "failed")) {
    return { kind: "refused", code: FAILED[operation], detail: `Qliro reports transaction ${first} as failed.` };
  }
  return { kind: "accepted", externalIds: ids };
}

async function settle(context: QliroContext, call: PaymentCall, verdict: Verdict): Promise<Outcome> {
  const { payload } = call;
  switch (verdict.kind) {
    case "outcome":
      return payload.kind === "refund" ? plusStop(verdict.outcome) : verdict.outcome;
    case "nothing_left":
      return { kind: "done", externalId: `cancel:${payload.paymentId}` };
    case "verify": {
      const seen = await observed(context, await readOrder(context, payload.paymentId));
      if (seen.kind !== "found") return { kind: "unknown", detail: "Qliro refused it, and its ledger did not answer." };
      const found = findIn(seen.value, call);
      if (found.kind === "found") return found.outcome;
      if (found.kind === "unclear") return { kind: "unknown", detail: found.detail };
      const debit = payload.kind === "capture" && verdict.debitIsDone && isDebit(seen.value, payload.authorizationId);
      // The suffix keeps two captures of one debit apart; `transactionOf` takes it off again.
      return debit
        ? { kind: "done", externalId: `${payload.authorizationId}#${call.id.slice(-8)}` }
        : verdict.otherwise;
    }
    default:
      return verdict satisfies never;
  }
}

const isDebit = (seen: PaymentObservation, id: string): boolean =>
  seen.authorizations.some((entry) => entry.externalId === id && entry.immediate && entry.state === "succeeded");

// Qliro's order as an observation. Pure; rules are from reference/qliro.md section 6.4 unless another is named.
import type { ConnectionId } from "../../domain/ids.ts";
import { rowsTotal } from "../../domain/money.ts";
import type {
  Alias,
  Authorization,
  Capture,
  PaymentObservation,
  Refund,
  Release,
  RowQuantity,
} from "../../domain/observation.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { QliroSettings } from "./config.ts";
import { withoutPersonalData } from "./failures.ts";
import { authorizationAbove, captureAbove, type Ledger, ledgerOf, movementState, Quantities } from "./ledger.ts";
import { addressOf, customerOf } from "./parties.ts";
import { ORDER_ID, referenceAlias, TEMPORARY_REFERENCE, TRANSACTION_ID } from "./references.ts";
import { orderRows } from "./rows.ts";
import type { PaymentTransaction, QliroOrder } from "./wire.ts";

/** The error says what about the order cannot be read; it holds no value of it. */
export function observationOf(
  order: QliroOrder,
  connectionId: ConnectionId,
  settings: QliroSettings,
): Result<PaymentObservation, string> {
  const ledger = ledgerOf(order);
  const rows = orderRows(order, ledger);
  if (rows === null) return err("a row has neither a VAT rate nor a price without VAT");
  const authorizations = authorizationsOf(order, ledger);
  const captures = capturesOf(ledger);
  const reference = referenceAlias(order.MerchantReference);
  const shipping = addressOf(order.ShippingAddress);
  return ok({
    source: "psp",
    connectionId,
    connector: "qliro",
    externalId: order.OrderId,
    aliases: aliasesOf(order, reference),
    state: stateOf(authorizations, captures, ledger),
    currency: order.Currency,
    country: shipping.country ?? order.Country.toUpperCase(),
    customer: customerOf(order),
    billing: addressOf(order.BillingAddress),
    shipping,
    rows,
    method: methodOf(order),
    merchantReference: reference?.type === TEMPORARY_REFERENCE ? "" : order.MerchantReference,
    ...occurredAt("placedAt", order.PaymentTransactions[0]?.Timestamp ?? ""),
    authorizations,
    captures,
    refunds: refundsOf(order, ledger, settings),
    releases: releasesOf(order, ledger),
  });
}

function aliasesOf(order: QliroOrder, reference: Alias | null): Alias[] {
  const ids = order.PaymentTransactions.map((t) => t.PaymentTransactionId);
  return [
    { type: ORDER_ID, value: order.OrderId, tier: 1 },
    ...(reference ? [reference] : []),
    ...ids.map((value): Alias => ({ type: TRANSACTION_ID, value, tier: 1 })),
  ];
}

/** Qliro gives an order no status of its own: the authorisations and what became of them are the status. */
function stateOf(
  authorizations: readonly Authorization[],
  captures: readonly Capture[],
  ledger: Ledger,
): PaymentObservation["state"] {
  const succeeded = authorizations.filter((entry) => entry.state === "succeeded");
  const capturable = succeeded.some((entry) => entry.capturable.length > 0);
  const captured = captures.some((entry) => entry.state !== "failed");
  if (captured || capturable) return "accepted";
  if (authorizations.some((entry) => entry.state === "pending")) return "pending";
  if (authorizations.length > 0 && succeeded.length === 0) return "refused";
  // Authorised, but its rows are not in the ledger yet: too early to say anything.
  return ledger.actions.some((action) => action.ActionType === "Release") ? "cancelled" : "pending";
}

function authorizationsOf(order: QliroOrder, ledger: Ledger): Authorization[] {
  const found: Authorization[] = [];
  for (const transaction of order.PaymentTransactions) {
    const account = ledger.authorizations.get(transaction.PaymentTransactionId);
    if (!account) continue;
    const movement = movementOf(transaction, account.moved.rows());
    const capturable = movement.state === "failed" ? [] : account.left.rows();
    found.push({ ...movement, capturable, immediate: transaction.Type === "Debit" });
  }
  return found;
}

function capturesOf(ledger: Ledger): Capture[] {
  return [...ledger.captures.values()].map(({ id, authorizationId, moved, left }): Capture => {
    const transaction = ledger.transactions.get(id);
    const rows = moved.rows();
    const refundable = left.rows();
    if (transaction?.Type === "Capture") {
      const movement = movementOf(transaction, rows);
      return { ...movement, authorizationId, refundable: movement.state === "failed" ? [] : refundable };
    }
    // Shipped under the debit itself, or under a transaction that is not listed: worth what its rows are worth.
    const prices = new Map(ledger.actions.map((action) => [action.key, action.PricePerItemIncVat]));
    const priced = rows.map((row) => ({ quantity: row.quantity, unitPriceMinor: prices.get(row.key) ?? 0 }));
    return { externalId: id, amountMinor: rowsTotal(priced), state: "succeeded", rows, authorizationId, refundable };
  });
}

function refundsOf(order: QliroOrder, ledger: Ledger, settings: QliroSettings): Refund[] {
  const refunds = order.PaymentTransactions.filter((t) => isRefund(t, order, settings));
  const parents = new Map(
    refunds.map((t) => [t, releasedDebit(t, order, ledger) ?? captureAbove(t.OriginalPaymentTransactionId, ledger)]),
  );
  return refunds.map((transaction): Refund => {
    const captureId = parents.get(transaction) ?? null;
    const alone = refunds.filter((other) => parents.get(other) === captureId).length === 1;
    const own = ledger.returned.get(transaction.PaymentTransactionId)?.rows();
    // Returns that carry the capture's id name no refund: with one refund on the capture, they are that one's.
    const rows = own ?? (alone && captureId !== null ? movedUnder(captureId, "Return", ledger) : []);
    return { ...movementOf(transaction, rows), captureId };
  });
}

/**
 * Cancelling a direct payment gives back what was taken and not shipped: that refund names the debit itself, beside a
 * reversal of the same amount, and is on no capture. NOT DOCUMENTED how the two are linked, so the amounts decide.
 */
function releasedDebit(refund: PaymentTransaction, order: QliroOrder, ledger: Ledger): string | null {
  const id = refund.OriginalPaymentTransactionId;
  if (id === null || ledger.captures.has(id) || ledger.transactions.get(id)?.Type !== "Debit") return null;
  const released = order.PaymentTransactions.some(
    (t) =>
      t.Type === "Reversal" && t.OriginalPaymentTransactionId === id && Math.abs(t.Amount) === Math.abs(refund.Amount),
  );
  return released ? id : null;
}

/**
 * NOT DOCUMENTED: the type that a discount added to an invoice reports (section 8.3), and the sign of its amount.
 * An UpdateInvoice whose rows add up to something is an addition; every other one is a refund, unless the setting
 * says otherwise.
 */
function isRefund(transaction: PaymentTransaction, order: QliroOrder, settings: QliroSettings): boolean {
  if (transaction.Type === "Refund" || transaction.Type === "Credit") return true;
  if (transaction.Type !== "UpdateInvoice" || settings.invoiceUpdates === "ignore") return false;
  if (transaction.Amount < 0) return true;
  const rows = order.OrderItemActions.filter((a) => a.PaymentTransactionId === transaction.PaymentTransactionId);
  const total = rowsTotal(rows.map((a) => ({ quantity: a.Quantity, unitPriceMinor: a.PricePerItemIncVat })));
  return settings.invoiceUpdates === "refund" && transaction.Amount !== 0 && total <= 0;
}

function releasesOf(order: QliroOrder, ledger: Ledger): Release[] {
  const reversals = order.PaymentTransactions.filter((t) => t.Type === "Reversal");
  const parents = new Map(reversals.map((t) => [t, authorizationAbove(t.OriginalPaymentTransactionId, ledger)]));
  return reversals.map((transaction): Release => {
    const authorizationId = parents.get(transaction) ?? null;
    const alone = reversals.filter((other) => parents.get(other) === authorizationId).length === 1;
    const own = ledger.released.get(transaction.PaymentTransactionId)?.rows();
    const rows = own ?? (alone && authorizationId !== null ? movedUnder(authorizationId, "Release", ledger) : []);
    return { ...movementOf(transaction, rows), authorizationId };
  });
}

/** Movements of a sort that carry the id of the capture or authorisation they undo, instead of one of their own. */
function movedUnder(id: string, sort: "Return" | "Release", ledger: Ledger): RowQuantity[] {
  const quantities = new Quantities();
  for (const action of ledger.actions) {
    if (action.ActionType === sort && action.PaymentTransactionId === id) quantities.add(action.key, action.Quantity);
  }
  return quantities.rows();
}

/** What every transaction has. Amounts of refunds may come negative: the magnitude counts (section 8.3). */
function movementOf(transaction: PaymentTransaction, rows: RowQuantity[]) {
  const state = movementState(transaction.Status);
  const code = transaction.ErrorCode || transaction.ProviderResultCode;
  const words = transaction.ErrorCodeDescription || transaction.ProviderResultDescription;
  const failure = withoutPersonalData([code, words].filter(Boolean).join(": ")) || transaction.Status;
  return {
    externalId: transaction.PaymentTransactionId,
    amountMinor: Math.abs(transaction.Amount),
    state,
    rows,
    ...occurredAt("occurredAt", transaction.Timestamp),
    ...(state === "failed" ? { failure } : {}),
  };
}

/** Qliro's timestamps usually name no zone, and which one is meant is not documented: then there is no time. */
export function occurredAt<K extends string>(field: K, timestamp: string): Partial<Record<K, number>> {
  const at = /(Z|[+-]\d\d:?\d\d)$/.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  // A computed key widens to an index signature; the one field is exactly K.
  return Number.isNaN(at) ? {} : ({ [field]: at } as Partial<Record<K, number>>);
}

/** The method of the payment as it stands: of the last authorisation that did not fail. */
function methodOf(order: QliroOrder): string {
  const named = order.PaymentTransactions.filter((t) => t.PaymentMethodName !== "");
  const standing = named.filter(
    (t) => (t.Type === "Preauthorization" || t.Type === "Debit") && movementState(t.Status) !== "failed",
  );
  return (standing.at(-1) ?? named[0])?.PaymentMethodName ?? "";
}

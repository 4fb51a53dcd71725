// The pushes of the simulated Qliro (reference/qliro.md section 8): unsigned JSON to the order's own URLs.
import { formatDecimal } from "../../src/domain/money.ts";
import type { World } from "../platform.ts";
import type { Order, Transaction, Truth } from "./truth.ts";

/** Decimal major units as a JSON number with at most two decimals (section 9). */
export const decimal = (minor: number): number => Number(formatDecimal(minor, 2));

/** `2026-01-15T10:30:00.567`: no zone designator, as documented. */
export const timestamp = (truth: Truth, at: number): string =>
  new Date(at + truth.switches.timestampOffsetMinutes * 60_000).toISOString().slice(0, -1);

function post(world: World, url: string | null, body: Record<string, unknown>): void {
  if (url === null) return;
  world.send({ url, method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

/** Tells the order's checkout URL how the checkout stands (section 8.2). */
export function pushCheckoutStatus(truth: Truth, order: Order, world: World): void {
  post(world, order.checkoutPushUrl, {
    OrderId: order.id,
    MerchantReference: order.reference,
    Status: order.checkout,
    Timestamp: timestamp(truth, world.now()),
    NotificationType: "CustomerCheckoutStatus",
    PaymentTransactionId: order.transactions[0]?.id ?? 0,
  });
}

/** Tells the same URL about an upsell; a failed one has transaction id 0 (section 8.2). */
export function pushUpsell(
  truth: Truth,
  order: Order,
  upsell: { id: number; transaction: Transaction; originalId: number; replaces: boolean },
  world: World,
): void {
  const success = upsell.transaction.status === "Success";
  post(world, order.checkoutPushUrl, {
    OrderId: order.id,
    MerchantReference: order.reference,
    NotificationType: "UpsellStatus",
    UpsellId: upsell.id,
    PaymentTransactionId: success ? upsell.transaction.id : 0,
    OriginalPaymentTransactionId: upsell.originalId,
    ReplacesOriginalPaymentTransaction: upsell.replaces,
    Status: success ? "Success" : "Error",
    Timestamp: timestamp(truth, world.now()),
  });
}

/** Tells the order-management URL the status of one payment transaction (section 8.3). */
export function pushTransaction(truth: Truth, order: Order, transaction: Transaction, world: World): void {
  const negative = transaction.money === "out" && truth.switches.refundPushAmounts === "negative";
  post(world, order.managementPushUrl, {
    OrderId: order.id,
    MerchantReference: order.reference,
    PaymentTransactionId: transaction.id,
    OriginalPaymentTransactionId: transaction.originalId,
    PaymentReference: String(transaction.id),
    PaymentType: transaction.type,
    Status: transaction.status,
    Amount: decimal(negative ? -transaction.amountMinor : transaction.amountMinor),
    Currency: order.currency,
    ProviderTransactionId: transaction.providerId,
    ProviderResultCode: null,
    ProviderResultDescription: transaction.errorText,
    Timestamp: timestamp(truth, transaction.changedAt),
    ErrorCode: transaction.errorCode,
    ErrorCodeDescription: transaction.errorText,
  });
}

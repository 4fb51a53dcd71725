// Shopify's order as an observation. Pure; rules are from reference/shopify.md section 3 unless another is named.
import type { ConnectionId } from "../../domain/ids.ts";
import { rowsTotal } from "../../domain/money.ts";
import type { Fulfilment, OrderRow, RowQuantity, ShopObservation, ShopRefund } from "../../domain/observation.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type Amounts, amountsIn } from "./amounts.ts";
import type { ShopifySettings } from "./config.ts";
import { partiesOf } from "./parties.ts";
import { paidElsewhere, paidState, paymentIdsOf, paymentsOf, stateOf } from "./payments.ts";
import { aliasesOf, orderNumber } from "./references.ts";
import { isPaidBack, isRefundKind, orderRows, type SoldRows, shippingKey } from "./rows.ts";
import { Units } from "./units.ts";
import type { Refund, ShopifyOrder } from "./wire.ts";

/** The error says what about the order cannot be read; it holds no value of it but amounts that do not add up. */
export function observationOf(
  order: ShopifyOrder,
  connectionId: ConnectionId,
  settings: ShopifySettings,
): Result<ShopObservation, string> {
  const presentment = (order.presentmentCurrencyCode ?? order.currencyCode).toUpperCase();
  const paid = amountsIn("presentment", presentment);
  const amounts = settings.currency === "presentment" ? paid : amountsIn("shop", order.currencyCode.toUpperCase());
  const placedAt = Date.parse(order.processedAt || order.createdAt);
  if (Number.isNaN(placedAt)) return err("the order has no readable time");
  const sold = orderRows(order, amounts);
  if (!sold.ok) return err(amounts.unreadable() ?? sold.error);
  const { rows } = sold.value;
  const totalMinor = rowsTotal(rows);
  const { customer, billing, shipping, country } = partiesOf(order);
  const observation: ShopObservation = {
    source: "shop",
    connectionId,
    connector: "shopify",
    externalId: order.id,
    aliases: aliasesOf({ ...order, paymentIds: paymentIdsOf(order.transactions) }),
    orderNumber: orderNumber(order.name),
    state: order.cancelledAt === "" ? "open" : "cancelled",
    paid: paidState(order.displayFinancialStatus, order.transactions, totalMinor, amounts),
    test: order.test === true && !settings.includeTestOrders,
    currency: amounts.currency,
    country,
    customer,
    billing,
    shipping,
    rows,
    totalMinor,
    paidElsewhereMinor: paidElsewhere(order.transactions, totalMinor, amounts, settings.gateways),
    placedAt,
    payments: paymentsOf(order.transactions, paid, settings.gateways),
    fulfilments: fulfilmentsOf(order, sold.value),
    refunds: refundsOf(order, sold.value, amounts),
  };
  const unreadable = amounts.unreadable() ?? paid.unreadable();
  return unreadable === null ? ok(observation) : err(unreadable);
}

/**
 * Goods that left. Rows that no parcel carries (freight, tip, rounding) go with the first one, so that an order that is
 * invoiced as it is delivered is invoiced whole.
 */
function fulfilmentsOf(order: ShopifyOrder, { rows, parts }: SoldRows): Fulfilment[] {
  const units = new Units(parts);
  const carried = new Set([...parts.values()].flat().map((row) => row.key));
  const beside = rows.filter((row) => !carried.has(row.key)).map(({ key, quantity }) => ({ key, quantity }));
  const done = [...order.fulfillments]
    .filter((one) => one.status.toUpperCase() === "SUCCESS")
    .sort((a, b) => compareIds(a.id, b.id));
  return done.map((one, index): Fulfilment => {
    const goods = one.fulfillmentLineItems.items.flatMap(({ lineItem, quantity }) =>
      units.take(lineItem.id, quantity ?? 0, null),
    );
    return {
      externalId: one.id,
      rows: merged([...goods, ...(index === 0 ? beside : [])]),
      ...occurredAt(one.createdAt),
    };
  });
}

function refundsOf(order: ShopifyOrder, { rows, parts }: SoldRows, amounts: Amounts): ShopRefund[] {
  const units = new Units(parts);
  const refunds = order.refunds.filter(isPaidBack).sort((a, b) => compareIds(a.id, b.id));
  const freight = new Map(rows.filter((row) => row.kind === "shipping").map((row) => [row.key, row]));
  return refunds.map((refund) => refundOf(refund, order, rows, units, freight, amounts));
}

/**
 * The amount is what the transactions gave back; what the rows do not explain (freight in part, goodwill, a fee that was
 * kept) is the adjustment, so that rows and adjustment always add up to the amount (section 3.5).
 */
function refundOf(
  refund: Refund,
  order: ShopifyOrder,
  rows: readonly OrderRow[],
  units: Units,
  freight: Map<string, OrderRow>,
  amounts: Amounts,
): ShopRefund {
  const moved = refund.transactions.items.filter((one) => isRefundKind(one.kind));
  const effective = moved.filter((one) => stateOf(one.status) !== "failed");
  const counted = effective.length > 0 ? effective : moved;
  const amountMinor = counted.reduce((sum, one) => sum + amounts.minor(one.amountSet, `refund ${refund.id}`), 0);
  const state = effective.length === 0 ? "failed" : effective.some(isPending) ? "pending" : "succeeded";
  const goods = refund.refundLineItems.items.flatMap(({ lineItem, quantity, subtotalSet, totalTaxSet }) => {
    const tax = order.taxesIncluded || !totalTaxSet ? 0 : amounts.minor(totalTaxSet, `refund ${refund.id}`);
    const worth = subtotalSet ? amounts.minor(subtotalSet, `refund ${refund.id}`) + tax : null;
    return units.take(lineItem.id, quantity, worth);
  });
  const taken = merged([...goods, ...freightOf(refund, order, freight, amounts)]);
  return {
    externalId: refund.id,
    amountMinor,
    state,
    rows: taken,
    adjustmentMinor: amountMinor - worthOf(taken, rows),
    ...occurredAt(refund.createdAt),
  };
}

const isPending = (one: { status: string }): boolean => stateOf(one.status) === "pending";

/** Freight that was refunded whole is a row; a part of it stays in the adjustment. Takes it from `freight`. */
function freightOf(
  refund: Refund,
  order: ShopifyOrder,
  freight: Map<string, OrderRow>,
  amounts: Amounts,
): RowQuantity[] {
  return refund.refundShippingLines.flatMap(({ shippingLine, subtotalAmountSet, taxAmountSet }) => {
    const tax = order.taxesIncluded || !taxAmountSet ? 0 : amounts.minor(taxAmountSet, `refund ${refund.id}`);
    const worth = amounts.minor(subtotalAmountSet, `refund ${refund.id}`) + tax;
    const key = shippingLine?.id ? shippingKey(shippingLine.id) : [...freight.keys()][0];
    if (key === undefined || freight.get(key)?.unitPriceMinor !== worth) return [];
    freight.delete(key);
    return [{ key, quantity: 1 }];
  });
}

const worthOf = (taken: readonly RowQuantity[], rows: readonly OrderRow[]): number =>
  taken.reduce((sum, part) => sum + part.quantity * (rows.find((row) => row.key === part.key)?.unitPriceMinor ?? 0), 0);

/** Each key once. */
function merged(parts: readonly RowQuantity[]): RowQuantity[] {
  const quantities = new Map<string, number>();
  for (const { key, quantity } of parts) quantities.set(key, (quantities.get(key) ?? 0) + quantity);
  return [...quantities].map(([key, quantity]) => ({ key, quantity }));
}

/** Ids grow. */
const compareIds = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

function occurredAt(timestamp: string): { occurredAt?: number } {
  const at = Date.parse(timestamp);
  return Number.isNaN(at) ? {} : { occurredAt: at };
}

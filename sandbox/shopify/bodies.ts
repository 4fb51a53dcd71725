// The REST resources, which webhook bodies are made of (reference/shopify.md sections 3 and 4).
import { plus } from "./amounts.ts";
import { adjustmentsOf, discountBody, linesOf, money, rate, shippingOf, timeOf } from "./body-parts.ts";
import { financialStatusOf, fulfilmentStatusOf, gatewaysOf, paymentOf, placedMoment, totalsOf } from "./totals.ts";
import type { Fulfilment, Order, PostalAddress, Refund, Shop, Transaction } from "./truth.ts";

const gid = (type: string, id: number): string => `gid://shopify/${type}/${id}`;

/** The Order resource: everything but the transactions. */
export function orderBody(shop: Shop, order: Order): Record<string, unknown> {
  return {
    id: order.id,
    admin_graphql_api_id: gid("Order", order.id),
    app_id: 580_111,
    name: order.name,
    order_number: order.number,
    number: order.number - 1_000,
    confirmation_number: order.confirmationNumber,
    token: order.token,
    checkout_token: order.checkoutToken,
    cart_token: order.cartToken,
    source_name: order.sourceName,
    source_identifier: order.sourceIdentifier,
    source_url: null,
    po_number: order.poNumber,
    test: order.test,
    created_at: timeOf(shop, order.createdAt),
    processed_at: timeOf(shop, order.createdAt),
    updated_at: timeOf(shop, order.updatedAt),
    cancelled_at: order.cancelledAt === null ? null : timeOf(shop, order.cancelledAt),
    cancel_reason: order.cancelReason,
    closed_at: null,
    confirmed: true,
    ...totalsBody(shop, order),
    line_items: linesOf(shop, order),
    shipping_lines: shippingOf(shop, order),
    discount_applications: order.discounts.map((discount) => discountBody(order, discount)),
    discount_codes: order.discounts.flatMap((discount, index) =>
      discount.type === "discount_code" ? [codeBody(shop, order, index)] : [],
    ),
    email: order.customer?.email ?? null,
    contact_email: order.customer?.email ?? null,
    phone: order.customer?.phone ?? null,
    customer_locale: order.locale,
    customer: order.customer && personBody(order.customer),
    billing_address: addressBody(order.billing),
    shipping_address: addressBody(order.delivery),
    note: order.note,
    note_attributes: order.noteAttributes,
    tags: order.tags.join(", "),
    refunds: order.refunds.map((refund) => refundBody(shop, order, refund)),
    fulfillments: order.fulfilments.map((fulfilment) => fulfilmentBody(shop, order, fulfilment)),
  };
}

function totalsBody(shop: Shop, order: Order): Record<string, unknown> {
  const placed = totalsOf(order, placedMoment(shop));
  const current = totalsOf(order, "current");
  const { outstanding } = paymentOf(order);
  const amounts = (name: string, bag: typeof placed.total) => ({
    [name]: money(shop, order, bag).amount,
    [`${name}_set`]: money(shop, order, bag).set,
  });
  return {
    currency: shop.currency,
    presentment_currency: order.presentmentCurrency,
    taxes_included: order.taxesIncluded,
    ...amounts("total_line_items_price", placed.lines),
    ...amounts("total_discounts", placed.discounts),
    ...amounts("subtotal_price", placed.subtotal),
    ...amounts("total_tax", placed.tax),
    ...amounts("total_price", placed.total),
    ...amounts("current_total_discounts", current.discounts),
    ...amounts("current_subtotal_price", current.subtotal),
    ...amounts("current_total_tax", current.tax),
    ...amounts("current_total_price", current.total),
    total_shipping_price_set: money(shop, order, placed.shipping).set,
    total_outstanding: money(shop, order, outstanding).amount,
    total_tip_received: money(shop, order, order.tip).amount,
    financial_status: financialStatusOf(order),
    fulfillment_status: fulfilmentStatusOf(order),
    payment_gateway_names: gatewaysOf(order),
    tax_lines: placed.taxByRate.map(({ vatRateBps, tax }) => ({
      title: shop.taxTitle,
      rate: rate(vatRateBps),
      price: money(shop, order, tax).amount,
      price_set: money(shop, order, tax).set,
      channel_liable: false,
    })),
  };
}

function codeBody(shop: Shop, order: Order, index: number): Record<string, unknown> {
  const allocations = [...order.lines, ...order.shipping].flatMap((line) => line.allocations);
  const sum = plus(...allocations.filter((each) => each.discount === index).map((each) => each.amount));
  const discount = order.discounts[index];
  const type = discount && "percentBps" in discount.value ? "percentage" : "fixed_amount";
  return { code: discount?.name ?? "", amount: money(shop, order, sum).amount, type };
}

const personBody = (person: NonNullable<Order["customer"]>): Record<string, unknown> => ({
  id: person.id,
  email: person.email,
  phone: person.phone,
  first_name: person.firstName,
  last_name: person.lastName,
});

const addressBody = (address: PostalAddress | null): Record<string, unknown> | null =>
  address && {
    first_name: address.firstName,
    last_name: address.lastName,
    company: address.company,
    address1: address.address1,
    address2: address.address2,
    zip: address.zip,
    city: address.city,
    province_code: null,
    country_code: address.countryCode,
    phone: address.phone,
  };

/** The Transaction resource, the one place where REST shows the payment id (section 3.4). */
export function transactionBody(shop: Shop, order: Order, transaction: Transaction): Record<string, unknown> {
  return {
    id: transaction.id,
    admin_graphql_api_id: gid("OrderTransaction", transaction.id),
    order_id: order.id,
    parent_id: transaction.parentId,
    kind: transaction.kind,
    status: transaction.status,
    gateway: transaction.gateway,
    amount: money(shop, order, transaction.amount, "presentment").amount,
    currency: order.presentmentCurrency,
    authorization: null,
    payment_id: transaction.paymentId,
    receipt: {},
    error_code: transaction.errorCode,
    message: transaction.message,
    source_name: order.sourceName,
    test: order.test,
    manual_payment_gateway: false,
    processed_at: timeOf(shop, transaction.at),
    created_at: timeOf(shop, transaction.at),
  };
}

export function refundBody(shop: Shop, order: Order, refund: Refund): Record<string, unknown> {
  const set = (bag: Parameters<typeof money>[2]) => money(shop, order, bag).set;
  const number = (bag: Parameters<typeof money>[2]) => Number(money(shop, order, bag).amount);
  return {
    id: refund.id,
    admin_graphql_api_id: gid("Refund", refund.id),
    order_id: order.id,
    created_at: timeOf(shop, refund.at),
    processed_at: timeOf(shop, refund.at),
    note: refund.note,
    restock: refund.lines.some((line) => line.restockType !== "no_restock"),
    user_id: null,
    refund_line_items: refund.lines.map((line) => ({
      id: line.id,
      line_item_id: line.lineId,
      quantity: line.quantity,
      restock_type: line.restockType,
      subtotal: number(line.subtotal),
      subtotal_set: set(line.subtotal),
      total_tax: number(line.tax),
      total_tax_set: set(line.tax),
    })),
    refund_shipping_lines:
      shop.switches.shippingRefunds === "order_adjustments"
        ? []
        : refund.shipping.map((line) => ({
            id: line.id,
            shipping_line: shippingOf(shop, order).find((each) => each.id === line.shippingId) ?? null,
            subtotal_amount_set: set(line.subtotal),
          })),
    order_adjustments: adjustmentsOf(shop, order, refund).map((adjustment) => ({
      id: adjustment.id,
      order_id: order.id,
      refund_id: refund.id,
      kind: adjustment.kind,
      reason: adjustment.reason,
      amount: money(shop, order, adjustment.amount).amount,
      amount_set: set(adjustment.amount),
      tax_amount: money(shop, order, adjustment.tax).amount,
      tax_amount_set: set(adjustment.tax),
    })),
    duties: [],
    refund_duties: [],
    transactions: order.transactions
      .filter((transaction) => refund.transactionIds.includes(transaction.id))
      .map((transaction) => transactionBody(shop, order, transaction)),
  };
}

export const fulfilmentBody = (shop: Shop, order: Order, fulfilment: Fulfilment): Record<string, unknown> => ({
  id: fulfilment.id,
  admin_graphql_api_id: gid("Fulfillment", fulfilment.id),
  order_id: order.id,
  name: fulfilment.name,
  status: "success",
  shipment_status: null,
  created_at: timeOf(shop, fulfilment.at),
  updated_at: timeOf(shop, fulfilment.at),
  tracking_company: fulfilment.tracking?.company ?? null,
  tracking_number: fulfilment.tracking?.number ?? null,
  tracking_numbers: fulfilment.tracking?.number ? [fulfilment.tracking.number] : [],
  tracking_url: fulfilment.tracking?.url ?? null,
  line_items: fulfilment.lines.flatMap(({ lineId, quantity }) =>
    linesOf(shop, order).flatMap((line) => (line.id === lineId ? [{ ...line, quantity }] : [])),
  ),
});

/** The Shop resource, as far as `app/uninstalled` needs one. */
export const shopBody = (shop: Shop): Record<string, unknown> => ({
  id: shop.id,
  name: shop.name,
  domain: shop.domain,
  myshopify_domain: shop.domain,
  currency: shop.currency,
  country_code: shop.country,
  taxes_included: shop.taxesIncluded,
  iana_timezone: shop.timezone,
});

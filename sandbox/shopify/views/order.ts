// An order as GraphQL shows it.
import { NONE, plus, worthOfShipping } from "../amounts.ts";
import type { Arguments, View } from "../graphql/execute.ts";
import { connection, inOrder } from "../paging.ts";
import {
  discrepancyOf,
  financialStatusOf,
  fulfilmentStatusOf,
  gatewaysOf,
  openOf,
  paymentOf,
  placedMoment,
  totalsOf,
} from "../totals.ts";
import { currentQuantityOf, type PostalAddress } from "../truth.ts";
import { fulfilmentView, refundView, transactionView } from "./history.ts";
import { lineView, shippingView } from "./lines.ts";
import { bagView, discountView, gid, type Placed, sumOf, taxView, time } from "./parts.ts";

/** The first so many of a plain list. */
const upTo = <T>(items: readonly T[], { first }: Arguments): readonly T[] =>
  typeof first === "number" ? items.slice(0, first) : items;

const FULFILMENT = { none: "UNFULFILLED", partial: "PARTIALLY_FULFILLED", fulfilled: "FULFILLED" } as const;

export function orderView(at: Placed): View {
  const { order } = at;
  const quantities = order.lines.reduce((sum, line) => sum + line.quantity, 0);
  const currentQuantities = order.lines.reduce((sum, line) => sum + currentQuantityOf(line), 0);
  const codes = order.discounts.filter((each) => each.type === "discount_code").map((each) => each.name);
  return {
    __typename: "Order",
    id: gid("Order", order.id),
    legacyResourceId: String(order.id),
    name: order.name,
    number: order.number,
    confirmationNumber: order.confirmationNumber,
    checkoutToken: order.checkoutToken,
    createdAt: time(order.createdAt),
    updatedAt: time(order.updatedAt),
    processedAt: time(order.createdAt),
    cancelledAt: order.cancelledAt === null ? null : time(order.cancelledAt),
    closedAt: null,
    closed: false,
    cancelReason: order.cancelReason?.toUpperCase() ?? null,
    confirmed: true,
    edited: order.edited,
    test: order.test,
    sourceIdentifier: order.sourceIdentifier,
    sourceName: order.sourceName,
    poNumber: order.poNumber,
    note: order.note,
    tags: order.tags,
    customAttributes: order.noteAttributes.map(({ name: key, value }) => ({ key, value })),
    email: order.customer?.email ?? null,
    phone: order.customer?.phone ?? null,
    customerLocale: order.locale,
    currencyCode: at.shop.currency,
    presentmentCurrencyCode: order.presentmentCurrency,
    taxesIncluded: order.taxesIncluded,
    taxExempt: false,
    displayFulfillmentStatus: FULFILMENT[fulfilmentStatusOf(order) ?? "none"],
    paymentGatewayNames: gatewaysOf(order),
    discountCode: codes[0] ?? null,
    discountCodes: codes,
    subtotalLineItemsQuantity: quantities,
    currentSubtotalLineItemsQuantity: currentQuantities,
    statusPageUrl: `https://${at.shop.domain}/${at.shop.id}/orders/${order.token}`,
    ...moneyOf(at),
    ...listsOf(at),
    ...peopleOf(at),
  };
}

function moneyOf(at: Placed): View {
  const { shop, order } = at;
  const placed = totalsOf(order, placedMoment(shop));
  const current = totalsOf(order, "current");
  const payment = paymentOf(order);
  const across = order.discounts.flatMap((discount, index) => (discount.level === "order" ? [index] : []));
  const cart = sumOf(
    order.lines.flatMap((line) => line.allocations.filter((allocation) => across.includes(allocation.discount))),
  );
  const freight = order.shipping.map((line) => worthOfShipping(order, line, "current").net);
  const status = financialStatusOf(order);
  return {
    displayFinancialStatus: status.toUpperCase(),
    fullyPaid: status === "paid",
    unpaid: payment.received.presentment === 0,
    refundable: payment.net.presentment > 0,
    capturable: payment.capturable.presentment > 0,
    subtotalPriceSet: bagView(at, placed.subtotal),
    totalDiscountsSet: bagView(at, placed.discounts),
    totalShippingPriceSet: bagView(at, placed.shipping),
    totalTaxSet: bagView(at, placed.tax),
    totalPriceSet: bagView(at, placed.total),
    originalTotalPriceSet: bagView(at, totalsOf(order, "placed").total),
    totalTipReceivedSet: bagView(at, order.tip),
    currentSubtotalPriceSet: bagView(at, current.subtotal),
    currentTotalDiscountsSet: bagView(at, current.discounts),
    currentShippingPriceSet: bagView(at, plus(...freight)),
    currentTotalTaxSet: bagView(at, current.tax),
    currentTotalPriceSet: bagView(at, current.total),
    cartDiscountAmountSet: bagView(at, cart),
    totalReceivedSet: bagView(at, payment.received),
    totalRefundedSet: bagView(at, payment.refunded),
    totalRefundedShippingSet: bagView(at, plus(...order.shipping.map((line) => line.refunded))),
    totalOutstandingSet: bagView(at, payment.outstanding),
    totalCapturableSet: bagView(at, payment.capturable),
    netPaymentSet: bagView(at, payment.net),
    refundDiscrepancySet: bagView(at, discrepancyOf(order)),
    totalCashRoundingAdjustment: { paymentSet: bagView(at, NONE), refundSet: bagView(at, NONE) },
    taxLines: placed.taxByRate.map(({ vatRateBps, tax }) => taxView(at, vatRateBps, tax)),
    currentTaxLines: current.taxByRate.map(({ vatRateBps, tax }) => taxView(at, vatRateBps, tax)),
  };
}

function listsOf(at: Placed): View {
  const { order } = at;
  const [shipping] = order.shipping;
  return {
    lineItems: connection(inOrder(order.lines), (line) => lineView(at, line)),
    shippingLine: shipping ? shippingView(at, shipping) : null,
    shippingLines: connection(inOrder(order.shipping), (line) => shippingView(at, line)),
    discountApplications: connection(inOrder(order.discounts.map((discount, index) => ({ discount, index }))), (each) =>
      discountView(at, each.discount, each.index),
    ),
    transactions: (args: Arguments) =>
      upTo(
        order.transactions.filter((each) => {
          const open =
            each.kind === "authorization" && each.status === "success" && openOf(order, each).presentment > 0;
          return typeof args.capturable !== "boolean" || args.capturable === open;
        }),
        args,
      ).map((each) => transactionView(at, each)),
    transactionsCount: { count: order.transactions.length, precision: "EXACT" },
    refunds: (args: Arguments) => upTo(order.refunds, args).map((each) => refundView(at, each)),
    fulfillments: (args: Arguments) => upTo(order.fulfilments, args).map((each) => fulfilmentView(at, each)),
    fulfillmentsCount: { count: order.fulfilments.length, precision: "EXACT" },
  };
}

function peopleOf(at: Placed): View {
  const { customer, billing, delivery, locale } = at.order;
  const name = [customer?.firstName, customer?.lastName].filter(Boolean).join(" ");
  return {
    customer: customer && {
      id: gid("Customer", customer.id),
      legacyResourceId: String(customer.id),
      email: customer.email,
      phone: customer.phone,
      firstName: customer.firstName,
      lastName: customer.lastName,
      displayName: name || (customer.email ?? ""),
      locale,
      defaultEmailAddress: customer.email === null ? null : { emailAddress: customer.email },
      defaultPhoneNumber: customer.phone === null ? null : { phoneNumber: customer.phone },
    },
    billingAddress: addressView(at, billing, 1),
    shippingAddress: addressView(at, delivery, 2),
    displayAddress: addressView(at, delivery ?? billing, 3),
    billingAddressMatchesShippingAddress: JSON.stringify(billing) === JSON.stringify(delivery),
  };
}

const addressView = ({ order }: Placed, address: PostalAddress | null, which: number): View | null =>
  address && {
    ...address,
    id: `gid://shopify/MailingAddress/${order.id}${which}?model_name=Address`,
    name: [address.firstName, address.lastName].filter(Boolean).join(" ") || null,
    province: null,
    provinceCode: null,
    country: address.countryCode,
    countryCodeV2: address.countryCode,
  };

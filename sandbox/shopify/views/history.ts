// What happened to an order, as GraphQL shows it: transactions, refunds and fulfilments.
import { NONE, plus, times, worthOf } from "../amounts.ts";
import { adjustmentsOf } from "../body-parts.ts";
import type { View } from "../graphql/execute.ts";
import { connection, inOrder } from "../paging.ts";
import { openOf } from "../totals.ts";
import type { Fulfilment, Refund, Transaction } from "../truth.ts";
import { lineView, shippingView } from "./lines.ts";
import { orderView } from "./order.ts";
import { bagView, gid, type Placed, time } from "./parts.ts";

export function transactionView(at: Placed, transaction: Transaction): View {
  const { order } = at;
  const open = transaction.kind === "authorization" && transaction.status === "success" && openOf(order, transaction);
  return {
    __typename: "OrderTransaction",
    id: gid("OrderTransaction", transaction.id),
    kind: transaction.kind.toUpperCase(),
    status: transaction.status.toUpperCase(),
    gateway: transaction.gateway,
    formattedGateway: transaction.gateway,
    amountSet: bagView(at, transaction.amount),
    totalUnsettledSet: bagView(at, open || NONE),
    authorizationCode: null,
    authorizationExpiresAt: null,
    paymentId: transaction.paymentId,
    parentTransaction: () => {
      const parent = order.transactions.find((each) => each.id === transaction.parentId);
      return parent ? transactionView(at, parent) : null;
    },
    processedAt: time(transaction.at),
    createdAt: time(transaction.at),
    receiptJson: "{}",
    errorCode: transaction.errorCode === null ? null : "CARD_DECLINED",
    test: order.test,
    manualPaymentGateway: transaction.gateway === "manual",
    manuallyCapturable: open !== false && open.presentment > 0,
    multiCapturable: false,
    order: () => orderView(at),
  };
}

export function refundView(at: Placed, refund: Refund): View {
  const { shop, order } = at;
  const transactions = order.transactions.filter((each) => refund.transactionIds.includes(each.id));
  const lines = refund.lines.flatMap((row) => {
    const line = order.lines.find((each) => each.id === row.lineId);
    return line ? [{ row, line }] : [];
  });
  const freight = refund.shipping.flatMap((row) => {
    const line = order.shipping.find((each) => each.id === row.shippingId);
    return line && shop.switches.shippingRefunds === "refund_shipping_lines" ? [{ row, line }] : [];
  });
  return {
    __typename: "Refund",
    id: gid("Refund", refund.id),
    legacyResourceId: String(refund.id),
    createdAt: time(refund.at),
    updatedAt: time(refund.at),
    note: refund.note,
    order: () => orderView(at),
    totalRefundedSet: bagView(at, plus(...transactions.map((each) => each.amount))),
    refundLineItems: connection(inOrder(lines), ({ row, line }) => ({
      id: gid("RefundLineItem", row.id),
      lineItem: lineView(at, line),
      quantity: row.quantity,
      restockType: row.restockType.toUpperCase(),
      restocked: row.restockType !== "no_restock",
      priceSet: bagView(at, line.unit),
      subtotalSet: bagView(at, row.subtotal),
      totalTaxSet: bagView(at, row.tax),
    })),
    refundShippingLines: connection(inOrder(freight), ({ row, line }) => ({
      id: gid("RefundShippingLine", row.id),
      shippingLine: shippingView(at, line),
      subtotalAmountSet: bagView(at, row.subtotal),
      taxAmountSet: bagView(at, row.tax),
    })),
    orderAdjustments: connection(inOrder(adjustmentsOf(shop, order, refund)), (adjustment) => ({
      id: gid("OrderAdjustment", adjustment.id),
      amountSet: bagView(at, adjustment.amount),
      taxAmountSet: bagView(at, adjustment.tax),
      reason: adjustment.kind === "shipping_refund" ? "SHIPPING_REFUND" : "REFUND_DISCREPANCY",
    })),
    transactions: connection(inOrder(transactions), (each) => transactionView(at, each)),
  };
}

export function fulfilmentView(at: Placed, fulfilment: Fulfilment): View {
  const { order } = at;
  const lines = fulfilment.lines.flatMap((row) => {
    const line = order.lines.find((each) => each.id === row.lineId);
    return line ? [{ row, line }] : [];
  });
  return {
    __typename: "Fulfillment",
    id: gid("Fulfillment", fulfilment.id),
    legacyResourceId: String(fulfilment.id),
    name: fulfilment.name,
    status: "SUCCESS",
    displayStatus: "FULFILLED",
    createdAt: time(fulfilment.at),
    updatedAt: time(fulfilment.at),
    deliveredAt: null,
    inTransitAt: null,
    estimatedDeliveryAt: null,
    totalQuantity: fulfilment.lines.reduce((sum, line) => sum + line.quantity, 0),
    requiresShipping: true,
    order: () => orderView(at),
    trackingInfo: fulfilment.tracking ? [fulfilment.tracking] : [],
    fulfillmentLineItems: connection(inOrder(lines), ({ row, line }) => ({
      id: gid("FulfillmentLineItem", row.id),
      lineItem: lineView(at, line),
      quantity: row.quantity,
      originalTotalSet: bagView(at, times(line.unit, row.quantity)),
      discountedTotalSet: bagView(at, worthOf(order, line, row.quantity).net),
    })),
  };
}

// An order as people want to see it; sums are in minor units of the buyer's currency.
import { financialStatusOf, fulfilmentStatusOf, paymentOf, placedMoment, totalsOf } from "./totals.ts";
import { currentQuantityOf, type Order, type Shop } from "./truth.ts";

export function shown(shop: Shop, order: Order): Record<string, unknown> {
  const payment = paymentOf(order);
  return {
    shopDomain: order.shop,
    orderId: order.id,
    name: order.name,
    currency: order.presentmentCurrency,
    totalMinor: totalsOf(order, placedMoment(shop)).total.presentment,
    currentTotalMinor: totalsOf(order, "current").total.presentment,
    financialStatus: financialStatusOf(order),
    fulfilmentStatus: fulfilmentStatusOf(order),
    cancelled: order.cancelledAt !== null,
    /** The payment id a PSP would have got: the latest there is. */
    paymentId: order.transactions.findLast((each) => each.paymentId !== null)?.paymentId ?? null,
    receivedMinor: payment.received.presentment,
    refundedMinor: payment.refunded.presentment,
    capturableMinor: payment.capturable.presentment,
    lines: order.lines.map((line) => ({
      id: line.id,
      sku: line.sku,
      quantity: line.quantity,
      currentQuantity: currentQuantityOf(line),
      fulfilled: line.fulfilled,
    })),
    transactions: order.transactions.map(({ id, kind, status, gateway, amount, paymentId, parentId }) => ({
      id,
      kind,
      status,
      gateway,
      amountMinor: amount.presentment,
      paymentId,
      parentId,
    })),
    refunds: order.refunds.map((refund) => refund.id),
  };
}

// The totals of an order and how it stands, counted from its lines and transactions.
import { each, isZero, minus, NONE, plus, worthOf, worthOfShipping } from "./amounts.ts";
import { type Bag, currentQuantityOf, type Line, type Order, type Shop, type Transaction } from "./truth.ts";

export interface Totals {
  /** Lines before discounts. */
  lines: Bag;
  /** All discounts, freight's too. */
  discounts: Bag;
  /** Lines after discounts; with VAT where prices include it. */
  subtotal: Bag;
  /** Freight before discounts. */
  shipping: Bag;
  tax: Bag;
  /** `lines − discounts + shipping + tip`, and the VAT where prices do not include it. */
  total: Bag;
  taxByRate: { vatRateBps: number; tax: Bag }[];
}

export type Moment = "placed" | "edited" | "current";

const quantityAt = (line: Line, moment: Moment): number => {
  switch (moment) {
    case "placed":
      return line.placed;
    case "edited":
      return line.edited;
    case "current":
      return currentQuantityOf(line);
    default:
      return moment satisfies never;
  }
};

/** The totals of an order as placed, with its edits, or with edits and refunds. */
export function totalsOf(order: Order, moment: Moment): Totals {
  const lines = order.lines.map((line) => ({ line, worth: worthOf(order, line, quantityAt(line, moment)) }));
  const shipping = order.shipping.map((line) => ({
    line,
    worth: worthOfShipping(order, line, moment === "current" ? "current" : "placed"),
  }));
  const byRate = new Map<number, Bag>();
  for (const { line, worth } of [...lines, ...shipping]) {
    if (line.vatRateBps === null) continue;
    byRate.set(line.vatRateBps, plus(byRate.get(line.vatRateBps) ?? NONE, worth.tax));
  }
  const subtotal = plus(...lines.map(({ worth }) => worth.net));
  const tax = plus(...byRate.values());
  const freight = plus(...shipping.map(({ worth }) => worth.net));
  return {
    lines: plus(...lines.map(({ worth }) => worth.gross)),
    discounts: plus(...[...lines, ...shipping].map(({ worth }) => worth.discount)),
    subtotal,
    shipping: plus(
      ...shipping.map(({ line, worth }) => minus(worth.gross, moment === "current" ? line.refunded : NONE)),
    ),
    tax,
    total: plus(subtotal, freight, order.tip, order.taxesIncluded ? NONE : tax),
    taxByRate: [...byRate].map(([vatRateBps, sum]) => ({ vatRateBps, tax: sum })),
  };
}

/** The moment of the un-prefixed totals: as placed (section 3.2), or whatever the shop's switch says. */
export const placedMoment = (shop: Shop): Moment => (shop.switches.totalsAfterEdit === "edited" ? "edited" : "placed");

const succeeded = (order: Order, ...kinds: Transaction["kind"][]): Transaction[] =>
  order.transactions.filter((each) => each.status === "success" && kinds.includes(each.kind));
const sum = (transactions: Transaction[]): Bag => plus(...transactions.map((transaction) => transaction.amount));

export interface Payment {
  received: Bag;
  refunded: Bag;
  /** Received less refunded. */
  net: Bag;
  /** Authorised, and neither captured nor voided. */
  capturable: Bag;
  outstanding: Bag;
}

/** What of an authorisation can still be captured. */
export function openOf(order: Order, authorization: Transaction): Bag {
  const after = order.transactions.filter((each) => each.parentId === authorization.id && each.status === "success");
  if (after.some((each) => each.kind === "void")) return NONE;
  return minus(authorization.amount, sum(after.filter((each) => each.kind === "capture")));
}

/** What refunds left with the shop beyond their lines; negative where the customer got more. */
export const discrepancyOf = (order: Order): Bag =>
  plus(
    ...order.refunds.flatMap((refund) =>
      refund.adjustments.filter((each) => each.kind === "refund_discrepancy").map((each) => each.amount),
    ),
  );

export function paymentOf(order: Order): Payment {
  const received = sum(succeeded(order, "sale", "capture"));
  const refunded = sum(succeeded(order, "refund"));
  const net = minus(received, refunded);
  const capturable = plus(...succeeded(order, "authorization").map((each) => openOf(order, each)));
  const due = minus(plus(totalsOf(order, "current").total, discrepancyOf(order)), plus(net, capturable));
  return { received, refunded, net, capturable, outstanding: each((side) => Math.max(0, due[side])) };
}

export type FinancialStatus =
  | "pending"
  | "authorized"
  | "partially_paid"
  | "paid"
  | "partially_refunded"
  | "refunded"
  | "voided";

/** Counted in the buyer's money. */
export function financialStatusOf(order: Order): FinancialStatus {
  const { received, refunded, net, capturable } = paymentOf(order);
  if (refunded.presentment > 0) return refunded.presentment >= received.presentment ? "refunded" : "partially_refunded";
  const due = plus(totalsOf(order, "current").total, discrepancyOf(order)).presentment;
  if (received.presentment > 0) return net.presentment >= due ? "paid" : "partially_paid";
  if (!isZero(capturable)) return "authorized";
  if (succeeded(order, "void").length > 0 || order.cancelledAt !== null) return "voided";
  return due === 0 ? "paid" : "pending";
}

/** Null: nothing has left. */
export function fulfilmentStatusOf(order: Order): null | "partial" | "fulfilled" {
  if (order.fulfilments.length === 0) return null;
  return order.lines.every((line) => line.fulfilled >= currentQuantityOf(line)) ? "fulfilled" : "partial";
}

/** Names of everything that was tried, each once (pitfall 2: failed attempts and gift cards too). */
export const gatewaysOf = (order: Order): string[] => [...new Set(order.transactions.map((each) => each.gateway))];

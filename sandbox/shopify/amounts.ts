// Sums in both currencies at once, and what a part of a line is worth; every part adds up to its whole.
import { formatAmount, multiplyDivide, vatInside } from "../../src/domain/money.ts";
import type { Bag, Line, Order, Shipping } from "./truth.ts";

export const NONE: Bag = { shop: 0, presentment: 0 };

export const each = (run: (side: "shop" | "presentment") => number): Bag => ({
  shop: run("shop"),
  presentment: run("presentment"),
});
export const plus = (...bags: readonly Bag[]): Bag => each((side) => bags.reduce((sum, bag) => sum + bag[side], 0));
export const minus = (from: Bag, taken: Bag): Bag => each((side) => from[side] - taken[side]);
export const times = (bag: Bag, quantity: number): Bag => each((side) => bag[side] * quantity);
export const isZero = (bag: Bag): boolean => bag.shop === 0 && bag.presentment === 0;

const RATE_ONE = 1_000_000;

/** Presentment money as a bag, by the order's rate. */
export const bagOf = (presentment: number, rateMicro: number): Bag => ({
  shop: multiplyDivide(presentment, rateMicro, RATE_ONE),
  presentment,
});

/** A part of a bag, given in presentment money; the whole of it gives the whole in both. */
export const partOf = (whole: Bag, presentment: number): Bag => ({
  shop: whole.presentment === 0 ? 0 : multiplyDivide(whole.shop, presentment, whole.presentment),
  presentment,
});

/** The VAT of an amount, inside it or on top of it. */
export function vatOf(amount: Bag, vatRateBps: number | null, included: boolean): Bag {
  if (vatRateBps === null) return NONE;
  return each((side) =>
    included ? vatInside(amount[side], vatRateBps) : multiplyDivide(amount[side], vatRateBps, 10_000),
  );
}

/** What stands behind a quantity of a line. */
export interface Worth {
  /** Before discounts. */
  gross: Bag;
  discount: Bag;
  /** After discounts; with VAT where the order's prices include it. */
  net: Bag;
  tax: Bag;
}

/** The first `quantity` pieces of a line, with their share of its discounts. */
export function worthOf(order: Order, line: Line, quantity: number): Worth {
  const gross = times(line.unit, quantity);
  const whole = plus(...line.allocations.map((allocation) => allocation.amount));
  const discount = each((side) => multiplyDivide(whole[side], quantity, line.quantity));
  const net = minus(gross, discount);
  return { gross, discount, net, tax: vatOf(net, line.vatRateBps, order.taxesIncluded) };
}

/** The pieces between two quantities: what goes back when a line shrinks from one to the other. */
export function worthBetween(order: Order, line: Line, from: number, to: number): Worth {
  const more = worthOf(order, line, from);
  const less = worthOf(order, line, to);
  return {
    gross: minus(more.gross, less.gross),
    discount: minus(more.discount, less.discount),
    net: minus(more.net, less.net),
    tax: minus(more.tax, less.tax),
  };
}

/** A shipping line, as placed or with what was refunded taken off. */
export function worthOfShipping(order: Order, line: Shipping, which: "placed" | "current"): Worth {
  const discount = plus(...line.allocations.map((allocation) => allocation.amount));
  const net = minus(minus(line.price, discount), which === "current" ? line.refunded : NONE);
  return { gross: line.price, discount, net, tax: vatOf(net, line.vatRateBps, order.taxesIncluded) };
}

/** Decimal text in a currency's own decimals. */
export const decimal = (minor: number, currency: string): string => formatAmount(minor, currency);

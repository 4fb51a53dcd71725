// What many views are made of: ids, times, money, taxes and discounts.
import { decimal, plus } from "../amounts.ts";
import type { View } from "../graphql/execute.ts";
import type { Allocation, Bag, Discount, Order, Shop } from "../truth.ts";

/** An order in its shop: what every view about it needs. */
export interface Placed {
  shop: Shop;
  order: Order;
}

export const gid = (type: string, id: number): string => `gid://shopify/${type}/${id}`;

/** `2026-10-05T12:03:11Z`. */
export const time = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

const moneyView = (minor: number, currency: string): View => ({
  __typename: "MoneyV2",
  amount: decimal(minor, currency),
  currencyCode: currency,
});

export const bagView = ({ shop, order }: Placed, bag: Bag): View => ({
  shopMoney: moneyView(bag.shop, shop.currency),
  presentmentMoney: moneyView(bag.presentment, order.presentmentCurrency),
});

export const taxView = (at: Placed, vatRateBps: number, tax: Bag): View => ({
  title: at.shop.taxTitle,
  rate: vatRateBps / 10_000,
  ratePercentage: vatRateBps / 100,
  priceSet: bagView(at, tax),
  channelLiable: false,
  source: null,
});

/** No tax line where nothing is taxed. */
export const taxViews = (at: Placed, vatRateBps: number | null, tax: Bag): View[] =>
  vatRateBps === null ? [] : [taxView(at, vatRateBps, tax)];

const APPLICATIONS = {
  discount_code: "DiscountCodeApplication",
  automatic: "AutomaticDiscountApplication",
  manual: "ManualDiscountApplication",
} as const;

export const discountView = ({ order }: Placed, discount: Discount, index: number): View => ({
  __typename: APPLICATIONS[discount.type],
  index,
  code: discount.name,
  title: discount.name,
  description: null,
  allocationMethod: discount.level === "line" ? "EACH" : "ACROSS",
  targetSelection: discount.level === "line" ? "EXPLICIT" : "ENTITLED",
  targetType: discount.target === "line_item" ? "LINE_ITEM" : "SHIPPING_LINE",
  value:
    "percentBps" in discount.value
      ? { __typename: "PricingPercentageValue", percentage: discount.value.percentBps / 100 }
      : moneyView(discount.value.amount.presentment, order.presentmentCurrency),
});

export const allocationViews = (at: Placed, allocations: readonly Allocation[]): View[] =>
  allocations.flatMap(({ amount, discount: index }) => {
    const discount = at.order.discounts[index];
    if (!discount) return [];
    return [{ allocatedAmountSet: bagView(at, amount), discountApplication: discountView(at, discount, index) }];
  });

export const sumOf = (allocations: readonly Allocation[]): Bag => plus(...allocations.map((each) => each.amount));

// Everything the simulated Shopify knows: shops with their orders, webhook subscriptions and API budgets.

import type { WebhookTopic } from "./topics.ts";

/** An amount in the shop's and in the buyer's currency, in minor units of each. */
export interface Bag {
  shop: number;
  presentment: number;
}

/** A discount's part that fell on one line, for the whole line. */
export interface Allocation {
  /** Index of the order's discount. */
  discount: number;
  amount: Bag;
}

export interface Line {
  id: number;
  sku: string | null;
  title: string;
  variantTitle: string | null;
  productId: number;
  variantId: number;
  /** What the line came with: as placed, or as an edit added it. An edit takes off, and never adds to a line. */
  quantity: number;
  /** As placed; 0 where an edit added the line. */
  placed: number;
  /** After edits. */
  edited: number;
  refunded: number;
  fulfilled: number;
  unit: Bag;
  allocations: Allocation[];
  /** Null: not taxable, no tax line. */
  vatRateBps: number | null;
  giftCard: boolean;
  requiresShipping: boolean;
}

export interface Shipping {
  id: number;
  code: string;
  title: string;
  price: Bag;
  allocations: Allocation[];
  vatRateBps: number | null;
  refunded: Bag;
}

export interface Discount {
  type: "discount_code" | "automatic" | "manual";
  /** Code or title. */
  name: string;
  /** Percent in basis points, or an amount. */
  value: { percentBps: number } | { amount: Bag };
  target: "line_item" | "shipping_line";
  /** Of one line alone, or spread over the order: only the former is in a line's `total_discount` (section 3.3). */
  level: "line" | "order";
}

export type TransactionKind = "authorization" | "sale" | "capture" | "void" | "refund";

export interface Transaction {
  id: number;
  kind: TransactionKind;
  status: "pending" | "success" | "failure" | "error";
  gateway: string;
  amount: Bag;
  paymentId: string | null;
  parentId: number | null;
  at: number;
  errorCode: string | null;
  message: string | null;
}

export interface Refund {
  id: number;
  at: number;
  note: string | null;
  lines: {
    id: number;
    lineId: number;
    quantity: number;
    restockType: "return" | "cancel" | "no_restock";
    subtotal: Bag;
    tax: Bag;
  }[];
  shipping: { id: number; shippingId: number; subtotal: Bag; tax: Bag }[];
  /** What the lines come to less what went back: negative in the customer's favour (section 3.5). */
  adjustments: { id: number; kind: "refund_discrepancy" | "shipping_refund"; amount: Bag; tax: Bag; reason: string }[];
  transactionIds: number[];
}

export interface Fulfilment {
  id: number;
  name: string;
  at: number;
  lines: { id: number; lineId: number; quantity: number }[];
  tracking: { company: string | null; number: string | null; url: string | null } | null;
}

export interface Person {
  id: number;
  email: string | null;
  phone: string | null;
  firstName: string | null;
  lastName: string | null;
}

export interface PostalAddress {
  firstName: string | null;
  lastName: string | null;
  company: string | null;
  address1: string | null;
  address2: string | null;
  zip: string | null;
  city: string | null;
  countryCode: string;
  phone: string | null;
}

export interface Order {
  id: number;
  /** The shop's domain. */
  shop: string;
  number: number;
  name: string;
  confirmationNumber: string;
  token: string;
  checkoutToken: string;
  cartToken: string;
  createdAt: number;
  updatedAt: number;
  cancelledAt: number | null;
  cancelReason: "customer" | "declined" | "fraud" | "inventory" | "other" | "staff" | null;
  edited: boolean;
  test: boolean;
  sourceName: string;
  sourceIdentifier: string | null;
  poNumber: string | null;
  note: string | null;
  noteAttributes: { name: string; value: string }[];
  tags: string[];
  locale: string;
  presentmentCurrency: string;
  /** Shop money for one unit of presentment money, in millionths. */
  rateMicro: number;
  taxesIncluded: boolean;
  lines: Line[];
  shipping: Shipping[];
  discounts: Discount[];
  tip: Bag;
  transactions: Transaction[];
  refunds: Refund[];
  fulfilments: Fulfilment[];
  customer: Person | null;
  billing: PostalAddress | null;
  delivery: PostalAddress | null;
}

export interface Subscription {
  id: number;
  topic: WebhookTopic;
  url: string;
  includeFields: string[];
  metafieldNamespaces: string[];
  filter: string | null;
  name: string | null;
  createdAt: number;
  updatedAt: number;
}

/** A leaky bucket: what was left in it, and when. */
export interface Bucket {
  left: number;
  at: number;
}

export interface ShopSwitches {
  /** How section 3.2's un-prefixed totals treat an order edit. */
  totalsAfterEdit: "as_placed" | "edited";
  /** The sign of an order adjustment that gives the customer more than the lines come to. */
  adjustmentSign: "negative" | "positive";
  /** Where refunded freight stands. */
  shippingRefunds: "refund_shipping_lines" | "order_adjustments";
}

export interface Shop {
  id: number;
  /** `store.myshopify.com`. */
  domain: string;
  name: string;
  accessToken: string;
  clientSecret: string;
  currency: string;
  taxesIncluded: boolean;
  taxTitle: string;
  country: string;
  timezone: string;
  /** For the times in REST bodies. */
  utcOffsetMinutes: number;
  orderNamePrefix: string;
  orderNameSuffix: string;
  scopes: string[];
  installed: boolean;
  apiVersion: string;
  /** Points per second; the bucket holds twenty times as much. */
  restoreRate: number;
  nextOrderNumber: number;
  subscriptions: Subscription[];
  points: Bucket;
  calls: Bucket;
  switches: ShopSwitches;
}

export interface Truth {
  /** By domain. */
  shops: Record<string, Shop>;
  /** By id. */
  orders: Record<string, Order>;
  nextId: number;
}

export const emptyTruth = (): Truth => ({ shops: {}, orders: {}, nextId: 6_021_457_707_331 });

/** Ids are given out from one row for everything, so that none is ever that of something else. */
export function takeId(truth: Truth): number {
  const id = truth.nextId;
  truth.nextId += 1;
  return id;
}

export const ordersOf = (truth: Truth, shop: Shop): Order[] =>
  Object.values(truth.orders).filter((order) => order.shop === shop.domain);

/** What is left after edits and refunds. */
export const currentQuantityOf = (line: Line): number => line.edited - line.refunded;

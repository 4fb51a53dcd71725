// What REST bodies are put together from: times, amounts, lines, freight, discounts and adjustments.
import { decimal, each, plus, worthOf, worthOfShipping } from "./amounts.ts";
import { type Bag, currentQuantityOf, type Discount, type Order, type Refund, type Shop } from "./truth.ts";

/** `2026-10-05T14:03:11+02:00`: the shop's local time with its offset. */
export function timeOf(shop: Shop, at: number): string {
  const local = new Date(at + shop.utcOffsetMinutes * 60_000).toISOString().slice(0, 19);
  const minutes = Math.abs(shop.utcOffsetMinutes);
  const two = (value: number) => String(value).padStart(2, "0");
  return `${local}${shop.utcOffsetMinutes < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** An amount as REST shows it: the shop's money alone, and a set of both. */
export function money(shop: Shop, order: Order, bag: Bag, side: keyof Bag = "shop") {
  const currency = { shop: shop.currency, presentment: order.presentmentCurrency };
  const part = (which: keyof Bag) => ({
    amount: decimal(bag[which], currency[which]),
    currency_code: currency[which],
  });
  return {
    amount: decimal(bag[side], currency[side]),
    set: { shop_money: part("shop"), presentment_money: part("presentment") },
  };
}

/** 2500 → 0.25. */
export const rate = (vatRateBps: number): number => vatRateBps / 10_000;

const taxLines = (shop: Shop, order: Order, vatRateBps: number | null, tax: Bag) =>
  vatRateBps === null
    ? []
    : [
        {
          title: shop.taxTitle,
          rate: rate(vatRateBps),
          price: money(shop, order, tax).amount,
          price_set: money(shop, order, tax).set,
          channel_liable: false,
        },
      ];

const allocations = (shop: Shop, order: Order, given: Order["lines"][number]["allocations"]) =>
  given.map(({ amount, discount }) => ({
    amount: money(shop, order, amount).amount,
    amount_set: money(shop, order, amount).set,
    discount_application_index: discount,
  }));

export const linesOf = (shop: Shop, order: Order) =>
  order.lines.map((line) => {
    const own = line.allocations.filter(({ discount }) => order.discounts[discount]?.level === "line");
    const total = plus(...own.map(({ amount }) => amount));
    return {
      id: line.id,
      admin_graphql_api_id: `gid://shopify/LineItem/${line.id}`,
      sku: line.sku,
      title: line.title,
      variant_title: line.variantTitle,
      name: line.variantTitle === null ? line.title : `${line.title} - ${line.variantTitle}`,
      quantity: line.quantity,
      current_quantity: currentQuantityOf(line),
      fulfillable_quantity: currentQuantityOf(line) - line.fulfilled,
      price: money(shop, order, line.unit).amount,
      price_set: money(shop, order, line.unit).set,
      total_discount: money(shop, order, total).amount,
      total_discount_set: money(shop, order, total).set,
      discount_allocations: allocations(shop, order, line.allocations),
      tax_lines: taxLines(shop, order, line.vatRateBps, worthOf(order, line, line.quantity).tax),
      taxable: line.vatRateBps !== null,
      gift_card: line.giftCard,
      requires_shipping: line.requiresShipping,
      product_id: line.productId,
      variant_id: line.variantId,
      properties: [],
      duties: [],
    };
  });

export const shippingOf = (shop: Shop, order: Order) =>
  order.shipping.map((line) => {
    const placed = worthOfShipping(order, line, "placed");
    return {
      id: line.id,
      code: line.code,
      title: line.title,
      price: money(shop, order, line.price).amount,
      price_set: money(shop, order, line.price).set,
      discounted_price: money(shop, order, placed.net).amount,
      discounted_price_set: money(shop, order, placed.net).set,
      discount_allocations: allocations(shop, order, line.allocations),
      tax_lines: taxLines(shop, order, line.vatRateBps, placed.tax),
    };
  });

export function discountBody(order: Order, discount: Discount): Record<string, unknown> {
  const percent = "percentBps" in discount.value;
  return {
    type: discount.type,
    ...(discount.type === "discount_code" ? { code: discount.name } : { title: discount.name }),
    value:
      "percentBps" in discount.value
        ? (discount.value.percentBps / 100).toFixed(1)
        : decimal(discount.value.amount.presentment, order.presentmentCurrency),
    value_type: percent ? "percentage" : "fixed_amount",
    allocation_method: discount.level === "line" ? "each" : "across",
    target_type: discount.target,
    target_selection: discount.level === "line" ? "explicit" : "entitled",
  };
}

/** Adjustments with the sign, and the freight in the place, that the shop's switches say. */
export function adjustmentsOf(shop: Shop, order: Order, refund: Refund): Refund["adjustments"] {
  const turn = (bag: Bag): Bag => (shop.switches.adjustmentSign === "negative" ? bag : each((side) => -bag[side] || 0));
  const freight: Refund["adjustments"] =
    shop.switches.shippingRefunds === "refund_shipping_lines"
      ? []
      : refund.shipping.map(({ id, subtotal, tax }) => ({
          id,
          kind: "shipping_refund",
          // As everywhere in REST, VAT stands beside the amount only where prices do not include it.
          amount: each((side) => -subtotal[side]),
          tax: order.taxesIncluded ? { shop: 0, presentment: 0 } : each((side) => -tax[side]),
          reason: "Shipping refund",
        }));
  return [...freight, ...refund.adjustments].map((adjustment) => ({
    ...adjustment,
    amount: turn(adjustment.amount),
    tax: turn(adjustment.tax),
  }));
}

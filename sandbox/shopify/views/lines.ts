// Line items and freight as GraphQL shows them.
import { divideRounded } from "../../../src/domain/money.ts";
import { each, minus, times, worthOf, worthOfShipping } from "../amounts.ts";
import type { View } from "../graphql/execute.ts";
import { currentQuantityOf, type Line, type Shipping } from "../truth.ts";
import { allocationViews, bagView, gid, type Placed, sumOf, taxViews } from "./parts.ts";

/** Prices of the whole quantity as ordered; what is left of it stands in `currentQuantity` (pitfall 7). */
export function lineView(at: Placed, line: Line): View {
  const { order } = at;
  const quantity = line.quantity;
  const current = currentQuantityOf(line);
  const own = line.allocations.filter(({ discount }) => order.discounts[discount]?.level === "line");
  const coded = line.allocations.filter(({ discount }) => order.discounts[discount]?.type === "discount_code");
  const whole = worthOf(order, line, quantity);
  const afterOwn = minus(whole.gross, sumOf(own));
  const unit = (bag: typeof afterOwn) =>
    bagView(at, quantity === 0 ? line.unit : each((side) => divideRounded(bag[side], quantity)));
  const left = current - line.fulfilled;
  return {
    id: gid("LineItem", line.id),
    title: line.title,
    variantTitle: line.variantTitle,
    name: line.variantTitle === null ? line.title : `${line.title} - ${line.variantTitle}`,
    sku: line.sku,
    vendor: null,
    quantity,
    currentQuantity: current,
    refundableQuantity: current,
    unfulfilledQuantity: left,
    nonFulfillableQuantity: 0,
    originalUnitPriceSet: bagView(at, line.unit),
    originalTotalSet: bagView(at, whole.gross),
    discountedUnitPriceSet: unit(afterOwn),
    discountedUnitPriceAfterAllDiscountsSet: unit(whole.net),
    discountedTotalSet: (args: Readonly<Record<string, unknown>>) =>
      bagView(at, args.withCodeDiscounts === true ? minus(afterOwn, sumOf(coded)) : afterOwn),
    totalDiscountSet: bagView(at, sumOf(own)),
    unfulfilledDiscountedTotalSet: bagView(at, worthOf(order, line, left).net),
    unfulfilledOriginalTotalSet: bagView(at, times(line.unit, left)),
    discountAllocations: allocationViews(at, line.allocations),
    taxLines: taxViews(at, line.vatRateBps, whole.tax),
    taxable: line.vatRateBps !== null,
    isGiftCard: line.giftCard,
    requiresShipping: line.requiresShipping,
    restockable: true,
    merchantEditable: true,
    customAttributes: [],
    product: { id: gid("Product", line.productId), title: line.title, legacyResourceId: String(line.productId) },
    variant: {
      id: gid("ProductVariant", line.variantId),
      title: line.variantTitle ?? "Default Title",
      sku: line.sku,
      legacyResourceId: String(line.variantId),
    },
  };
}

export function shippingView(at: Placed, line: Shipping): View {
  const placed = worthOfShipping(at.order, line, "placed");
  return {
    id: gid("ShippingLine", line.id),
    title: line.title,
    code: line.code,
    source: "shopify",
    carrierIdentifier: null,
    custom: false,
    isRemoved: false,
    originalPriceSet: bagView(at, line.price),
    discountedPriceSet: bagView(at, placed.net),
    currentDiscountedPriceSet: bagView(at, worthOfShipping(at.order, line, "current").net),
    discountAllocations: allocationViews(at, line.allocations),
    taxLines: taxViews(at, line.vatRateBps, placed.tax),
  };
}

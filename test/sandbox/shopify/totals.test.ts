// The totals of an order foot, whatever is bought, discounted, refunded and edited.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMerchant, type Json, placeReference } from "./merchant.ts";

const SUMS = `fragment Bag on MoneyBag { shopMoney { amount } presentmentMoney { amount } }
query Order($id: ID!) { order(id: $id) {
  taxesIncluded
  subtotalPriceSet { ...Bag } totalDiscountsSet { ...Bag } totalShippingPriceSet { ...Bag } totalTaxSet { ...Bag }
  totalPriceSet { ...Bag } totalTipReceivedSet { ...Bag } currentTotalPriceSet { ...Bag } currentTotalTaxSet { ...Bag }
  taxLines { priceSet { ...Bag } }
  netPaymentSet { ...Bag } refundDiscrepancySet { ...Bag }
  lineItems(first: 50) { nodes {
    quantity currentQuantity originalUnitPriceSet { ...Bag } originalTotalSet { ...Bag }
    discountAllocations { allocatedAmountSet { ...Bag } } taxLines { priceSet { ...Bag } }
  } }
  shippingLines(first: 10) { nodes { discountAllocations { allocatedAmountSet { ...Bag } } taxLines { priceSet { ...Bag } } } }
  refunds { totalRefundedSet { ...Bag }
    refundLineItems(first: 50) { nodes { quantity subtotalSet { ...Bag } totalTaxSet { ...Bag } } }
    refundShippingLines(first: 10) { nodes { subtotalAmountSet { ...Bag } taxAmountSet { ...Bag } } }
    orderAdjustments(first: 10) { nodes { amountSet { ...Bag } } } }
} }`;

const SIDES = ["shopMoney", "presentmentMoney"] as const;
const minor = (bag: Json, side: (typeof SIDES)[number]): number => Math.round(Number(bag[side].amount) * 100);
const sum = (bags: Json[], side: (typeof SIDES)[number]): number =>
  bags.reduce((total, bag) => total + minor(bag, side), 0);

const cents = (max: number) => fc.integer({ min: 0, max }).map((value) => (value / 100).toFixed(2));
const order = fc.record({
  lines: fc.array(
    fc.record({
      sku: fc.constantFrom("A", "B", "C"),
      quantity: fc.integer({ min: 1, max: 7 }),
      price: cents(99_999),
      vatRate: fc.constantFrom(25, 12, 6, 25.5, 0, null),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  shipping: fc.array(fc.record({ price: cents(9_900), vatRate: fc.constantFrom(25, null) }), { maxLength: 2 }),
  discounts: fc.array(fc.record({ percent: fc.integer({ min: 0, max: 40 }) }), { maxLength: 2 }),
  tip: fc.option(cents(5_000), { nil: undefined }),
  taxesIncluded: fc.boolean(),
  money: fc.constantFrom({}, { presentmentCurrency: "EUR", rate: 11.4321 }),
  back: fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 3 }),
});

describe("the totals of an order", () => {
  it("are those of the reference order (section 4)", async () => {
    const merchant = createMerchant();
    const { orderId } = placeReference(merchant);
    const { body } = await merchant.get(`/admin/api/2026-07/orders/${orderId}.json`);
    expect(body.order).toMatchObject({
      total_line_items_price: "604.00",
      total_discounts: "49.80",
      subtotal_price: "554.20",
      total_tax: "105.44",
      total_price: "603.20",
      total_outstanding: "0.00",
      financial_status: "authorized",
      tax_lines: [
        { rate: 0.25, price: "99.44" },
        { rate: 0.06, price: "6.00" },
      ],
    });
  });

  it("foot in both currencies, and go on doing so while rows come back one refund after the other", async () => {
    await fc.assert(
      fc.asyncProperty(order, async ({ money, back, ...given }) => {
        const merchant = createMerchant({ restoreRate: 100_000 });
        const placed = merchant.control({ do: "order", kind: "sale", ...given, ...money });
        for (const quantity of back) {
          const shown = merchant.control({ do: "show", orderId: placed.orderId });
          const line = shown.lines.find((each: Json) => each.currentQuantity > 0);
          if (!line) break;
          const rows = [{ lineId: line.id, quantity: Math.min(quantity, line.currentQuantity) }];
          merchant.control({ do: "refund", orderId: placed.orderId, rows });
        }
        const answer = await merchant.ask(SUMS, { id: `gid://shopify/Order/${placed.orderId}` });
        for (const side of SIDES) foots(answer.data.order, side);
      }),
      { numRuns: 150 },
    );
  });
});

function foots(seen: Json, side: (typeof SIDES)[number]): void {
  const lines = seen.lineItems.nodes;
  const allocations = [...lines, ...seen.shippingLines.nodes].flatMap((line: Json) =>
    line.discountAllocations.map((each: Json) => each.allocatedAmountSet),
  );
  const taxes = [...lines, ...seen.shippingLines.nodes].flatMap((line: Json) =>
    line.taxLines.map((each: Json) => each.priceSet),
  );
  const gross = sum(
    lines.map((line: Json) => line.originalTotalSet),
    side,
  );
  const tax = minor(seen.totalTaxSet, side);
  const added = seen.taxesIncluded ? 0 : tax;
  expect(sum(allocations, side)).toBe(minor(seen.totalDiscountsSet, side));
  expect(sum(taxes, side)).toBe(tax);
  expect(
    sum(
      seen.taxLines.map((each: Json) => each.priceSet),
      side,
    ),
  ).toBe(tax);
  const total = minor(seen.totalPriceSet, side);
  const freight = minor(seen.totalShippingPriceSet, side);
  expect(gross - minor(seen.totalDiscountsSet, side) + freight + added + minor(seen.totalTipReceivedSet, side)).toBe(
    total,
  );

  const rows = seen.refunds.flatMap((refund: Json) => refund.refundLineItems.nodes);
  const net = sum(
    rows.map((row: Json) => row.subtotalSet),
    side,
  );
  const vat = sum(
    rows.map((row: Json) => row.totalTaxSet),
    side,
  );
  expect(minor(seen.currentTotalTaxSet, side)).toBe(tax - vat);
  expect(minor(seen.currentTotalPriceSet, side)).toBe(total - net - (seen.taxesIncluded ? 0 : vat));
  // The shop's side of money that went back is a share of what was paid, and may round differently.
  if (side === "presentmentMoney")
    expect(
      sum(
        seen.refunds.map((refund: Json) => refund.totalRefundedSet),
        side,
      ),
    ).toBe(net + (seen.taxesIncluded ? 0 : vat));
}

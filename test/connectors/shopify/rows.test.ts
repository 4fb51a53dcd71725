import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { shopifySettings } from "../../../src/connectors/shopify/config.ts";
import { splitEvenly } from "../../../src/connectors/shopify/rows.ts";
import { observationOf } from "../../../src/connectors/shopify/translate.ts";
import { formatAmount, rowsTotal } from "../../../src/domain/money.ts";
import { asRead, BOOK, connection, FREIGHT, fulfillment, refund, sek } from "./order.ts";

const SETTINGS = shopifySettings.parse({});
const kronor = (minor: number) => sek(formatAmount(minor, "SEK"));
const lineId = (index: number) => `gid://shopify/LineItem/${index + 1}`;

interface Sold {
  unit: number;
  quantity: number;
  discounts: number[];
  rate: number;
}

/** Lines whose discounts never exceed their price. */
const sold: fc.Arbitrary<Sold> = fc
  .record({
    unit: fc.integer({ min: 0, max: 500_000 }),
    quantity: fc.integer({ min: 1, max: 40 }),
    shares: fc.array(fc.double({ min: 0, max: 0.5, noNaN: true }), { maxLength: 2 }),
    rate: fc.constantFrom(0, 0.06, 0.12, 0.25, 0.255),
  })
  .map(({ unit, quantity, shares, rate }) => ({
    unit,
    quantity,
    rate,
    discounts: shares.map((share) => Math.floor(unit * quantity * share)),
  }));

const netOf = ({ unit, quantity, discounts }: Sold): number =>
  unit * quantity - discounts.reduce((sum, one) => sum + one, 0);

/** Shopify works tax out per line. */
const taxOf = (line: Sold, taxesIncluded: boolean): number =>
  Math.round(taxesIncluded ? (netOf(line) * line.rate) / (1 + line.rate) : netOf(line) * line.rate);

const owedFor = (line: Sold, taxesIncluded: boolean): number =>
  netOf(line) + (taxesIncluded ? 0 : taxOf(line, taxesIncluded));

const lineItem = (line: Sold, index: number, taxesIncluded: boolean) => ({
  ...BOOK,
  id: lineId(index),
  quantity: line.quantity,
  currentQuantity: line.quantity,
  originalUnitPriceSet: kronor(line.unit),
  discountAllocations: line.discounts.map((one) => ({ allocatedAmountSet: kronor(one) })),
  taxLines: line.rate === 0 ? [] : [{ rate: line.rate, priceSet: kronor(taxOf(line, taxesIncluded)) }],
});

const orderOf = (lines: readonly Sold[], freight: Sold, taxesIncluded: boolean) => {
  const one = { ...freight, quantity: 1 };
  const total = [...lines, one].reduce((sum, line) => sum + owedFor(line, taxesIncluded), 0);
  const shipped = { ...lineItem(one, 0, taxesIncluded), ...{ originalPriceSet: kronor(one.unit) } };
  return {
    total,
    given: {
      taxesIncluded,
      totalPriceSet: kronor(total),
      currentTotalPriceSet: kronor(total),
      lineItems: connection(lines.map((line, index) => lineItem(line, index, taxesIncluded))),
      shippingLines: connection([{ ...FREIGHT, ...shipped, id: FREIGHT.id }]),
    },
  };
};

const freight = sold.map((one) => ({ ...one, discounts: [] }));
const orders = fc.tuple(fc.array(sold, { minLength: 1, maxLength: 6 }), freight, fc.boolean());

describe("a total over units", () => {
  it("is split without losing anything, into at most two prices one minor unit apart", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e12 }), fc.integer({ min: 1, max: 10_000 }), (total, quantity) => {
        const parts = splitEvenly(total, quantity);
        expect(rowsTotal(parts)).toBe(total);
        expect(parts.reduce((sum, part) => sum + part.quantity, 0)).toBe(quantity);
        for (const part of parts) expect(part.quantity).toBeGreaterThanOrEqual(1);
        const [low, high] = parts;
        if (low && high) expect(high.unitPriceMinor - low.unitPriceMinor).toBe(1);
        expect(parts.length).toBeLessThanOrEqual(2);
      }),
      { seed: 1001 },
    );
  });

  it("over no units is nothing", () => {
    expect(splitEvenly(100, 0)).toEqual([]);
  });
});

describe("the rows of any order", () => {
  it("add up to what the buyer owes, with taxes included and without", () => {
    fc.assert(
      fc.property(orders, ([lines, shipping, taxesIncluded]) => {
        const { given, total } = orderOf(lines, shipping, taxesIncluded);
        const made = observationOf(asRead(given), "con_test", SETTINGS);
        expect(made).toMatchObject({ ok: true, value: { totalMinor: total } });
        if (!made.ok) return;
        expect(rowsTotal(made.value.rows)).toBe(total);
        expect(made.value.rows.some((row) => row.key === "rounding")).toBe(false);
        expect(new Set(made.value.rows.map((row) => row.key)).size).toBe(made.value.rows.length);
      }),
      { seed: 1002, numRuns: 300 },
    );
  });

  it("are the same after any refund, whose rows and adjustment add up to what was paid back", () => {
    const back = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 90_000 })), {
      minLength: 1,
      maxLength: 5,
    });
    fc.assert(
      fc.property(orders, back, ([lines, shipping, taxesIncluded], refunds) => {
        const { given } = orderOf(lines, shipping, taxesIncluded);
        const left = lines.map((line) => line.quantity);
        const made = refunds.map(([at, wanted, money], index) => {
          const line = at % lines.length;
          const quantity = Math.min(wanted, left[line] ?? 0);
          left[line] = (left[line] ?? 0) - quantity;
          const item = { id: lineId(line) };
          return refund(index + 1, quantity === 0 ? [] : [[item, quantity, "1.0"]], [[formatAmount(money, "SEK")]]);
        });
        const before = observationOf(asRead(given), "con_test", SETTINGS);
        const lineItems = connection(
          lines.map((line, index) => ({ ...lineItem(line, index, taxesIncluded), currentQuantity: left[index] })),
        );
        const after = observationOf(asRead({ ...given, lineItems, refunds: made }), "con_test", SETTINGS);
        if (!before.ok || !after.ok) throw new Error("an order was not understood");
        expect(after.value.rows).toEqual(before.value.rows);
        const prices = new Map(after.value.rows.map((row) => [row.key, row.unitPriceMinor]));
        const taken = new Map<string, number>();
        for (const { rows, amountMinor, adjustmentMinor } of after.value.refunds) {
          const worth = rows.reduce((sum, row) => sum + row.quantity * (prices.get(row.key) ?? Number.NaN), 0);
          expect(worth + adjustmentMinor).toBe(amountMinor);
          for (const row of rows) taken.set(row.key, (taken.get(row.key) ?? 0) + row.quantity);
        }
        for (const row of after.value.rows) expect(taken.get(row.key) ?? 0).toBeLessThanOrEqual(row.quantity);
      }),
      { seed: 1003, numRuns: 300 },
    );
  });

  it("are delivered once each, however often and in how many parcels they are said to be", () => {
    const parcels = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 60 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(orders, parcels, ([lines, shipping, taxesIncluded], said) => {
        const { given } = orderOf(lines, shipping, taxesIncluded);
        const fulfillments = said.map(([at, quantity], index) =>
          fulfillment(index + 1, [[{ id: lineId(at % lines.length) }, quantity]]),
        );
        const made = observationOf(asRead({ ...given, fulfillments }), "con_test", SETTINGS);
        if (!made.ok) throw new Error(made.error);
        const delivered = new Map<string, number>();
        for (const { key, quantity } of made.value.fulfilments.flatMap(({ rows }) => rows))
          delivered.set(key, (delivered.get(key) ?? 0) + quantity);
        for (const row of made.value.rows)
          expect(delivered.get(row.key) ?? 0, row.key).toBeLessThanOrEqual(row.quantity);
        expect(delivered.get("ship:4455")).toBe(1);
      }),
      { seed: 1004 },
    );
  });
});

// The rows of an order as the buyer owes them: VAT included, discounts taken off, no minor unit lost.
//
// Quantities are those after edits and before refunds: what an edit removed is gone, what was sent back was ordered.
import { multiplyDivide, rowsTotal } from "../../domain/money.ts";
import type { OrderRow, RowKind } from "../../domain/observation.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { type Amounts, vatRateBps } from "./amounts.ts";
import type { LineItem, Refund, ShippingLine, ShopifyOrder } from "./wire.ts";

export const lineKey = (id: string): string => `line:${id}`;
export const shippingKey = (id: string): string => `ship:${id}`;

/**
 * A total over a number of units: one price where it divides evenly, else two that are one minor unit apart. The cheaper
 * part comes first and keeps the row's key, so that a key outlives a change of the split.
 */
export function splitEvenly(totalMinor: number, quantity: number): { quantity: number; unitPriceMinor: number }[] {
  if (quantity <= 0) return [];
  const low = Math.floor(totalMinor / quantity);
  const rest = totalMinor - low * quantity;
  if (rest === 0) return [{ quantity, unitPriceMinor: low }];
  return [
    { quantity: quantity - rest, unitPriceMinor: low },
    { quantity: rest, unitPriceMinor: low + 1 },
  ];
}

/** The parts of one price each that a row consists of: `line:1`, and `line:1#2` for the units one minor unit dearer. */
const partsOf = (row: Omit<OrderRow, "unitPriceMinor">, totalMinor: number): OrderRow[] =>
  splitEvenly(totalMinor, row.quantity).map((part, index) => ({
    ...row,
    ...part,
    key: index === 0 ? row.key : `${row.key}#${index + 1}`,
  }));

type Priced = Pick<LineItem, "discountAllocations" | "taxLines">;

/** What is asked for a whole line, VAT included: price less every allocated discount, with tax where prices have none. */
function fullTotal(netOrGross: number, line: Priced, taxesIncluded: boolean, amounts: Amounts, place: string): number {
  const discount = sum(line.discountAllocations, (one) => amounts.minor(one.allocatedAmountSet, `${place} discount`));
  const tax = taxesIncluded ? 0 : sum(line.taxLines, (one) => amounts.minor(one.priceSet, `${place} tax`));
  return netOrGross - discount + tax;
}

const sum = <T>(items: readonly T[], value: (item: T) => number): number =>
  items.reduce((total, item) => total + value(item), 0);

/** A row that may have been cut by an edit: what it was worth as placed, and what it is worth now. */
interface Sold {
  placedMinor: number;
  rows: OrderRow[];
}

function soldLine(line: LineItem, kept: number, order: ShopifyOrder, amounts: Amounts): Result<Sold, string> {
  const place = `line ${line.id}`;
  const rate = vatRateBps(line.taxLines);
  if (rate === null) return err(`${place}: a tax line without a readable rate`);
  const price = amounts.minor(line.originalUnitPriceSet, place) * line.quantity;
  const placedMinor = fullTotal(price, line, order.taxesIncluded, amounts, place);
  const row = {
    key: lineKey(line.id),
    kind: kindOf(line, placedMinor, order, amounts),
    reference: line.sku || line.title.slice(0, 60) || line.id,
    description: [line.title, line.variantTitle].filter(Boolean).join(" – ") || line.sku,
    quantity: kept,
    vatRateBps: rate,
  };
  return ok({ placedMinor, rows: partsOf(row, keptTotal(line, kept, placedMinor, rate, order, amounts)) });
}

/** The worth of the units that an edit left. Discounts and taxes are stated for the whole line only, so it is a share. */
function keptTotal(
  line: LineItem,
  kept: number,
  placedMinor: number,
  rateBps: number,
  order: ShopifyOrder,
  amounts: Amounts,
): number {
  if (kept === line.quantity) return placedMinor;
  if (order.taxesIncluded) return multiplyDivide(placedMinor, kept, line.quantity);
  const tax = sum(line.taxLines, (one) => amounts.minor(one.priceSet, `line ${line.id} tax`));
  // Tax is stated "before returns"; whether an edit restates it is not documented, so it is worked out from the rate.
  const net = multiplyDivide(placedMinor - tax, kept, line.quantity);
  return net + multiplyDivide(net, rateBps, 10_000);
}

/** A tip is a line without article that costs what the order says was tipped (see `tipRow`). */
function kindOf(line: LineItem, totalMinor: number, order: ShopifyOrder, amounts: Amounts): RowKind {
  const tip = tipMinor(order, amounts);
  return tip > 0 && line.sku === "" && line.isGiftCard !== true && totalMinor === tip ? "fee" : "product";
}

const tipMinor = (order: ShopifyOrder, amounts: Amounts): number =>
  order.totalTipReceivedSet ? amounts.minor(order.totalTipReceivedSet, "tip") : 0;

function soldShipping(line: ShippingLine, index: number, order: ShopifyOrder, amounts: Amounts): Result<Sold, string> {
  const id = line.id ?? String(index + 1);
  const place = `shipping ${id}`;
  const rate = vatRateBps(line.taxLines);
  if (rate === null) return err(`${place}: a tax line without a readable rate`);
  const price = amounts.minor(line.originalPriceSet, place);
  const placedMinor = fullTotal(price, line, order.taxesIncluded, amounts, place);
  const row: OrderRow = {
    key: shippingKey(id),
    kind: "shipping",
    reference: line.code || line.title.slice(0, 60) || "shipping",
    description: line.title || line.code,
    quantity: 1,
    unitPriceMinor: placedMinor,
    vatRateBps: rate,
  };
  return ok({ placedMinor, rows: [row] });
}

/** Units per line that are part of the order: after edits, before refunds, and as they were before a cancellation. */
function keptUnits(order: ShopifyOrder): Map<string, number> {
  const cancelledAt = Date.parse(order.cancelledAt);
  const returned = unitsIn(order.refunds.filter(isPaidBack));
  const removed = unitsIn(order.refunds.filter((refund) => !isPaidBack(refund) && isBefore(refund, cancelledAt)));
  const kept = (line: LineItem): number => {
    // A cancellation takes every unit away; what had been ordered until then is the order.
    if (order.cancelledAt !== "" || line.currentQuantity == null)
      return Math.max(0, line.quantity - (removed.get(line.id) ?? 0));
    return Math.min(line.quantity, line.currentQuantity + (returned.get(line.id) ?? 0));
  };
  return new Map(order.lineItems.map((line) => [line.id, kept(line)]));
}

/**
 * Shopify books units that were taken out of an order as a refund, too. NOT DOCUMENTED - assumption: one without any
 * money transaction is such a removal, and only one with money (also failed or pending) is a refund in our sense.
 */
export const isPaidBack = (refund: Refund): boolean => refund.transactions.items.some((one) => isRefundKind(one.kind));

export const isRefundKind = (kind: string): boolean => kind.toUpperCase() === "REFUND";

/** A cancellation writes its own removal within moments. */
const CANCELLATION_MS = 60_000;
const isBefore = (refund: Refund, cancelledAt: number): boolean =>
  !(Date.parse(refund.createdAt) >= cancelledAt - CANCELLATION_MS);

function unitsIn(refunds: readonly Refund[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { lineItem, quantity } of refunds.flatMap((refund) => refund.refundLineItems.items))
    units.set(lineItem.id, (units.get(lineItem.id) ?? 0) + quantity);
  return units;
}

export interface SoldRows {
  rows: OrderRow[];
  /** The parts of each line, cheaper units first. */
  parts: Map<string, OrderRow[]>;
}

/**
 * Every row of the order. The error names what cannot be read, or that the rows do not explain the total that Shopify
 * states (duties and additional fees are not supported): then nothing is booked rather than something wrong.
 */
export function orderRows(order: ShopifyOrder, amounts: Amounts): Result<SoldRows, string> {
  const kept = keptUnits(order);
  const sold: Sold[] = [];
  const parts = new Map<string, OrderRow[]>();
  for (const line of order.lineItems) {
    const made = soldLine(line, kept.get(line.id) ?? 0, order, amounts);
    if (!made.ok) return made;
    sold.push(made.value);
    parts.set(line.id, made.value.rows);
  }
  for (const [index, line] of order.shippingLines.entries()) {
    const made = soldShipping(line, index, order, amounts);
    if (!made.ok) return made;
    sold.push(made.value);
  }
  const rows = sold.flatMap((one) => one.rows);
  const missing = unexplained(order, sold, rows, amounts);
  const balanced = balancingRows(missing, tipMinor(order, amounts), sold.length, amounts.currency);
  return balanced.ok ? ok({ rows: [...rows, ...balanced.value], parts }) : balanced;
}

/**
 * What the stated total has that the rows have not. The total as placed stays the same through refunds; an edited order
 * is compared with its current total, which refunds lower, so that after both nothing is left to compare with.
 */
function unexplained(order: ShopifyOrder, sold: readonly Sold[], rows: readonly OrderRow[], amounts: Amounts): number {
  if (order.edited !== true)
    return amounts.minor(order.totalPriceSet, "total") - sold.reduce((total, one) => total + one.placedMinor, 0);
  if (!order.currentTotalPriceSet || order.cancelledAt !== "" || order.refunds.some(isPaidBack)) return 0;
  return amounts.minor(order.currentTotalPriceSet, "current total") - rowsTotal(rows);
}

/**
 * Rows for what the lines leave open: a tip, and rounding of at most one minor unit per line. NOT DOCUMENTED -
 * assumption: a tip is either one of the lines or only part of the total; the total tells which. It has no VAT.
 */
function balancingRows(missing: number, tip: number, lines: number, currency: string): Result<OrderRow[], string> {
  const hasTip = tip > 0 && Math.abs(missing - tip) <= lines;
  const rounding = hasTip ? missing - tip : missing;
  if (Math.abs(rounding) > lines)
    return err(`the rows do not add up to the order's total: ${rounding} minor units of ${currency} are unexplained`);
  return ok([
    ...(hasTip ? [balancing("tip", "fee", "Tip", tip)] : []),
    ...(rounding === 0
      ? []
      : [balancing("rounding", rounding < 0 ? ("discount" as const) : ("fee" as const), "Rounding", rounding)]),
  ]);
}

const balancing = (key: string, kind: RowKind, description: string, unitPriceMinor: number): OrderRow => ({
  key,
  kind,
  reference: key,
  description,
  quantity: 1,
  unitPriceMinor,
  vatRateBps: 0,
});

// The arithmetic of a Specter row: prices without VAT in three decimals, and what a document of them adds up to.
//
// The rounding of rows is NOT DOCUMENTED (reference/specter.md section 8). `rowTotalMinor` is the rule agreed in
// "our contract"; when Specter tells its own, this is the only place that changes.
import { exponentOf, formatDecimal, multiplyDivide } from "../../domain/money.ts";

/** Decimals of quantities and of net prices as they are read and written. */
export const QUANTITY_EXPONENT = 4;
export const PRICE_EXPONENT = 6;
const SENT_PRICE_EXPONENT = 3;

export interface NetPrice {
  /** 10^-3 currency units, without VAT. */
  milli: number;
  /** As Specter wants it: dot, three decimals. */
  text: string;
}

/** The net price of a unit, from its price including VAT in minor units; half away from zero. */
export function netPrice(unitPriceMinor: number, vatRateBps: number, currency: string): NetPrice {
  const scale = 10 ** (SENT_PRICE_EXPONENT - exponentOf(currency));
  const milli = multiplyDivide(unitPriceMinor * scale, 10_000, 10_000 + vatRateBps);
  return { milli, text: formatDecimal(milli, SENT_PRICE_EXPONENT) };
}

/** Percent from basis points: `"25"`, and `"25.5"` where the rate is not whole (decimals are our contract). */
export const vatPercent = (vatRateBps: number): string => formatDecimal(vatRateBps, 2).replace(/\.?0+$/, "") || "0";

/**
 * A row's total including VAT in minor units, half away from zero.
 * `quantity` is in 10^-4 units, `price` in 10^-6 currency units without VAT; both may be negative.
 */
export function rowTotalMinor(quantity: number, price: number, vatRateBps: number, currency: string): number {
  const product = BigInt(quantity) * BigInt(price) * BigInt(10_000 + vatRateBps);
  const divisor = 10n ** BigInt(QUANTITY_EXPONENT + PRICE_EXPONENT + 4 - exponentOf(currency));
  const magnitude = product < 0n ? -product : product;
  const rounded = Number((magnitude * 2n + divisor) / (divisor * 2n));
  return product < 0n && rounded !== 0 ? -rounded : rounded;
}

/** `rowTotalMinor` of a row as we send it: whole units at a price of three decimals. */
export const sentRowTotalMinor = (quantity: number, price: NetPrice, vatRateBps: number, currency: string): number =>
  rowTotalMinor(
    quantity * 10 ** QUANTITY_EXPONENT,
    price.milli * 10 ** (PRICE_EXPONENT - SENT_PRICE_EXPONENT),
    vatRateBps,
    currency,
  );

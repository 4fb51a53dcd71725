// Row and document amounts, exact: half away from zero, to 2 decimals, whatever the currency (agreement on "our contract").
import { formatDecimal, parseDecimal } from "../../src/domain/money.ts";

interface Priced {
  quantityMilli: number;
  priceMilli: number;
  vatBps: number;
}

/** Largest quantity or price that is believed: keeps every product exact. */
const MILLI_MAX = 1e12;

/** A decimal with up to 3 decimals in thousandths; null when it is none, or absurdly large. */
export function parseMilli(decimal: string | number): number | null {
  const parsed = parseDecimal(decimal, 3);
  return parsed.ok && Math.abs(parsed.value) <= MILLI_MAX ? parsed.value : null;
}

/** A decimal with up to 2 decimals in hundredths; null when it is none. */
export function parseMinor(decimal: string): number | null {
  const parsed = parseDecimal(decimal, 2);
  return parsed.ok ? parsed.value : null;
}

/**
 * A VAT rate in basis points: whole percent, or decimals where the rate is not whole (`25.5`); `25.0` is refused,
 * because Specter documents whole percent.
 */
export function parseVatBps(percent: string): number | null {
  const parts = /^(\d{1,3})(?:\.(\d{1,2}))?$/.exec(percent);
  if (!parts || /^0+$/.test(parts[2] ?? "1")) return null;
  const parsed = parseDecimal(percent, 2);
  return parsed.ok && parsed.value <= 10_000 ? parsed.value : null;
}

export const formatMinor = (minor: number): string => formatDecimal(minor, 2);

/** Unit prices keep their three decimals: `79.200`. */
export const formatPrice = (milli: number): string => formatDecimal(milli, 3);

/** A quantity or a rate without needless zeros: `2`, `0.5`. */
const shortest = (decimal: string): string => decimal.replace(/\.?0+$/, "");
export const formatQuantity = (milli: number): string => shortest(formatDecimal(milli, 3));
export const formatVat = (bps: number): string => shortest(formatDecimal(bps, 2));

/** Quantity × price × (1 + VAT), in hundredths. */
export const rowTotalMinor = (row: Priced): number =>
  rounded(BigInt(row.quantityMilli) * BigInt(row.priceMilli) * BigInt(10_000 + row.vatBps), 100_000_000n);

/** Quantity × price, in hundredths. */
const rowNetMinor = (row: Priced): number => rounded(BigInt(row.quantityMilli) * BigInt(row.priceMilli), 10_000n);

const sum = (amounts: number[]): number => amounts.reduce((total, amount) => total + amount, 0);

/** A document's total including VAT, and the VAT in it, in hundredths. */
export function documentAmounts(rows: readonly Priced[]): { totalMinor: number; vatMinor: number } {
  const totalMinor = sum(rows.map(rowTotalMinor));
  return { totalMinor, vatMinor: totalMinor - sum(rows.map(rowNetMinor)) };
}

function rounded(dividend: bigint, divisor: bigint): number {
  const magnitude = dividend < 0n ? -dividend : dividend;
  const quotient = Number((magnitude * 2n + divisor) / (divisor * 2n));
  return dividend < 0n && quotient !== 0 ? -quotient : quotient;
}

// Money is an integer number of minor units in an ISO 4217 currency; VAT rates are basis points. No floats.
import { err, ok, type Result } from "./result.ts";

export interface Money {
  /** Integer, in the currency's minor unit (öre, cent); negative where the direction says so. */
  amountMinor: number;
  /** ISO 4217 alphabetic code, upper case. */
  currency: string;
}

/** Currencies whose minor unit is not 1/100 (ISO 4217, list one). */
const EXPONENTS: Readonly<Record<string, number>> = {
  BIF: 0,
  CLP: 0,
  DJF: 0,
  GNF: 0,
  ISK: 0,
  JPY: 0,
  KMF: 0,
  KRW: 0,
  PYG: 0,
  RWF: 0,
  UGX: 0,
  UYI: 0,
  VND: 0,
  VUV: 0,
  XAF: 0,
  XOF: 0,
  XPF: 0,
  BHD: 3,
  IQD: 3,
  JOD: 3,
  KWD: 3,
  LYD: 3,
  OMR: 3,
  TND: 3,
};

/** Number of decimals of a currency's minor unit: 2 for SEK and EUR, 0 for JPY and ISK, 3 for KWD. */
export const exponentOf = (currency: string): number => EXPONENTS[currency] ?? 2;

/** Why a text is not an amount. `field` is filled in by the caller, who knows where it stood. */
export interface AmountError {
  reason: "not_a_decimal" | "too_many_decimals" | "too_large";
  /** The shape of what was given, never more than 40 characters of it. */
  given: string;
}

/**
 * Parses a decimal exactly: `"375.55"` in SEK is 37555. A JSON number is read through its shortest
 * decimal form, so `375.55` is exact too. Trailing zeros beyond the currency's exponent are accepted.
 */
export function parseAmount(decimal: string | number, currency: string): Result<number, AmountError> {
  return parseDecimal(decimal, exponentOf(currency));
}

/** Parses a decimal to an integer number of 10^-exponent units. `parseDecimal("0.125", 3)` is 125. */
export function parseDecimal(decimal: string | number, exponent: number): Result<number, AmountError> {
  const text = typeof decimal === "number" ? plainDecimal(decimal) : decimal.trim();
  const given = text.slice(0, 40);
  const parts = /^([+-]?)(\d+)(?:\.(\d*))?$/.exec(text);
  if (!parts) return err({ reason: "not_a_decimal", given });
  const [, sign, whole = "", fraction = ""] = parts;
  if (/[1-9]/.test(fraction.slice(exponent))) return err({ reason: "too_many_decimals", given });
  const magnitude = Number(whole + fraction.slice(0, exponent).padEnd(exponent, "0"));
  if (!Number.isSafeInteger(magnitude)) return err({ reason: "too_large", given });
  return ok(sign === "-" && magnitude !== 0 ? -magnitude : magnitude);
}

/** The shortest decimal of a JSON number without an exponent; `""` where there is none. */
function plainDecimal(value: number): string {
  if (!Number.isFinite(value)) return "";
  const text = String(value);
  return text.includes("e") ? "" : text;
}

/** Prints minor units as a decimal with exactly the currency's decimals: 37555 SEK → `"375.55"`. */
export const formatAmount = (amountMinor: number, currency: string): string =>
  formatDecimal(amountMinor, exponentOf(currency));

/** Prints an integer number of 10^-exponent units as a decimal: `formatDecimal(300400, 3)` → `"300.400"`. */
export function formatDecimal(units: number, exponent: number): string {
  const sign = units < 0 ? "-" : "";
  const digits = String(Math.abs(units)).padStart(exponent + 1, "0");
  return exponent === 0 ? sign + digits : `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}

/** Integer division rounded half away from zero. `divisor` is positive. Exact for every safe integer. */
export function divideRounded(dividend: number, divisor: number): number {
  const magnitude = Math.abs(dividend);
  const quotient = Math.floor(magnitude / divisor);
  const rest = magnitude % divisor;
  const rounded = rest * 2 >= divisor ? quotient + 1 : quotient;
  return dividend < 0 && rounded !== 0 ? -rounded : rounded;
}

/** `a × b ÷ divisor`, rounded half away from zero, without overflow of the product. */
export function multiplyDivide(a: number, b: number, divisor: number): number {
  const product = BigInt(a) * BigInt(b);
  const magnitude = product < 0n ? -product : product;
  const by = BigInt(divisor);
  const rounded = Number((magnitude * 2n + by) / (by * 2n));
  return product < 0n && rounded !== 0 ? -rounded : rounded;
}

/** The VAT inside a gross amount: 80000 at 2500 bps (25 %) → 16000. */
export const vatInside = (grossMinor: number, vatRateBps: number): number =>
  grossMinor - multiplyDivide(grossMinor, 10_000, 10_000 + vatRateBps);

/**
 * Splits a total by weights so that the parts add up to the total exactly: largest remainders get the
 * rest, earlier parts first. All weights zero puts the whole total on the first part.
 */
export function allocate(totalMinor: number, weights: readonly number[]): number[] {
  if (weights.length === 0) return [];
  const weightTotal = weights.reduce((sum, weight) => sum + weight, 0);
  if (weightTotal === 0) return weights.map((_, index) => (index === 0 ? totalMinor : 0));
  const sign = totalMinor < 0 ? -1 : 1;
  const total = BigInt(Math.abs(totalMinor));
  const shares = weights.map((weight, index) => {
    const exact = total * BigInt(weight);
    return { index, floor: Number(exact / BigInt(weightTotal)), rest: exact % BigInt(weightTotal) };
  });
  let missing = Math.abs(totalMinor) - shares.reduce((sum, share) => sum + share.floor, 0);
  const parts = shares.map((share) => share.floor);
  const byRest = [...shares].sort((a, b) => (a.rest === b.rest ? a.index - b.index : a.rest > b.rest ? -1 : 1));
  for (const share of byRest) {
    if (missing === 0) break;
    parts[share.index] = (parts[share.index] ?? 0) + 1;
    missing -= 1;
  }
  return parts.map((part) => (part === 0 ? 0 : sign * part));
}

/** Sum of `quantity × unitPriceMinor`. */
export const rowsTotal = (rows: readonly { quantity: number; unitPriceMinor: number }[]): number =>
  rows.reduce((sum, row) => sum + row.quantity * row.unitPriceMinor, 0);

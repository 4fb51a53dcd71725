import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocate,
  divideRounded,
  formatAmount,
  multiplyDivide,
  parseAmount,
  vatInside,
} from "../../src/domain/money.ts";

describe("money", () => {
  it("parses JSON numbers and decimal strings exactly", () => {
    expect(parseAmount(375.55, "SEK")).toEqual({ ok: true, value: 37555 });
    expect(parseAmount("0.10", "EUR")).toEqual({ ok: true, value: 10 });
    expect(parseAmount(-12.5, "SEK")).toEqual({ ok: true, value: -1250 });
    expect(parseAmount("1250", "JPY")).toEqual({ ok: true, value: 1250 });
    expect(parseAmount("10.000", "SEK")).toEqual({ ok: true, value: 1000 });
  });

  it("refuses what is not an exact amount and says why", () => {
    expect(parseAmount("10.001", "SEK")).toEqual({
      ok: false,
      error: { reason: "too_many_decimals", given: "10.001" },
    });
    expect(parseAmount("ten", "SEK")).toMatchObject({ ok: false, error: { reason: "not_a_decimal" } });
    expect(parseAmount(Number.NaN, "SEK")).toMatchObject({ ok: false });
    expect(parseAmount("99999999999999999", "SEK")).toMatchObject({ ok: false, error: { reason: "too_large" } });
  });

  it("prints what it parsed", () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), fc.constantFrom("SEK", "JPY", "KWD"), (minor, currency) => {
        expect(parseAmount(formatAmount(minor, currency), currency)).toEqual({ ok: true, value: minor });
      }),
    );
  });

  it("rounds half away from zero, on both sides", () => {
    expect([divideRounded(5, 2), divideRounded(-5, 2), divideRounded(4, 3)]).toEqual([3, -3, 1]);
    expect(multiplyDivide(9_007_199_254_740_991, 10_000, 10_000)).toBe(9_007_199_254_740_991);
  });

  it("finds the VAT inside a gross amount", () => {
    expect(vatInside(10000, 2500)).toBe(2000);
    expect(vatInside(60320, 2550)).toBe(60320 - 48064);
    expect(vatInside(-10000, 2500)).toBe(-2000);
  });

  it("splits without losing an öre", () => {
    expect(allocate(100, [1, 1, 1])).toEqual([34, 33, 33]);
    fc.assert(
      fc.property(
        fc.integer({ min: -1e9, max: 1e9 }),
        fc.array(fc.nat(1e6), { minLength: 1, maxLength: 20 }),
        (total, weights) => {
          expect(allocate(total, weights).reduce((a, b) => a + b, 0)).toBe(total);
        },
      ),
    );
  });
});

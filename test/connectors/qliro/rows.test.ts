import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { vatRateBps } from "../../../src/connectors/qliro/rows.ts";
import { multiplyDivide } from "../../../src/domain/money.ts";

const rate = (inc: number, ex: number | null, stated: number | null = null) =>
  vatRateBps({ PricePerItemIncVat: inc, PricePerItemExVat: ex, VatRate: stated });

describe("the VAT rate of a row", () => {
  it("is the stated one", () => {
    expect(rate(37550, 30040, 2500)).toBe(2500);
    expect(rate(10000, null, 1250)).toBe(1250);
    expect(rate(10000, 10000, 0)).toBe(0);
  });

  it("is read from the prices where it is missing, or stated as 0 against them", () => {
    expect(rate(37550, 30040)).toBe(2500);
    expect(rate(-10000, -8000)).toBe(2500);
    expect(rate(2900, 2320, 0)).toBe(2500);
    expect(rate(12550, 10000)).toBe(2550);
    expect(rate(0, 0)).toBe(0);
    expect(rate(10000, null)).toBeNull();
    expect(rate(10000, 0)).toBeNull();
  });

  it("is a Swedish rate again for every price of at least one krona that Qliro rounded", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 10_000_000 }), fc.constantFrom(0, 600, 1200, 2500), (inc, bps) => {
        expect(rate(inc, multiplyDivide(inc, 10_000, 10_000 + bps))).toBe(bps);
      }),
    );
  });
});

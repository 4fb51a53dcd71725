import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { netPrice, rowTotalMinor, sentRowTotalMinor, vatPercent } from "../../../src/connectors/specter/prices.ts";

describe("prices without VAT", () => {
  it("have three decimals, rounded half away from zero", () => {
    expect(netPrice(9900, 2500, "SEK").text).toBe("79.200");
    expect(netPrice(9900, 1200, "SEK").text).toBe("88.393");
    expect(netPrice(-2000, 2550, "SEK").text).toBe("-15.936");
    expect(netPrice(1, 2500, "SEK").text).toBe("0.008");
    expect(netPrice(1250, 2500, "JPY").text).toBe("1000.000");
    expect(netPrice(1250, 2500, "KWD").text).toBe("1.000");
  });

  it("write the VAT rate whole where it is whole", () => {
    expect([2500, 1200, 600, 0, 1000, 2550].map(vatPercent)).toEqual(["25", "12", "6", "0", "10", "25.5"]);
  });

  it("add up by the agreed rule", () => {
    expect(rowTotalMinor(10_000, 79_200_000, 2500, "SEK")).toBe(9900);
    expect(rowTotalMinor(5_000, 79_200_000, 2500, "SEK")).toBe(4950);
    expect(rowTotalMinor(10_000, -4_000, 2500, "SEK")).toBe(-1);
    expect(rowTotalMinor(10_000, 4_000_000, 2500, "JPY")).toBe(5);
  });

  it("give the price including VAT back for a single unit", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -10_000_000, max: 10_000_000 }),
        fc.constantFrom(2500, 1200, 600, 0, 2550),
        (minor, vatRateBps) => {
          const price = netPrice(minor, vatRateBps, "SEK");
          expect(sentRowTotalMinor(1, price, vatRateBps, "SEK") + 0).toBe(minor + 0);
        },
      ),
    );
  });
});

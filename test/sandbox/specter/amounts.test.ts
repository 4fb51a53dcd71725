import { describe, expect, it } from "vitest";
import {
  documentAmounts,
  formatQuantity,
  formatVat,
  parseMilli,
  parseVatBps,
} from "../../../sandbox/specter/amounts.ts";

describe("amounts at the simulated Specter", () => {
  it("rounds each row half away from zero and adds the rounded rows up", () => {
    const row = { quantityMilli: 1000, priceMilli: 100, vatBps: 500 };
    expect(documentAmounts([row])).toEqual({ totalMinor: 11, vatMinor: 1 });
    expect(documentAmounts([row, row])).toEqual({ totalMinor: 22, vatMinor: 2 });
    expect(documentAmounts([{ ...row, priceMilli: -100 }])).toEqual({ totalMinor: -11, vatMinor: -1 });
  });

  it("stays exact far beyond what a float holds", () => {
    expect(documentAmounts([{ quantityMilli: 999_999_999, priceMilli: 99_999_999, vatBps: 2500 }])).toEqual({
      totalMinor: 12_499_999_862_500,
      vatMinor: 2_499_999_972_500,
    });
  });

  it("takes prices with three decimals and no more, with a dot", () => {
    expect([parseMilli("79.2"), parseMilli("-0.125"), parseMilli("1.0010")]).toEqual([79_200, -125, 1001]);
    expect([parseMilli("1.0005"), parseMilli("79,2"), parseMilli("1e3"), parseMilli("")]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("takes whole VAT rates, and decimals only where the rate is not whole", () => {
    expect([parseVatBps("25"), parseVatBps("0"), parseVatBps("25.5"), parseVatBps("25.50")]).toEqual([
      2500, 0, 2550, 2550,
    ]);
    expect([parseVatBps("25.0"), parseVatBps("101"), parseVatBps("-6"), parseVatBps("")]).toEqual([
      null,
      null,
      null,
      null,
    ]);
  });

  it("prints quantities and rates without needless zeros", () => {
    expect([formatQuantity(2000), formatQuantity(500), formatQuantity(100_000), formatVat(2550), formatVat(0)]).toEqual(
      ["2", "0.5", "100", "25.5", "0"],
    );
  });
});

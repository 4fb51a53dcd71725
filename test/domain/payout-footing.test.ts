import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PayoutLine } from "../../src/domain/payout.ts";
import { addMinor, feeOf, foot, netOf, startFooting } from "../../src/domain/payout-footing.ts";
import { header, line } from "./payout-samples.ts";

const anyLine = fc
  .record({
    type: fc.constantFrom<PayoutLine["type"]>("sale", "refund", "fee", "chargeback", "reserve", "adjustment"),
    amountMinor: fc.integer({ min: -1e8, max: 1e8 }),
    feeMinor: fc.nat(1e5),
    feeVatMinor: fc.nat(1e4),
  })
  .map(({ amountMinor, ...other }) => line("", amountMinor, other));
const anyLines = fc
  .array(anyLine, { maxLength: 30 })
  .map((lines) => lines.map((each, index) => ({ ...each, externalId: `l${index}` })));

describe("footing a payout", () => {
  it("takes the fee and its VAT off the line that carries them, and counts a fee line as it is", () => {
    const sale = line("1", 60320, { feeMinor: 1749, feeVatMinor: 437 });
    const fee = line("2", -1250, { type: "fee", feeVatMinor: 250 });
    expect([netOf(sale), netOf(fee)]).toEqual([58134, -1250]);
    expect([feeOf(sale), feeOf(fee)]).toEqual([
      { costMinor: 1749, vatMinor: 437 },
      { costMinor: 1000, vatMinor: 250 },
    ]);
    expect(feeOf(line("3", 1250, { type: "fee", feeVatMinor: 250 }))).toEqual({ costMinor: -1000, vatMinor: -250 });
    expect(foot(header(56884), [sale, fee])).toEqual({ ok: true, value: { linesTotalMinor: 56884, lineCount: 2 } });
  });

  it("names both sums and the difference, in the currency, when the lines do not add up", () => {
    expect(foot(header(56885), [line("1", 56884)])).toEqual({
      ok: false,
      error: {
        code: "PAYOUT_DOES_NOT_FOOT",
        detail: "The lines add up to 568.84 SEK, 568.85 SEK was paid: a difference of -0.01 SEK.",
      },
    });
    const yen = foot(header(500, { currency: "JPY" }), [line("1", 501, { currency: "JPY" })]);
    expect(yen).toMatchObject({
      error: { detail: "The lines add up to 501 JPY, 500 JPY was paid: a difference of 1 JPY." },
    });
  });

  it("refuses a line in another currency, even where the numbers add up", () => {
    const lines = [line("b", 100, { currency: "NOK" }), line("a", 100, { currency: "EUR" }), line("c", 100)];
    const refused = {
      ok: false,
      error: {
        code: "PAYOUT_CURRENCY_MISMATCH",
        detail: "The payout is in SEK, line a in EUR; lines in another currency: 2.",
      },
    };
    expect(foot(header(300), lines)).toEqual(refused);
    expect(foot(header(300), lines.toReversed())).toEqual(refused);
  });

  it("foots an empty payout only to nothing", () => {
    expect(foot(header(0), [])).toMatchObject({ ok: true });
    expect(foot(header(1), [])).toMatchObject({ ok: false });
  });

  it("accepts exactly the right sum and nothing else", () => {
    fc.assert(
      fc.property(anyLines, fc.integer({ min: -1000, max: 1000 }), (lines, offMinor) => {
        const sum = lines.reduce((total, each) => total + netOf(each), 0);
        expect(foot(header(sum + offMinor), lines).ok).toBe(offMinor === 0);
      }),
    );
  });

  it("splits every line into net, fee and VAT without a rest", () => {
    fc.assert(
      fc.property(anyLine, (each) => {
        const { costMinor, vatMinor } = feeOf(each);
        const gross = each.type === "fee" ? 0 : each.amountMinor;
        expect(netOf(each) + costMinor + vatMinor).toBe(gross);
      }),
    );
  });

  it("foots a million lines one by one, keeping none", () => {
    const footing = startFooting(header(1_000_000 * 95));
    const sale = line("x", 100, { feeMinor: 4, feeVatMinor: 1 });
    for (let count = 0; count < 1_000_000; count += 1) footing.addLine(sale);
    expect(footing.finish()).toEqual({ ok: true, value: { linesTotalMinor: 95_000_000, lineCount: 1_000_000 } });
  });

  it("never rounds a sum that leaves the exact integers", () => {
    expect(() => addMinor(Number.MAX_SAFE_INTEGER, 1)).toThrow(RangeError);
    expect(() => addMinor(0, 0.5)).toThrow(RangeError);
  });
});

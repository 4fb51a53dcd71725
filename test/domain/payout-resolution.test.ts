import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { resolveLine } from "../../src/domain/payout-resolution.ts";
import { buildBooking } from "../../src/domain/voucher.ts";
import { accounts, CONNECTION, header, line, movement } from "./payout-samples.ts";

const settings = { differenceAccount: "2999", roundingToleranceMinor: 5 };
const resolve = (
  amountMinor: number,
  resolution: Parameters<typeof resolveLine>[2],
  candidates = [movement("1", 100)],
) => resolveLine(line("l1", amountMinor), candidates, resolution, settings);
const codeOf = (result: ReturnType<typeof resolve>) => (result.ok ? "ok" : result.error.code);

describe("a person's decision about a line", () => {
  it("matches only what is there, free, and comes out to the öre", () => {
    expect(resolve(100, { action: "match", candidates: ["ent_1"] })).toMatchObject({
      ok: true,
      value: {
        outcome: { state: "resolved", match: { documents: [{ number: "91", amountMinor: 100 }], differenceMinor: 0 } },
      },
    });
    expect(codeOf(resolve(100, { action: "match", candidates: ["ent_9"] }))).toBe("VALIDATION_FAILED");
    expect(codeOf(resolve(101, { action: "match", candidates: ["ent_1"] }))).toBe("VALIDATION_FAILED");
    const taken = [movement("1", 100, { settledByPayoutId: "pay_0" })];
    expect(codeOf(resolve(100, { action: "match", candidates: ["ent_1"] }, taken))).toBe("CONFLICT");
    const bare = [movement("1", 100, { document: null })];
    expect(codeOf(resolve(100, { action: "match", candidates: ["ent_1"] }, bare))).toBe("PAYOUT_LINE_EXPECTED");
  });

  it("puts a difference where it is told to: rounding within the limit, an account, or the exchange rate", () => {
    const rounding = { kind: "rounding" } as const;
    expect(codeOf(resolve(105, { action: "match", candidates: ["ent_1"], difference: rounding }))).toBe("ok");
    expect(codeOf(resolve(106, { action: "match", candidates: ["ent_1"], difference: rounding }))).toBe(
      "VALIDATION_FAILED",
    );
    const account = resolve(150, {
      action: "match",
      candidates: ["ent_1"],
      difference: { kind: "account", account: "3999" },
    });
    expect(account).toMatchObject({ ok: true, value: { exposedMinor: 50 } });
    // G1 of the worked vouchers: EUR 100.00 booked at 1 120.00 SEK, paid out as 1 105.00.
    const euro = [movement("1", 10_000, { currency: "EUR" })];
    expect(codeOf(resolve(110_500, { action: "match", candidates: ["ent_1"] }, euro))).toBe("PAYOUT_CURRENCY_MISMATCH");
    const fx = resolve(
      110_500,
      { action: "match", candidates: ["ent_1"], difference: { kind: "fx", bookedMinor: 112_000 } },
      euro,
    );
    expect(fx).toMatchObject({
      ok: true,
      value: { outcome: { match: { difference: "fx", differenceMinor: -1_500 } } },
    });
  });

  it("writes off over several accounts only if they add up to the line", () => {
    const rows = [
      { account: "6350", amountMinor: -49_776 },
      { account: "2611", amountMinor: -9_944 },
      { account: "2631", amountMinor: -600 },
    ];
    expect(codeOf(resolve(-60_320, { action: "write_off", rows }))).toBe("ok");
    expect(codeOf(resolve(-60_321, { action: "write_off", rows }))).toBe("VALIDATION_FAILED");
    expect(resolve(100, { action: "foreign" })).toMatchObject({ ok: true, value: { outcome: { state: "foreign" } } });
    expect(codeOf(resolveLine(line("f", -10, { type: "fee" }), [], { action: "foreign" }, settings))).toBe(
      "VALIDATION_FAILED",
    );
  });

  it("splits an amount over documents without losing an öre, and books it balanced", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 0, max: 300 }),
        (parts, rest, fee) => {
          const total = parts.reduce((sum, part) => sum + part, rest);
          const split = resolve(total, {
            action: "split",
            parts: parts.map((amountMinor, index) => ({
              document: { kind: "invoice", number: String(index) },
              amountMinor,
            })),
            rest: { account: "3999" },
          });
          if (!split.ok) throw new Error(split.error.detail);
          const { match } = split.value.outcome;
          if (match.kind !== "documents") throw new Error("documents expected");
          const settled = match.documents.reduce((sum, document) => sum + document.amountMinor, 0);
          expect(settled + match.differenceMinor).toBe(total);
          const own = line("l1", total, { feeMinor: fee });
          const built = buildBooking({
            header: header(total - fee),
            version: 1,
            source: "qliro",
            connectionId: CONNECTION,
            lines: [{ line: own, match, reference: "" }],
            accounts: accounts(),
          });
          if (!built.ok) throw new Error(built.error.detail);
          expect(built.value.voucher.reduce((sum, row) => sum + row.debitMinor - row.creditMinor, 0)).toBe(0);
        },
      ),
    );
    expect(codeOf(resolve(100, { action: "split", parts: [{ candidate: "ent_1", amountMinor: 101 }] }))).toBe(
      "VALIDATION_FAILED",
    );
    expect(codeOf(resolve(100, { action: "split", parts: [{ candidate: "ent_1", amountMinor: 60 }] }))).toBe(
      "VALIDATION_FAILED",
    );
  });
});

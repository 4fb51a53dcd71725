import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PayoutLine } from "../../src/domain/payout.ts";
import { netOf } from "../../src/domain/payout-footing.ts";
import { matchLines } from "../../src/domain/payout-matching.ts";
import { type ProvenLine, proof, proofOfSorted } from "../../src/domain/payout-proof.ts";
import { buildBooking } from "../../src/domain/voucher.ts";
import { accounts, CONNECTION, header, line, movement, PAYOUT, settles } from "./payout-samples.ts";

const matched = (id: string, amountMinor: number, other: Partial<PayoutLine> = {}): ProvenLine => ({
  line: line(id, amountMinor, other),
  state: "matched",
  match: settles([id, amountMinor]),
});
const open = (id: string, amountMinor: number): ProvenLine => ({
  line: line(id, amountMinor),
  state: "expected",
  match: null,
});
const voucher = [
  { account: "1930", debitMinor: 34800, creditMinor: 0, text: "bank" },
  { account: "1510", debitMinor: 0, creditMinor: 34800, text: "invoice" },
];

describe("the proof of a payout", () => {
  const lines = [matched("a", 37550, { feeMinor: 800, feeVatMinor: 200 }), matched("b", -1750)];

  it("adds up what is settled and what is open", async () => {
    const { hash, ...totals } = await proof({
      header: header(34900),
      lines: [...lines, open("c", 100)],
      voucher: null,
    });
    expect(totals).toEqual({ linesTotalMinor: 34900, matchedTotalMinor: 34800, openTotalMinor: 100, balanced: false });
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it("is balanced when the lines foot and a voucher's debits are its credits", async () => {
    const balanced = async (paidMinor: number, rows: typeof voucher | null) =>
      (await proof({ header: header(paidMinor), lines, voucher: rows })).balanced;
    expect(await balanced(34800, voucher)).toBe(true);
    expect(await balanced(34801, voucher)).toBe(false);
    expect(await balanced(34800, voucher.slice(1))).toBe(false);
    expect(await balanced(34800, null)).toBe(false);
  });

  it("keeps its format: these facts have this hash for ever", async () => {
    const { hash } = await proof({ header: header(34800), lines, voucher });
    expect(hash).toBe("717cd729f318266e88e11c0ed10c2ea924ad36603b28bb6b0a6ae3cd11d5887f");
  });

  it("changes its hash with every fact of the payout", async () => {
    const base = { header: header(34800), lines, voucher };
    const [first, ...rest] = lines;
    if (!first) throw new Error("There is a first line.");
    const but = (other: Partial<PayoutLine>) => [{ ...first, line: { ...first.line, ...other } }, ...rest];
    const variants = [
      base,
      { ...base, header: header(34801) },
      { ...base, header: header(34800, { date: "2026-01-15" }) },
      { ...base, header: header(34800, { feeMinor: 1000 }) },
      { ...base, lines: rest },
      { ...base, lines: but({ feeMinor: 801, feeVatMinor: 199 }) },
      { ...base, lines: but({ method: "SWISH" }) },
      { ...base, lines: but({ references: [{ type: "t", value: "v" }] }) },
      { ...base, lines: but({ occurredAt: 1 }) },
      { ...base, lines: [{ ...first, state: "resolved" as const }, ...rest] },
      { ...base, lines: [{ ...first, match: settles(["z", 37550]) }, ...rest] },
      { ...base, voucher: null },
      { ...base, voucher: [] },
      { ...base, voucher: voucher.map((row) => ({ ...row, text: `${row.text}.` })) },
    ];
    const hashes = await Promise.all(variants.map(async (variant) => (await proof(variant)).hash));
    expect(new Set(hashes).size).toBe(variants.length);
  });

  it("does not depend on the order of lines or voucher rows, however many there are", async () => {
    const many = Array.from({ length: 2500 }, (_, index) => matched(`l${index}`, index + 1));
    const of = { header: header(3126250), lines: many, voucher };
    const reversed = { ...of, lines: many.toReversed(), voucher: voucher.toReversed() };
    expect(await proof(reversed)).toEqual(await proof(of));
  });

  it("is the same when the lines come one by one, and insists on their order", async () => {
    async function* stream(of: ProvenLine[]) {
      yield* of;
    }
    const of = { header: header(34800), lines, voucher };
    expect(await proofOfSorted({ ...of, lines: stream(lines), voucher: [voucher] })).toEqual(await proof(of));
    await expect(proofOfSorted({ ...of, lines: lines.toReversed(), voucher: [voucher] })).rejects.toThrow(
      "does not come after",
    );
    await expect(proof({ ...of, lines: [...lines, ...lines] })).rejects.toThrow("does not come after");
  });

  it("proves integers only", async () => {
    await expect(proof({ header: header(0.5), lines: [], voucher })).rejects.toThrow(RangeError);
  });
});

describe("a payout from its lines to its proof", () => {
  /** Each sale or refund has its movement, with or without its document; lines carry fees and stand in any order. */
  const payout = fc
    .array(
      fc.record({
        amountMinor: fc.integer({ min: 1, max: 1e6 }),
        refund: fc.boolean(),
        invoiced: fc.boolean(),
        feeMinor: fc.nat(5000),
        feeVatMinor: fc.nat(1250),
      }),
      { minLength: 1, maxLength: 15 },
    )
    .map((parts) =>
      parts.map(({ amountMinor, refund, invoiced, ...fees }, index) => {
        const id = String(1000 + index);
        const references = [{ type: "qliro.transaction_id", value: id }];
        const kind = refund ? ("refund" as const) : ("capture" as const);
        return {
          line: line(`l${id}`, refund ? -amountMinor : amountMinor, { references, ...fees }),
          movement: movement(id, amountMinor, invoiced ? { kind } : { kind, document: null }),
        };
      }),
    );

  function settle(parts: { line: PayoutLine; movement: ReturnType<typeof movement> }[]) {
    const lines = parts.map((part) => part.line);
    const movements = parts.map((part) => part.movement);
    const paid = lines.reduce((sum, each) => sum + netOf(each), 0);
    const outcomes = matchLines(lines, () => movements, { payoutId: PAYOUT, connectionId: CONNECTION });
    const proven = lines.map((each): ProvenLine => {
      const outcome = outcomes.get(each.externalId);
      if (!outcome) throw new Error(`Line ${each.externalId} has no outcome.`);
      return { line: each, state: outcome.state, match: outcome.match };
    });
    const built = buildBooking({
      header: header(paid),
      version: 1,
      source: "qliro",
      connectionId: CONNECTION,
      lines: proven.map(({ line: of, match }) => ({ line: of, match, reference: "" })),
      accounts: accounts(),
    });
    return { paid, built, of: { header: header(paid), lines: proven, voucher: built.ok ? built.value.voucher : null } };
  }

  it("always adds up: matched + open = lines, and it is booked and balanced exactly when nothing is open", async () => {
    await fc.assert(
      fc.asyncProperty(payout, async (parts) => {
        const { paid, built, of } = settle(parts);
        const proven = await proof(of);
        expect(proven.matchedTotalMinor + proven.openTotalMinor).toBe(proven.linesTotalMinor);
        expect(proven.linesTotalMinor).toBe(paid);
        const complete = parts.every((part) => part.movement.document !== null);
        expect(built.ok).toBe(complete);
        expect(proven.balanced).toBe(complete);
        if (!built.ok) expect(built.error.code).toBe("PAYOUT_LINES_OPEN");
      }),
    );
  });

  it("has the same hash in a second run and for shuffled lines", async () => {
    const shuffled = payout.chain((parts) =>
      fc.shuffledSubarray(parts, { minLength: parts.length }).map((other) => ({ parts, other })),
    );
    await fc.assert(
      fc.asyncProperty(shuffled, async ({ parts, other }) => {
        const first = await proof(settle(parts).of);
        expect(await proof(settle(parts).of)).toEqual(first);
        expect(await proof(settle(other).of)).toEqual(first);
      }),
    );
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";
import type { PayoutLine } from "../../src/domain/payout.ts";
import { asSeenBy, type Claim, claimsOf, claimsOn, isStronger, priorityOf } from "../../src/domain/payout-claims.ts";
import { matchLine, matchLines } from "../../src/domain/payout-matching.ts";
import type { LineOutcome, Settleable } from "../../src/domain/settlement.ts";
import { CONNECTION, line, movement, PAYOUT } from "./payout-samples.ts";

const context = { payoutId: PAYOUT, connectionId: CONNECTION };

/** Lines one by one, as the store's pages bring them, until a pass moves nothing. */
function inPasses(lines: readonly PayoutLine[], candidates: readonly Settleable[], order: (pass: number) => number[]) {
  const holders = new Map<string, Claim>();
  const outcomes = new Map<string, LineOutcome>();
  for (let pass = 0; ; pass += 1) {
    let moved = false;
    for (const index of order(pass)) {
      const of = lines[index];
      if (!of) continue;
      const priority = priorityOf(matchLine(of, candidates, context));
      const self: Claim = { payoutId: PAYOUT, lineId: of.externalId, priority };
      const seen = candidates.map((item) => asSeenBy(self, item, (claim) => holders.get(claim)));
      const outcome = matchLine(of, seen, context);
      const wanted = claimsOf(outcome.match, new Set());
      for (const [claim, holder] of [...holders])
        if (holder.lineId === of.externalId && !wanted.includes(claim)) {
          holders.delete(claim);
          moved = true;
        }
      for (const claim of wanted) {
        const holder = holders.get(claim);
        if (holder && holder.lineId !== of.externalId) expect(isStronger(self, holder)).toBe(true);
        if (holder?.lineId !== of.externalId) moved = true;
        holders.set(claim, self);
      }
      outcomes.set(of.externalId, outcome);
    }
    if (!moved) return { outcomes, passes: pass + 1 };
    if (pass > 50) throw new Error("never settles");
  }
}

const references = fc.uniqueArray(
  fc.record({ type: fc.constantFrom("t", "o", "m"), value: fc.constantFrom("1", "2", "3") }),
  { maxLength: 2, selector: ({ type }) => type },
);

const scene = fc.record({
  lines: fc.array(fc.record({ amount: fc.constantFrom(100, 200), references }), { minLength: 1, maxLength: 7 }),
  movements: fc.array(fc.record({ amount: fc.constantFrom(100, 200), references }), { maxLength: 5 }),
  shuffle: fc.infiniteStream(fc.nat()),
});

it("comes to the same as matching everything at once, in whatever order pages and passes bring the lines", () => {
  fc.assert(
    fc.property(scene, ({ lines: drafts, movements, shuffle }) => {
      const lines = drafts.map(({ amount, references: own }, index) => line(`l${index}`, amount, { references: own }));
      const candidates = movements.map(({ amount, references: own }, index) =>
        movement(String(index + 1), amount, { references: own }),
      );
      const random = shuffle[Symbol.iterator]();
      const shuffled = () =>
        lines
          .map((_, index) => ({ index, key: Number(random.next().value) }))
          .sort((a, b) => a.key - b.key)
          .map(({ index }) => index);
      const whole = matchLines(lines, () => candidates, context);
      const { outcomes } = inPasses(lines, candidates, shuffled);
      const essence = (of: Map<string, LineOutcome>) =>
        Object.fromEntries([...of].map(([id, { state, match }]) => [id, { state, match }]).sort());
      expect(essence(outcomes)).toEqual(essence(whole));
      const claims = [...outcomes.values()].flatMap((outcome) => claimsOf(outcome.match, new Set()));
      expect(new Set(claims).size).toBe(claims.length);
    }),
    { numRuns: 500 },
  );
});

it("takes a movement with its document, and a share of a document alone", () => {
  const whole = movement("1", 100);
  expect(claimsOn(whole)).toEqual(["ent_1", "invoice 91"]);
  const shared = { ...whole, document: { kind: "invoice", number: "91", totalMinor: 300, shareMinor: 100 } as const };
  expect(claimsOn(shared)).toEqual(["ent_1"]);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PayoutLine, PayoutReference } from "../../src/domain/payout.ts";
import { type MatchingContext, matchLine, matchLines } from "../../src/domain/payout-matching.ts";
import type { Settleable } from "../../src/domain/settlement.ts";
import { CONNECTION, line, movement, PAYOUT } from "./payout-samples.ts";

const context: MatchingContext = { payoutId: PAYOUT, connectionId: CONNECTION };
const transaction = (value: string): PayoutReference => ({ type: "qliro.transaction_id", value });
const order = (value: string): PayoutReference => ({ type: "qliro.order_id", value });
const merchant = (value: string): PayoutReference => ({ type: "qliro.merchant_reference", value });
const match = (of: PayoutLine, candidates: Settleable[], other: Partial<MatchingContext> = {}) =>
  matchLine(of, candidates, { ...context, ...other });
const settledWith = (...numbers: string[]) => ({ kind: "documents", documents: numbers.map((number) => ({ number })) });

describe("the order of evidence", () => {
  const references = [transaction("454302"), order("5452321"), merchant("SE-10001")];
  const sale = line("l1", 37550, { references });

  it("takes our own capture id first, and says what the line settles", () => {
    const capture = movement("454302", 37550, { references: [order("5452321"), transaction("454302")] });
    const sibling = movement("454303", 37550, { references: [order("5452321"), transaction("454303")] });
    expect(match(sale, [sibling, capture])).toEqual({
      state: "matched",
      reason: "qliro.transaction_id 454302 names capture 454302; it settles invoice 9454302.",
      evidence: "own_id",
      candidates: [],
      match: {
        kind: "documents",
        documents: [
          { entryId: "ent_454302", orderId: "ord_1", kind: "invoice", number: "9454302", amountMinor: 37550 },
        ],
        difference: "rounding",
        differenceMinor: 0,
      },
    });
  });

  it("goes on with the PSP's and then the merchant's reference, each only to one movement of that amount", () => {
    const candidates = [
      movement("1", 37550, { references: [order("5452321")] }),
      movement("2", 10000, { references: [order("5452321")] }),
      movement("3", 37550, { references: [merchant("SE-10001")] }),
    ];
    expect(match(sale, candidates)).toMatchObject({ state: "matched", match: settledWith("91") });
    expect(match(sale, candidates.slice(1))).toMatchObject({ state: "mismatched", evidence: "reference" });
    expect(match(sale, candidates.slice(2))).toMatchObject({ state: "matched", match: settledWith("93") });
  });

  it("finds an ERP document by any text it carries, for merchants whose orders we do not have", () => {
    const found = movement("90031", 37550, {
      source: "erp",
      connectionId: "con_specter",
      orderId: null,
      references: [{ type: "specter.external_order_no", value: "SE-10001" }],
    });
    expect(match(sale, [found])).toMatchObject({ state: "matched", evidence: "erp_document" });
  });

  const DAY_MS = 86_400_000;
  const dated = line("l1", 37550, { occurredAt: 100 * DAY_MS });

  it("lets amount and date speak only when exactly one movement has them", () => {
    const near = movement("1", 37550, { occurredAt: 97 * DAY_MS });
    const late = movement("2", 37550, { occurredAt: 108 * DAY_MS });
    const twin = movement("3", 37550, { occurredAt: 101 * DAY_MS });
    expect(match(dated, [near, late])).toMatchObject({
      state: "matched",
      evidence: "amount_and_date",
      match: settledWith("91"),
    });
    expect(match(dated, [near, late, twin])).toMatchObject({ state: "ambiguous", candidates: ["ent_1", "ent_3"] });
    expect(match(line("l1", 37550), [near])).toMatchObject({ state: "expected" });
    expect(match(dated, [movement("4", 37551, { occurredAt: 100 * DAY_MS })])).toMatchObject({ state: "expected" });
  });

  it("does not let amount and date overrule a reference that says otherwise", () => {
    const other = movement("1", 37550, { occurredAt: 100 * DAY_MS, references: [order("5")] });
    expect(match({ ...dated, references: [order("6")] }, [other])).toMatchObject({ state: "expected" });
  });
});

describe("what is not mixed up", () => {
  it("keeps sales to captures and refunds to refunds", () => {
    const refund = movement("1", 100, { kind: "refund" });
    expect(match(line("l1", 100, { references: [transaction("1")] }), [refund])).toMatchObject({ state: "expected" });
    expect(match(line("l1", -100, { references: [transaction("1")] }), [movement("1", 100)])).toMatchObject({
      state: "expected",
    });
    expect(match(line("l1", -100, { references: [transaction("1")] }), [refund])).toMatchObject({
      state: "matched",
      reason: "qliro.transaction_id 1 names refund 1; it settles credit invoice 91.",
      match: { documents: [{ kind: "credit_invoice", amountMinor: -100 }] },
    });
  });

  it("tells an order id from an equal movement id", () => {
    const capture = movement("77", 100, { references: [order("5"), transaction("77")] });
    expect(match(line("l1", 100, { references: [order("77")] }), [capture])).toMatchObject({ state: "expected" });
  });

  it("waits for a movement that the books do not have, although the order has another of the same amount", () => {
    const known = movement("1", 100, { references: [order("5"), transaction("1"), transaction("2")] });
    expect(match(line("l1", 100, { references: [transaction("2"), order("5")] }), [known])).toEqual({
      state: "expected",
      reason: "The order is known, but qliro.transaction_id 2 is not in the books yet.",
      evidence: null,
      candidates: ["ent_1"],
      match: null,
    });
  });

  it("does not trust a merchant's reference against the PSP's order id", () => {
    const reused = movement("1", 100, { references: [order("5"), merchant("A-1")] });
    const sale = line("l1", 100, { references: [order("6"), merchant("A-1")] });
    expect(match(sale, [reused])).toMatchObject({
      state: "expected",
      reason: "The order is known, but qliro.order_id 6 is not in the books yet.",
    });
  });

  it("leaves movements of another connection alone", () => {
    const elsewhere = movement("1", 100, { connectionId: "con_klarna" });
    expect(match(line("l1", 100, { references: [transaction("1")] }), [elsewhere])).toMatchObject({
      state: "expected",
      candidates: [],
    });
  });
});

describe("the states of a line", () => {
  const sale = line("l1", 60320, { references: [transaction("1"), order("5")] });

  it("expected: unknown, or known without its document", () => {
    expect(match(sale, [])).toMatchObject({
      state: "expected",
      reason: "Nothing in the books or the ERP answers to the references of this line yet.",
    });
    expect(match(sale, [movement("1", 60320, { document: null })])).toMatchObject({
      state: "expected",
      reason: "qliro.transaction_id 1 names capture 1; the invoice of capture 1 is awaited.",
      candidates: ["ent_1"],
    });
    const refund = line("l2", -100, { references: [transaction("2")] });
    expect(match(refund, [movement("2", 100, { kind: "refund", document: null })])).toMatchObject({
      reason: "qliro.transaction_id 2 names refund 2; the credit invoice of refund 2 is awaited.",
    });
  });

  it("mismatched: names the difference to the movement or to its document", () => {
    expect(match(sale, [movement("1", 60319)])).toMatchObject({
      state: "mismatched",
      reason: "qliro.transaction_id 1 names capture 1, but the line differs from it by 0.01 SEK.",
    });
    const rounded = movement("1", 60320, { document: { kind: "invoice", number: "90031", totalMinor: 60300 } });
    expect(match(sale, [rounded])).toMatchObject({
      state: "mismatched",
      reason: "qliro.transaction_id 1 names capture 1, but the line differs from document 90031 by 0.20 SEK.",
    });
    expect(match(sale, [movement("1", 60320, { currency: "EUR" })])).toMatchObject({
      state: "mismatched",
      reason: "The line is in SEK, capture 1 in EUR.",
    });
  });

  it("rounding: only within a tolerance that the merchant gave", () => {
    const rounded = movement("1", 60320, { document: { kind: "invoice", number: "90031", totalMinor: 60300 } });
    expect(match(sale, [rounded], { toleranceMinor: 20 })).toMatchObject({
      state: "rounding",
      match: { difference: "rounding", differenceMinor: 20, documents: [{ amountMinor: 60300 }] },
    });
    expect(match(sale, [rounded], { toleranceMinor: 19 })).toMatchObject({ state: "mismatched" });
  });

  it("duplicate: another payout, or another line of this one, settled the movement", () => {
    expect(match(sale, [movement("1", 60320, { settledByPayoutId: "pay_0" })])).toMatchObject({
      state: "duplicate",
      reason: "Already settled by pay_0: capture 1.",
    });
    const byOther = movement("1", 60320, { settledByPayoutId: PAYOUT, settledByLineId: "l0" });
    expect(match(sale, [byOther])).toMatchObject({ state: "duplicate", reason: /line l0 of pay_1/ });
    const byItself = movement("1", 60320, { settledByPayoutId: PAYOUT, settledByLineId: "l1" });
    expect(match(sale, [byItself])).toMatchObject({ state: "matched" });
  });

  it("ambiguous: several movements of equal strength, with the candidates", () => {
    const twins = [
      movement("2", 60320, { references: [order("5")] }),
      movement("1", 60320, { references: [order("5")] }),
    ];
    expect(match(line("l1", 60320, { references: [order("5")] }), twins)).toEqual({
      state: "ambiguous",
      reason: "qliro.order_id 5 leads to 2 movements of this amount: capture 1 and capture 2.",
      evidence: "reference",
      candidates: ["ent_1", "ent_2"],
      match: null,
    });
  });

  it("needs no document for reserves, chargebacks and carried balances, and a person for adjustments", () => {
    for (const type of ["reserve", "chargeback", "carry_over"] as const) {
      expect(match(line("l1", -100, { type }), [])).toMatchObject({ state: "matched", match: { balance: type } });
    }
    expect(match(line("l1", -100, { type: "adjustment" }), [])).toMatchObject({ state: "ambiguous", match: null });
  });

  it("joins a fee to the one document its references lead to, whoever settles that", () => {
    const aliases = [order("5"), transaction("1"), transaction("2")];
    const candidates = [
      movement("1", 100, { references: aliases, settledByPayoutId: "pay_0" }),
      movement("2", 200, { references: aliases }),
    ];
    const fee = (references: PayoutReference[]) => match(line("l1", -10, { type: "fee", references }), candidates);
    expect(fee([transaction("2"), order("5")])).toMatchObject({
      state: "matched",
      match: { kind: "fee", document: { kind: "invoice", number: "92" } },
    });
    expect(fee([order("5")])).toMatchObject({ state: "matched", match: { kind: "fee", document: null } });
    expect(fee([])).toMatchObject({ state: "matched", match: { kind: "fee", document: null } });
  });
});

describe("a payment invoiced in parts", () => {
  const sale = line("l1", 1000, { references: [transaction("454211")] });
  const parts = [movement("454211#x1", 400), movement("454211#x2", 600)];

  it("is settled by one line that is their sum", () => {
    expect(match(sale, parts)).toMatchObject({
      state: "matched",
      reason: /names capture 454211#x1 and capture 454211#x2; it settles invoice 9454211#x1, 9454211#x2\./,
      match: settledWith("9454211#x1", "9454211#x2"),
    });
  });

  it("waits while a part is not invoiced, and does not match when the parts are more", () => {
    expect(match(sale, parts.slice(0, 1))).toMatchObject({
      state: "expected",
      reason: "Of payment 454211, 4.00 SEK of 10.00 SEK is in the books so far; the rest is awaited.",
    });
    expect(match(sale, [...parts, movement("454211#x3", 1)])).toMatchObject({ state: "mismatched" });
  });

  it("does not take the parts of a payment whose id only begins alike", () => {
    expect(match(line("l1", 400, { references: [transaction("45421")] }), parts)).toMatchObject({ state: "expected" });
  });

  it("settles only its share of an invoice that several movements pay", () => {
    const shared = movement("1", 400, {
      document: { kind: "invoice", number: "90031", totalMinor: 1000, shareMinor: 400 },
    });
    expect(match(line("l1", 400, { references: [transaction("1")] }), [shared])).toMatchObject({
      state: "matched",
      match: { documents: [{ number: "90031", amountMinor: 400 }] },
    });
  });
});

describe("the lines of a payout together", () => {
  const states = (lines: PayoutLine[], candidates: Settleable[]) =>
    Object.fromEntries([...matchLines(lines, () => candidates, context)].map(([id, outcome]) => [id, outcome.state]));

  it("settle a movement once: the line that comes twice is a duplicate", () => {
    const twice = [
      line("b", 100, { references: [transaction("1")] }),
      line("a", 100, { references: [transaction("1")] }),
    ];
    expect(states(twice, [movement("1", 100)])).toEqual({ a: "matched", b: "duplicate" });
  });

  it("settle a movement once also where it pays only its share of an invoice", () => {
    const document = { kind: "invoice" as const, number: "90031", totalMinor: 300, shareMinor: 100 };
    const twice = ["a", "b"].map((id) => line(id, 100, { references: [transaction("1")] }));
    expect(states(twice, [movement("1", 100, { document })])).toEqual({ a: "matched", b: "duplicate" });
    const other = movement("2", 200, { document: { ...document, shareMinor: 200 } });
    const both = [
      line("a", 100, { references: [transaction("1")] }),
      line("b", 200, { references: [transaction("2")] }),
    ];
    expect(states(both, [movement("1", 100, { document }), other])).toEqual({ a: "matched", b: "matched" });
  });

  it("give a movement to the line with the stronger evidence, and the rest to the other", () => {
    const captures = [
      movement("1", 100, { references: [order("5")] }),
      movement("2", 100, { references: [order("5")] }),
    ];
    const lines = [line("a", 100, { references: [order("5")] }), line("b", 100, { references: [transaction("1")] })];
    const outcomes = matchLines(lines, () => captures, context);
    expect(outcomes.get("b")).toMatchObject({ state: "matched", match: settledWith("91") });
    expect(outcomes.get("a")).toMatchObject({ state: "matched", match: settledWith("92") });
  });

  it("do not settle one document through two candidates", () => {
    const document = { kind: "invoice" as const, number: "90031", totalMinor: 100 };
    const found = movement("90031", 100, { source: "erp", document, references: [merchant("A-1")] });
    const lines = [
      line("a", 100, { references: [transaction("1")] }),
      line("b", 100, { references: [merchant("A-1")] }),
    ];
    expect(states(lines, [movement("1", 100, { document }), found])).toEqual({ a: "matched", b: "duplicate" });
  });

  const amount = fc.integer({ min: 1, max: 4 }).map((step) => step * 100);
  const small = fc.integer({ min: 1, max: 6 }).map(String);
  const anyMovement = fc
    .record({
      id: small,
      part: fc.constantFrom("", "#x1", "#x2"),
      amount,
      kind: fc.constantFrom("capture" as const, "refund" as const),
      orderId: small,
      bare: fc.boolean(),
      settledByPayoutId: fc.constantFrom(null, null, null, "pay_0"),
      occurredAt: fc.constantFrom(null, 1, 2),
    })
    .map(({ id, part, amount, kind, orderId, bare, ...other }) =>
      movement(`${id}${part}`, amount, {
        ...other,
        kind,
        entryId: `ent_${kind}_${id}${part}`,
        references: [order(orderId), merchant(`M${orderId}`)],
        ...(bare ? { document: null } : {}),
      }),
    );
  const anyLine = fc
    .record({
      amount,
      type: fc.constantFrom<PayoutLine["type"]>("sale", "refund", "sale", "refund", "fee", "reserve", "adjustment"),
      references: fc.array(
        fc.oneof(
          small.map(transaction),
          small.map(order),
          small.map((id) => merchant(`M${id}`)),
        ),
        {
          maxLength: 3,
        },
      ),
      occurredAt: fc.constantFrom(1, 2),
    })
    .map(({ amount, type, ...other }) => ({ ...line("", type === "refund" ? -amount : amount, other), type }));
  const payout = fc.record({
    movements: fc.uniqueArray(anyMovement, { maxLength: 12, selector: ({ entryId }) => entryId }),
    lines: fc
      .array(anyLine, { maxLength: 12 })
      .map((lines) => lines.map((each, index) => ({ ...each, externalId: `l${index}` }))),
  });

  it("never settle a movement or a document twice, and never with another amount than theirs", () => {
    fc.assert(
      fc.property(payout, ({ movements, lines }) => {
        const seen = new Set<string>();
        const outcomes = matchLines(lines, () => movements, context);
        expect(outcomes.size).toBe(lines.length);
        for (const each of lines) {
          const outcome = outcomes.get(each.externalId);
          if (outcome?.match?.kind !== "documents") continue;
          let sum = 0;
          for (const { entryId, amountMinor } of outcome.match.documents) {
            expect(seen.has(entryId)).toBe(false);
            seen.add(entryId);
            sum += amountMinor;
            expect(movements.find((item) => item.entryId === entryId)?.settledByPayoutId).toBeNull();
          }
          expect(sum).toBe(each.amountMinor);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("end the same, reasons included, in whatever order lines and candidates come", () => {
    const shuffled = payout.chain(({ movements, lines }) =>
      fc.record({
        movements: fc.constant(movements),
        lines: fc.constant(lines),
        otherMovements: fc.shuffledSubarray(movements, { minLength: movements.length }),
        otherLines: fc.shuffledSubarray(lines, { minLength: lines.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ movements, lines, otherMovements, otherLines }) => {
        const outcomes = matchLines(lines, () => movements, context);
        const others = matchLines(otherLines, () => otherMovements, context);
        for (const { externalId } of lines) expect(others.get(externalId)).toEqual(outcomes.get(externalId));
      }),
      { numRuns: 500 },
    );
  });

  it("find their own work again in a second run", () => {
    fc.assert(
      fc.property(payout, ({ movements, lines }) => {
        const first = matchLines(lines, () => movements, context);
        const by = new Map<string, string>();
        for (const [lineId, { match }] of first) {
          if (match?.kind === "documents") for (const { entryId } of match.documents) by.set(entryId, lineId);
        }
        const recorded = movements.map((item) => {
          const lineId = by.get(item.entryId);
          return lineId === undefined ? item : { ...item, settledByPayoutId: PAYOUT, settledByLineId: lineId };
        });
        const second = matchLines(lines, () => recorded, context);
        for (const [lineId, outcome] of first) {
          if (outcome.match?.kind === "documents") expect(second.get(lineId)).toEqual(outcome);
        }
      }),
      { numRuns: 500 },
    );
  });
});

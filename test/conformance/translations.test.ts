// What every translation promises: whole amounts, named rows, identifiers that identify, and the same again next time.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Alias, Observation } from "../../src/domain/observation.ts";
import type { PayoutLine } from "../../src/domain/payout.ts";
import type { ScriptStep } from "../connectors/kit/http.ts";
import { complete, contextOf, type Fixture, type ReadFixture } from "./fixture.ts";

type Subject = (typeof complete)[number];

async function observed(subject: Subject, { type, value }: ReadFixture, answers: ScriptStep[]) {
  const { payments, accounting, storefront } = subject.connector;
  const { context } = contextOf(subject, answers);
  const result = await (payments ?? accounting ?? storefront)?.observe(context, type, value);
  if (!result) throw new Error("nothing to observe with");
  return result;
}

async function found(subject: Subject, read: ReadFixture): Promise<Observation> {
  const result = await observed(subject, read, read.answers);
  if (result.kind !== "found") throw new Error(JSON.stringify(result));
  return result.value;
}

/** Every number of a translation by its path. */
function* numbers(value: unknown, path = ""): Generator<[string, number]> {
  if (typeof value === "number") yield [path, value];
  if (typeof value === "object" && value !== null)
    for (const [name, inner] of Object.entries(value)) yield* numbers(inner, `${path}.${name}`);
}

function expectWholeNumbers(value: unknown): void {
  for (const [path, number] of numbers(value)) {
    expect(Number.isSafeInteger(number), `${path} is ${number}`).toBe(true);
    if (path.endsWith("At")) expect(number, path).toBeGreaterThan(Date.UTC(2000, 0, 1));
  }
}

const unique = (values: readonly string[]) => expect(new Set(values).size, values.join(", ")).toBe(values.length);

function expectAliases(id: string, externalId: string, aliases: readonly Alias[]): void {
  expect(aliases.length).toBeGreaterThan(0);
  for (const alias of aliases) {
    expect(alias.type).toMatch(/^[a-z-]+\.[a-z_]+$/);
    expect(alias.value).toBe(alias.value.trim());
    expect(alias.value).not.toBe("");
    expect([0, 1, 2, 3, 4]).toContain(alias.tier);
  }
  unique(aliases.map(({ type, value }) => `${type} ${value}`));
  expect(aliases.some(({ type, value }) => type.startsWith(`${id}.`) && value === externalId)).toBe(true);
}

function expectObservation(id: string, seen: Observation): void {
  expect(seen).toMatchObject({ connector: id, connectionId: "con_conformance" });
  expect(seen.currency).toMatch(/^[A-Z]{3}$/);
  expectWholeNumbers(seen);
  expectAliases(id, seen.externalId, seen.aliases);
  switch (seen.source) {
    case "psp": {
      expect(seen.country).toMatch(/^[A-Z]{2}$/);
      unique(seen.rows.map((row) => row.key));
      for (const row of seen.rows) expect(row.quantity, row.key).toBeGreaterThanOrEqual(1);
      const keys = new Set(seen.rows.map((row) => row.key));
      for (const movements of [seen.authorizations, seen.captures, seen.refunds, seen.releases]) {
        unique(movements.map((movement) => movement.externalId));
        for (const movement of movements) {
          expect(movement.externalId).not.toBe("");
          expect(movement.amountMinor).toBeGreaterThanOrEqual(0);
          for (const row of movement.rows) expect(keys, row.key).toContain(row.key);
        }
      }
      break;
    }
    case "erp":
      unique(seen.invoices.map((invoice) => invoice.number));
      for (const invoice of seen.invoices) expect(invoice.totalMinor).toBeGreaterThanOrEqual(0);
      break;
    case "shop":
      unique(seen.rows.map((row) => row.key));
      unique(seen.payments.map((payment) => payment.externalId));
      unique(seen.refunds.map((refund) => refund.externalId));
      break;
    default:
      seen satisfies never;
  }
}

function expectLines(lines: readonly PayoutLine[]): void {
  expect(lines.length).toBeGreaterThan(0);
  expectWholeNumbers(lines);
  unique(lines.map((line) => line.externalId));
  for (const line of lines) {
    expect(line.currency).toMatch(/^[A-Z]{3}$/);
    expect(line.feeMinor).toBeGreaterThanOrEqual(0);
    expect(line.feeVatMinor).toBeGreaterThanOrEqual(0);
    if (line.type === "sale") expect(line.amountMinor).toBeGreaterThanOrEqual(0);
    if (line.type === "refund" || line.type === "fee") expect(line.amountMinor).toBeLessThanOrEqual(0);
    for (const { type, value } of line.references) {
      expect(type).toMatch(/^[a-z-]+\.[a-z_]+$/);
      expect(value.trim()).not.toBe("");
    }
  }
}

describe.each(complete)("a translation of $id", (subject) => {
  const { id, connector, fixture } = subject;

  it("is whole, named, and by its own aliases", async () => {
    for (const order of fixture.orders) expectObservation(id, await found(subject, order));
  });

  it("is the same every time", async () => {
    for (const order of fixture.orders)
      expect(JSON.stringify(await found(subject, order))).toBe(JSON.stringify(await found(subject, order)));
  });

  it("never keeps a personal number", async () => {
    for (const order of fixture.orders)
      for (const number of fixture.personalNumbers ?? [])
        expect(JSON.stringify(await found(subject, order))).not.toContain(number);
  });

  it("knows the alias by which the engine reads again", async () => {
    const alias = (connector.payments ?? connector.accounting ?? connector.storefront)?.orderAlias;
    for (const order of fixture.orders) {
      const seen = await found(subject, order);
      expect(seen.aliases).toContainEqual(expect.objectContaining({ type: alias, value: seen.externalId }));
    }
  });

  it("of an answer that is cut short, or has something else in it, is no translation or a sound one", async () => {
    const { orders } = fixture;
    const spoiled = fc.record({
      order: fc.constantFrom(...orders),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      odd: fc.constantFrom(...ODD),
      how: fc.constantFrom("cut", "replace", "drop"),
    });
    await fc.assert(
      fc.asyncProperty(spoiled, async ({ order, at, odd, how }) => {
        const answers = order.answers.map((step) => spoil(step, at, how === "drop" ? "" : odd, how === "cut"));
        const result = await observed(subject, order, answers);
        if (result.kind === "found") expectWholeNumbers(result.value);
      }),
      { numRuns: 300, seed: 20260105 },
    );
  });

  const { payouts } = fixture;
  it.skipIf(!payouts)("of a payout has whole headers and lines with signs as agreed", async () => {
    const { list, lines } = payoutsOf(subject);
    const headers = await list();
    expect(headers.length).toBeGreaterThan(0);
    expectWholeNumbers(headers);
    unique(headers.map((header) => header.externalId));
    for (const header of headers) {
      expect(header.date).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(header.reference).not.toBe("");
    }
    expectLines(await lines());
    expect(JSON.stringify(await lines())).toBe(JSON.stringify(await lines()));
  });
});

function payoutsOf(subject: Subject) {
  const { connector, fixture } = subject;
  const { payouts } = fixture;
  const facet = connector.payouts;
  if (!payouts || !facet) throw new Error("no payouts");
  return {
    async list() {
      const result = await facet.list(contextOf(subject, payouts.list).context, payouts.from, payouts.to);
      if (result.kind !== "found") throw new Error(JSON.stringify(result));
      return result.value;
    },
    async lines() {
      const result = await facet.lines(contextOf(subject, payouts.lines).context, payouts.header, null);
      if (result.kind !== "found") throw new Error(JSON.stringify(result));
      return result.value.lines;
    },
  };
}

const ODD = [
  "null",
  '""',
  "0.1",
  "1e308",
  "-1",
  "99999999999999999999",
  '"99999999999999999999.99"',
  '"NaN"',
  "true",
  "[]",
  "{}",
  '"<b>"',
  '"\\u0000"',
  '"Infinity"',
];

/** One value of the answer's text replaced (JSON values and XML attributes alike), or the text cut at that place. */
function spoil(step: Fixture["verify"][number], at: number, odd: string, cut: boolean): ScriptStep {
  const text =
    step.answer instanceof Uint8Array ? new TextDecoder("latin1").decode(step.answer) : JSON.stringify(step.answer);
  const values = [...text.matchAll(/(?<=[:=[,]\s*)(?:"(?:[^"\\]|\\.)*"|-?\d[\d.e+]*|null|true|false)/g)];
  const chosen = values[Math.floor(at * (values.length - 1))];
  if (cut || !chosen) return { ...step, answer: text.slice(0, Math.floor(at * text.length)) };
  const xml = text.startsWith("<");
  const instead = xml ? `"${odd.replaceAll('"', "")}"` : odd === "" ? "null" : odd;
  const spoiled = text.slice(0, chosen.index) + instead + text.slice(chosen.index + chosen[0].length);
  return { ...step, answer: spoiled };
}

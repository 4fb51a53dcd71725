import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isNothing } from "../../../src/domain/decision.ts";
import { capturesOfInvoice } from "../../../src/domain/links.ts";
import type { Observation } from "../../../src/domain/observation.ts";
import { entriesOf } from "../../../src/domain/order.ts";
import { type Books, type Choices, orderInErp } from "./books.ts";
import { Provider, ROWS, units } from "./platforms.ts";

const HAT = units(["HAT", 1]);
const SHAWL = units(["SHAWL", 1]);
const REST = units(["HAT", 1], ["SHAWL", 1], ["SHIP", 1]);
const ALL = units(["HAT", 2], ["SHAWL", 1], ["SHIP", 1]);

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length <= 1) return [[...items]];
  return items.flatMap((item, index) =>
    permutations([...items.slice(0, index), ...items.slice(index + 1)]).map((rest) => [item, ...rest]),
  );
}

/** A life of one order in steps; after each, what the platforms show. People do everything here. */
interface Life {
  name: string;
  choices?: Choices;
  provider?: () => Provider;
  steps: ((books: Books) => void)[];
  effects: Record<string, number>;
}

const LIVES: Life[] = [
  {
    name: "invoiced twice and credited in the ERP",
    steps: [(b) => b.erp.invoice(HAT), (b) => b.erp.invoice(REST), (b) => b.erp.credit("F2", SHAWL)],
    effects: { create_order: 1, capture: 2, refund: 1 },
  },
  {
    name: "captured and refunded at the provider, invoiced in the ERP",
    steps: [(b) => b.provider.capture("a1", ALL), (b) => b.erp.invoice(ALL), (b) => b.provider.refund("c1", HAT)],
    effects: { create_order: 1, create_credit_invoice: 1 },
  },
  {
    name: "one capture made elsewhere for two invoices, and a refund",
    steps: [
      (b) => b.erp.invoice(HAT),
      (b) => b.provider.capture("a1", ALL),
      (b) => b.erp.invoice(REST),
      (b) => b.provider.refund("c1", SHAWL),
    ],
    effects: { create_order: 1, create_credit_invoice: 1 },
  },
  {
    name: "refunded and credited by people on both sides",
    steps: [
      (b) => b.provider.capture("a1", ALL),
      (b) => b.erp.invoice(ALL),
      (b) => b.provider.refund("c1", HAT),
      (b) => b.erp.credit("F1", HAT),
    ],
    effects: { create_order: 1 },
  },
  {
    name: "a part captured elsewhere, over two authorisations",
    provider: () => new Provider(ROWS, [HAT, REST]),
    steps: [(b) => b.provider.capture("a1", HAT), (b) => b.erp.invoice(ALL), (b) => b.erp.credit("F1", SHAWL)],
    effects: { create_order: 1, capture: 1, refund: 1 },
  },
  {
    name: "partly invoiced, then cancelled in the ERP",
    steps: [
      (b) => b.erp.invoice(HAT),
      (b) => {
        b.erp.state = "cancelled";
      },
    ],
    effects: { create_order: 1, capture: 1, cancel_payment: 1 },
  },
  {
    name: "cancelled at the provider",
    steps: [(b) => b.provider.cancel()],
    effects: { create_order: 1, cancel_order: 1 },
  },
  {
    name: "captured and refunded where the provider leads",
    choices: { accounting: { deliveryLead: "psp" } },
    steps: [
      (b) => b.provider.capture("a1", HAT),
      (b) => b.provider.capture("a1", REST),
      (b) => b.provider.refund("c2", SHAWL),
    ],
    effects: { create_order: 1, create_invoice: 2, create_credit_invoice: 1 },
  },
];

/** The steps happen at the platforms; meanwhile nobody looks. What could have been seen after each step is kept. */
function live(life: Life): { books: Books; sightings: Observation[] } {
  const books = orderInErp(life.provider?.(), life.choices);
  const sightings: Observation[] = [];
  const both = () => sightings.push(structuredClone(books.provider.observe()), structuredClone(books.erp.observe()));
  both();
  for (const step of life.steps) {
    step(books);
    both();
  }
  const distinct = new Map(sightings.map((seen) => [JSON.stringify(seen), seen]));
  return { books, sightings: [...distinct.values()] };
}

/** Facts without the ids that depend on which came first, and who paid which invoice. */
const links = (books: Books): string[] =>
  entriesOf(books.order, "invoiced").map(({ externalId }) => {
    const captures = capturesOfInvoice(books.order, externalId).map((capture) => capture.amountMinor);
    return `${externalId} ← ${captures.sort((a, b) => a - b).join("+")}`;
  });

const outcomeOf = (books: Books) => ({
  facts: books
    .facts()
    .map((fact) => fact.replace(/\b([crvFK])\d+\b/g, "$1"))
    .sort(),
  links: links(books).sort(),
  effects: books.counts(),
  demands: books.effects.map((effect) => effect.demand.replace(/\|[acr]\d+$/, "")).sort(),
  open: books.openStates(),
  captured: books.provider.capturedMinor(),
  refunded: books.provider.refundedMinor(),
});

describe.each(LIVES)("an order $name", (life) => {
  it("comes to the same books and effects in whatever order it is seen", () => {
    const { sightings } = live(life);
    // Beyond five sightings a hundred shuffles stand for all.
    const orders =
      sightings.length <= 5
        ? permutations(sightings.map((_, index) => index))
        : fc.sample(
            fc.shuffledSubarray(
              sightings.map((_, i) => i),
              { minLength: sightings.length },
            ),
            {
              numRuns: 100,
              seed: 7,
            },
          );
    const outcomes = orders.map((order) => {
      const { books, sightings: own } = live(life);
      for (const index of order) {
        const seen = own[index];
        if (!seen) continue;
        books.see(seen);
        expect(isNothing(books.see(seen)), "the same sighting twice").toBe(true);
      }
      books.finish();
      return outcomeOf(books);
    });
    expect(outcomes[0]?.effects).toEqual(life.effects);
    expect(outcomes[0]?.open).toEqual([]);
    for (const outcome of outcomes) expect(outcome).toEqual(outcomes[0]);
  });

  it("comes to the same effects when every answer is lost and only found by a look-up", () => {
    const { books } = live(life);
    books.lookErp();
    books.lookPsp();
    for (let round = 0; round < 20; round++) {
      const next = books.order.commands.find((command) => command.state === "pending");
      if (!next) break;
      books.work(next, "lost");
      books.lookPsp();
      books.lookErp();
      const lost = books.order.commands.find((command) => command.state === "unknown");
      if (lost) books.lookUp(lost);
      books.lookPsp();
      books.lookErp();
    }
    books.finish();
    expect(books.counts()).toEqual(life.effects);
    expect(books.openStates()).toEqual([]);
  });
});

// Random lives of one order: people act on both sides, sightings and answers come whenever they like.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ROUNDING_MINOR_MAX } from "../../../src/domain/links.ts";
import { isInFlight } from "../../../src/domain/order.ts";
import { Books, type Choices } from "./books.ts";
import { Provider, ROWS, units } from "./platforms.ts";

/** What may happen next. Numbers choose among what is possible then. */
type Act =
  | { do: "psp_capture" | "psp_refund" | "erp_invoice" | "erp_credit"; pick: number; part: number }
  | {
      do:
        | "psp_cancel"
        | "erp_cancel"
        | "psp_ends"
        | "psp_fails"
        | "look_psp"
        | "look_erp"
        | "look_up"
        | "retry"
        | "switch_flows"
        | "switch_type";
    }
  | { do: "execute"; answer: "done" | "accepted" | "lost" | "unsent" | "later" };

/** A failing run prints its seed and path, and the shortest life that fails; give them to `fc.assert` to replay it. */
const RUNS = 250;

const pickPart = { pick: fc.nat(9), part: fc.nat(999) };

const act = (
  kinds: readonly Exclude<Act["do"], "execute" | "psp_capture" | "psp_refund" | "erp_invoice" | "erp_credit">[],
) => fc.record({ do: fc.constantFrom(...kinds) });

const always: fc.WeightedArbitrary<Act>[] = [
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("execute" as const),
      answer: fc.constantFrom(
        "done" as const,
        "done" as const,
        "accepted" as const,
        "lost" as const,
        "unsent" as const,
        "later" as const,
      ),
    }),
  },
  { weight: 6, arbitrary: act(["look_psp", "look_erp"]) },
  { weight: 3, arbitrary: act(["look_up", "psp_ends", "retry"]) },
  { weight: 1, arbitrary: act(["psp_fails", "switch_flows", "switch_type"]) },
];

const acts = (kinds: readonly ("psp_capture" | "psp_refund" | "erp_invoice" | "erp_credit")[]) =>
  fc.record({ do: fc.constantFrom(...kinds), ...pickPart });

/** Some units of what there is, never none of it. */
function some(rows: readonly { key: string; quantity: number }[], part: number) {
  const chosen = rows
    .map(({ key, quantity }, index) => ({ key, quantity: Math.floor(part / 4 ** index) % (quantity + 1) }))
    .filter((row) => row.quantity > 0);
  return chosen.length > 0 ? chosen : rows.slice(0, 1).map(({ key, quantity }) => ({ key, quantity }));
}

const at = <T>(items: readonly T[], pick: number): T | undefined => items[pick % Math.max(1, items.length)];

const OFF = { orders: true, invoices: false, refunds: false, payouts: false };
const offOf = (choices: Choices): Choices => ({ ...choices, accounting: { ...choices.accounting, flows: OFF } });

function perform(books: Books, next: Act, choices: Choices): void {
  const { provider, erp } = books;
  switch (next.do) {
    case "psp_capture": {
      const authorization = at(provider.authorizations, next.pick);
      const free = authorization ? provider.capturable(authorization.id) : [];
      if (authorization && provider.state === "accepted") provider.capture(authorization.id, some(free, next.part));
      break;
    }
    case "psp_refund": {
      const capture = at(provider.captures, next.pick);
      if (capture) provider.refund(capture.id, some(capture.rows, next.part));
      break;
    }
    case "erp_invoice":
      if (erp.orders.length > 0 && erp.state === "open" && erp.open().length > 0)
        erp.invoice(some(erp.open(), next.part));
      break;
    case "erp_credit": {
      const invoice = at(
        erp.documents.filter((d) => d.kind === "invoice"),
        next.pick,
      );
      const left = invoice ? erp.creditable(invoice.number) : [];
      if (invoice && left.length > 0) erp.credit(invoice.number, some(left, next.part));
      break;
    }
    case "psp_cancel":
      if (provider.captures.length === 0) provider.cancel();
      break;
    case "erp_cancel":
      if (erp.orders.length > 0) erp.state = "cancelled";
      break;
    case "psp_ends":
      provider.finish();
      break;
    case "psp_fails":
      provider.finish("failed");
      break;
    case "look_psp":
      books.lookPsp();
      break;
    case "look_erp":
      books.lookErp();
      break;
    case "look_up": {
      const lost = books.order.commands.find((command) => command.state === "unknown");
      if (lost) books.lookUp(lost);
      break;
    }
    case "retry":
      retryFailed(books);
      break;
    case "switch_flows":
      books.choosePolicy(books.policy.accounting?.flows.invoices ? offOf(choices) : choices);
      break;
    case "switch_type":
      erp.paymentType = erp.paymentType === "fak" ? "QLIRO" : "fak";
      break;
    case "execute": {
      const pending = books.order.commands.find((command) => command.state === "pending");
      if (pending) books.work(pending, next.answer);
      break;
    }
    default:
      next satisfies never;
  }
  invariants(books);
}

/** A person retries what the provider took on and then could not do. */
function retryFailed(books: Books): void {
  for (const command of books.order.commands)
    if (
      command.state === "parked" &&
      (command.problem?.code === "CAPTURE_FAILED" || command.problem?.code === "REFUND_FAILED")
    )
      books.retry(command.payload.kind);
}

/** True at every moment. */
function invariants({ order, erp, provider, effects }: Books): void {
  expect(erp.orders.length).toBeLessThanOrEqual(1);
  expect(provider.refundedMinor()).toBeLessThanOrEqual(provider.capturedMinor());
  const facts = order.entries.map((entry) => `${entry.kind} ${entry.externalId}`);
  expect(new Set(facts).size, "a fact is recorded once").toBe(facts.length);
  expect(order.entries.map((entry) => entry.seq)).toEqual(order.entries.map((_, index) => index + 1));
  const demands = order.commands.map((command) => command.demand);
  expect(new Set(demands).size, "a demand is commanded once").toBe(demands.length);
  const keys = order.tasks.map((task) => task.key);
  expect(new Set(keys).size, "a task is made once").toBe(keys.length);
  if (provider.captures.every((c) => c.state !== "failed") && provider.refunds.every((r) => r.state !== "failed"))
    expect(new Set(effects.map((effect) => effect.demand)).size, "no second effect of one cause").toBe(effects.length);
}

function rest(books: Books): void {
  for (let round = 0; round < 5; round++) {
    books.finish();
    retryFailed(books);
  }
  books.finish();
  invariants(books);
  expect(books.order.commands.filter((c) => isInFlight(c.state) || c.state === "pending")).toEqual([]);
}

const shown = (books: Books) =>
  `${books.facts().join("\n")}\n${books.order.commands.map((c) => `${c.demand} ${c.state} ${c.problem?.code ?? ""}`).join("\n")}`;

function play(lives: readonly Act[], [split, ordered, bare]: readonly boolean[], choices: Choices): Books {
  const hat = units(["HAT", 1]);
  const parts = split ? [hat, units(["HAT", 1], ["SHAWL", 1], ["SHIP", 1])] : undefined;
  const books = new Books(new Provider(ROWS, parts), choices);
  // Where the provider leads, its captures must say what to invoice.
  if (bare && choices.accounting?.deliveryLead !== "psp") books.provider.showsRows = false;
  books.lookPsp();
  if (ordered) books.execute("create_order");
  for (const next of lives) perform(books, next, choices);
  books.erp.paymentType = "QLIRO";
  books.choosePolicy(choices);
  rest(books);
  return books;
}

const near = (a: number, b: number): boolean => Math.abs(a - b) <= ROUNDING_MINOR_MAX;

const model = (name: string, weighted: fc.WeightedArbitrary<Act>[], choices: Choices, check: (books: Books) => void) =>
  it(name, () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(...always, ...weighted), { maxLength: 60, size: "max" }),
        fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
        (lives, scene) => {
          const books = play(lives, scene, choices);
          try {
            check(books);
          } catch (error) {
            throw new Error(`${String(error)}\n${shown(books)}`);
          }
        },
      ),
      { numRuns: RUNS },
    );
  });

describe("whatever happens, in whatever order", () => {
  model(
    "the ERP leads: what is invoiced is captured once, what is credited is refunded once",
    [
      { weight: 4, arbitrary: acts(["erp_invoice", "erp_invoice", "erp_credit"]) },
      { weight: 1, arbitrary: act(["erp_cancel"]) },
    ],
    {},
    (books) => {
      const { provider, erp } = books;
      expect(books.openStates()).toEqual([]);
      expect(erp.orders).toHaveLength(1);
      expect(near(provider.capturedMinor(), erp.invoicedMinor())).toBe(true);
      expect(near(provider.refundedMinor(), erp.invoicedMinor("credit_invoice"))).toBe(true);
      expect(books.total("captured")).toBe(provider.capturedMinor());
      if (erp.state === "cancelled")
        expect(provider.authorizations.flatMap((a) => provider.capturable(a.id))).toEqual([]);
    },
  );

  model(
    "the provider leads: what is captured is invoiced once, what is refunded is credited once",
    [
      { weight: 4, arbitrary: acts(["psp_capture", "psp_capture", "psp_refund"]) },
      { weight: 1, arbitrary: act(["psp_cancel"]) },
    ],
    { accounting: { deliveryLead: "psp", refundOnCreditInvoice: false } },
    (books) => {
      const { provider, erp } = books;
      expect(books.openStates()).toEqual([]);
      expect(near(provider.capturedMinor(), erp.invoicedMinor())).toBe(true);
      expect(near(provider.refundedMinor(), erp.invoicedMinor("credit_invoice"))).toBe(true);
      if (provider.state === "cancelled") expect(erp.orders.length === 0 || erp.state === "cancelled").toBe(true);
    },
  );

  model(
    "people refund and credit on both sides of what the ERP invoices: neither causes the other twice",
    [{ weight: 5, arbitrary: acts(["erp_invoice", "erp_credit", "psp_refund"]) }],
    {},
    (books) => {
      const { provider, erp } = books;
      // Where both sides gave back more than there was, a person must look; otherwise nothing may stay open.
      const parked = books.order.commands.filter((command) => command.state === "parked");
      if (parked.length > 0) return;
      expect(books.openStates()).toEqual([]);
      expect(near(provider.capturedMinor(), erp.invoicedMinor())).toBe(true);
      expect(near(provider.refundedMinor(), erp.invoicedMinor("credit_invoice"))).toBe(true);
    },
  );

  model(
    "people capture and invoice on both sides: never more is captured than invoiced, beyond what people did",
    [{ weight: 5, arbitrary: acts(["erp_invoice", "psp_capture"]) }],
    {},
    (books) => {
      const { provider, erp } = books;
      const foreign = provider.captures.filter((c) => c.key === null).reduce((sum, c) => sum + c.amountMinor, 0);
      expect(provider.capturedMinor()).toBeLessThanOrEqual(erp.invoicedMinor() + foreign);
      const parked = books.order.commands.some((command) => command.state === "parked");
      if (!parked) expect(provider.capturedMinor()).toBeGreaterThanOrEqual(erp.invoicedMinor() - ROUNDING_MINOR_MAX);
      if (erp.open().length === 0 && erp.orders.length > 0 && !parked)
        expect(near(provider.capturedMinor(), erp.invoicedMinor())).toBe(true);
    },
  );
});

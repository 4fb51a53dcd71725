import { describe, expect, it } from "vitest";
import type { CommandKind } from "../../../src/domain/commands.ts";
import { isNothing } from "../../../src/domain/decision.ts";
import { entriesOf } from "../../../src/domain/order.ts";
import { Books, type Choices, orderInErp } from "./books.ts";
import { Provider, units } from "./platforms.ts";

const HAT = units(["HAT", 1]);
const ALL = units(["HAT", 2], ["SHAWL", 1], ["SHIP", 1]);
const pspLeads: Choices = { accounting: { deliveryLead: "psp" } };

function invoiced(): Books {
  const books = orderInErp();
  books.erp.invoice(ALL);
  books.lookErp();
  books.finish();
  return books;
}

/** For each kind of command: books in which it is pending. */
const PENDING: Partial<Record<CommandKind, () => Books>> = {
  create_order: () => {
    const books = new Books();
    books.lookPsp();
    return books;
  },
  cancel_order: () => {
    const books = orderInErp();
    books.provider.cancel();
    books.lookPsp();
    return books;
  },
  create_invoice: () => {
    const books = orderInErp(new Provider(), pspLeads);
    books.provider.capture("a1", ALL);
    books.lookPsp();
    return books;
  },
  create_credit_invoice: () => {
    const books = invoiced();
    books.provider.refund("c1", HAT);
    books.lookPsp();
    return books;
  },
  capture: () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    return books;
  },
  refund: () => {
    const books = invoiced();
    books.erp.credit("F1", HAT);
    books.lookErp();
    return books;
  },
  cancel_payment: () => {
    const books = orderInErp();
    books.erp.state = "cancelled";
    books.lookErp();
    return books;
  },
};

/** Kinds whose effect is a fact that `resolve` writes, and which fact. */
const FACTS: Partial<Record<CommandKind, Parameters<typeof entriesOf>[1]>> = {
  create_order: "ordered",
  cancel_order: "order_cancelled",
  create_invoice: "invoiced",
  create_credit_invoice: "credited",
  capture: "captured",
  refund: "refunded",
};

describe.each(Object.entries(PENDING))("a %s", (name, pending) => {
  const kind = name as CommandKind; // Object.entries() forgets that the keys are kinds.

  it("that a person discards is not asked for again", () => {
    const books = pending();
    books.discard(books.command(kind, "pending"));
    expect(books.order.commands.filter((command) => command.payload.kind === kind)).toMatchObject([
      { state: "discarded" },
    ]);
    books.lookPsp();
    if (kind !== "create_order") books.lookErp();
    books.again();
    expect(books.openStates()).toEqual([]);
    expect(entriesOf(books.order, "noted")).toMatchObject([{ text: "not wanted" }]);
  });

  it("that a person resolves is in the ledger under the id given, and not asked for again", () => {
    const books = pending();
    books.resolve(books.command(kind, "pending"), "BY-HAND");
    expect(books.command(kind, "resolved").externalIds).toEqual(["BY-HAND"]);
    const fact = FACTS[kind];
    if (fact) expect(entriesOf(books.order, fact).at(-1)?.commandId).toBe(books.command(kind, "resolved").id);
    books.lookPsp();
    books.again();
    expect(books.openStates().filter((state) => !state.startsWith("create_credit"))).toEqual([]);
  });

  it("that the platform refuses is parked with its words, and a retry goes through", () => {
    const books = pending();
    books.settle(books.command(kind, "pending"), { kind: "refused", code: "PLATFORM_REFUSED", detail: "no" });
    expect(books.command(kind, "parked").problem).toEqual({ code: "PLATFORM_REFUSED", detail: "no" });
    expect(isNothing(books.again())).toBe(true);
    books.retry(kind);
    books.finish();
    expect(books.counts()[kind]).toBe(1);
    expect(books.openStates()).toEqual([]);
  });

  it("whose reason went away and came again is asked for again", () => {
    const books = pending();
    const command = books.command(kind, "pending");
    books.set(command, { state: "withdrawn", attempts: 1 });
    const { changes } = books.again();
    expect(changes).toMatchObject([{ id: command.id, state: "pending", renewKey: true }]);
  });
});

describe("what a person says", () => {
  it("stays when a refusal comes late", () => {
    const books = PENDING.capture?.() ?? new Books();
    const command = books.command("capture");
    books.set(command, { state: "sending", attempts: 1 });
    books.resolve(command, "c77");
    books.settle(command, { kind: "refused", code: "PLATFORM_REFUSED", detail: "no" });
    expect(books.command("capture").state).toBe("resolved");
  });

  it("is not counted twice when the provider shows the same capture", () => {
    const books = PENDING.capture?.() ?? new Books();
    const command = books.command("capture");
    const id = books.provider.capture("a1", ALL) ?? "";
    books.resolve(command, id);
    expect(books.lookPsp().entries).toEqual([]);
    expect(books.total("captured")).toBe(29_950);
    expect(books.command("capture").state).toBe("resolved");
  });

  it("takes the amount from the provider where the command had none", () => {
    const books = orderInErp();
    const extra = { line: null, articleNumber: "X", quantity: 1, vatRateBps: 2500, totalMinor: 500 };
    books.erp.invoice([], [extra]);
    books.lookErp();
    const decision = books.resolve(books.command("capture", "parked"), books.provider.capture("a1", HAT) ?? "");
    expect(decision.looks).toContainEqual({ side: "payment", afterMs: 0 });
    books.lookPsp();
    expect(books.total("captured")).toBe(10_000);
    expect(books.openStates()).toEqual([]);
  });

  it("takes the amount from the provider where nothing was reserved for the command", () => {
    const books = orderInErp();
    books.provider.capture("a1", HAT);
    books.lookPsp();
    books.erp.invoice(ALL);
    books.erp.invoice(HAT);
    books.lookErp();
    books.finish();
    const stopped = books.command("capture", "parked");
    expect(stopped.problem?.code).toBe("CAPTURE_EXCEEDS_AUTHORIZATION");
    books.provider.authorizations.push({ id: "a2", rows: ALL });
    const id = books.provider.capture("a2", ALL) ?? "";
    books.resolve(stopped, id);
    books.lookPsp();
    expect(entriesOf(books.order, "captured").find((entry) => entry.externalId === id)?.amountMinor).toBe(29_950);
    expect(books.openStates()).toEqual([]);
  });

  it("re-opens a withdrawn command with what is wanted now, as a new request", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    books.execute("capture", "later");
    books.set(books.command("capture"), { state: "withdrawn" });
    books.provider.capture("a1", HAT);
    books.lookPsp();
    expect(books.command("capture", "pending").payload).toMatchObject({ amountMinor: 19_950 });
  });
});

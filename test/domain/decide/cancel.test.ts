import { describe, expect, it } from "vitest";
import { isNothing } from "../../../src/domain/decision.ts";
import { CANCEL_AT_PSP } from "../../../src/domain/demands/index.ts";
import { Books, orderInErp } from "./books.ts";
import { Provider, ROWS, units } from "./platforms.ts";

const HAT = units(["HAT", 1]);
const ALL = units(["HAT", 2], ["SHAWL", 1], ["SHIP", 1]);

describe("cancelled in the ERP", () => {
  it("cancels the payment once and hears its own echo in silence", () => {
    const books = orderInErp();
    books.erp.state = "cancelled";
    books.lookErp();
    books.execute("cancel_payment");
    books.lookPsp();
    expect(isNothing(books.lookPsp())).toBe(true);
    expect(isNothing(books.lookErp())).toBe(true);
    expect(books.states()).toEqual(["create_order done", "cancel_payment done"]);
    expect(books.status()).toBe("cancelled");
  });

  it("cancels once when the answer was lost", () => {
    const books = orderInErp();
    books.erp.state = "cancelled";
    books.lookErp();
    books.execute("cancel_payment", "lost");
    books.lookPsp();
    books.lookErp();
    books.lookUp(books.command("cancel_payment"));
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1, cancel_payment: 1 });
  });

  it("cancels only the remainder, and only after the captures are finished, though both are seen at once", () => {
    const books = orderInErp();
    books.erp.invoice(HAT);
    books.erp.state = "cancelled";
    books.lookErp();
    expect(books.states()).toEqual(["create_order done", "capture pending", "cancel_payment waiting"]);
    expect(books.command("cancel_payment").problem?.code).toBe("AWAITING_OUTCOME");
    books.execute("capture", "accepted");
    books.again();
    expect(books.states()).toContain("cancel_payment waiting");
    books.provider.finish();
    books.lookPsp();
    expect(books.states()).toContain("cancel_payment pending");
    books.finish();
    expect(books.provider.capturedMinor()).toBe(10_000);
    expect(books.provider.releases.map((release) => release.amountMinor)).toEqual([19_950]);
    expect(books.status()).toBe("invoiced");
  });

  it("captures what was invoiced before it was cancelled, though both happened before our order was answered for", () => {
    const books = new Books();
    books.lookPsp();
    books.execute("create_order", "lost");
    books.erp.invoice(HAT);
    books.erp.state = "cancelled";
    books.lookErp();
    expect(books.states()).toEqual(["create_order unknown"]);
    books.finish();
    expect(books.provider.capturedMinor()).toBe(10_000);
    expect(books.openStates()).toEqual([]);
  });

  it("asks for nothing when all of it is captured", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.erp.state = "cancelled";
    books.lookErp();
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1, capture: 1 });
    expect(books.openStates()).toEqual([]);
  });

  it("takes its command back when somebody released the rest first", () => {
    const books = orderInErp();
    books.erp.invoice(HAT);
    books.lookErp();
    books.finish();
    books.erp.state = "cancelled";
    books.lookErp();
    books.provider.cancel();
    books.lookPsp();
    expect(books.openStates()).toEqual([]);
    expect(books.counts().cancel_payment).toBeUndefined();
  });

  it("makes no call while the payment type is not the provider's", () => {
    const books = orderInErp();
    books.erp.paymentType = "fak";
    books.erp.state = "cancelled";
    books.lookErp();
    expect(books.command("cancel_payment", "parked").problem?.code).toBe("PAYMENT_METHOD_NOT_DEDICATED");
  });

  it("parks when the provider reports that the release failed", () => {
    const books = orderInErp();
    books.erp.state = "cancelled";
    books.lookErp();
    const command = books.command("cancel_payment");
    books.set(command, { attempts: 1, state: "sending" });
    books.settle(command, { kind: "accepted", externalIds: ["v9"] });
    const seen = books.provider.observe();
    const failed = { externalId: "v9", amountMinor: 1, state: "failed" as const, rows: [], authorizationId: "a1" };
    books.see({ ...seen, releases: [{ ...failed, failure: "too late" }] });
    expect(books.command("cancel_payment", "parked").problem).toEqual({ code: "CANCEL_FAILED", detail: "too late" });
  });

  it("ends an accepted cancellation of a direct payment when its release and its refund are there", () => {
    const books = orderInErp();
    books.erp.invoice(HAT);
    books.lookErp();
    books.finish();
    books.erp.state = "cancelled";
    books.lookErp();
    books.settle(books.command("cancel_payment"), { kind: "accepted", externalIds: ["v2", "r9"] });
    expect(books.provider.cancel()).toEqual(["v2"]);
    books.lookPsp();
    expect(books.command("cancel_payment").state).toBe("accepted");
    for (const release of books.provider.releases) books.provider.refunds.push({ ...release, id: "r9", rows: [] });
    books.lookPsp();
    expect(books.command("cancel_payment").state).toBe("done");
    expect(books.openStates()).toEqual([]);
  });

  it("ends an accepted cancellation when nothing is left, under whatever ids", () => {
    const books = orderInErp();
    books.erp.state = "cancelled";
    books.lookErp();
    const command = books.command("cancel_payment");
    books.set(command, { attempts: 1, state: "sending" });
    books.settle(command, { kind: "accepted", externalIds: ["unheard"] });
    books.provider.cancel();
    books.lookPsp();
    expect(books.states()).toEqual(["create_order done", "cancel_payment done"]);
  });
});

describe("cancelled at the provider", () => {
  it("cancels the ERP order once, and the ERP's echo does not cancel the payment", () => {
    for (const answer of ["done", "lost"] as const) {
      const books = orderInErp();
      books.provider.cancel();
      books.lookPsp();
      books.execute("cancel_order", answer);
      books.lookErp();
      books.lookPsp();
      books.finish();
      expect(books.states()).toEqual(["create_order done", "cancel_order done"]);
      expect(books.counts()).toEqual({ create_order: 1, cancel_order: 1 });
      expect(books.status()).toBe("cancelled");
    }
  });

  it("cancels the ERP order that was being created meanwhile", () => {
    const books = new Books();
    books.lookPsp();
    books.execute("create_order", "lost");
    books.provider.cancel();
    books.lookPsp();
    books.finish();
    expect(books.erp.state).toBe("cancelled");
    expect(books.openStates()).toEqual([]);
  });

  it("leaves the ERP order alone when something of it was invoiced", () => {
    const books = orderInErp();
    books.erp.invoice(HAT);
    books.lookErp();
    books.provider.cancel();
    books.lookPsp();
    expect(books.order.commands.some((command) => command.payload.kind === "cancel_order")).toBe(false);
  });

  it("is not forgotten for a late sighting of the order as it was", () => {
    const books = orderInErp();
    const before = books.provider.observe();
    books.provider.cancel();
    books.lookPsp();
    books.see(before);
    expect(books.openStates()).toEqual(["cancel_order pending"]);
    expect(books.order.payment?.state).toBe("cancelled");
  });

  it("is an order again when something new is reserved", () => {
    const books = new Books(new Provider(ROWS, [HAT]));
    books.provider.cancel();
    books.lookPsp();
    books.provider.authorizations.push({ id: "a9", rows: HAT });
    books.provider.state = "accepted";
    books.lookPsp();
    expect(books.states()).toEqual(["create_order pending"]);
  });
});

describe("deleted in the ERP", () => {
  const removed = (): Books => {
    const books = orderInErp();
    books.erp.removed = true;
    books.lookErp();
    books.now += 60_000;
    books.lookErp();
    return books;
  };

  it("believes it only after a second miss, a minute later", () => {
    const books = orderInErp();
    books.erp.removed = true;
    expect(books.lookErp().looks).toEqual([{ side: "erp", afterMs: 60_000 }]);
    books.now += 30_000;
    expect(books.lookErp().tasks).toEqual([]);
    books.now += 30_000;
    const { tasks, looks } = books.lookErp();
    expect(looks).toEqual([]);
    expect(tasks.map((task) => [task.problem.code, task.choices.map((choice) => choice.id)])).toEqual([
      ["ORDER_DELETED_IN_ERP", [CANCEL_AT_PSP, "deleted:keep"]],
    ]);
    expect(tasks[0]?.problem.detail).toContain("299.50 SEK");
    expect(books.openStates()).toEqual([]);
    expect(books.status()).toBe("attention");
    expect(isNothing(books.lookErp())).toBe(true);
  });

  it("forgets a miss when the order is there again", () => {
    const books = orderInErp();
    books.erp.removed = true;
    books.lookErp();
    books.erp.removed = false;
    books.lookErp();
    books.erp.removed = true;
    books.now += 120_000;
    expect(books.lookErp().entries).toEqual([]);
  });

  it("cancels the payment only when a person chooses so", () => {
    const books = removed();
    books.choose(CANCEL_AT_PSP);
    expect(books.openStates()).toEqual(["cancel_payment pending"]);
    books.finish();
    expect(books.provider.state).toBe("cancelled");
    expect(books.order.tasks.some((task) => task.open)).toBe(false);
  });

  it("does nothing when a person keeps the payment, and does not ask again", () => {
    const books = removed();
    books.choose("deleted:keep");
    books.lookErp();
    books.lookPsp();
    expect(books.openStates()).toEqual([]);
    expect(books.order.tasks).toHaveLength(1);
    expect(books.order.tasks[0]?.open).toBe(false);
  });

  it("ends the task, and the choice, when the order reappears", () => {
    const asked = removed();
    asked.erp.removed = false;
    expect(asked.lookErp().obsoleteTasks).toHaveLength(1);
    const chosen = removed();
    chosen.choose(CANCEL_AT_PSP);
    chosen.erp.removed = false;
    chosen.lookErp();
    expect(chosen.states()).toEqual(["create_order done", "cancel_payment withdrawn"]);
  });

  it("asks again, and never cancels by an old choice, when the order is deleted a second time", () => {
    const books = removed();
    books.choose(CANCEL_AT_PSP);
    books.erp.removed = false;
    books.lookErp();
    books.erp.removed = true;
    books.lookErp();
    books.now += 60_000;
    expect(books.lookErp().tasks).toHaveLength(1);
    expect(books.openStates()).toEqual([]);
    const ids = books.order.entries.map((entry) => `${entry.kind} ${entry.externalId}`);
    expect(new Set(ids).size).toBe(ids.length);
    books.choose(CANCEL_AT_PSP);
    expect(books.openStates()).toEqual(["cancel_payment pending"]);
  });

  it("asks nothing about an order that was cancelled before it was deleted", () => {
    const books = orderInErp();
    books.erp.state = "cancelled";
    books.lookErp();
    books.finish();
    books.erp.removed = true;
    books.lookErp();
    books.now += 60_000;
    books.lookErp();
    expect(books.order.tasks).toEqual([]);
  });
});

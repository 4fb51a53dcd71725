import { describe, expect, it } from "vitest";
import { isNothing } from "../../../src/domain/decision.ts";
import { capturesOfInvoice } from "../../../src/domain/links.ts";
import { type Books, orderInErp } from "./books.ts";
import { FEE, Provider, ROWS, units } from "./platforms.ts";

const HAT = units(["HAT", 1]);
const REST = units(["HAT", 1], ["SHAWL", 1], ["SHIP", 1]);
const ALL = units(["HAT", 2], ["SHAWL", 1], ["SHIP", 1]);

const payers = (books: Books, invoice: string) =>
  capturesOfInvoice(books.order, invoice).map((capture) => capture.externalId);

describe("an invoice asks for its capture", () => {
  it("captures each of two invoices by its rows, once", () => {
    const books = orderInErp();
    books.erp.invoice(HAT);
    books.lookErp();
    expect(books.command("capture").payload).toMatchObject({ authorizationId: "a1", amountMinor: 10_000 });
    books.execute("capture");
    books.erp.invoice(REST);
    books.lookErp();
    books.execute("capture");
    expect(isNothing(books.lookPsp())).toBe(true);
    expect(isNothing(books.lookErp())).toBe(true);
    expect(books.counts()).toEqual({ create_order: 1, capture: 2 });
    expect([books.total("captured"), books.total("invoiced")]).toEqual([29_950, 29_950]);
  });

  it("captures an invoice over two authorisations with one command each", () => {
    const books = orderInErp(new Provider(ROWS, [HAT, REST]));
    books.erp.invoice(ALL);
    books.lookErp();
    expect(books.states()).toEqual(["create_order done", "capture pending", "capture pending"]);
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1, capture: 2 });
    expect(books.provider.capturedMinor()).toBe(29_950);
  });

  it("splits two invoices over two authorisations without taking a unit twice", () => {
    const books = orderInErp(new Provider(ROWS, [HAT, REST]));
    books.erp.invoice(HAT);
    books.erp.invoice(HAT);
    books.lookErp();
    books.finish();
    expect(books.provider.captures.map((c) => [c.parent, c.amountMinor])).toEqual([
      ["a1", 10_000],
      ["a2", 10_000],
    ]);
  });

  it("does nothing for a capture made elsewhere before the invoice", () => {
    const books = orderInErp();
    books.provider.capture("a1", ALL);
    books.lookPsp();
    books.erp.invoice(ALL);
    books.lookErp();
    expect(books.states()).toEqual(["create_order done"]);
    expect(payers(books, "F1")).toEqual(["c1"]);
  });

  it("takes its command back when the capture was made elsewhere after the invoice", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    books.provider.capture("a1", ALL);
    books.lookPsp();
    expect(books.states()).toEqual(["create_order done", "capture withdrawn"]);
    expect(payers(books, "F1")).toEqual(["c1"]);
  });

  it("takes a command back that was tried in vain before somebody else captured", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    books.execute("capture", "later");
    books.provider.capture("a1", ALL);
    books.lookPsp();
    expect(books.openStates()).toEqual([]);
    expect(books.counts()).toEqual({ create_order: 1 });
  });

  it("lets one capture made elsewhere pay two invoices, whichever is seen first", () => {
    const scenes = [(b: Books) => b.lookPsp(), (b: Books) => b.lookErp()];
    for (const order of [scenes, [...scenes].reverse()]) {
      const books = orderInErp();
      books.erp.invoice(HAT);
      books.erp.invoice(REST);
      books.provider.capture("a1", ALL);
      for (const look of order) look(books);
      expect(books.openStates()).toEqual([]);
      expect([payers(books, "F1"), payers(books, "F2")]).toEqual([["c1"], ["c1"]]);
    }
  });

  it("captures only what a partial capture made elsewhere left of the invoice", () => {
    for (const first of ["psp", "erp"] as const) {
      const books = orderInErp();
      books.erp.invoice(ALL);
      books.provider.capture("a1", HAT);
      if (first === "psp") books.lookPsp();
      books.lookErp();
      books.lookPsp();
      expect(books.command("capture", "pending").payload).toMatchObject({ amountMinor: 19_950 });
      books.finish();
      expect(books.openStates()).toEqual([]);
      expect(books.provider.capturedMinor()).toBe(29_950);
      expect(payers(books, "F1").sort()).toEqual(["c1", "c2"]);
    }
  });

  it("does not take a capture of other rows for the invoice's, though the amount is the same", () => {
    const rows = ROWS.map((row) => ({ ...row, unitPriceMinor: 5_000 }));
    const books = orderInErp(new Provider(rows));
    books.provider.capture("a1", units(["SHAWL", 1]));
    books.lookPsp();
    books.erp.invoice(HAT);
    books.lookErp();
    books.finish();
    expect(books.provider.captures.map((c) => c.rows)).toEqual([units(["SHAWL", 1]), HAT]);
  });

  it("captures the rest when a capture made elsewhere turns out to belong to a later invoice", () => {
    const books = orderInErp();
    books.erp.invoice(units(["HAT", 1], ["SHIP", 1]));
    books.lookErp();
    books.provider.capture("a1", units(["HAT", 1], ["SHAWL", 1]));
    books.lookPsp();
    books.execute("capture");
    books.erp.invoice(units(["HAT", 1], ["SHAWL", 1]));
    books.lookErp();
    books.finish();
    expect(books.provider.capturedMinor()).toBe(29_950);
    expect(books.openStates()).toEqual([]);
  });

  it("does not capture twice over two authorisations at a provider that names no rows", () => {
    const books = orderInErp(new Provider(ROWS, [HAT, REST]));
    books.provider.showsRows = false;
    books.erp.invoice(ALL);
    books.lookErp();
    books.execute("capture", "accepted");
    books.provider.finish();
    books.lookPsp();
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1, capture: 2 });
    expect(books.provider.capturedMinor()).toBe(29_950);
  });

  it("keeps a capture made elsewhere apart from the invoice that our own capture is paying", () => {
    const books = orderInErp();
    books.erp.invoice(HAT);
    books.lookErp();
    books.execute("capture", "accepted");
    books.provider.capture("a1", HAT);
    books.lookPsp();
    books.erp.invoice(HAT);
    books.lookErp();
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1, capture: 1 });
    expect(books.provider.capturedMinor()).toBe(books.erp.invoicedMinor());
  });

  it("does not echo: our capture seen again yields nothing, though its answer was lost", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    books.execute("capture", "lost");
    const seen = books.lookPsp();
    expect(seen.entries).toEqual([]);
    expect(seen.looks).toContainEqual({ side: "payment", afterMs: 5_000 });
    books.lookErp();
    books.lookUp(books.command("capture"));
    expect(isNothing(books.lookPsp())).toBe(true);
    expect(books.states()).toEqual(["create_order done", "capture done"]);
    expect(books.counts()).toEqual({ create_order: 1, capture: 1 });
  });

  it("ends an accepted capture when the provider shows it", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    books.execute("capture", "accepted");
    expect(isNothing(books.lookPsp())).toBe(true);
    books.provider.finish();
    books.lookPsp();
    expect(books.states()).toEqual(["create_order done", "capture done"]);
  });

  it("ends a capture that the provider split only when all its parts are there", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    const command = books.command("capture");
    books.set(command, { attempts: 1, state: "sending" });
    const ids = [books.provider.capture("a1", HAT), books.provider.capture("a1", REST, null, "pending")];
    books.settle(command, { kind: "accepted", externalIds: ids.map(String) });
    books.lookPsp();
    expect(books.states()).toContain("capture accepted");
    books.provider.finish();
    books.lookPsp();
    expect(books.states()).toEqual(["create_order done", "capture done"]);
    expect(payers(books, "F1")).toEqual(["c1", "c2"]);
  });

  it("asks again only for the failed part of a split capture", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    const command = books.command("capture");
    books.set(command, { attempts: 1, state: "sending" });
    const ids = [books.provider.capture("a1", HAT), books.provider.capture("a1", REST, null, "pending")];
    books.settle(command, { kind: "accepted", externalIds: ids.map(String) });
    books.provider.finish("failed");
    books.lookPsp();
    expect(books.command("capture", "parked").payload).toMatchObject({ amountMinor: 19_950 });
    books.retry("capture");
    books.finish();
    expect(books.provider.capturedMinor()).toBe(29_950);
    expect(books.openStates()).toEqual([]);
  });

  it("parks a capture that failed after it was accepted, and works after a retry", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    books.execute("capture", "accepted");
    books.provider.finish("failed");
    books.lookPsp();
    expect(books.command("capture", "parked").problem).toEqual({ code: "CAPTURE_FAILED", detail: "no money" });
    expect(books.status()).toBe("attention");
    books.retry("capture");
    expect(isNothing(books.lookPsp())).toBe(true);
    books.execute("capture", "accepted");
    books.provider.finish();
    books.lookPsp();
    expect(books.states()).toEqual(["create_order done", "capture done"]);
    expect(books.total("captured")).toBe(29_950);
  });

  it("parks while the order's payment type is not the provider's, and goes on when it is", () => {
    const books = orderInErp();
    books.erp.paymentType = "fak";
    books.erp.invoice(ALL);
    books.lookErp();
    const { problem } = books.command("capture", "parked");
    expect(problem?.code).toBe("PAYMENT_METHOD_NOT_DEDICATED");
    expect(problem?.detail).toContain("`fak`");
    expect(problem?.detail).toContain("`QLIRO`");
    books.erp.paymentType = "QLIRO";
    books.lookErp();
    expect(books.states()).toEqual(["create_order done", "capture pending"]);
  });

  it("waits while the invoices flow is off, also after a first attempt", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    books.execute("capture", "later");
    books.choosePolicy({ payment: { flows: { orders: true, invoices: false, refunds: true, payouts: true } } });
    expect(books.states()).toEqual(["create_order done", "capture waiting"]);
    books.choosePolicy({});
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1, capture: 1 });
  });

  it("parks what is not paid for, what differs in price, and what is more than reserved", () => {
    const extra = { line: null, articleNumber: "X", quantity: 1, vatRateBps: 2500, totalMinor: 500 };
    const unpaid = orderInErp();
    unpaid.erp.invoice(HAT, [extra]);
    unpaid.lookErp();
    expect(unpaid.command("capture", "parked").problem?.code).toBe("INVOICE_ROWS_NOT_PAID");
    const dearer = orderInErp();
    dearer.erp.lines = dearer.erp.lines.map((line) => ({ ...line, unitPriceMinor: line.unitPriceMinor + 500 }));
    dearer.erp.invoice(HAT);
    dearer.lookErp();
    expect(dearer.command("capture", "parked").problem?.code).toBe("INVOICE_AMOUNT_DIFFERS");
    const more = orderInErp();
    more.erp.invoice(units(["HAT", 3]));
    more.lookErp();
    expect(more.command("capture", "parked").problem?.code).toBe("CAPTURE_EXCEEDS_AUTHORIZATION");
  });

  it("lets rounding pass, on its own article or below one unit", () => {
    const books = orderInErp();
    books.erp.invoice(ALL, [{ line: null, articleNumber: "ROUND", quantity: 1, vatRateBps: 0, totalMinor: 50 }]);
    books.lookErp();
    books.finish();
    expect(books.provider.capturedMinor()).toBe(29_950);
    expect(books.openStates()).toEqual([]);
  });

  it("understands an ERP without invoice rows when all that is left is billed", () => {
    const books = orderInErp();
    books.erp.showsRows = false;
    books.erp.invoice(ALL);
    books.lookErp();
    books.finish();
    expect(books.provider.capturedMinor()).toBe(29_950);
    expect(books.openStates()).toEqual([]);
  });

  it("links captures without rows by their amounts", () => {
    for (const first of ["psp", "erp"] as const) {
      const books = orderInErp();
      books.provider.showsRows = false;
      books.provider.capture("a1", ALL);
      books.erp.invoice(HAT);
      books.erp.invoice(REST);
      if (first === "psp") books.lookPsp();
      books.lookErp();
      books.lookPsp();
      expect(books.openStates()).toEqual([]);
      expect([payers(books, "F1"), payers(books, "F2")]).toEqual([["c1"], ["c1"]]);
    }
  });

  it("captures a fee where it has an article, and leaves it to the provider where it has none", () => {
    const rows = [...ROWS, FEE];
    const withArticle = orderInErp(new Provider(rows), { payment: { feeArticleNumber: "9001" } });
    withArticle.erp.invoice(withArticle.erp.open());
    withArticle.lookErp();
    withArticle.finish();
    expect(withArticle.provider.capturedMinor()).toBe(31_850);
    const without = orderInErp(new Provider(rows));
    without.erp.invoice(without.erp.open());
    without.lookErp();
    without.finish();
    expect(without.provider.capturedMinor()).toBe(29_950);
    expect(without.status()).toBe("invoiced");
  });

  it("tells two rows of one article apart by their room", () => {
    const [hat, ...others] = ROWS;
    if (!hat) throw new Error("no rows");
    const rows = [hat, { ...hat, key: "HAT2", quantity: 1 }, ...others];
    const books = orderInErp(new Provider(rows));
    const row = { line: null, articleNumber: "HAT", quantity: 3, vatRateBps: 2500, totalMinor: 30_000 };
    books.erp.invoice([], [row]);
    books.lookErp();
    expect(books.command("capture", "pending").payload).toMatchObject({
      amountMinor: 30_000,
      rows: [
        { key: "HAT", quantity: 2 },
        { key: "HAT2", quantity: 1 },
      ],
    });
  });
});

describe("captures on delivery", () => {
  const onDelivery = { accounting: { captureOn: "delivery" as const } };

  it("captures what is newly delivered, and the invoices ask for nothing more", () => {
    const books = orderInErp(new Provider(), onDelivery);
    books.erp.delivered = HAT;
    books.lookErp();
    books.execute("capture");
    books.erp.delivered = ALL;
    books.lookErp();
    books.execute("capture");
    books.erp.invoice(ALL);
    books.lookErp();
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1, capture: 2 });
    expect(books.provider.capturedMinor()).toBe(29_950);
    expect(payers(books, "F1")).toEqual(["c1", "c2"]);
  });

  it("finds the captures of an invoice that came before they were finished", () => {
    const books = orderInErp(new Provider(), onDelivery);
    books.erp.delivered = ALL;
    books.lookErp();
    books.execute("capture", "accepted");
    books.erp.invoice(ALL);
    books.lookErp();
    books.finish();
    expect(payers(books, "F1")).toEqual(["c1"]);
    books.erp.credit("F1", HAT);
    books.lookErp();
    books.finish();
    expect(books.provider.refundedMinor()).toBe(10_000);
  });

  it("does not capture a delivery whose goods somebody else captured", () => {
    const books = orderInErp(new Provider(), onDelivery);
    books.erp.delivered = HAT;
    books.lookErp();
    books.provider.capture("a1", HAT);
    books.lookPsp();
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1 });
  });
});

describe("where the provider leads", () => {
  const choices = { accounting: { deliveryLead: "psp" as const, refundOnCreditInvoice: false } };

  it("makes one invoice per capture and sees it again in silence", () => {
    const books = orderInErp(new Provider(), choices);
    books.provider.capture("a1", HAT);
    books.lookPsp();
    books.execute("create_invoice", "lost");
    const seen = books.lookErp();
    expect(seen.entries).toEqual([]);
    books.lookUp(books.command("create_invoice"));
    expect(isNothing(books.lookErp())).toBe(true);
    books.provider.capture("a1", REST);
    books.lookPsp();
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1, create_invoice: 2 });
    expect(books.erp.invoicedMinor()).toBe(29_950);
    expect([payers(books, "F1"), payers(books, "F2")]).toEqual([["c1"], ["c2"]]);
  });

  it("takes an invoice that a person made for the capture's", () => {
    const books = orderInErp(new Provider(), choices);
    books.provider.capture("a1", ALL);
    books.lookPsp();
    books.erp.invoice(ALL);
    books.lookErp();
    expect(books.states()).toEqual(["create_order done", "create_invoice withdrawn"]);
  });

  it("credits what is refunded, and never captures or refunds by itself", () => {
    const books = orderInErp(new Provider(), choices);
    books.provider.capture("a1", ALL);
    books.lookPsp();
    books.finish();
    books.provider.refund("c1", HAT);
    books.lookPsp();
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1, create_invoice: 1, create_credit_invoice: 1 });
    expect(books.erp.invoicedMinor("credit_invoice")).toBe(10_000);
  });
});

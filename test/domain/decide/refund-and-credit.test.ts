import { describe, expect, it } from "vitest";
import { isNothing } from "../../../src/domain/decision.ts";
import { type Books, type Choices, orderInErp } from "./books.ts";
import { Provider, ROWS, units } from "./platforms.ts";

const HAT = units(["HAT", 1]);
const SHAWL = units(["SHAWL", 1]);
const REST = units(["HAT", 1], ["SHAWL", 1], ["SHIP", 1]);
const ALL = units(["HAT", 2], ["SHAWL", 1], ["SHIP", 1]);

/** Everything invoiced on F1 and captured. */
function invoiced(provider = new Provider(), choices: Choices = {}): Books {
  const books = orderInErp(provider, choices);
  books.erp.invoice(ALL);
  books.lookErp();
  books.finish();
  return books;
}

describe("a refund made at the provider", () => {
  it("becomes one linked credit invoice, which is not refunded again", () => {
    const books = invoiced();
    books.provider.refund("c1", HAT);
    books.lookPsp();
    expect(books.command("create_credit_invoice").payload).toMatchObject({
      invoiceNumber: "F1",
      totalMinor: 10_000,
      externalNumber: "qliro-r2",
      rows: [{ articleNumber: "HAT", quantity: 1, unitPriceMinor: 10_000, vatRateBps: 2500 }],
    });
    books.execute("create_credit_invoice");
    expect(isNothing(books.lookErp())).toBe(true);
    expect(isNothing(books.lookPsp())).toBe(true);
    expect(books.status()).toBe("partly_refunded");
  });

  it("is credited once when the answer is lost and the credit invoice is seen first", () => {
    const books = invoiced();
    books.provider.refund("c1", HAT);
    books.lookPsp();
    books.execute("create_credit_invoice", "lost");
    expect(books.lookErp().entries).toEqual([]);
    books.lookUp(books.command("create_credit_invoice"));
    books.finish();
    expect(books.counts()).toMatchObject({ create_credit_invoice: 1 });
    expect(books.counts().refund).toBeUndefined();
  });

  it("waits for the invoice of its capture", () => {
    const books = orderInErp();
    books.provider.capture("a1", ALL);
    books.provider.refund("c1", HAT);
    books.lookPsp();
    expect(books.command("create_credit_invoice", "waiting").problem?.code).toBe("REFUND_WITHOUT_INVOICE");
    books.erp.invoice(ALL);
    books.lookErp();
    books.finish();
    expect(books.erp.invoicedMinor("credit_invoice")).toBe(10_000);
    expect(books.openStates()).toEqual([]);
  });

  it("asks for no credit invoice when it is the money of a cancelled direct payment", () => {
    const books = orderInErp();
    books.erp.invoice(HAT);
    books.lookErp();
    books.finish();
    books.provider.cancel();
    for (const release of books.provider.releases) books.provider.refunds.push({ ...release, id: "r9", rows: [] });
    books.lookPsp();
    expect(books.counts().create_credit_invoice).toBeUndefined();
    expect(books.openStates()).toEqual([]);
  });

  it("credits the invoice with the refunded rows when one capture paid two", () => {
    const books = orderInErp();
    books.erp.invoice(HAT);
    books.erp.invoice(REST);
    books.provider.capture("a1", ALL);
    books.lookErp();
    books.lookPsp();
    books.provider.refund("c1", SHAWL);
    books.lookPsp();
    expect(books.command("create_credit_invoice").payload).toMatchObject({ invoiceNumber: "F2" });
  });

  it("spreads an amount without rows over the VAT rates of the capture", () => {
    const rows = ROWS.map((row) => (row.key === "SHAWL" ? { ...row, vatRateBps: 600 } : row));
    const accounts = [600, 2500].map((vatRateBps) => ({ country: "SE", vatRateBps, account: "3001" }));
    const books = invoiced(new Provider(rows), { salesAccounts: accounts });
    books.provider.refund("c1", [], 1_000);
    books.lookPsp();
    const { payload } = books.command("create_credit_invoice");
    if (payload.kind !== "create_credit_invoice") throw new Error("not a credit invoice");
    expect(payload.rows.map((row) => [row.vatRateBps, row.unitPriceMinor])).toEqual([
      [2500, 831],
      [600, 169],
    ]);
  });

  it("is the other half of a credit invoice that a person made, whichever is seen first", () => {
    for (const first of ["psp", "erp"] as const) {
      const books = invoiced();
      books.provider.refund("c1", HAT);
      books.erp.credit("F1", HAT);
      if (first === "psp") books.lookPsp();
      books.lookErp();
      books.lookPsp();
      expect(books.openStates()).toEqual([]);
      books.finish();
      expect(books.counts()).toEqual({ create_order: 1, capture: 1 });
    }
  });
});

describe("a credit invoice made in the ERP", () => {
  it("is refunded once by its rows, and the refund is not credited again", () => {
    const books = invoiced();
    books.erp.credit("F1", HAT);
    books.lookErp();
    expect(books.command("refund").payload).toMatchObject({
      captureId: "c1",
      authorizationId: "a1",
      amountMinor: 10_000,
      rows: [{ key: "HAT", quantity: 1 }],
    });
    books.execute("refund", "lost");
    expect(books.lookPsp().entries).toEqual([]);
    books.lookUp(books.command("refund"));
    expect(isNothing(books.lookPsp())).toBe(true);
    expect(isNothing(books.lookErp())).toBe(true);
    expect(books.counts()).toEqual({ create_order: 1, capture: 1, refund: 1 });
  });

  it("is refunded as an amount when its rows do not explain it", () => {
    const books = invoiced();
    books.erp.creditAmount("F1", 1_234);
    books.lookErp();
    expect(books.command("refund").payload).toMatchObject({ amountMinor: 1_234, rows: [] });
    books.finish();
    expect(books.provider.refundedMinor()).toBe(1_234);
  });

  it("waits for the capture of its invoice, also when one of two captures is not finished", () => {
    const books = orderInErp(new Provider(ROWS, [HAT, REST]));
    books.erp.invoice(ALL);
    books.lookErp();
    books.erp.credit("F1", ALL);
    books.lookErp();
    expect(books.command("refund", "waiting").problem?.code).toBe("AWAITING_OUTCOME");
    books.execute("capture");
    books.again();
    expect(books.order.commands.some((c) => c.state === "parked")).toBe(false);
    books.finish();
    expect(books.provider.refundedMinor()).toBe(29_950);
    expect(books.openStates()).toEqual([]);
  });

  it("takes each row back from the capture that holds it, though another one has money left", () => {
    const provider = new Provider(ROWS, [units(["HAT", 1], ["SHIP", 1]), units(["HAT", 1], ["SHAWL", 1])]);
    const books = invoiced(provider);
    books.erp.credit("F1", units(["HAT", 1], ["SHAWL", 1]));
    books.lookErp();
    books.finish();
    expect(books.openStates()).toEqual([]);
    expect(books.provider.refundedMinor()).toBe(15_050);
    expect(books.provider.refunds.map((refund) => refund.rows)).toEqual([HAT, SHAWL]);
  });

  it("takes a second part from a capture when the first is not enough", () => {
    const books = invoiced(new Provider(ROWS, [units(["HAT", 2]), units(["SHAWL", 1], ["SHIP", 1])]));
    books.provider.refund("c1", [], 14_000);
    books.lookPsp();
    books.finish();
    books.erp.credit("F1", units(["HAT", 1], ["SHAWL", 1]));
    books.lookErp();
    books.finish();
    expect(books.openStates()).toEqual([]);
    expect(books.provider.refundedMinor()).toBe(29_050);
  });

  it("refunds one at a time per authorisation, in the order of the credit invoices", () => {
    const books = invoiced();
    books.erp.credit("F1", HAT);
    books.erp.credit("F1", SHAWL);
    books.lookErp();
    const [first, second] = books.order.commands.filter((command) => command.payload.kind === "refund");
    expect([first?.state, second?.state, second?.problem?.code]).toEqual([
      "pending",
      "waiting",
      "PREVIOUS_REFUND_UNFINISHED",
    ]);
    books.execute("refund", "accepted");
    books.lookErp();
    expect(books.states()).toContain("refund waiting");
    books.finish();
    expect(books.provider.refunds.map((refund) => refund.rows)).toEqual([HAT, SHAWL]);
  });

  it("refunds two captures of different authorisations side by side", () => {
    const books = invoiced(new Provider(ROWS, [HAT, REST]));
    books.erp.credit("F1", ALL);
    books.lookErp();
    expect(books.openStates()).toEqual(["refund pending", "refund pending"]);
    books.finish();
    expect(books.provider.refundedMinor()).toBe(29_950);
    expect(books.status()).toBe("refunded");
  });

  it("parks a refund that failed; later ones of the authorisation wait until it is settled", () => {
    const books = invoiced();
    books.erp.credit("F1", HAT);
    books.erp.credit("F1", SHAWL);
    books.lookErp();
    books.execute("refund", "accepted");
    books.provider.finish("failed");
    books.lookPsp();
    expect(books.openStates()).toEqual(["refund parked", "refund waiting"]);
    expect(books.command("refund").problem?.code).toBe("REFUND_FAILED");
    books.discard(books.command("refund", "parked"));
    expect(books.openStates()).toEqual(["refund pending"]);
    books.finish();
    expect(books.provider.refundedMinor()).toBe(5_050);
  });

  it("parks without the credentials that sign refunds, and goes on when they are there", () => {
    const blocker = (kind: string) => (kind === "refund" ? ("QLIRO_PLUS_CREDENTIALS_REQUIRED" as const) : null);
    const books = invoiced(new Provider(), { payment: { blocker } });
    books.erp.credit("F1", HAT);
    books.lookErp();
    expect(books.command("refund", "parked").problem?.code).toBe("QLIRO_PLUS_CREDENTIALS_REQUIRED");
    books.choosePolicy({});
    books.finish();
    expect(books.provider.refundedMinor()).toBe(10_000);
  });

  it("is not refunded where the merchant does not want that", () => {
    const books = invoiced(new Provider(), { accounting: { refundOnCreditInvoice: false } });
    books.erp.credit("F1", HAT);
    books.lookErp();
    expect(books.openStates()).toEqual([]);
  });

  it("parks when it names no captured invoice, or more than was captured", () => {
    const unlinked = invoiced();
    unlinked.erp.creditAmount("F99", 500);
    unlinked.lookErp();
    expect(unlinked.command("refund", "parked").problem?.code).toBe("CREDIT_WITHOUT_CAPTURE");
    const beyond = invoiced();
    beyond.erp.creditAmount("F1", 40_000);
    beyond.lookErp();
    expect(beyond.command("refund", "parked").problem?.code).toBe("REFUND_EXCEEDS_CAPTURE");
  });

  it("parks when a person discarded the capture of its invoice", () => {
    const books = orderInErp();
    books.erp.invoice(ALL);
    books.lookErp();
    books.discard(books.command("capture"));
    books.erp.credit("F1", ALL);
    books.lookErp();
    expect(books.command("refund", "parked").problem?.code).toBe("CREDIT_WITHOUT_CAPTURE");
  });
});

import { describe, expect, it } from "vitest";
import type { CreateOrder } from "../../../src/domain/commands.ts";
import { isNothing } from "../../../src/domain/decision.ts";
import { Books, orderInErp } from "./books.ts";
import { FEE, Provider, ROWS } from "./platforms.ts";

const payloadOf = (books: Books): CreateOrder => {
  const { payload } = books.command("create_order");
  if (payload.kind !== "create_order") throw new Error("not an order");
  return payload;
};

describe("creating the ERP order", () => {
  it("asks for one order with rows, number, reference and prefix, and only once", () => {
    const books = new Books();
    books.lookPsp();
    expect(books.states()).toEqual(["create_order pending"]);
    expect(payloadOf(books)).toMatchObject({
      orderNumber: "SE-10001",
      country: "SE",
      totalMinor: 29_950,
      payment: { connector: "qliro", reference: "QLIRO-5452321" },
    });
    expect(isNothing(books.lookPsp())).toBe(true);
    books.execute("create_order");
    expect(isNothing(books.lookPsp())).toBe(true);
    expect(isNothing(books.lookErp())).toBe(true);
    expect(books.counts()).toEqual({ create_order: 1 });
  });

  it("waits for a payment that is not accepted yet, and never orders a refused one", () => {
    const books = new Books();
    books.provider.state = "pending";
    books.lookPsp();
    expect(books.states()).toEqual([]);
    books.provider.state = "refused";
    books.lookPsp();
    expect(books.states()).toEqual([]);
    expect(books.status()).toBe("cancelled");
  });

  it("takes a command back when the payment is cancelled before it was sent", () => {
    const books = new Books();
    books.lookPsp();
    books.provider.cancel();
    books.lookPsp();
    expect(books.states()).toEqual(["create_order withdrawn"]);
  });

  it("names country and rate when the sales account is missing, and goes on when it is mapped", () => {
    const books = new Books(new Provider(), { salesAccounts: [{ country: "NO", vatRateBps: 2500, account: "3001" }] });
    books.lookPsp();
    expect(books.command("create_order", "parked").problem).toEqual({
      code: "SALES_ACCOUNT_MISSING",
      detail: "No account for country SE at 25 % VAT.",
    });
    books.choosePolicy({});
    expect(books.states()).toEqual(["create_order pending"]);
    expect(books.command("create_order").problem).toBeNull();
  });

  it("waits while the merchant is not approved, the flow is off on either side, or the connection is paused", () => {
    const off = { orders: false, invoices: true, refunds: true, payouts: true };
    const books = new Books(new Provider(), { approved: false });
    books.lookPsp();
    expect(books.command("create_order", "waiting").problem?.code).toBe("MERCHANT_NOT_LIVE");
    books.choosePolicy({ payment: { flows: off } });
    expect(books.command("create_order", "waiting").problem?.code).toBe("FLOW_DISABLED");
    books.choosePolicy({ accounting: { flows: off } });
    expect(books.command("create_order", "waiting").problem?.code).toBe("FLOW_DISABLED");
    books.choosePolicy({ accounting: { paused: true } });
    expect(books.command("create_order", "waiting").problem?.code).toBe("CONNECTION_PAUSED");
    books.choosePolicy({ accounting: null });
    expect(books.command("create_order", "parked").problem?.code).toBe("CONNECTION_MISSING");
    books.choosePolicy({ accounting: { paymentTypeFor: () => null } });
    expect(books.command("create_order", "parked").problem?.code).toBe("PAYMENT_TYPE_NOT_CONFIGURED");
    books.choosePolicy({});
    expect(books.states()).toEqual(["create_order pending"]);
  });

  it("follows changes of the rows until the first attempt, and keeps what was tried", () => {
    const books = new Books();
    books.lookPsp();
    books.provider.rows = ROWS.slice(0, 2);
    books.lookPsp();
    expect(payloadOf(books).totalMinor).toBe(25_050);
    books.execute("create_order", "later");
    books.provider.rows = ROWS;
    books.lookPsp();
    expect(payloadOf(books).totalMinor).toBe(25_050);
  });

  it("gives a fee its article, and leaves it out where no article is set", () => {
    const rows = [...ROWS, FEE];
    const without = orderInErp(new Provider(rows));
    expect(payloadOf(without).rows.map((row) => row.articleNumber)).toEqual(["HAT", "SHAWL", "SHIP"]);
    expect(payloadOf(without).totalMinor).toBe(29_950);
    expect(without.order.tasks).toEqual([]);
    const withArticle = orderInErp(new Provider(rows), { payment: { feeArticleNumber: "9001" } });
    expect(payloadOf(withArticle).rows.map((row) => row.articleNumber)).toEqual(["HAT", "SHAWL", "SHIP", "9001"]);
    expect(payloadOf(withArticle).totalMinor).toBe(31_850);
    expect(withArticle.order.tasks).toEqual([]);
  });

  it("reads the order once when it is found after a lost answer: its changes until then were told to nobody", () => {
    const books = new Books();
    books.lookPsp();
    books.execute("create_order", "lost");
    expect(books.lookUp(books.command("create_order"))?.looks).toEqual([{ side: "erp", afterMs: 0 }]);
  });

  it("makes no second order when the answer was lost and the order is seen first", () => {
    const books = new Books();
    books.lookPsp();
    books.execute("create_order", "lost");
    books.erp.invoice(books.erp.open());
    books.lookErp();
    books.lookPsp();
    expect(books.states()).toEqual(["create_order unknown"]);
    books.lookUp(books.command("create_order"));
    expect(books.order.erp).toMatchObject({ externalId: "S1", paymentType: "QLIRO" });
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1, capture: 1 });
    expect(books.openStates()).toEqual([]);
  });

  it("tries again when the look-up proves that nothing happened", () => {
    const books = new Books();
    books.lookPsp();
    books.execute("create_order", "unsent");
    books.lookUp(books.command("create_order"));
    expect(books.states()).toEqual(["create_order pending"]);
    books.finish();
    expect(books.counts()).toEqual({ create_order: 1 });
  });

  it("understands invoices of an ERP order that a person made and gave by hand", () => {
    const books = new Books();
    books.lookPsp();
    const command = books.command("create_order");
    if (command.payload.kind === "create_order") books.erp.create(command.payload, "by hand");
    books.resolve(command, "S1");
    expect(books.order.erp?.externalId).toBe("S1");
    books.erp.invoice(books.erp.open());
    books.lookErp();
    books.execute("capture");
    expect(books.provider.capturedMinor()).toBe(29_950);
    expect(books.erp.orders).toHaveLength(1);
  });
});

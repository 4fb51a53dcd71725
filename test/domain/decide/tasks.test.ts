import { describe, expect, it } from "vitest";
import { isNothing } from "../../../src/domain/decision.ts";
import { Books, orderInErp } from "./books.ts";
import { FEE, Provider, ROWS, units } from "./platforms.ts";

const ALL = units(["HAT", 2], ["SHAWL", 1], ["SHIP", 1]);
const open = (books: Books) => books.order.tasks.filter((task) => task.open).map((task) => task.code);

describe("manual tasks", () => {
  it("gives a call that is switched off to a person, until the command is resolved", () => {
    const books = new Books(new Provider(), { accounting: { manual: ["create_order"] } });
    const { tasks } = books.lookPsp();
    expect(books.states()).toEqual(["create_order manual"]);
    expect(tasks).toMatchObject([{ demand: "create_order", problem: { code: "CAPABILITY_OFF" } }]);
    expect(isNothing(books.lookPsp())).toBe(true);
    expect(books.status()).toBe("received");
    books.resolve(books.command("create_order"), "S77");
    expect(open(books)).toEqual([]);
    expect(books.order.erp?.externalId).toBe("S77");
  });

  it("ends when a person did the work and the ERP shows it", () => {
    const choices = { accounting: { manual: ["create_credit_invoice"] } };
    const books = orderInErp(new Provider(), choices);
    books.erp.invoice(ALL);
    books.lookErp();
    books.finish();
    books.provider.refund("c1", units(["HAT", 1]));
    books.lookPsp();
    expect(open(books)).toEqual(["CAPABILITY_OFF"]);
    books.erp.credit("F1", units(["HAT", 1]));
    books.lookErp();
    expect(open(books)).toEqual([]);
    expect(books.openStates()).toEqual([]);
  });

  it("ends when the call is switched on, and comes again when it is off again", () => {
    const books = new Books(new Provider(), { accounting: { manual: ["create_order"] } });
    books.lookPsp();
    books.choosePolicy({});
    expect(books.states()).toEqual(["create_order pending"]);
    expect(open(books)).toEqual([]);
    books.choosePolicy({ accounting: { manual: ["create_order"] } });
    expect(open(books)).toEqual(["CAPABILITY_OFF"]);
    expect(new Set(books.order.tasks.map((task) => task.key)).size).toBe(books.order.tasks.length);
  });

  it("tells once when the order changes after it reached the ERP, and ends when it is as it was", () => {
    const books = orderInErp();
    books.provider.rows = ROWS.map((row) => (row.key === "HAT" ? { ...row, quantity: 1 } : row));
    const { tasks } = books.lookPsp();
    expect(tasks.map((task) => task.problem)).toEqual([
      { code: "ORDER_CHANGED_AFTER_ERP", detail: "ERP order S1: HAT: 2 → 1." },
    ]);
    expect(isNothing(books.lookPsp())).toBe(true);
    expect(books.status()).toBe("attention");
    books.provider.rows = ROWS;
    books.lookPsp();
    expect(open(books)).toEqual([]);
    books.provider.rows = [...ROWS, { ...FEE, kind: "product" as const }];
    expect(books.lookPsp().tasks).toHaveLength(1);
  });

  it("asks nothing about a fee that is no row of the ERP order", () => {
    const books = orderInErp();
    books.provider.rows = [...ROWS, FEE];
    expect(books.lookPsp().tasks).toEqual([]);
  });
});

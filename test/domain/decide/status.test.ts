import { describe, expect, it } from "vitest";
import { settle } from "../../../src/domain/outcome.ts";
import { Books, orderInErp } from "./books.ts";
import { PSP, units } from "./platforms.ts";

const HAT = units(["HAT", 1]);
const REST = units(["HAT", 1], ["SHAWL", 1], ["SHIP", 1]);

describe("the status of an order", () => {
  it("follows its life from received to settled", () => {
    const books = new Books();
    const seen: string[] = [];
    const note = () => seen.push(books.status());
    books.lookPsp();
    note();
    books.execute("create_order");
    note();
    books.erp.invoice(HAT);
    books.lookErp();
    books.finish();
    note();
    books.erp.invoice(REST);
    books.lookErp();
    books.finish();
    note();
    books.provider.refund("c1", HAT);
    books.lookPsp();
    books.finish();
    note();
    books.erp.credit("F2", REST);
    books.lookErp();
    books.finish();
    note();
    expect(seen).toEqual(["received", "open", "partly_invoiced", "invoiced", "partly_refunded", "refunded"]);
  });

  it("is settled when every capture and refund is paid out and nothing is left", () => {
    const books = orderInErp();
    books.erp.invoice(books.erp.open());
    books.lookErp();
    books.finish();
    const [entry] = books.order.entries;
    if (!entry) throw new Error("no entries");
    const paid = { ...entry, seq: 99, kind: "settled" as const, connectionId: PSP, externalId: "line-1" };
    books.order = { ...books.order, entries: [...books.order.entries, paid] };
    expect(books.status()).toBe("settled");
  });

  it("is attention while something is parked, whatever else is true", () => {
    const books = orderInErp();
    books.erp.invoice(units(["HAT", 3]));
    books.lookErp();
    expect(books.status()).toBe("attention");
    books.discard(books.command("capture", "parked"));
    books.discard(books.command("capture"));
    expect(books.status()).toBe("partly_invoiced");
  });

  it("does not change for a command that is not known", () => {
    const books = orderInErp();
    const outcome = { kind: "done" as const, externalId: "x" };
    expect(settle(books.order, "cmd_none", outcome, books.policy, books.now).entries).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { ACCOUNT, ORDER, openSpecter } from "./caller.ts";

const ringsOf = (sent: { url: string }[]): (string | undefined)[] => sent.map((hook) => hook.url.split("?")[1]);

describe("the control commands", () => {
  it("deliver in parts and as a whole, never more than is left", async () => {
    const { order, control, get, sent } = openSpecter();
    await order();
    expect(control({ do: "deliver", orderNo: 50012, rows: [{ id: 1, quantity: 3 }] })).toMatchObject({ ok: false });
    expect(control({ do: "deliver", orderNo: 50012, rows: [{ id: 9, quantity: 1 }] })).toMatchObject({ ok: false });
    expect(sent).toEqual([]);
    expect(control({ do: "deliver", orderNo: 50012, rows: [{ id: 1, quantity: 1 }] })).toEqual({ ok: true });
    expect(await get("getOrder", { orderNo: 50012 })).toContain('statusId="2" deliveryStatus="P"');
    expect(control({ do: "deliver", externalOrderNo: "QL-1" })).toEqual({ ok: true });
    expect(await get("getOrder", { orderNo: 50012 })).toContain('statusId="3" deliveryStatus="D"');
    expect(control({ do: "deliver", orderNo: 50012 })).toMatchObject({ ok: false });
    expect(ringsOf(sent)).toEqual(["calltype=4", "calltype=4"]);
  });

  it("deliver and invoice in one step: one order trigger, then the invoice trigger", async () => {
    const { order, control, sent } = openSpecter();
    await order();
    const rows = [{ id: 1, quantity: 1 }];
    expect(control({ do: "invoice", orderNo: 50012, rows, deliver: true })).toEqual({ ok: true, invoiceId: 90031 });
    expect(control({ do: "invoice", orderNo: 50012, deliver: true })).toEqual({ ok: true, invoiceId: 90032 });
    expect(ringsOf(sent).slice(0, 2)).toEqual(["calltype=4", "calltype=2&orderId=50012&invoiceId=90031"]);
    expect(control({ do: "show", orderNo: 50012 })).toMatchObject({
      order: { statusId: 4, deliveryStatus: "D" },
      invoices: [{ totalMinor: 9900 }, { totalMinor: 14800 }],
    });
  });

  it("invoice fails without a trace when there is nothing to invoice", async () => {
    const { order, control, sent } = openSpecter();
    await order();
    const before = control({ do: "show" });
    expect(control({ do: "invoice", orderNo: 50012 })).toMatchObject({ ok: false });
    expect(control({ do: "show" })).toEqual(before);
    expect(sent).toEqual([]);
  });

  it("deliver and invoice leaves the goods where they are when everything is invoiced in advance", async () => {
    const { order, control } = openSpecter();
    await order();
    const all = [
      { id: 1, quantity: 2 },
      { id: 2, quantity: 1 },
    ];
    expect(control({ do: "invoice", orderNo: 50012, type: "F", rows: all })).toMatchObject({ ok: true });
    const before = control({ do: "show" });
    expect(control({ do: "invoice", orderNo: 50012, deliver: true })).toMatchObject({ ok: false });
    expect(control({ do: "show" })).toEqual(before);
  });

  it("credit by rows, and then what is left of the invoice", async () => {
    const { order, control } = openSpecter();
    await order();
    control({ do: "invoice", orderNo: 50012, deliver: true });
    const rows = [{ articleNo: "SKU-1", quantity: 1 }];
    expect(control({ do: "credit", invoiceId: 90031, rows })).toEqual({ ok: true, invoiceId: 90032 });
    expect(control({ do: "credit", invoiceId: 90031 })).toEqual({ ok: true, invoiceId: 90033 });
    expect(control({ do: "credit", invoiceId: 90031 })).toMatchObject({ ok: false });
    expect(control({ do: "credit", invoiceId: 90031, rows })).toMatchObject({ ok: false });
    expect(control({ do: "show", orderNo: 50012 })).toMatchObject({
      invoices: [{ totalMinor: 24700 }, { totalMinor: -9900 }, { totalMinor: -14800 }],
    });
  });

  it("a credit invoice does not ring where that is switched off", async () => {
    const { order, control, sent } = openSpecter({ switches: { announcesCreditInvoices: false } });
    await order();
    control({ do: "invoice", orderNo: 50012, deliver: true });
    sent.length = 0;
    control({ do: "credit", invoiceId: 90031 });
    expect(sent).toEqual([]);
  });

  it("cancel keeps an order with status 5; what is invoiced stays", async () => {
    const { order, control, get } = openSpecter();
    await order();
    control({ do: "invoice", orderNo: 50012, rows: [{ id: 1, quantity: 1 }], deliver: true });
    expect(control({ do: "cancel", orderNo: 50012 })).toEqual({ ok: true });
    expect(await get("getOrder", { orderNo: 50012 })).toContain('<orderstatus statusId="5" deliveryStatus="P"/>');
    expect(control({ do: "deliver", orderNo: 50012 })).toMatchObject({ ok: false });
    expect(control({ do: "cancel", orderNo: 50012 })).toMatchObject({ ok: false });
  });

  it("remove deletes an order without a word, and its external number is free again", async () => {
    const { order, put, control, sent } = openSpecter();
    await order();
    expect(control({ do: "remove", orderNo: 50012 })).toEqual({ ok: true });
    expect(sent).toEqual([]);
    expect(control({ do: "show", orderNo: 50012 })).toMatchObject({ ok: false });
    expect(await put("newOrderSubmit", ORDER)).toBe("1;50013;OK");
  });

  it("remove rings where the account has that trigger", async () => {
    const { order, control, sent } = openSpecter({ switches: { announcesRemoval: true } });
    await order();
    control({ do: "remove", orderNo: 50012 });
    expect(ringsOf(sent)).toEqual(["calltype=3&orderNo=50012"]);
  });

  it("remove keeps an order that has an invoice", async () => {
    const { order, control } = openSpecter();
    await order();
    control({ do: "invoice", orderNo: 50012, deliver: true });
    expect(control({ do: "remove", orderNo: 50012 })).toMatchObject({ ok: false });
  });

  it("set_payment_type changes the code on the order, and a change of the order is a change", async () => {
    const { order, control, get, sent } = openSpecter();
    await order();
    expect(control({ do: "set_payment_type", orderNo: 50012, code: "fak" })).toEqual({ ok: true });
    expect(await get("getOrder", { orderNo: 50012 })).toContain('payTypeIdentifier="fak"');
    expect(await get("getOrdersExternalNeedUpdate", { batchNo: "b1" })).toContain('orderNo="50012"');
    expect(ringsOf(sent)).toEqual(["calltype=4"]);
  });

  it("articles come and go", async () => {
    const { order, control } = openSpecter();
    expect(control({ do: "articles", add: ["SKU-9"], remove: ["RABATT"] })).toEqual({
      ok: true,
      articles: ["SKU-1", "SKU-2", "FRAKT", "SKU-9"],
    });
    for (const bad of ["SKU 9", "SKU,9", "RÄKA"])
      expect(control({ do: "articles", add: [bad] })).toMatchObject({ ok: false });
    expect(await order({ articleNo_1: "SKU-9" })).toBe("1;50012;OK");
  });

  it("trigger rings once more without any change", async () => {
    const { control, sent, get } = openSpecter();
    control({ do: "trigger", kind: "order_changed" });
    control({ do: "trigger", kind: "invoice_created", orderNo: 50012, invoiceId: 90031 });
    control({ do: "trigger", kind: "stock_changed" });
    control({ do: "trigger", kind: "article_changed" });
    expect(control({ do: "trigger", kind: "order_removed" })).toMatchObject({ ok: false });
    expect(ringsOf(sent)).toEqual([
      "calltype=4",
      "calltype=2&orderId=50012&invoiceId=90031",
      "calltype=1",
      "calltype=5",
    ]);
    expect(await get("getOrdersExternalNeedUpdate", { batchNo: "b1" })).toBe("<root><orders></orders></root>");
  });

  it("say what is wrong with a command, and do nothing then", async () => {
    const { control } = openSpecter();
    expect(control({ do: "explode" })).toMatchObject({ ok: false });
    expect(control({ do: "cancel" })).toEqual({ ok: false, error: "name the order: orderNo or externalOrderNo" });
    expect(control({ do: "cancel", orderNo: 1 })).toEqual({ ok: false, error: "no order 1" });
    expect(control({ do: "cancel", orderNumber: 1 })).toMatchObject({ ok: false });
    expect(control({ do: "credit", invoiceId: 1 })).toEqual({ ok: false, error: "no invoice 1" });
    expect(control({ do: "set", switches: { getOrders: false } })).toMatchObject({ ok: false });
    expect(control({ do: "show", sbmId: 9 })).toEqual({ ok: false, error: "no account 9" });
  });

  it("keep accounts apart, and the books of an account that gets new settings", async () => {
    const { order, control } = openSpecter();
    await order();
    control({ ...ACCOUNT, articles: ["SKU-9"] });
    expect(control({ do: "show" })).toMatchObject({ articles: ["SKU-9"], orders: [{ orderNo: 50012 }] });
    control({ ...ACCOUNT, sbmId: 5678 });
    expect(control({ do: "show" })).toEqual({ ok: false, error: "several accounts: name one by sbmId" });
    expect(control({ do: "show", sbmId: 5678 })).toMatchObject({ ok: true, orders: [] });
  });

  it("show no secret", async () => {
    const { order, control } = openSpecter();
    await order();
    const shown = JSON.stringify([control({ do: "show" }), control({ do: "show", orderNo: 50012 })]);
    for (const secret of [ACCOUNT.write.apiUserKey, ACCOUNT.read.apiUserKey, ACCOUNT.integrationKey, "/tok"]) {
      expect(shown).not.toContain(secret);
    }
  });
});

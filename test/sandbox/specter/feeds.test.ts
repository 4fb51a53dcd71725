import { describe, expect, it } from "vitest";
import { ORDER, openSpecter } from "./caller.ts";

const ORDERS = "getOrdersExternalNeedUpdate";
const NOTHING = "<root><orders></orders></root>";
const DONE = /^<root><APIresponse><result>1<\/result><code>0<\/code>/;

describe("a change feed", () => {
  it("says nothing about orders that only we touched by creating them", async () => {
    const { order, get } = openSpecter();
    await order();
    expect(await get(ORDERS, { batchNo: "b1" })).toBe(NOTHING);
  });

  it("refuses another batch while one is open, even an empty one, and names the open one in quotes", async () => {
    const { get } = openSpecter();
    await get(ORDERS, { batchNo: "b1" });
    expect(await get(ORDERS, { batchNo: "b2" })).toBe(
      "<root><APIresponse><code>99</code><message>Batch 'b1' is still open</message></APIresponse></root>",
    );
    expect(await get("updateOrdersFromBatch", { batchNo: "b1" })).toMatch(DONE);
    expect(await get(ORDERS, { batchNo: "b2" })).toBe(NOTHING);
  });

  it("shows the same content for the same batch, whatever changes meanwhile", async () => {
    const { order, get, put, control } = openSpecter();
    await order();
    await put("newOrderSubmit", { ...ORDER, externalOrderNo: "QL-2" });
    control({ do: "deliver", orderNo: 50012, trackingNo: "373500489530470000" });
    const first = await get(ORDERS, { batchNo: "b1" });
    expect(first).toBe(
      '<root><orders><order orderNo="50012"><orderstatus statusId="3" deliveryStatus="D"/><deliveries updated="1">' +
        '<delivery trackingNo="373500489530470000"/></deliveries></order></orders></root>',
    );
    control({ do: "cancel", orderNo: 50013 });
    control({ do: "invoice", orderNo: 50012 });
    expect(await get(ORDERS, { batchNo: "b1" })).toBe(first);
    await get("updateOrdersFromBatch", { batchNo: "b1" });
    const second = await get(ORDERS, { batchNo: "b2" });
    expect(second).toContain(
      '<order orderNo="50013"><orderstatus statusId="5" deliveryStatus=""/><deliveries updated="0"/>',
    );
    expect(second).toContain(
      '<order orderNo="50012"><orderstatus statusId="4" deliveryStatus="D"/><deliveries updated="0"/>',
    );
    await get("updateOrdersFromBatch", { batchNo: "b2" });
    expect(await get(ORDERS, { batchNo: "b3" })).toBe(NOTHING);
  });

  it("shows a partial delivery once", async () => {
    const { order, get, control } = openSpecter();
    await order();
    for (const [batchNo, deliveryStatus] of [
      ["b1", "P"],
      ["b2", "D"],
    ] as const) {
      control({ do: "deliver", orderNo: 50012, ...(deliveryStatus === "P" && { rows: [{ id: 1, quantity: 1 }] }) });
      const batch = await get(ORDERS, { batchNo });
      expect(batch).toContain(
        `deliveryStatus="${deliveryStatus}"/><deliveries updated="1"><delivery trackingNo=""/></deliveries>`,
      );
      await get("updateOrdersFromBatch", { batchNo });
    }
  });

  it("takes the acknowledgement of the last batch twice, and knows no other", async () => {
    const { get } = openSpecter();
    await get(ORDERS, { batchNo: "b1" });
    expect(await get("updateOrdersFromBatch", { batchNo: "b0" })).toContain("<code>30</code>");
    expect(await get("updateOrdersFromBatch", { batchNo: "b1" })).toMatch(DONE);
    expect(await get("updateOrdersFromBatch", { batchNo: "b1" })).toMatch(DONE);
    expect(await get("updateOrdersFromBatch", { batchNo: "b1" }, { useXML: "1" })).toBe("1;b1;OK");
  });

  it("wants a batch number, its key, and XML before it opens anything", async () => {
    const { get } = openSpecter();
    expect(await get(ORDERS, {})).toContain("<code>20</code><message>batchNo: ");
    expect(await get(ORDERS, { batchNo: "b1" }, { seed: "b0" })).toContain("<code>10</code>");
    expect(await get(ORDERS, { batchNo: "b1" }, { useXML: "1" })).toMatch(/^0;20;useXML: /);
    expect(await get(ORDERS, { batchNo: "b2" })).toBe(NOTHING);
  });

  it("has no deleted order in a new batch", async () => {
    const { order, get, control } = openSpecter();
    await order();
    control({ do: "deliver", orderNo: 50012 });
    control({ do: "remove", orderNo: 50012 });
    expect(await get(ORDERS, { batchNo: "b1" })).toBe(NOTHING);
  });

  it("keeps the feeds of orders, invoices and articles apart", async () => {
    const { order, get, control } = openSpecter();
    await order();
    control({ do: "invoice", orderNo: 50012, deliver: true });
    control({ do: "credit", invoiceId: 90031 });
    await get(ORDERS, { batchNo: "b1" });
    const invoices = await get("getInvoicesExternalNeedUpdate", { batchNo: "b2" });
    expect(invoices).toMatch(
      /^<root><invoices><invoice invoiceId="90031" orderNo="50012" credit="0" .*<row orderRowId="1"/,
    );
    expect(invoices).toContain('<invoice invoiceId="90032" orderNo="50012" credit="1" originalInvoiceId="90031"');
    expect(await get("updateInvoicesFromBatch", { batchNo: "b1" })).toContain("<code>30</code>");
    expect(await get("updateInvoicesFromBatch", { batchNo: "b2" })).toMatch(DONE);
    for (const [read, acknowledge] of [
      ["getArticleExternalNeedUpdate", "updateArticlesFromBatch"],
      ["getArticleInfoExternalNeedUpdate", "updateArticleInfosFromBatch"],
    ] as const) {
      expect(await get(read, { batchNo: "b3", getMultipleStocksites: 1 })).toBe("<root><articles></articles></root>");
      expect(await get(acknowledge, { batchNo: "b3" })).toMatch(DONE);
    }
  });
});

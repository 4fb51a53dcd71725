import { describe, expect, it } from "vitest";
import { ORDER, openSpecter } from "./caller.ts";

describe("newOrderSubmit", () => {
  it("numbers orders from 50012 and shows them as they were sent", async () => {
    const { order, get } = openSpecter();
    expect(await order()).toBe("1;50012;OK");
    expect(await get("getOrder", { orderNo: 50012 })).toBe(
      '<root><order orderNo="50012" externalOrderNo="QL-1" customerId="1001" currency="SEK" payTypeIdentifier="QL" ' +
        'payTypeReference="QLIRO-4510023"><orderstatus statusId="1" deliveryStatus=""/><rows>' +
        '<row id="1" articleNo="SKU-1" noOfItems="2" deliveredItems="0" invoicedItems="0" priceExclVAT="79.200" vatPercent="25"/>' +
        '<row id="2" articleNo="FRAKT" noOfItems="1" deliveredItems="0" invoicedItems="0" priceExclVAT="39.200" vatPercent="25"/>' +
        "</rows><invoices></invoices></order></root>",
    );
  });

  it("refuses an external number twice and names the order that has it", async () => {
    const { order, put } = openSpecter();
    await order();
    const refusal = await put("newOrderSubmit", ORDER);
    expect(refusal).toMatch(/^0;40;/);
    expect(refusal.match(/'([^']*)'/g)).toEqual(["'50012'"]);
    expect(await put("newOrderSubmit", { ...ORDER, ignoreExternalOrderNoControl: 1 })).toBe("1;50013;OK");
  });

  it("takes discount rows, fractions of a piece and a rate that is not whole", async () => {
    const { order, control } = openSpecter();
    const discount = { articleNo_3: "RABATT", priceExclVAT_3: "-10.125", noOfItems_3: "0.5", vatPercent_3: "25.5" };
    expect(await order(discount)).toBe("1;50012;OK");
    expect(control({ do: "show", orderNo: 50012 })).toMatchObject({
      order: { rows: [{}, {}, { priceMilli: -10125, quantityMilli: 500, vatBps: 2550 }], totalMinor: 24065 },
    });
  });

  it("refuses an article that does not exist, and makes no order", async () => {
    const { order, control } = openSpecter();
    expect(await order({ articleNo_2: "SKU-9" })).toMatch(/^0;31;.*SKU-9/);
    expect(control({ do: "show" })).toMatchObject({ orders: [] });
  });

  it("does not find an unknown customer", async () => {
    const { order } = openSpecter();
    expect(await order({ customerId: 1999 })).toMatch(/^0;30;/);
  });

  it.each([
    ["customerId", { customerId: "" }],
    ["orderDate", { orderDate: "2026-02-30" }],
    ["orderDate", { orderDate: "20260105" }],
    ["deliveryDate", { deliveryDate: "2026-1-5" }],
    ["customerReference", { customerReference: "x".repeat(71) }],
    ["customerOrderReference", { customerOrderReference: "x".repeat(51) }],
    ["externalDeliveryMethod", { externalDeliveryMethod: "x".repeat(101) }],
    ["payTypeIdentifier", { payTypeIdentifier: "QLIRO" }],
    ["sendOrderMail", { sendOrderMail: "yes" }],
    ["language", { language: "SV" }],
    ["priceExclVAT_1", { priceExclVAT_1: "79.2001" }],
    ["priceExclVAT_1", { priceExclVAT_1: "79,20" }],
    ["priceExclVAT_2", { priceExclVAT_2: "" }],
    ["noOfItems_1", { noOfItems_1: "0" }],
    ["noOfItems_2", { noOfItems_2: "one" }],
    ["vatPercent_1", { vatPercent_1: "25.0" }],
    ["vatPercent_2", { vatPercent_2: "" }],
    ["discount_1", { discount_1: "10" }],
    ["articleNo_1", { articleNo_1: "" }],
    ["articleNo_3", { articleNo_4: "SKU-1", priceExclVAT_4: "1", noOfItems_4: "1", vatPercent_4: "25" }],
    ["articleNo_3", { articleNo_0: "SKU-1", priceExclVAT_0: "1", noOfItems_0: "1", vatPercent_0: "25" }],
  ])("refuses a wrong %s by its name", async (field, wrong) => {
    const { order } = openSpecter();
    expect(await order(wrong)).toMatch(new RegExp(`^0;20;${field}: `));
  });

  it("refuses an order without rows", async () => {
    const { put } = openSpecter();
    expect(await put("newOrderSubmit", { customerId: 1001 })).toMatch(/^0;20;articleNo_1: /);
  });

  it("gives an order without payment type the account's own", async () => {
    const { order, get } = openSpecter();
    await order({ payTypeIdentifier: "" });
    expect(await get("getOrder", { orderNo: 50012 })).toContain('payTypeIdentifier="fak"');
  });
});

describe("getOrder", () => {
  it("finds by the external number with that number as the seed", async () => {
    const { order, get } = openSpecter();
    await order();
    expect(await get("getOrder", { externalOrderNo: "QL-1" }, { seed: "QL-1" })).toContain('orderNo="50012"');
    expect(await get("getOrder", { externalOrderNo: "QL-2" }, { seed: "QL-2" })).toContain("<code>30</code>");
  });

  it("does not find an order that was deleted or never existed", async () => {
    const { order, get, control } = openSpecter();
    await order();
    control({ do: "remove", orderNo: 50012 });
    for (const orderNo of [50012, 50013]) {
      expect(await get("getOrder", { orderNo })).toBe(
        `<root><APIresponse><result>0</result><code>30</code><message>Order ${orderNo} not found</message></APIresponse></root>`,
      );
    }
  });

  it("wants a number, and XML", async () => {
    const { get } = openSpecter();
    expect(await get("getOrder", {})).toContain("<code>20</code><message>orderNo: ");
    expect(await get("getOrder", { orderNo: 1 }, { useXML: "1" })).toMatch(/^0;20;useXML: /);
  });

  it("keeps markup in a reference harmless", async () => {
    const { order, get } = openSpecter();
    await order({ payTypeReference: '<a&"b">é' });
    expect(await get("getOrder", { orderNo: 50012 })).toContain('payTypeReference="&lt;a&amp;&quot;b&quot;&gt;é"');
  });
});

describe("cancelOrderSubmit", () => {
  it("gives the order status 5, tells the feed and rings", async () => {
    const { order, put, get, sent } = openSpecter();
    await order();
    expect(await put("cancelOrderSubmit", { orderNo: 50012, comment: "Ångrat" })).toBe("1;50012;OK");
    expect(sent.map((hook) => hook.url)).toEqual(["https://edge.example/hooks/specter/con_1/tok?calltype=4"]);
    expect(await get("getOrdersExternalNeedUpdate", { batchNo: "b1" })).toBe(
      '<root><orders><order orderNo="50012"><orderstatus statusId="5" deliveryStatus=""/><deliveries updated="0"/></order></orders></root>',
    );
  });

  it("refuses what is cancelled or invoiced already, and what does not exist", async () => {
    const { order, put, control } = openSpecter();
    await order();
    await put("newOrderSubmit", { ...ORDER, externalOrderNo: "QL-2" });
    control({ do: "cancel", orderNo: 50012 });
    control({ do: "invoice", orderNo: 50013, deliver: true });
    expect(await put("cancelOrderSubmit", { orderNo: 50012 })).toMatch(/^0;41;/);
    expect(await put("cancelOrderSubmit", { orderNo: 50013 })).toMatch(/^0;41;/);
    expect(await put("cancelOrderSubmit", { orderNo: 50099 })).toMatch(/^0;30;/);
  });
});

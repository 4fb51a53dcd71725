import { describe, expect, it } from "vitest";
import { openSpecter, type Specter } from "./caller.ts";

const delivered = async (rows?: { id: number; quantity: number }[]): Promise<Specter> => {
  const specter = openSpecter();
  await specter.order();
  specter.control({ do: "deliver", orderNo: 50012, rows });
  specter.sent.length = 0;
  return specter;
};

describe("newInvoiceSubmit", () => {
  it("invoices everything delivered when no rows are named, and closes the order", async () => {
    const { put, get, sent } = await delivered();
    expect(await put("newInvoiceSubmit", { orderNo: 50012, invoiceType: "L", invoiceDate: "2026-01-05" })).toBe(
      "1;90031;OK",
    );
    const shown = await get("getOrder", { orderNo: 50012 });
    expect(shown).toContain('<orderstatus statusId="4" deliveryStatus="D"/>');
    expect(shown).toContain(
      '<invoices><invoice invoiceId="90031" orderNo="50012" credit="0" originalInvoiceId="" type="L" date="2026-01-05" ' +
        'total="247.00" vat="49.40" currency="SEK">' +
        '<row orderRowId="1" articleNo="SKU-1" noOfItems="2" priceExclVAT="79.200" vatPercent="25"/>' +
        '<row orderRowId="2" articleNo="FRAKT" noOfItems="1" priceExclVAT="39.200" vatPercent="25"/></invoice></invoices>',
    );
    expect(sent.map((hook) => hook.url.split("?")[1])).toEqual([
      "calltype=4",
      "calltype=2&orderId=50012&invoiceId=90031",
    ]);
  });

  it("invoices the named rows, each up to what is delivered", async () => {
    const { put, get } = await delivered([{ id: 1, quantity: 1 }]);
    const one = { orderNo: 50012, invoiceType: "L", orderRowId_1: 1, noOfItems_1: 1 };
    expect(await put("newInvoiceSubmit", { ...one, noOfItems_1: 2 })).toMatch(/^0;41;/);
    expect(await put("newInvoiceSubmit", one)).toBe("1;90031;OK");
    expect(await get("getOrder", { orderNo: 50012 })).toContain('statusId="2" deliveryStatus="P"');
    expect(await get("getOrder", { orderNo: 50012 })).toContain('total="99.00" vat="19.80"');
    expect(await put("newInvoiceSubmit", one)).toMatch(/^0;41;/);
  });

  it("invoices what is not delivered as a final or an advance invoice only", async () => {
    const { order, put } = openSpecter();
    await order();
    const rows = { orderNo: 50012, orderRowId_1: 1, noOfItems_1: 1 };
    expect(await put("newInvoiceSubmit", { ...rows, invoiceType: "L" })).toMatch(/^0;41;/);
    expect(await put("newInvoiceSubmit", { ...rows, invoiceType: "S" })).toBe("1;90031;OK");
    expect(await put("newInvoiceSubmit", { ...rows, invoiceType: "F" })).toBe("1;90032;OK");
    expect(await put("newInvoiceSubmit", { ...rows, invoiceType: "F" })).toMatch(/^0;41;/);
    expect(await put("newInvoiceSubmit", { orderNo: 50012, invoiceType: "L" })).toMatch(/^0;41;/);
  });

  it("refuses an external number twice and names the invoice that has it", async () => {
    const { put } = await delivered();
    const named = { orderNo: 50012, invoiceType: "L", externalInvoiceNo: "J-1", orderRowId_1: 1, noOfItems_1: 1 };
    expect(await put("newInvoiceSubmit", named)).toBe("1;90031;OK");
    expect(await put("newInvoiceSubmit", named)).toMatch(/^0;40;[^']*'90031'[^']*$/);
  });

  it.each([
    ["invoiceType", { invoiceType: "X" }],
    ["invoiceType", { invoiceType: "" }],
    ["invoiceDate", { invoiceDate: "5/1 2026" }],
    ["orderRowId_1", { orderRowId_1: 9, noOfItems_1: 1 }],
    ["noOfItems_1", { orderRowId_1: 1 }],
    ["orderRowId_1", { noOfItems_1: 1 }],
    ["orderRowId_1", { orderRowId_2: 1, noOfItems_2: 1 }],
  ])("refuses a wrong %s by its name", async (field, wrong) => {
    const { put } = await delivered();
    expect(await put("newInvoiceSubmit", { orderNo: 50012, invoiceType: "L", ...wrong })).toMatch(
      new RegExp(`^0;20;${field}: `),
    );
  });

  it("refuses a cancelled order and does not find an unknown one", async () => {
    const { put, control } = await delivered();
    control({ do: "cancel", orderNo: 50012 });
    expect(await put("newInvoiceSubmit", { orderNo: 50012, invoiceType: "L" })).toMatch(/^0;41;/);
    expect(await put("newInvoiceSubmit", { orderNo: 1, invoiceType: "L" })).toMatch(/^0;30;/);
  });

  it("shows no rows where the account does not show them", async () => {
    const { put, get, control } = await delivered();
    control({ do: "set", switches: { invoiceRows: false } });
    await put("newInvoiceSubmit", { orderNo: 50012, invoiceType: "L" });
    expect(await get("getOrder", { orderNo: 50012 })).toContain('vat="49.40" currency="SEK"/></invoices>');
  });
});

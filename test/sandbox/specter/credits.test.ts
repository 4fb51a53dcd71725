import { describe, expect, it } from "vitest";
import { openSpecter, type Specter } from "./caller.ts";

const invoiced = async (discount = {}): Promise<Specter> => {
  const specter = openSpecter();
  await specter.order(discount);
  specter.control({ do: "invoice", orderNo: 50012, deliver: true });
  specter.sent.length = 0;
  return specter;
};
const ONE = {
  originalInvoiceId: 90031,
  articleNo_1: "SKU-1",
  noOfItems_1: 1,
  priceExclVAT_1: "79.2",
  vatPercent_1: 25,
};

describe("newCreditInvoiceSubmit", () => {
  it("credits by rows, linked to the invoice, with a negative total and positive rows", async () => {
    const { put, get, sent } = await invoiced();
    expect(await put("newCreditInvoiceSubmit", { ...ONE, invoiceDate: "2026-01-06", reason: "Retur" })).toBe(
      "1;90032;OK",
    );
    expect(await get("getOrder", { orderNo: 50012 })).toContain(
      '<invoice invoiceId="90032" orderNo="50012" credit="1" originalInvoiceId="90031" type="" date="2026-01-06" ' +
        'total="-99.00" vat="-19.80" currency="SEK"><row orderRowId="1" articleNo="SKU-1" noOfItems="1" ' +
        'priceExclVAT="79.200" vatPercent="25"/></invoice>',
    );
    expect(sent.map((hook) => hook.url.split("?")[1])).toEqual(["calltype=2&orderId=50012&invoiceId=90032"]);
  });

  it("credits the whole invoice when no rows are named, and nothing after that", async () => {
    const { put, control } = await invoiced();
    expect(await put("newCreditInvoiceSubmit", { originalInvoiceId: 90031 })).toBe("1;90032;OK");
    expect(control({ do: "show", orderNo: 50012 })).toMatchObject({
      invoices: [{}, { totalMinor: -24700, vatMinor: -4940 }],
    });
    expect(await put("newCreditInvoiceSubmit", { originalInvoiceId: 90031 })).toMatch(/^0;41;/);
    expect(await put("newCreditInvoiceSubmit", ONE)).toMatch(/^0;41;/);
  });

  it("never credits more of an article, or more money, than was invoiced", async () => {
    const { put } = await invoiced();
    expect(await put("newCreditInvoiceSubmit", { ...ONE, noOfItems_1: 3 })).toMatch(/^0;41;/);
    expect(await put("newCreditInvoiceSubmit", { ...ONE, priceExclVAT_1: "200" })).toMatch(/^0;41;/);
    expect(await put("newCreditInvoiceSubmit", ONE)).toBe("1;90032;OK");
    expect(await put("newCreditInvoiceSubmit", ONE)).toBe("1;90033;OK");
    expect(await put("newCreditInvoiceSubmit", ONE)).toMatch(/^0;41;/);
    const goodwill = { ...ONE, articleNo_1: "RABATT", vatPercent_1: 25 };
    expect(await put("newCreditInvoiceSubmit", { ...goodwill, priceExclVAT_1: "39.208" })).toMatch(/^0;41;/);
    expect(await put("newCreditInvoiceSubmit", { ...goodwill, priceExclVAT_1: "39.2" })).toBe("1;90034;OK");
  });

  it("refuses an external number that any invoice has", async () => {
    const { put } = await invoiced();
    expect(await put("newCreditInvoiceSubmit", { ...ONE, externalInvoiceNo: "R-1" })).toBe("1;90032;OK");
    expect(await put("newCreditInvoiceSubmit", { ...ONE, externalInvoiceNo: "R-1" })).toMatch(
      /^0;40;[^']*'90032'[^']*$/,
    );
  });

  it("does not credit a credit invoice, and finds neither invoice nor article that are not there", async () => {
    const { put } = await invoiced();
    await put("newCreditInvoiceSubmit", ONE);
    expect(await put("newCreditInvoiceSubmit", { originalInvoiceId: 90032 })).toMatch(/^0;41;/);
    expect(await put("newCreditInvoiceSubmit", { originalInvoiceId: 90099 })).toMatch(/^0;30;/);
    expect(await put("newCreditInvoiceSubmit", { ...ONE, articleNo_1: "SKU-9" })).toMatch(/^0;31;/);
  });

  it("takes positive numbers, except for a discount that was negative on the invoice", async () => {
    const { put } = await invoiced({ articleNo_3: "RABATT", priceExclVAT_3: "-8", noOfItems_3: 1, vatPercent_3: 25 });
    expect(await put("newCreditInvoiceSubmit", { ...ONE, priceExclVAT_1: "-79.2" })).toMatch(/^0;20;priceExclVAT_1: /);
    expect(await put("newCreditInvoiceSubmit", { ...ONE, noOfItems_1: "-1" })).toMatch(/^0;20;noOfItems_1: /);
    const discount = { articleNo_2: "RABATT", noOfItems_2: 1, priceExclVAT_2: "-8", vatPercent_2: 25 };
    expect(await put("newCreditInvoiceSubmit", { ...ONE, ...discount })).toBe("1;90032;OK");
    expect(await put("newCreditInvoiceSubmit", { ...ONE, ...discount, vatPercent_1: "" })).toMatch(
      /^0;20;vatPercent_1: /,
    );
  });
});

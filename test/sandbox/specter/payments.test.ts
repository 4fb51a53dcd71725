import { describe, expect, it } from "vitest";
import { openSpecter, type Specter } from "./caller.ts";

const invoiced = async (): Promise<Specter> => {
  const specter = openSpecter();
  await specter.order();
  specter.control({ do: "invoice", orderNo: 50012, deliver: true });
  specter.control({ do: "credit", invoiceId: 90031, rows: [{ articleNo: "SKU-1", quantity: 1 }] });
  return specter;
};
const PAID = {
  invoiceId: 90031,
  paymentDate: "2026-01-05",
  amount: "247.00",
  currency: "SEK",
  payTypeIdentifier: "QL",
  paymentReference: "QLIRO-12345",
  externalPaymentId: "P-1",
};

describe("newInvoicePaymentSubmit", () => {
  it("books a payment, and a negative one on a credit invoice", async () => {
    const { put, control } = await invoiced();
    expect(await put("newInvoicePaymentSubmit", PAID)).toBe("1;70001;OK");
    const refund = { ...PAID, invoiceId: 90032, amount: "-99.00", externalPaymentId: "P-2" };
    expect(await put("newInvoicePaymentSubmit", { ...refund, amount: "99.00" })).toMatch(/^0;20;amount: /);
    expect(await put("newInvoicePaymentSubmit", refund)).toBe("1;70002;OK");
    expect(control({ do: "show", orderNo: 50012 })).toMatchObject({
      invoices: [{ paidMinor: 24700 }, { paidMinor: -9900 }],
      payments: [{ paymentReference: "QLIRO-12345" }, { amountMinor: -9900 }],
    });
  });

  it("books parts, and never more than the invoice", async () => {
    const { put } = await invoiced();
    expect(await put("newInvoicePaymentSubmit", { ...PAID, amount: "200" })).toBe("1;70001;OK");
    expect(await put("newInvoicePaymentSubmit", { ...PAID, amount: "47.01", externalPaymentId: "P-2" })).toMatch(
      /^0;41;/,
    );
    expect(await put("newInvoicePaymentSubmit", { ...PAID, amount: "47", externalPaymentId: "P-2" })).toBe(
      "1;70002;OK",
    );
  });

  it("refuses an external payment id twice and names the payment that has it", async () => {
    const { put } = await invoiced();
    await put("newInvoicePaymentSubmit", { ...PAID, amount: "1" });
    expect(await put("newInvoicePaymentSubmit", { ...PAID, amount: "1" })).toMatch(/^0;40;[^']*'70001'[^']*$/);
  });

  it.each([
    ["paymentDate", { paymentDate: "" }],
    ["amount", { amount: "247.001" }],
    ["amount", { amount: "0" }],
    ["currency", { currency: "EUR" }],
    ["currency", { currency: "" }],
    ["payTypeIdentifier", { payTypeIdentifier: "??" }],
    ["invoiceId", { invoiceId: "" }],
  ])("refuses a wrong %s by its name", async (field, wrong) => {
    const { put } = await invoiced();
    expect(await put("newInvoicePaymentSubmit", { ...PAID, ...wrong })).toMatch(new RegExp(`^0;20;${field}: `));
  });

  it("does not find an unknown invoice", async () => {
    const { put } = await invoiced();
    expect(await put("newInvoicePaymentSubmit", { ...PAID, invoiceId: 1 })).toMatch(/^0;30;/);
  });
});

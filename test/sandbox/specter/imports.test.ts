import { describe, expect, it } from "vitest";
import { type Fields, openSpecter, type Specter } from "./caller.ts";

/** Invoice 90031 over 247.00 and its credit invoice 90032 over -99.00. */
const invoiced = async (): Promise<Specter> => {
  const specter = openSpecter();
  await specter.order();
  specter.control({ do: "invoice", orderNo: 50012, deliver: true });
  specter.control({ do: "credit", invoiceId: 90031, rows: [{ articleNo: "SKU-1", quantity: 1 }] });
  return specter;
};
const rows = (...given: [kind: string, invoiceId: string | number, amount: string, account?: string][]): Fields =>
  Object.fromEntries(
    given.flatMap(([kind, invoiceId, amount, account = ""], position) => [
      [`kind_${position + 1}`, kind],
      [`invoiceId_${position + 1}`, invoiceId],
      [`amount_${position + 1}`, amount],
      [`account_${position + 1}`, account],
      [`paymentReference_${position + 1}`, "QLIRO-12345"],
    ]),
  );
const HEADER = { externalPayoutId: "pay-1", source: "QLIRO", payoutDate: "2026-01-05", currency: "SEK" };
const SALE = rows(
  ["bankPayment", 90031, "237.00"],
  ["creditSaleCost", 90031, "8.00", "6570"],
  ["creditSaleCostVat", 90031, "2.00", "2641"],
);

describe("newPaymentImportSubmit", () => {
  it("books sale, refund and a fee without invoice when everything foots", async () => {
    const { put, control } = await invoiced();
    const all = rows(
      ["bankPayment", 90031, "237.00"],
      ["creditSaleCost", 90031, "8.00", "6570"],
      ["creditSaleCostVat", 90031, "2.00", "2641"],
      ["bankPayment", 90032, "-99.00"],
      ["bankPayment", "", "-12.50"],
      ["creditSaleCost", "", "10.00", "6570"],
      ["creditSaleCostVat", "", "2.50", "2641"],
    );
    expect(await put("newPaymentImportSubmit", { ...HEADER, bankAmount: "125.50", ...all })).toBe("1;80001;OK");
    expect(control({ do: "show" })).toMatchObject({
      invoices: [{ paidMinor: 24700 }, { paidMinor: -9900 }],
      imports: [{ importId: 80001, bankAmountMinor: 12550, rows: { length: 7 } }],
    });
  });

  it("answers in XML with a status per row, and warns about a fee that is not taken out of the bank amount", async () => {
    const { put } = await invoiced();
    const loose = { ...SALE, kind_4: "creditSaleCost", amount_4: "5.00", account_4: "6570" };
    const answer = await put("newPaymentImportSubmit", { ...HEADER, bankAmount: "237.00", ...loose }, { useXML: "2" });
    expect(answer).toContain('<id>80001</id><message>OK</message></APIresponse><rows><row n="1" status="ok"/>');
    expect(answer).toContain('<row n="4" status="warning"/>');
  });

  it("refuses a payout twice and names the first import", async () => {
    const { put } = await invoiced();
    await put("newPaymentImportSubmit", { ...HEADER, bankAmount: "237.00", ...SALE });
    expect(await put("newPaymentImportSubmit", { ...HEADER, bankAmount: "237.00", ...SALE })).toMatch(
      /^0;40;[^']*'80001'[^']*$/,
    );
  });

  it("refuses rows that do not come to the invoice or to the bank amount, and books nothing", async () => {
    const { put, control } = await invoiced();
    const submit = (bankAmount: string, given: Fields): Promise<string> =>
      put("newPaymentImportSubmit", { ...HEADER, bankAmount, ...given });
    expect(await submit("237.01", SALE)).toMatch(/^0;20;bankAmount: /);
    expect(await submit("237.00", { ...SALE, amount_3: "2.01" })).toMatch(/^0;20;amount_1: /);
    expect(await submit("99.00", rows(["bankPayment", 90032, "99.00"]))).toMatch(/^0;20;amount_1: /);
    expect(control({ do: "show" })).toMatchObject({ imports: [], invoices: [{ paidMinor: 0 }, { paidMinor: 0 }] });
  });

  it("does not find an unknown invoice, and pays none twice", async () => {
    const { put } = await invoiced();
    const unknown = rows(["bankPayment", 90099, "1.00"]);
    expect(await put("newPaymentImportSubmit", { ...HEADER, bankAmount: "1.00", ...unknown })).toMatch(/^0;30;/);
    await put("newPaymentImportSubmit", { ...HEADER, bankAmount: "237.00", ...SALE });
    const again = { ...HEADER, externalPayoutId: "pay-2", bankAmount: "237.00", ...SALE };
    expect(await put("newPaymentImportSubmit", again)).toMatch(/^0;41;/);
  });

  it("refuses a date in a closed period until it is opened again", async () => {
    const { put, control } = await invoiced();
    const submit = { ...HEADER, bankAmount: "237.00", ...SALE };
    control({ do: "close_periods", until: "2026-01-05" });
    expect(await put("newPaymentImportSubmit", submit)).toMatch(/^0;20;payoutDate: /);
    control({ do: "close_periods", until: "2025-12-31" });
    expect(await put("newPaymentImportSubmit", submit)).toBe("1;80001;OK");
  });

  it.each([
    ["externalPayoutId", { externalPayoutId: "" }],
    ["source", { source: "" }],
    ["payoutDate", { payoutDate: "yesterday" }],
    ["currency", { currency: "EUR" }],
    ["bankAmount", { bankAmount: "" }],
    ["kind_1", { kind_1: "bank_payment" }],
    ["amount_2", { amount_2: "8,00" }],
    ["account_2", { account_2: "" }],
    ["account_3", { account_3: "26410" }],
    ["invoiceId_1", { invoiceId_1: "null" }],
    ["kind_4", { kind_5: "bankPayment", amount_5: "1" }],
  ])("refuses a wrong %s by its name", async (field, wrong) => {
    const { put } = await invoiced();
    expect(await put("newPaymentImportSubmit", { ...HEADER, bankAmount: "237.00", ...SALE, ...wrong })).toMatch(
      new RegExp(`^0;20;${field}: `),
    );
  });
});

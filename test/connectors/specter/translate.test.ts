import { describe, expect, it } from "vitest";
import { toObservation } from "../../../src/connectors/specter/translate.ts";
import { orderSchema, parseXml } from "../../../src/connectors/specter/wire.ts";
import orderXml from "./golden/order.xml?raw";
import observation from "./golden/order-observation.json";

function observed(xml: string) {
  const root = parseXml(xml);
  const order = root.ok && Array.isArray(root.value.order) ? root.value.order[0] : null;
  return toObservation(orderSchema.parse(order), "con_1");
}

const value = (xml: string) => {
  const result = observed(xml);
  if (!result.ok) throw new Error(result.error);
  return result.value;
};

const order = (status: string, inside = "") =>
  `<root><order orderNo="1" currency="sek"><orderstatus ${status}/>${inside}</order></root>`;

describe("an order of Specter", () => {
  it("becomes the golden observation", () => {
    expect(observed(orderXml)).toEqual({ ok: true, value: observation });
  });

  it.each([
    ['statusId="5"', "cancelled"],
    ['statusId="4"', "closed"],
    ['statusId="1"', "open"],
    ['statusId="77"', "open"],
    ["", "open"],
  ])("with %s is %s", (status, state) => {
    expect(value(order(status)).state).toBe(state);
  });

  it.each([
    ['deliveryStatus=""', "none"],
    ['deliveryStatus="P"', "partial"],
    ['deliveryStatus="D"', "full"],
    ["", "none"],
    ['deliveryStatus="X"', "none"],
  ])("with %s has delivery %s", (status, delivery) => {
    expect(value(order(status)).delivery).toBe(delivery);
  });

  it("with an unknown delivery letter is judged by its rows", () => {
    const rows =
      '<rows><row id="1" articleNo="A" noOfItems="2" deliveredItems="1" priceExclVAT="8" vatPercent="25"/></rows>';
    expect(value(order('deliveryStatus="X"', rows)).delivery).toBe("partial");
  });

  it("takes a credit invoice for one by its sign or link where `credit` is not said", () => {
    const invoices =
      '<invoices><invoice invoiceId="9" total="-10.00" vat="-2.00"/><invoice invoiceId="10" originalInvoiceId="8" total="10.00" vat="2.00"/></invoices>';
    expect(value(order("", invoices)).invoices).toMatchObject([
      { number: "9", kind: "credit_invoice", totalMinor: 1000, vatMinor: 200, originalNumber: null, currency: "SEK" },
      { number: "10", kind: "credit_invoice", originalNumber: "8" },
    ]);
  });

  it("keeps magnitudes on credit rows, also if their quantity were negative", () => {
    const row =
      '<row articleNo="A" noOfItems="-2" priceExclVAT="8.000" vatPercent="25"/><row articleNo="R" noOfItems="1" priceExclVAT="-4.000" vatPercent="25"/>';
    const invoices = `<invoices><invoice invoiceId="9" credit="1" total="-15.00" vat="-3.00">${row}</invoice></invoices>`;
    expect(value(order("", invoices)).invoices[0]?.rows).toEqual([
      { line: null, articleNumber: "A", quantity: 2, vatRateBps: 2500, totalMinor: 2000 },
      { line: null, articleNumber: "R", quantity: 1, vatRateBps: 2500, totalMinor: -500 },
    ]);
  });

  it("is not concluded from money that cannot be read, and the words name the field only", () => {
    const result = observed(order("", '<invoices><invoice invoiceId="9" total="12,50" vat="0"/></invoices>'));
    expect(result).toEqual({ ok: false, error: "total of an invoice (not_a_decimal)" });
  });
});

import { describe, expect, it } from "vitest";
import { type QliroSettings, qliroSettings } from "../../../src/connectors/qliro/config.ts";
import { observationOf } from "../../../src/connectors/qliro/translate.ts";
import { orderAnswer } from "../../../src/connectors/qliro/wire.ts";
import cancelled from "./golden/order-cancelled.json";
import pendingAndFailed from "./golden/order-capture-pending-and-failed.json";
import debit from "./golden/order-debit.json";
import debitCancelled from "./golden/order-debit-cancelled.json";
import discountAndFee from "./golden/order-discount-and-fee-in-numbers.json";
import onHold from "./golden/order-on-hold.json";
import partlyCaptured from "./golden/order-partly-captured.json";
import plain from "./golden/order-plain.json";
import refund from "./golden/order-refund.json";
import refundOnCapture from "./golden/order-refund-on-capture-id.json";
import refused from "./golden/order-refused.json";
import remainderCancelled from "./golden/order-remainder-cancelled.json";
import twoAuthorizations from "./golden/order-two-authorizations.json";
import updateItems from "./golden/order-update-items.json";
import updateThenCancelled from "./golden/order-update-items-then-cancelled.json";
import upsellThenCancelled from "./golden/order-upsell-then-cancelled.json";

const GOLDEN = {
  "a plain order": plain,
  "a partly captured order": partlyCaptured,
  "one capture in progress and one failed: the failed one moved nothing": pendingAndFailed,
  "two authorisations: the same row is one row": twoAuthorizations,
  "a direct payment": debit,
  "a direct payment that was cancelled": debitCancelled,
  "updated items: what was replaced is gone": updateItems,
  "updated items, then cancelled": updateThenCancelled,
  "an upsell, then cancelled: nothing was replaced": upsellThenCancelled,
  "a refund with rows and one by invoice update": refund,
  "a return that carries the capture's id": refundOnCapture,
  "a cancelled order keeps its rows": cancelled,
  "a cancelled remainder keeps the order accepted": remainderCancelled,
  "an order on hold with a temporary reference": onHold,
  "a refused order": refused,
  "discount and fee, enums as numbers, VAT rates left out": discountAndFee,
};

const translate = (order: unknown, settings: Partial<QliroSettings> = {}) =>
  observationOf(orderAnswer.parse(order), "con_test", { ...qliroSettings.parse({}), ...settings });

describe("an order as an observation", () => {
  for (const [name, golden] of Object.entries(GOLDEN)) {
    it(`translates ${name}`, () => {
      expect(translate(golden.order)).toEqual({ ok: true, value: golden.observation });
    });
  }

  it("gives every amount and quantity as an integer, and never a personal number", () => {
    for (const golden of Object.values(GOLDEN)) {
      const text = JSON.stringify(translate(golden.order));
      expect(text).not.toContain("790625");
      expect(text).not.toMatch(/(Minor|quantity|Bps)":-?\d+\.\d/);
    }
  });

  it("reads an order whose ledger comes in any order the same way", () => {
    for (const golden of Object.values(GOLDEN)) {
      const reversed = { ...golden.order, OrderItemActions: [...golden.order.OrderItemActions].reverse() };
      expect(translate(reversed)).toEqual({ ok: true, value: golden.observation });
    }
  });

  it("waits with an authorised order whose rows are not in the ledger yet", () => {
    expect(translate({ ...plain.order, OrderItemActions: [] })).toMatchObject({ value: { state: "pending" } });
    expect(translate({ ...plain.order, OrderItemActions: null, PaymentTransactions: null })).toMatchObject({
      value: { state: "pending", rows: [] },
    });
  });

  it("takes values it does not know as pending or as a product, never as success", () => {
    const [preauthorization] = plain.order.PaymentTransactions;
    const order = { ...plain.order, PaymentTransactions: [{ ...preauthorization, Status: "Levitating" }] };
    expect(translate(order)).toMatchObject({ value: { authorizations: [{ state: "pending" }] } });
    const [row] = plain.order.OrderItemActions;
    expect(translate({ ...plain.order, OrderItemActions: [{ ...row, Type: "Voucher" }] })).toMatchObject({
      value: { rows: [{ kind: "product" }] },
    });
  });

  it("takes an invoice update for a refund as the setting says, and an addition never", () => {
    const update = { PaymentTransactionId: 454411, OriginalPaymentTransactionId: 454302, Type: "UpdateInvoice" };
    const base = partlyCaptured.order;
    const withUpdate = (Amount: number, rows: object[] = []) => ({
      ...base,
      PaymentTransactions: [...base.PaymentTransactions, { ...update, Amount, Status: "Success" }],
      OrderItemActions: [...base.OrderItemActions, ...rows],
    });
    const refunds = (order: unknown, invoiceUpdates: QliroSettings["invoiceUpdates"]) => {
      const seen = translate(order, { invoiceUpdates });
      return seen.ok ? seen.value.refunds.map((entry) => entry.amountMinor) : null;
    };
    expect(refunds(withUpdate(100), "refund")).toEqual([10000]);
    expect(refunds(withUpdate(-100), "refund")).toEqual([10000]);
    expect(refunds(withUpdate(0), "refund")).toEqual([]);
    expect(refunds(withUpdate(100), "negative_only")).toEqual([]);
    expect(refunds(withUpdate(-100), "negative_only")).toEqual([10000]);
    expect(refunds(withUpdate(-100), "ignore")).toEqual([]);
    const [row] = base.OrderItemActions;
    const fee = {
      ...row,
      Id: 9,
      ActionType: "Ship",
      PaymentTransactionId: 454411,
      Type: "Fee",
      MerchantReference: "FEE",
    };
    expect(refunds(withUpdate(375.5, [{ ...fee, Quantity: 1 }]), "refund")).toEqual([]);
  });

  it("takes the money of a released direct payment for no refund of what was shipped of it", () => {
    const { order } = debitCancelled;
    const [taken, reversal, refund] = order.PaymentTransactions;
    const [row] = order.OrderItemActions;
    const shipped = { ...taken, PaymentTransactionId: 454400, OriginalPaymentTransactionId: 454211, Type: "Capture" };
    const seen = translate({
      ...order,
      PaymentTransactions: [taken, shipped, reversal, refund],
      OrderItemActions: [...order.OrderItemActions, { ...row, ActionType: "Ship", PaymentTransactionId: 454400 }],
    });
    expect(seen.ok && seen.value.captures.map((capture) => capture.externalId)).toEqual(["454400"]);
    expect(seen.ok && seen.value.refunds).toMatchObject([{ externalId: "454501", captureId: "454211" }]);
  });

  it("refuses what it cannot read exactly", () => {
    const [row] = plain.order.OrderItemActions;
    const priced = (fields: object) => ({ ...plain.order, OrderItemActions: [{ ...row, ...fields }] });
    expect(orderAnswer.safeParse(priced({ PricePerItemIncVat: 375.555 })).success).toBe(false);
    expect(orderAnswer.safeParse({ ...plain.order, Currency: "JPY" }).success).toBe(false);
    expect(translate(priced({ VatRate: null, PricePerItemExVat: null }))).toMatchObject({ ok: false });
  });
});

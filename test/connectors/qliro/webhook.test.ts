import { describe, expect, it } from "vitest";
import type { IncomingWebhook } from "../../../src/connectors/connector.ts";
import { webhooks } from "../../../src/connectors/qliro/webhook.ts";

const incoming = (body: unknown): IncomingWebhook => ({
  method: "POST",
  suffix: "",
  query: new URLSearchParams(),
  headers: new Headers({ "content-type": "application/json" }),
  body: new TextEncoder().encode(typeof body === "string" ? body : JSON.stringify(body)),
});
const key = (body: unknown) => webhooks.eventKey(incoming(body), "abc123");
const hints = (body: unknown) => webhooks.hints(incoming(body));

const CHECKOUT = {
  OrderId: 5452321,
  MerchantReference: "SE-10001",
  Status: "Completed",
  Timestamp: "2026-01-15T10:30:00.567",
  NotificationType: "CustomerCheckoutStatus",
  PaymentTransactionId: 454211,
};
const CAPTURE = {
  OrderId: 5452321,
  MerchantReference: "SE-10001",
  PaymentTransactionId: 454302,
  OriginalPaymentTransactionId: 454211,
  PaymentReference: "454302",
  PaymentType: "Capture",
  Status: "Success",
  Amount: 375.5,
  Currency: "SEK",
  Timestamp: "2026-01-16T08:00:01.250",
};
const UPSELL = {
  OrderId: 5452321,
  NotificationType: "UpsellStatus",
  UpsellId: 9001,
  PaymentTransactionId: 454290,
  Status: "Success",
  Timestamp: "2026-01-15T10:36:00.100",
};
const SHIPPING = {
  OrderId: 5452321,
  IsSuccess: true,
  Timestamp: "2026-01-15T10:31:00.000",
  EventType: "SHIPPING_PROVIDER_UPDATE",
  Provider: "Ingrid",
  Payload: { ref: "abc" },
};
const ORDER = [{ kind: "order", type: "qliro.order_id", value: "5452321" }];

describe("a push from Qliro", () => {
  it("is keyed by order, sort, transaction, status and time", () => {
    expect(key(CHECKOUT)).toBe("qliro:5452321:CustomerCheckoutStatus:454211:Completed:2026-01-15T10:30:00.567");
    expect(key(CAPTURE)).toBe("qliro:5452321:Capture:454302:Success:2026-01-16T08:00:01.250");
    expect(key(UPSELL)).toBe("qliro:5452321:UpsellStatus:454290:Success:2026-01-15T10:36:00.100");
    expect(key(SHIPPING)).toBe("qliro:5452321:SHIPPING_PROVIDER_UPDATE:::2026-01-15T10:31:00.000");
  });

  it("has one key for a repeat, and another for any other event", () => {
    expect(key({ ...CAPTURE, ProviderResultCode: "later" })).toBe(key(CAPTURE));
    expect(key({ ...CAPTURE, PaymentType: 3, OrderId: "5452321" })).toBe(key(CAPTURE));
    const others = [
      { ...CAPTURE, Status: "Error" },
      { ...CAPTURE, Timestamp: "2026-01-16T08:00:02" },
      { ...CAPTURE, PaymentTransactionId: 454303 },
      { ...CAPTURE, OrderId: 5452322 },
      { ...CAPTURE, PaymentType: "Refund" },
      { ...CAPTURE, PaymentType: "Surprise" },
      { ...CAPTURE, PaymentType: "Surprise2" },
      CHECKOUT,
      { ...CHECKOUT, Status: "OnHold" },
    ];
    expect(new Set([CAPTURE, ...others].map(key)).size).toBe(others.length + 1);
  });

  it("is keyed by its body where it cannot be read or would be too long", () => {
    for (const body of [
      "",
      "not json",
      "[1]",
      "null",
      { NotificationType: "X" },
      { Id: "card", CardLast4Digits: "1111" },
    ]) {
      expect(key(body)).toBe("qliro:body:abc123");
    }
    expect(key({ ...CAPTURE, Status: "x".repeat(300) })).toBe("qliro:body:abc123");
  });

  it("asks to read the order, whatever the status of a payment", () => {
    const types = [
      "Preauthorization",
      "Debit",
      "Capture",
      "Reversal",
      "Refund",
      "Credit",
      "UpdateInvoice",
      "Registration",
    ];
    types.forEach((PaymentType, number) => {
      expect(hints({ ...CAPTURE, PaymentType })).toEqual(ORDER);
      expect(hints({ ...CAPTURE, PaymentType: number })).toEqual(ORDER);
    });
    for (const Status of ["Created", "InProcess", "OnHold", "Error", "NeverSeen", undefined]) {
      expect(hints({ ...CAPTURE, Status })).toEqual(ORDER);
    }
    expect(hints(UPSELL)).toEqual(ORDER);
    expect(hints({ ...UPSELL, Status: "Error", PaymentTransactionId: 0 })).toEqual(ORDER);
    for (const Status of ["Completed", "OnHold", "Refused", "Success"]) {
      expect(hints({ ...CHECKOUT, Status })).toEqual(ORDER);
    }
  });

  it("is ignored, with a reason, where it does not concern us or is of a kind we do not know", () => {
    const ignored = [
      { ...CHECKOUT, Status: "InProcess" },
      { ...CHECKOUT, NotificationType: "Weather" },
      { ...CAPTURE, PaymentType: "Surprise" },
      SHIPPING,
      { ...SHIPPING, EventType: "SOMETHING" },
      { OrderId: 5452321 },
      { Id: "card", CardLast4Digits: "1111" },
    ];
    for (const body of ignored) expect(hints(body)).toEqual([{ kind: "ignored", reason: expect.stringMatching(/\w/) }]);
  });

  it("is unreadable where it is not JSON or lacks its order", () => {
    for (const body of [
      "",
      "not json",
      "[]",
      { ...CAPTURE, OrderId: null },
      { ...CHECKOUT, OrderId: 0 },
      { ...UPSELL, OrderId: undefined },
    ]) {
      expect(hints(body)).toEqual([{ kind: "unreadable", reason: expect.stringMatching(/\w/) }]);
    }
  });

  it("gets the acknowledgement Qliro waits for", () => {
    const answer = webhooks.acknowledge(incoming(CAPTURE));
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/json");
    expect(answer.body).toBe('{"CallbackResponse":"received"}');
  });

  it("is authentic by its URL alone, for Qliro does not sign", async () => {
    expect(webhooks.secrets).toEqual([]);
    expect(await webhooks.verify(incoming(CAPTURE), {}, 0)).toBe("authentic");
    expect(webhooks.contentTypes).toContain("application/json");
    const text = webhooks.instructions("https://hooks.example.com/hooks/qliro/con_1/tok");
    expect(text).toContain("https://hooks.example.com/hooks/qliro/con_1/tok");
    expect(text).toContain("MerchantCheckoutStatusPushUrl");
    expect(text).toContain("MerchantOrderManagementStatusPushUrl");
  });
});

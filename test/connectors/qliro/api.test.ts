import { describe, expect, it } from "vitest";
import {
  adminPost,
  authorization,
  readOrder,
  readOrderByReference,
  readOrderByTransaction,
  verify,
} from "../../../src/connectors/qliro/api.ts";
import { qliro } from "../../../src/connectors/qliro/index.ts";
import { contextWith, MAIN } from "./context.ts";
import plain from "./golden/order-plain.json";

const SECRET = MAIN.apiSecret;
const Q1 =
  '{"RequestId":"d92b8c60-6781-4946-9854-e70b27452d5a","MerchantApiKey":"ACME_SE","OrderId":5452321,"Currency":"SEK","Shipments":[{"PaymentTransactionId":454211,"OrderItems":[{"MerchantReference":"SKU-1","Type":"Product","Quantity":2,"PricePerItemIncVat":375.55}]}]}';
const Q3 =
  '{"RequestId":"2f7c9a54-0b1e-4d53-9a8f-5b8a1d6f0c11","MerchantApiKey":"ACME_SE","OrderId":5452321,"NewMerchantReference":"SE-10001","Note":"Blå tröja 50 €"}';
const GET_TOKEN = "Qliro +AI7wfS0a9UV3Bqfq2rOlqJC1UT3g3fdo/BEhcXodZw=";

describe("signing", () => {
  it("signs a body as the vectors say: plain, empty, and outside ASCII", async () => {
    expect(new TextEncoder().encode(Q1)).toHaveLength(263);
    expect(await authorization(Q1, SECRET)).toBe("Qliro uAjHuZUzhEH5Nx9hW+9TtMxx8SjCzMghebnzyilH8UI=");
    expect(await authorization("", SECRET)).toBe(GET_TOKEN);
    expect(new TextEncoder().encode(Q3)).toHaveLength(159);
    expect(await authorization(Q3, SECRET)).toBe("Qliro 1HKJu+kktj3+eIDIwDnkp0PzIry21rA4NMzxUf7OukY=");
  });

  it("sends exactly the text that was signed, with the key in it", async () => {
    const context = contextWith([{ answer: { PaymentTransactions: [] } }]);
    await adminPost(
      context,
      "cancelOrder",
      "8e2e7f0a-9a0f-4a86-9a43-0f2d6a1b9c02",
      { key: "ACME_SE", secret: SECRET },
      {
        OrderId: 5452321,
      },
    );
    const [sent] = context.http.sent;
    expect(sent?.text).toBe(
      '{"RequestId":"8e2e7f0a-9a0f-4a86-9a43-0f2d6a1b9c02","MerchantApiKey":"ACME_SE","OrderId":5452321}',
    );
    expect(sent?.headers?.authorization).toBe(await authorization(sent?.text ?? "", SECRET));
    expect(sent?.headers?.["content-type"]).toBe("application/json");
    expect(sent?.url).toBe("https://pago.qit.nu/checkout/adminapi/v2/cancelOrder");
  });

  it("signs a GET with the secret alone and sends it to the environment's host", async () => {
    const context = contextWith([{ answer: plain.order }], { environment: "live" });
    await readOrder(context, "5452321");
    const [sent] = context.http.sent;
    expect(sent?.url).toBe("https://payments.qit.nu/checkout/adminapi/v2/orders/5452321");
    expect(sent?.headers?.authorization).toBe(GET_TOKEN);
    expect(sent?.body).toBeUndefined();
  });

  it("uses the origin it is given", async () => {
    const context = contextWith([{ on: "GET http://127.0.0.1:9001/checkout/adminapi/v2/orders/5452321", status: 404 }]);
    context.origin = (key) => (key === "qliro" ? "http://127.0.0.1:9001/" : "http://wrong");
    expect(await readOrder(context, "5452321")).toEqual({ kind: "absent" });
    expect(context.http.remaining()).toBe(0);
  });
});

describe("reading an order", () => {
  const failure = (ErrorCode: string, ErrorMessage = "") => ({ ErrorCode, ErrorMessage });

  it("reads codes before statuses", async () => {
    const answers: [number, string, object][] = [
      [400, "ORDER_NOT_FOUND", { kind: "absent" }],
      [400, "MERCHANT_MISMATCH", { kind: "absent" }],
      [400, "UNAUTHORIZED", { kind: "unauthorized" }],
      [400, "FORBIDDEN", { kind: "unauthorized" }],
      [400, "INVALID_INPUT", { kind: "refused", code: "PLATFORM_REFUSED" }],
      [404, "", { kind: "absent" }],
      [401, "", { kind: "unauthorized" }],
      [500, "SYSTEM_ERROR", { kind: "later", code: "PLATFORM_UNAVAILABLE" }],
      [429, "", { kind: "later", code: "RATE_LIMITED", retryAfterMs: 3000 }],
    ];
    for (const [status, code, expected] of answers) {
      const context = contextWith([{ status, answer: failure(code), headers: { "retry-after": "3" } }]);
      expect(await readOrder(context, "5452321"), `${status} ${code}`).toMatchObject(expected);
    }
  });

  it("does not take an answer that is not as documented for an order, nor another order for this one", async () => {
    expect(await readOrder(contextWith([{ answer: "<html>" }]), "5452321")).toMatchObject({
      kind: "refused",
      code: "PLATFORM_ANSWER_NOT_UNDERSTOOD",
    });
    expect(await readOrder(contextWith([{ answer: plain.order }]), "999")).toEqual({ kind: "absent" });
    expect(await readOrder(contextWith([]), "../settlements")).toEqual({ kind: "absent" });
  });

  it("asks the checkout side for a reference of digits, which the Admin API would take for an id", async () => {
    const order = { ...plain.order, MerchantReference: "10001" };
    const context = contextWith([
      { on: "GET /checkout/merchantapi/Orders?merchantReference=10001", answer: { OrderId: 5452321 } },
      { on: "GET /checkout/adminapi/v2/orders/5452321", answer: order },
    ]);
    expect(await readOrderByReference(context, "10001")).toMatchObject({ kind: "found" });
    const other = contextWith([{ on: "GET /v2/orders/SE-10001", answer: plain.order }]);
    expect(await readOrderByReference(other, "SE-10001")).toMatchObject({ kind: "found" });
    const foreign = contextWith([{ answer: plain.order }]);
    expect(await readOrderByReference(foreign, "SE-10002")).toEqual({ kind: "absent" });
  });

  it("finds the order of a transaction", async () => {
    const context = contextWith([
      { on: "GET /v2/paymentTransactions/454211", answer: { PaymentTransactionId: 454211, OrderId: 5452321 } },
      { on: "GET /v2/orders/5452321", answer: plain.order },
    ]);
    expect(await readOrderByTransaction(context, "454211")).toMatchObject({ kind: "found" });
    expect(await qliro.payments?.observe(contextWith([]), "specter.order_no", "1")).toMatchObject({ kind: "refused" });
  });

  it("finds each kind of alias by its own call", async () => {
    const steps = { "qliro.order_id": "5452321", "qliro.merchant_reference": "SE-10001" };
    for (const [type, value] of Object.entries(steps)) {
      const seen = await qliro.payments?.observe(contextWith([{ answer: plain.order }]), type, value);
      expect(seen).toEqual({ kind: "found", value: plain.observation });
    }
  });

  it("keeps secrets and personal data of an error message to itself", async () => {
    const message = `Key ACME_SE with ${SECRET}: customer 790625-5307 (t@example.com) unknown`;
    const context = contextWith([
      { status: 400, answer: { ErrorCode: "INVALID_INPUT", ErrorMessage: message, ErrorReference: "5f6f4a3e-6d0f" } },
    ]);
    const seen = await readOrder(context, "5452321");
    expect(JSON.stringify(seen)).not.toMatch(/ACME_SE|exampleMerchant|790625|t@example/);
    expect(seen).toMatchObject({ detail: expect.stringContaining("INVALID_INPUT") });
    expect(seen).toMatchObject({ detail: expect.stringContaining("5f6f4a3e-6d0f") });
  });
});

describe("verifying credentials", () => {
  it("lists yesterday's payouts and nothing else", async () => {
    const context = contextWith([
      {
        on: "GET /v2/settlements/GetSettlementBatches?FromBatchDate=2026%2F01%2F14&ToBatchDate=2026%2F01%2F14",
        answer: { SettlementBatches: [] },
      },
    ]);
    expect(await verify(context)).toMatchObject({ kind: "found" });
  });

  it("takes a business error as proof, and 401 as refusal", async () => {
    const answered = (status: number, answer?: object) => verify(contextWith([{ status, answer }]));
    expect(await answered(400, { ErrorCode: "PERIOD_NOT_SETTLED" })).toMatchObject({ kind: "found" });
    expect(await answered(400, { ErrorCode: "PERIOD_INVALID" })).toMatchObject({ kind: "found" });
    expect(await answered(404, { ErrorCode: "NOTHING_HERE" })).toMatchObject({ kind: "found" });
    expect(await answered(401)).toMatchObject({ kind: "unauthorized" });
    expect(await answered(400, { ErrorCode: "UNAUTHORIZED" })).toMatchObject({ kind: "unauthorized" });
    expect(await answered(503)).toMatchObject({ kind: "later" });
    expect(await answered(404)).toMatchObject({ kind: "refused" });
    expect(await answered(302)).toMatchObject({ kind: "refused" });
  });
});

// Who may call the simulated Qliro, and with which RequestId: reference/qliro.md sections 3 and 7.
import { beforeEach, describe, expect, it } from "vitest";
import { createMerchant, hats, KEY, type Merchant, placeHats, SECRET, ship, sign } from "./merchant.ts";

let merchant: Merchant;
beforeEach(() => {
  merchant = createMerchant();
});

const Q1_BODY =
  '{"RequestId":"d92b8c60-6781-4946-9854-e70b27452d5a","MerchantApiKey":"ACME_SE","OrderId":5452321,"Currency":"SEK","Shipments":[{"PaymentTransactionId":454211,"OrderItems":[{"MerchantReference":"SKU-1","Type":"Product","Quantity":2,"PricePerItemIncVat":375.55}]}]}';
const Q1_TOKEN = "Qliro uAjHuZUzhEH5Nx9hW+9TtMxx8SjCzMghebnzyilH8UI=";
const Q2_TOKEN = "Qliro +AI7wfS0a9UV3Bqfq2rOlqJC1UT3g3fdo/BEhcXodZw=";
const Q3_BODY =
  '{"RequestId":"2f7c9a54-0b1e-4d53-9a8f-5b8a1d6f0c11","MerchantApiKey":"ACME_SE","OrderId":5452321,"NewMerchantReference":"SE-10001","Note":"Blå tröja 50 €"}';
const Q3_TOKEN = "Qliro 1HKJu+kktj3+eIDIwDnkp0PzIry21rA4NMzxUf7OukY=";

const send = (path: string, body: string, authorization: string) =>
  merchant.raw(path, {
    method: "POST",
    headers: { authorization, "content-type": "application/json; charset=utf-8" },
    body,
  });

describe("the published vectors", () => {
  beforeEach(() => {
    merchant.control({ do: "place", rows: [{ reference: "SKU-1", quantity: 2, price: "375.55" }] });
  });

  it("Q1 captures", async () => {
    const answer = await send("/adminapi/v2/MarkItemsAsShipped", Q1_BODY, Q1_TOKEN);
    expect([answer.status, answer.body.PaymentTransactions[0].Status]).toEqual([200, "Created"]);
  });

  it("Q2 reads", async () => {
    const answer = await merchant.raw("/adminapi/v2/orders/5452321", { headers: { authorization: Q2_TOKEN } });
    expect([answer.status, answer.body.OrderId]).toEqual([200, 5_452_321]);
  });

  it("Q3 renames, its bytes taken as UTF-8", async () => {
    expect((await send("/adminapi/v2/updatemerchantreference", Q3_BODY, Q3_TOKEN)).status).toBe(200);
    expect((await merchant.get("/merchantapi/Orders?merchantReference=SE-10001")).body.OrderId).toBe(5_452_321);
  });
});

describe("a wrong token", () => {
  it("is 401 with an empty body, whatever was asked", async () => {
    placeHats(merchant);
    const reordered = Q1_BODY.replace('{"RequestId"', '{ "RequestId"');
    for (const answer of [
      await send("/adminapi/v2/MarkItemsAsShipped", reordered, Q1_TOKEN),
      await merchant.get("/adminapi/v2/orders/5452321", "another secret"),
      await merchant.raw("/adminapi/v2/orders/5452321", {}),
      await merchant.raw("/adminapi/v2/nothing", { headers: { authorization: `Bearer ${SECRET}` } }),
    ]) {
      expect([answer.status, answer.text]).toEqual([401, ""]);
    }
  });

  it("is 401 in words when the body names another key than the one that signed", async () => {
    const { orderId } = placeHats(merchant);
    const answer = await merchant.post("/adminapi/v2/cancelOrder", { OrderId: orderId, MerchantApiKey: "OTHER" });
    expect([answer.status, answer.body.ErrorCode]).toEqual([401, "UNAUTHORIZED"]);
  });
});

describe("another merchant's order", () => {
  it("is a mismatch by id, and not found by reference", async () => {
    merchant.control({ do: "account", key: "OTHER", secret: "other" });
    const { orderId } = placeHats(merchant, { key: KEY });
    const byId = await merchant.get(`/adminapi/v2/orders/${orderId}`, "other");
    expect([byId.status, byId.body.ErrorCode]).toEqual([400, "MERCHANT_MISMATCH"]);
    const byReference = await merchant.get("/adminapi/v2/orders/SE-10001", "other");
    expect([byReference.status, byReference.body.ErrorCode]).toEqual([404, "ORDER_NOT_FOUND"]);
    const merchantApi = await merchant.get("/merchantapi/Orders?merchantReference=SE-10001", "other");
    expect(merchantApi.body).toMatchObject({ ErrorCode: "ORDER_NOT_FOUND", DetailedErrorMessage: expect.any(String) });
  });
});

describe("a RequestId", () => {
  const id = "11111111-2222-4333-8444-555555555555";
  const cancel = (orderId: number) => merchant.post("/adminapi/v2/cancelOrder", { OrderId: orderId, RequestId: id });

  it("is denied a second time for seven days, and the first answer is not repeated", async () => {
    const one = placeHats(merchant);
    const two = placeHats(merchant, { reference: "SE-10002" });
    expect((await cancel(one.orderId)).status).toBe(200);
    const denied = await cancel(two.orderId);
    expect([denied.status, denied.body.ErrorCode]).toEqual([400, "REQUEST_ID_ALREADY_USED"]);
    merchant.clock.now += 7 * 86_400_000 + 1;
    expect((await cancel(two.orderId)).status).toBe(200);
  });

  it("is denied with the code it is told to use", async () => {
    merchant.control({ do: "set", switches: { requestIdDeniedCode: "ANYTHING" } });
    const { orderId } = placeHats(merchant);
    await cancel(orderId);
    expect((await cancel(orderId)).body.ErrorCode).toBe("ANYTHING");
  });

  it("is used up by a rejected call, unless only accepted calls are told to count", async () => {
    const { orderId } = placeHats(merchant);
    const wrong = { RequestId: id, OrderId: orderId, Currency: "EUR" };
    const rows = { Shipments: [{ OrderItems: [hats(1)] }] };
    const path = "/adminapi/v2/MarkItemsAsShipped";
    expect((await merchant.post(path, { ...wrong, ...rows })).body.ErrorCode).toBe("CURRENCY_MISMATCH");
    expect((await cancel(orderId)).body.ErrorCode).toBe("REQUEST_ID_ALREADY_USED");
    const lenient = createMerchant();
    lenient.control({ do: "set", switches: { requestIdKept: "accepted_calls" } });
    const placed = placeHats(lenient);
    await lenient.post(path, { ...wrong, ...rows, OrderId: placed.orderId });
    const body = { RequestId: id, OrderId: placed.orderId };
    expect((await lenient.post("/adminapi/v2/cancelOrder", body)).status).toBe(200);
  });

  it("must be a GUID", async () => {
    const { orderId } = placeHats(merchant);
    const answer = await merchant.post("/adminapi/v2/cancelOrder", { OrderId: orderId, RequestId: "1" });
    expect(answer.body).toMatchObject({ ErrorCode: "INVALID_INPUT", ErrorReference: expect.any(String) });
  });
});

describe("a body", () => {
  it("that is not JSON is an invalid request", async () => {
    const answer = await send("/adminapi/v2/cancelOrder", "{", await sign("{", SECRET));
    expect([answer.status, answer.body.ErrorCode]).toEqual([400, "INVALID_REQUEST"]);
  });

  it("for an unknown order says so", async () => {
    expect((await ship(merchant, 1, null, [hats(1)])).body.ErrorCode).toBe("ORDER_NOT_FOUND");
  });
});

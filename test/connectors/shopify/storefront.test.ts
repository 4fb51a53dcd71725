import { describe, expect, it } from "vitest";
import { shopify } from "../../../src/connectors/shopify/index.ts";
import { storefront } from "../../../src/connectors/shopify/storefront.ts";
import type { Alias } from "../../../src/domain/observation.ts";
import { contextWith, data, sentCalls } from "./context.ts";
import reference from "./golden/order-reference.json";
import { BOOK, connection, fulfillment, ORDER_GID, orderAnswer, orderWith, refund, SHIRT, sek } from "./order.ts";

const ID = "6021457707331";
const observe = (context: ReturnType<typeof contextWith>, value = ID, type = "shopify.order_id") =>
  storefront.observe(context, type, value);

describe("reading an order", () => {
  it("asks once, by its id, and answers the observation", async () => {
    const context = contextWith([data(orderAnswer(orderWith()))]);
    expect(await observe(context)).toEqual({ kind: "found", value: reference });
    expect(sentCalls(context.http)).toEqual([
      { name: "ReadOrder", variables: expect.objectContaining({ id: ORDER_GID }) },
    ]);
  });

  it("asks for the checkout's token only where the version knows it", async () => {
    for (const [apiVersion, asked] of [
      ["2026-07", true],
      ["2026-04", false],
    ] as const) {
      const context = contextWith([data(orderAnswer(orderWith()))], { settings: { apiVersion } });
      await observe(context);
      expect(context.http.sent[0]?.text.includes("checkoutToken")).toBe(asked);
      expect(context.http.sent[0]?.url).toContain(`/admin/api/${apiVersion}/`);
    }
  });

  it("knows no order where there is none, and asks nothing for what is no id", async () => {
    expect(await observe(contextWith([data({ order: null })]))).toEqual({ kind: "absent" });
    const other = orderWith({ id: "gid://shopify/Order/1" });
    expect(await observe(contextWith([data(orderAnswer(other))]))).toEqual({ kind: "absent" });
    expect(await observe(contextWith([]), "#1001")).toEqual({ kind: "absent" });
    expect(await observe(contextWith([]), ID, "shopify.name")).toEqual({ kind: "absent" });
  });

  it("does without the customer's record", async () => {
    const step = data(orderAnswer(orderWith({ customer: null })));
    const errors = [{ path: ["order", "customer"], extensions: { code: "ACCESS_DENIED" } }];
    const context = contextWith([{ answer: { ...(step.answer as object), errors } }]);
    expect(await observe(context)).toEqual({ kind: "found", value: reference });
  });

  it("reads all lines of a long order", async () => {
    const page = (hasNextPage: boolean, endCursor: string | null, ...nodes: unknown[]) => ({
      pageInfo: { hasNextPage, endCursor },
      nodes,
    });
    const context = contextWith([
      data(orderAnswer(orderWith({ lineItems: page(true, "c1", SHIRT) }))),
      data({ order: { lineItems: page(false, null, BOOK) } }),
    ]);
    expect(await observe(context)).toEqual({ kind: "found", value: reference });
    expect(sentCalls(context.http)[1]).toEqual({ name: "MoreLines", variables: { id: ORDER_GID, after: "c1" } });
  });

  it("stops between pages when the bucket is nearly empty", async () => {
    const cut = (cursor: string) => ({ pageInfo: { hasNextPage: true, endCursor: cursor }, nodes: [SHIRT] });
    const context = contextWith([
      data(orderAnswer(orderWith({ lineItems: cut("c1") }))),
      data({ order: { lineItems: cut("c2") } }, 20),
    ]);
    expect(await observe(context)).toMatchObject({ kind: "later", code: "RATE_LIMITED", retryAfterMs: 1_000 });
  });

  it("asks again for more where a list was full, and refuses what is longer still", async () => {
    const refunds = Array.from({ length: 10 }, (_, index) => refund(index + 1, [], [["1.0"]]));
    const answer = data(orderAnswer(orderWith({ refunds })));
    const context = contextWith([answer, answer]);
    expect(await observe(context)).toMatchObject({ kind: "found" });
    expect(sentCalls(context.http).map(({ variables }) => variables)).toMatchObject([{ refunds: 10 }, { refunds: 50 }]);
    const parcel = fulfillment(1, [[BOOK, 1]]);
    const endless = { ...parcel, fulfillmentLineItems: { ...connection([]), pageInfo: { hasNextPage: true } } };
    const long = data(orderAnswer(orderWith({ fulfillments: [endless] })));
    expect(await observe(contextWith([long, long]))).toMatchObject({ kind: "refused" });
  });

  it("refuses an order whose rows do not explain its total, in words a person can use", async () => {
    const context = contextWith([data(orderAnswer(orderWith({ totalPriceSet: sek("700.0") })))]);
    expect(await observe(context)).toEqual({
      kind: "refused",
      code: "PLATFORM_ANSWER_NOT_UNDERSTOOD",
      detail: expect.stringContaining("9680 minor units of SEK"),
    });
  });
});

describe("finding the order of a payment", () => {
  const PAYMENT_ID = "u0nwmSrNntjIWozmNslK5Tlq";
  const alias = (type: string, value: string, raw?: string): Alias => ({
    type,
    value,
    ...(raw === undefined ? {} : { raw }),
    tier: 4,
  });
  const found = (...orders: unknown[]) => data({ orders: { nodes: orders } });
  const order = (id: number, name: string, ...paymentIds: (string | null)[]) => ({
    id: `gid://shopify/Order/${id}`,
    name,
    transactions: paymentIds.map((paymentId) => ({ paymentId, status: "SUCCESS" })),
  });
  const queries = (context: ReturnType<typeof contextWith>) =>
    sentCalls(context.http).map(({ variables }) => (variables as { query: string }).query);

  it("searches by payment id, in the spelling the PSP wrote, and compares to the letter", async () => {
    const context = contextWith([found(order(7, "#1001", null, PAYMENT_ID))]);
    const given = [alias("qliro.merchant_reference", PAYMENT_ID.toUpperCase(), PAYMENT_ID)];
    expect(await storefront.find(context, given)).toEqual({ kind: "found", value: "7" });
    expect(queries(context)).toEqual([`payment_id:${PAYMENT_ID}`]);
    const other = contextWith([found(order(7, "#1001", PAYMENT_ID.toLowerCase()))]);
    expect(await storefront.find(other, [alias("klarna.merchant_reference2", PAYMENT_ID)])).toEqual({ kind: "absent" });
  });

  it("does not take a payment that failed for one", async () => {
    const declined = { id: "7", name: "#1", transactions: [{ paymentId: PAYMENT_ID, status: "FAILURE" }] };
    const context = contextWith([found(declined)]);
    expect(await storefront.find(context, [alias("klarna.merchant_reference2", PAYMENT_ID)])).toEqual({
      kind: "absent",
    });
  });

  it("searches for an order number as number and as name, after every payment id", async () => {
    const context = contextWith([found(), found(order(9, "#10012")), found(order(8, "#1001"), order(9, "#10012"))]);
    const given = [
      alias("klarna.merchant_reference1", "1001", "#1001"),
      alias("klarna.merchant_reference2", PAYMENT_ID),
    ];
    expect(await storefront.find(context, given)).toEqual({ kind: "found", value: "8" });
    expect(queries(context)).toEqual([`payment_id:${PAYMENT_ID}`, "name:1001", "name:#1001"]);
  });

  it("takes no number that fits two orders", async () => {
    const twice = found(order(8, "#1001"), order(9, "1001"));
    const context = contextWith([twice, twice]);
    expect(await storefront.find(context, [alias("svea.client_order_number", "1001")])).toEqual({ kind: "absent" });
  });

  it("finds tokens within a sentence, old forms too", async () => {
    const context = contextWith([found(order(5, "#1001", "c901414060.1"))]);
    const given = [alias("mollie.description", "Order c901414060.1 at Acme")];
    expect(await storefront.find(context, given)).toEqual({ kind: "found", value: "5" });
    expect(queries(context)).toEqual(['payment_id:"c901414060.1"']);
  });

  it("escapes the search syntax", async () => {
    const context = contextWith([found()]);
    await storefront.find(context, [alias("klarna.merchant_reference2", 'x"OR(name:*)\\')]);
    expect(queries(context)).toEqual(['payment_id:"x\\"OR(name:*)\\\\"']);
  });

  it.each([
    ["qliro.temporary_reference", "q15f1e2d3c4b5a6"],
    ["qliro.order_id", "4510023"],
    ["klarna.merchant_reference1", "a b"],
    ["klarna.merchant_reference2", "12"],
  ])("asks nothing for %s %j", async (type, value) => {
    expect(await storefront.find(contextWith([]), [alias(type, value)])).toEqual({ kind: "absent" });
  });

  it("says later when Shopify does, instead of absent", async () => {
    const context = contextWith([{ status: 503 }]);
    expect(await storefront.find(context, [alias("klarna.merchant_reference2", PAYMENT_ID)])).toMatchObject({
      kind: "later",
    });
  });
});

describe("verifying", () => {
  const scopes = (...handles: string[]) =>
    data({ shop: { name: "Acme" }, currentAppInstallation: { accessScopes: handles.map((handle) => ({ handle })) } });

  it("says how far back orders can be read", async () => {
    expect(await shopify.verify(contextWith([scopes("read_orders", "read_products")]))).toEqual({
      kind: "found",
      value: { detail: expect.stringContaining("last 60 days") },
    });
    expect(await shopify.verify(contextWith([scopes("read_orders", "read_all_orders")]))).toEqual({
      kind: "found",
      value: { detail: expect.stringContaining("any age") },
    });
  });

  it("refuses an app that may not read orders, and a token that is none", async () => {
    expect(await shopify.verify(contextWith([scopes("read_products")]))).toMatchObject({ code: "CREDENTIALS_REFUSED" });
    expect(await shopify.verify(contextWith([{ status: 401 }]))).toMatchObject({ kind: "unauthorized" });
  });
});

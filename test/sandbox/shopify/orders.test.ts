// What happens to an order, and what the shop tells of it: topics, their order, bodies and signatures.
import { beforeEach, describe, expect, it } from "vitest";
import { createMerchant, HOOK, type Json, type Merchant, placeReference, SECRET, subscribeAll } from "./merchant.ts";

let merchant: Merchant;
beforeEach(() => {
  merchant = createMerchant();
  subscribeAll(merchant);
});

const topics = async () => (await merchant.told()).map((each) => each.topic);
const status = (orderId: number) => merchant.control({ do: "show", orderId }).financialStatus;

async function signature(body: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(SECRET), algorithm, false, ["sign"]);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(body)))));
}

describe("an order that is placed", () => {
  it("is told of first, its payment after it, and never with its transactions in the body", async () => {
    const { paymentId } = placeReference(merchant);
    const told = await merchant.told();
    expect(told.map((each) => each.topic)).toEqual(["orders/create", "order_transactions/create", "orders/updated"]);
    expect(JSON.stringify(told[0]?.body)).not.toContain(paymentId);
    expect(told[0]?.body).not.toHaveProperty("transactions");
    expect(told[1]?.body).toMatchObject({
      kind: "authorization",
      status: "success",
      gateway: "Klarna",
      amount: "603.20",
    });
    expect(told[1]?.body.payment_id).toBe(paymentId);
    expect(paymentId).toMatch(/^[A-Za-z0-9]{24}$/);
  });

  it("can be told of after its payment", async () => {
    placeReference(merchant, { transactionsFirst: true, kind: "sale" });
    expect(await topics()).toEqual(["order_transactions/create", "orders/create", "orders/paid", "orders/updated"]);
  });

  it("is signed over the very bytes that are sent, and named by its headers", async () => {
    placeReference(merchant, { note: "Åäö" });
    const [create, transaction] = merchant.hooks().map((each) => each.webhook);
    expect(create?.url).toBe(HOOK);
    expect(create?.headers["x-shopify-hmac-sha256"]).toBe(await signature(create?.body ?? ""));
    expect(create?.headers).toMatchObject({
      "x-shopify-topic": "orders/create",
      "x-shopify-shop-domain": "kaffe.myshopify.com",
      "x-shopify-api-version": "2026-07",
      "x-shopify-triggered-at": "2026-10-05T12:03:11.000Z",
    });
    const ids = [create, transaction].flatMap((each) => [
      each?.headers["x-shopify-webhook-id"],
      each?.headers["x-shopify-event-id"],
    ]);
    expect(new Set(ids).size).toBe(4);
  });

  it("shares its event id, not its webhook id, among several subscriptions", () => {
    merchant.control({
      do: "subscribe",
      topic: "ORDERS_CREATE",
      url: `${HOOK}/2`,
      includeFields: ["id", "updated_at"],
    });
    placeReference(merchant);
    const created = merchant.hooks().filter((each) => each.webhook.headers["x-shopify-topic"] === "orders/create");
    const [one, two] = created.map((each) => each.webhook);
    expect(one?.headers["x-shopify-event-id"]).toBe(two?.headers["x-shopify-event-id"]);
    expect(one?.headers["x-shopify-webhook-id"]).not.toBe(two?.headers["x-shopify-webhook-id"]);
    expect(Object.keys(JSON.parse(two?.body ?? "{}"))).toEqual(["id", "updated_at"]);
  });

  it("numbers itself with the shop's prefix and suffix", () => {
    const named = createMerchant({ orderNamePrefix: "SE", orderNameSuffix: "-A" });
    expect([placeReference(named).name, placeReference(named).name]).toEqual(["SE1001-A", "SE1002-A"]);
  });

  it("is nothing at all where it makes no sense", () => {
    const line = { price: "10.00" };
    expect(merchant.refused({ do: "order", lines: [{ price: "1.234" }] })).toContain("no amount of SEK");
    expect(merchant.refused({ do: "order", lines: [line], giftCard: "11" })).toContain("more than the order costs");
    expect(merchant.refused({ do: "order", lines: [line], discounts: [{ amount: "11" }] })).toContain(
      "more than a line",
    );
    expect(merchant.refused({ do: "order", lines: [line], colour: "red" })).toContain("colour");
    expect(placeReference(merchant).name).toBe("#1001");
    expect(merchant.hooks()).toHaveLength(3);
  });
});

describe("its payment", () => {
  it("may come later, pending first, as the same row", async () => {
    const { orderId, paymentId } = placeReference(merchant, { payment: "pending", kind: "sale" });
    expect(status(orderId)).toBe("pending");
    await merchant.told();
    merchant.control({ do: "pay", orderId });
    expect(await topics()).toEqual(["orders/paid", "orders/updated"]);
    const shown = merchant.control({ do: "show", orderId });
    expect(shown.transactions).toMatchObject([{ status: "success", paymentId, amountMinor: 60_320 }]);
  });

  it("may come later as a new row that is told of", async () => {
    const { orderId } = placeReference(merchant, { payment: "none" });
    expect(await topics()).toEqual(["orders/create", "orders/updated"]);
    merchant.control({ do: "pay", orderId, gateway: "Qliro", paymentId: "u0nwmSrNntjIWozmNslK5Tlq" });
    const told = await merchant.told();
    expect(told.map((each) => each.topic)).toEqual(["order_transactions/create", "orders/updated"]);
    expect(told[0]?.body).toMatchObject({ gateway: "Qliro", payment_id: "u0nwmSrNntjIWozmNslK5Tlq" });
  });

  it("is captured by rows without a payment id, and paid once everything is", async () => {
    const { orderId, transactions } = placeReference(merchant);
    await merchant.told();
    merchant.control({ do: "capture", orderId, amount: "300" });
    expect(status(orderId)).toBe("partially_paid");
    expect(await topics()).toEqual(["order_transactions/create", "orders/updated"]);
    merchant.control({ do: "capture", orderId });
    const told = await merchant.told();
    expect(told.map((each) => each.topic)).toEqual(["order_transactions/create", "orders/paid", "orders/updated"]);
    expect(told[0]?.body).toMatchObject({
      kind: "capture",
      payment_id: null,
      parent_id: transactions[0].id,
      amount: "303.20",
    });
    expect(merchant.refused({ do: "capture", orderId })).toContain("not authorised");
  });

  it("can be a gift card and a payment app together, or a second try", () => {
    const split = placeReference(merchant, { giftCard: "100" });
    expect(split.transactions).toMatchObject([
      { gateway: "gift_card", kind: "sale", amountMinor: 10_000, paymentId: null },
      { gateway: "Klarna", kind: "authorization", amountMinor: 50_320 },
    ]);
    const second = placeReference(merchant, {
      payments: [{ status: "failure", paymentId: "first" }, { gateway: "Qliro" }],
    });
    expect(second.transactions.map((each: Json) => [each.status, each.amountMinor])).toEqual([
      ["failure", 60_320],
      ["success", 60_320],
    ]);
  });
});

describe("a refund", () => {
  it("of one T-shirt is that of the reference (section 4)", async () => {
    const { orderId } = placeReference(merchant);
    merchant.control({ do: "capture", orderId });
    await merchant.told();
    merchant.control({ do: "refund", orderId, rows: [{ sku: "TS-BLK-M" }], note: "retur" });
    const told = await merchant.told();
    expect(told.map((each) => each.topic)).toEqual(["order_transactions/create", "refunds/create", "orders/updated"]);
    expect(told[1]?.body).toMatchObject({
      note: "retur",
      refund_line_items: [{ quantity: 1, restock_type: "return", subtotal: 224.1, total_tax: 44.82 }],
      order_adjustments: [],
      transactions: [{ kind: "refund", amount: "224.10", payment_id: null }],
    });
    expect(told[2]?.body).toMatchObject({ total_price: "603.20", current_total_price: "379.10" });
    expect(status(orderId)).toBe("partially_refunded");
  });

  it("of an amount stands in an adjustment with the customer's sign, or the other by a switch", async () => {
    const { orderId } = placeReference(merchant, { kind: "sale" });
    merchant.control({ do: "refund", orderId, amount: "50" });
    merchant.control({ do: "set", switches: { adjustmentSign: "positive" } });
    merchant.control({ do: "refund", orderId, amount: "10" });
    const refunds = (await merchant.told()).filter((each) => each.topic === "refunds/create");
    expect(refunds.map((each) => each.body.order_adjustments[0].amount)).toEqual(["-50.00", "10.00"]);
  });

  it("of rows may give back less than they come to, or nothing", async () => {
    const { orderId } = placeReference(merchant, { kind: "sale" });
    merchant.control({ do: "refund", orderId, rows: [{ sku: "TS-BLK-M" }], amount: "200" });
    merchant.control({ do: "refund", orderId, rows: [{ sku: "BOK-01" }], transaction: false });
    const refunds = (await merchant.told()).filter((each) => each.topic === "refunds/create").map((each) => each.body);
    expect(refunds.map((each) => [each.transactions.length, each.order_adjustments[0].amount])).toEqual([
      [1, "24.10"],
      [0, "106.00"],
    ]);
  });

  it("of freight stands among the freight, or among the adjustments by a switch", async () => {
    const { orderId } = placeReference(merchant, { kind: "sale" });
    merchant.control({ do: "refund", orderId, shipping: "20" });
    merchant.control({ do: "set", switches: { shippingRefunds: "order_adjustments" } });
    merchant.control({ do: "refund", orderId, shipping: true });
    const refunds = (await merchant.told()).filter((each) => each.topic === "refunds/create").map((each) => each.body);
    expect(refunds[0]?.refund_shipping_lines[0].subtotal_amount_set.shop_money.amount).toBe("20.00");
    expect(refunds[1]).toMatchObject({
      refund_shipping_lines: [],
      order_adjustments: [{ kind: "shipping_refund", amount: "-29.00" }],
    });
    expect(merchant.refused({ do: "refund", orderId, shipping: "0.01" })).toContain("0 minor units are left");
  });

  it("of everything leaves nothing, to gift cards last", () => {
    const { orderId } = placeReference(merchant, { kind: "sale", giftCard: "100" });
    const partly = merchant.control({ do: "refund", orderId, amount: "503.20" });
    expect(partly.transactions.at(-1)).toMatchObject({ gateway: "Klarna", amountMinor: 50_320 });
    merchant.control({ do: "refund", orderId, rows: [{ sku: "TS-BLK-M", quantity: 2 }], amount: "100" });
    expect(status(orderId)).toBe("refunded");
  });
});

describe("later", () => {
  it("goods leave in parts", async () => {
    const { orderId } = placeReference(merchant);
    await merchant.told();
    merchant.control({ do: "fulfil", orderId, rows: [{ sku: "TS-BLK-M" }], tracking: { number: "UA1" } });
    const told = await merchant.told();
    expect(told.map((each) => each.topic)).toEqual([
      "fulfillments/create",
      "orders/partially_fulfilled",
      "orders/updated",
    ]);
    expect(told[0]?.body).toMatchObject({ tracking_number: "UA1", line_items: [{ sku: "TS-BLK-M", quantity: 1 }] });
    merchant.control({ do: "fulfil", orderId });
    expect(await topics()).toEqual(["fulfillments/create", "orders/fulfilled", "orders/updated"]);
    expect(merchant.refused({ do: "fulfil", orderId })).toContain("everything has left");
  });

  it("an order is cancelled: its authorisation is given back, and every row comes off", async () => {
    const { orderId } = placeReference(merchant);
    await merchant.told();
    const answer = merchant.control({ do: "cancel", orderId, reason: "inventory" });
    expect(answer).toMatchObject({ financialStatus: "voided", currentTotalMinor: 0, capturableMinor: 0 });
    const told = await merchant.told();
    expect(told.map((each) => each.topic)).toEqual([
      "order_transactions/create",
      "refunds/create",
      "orders/cancelled",
      "orders/updated",
    ]);
    expect(told[1]?.body).toMatchObject({ transactions: [], order_adjustments: [] });
    expect(told[2]?.body).toMatchObject({ cancel_reason: "inventory", total_price: "603.20" });
    expect(merchant.refused({ do: "cancel", orderId })).toContain("is cancelled");
  });

  it("a paid order that is cancelled gives its money back", () => {
    const { orderId } = placeReference(merchant, { kind: "sale" });
    const answer = merchant.control({ do: "cancel", orderId });
    expect(answer).toMatchObject({ financialStatus: "refunded", refundedMinor: 60_320 });
  });

  it("an edit adds and removes, and what was placed stays on record", async () => {
    const { orderId } = placeReference(merchant);
    await merchant.told();
    const add = [{ sku: "MUGG", price: "80.00" }];
    merchant.control({ do: "edit", orderId, add, remove: [{ sku: "TS-BLK-M" }] });
    const told = await merchant.told();
    expect(told.map((each) => each.topic)).toEqual(["orders/edited", "orders/updated"]);
    expect(told[0]?.body.order_edit).toMatchObject({
      order_id: orderId,
      line_items: { additions: [{ delta: 1 }], removals: [{ delta: 1 }] },
    });
    const lines = told[1]?.body.line_items.map((line: Json) => [line.sku, line.quantity, line.current_quantity]);
    expect(lines).toEqual([
      ["TS-BLK-M", 2, 1],
      ["BOK-01", 1, 1],
      ["MUGG", 1, 1],
    ]);
    expect(told[1]?.body).toMatchObject({ total_price: "603.20", current_total_price: "459.10" });
    merchant.control({ do: "set", switches: { totalsAfterEdit: "edited" } });
    const { body } = await merchant.get(`/admin/api/2026-07/orders/${orderId}.json`);
    expect(body.order.total_price).toBe("459.10");
  });

  it("a line that an edit added keeps its share of its discount when another takes some of it off", () => {
    const { orderId } = placeReference(merchant);
    const add = [{ sku: "MUGG", price: "80.00", quantity: 4, discount: "40.00" }];
    expect(merchant.control({ do: "edit", orderId, add }).currentTotalMinor).toBe(60_320 + 28_000);
    const remove = [{ sku: "MUGG", quantity: 3 }];
    expect(merchant.control({ do: "edit", orderId, remove }).currentTotalMinor).toBe(60_320 + 7_000);
  });

  it("an order gets another name or tag, and the shop tells of it", async () => {
    const { orderId } = placeReference(merchant);
    await merchant.told();
    merchant.clock.now += 60_000;
    merchant.control({ do: "rename", orderId, to: "#1001-B" });
    merchant.control({ do: "tag", orderId, tags: ["vip"] });
    const told = await merchant.told();
    expect(told.map((each) => [each.topic, each.body.name, each.body.tags])).toEqual([
      ["orders/updated", "#1001-B", ""],
      ["orders/updated", "#1001-B", "vip"],
    ]);
    expect(told[0]?.body.updated_at).toBe("2026-10-05T14:04:11+02:00");
  });

  it("a refused command leaves no trace", async () => {
    const { orderId } = placeReference(merchant);
    await merchant.told();
    const before = JSON.stringify(merchant.network.snapshot());
    merchant.clock.now += 60_000;
    expect(merchant.refused({ do: "refund", orderId, amount: "1" })).toContain("0 minor units were received");
    expect(merchant.refused({ do: "edit", orderId, add: [{ price: "1.234" }] })).toContain("no amount");
    expect(merchant.refused({ do: "fulfil", orderId, rows: [{ sku: "BOK-01", quantity: 2 }] })).toContain("1 of 2");
    const after = JSON.stringify(merchant.network.snapshot());
    expect(after.replace(/"nextId":\d+/, "")).toBe(before.replace(/"nextId":\d+/, ""));
  });

  it("a snapshot brings everything back", async () => {
    const { orderId } = placeReference(merchant);
    const snapshot = merchant.network.snapshot();
    merchant.control({ do: "cancel", orderId });
    merchant.network.restore(snapshot);
    expect(status(orderId)).toBe("authorized");
  });
});

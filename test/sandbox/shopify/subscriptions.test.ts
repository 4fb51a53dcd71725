// Webhook subscriptions: made, listed, changed and deleted by the API, and lost after four hours of failing.
import { beforeEach, describe, expect, it } from "vitest";
import { createMerchant, HOOK, type Json, type Merchant, placeReference } from "./merchant.ts";

let merchant: Merchant;
beforeEach(() => {
  merchant = createMerchant();
});

const CREATE = `mutation Sub($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription { id topic }
    userErrors { field message }
  }
}`;
const LIST = `{ webhookSubscriptions(first: 250) { edges { node {
  id topic includeFields endpoint { __typename ... on WebhookHttpEndpoint { callbackUrl } }
} } } }`;

const create = async (topic: string, sub: Record<string, unknown>): Promise<Json> =>
  (await merchant.ask(CREATE, { topic, sub })).data.webhookSubscriptionCreate;
const list = async (): Promise<Json[]> =>
  (await merchant.ask(LIST)).data.webhookSubscriptions.edges.map((edge: Json) => edge.node);

describe("a subscription", () => {
  it("is made and listed as the reference does it (section 2.5)", async () => {
    const made = await create("ORDERS_CREATE", { callbackUrl: HOOK, format: "JSON" });
    expect(made).toEqual({ webhookSubscription: { id: expect.any(String), topic: "ORDERS_CREATE" }, userErrors: [] });
    expect(await list()).toEqual([
      {
        id: made.webhookSubscription.id,
        topic: "ORDERS_CREATE",
        includeFields: [],
        endpoint: { __typename: "WebhookHttpEndpoint", callbackUrl: HOOK },
      },
    ]);
    placeReference(merchant);
    expect((await merchant.told()).map((each) => each.topic)).toEqual(["orders/create"]);
  });

  it("takes uri as well, an address once per topic, and no plain HTTP but a loopback's", async () => {
    expect((await create("ORDERS_PAID", { uri: HOOK, name: "paid" })).userErrors).toEqual([]);
    expect((await create("ORDERS_PAID", { callbackUrl: HOOK })).userErrors).toEqual([
      { field: ["webhookSubscription", "callbackUrl"], message: "Address for this topic has already been taken" },
    ]);
    expect((await create("ORDERS_CREATE", { callbackUrl: "http://shop.example" })).userErrors[0].message).toContain(
      "http://",
    );
    expect((await create("ORDERS_CREATE", { callbackUrl: "http://127.0.0.1:8787/x" })).userErrors).toEqual([]);
    expect((await create("ORDERS_CREATE", { callbackUrl: "nowhere" })).userErrors[0].message).toBe(
      "Address is invalid",
    );
    expect((await create("ORDERS_CREATE", {})).userErrors[0].message).toBe("Address can't be blank");
  });

  it("is changed and deleted by its id", async () => {
    const { webhookSubscription } = await create("ORDERS_CREATE", { callbackUrl: HOOK });
    const update = `mutation($id: ID!, $sub: WebhookSubscriptionInput!) {
      webhookSubscriptionUpdate(id: $id, webhookSubscription: $sub) { webhookSubscription { uri } userErrors { message } } }`;
    const changed = await merchant.ask(update, { id: webhookSubscription.id, sub: { callbackUrl: `${HOOK}/2` } });
    expect(changed.data.webhookSubscriptionUpdate).toEqual({
      webhookSubscription: { uri: `${HOOK}/2` },
      userErrors: [],
    });
    const remove = `mutation($id: ID!) { webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } } }`;
    const gone = await merchant.ask(remove, { id: webhookSubscription.id });
    expect(gone.data.webhookSubscriptionDelete.deletedWebhookSubscriptionId).toBe(webhookSubscription.id);
    const again = await merchant.ask(remove, { id: webhookSubscription.id });
    expect(again.data.webhookSubscriptionDelete).toEqual({
      deletedWebhookSubscriptionId: null,
      userErrors: [{ field: ["id"], message: "Webhook subscription does not exist" }],
    });
    expect(await list()).toEqual([]);
  });

  it("is lost after the first try and eight more over four hours, each with the original body", async () => {
    await create("ORDERS_CREATE", { callbackUrl: HOOK });
    await create("ORDERS_UPDATED", { callbackUrl: HOOK });
    const { orderId } = placeReference(merchant);
    const bodies: string[] = [];
    const fails = async (webhook: { headers: Record<string, string>; body: string }) => {
      if (webhook.headers["x-shopify-topic"] !== "orders/create") return { status: 204, body: "" };
      bodies.push(webhook.headers["x-shopify-webhook-id"] + webhook.body);
      return { status: 302, body: "" };
    };
    await merchant.network.deliver(fails);
    merchant.control({ do: "tag", orderId, tags: ["later"] });
    const start = merchant.clock.now;
    while (merchant.hooks().length > 0) {
      merchant.clock.now = merchant.network.nextDueAt() ?? merchant.clock.now;
      await merchant.network.deliver(fails);
    }
    expect(bodies).toHaveLength(9);
    expect(new Set(bodies).size).toBe(1);
    expect(merchant.clock.now - start).toBe(4 * 3_600_000);
    expect((await list()).map((each) => each.topic)).toEqual(["ORDERS_UPDATED"]);
  });

  it("stays where a later try is answered", async () => {
    await create("ORDERS_CREATE", { callbackUrl: HOOK });
    placeReference(merchant);
    await merchant.network.deliver(async () => ({ status: 500, body: "" }));
    merchant.clock.now += 60_000;
    await merchant.network.deliver(async () => ({ status: 200, body: "" }));
    expect(merchant.hooks()).toEqual([]);
    expect(await list()).toHaveLength(1);
  });
});

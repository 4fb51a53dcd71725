import { describe, expect, it } from "vitest";
import type { IncomingWebhook } from "../../../src/connectors/connector.ts";
import type { ShopifyCredentials } from "../../../src/connectors/shopify/config.ts";
import { webhooks } from "../../../src/connectors/shopify/webhook.ts";
import { CREDENTIALS, NOW } from "./context.ts";

/** The test vectors of reference/shopify.md section 2.3. */
const BODY = '{"id":6021457707331,"name":"#1001","total_price":"603.20","currency":"SEK","note":"Åäö"}';
const DIGEST = "xxPYk02qzy95buIplGIkXA70wvUN5yRkVxmvgi+gTBo=";
const SHORT = { secret: "hush", body: '{"id":1}', digest: "VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=" };
const PRETTY_DIGEST = "V3VgIUMed+WKJ4Bv3DVj/LswPC6e3WLyrwNof15isl8=";

const HEADERS = {
  "content-type": "application/json",
  "x-shopify-topic": "orders/create",
  "x-shopify-shop-domain": CREDENTIALS.shopDomain,
  "x-shopify-hmac-sha256": DIGEST,
  "x-shopify-webhook-id": "b54557e4-bdd9-4b37-8a5f-bf7d70bcd043",
  "x-shopify-event-id": "98880550-7158-44d4-b7cd-2c97c8a091b5",
  "x-shopify-api-version": "2026-07",
  "x-shopify-triggered-at": "2026-10-05T12:03:11.123Z",
};

const hook = (body: string, headers: Record<string, string | undefined> = {}): IncomingWebhook => ({
  method: "POST",
  suffix: "",
  query: new URLSearchParams(),
  headers: new Headers(
    Object.entries({ ...HEADERS, ...headers }).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  ),
  body: new TextEncoder().encode(body),
});
const topic = (name: string, body: unknown) => webhooks.hints(hook(JSON.stringify(body), { "x-shopify-topic": name }));
const verify = (webhook: IncomingWebhook, secrets: Partial<ShopifyCredentials> = CREDENTIALS) =>
  webhooks.verify(webhook, secrets, NOW);
const order = (value: string) => [{ kind: "order", type: "shopify.order_id", value }];

describe("a signature", () => {
  it("agrees with the reference's vectors, over the raw bytes", async () => {
    expect(new TextEncoder().encode(BODY)).toHaveLength(91);
    expect(await verify(hook(BODY))).toBe("authentic");
    const short = hook(SHORT.body, { "x-shopify-hmac-sha256": SHORT.digest });
    expect(await verify(short, { ...CREDENTIALS, webhookSecret: SHORT.secret })).toBe("authentic");
    const pretty = JSON.stringify(JSON.parse(BODY), null, 1);
    expect(await verify(hook(pretty))).toBe("forged");
    expect(await verify(hook(BODY, { "x-shopify-hmac-sha256": PRETTY_DIGEST }))).toBe("forged");
  });

  it("of the previous secret still counts, and of no other", async () => {
    const rotated = {
      ...CREDENTIALS,
      webhookSecret: "the-new-secret",
      previousWebhookSecret: CREDENTIALS.webhookSecret,
    };
    expect(await verify(hook(BODY), rotated)).toBe("authentic");
    expect(await verify(hook(BODY), { ...rotated, previousWebhookSecret: "the-very-old-secret" })).toBe("forged");
  });

  it("is wanted: without header, secret or shop nothing is authentic", async () => {
    expect(await verify(hook(BODY, { "x-shopify-hmac-sha256": undefined }))).toBe("forged");
    expect(await verify(hook(BODY), { shopDomain: CREDENTIALS.shopDomain })).toBe("forged");
    expect(await verify(hook(BODY), { ...CREDENTIALS, webhookSecret: "" })).toBe("forged");
    expect(await verify(hook(BODY), { webhookSecret: CREDENTIALS.webhookSecret })).toBe("forged");
    expect(await verify(hook(BODY, { "x-shopify-shop-domain": undefined }))).toBe("forged");
  });

  it("is taken in its proper spelling only", async () => {
    const spellings = [DIGEST.slice(0, -1), `${DIGEST}=`, DIGEST.replace("o=", "p="), "%%%", btoa("short")];
    for (const spelling of spellings)
      expect(await verify(hook(BODY, { "x-shopify-hmac-sha256": spelling })), spelling).toBe("forged");
  });

  it("of another shop with the same app is not ours", async () => {
    expect(await verify(hook(BODY, { "x-shopify-shop-domain": "other.myshopify.com" }))).toBe("forged");
    expect(await verify(hook(BODY, { "x-shopify-shop-domain": "ACME-Sweden.myshopify.com" }))).toBe("authentic");
    expect(await verify(hook(BODY), { ...CREDENTIALS, shopDomain: "https://acme-sweden.myshopify.com/" })).toBe(
      "authentic",
    );
  });

  it("may come under the newer header names", async () => {
    const headers = Object.entries(HEADERS).map(([name, value]): [string, string] => [name.replace(/^x-/, ""), value]);
    const webhook = { ...hook(BODY), headers: new Headers(headers) };
    expect(await verify(webhook)).toBe("authentic");
    expect(webhooks.eventKey(webhook, "hash")).toBe(webhooks.eventKey(hook(BODY), "hash"));
    expect(webhooks.hints(webhook)).toEqual(order("6021457707331"));
  });
});

describe("the dedupe key", () => {
  const key = (headers: Record<string, string | undefined>) => webhooks.eventKey(hook(BODY, headers), "hash");

  it("is the delivery's id, then the event's with its topic, then the body's", () => {
    expect(key({})).toBe("shopify:webhook:b54557e4-bdd9-4b37-8a5f-bf7d70bcd043");
    expect(key({ "x-shopify-webhook-id": undefined })).toBe(
      "shopify:event:orders/create:98880550-7158-44d4-b7cd-2c97c8a091b5",
    );
    const none = { "x-shopify-webhook-id": undefined, "x-shopify-event-id": undefined };
    expect(key(none)).toBe("shopify:body:orders/create:hash");
    expect(key({ ...none, "x-shopify-topic": "orders/paid" })).toBe("shopify:body:orders/paid:hash");
  });

  it("does not grow with what a stranger sends", () => {
    const long = "9".repeat(5000);
    const headers = { "x-shopify-webhook-id": long, "x-shopify-event-id": long, "x-shopify-topic": long };
    expect(key(headers).length).toBeLessThan(200);
  });
});

describe("a webhook points at", () => {
  it.each([
    "orders/create",
    "orders/updated",
    "orders/paid",
    "orders/edited",
    "orders/cancelled",
    "orders/fulfilled",
    "orders/partially_fulfilled",
  ])("the order of %s", (name) => {
    expect(topic(name, { id: 6021457707331 })).toEqual(order("6021457707331"));
  });

  it.each(["fulfillments/create", "fulfillments/update", "refunds/create", "order_transactions/create"])(
    "the order that %s names, never at the part itself",
    (name) => {
      const gid = "gid://shopify/Refund/90210";
      expect(topic(name, { id: 90210, admin_graphql_api_id: gid, order_id: 6021457707331 })).toEqual(
        order("6021457707331"),
      );
      expect(topic(name, { id: 90210 })).toEqual([{ kind: "unreadable", reason: expect.any(String) }]);
    },
  );

  it("an order whose id is larger than a number can hold", () => {
    const body = '{"id":90071992547409931,"admin_graphql_api_id":"gid://shopify/Order/90071992547409931"}';
    expect(webhooks.hints(hook(body))).toEqual(order("90071992547409931"));
    expect(webhooks.hints(hook('{"id":90071992547409931}'))).toMatchObject([{ kind: "unreadable" }]);
  });

  it("the order of an edit, in its summary", () => {
    expect(topic("orders/edited", { order_edit: { id: 5, order_id: 77 } })).toEqual(order("77"));
  });

  it("the change feed when the app was removed: the next call finds out whether that is so", () => {
    expect(topic("app/uninstalled", { id: 1, domain: "acme" })).toEqual([{ kind: "changes", feed: "orders" }]);
  });

  it.each(["customers/data_request", "customers/redact", "shop/redact", "products/update", "orders/delete", ""])(
    "nothing for %j, with a reason",
    (name) => {
      expect(topic(name, { id: 1, order_id: 2 })).toEqual([
        { kind: "ignored", reason: expect.stringMatching(/\w+ \w+/) },
      ]);
    },
  );

  it.each(["", "not json", "null", "[]", '{"id":"abc"}', '{"id":{}}'])("nothing it can read in %j", (body) => {
    expect(webhooks.hints(hook(body))).toEqual([{ kind: "unreadable", reason: expect.any(String) }]);
  });
});

describe("what people read", () => {
  it("has the address, and the acknowledgement is a plain 200", () => {
    const url = "https://edge.example/hooks/shopify/con_1/token";
    expect(webhooks.instructions(url)).toContain(url);
    expect(webhooks.acknowledge(hook(BODY))).toMatchObject({ status: 200, body: "" });
  });
});

// A merchant with a shop at the simulated Shopify: asks its Admin API, tells it what happens, and reads its webhooks.
import { createNetwork, type Network, type PendingWebhook } from "../../../sandbox/inprocess.ts";
import { shopifyPlatform } from "../../../sandbox/shopify/index.ts";

export const DOMAIN = "kaffe.myshopify.com";
export const ORIGIN = `https://${DOMAIN}`;
export const TOKEN = "shpat_test_token_0123456789abcdef";
export const SECRET = "shpss_test_secret_0123456789abcdef";
export const HOOK = "https://hooks.example.com/shopify";
export const START = Date.parse("2026-10-05T12:03:11Z");

// biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes and compare them to literals
export type Json = any;

export interface Merchant {
  network: Network;
  clock: { now: number };
  /** The whole answer of the GraphQL endpoint. */
  ask(query: string, variables?: Record<string, unknown>, token?: string): Promise<Json>;
  get(path: string, token?: string): Promise<{ status: number; headers: Headers; body: Json }>;
  /** A control command; throws where it is refused. */
  control(command: { do: string } & Record<string, unknown>): Json;
  refused(command: { do: string } & Record<string, unknown>): string;
  /** What waits to be delivered, in the order of sending. */
  hooks(): PendingWebhook[];
  /** Topics and bodies of what waits; forgets it. */
  told(): Promise<{ topic: string; body: Json }[]>;
}

/** A network with the simulated Shopify and one shop; the clock stands still unless it is moved. */
export function createMerchant(shop: Record<string, unknown> = {}, seed = 1): Merchant {
  const clock = { now: START };
  let state = seed;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const network = createNetwork({ now: () => clock.now, random });
  network.add(shopifyPlatform, ORIGIN, "https://tyg.myshopify.com", "http://sandbox.test/shopify");
  const merchant: Merchant = {
    network,
    clock,
    async ask(query, variables = {}, token = TOKEN) {
      const response = await network.fetch(`${ORIGIN}/admin/api/2026-07/graphql.json`, {
        method: "POST",
        headers: { "x-shopify-access-token": token, "content-type": "application/json" },
        body: JSON.stringify({ query, variables }),
      });
      return response.json();
    },
    async get(path, token = TOKEN) {
      const response = await network.fetch(ORIGIN + path, { headers: { "x-shopify-access-token": token } });
      return { status: response.status, headers: response.headers, body: await response.json() };
    },
    control(command) {
      const answer = network.control("shopify", command);
      if (!answer.ok) throw new Error(String(answer.error));
      return answer;
    },
    refused(command) {
      const answer = network.control("shopify", command);
      return answer.ok ? "" : String(answer.error);
    },
    hooks: () => network.pending(),
    async told() {
      const waiting = network.pending();
      const said = waiting.map(({ webhook }) => ({
        topic: webhook.headers["x-shopify-topic"] ?? "",
        body: JSON.parse(webhook.body),
      }));
      await network.deliver(async () => ({ status: 200, body: "" }));
      return said;
    },
  };
  merchant.control({ do: "shop", shopDomain: DOMAIN, accessToken: TOKEN, clientSecret: SECRET, ...shop });
  return merchant;
}

const ALL_TOPICS = [
  "ORDERS_CREATE",
  "ORDERS_PAID",
  "ORDERS_UPDATED",
  "ORDERS_EDITED",
  "ORDERS_CANCELLED",
  "ORDERS_FULFILLED",
  "ORDERS_PARTIALLY_FULFILLED",
  "REFUNDS_CREATE",
  "FULFILLMENTS_CREATE",
  "ORDER_TRANSACTIONS_CREATE",
  "APP_UNINSTALLED",
];

export function subscribeAll(merchant: Merchant): void {
  for (const topic of ALL_TOPICS) merchant.control({ do: "subscribe", topic, url: HOOK });
}

/** The order of reference/shopify.md section 4: 603.20, of which 105.44 VAT. */
export const REFERENCE = {
  do: "order",
  lines: [
    { sku: "TS-BLK-M", title: "T-shirt", variantTitle: "Svart / M", quantity: 2, price: "249.00", vatRate: 25 },
    { sku: "BOK-01", title: "Bok", price: "106.00", vatRate: 6 },
  ],
  shipping: [{ code: "postnord_mypack", title: "PostNord ombud", price: "49.00", vatRate: 25 }],
} as const;

/** Its discount falls on the T-shirts alone. */
export const placeReference = (merchant: Merchant, more: Record<string, unknown> = {}): Json => {
  const [shirts, book] = REFERENCE.lines;
  return merchant.control({ ...REFERENCE, lines: [{ ...shirts, discount: "49.80" }, book], ...more });
};

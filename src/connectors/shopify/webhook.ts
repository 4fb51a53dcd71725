// Shopify's webhooks: signed, deduplicated by their own id, and never more than a hint (reference/shopify.md section 2).
import type { Hint, IncomingWebhook, WebhookFacet } from "../connector.ts";
import { bodyText, parseJson } from "../shared/answers.ts";
import { ORDERS_FEED } from "./changes.ts";
import { cleanShopDomain, type ShopifyCredentials } from "./config.ts";
import { ORDER_ID } from "./references.ts";
import { register, unregister } from "./subscriptions.ts";
import { webhookBody } from "./wire.ts";

/** A header by its name without family: `X-Shopify-Topic` of webhooks, `Shopify-Topic` of the newer events. */
const header = (webhook: IncomingWebhook, name: string): string =>
  (webhook.headers.get(`x-shopify-${name}`) ?? webhook.headers.get(`shopify-${name}`) ?? "").trim();

/** `orders/create`; some tools write `ORDERS_CREATE`. */
const topicOf = (webhook: IncomingWebhook): string => header(webhook, "topic").toLowerCase();

/** Bodies that are an order, and bodies that name their order. `orders/edited` is a summary of which either may hold. */
const ORDER_TOPICS = new Set([
  "orders/create",
  "orders/updated",
  "orders/paid",
  "orders/edited",
  "orders/cancelled",
  "orders/fulfilled",
  "orders/partially_fulfilled",
]);
const PART_TOPICS = new Set([
  "fulfillments/create",
  "fulfillments/update",
  "refunds/create",
  "order_transactions/create",
]);

/** Shopify obliges apps of its store to take these. We keep no buyer's data beyond the books that the law asks for. */
const PRIVACY_TOPICS: Readonly<Record<string, string>> = {
  "customers/data_request": "A buyer asks the merchant for their data; the merchant answers from the shop.",
  "customers/redact": "A buyer's data is to be forgotten; raw webhooks end with the retention period, books stay.",
  "shop/redact": "The shop's data is to be forgotten; removing the connection does that.",
};

const ignored = (reason: string): Hint[] => [{ kind: "ignored", reason }];

function hintsOf(webhook: IncomingWebhook): Hint[] {
  const topic = topicOf(webhook);
  if (ORDER_TOPICS.has(topic) || PART_TOPICS.has(topic)) return orderHints(webhook, topic);
  // Nothing is believed: the token that the removal ended is tried on the next poll, and its refusal pauses the
  // connection. A late repeat after a new installation therefore does no harm.
  if (topic === "app/uninstalled") return [{ kind: "changes", feed: ORDERS_FEED }];
  const privacy = Object.hasOwn(PRIVACY_TOPICS, topic) ? PRIVACY_TOPICS[topic] : undefined;
  return ignored(privacy ?? (topic === "" ? "A webhook without a topic." : "A topic that does not concern us."));
}

function orderHints(webhook: IncomingWebhook, topic: string): Hint[] {
  const body = parseJson(bodyText(webhook.body), webhookBody);
  if (!body.ok) return [{ kind: "unreadable", reason: body.error }];
  const { id, admin_graphql_api_id: gid, order_id: parent, order_edit: edit } = body.value;
  const own = /^gid:\/\/shopify\/Order\/(\d{1,20})$/.exec(gid ?? "")?.[1] ?? id;
  const orderId = PART_TOPICS.has(topic) ? parent : (edit?.order_id ?? parent ?? own);
  if (!orderId) return [{ kind: "unreadable", reason: "The body names no order." }];
  return [{ kind: "order", type: ORDER_ID, value: orderId }];
}

/** The digest of the header; null unless it is the base64 of 32 bytes in its one proper spelling. */
function digestOf(text: string): Uint8Array | null {
  try {
    const binary = atob(text);
    return binary.length === 32 && btoa(binary) === text
      ? Uint8Array.from(binary, (character) => character.charCodeAt(0))
      : null;
  } catch {
    return null;
  }
}

/** HMAC-SHA256 of the raw body; the comparison is the runtime's own, in constant time. */
async function isSignedBy(secret: string, digest: Uint8Array, body: Uint8Array): Promise<boolean> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret), algorithm, false, ["verify"]);
  return crypto.subtle.verify("HMAC", key, digest, body);
}

/** Longer than any id of Shopify's: a stranger's text does not become a key without end. */
const ID_CHARACTERS_MAX = 100;

export const webhooks: WebhookFacet<ShopifyCredentials> = {
  methods: ["POST"],
  contentTypes: ["application/json", ""],
  secrets: ["shopDomain", "webhookSecret", "previousWebhookSecret"],

  /** Both secrets are tried, for after a change Shopify may sign with the old one for an hour (section 2.3). */
  async verify(webhook, { shopDomain, webhookSecret, previousWebhookSecret }) {
    const digest = digestOf(header(webhook, "hmac-sha256"));
    if (!digest || !shopDomain || header(webhook, "shop-domain").toLowerCase() !== cleanShopDomain(shopDomain))
      return "forged";
    const secrets = [webhookSecret, previousWebhookSecret].filter((secret) => secret !== undefined && secret !== "");
    const verdicts = await Promise.all(secrets.map((secret) => isSignedBy(secret ?? "", digest, webhook.body)));
    return verdicts.includes(true) ? "authentic" : "forged";
  },

  /** The delivery's id; the event's id where there is none, which two subscriptions to one topic share (section 2.2). */
  eventKey(webhook, bodyHash) {
    const topic = topicOf(webhook).slice(0, ID_CHARACTERS_MAX);
    const [delivery, event] = [header(webhook, "webhook-id"), header(webhook, "event-id")];
    if (delivery !== "" && delivery.length <= ID_CHARACTERS_MAX) return `shopify:webhook:${delivery}`;
    if (event !== "" && event.length <= ID_CHARACTERS_MAX) return `shopify:event:${topic}:${event}`;
    return `shopify:body:${topic}:${bodyHash}`;
  },

  acknowledge: () => ({ status: 200, headers: { "content-type": "text/plain" }, body: "" }),

  hints: hintsOf,

  instructions: (url) =>
    `The subscriptions are made through Shopify's API, so there is usually nothing to do. Where that is not allowed, ` +
    `subscribe this address, with format JSON, to the topics of orders, fulfilments, refunds and order transactions: ` +
    `${url} — from the same app whose client secret this connection has. Webhooks made by hand under *Settings → ` +
    "Notifications* are signed with another secret, which that page shows: enter that one as the client secret " +
    "instead. The address contains a secret: share it with Shopify only.",

  register,
  unregister,
};

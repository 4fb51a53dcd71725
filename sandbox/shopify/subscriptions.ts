// Webhook subscriptions come and go: by the API, by a control command, and by failing for four hours.
import type { OutgoingWebhook } from "../platform.ts";
import type { WebhookTopic } from "./topics.ts";
import { headerOf } from "./topics.ts";
import { type Shop, type Subscription, type Truth, takeId } from "./truth.ts";

export interface Wanted {
  topic: WebhookTopic;
  url: string;
  includeFields: string[];
  metafieldNamespaces: string[];
  filter: string | null;
  name: string | null;
}

/** The new subscription, or why Shopify will not have it, and at which of its fields. */
export function subscribe(
  truth: Truth,
  shop: Shop,
  wanted: Wanted,
  now: number,
): { ok: true; subscription: Subscription } | { ok: false; error: string } {
  const error = whyNot(shop, wanted, null);
  if (error) return { ok: false, error };
  const subscription = { id: takeId(truth), ...wanted, createdAt: now, updatedAt: now };
  shop.subscriptions.push(subscription);
  return { ok: true, subscription };
}

/** HTTPS only, except to a loopback address: that is where a sandbox lives. */
export function whyNot(shop: Shop, wanted: Pick<Wanted, "topic" | "url">, own: Subscription | null): string | null {
  if (!URL.canParse(wanted.url)) return "Address is invalid";
  const { protocol, hostname } = new URL(wanted.url);
  const loopback = hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
  if (protocol !== "https:" && !(protocol === "http:" && loopback))
    return `Address protocol ${protocol}// is not supported`;
  const taken = shop.subscriptions.some(
    (each) => each !== own && each.topic === wanted.topic && each.url === wanted.url,
  );
  return taken ? "Address for this topic has already been taken" : null;
}

/**
 * A delivery that was given up takes the subscription it came from away (section 2.4); app-config subscriptions, which
 * stay, are not simulated.
 */
export function abandoned(truth: Truth, webhook: OutgoingWebhook): void {
  const shop = truth.shops[webhook.headers["x-shopify-shop-domain"] ?? ""];
  if (!shop) return;
  const topic = webhook.headers["x-shopify-topic"];
  shop.subscriptions = shop.subscriptions.filter((each) => each.url !== webhook.url || headerOf(each.topic) !== topic);
}

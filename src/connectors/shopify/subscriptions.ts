// Keeps the shop's webhook subscriptions as they should be; safe to repeat, and so also the health check.
//
// Shopify takes a subscription away after eight failures in a row (reference/shopify.md section 2.4). An app sees only
// its own subscriptions, yet the app may serve others than us: theirs are left alone.
import type { Read } from "../connector.ts";
import { graphql, type ShopifyContext } from "./graphql.ts";
import { CREATE_SUBSCRIPTION, DELETE_SUBSCRIPTION, LIST_SUBSCRIPTIONS } from "./queries.ts";
import { createdData, deletedData, subscriptionsData, type UserErrors } from "./wire.ts";

export const TOPICS = [
  "ORDERS_CREATE",
  "ORDERS_UPDATED",
  "ORDERS_PAID",
  "ORDERS_EDITED",
  "ORDERS_CANCELLED",
  "ORDERS_FULFILLED",
  "ORDERS_PARTIALLY_FULFILLED",
  "REFUNDS_CREATE",
  "ORDER_TRANSACTIONS_CREATE",
  "APP_UNINSTALLED",
  "FULFILLMENTS_CREATE",
  "FULFILLMENTS_UPDATE",
] as const;

/** They may need a scope of their own (section 2.1); `orders/fulfilled` and `orders/updated` tell most of it, too. */
const DISPENSABLE: readonly string[] = ["FULFILLMENTS_CREATE", "FULFILLMENTS_UPDATE"];

interface Subscription {
  id: string;
  topic: string;
  /** Empty for one that goes to a queue. */
  address: string;
}

const PAGES_MAX = 10;

async function listSubscriptions(context: ShopifyContext): Promise<Read<Subscription[]>> {
  const found: Subscription[] = [];
  let after: string | null = null;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const listed = await listPage(context, after);
    if (listed.kind !== "found") return listed;
    found.push(...listed.value.subscriptions);
    after = listed.value.next;
    if (after === null) break;
  }
  return { kind: "found", value: found };
}

async function listPage(
  context: ShopifyContext,
  after: string | null,
): Promise<Read<{ subscriptions: Subscription[]; next: string | null }>> {
  const answer = await graphql(context, LIST_SUBSCRIPTIONS, { after }, subscriptionsData);
  if (answer.kind !== "found") return answer;
  const { items, page } = answer.value.data.webhookSubscriptions;
  const subscriptions = items.map(({ id, topic, endpoint }) => ({ id, topic, address: endpoint?.callbackUrl ?? "" }));
  return { kind: "found", value: { subscriptions, next: page.hasNextPage ? (page.endCursor ?? null) : null } };
}

/** Creates what is missing first, then takes away what is old or doubled: there is no moment without subscription. */
export async function register(context: ShopifyContext, url: string, ours: string): Promise<Read<{ detail: string }>> {
  const listed = await listSubscriptions(context);
  if (listed.kind !== "found") return listed;
  const standing = new Map(listed.value.filter(({ address }) => address === url).map((one) => [one.topic, one.id]));
  const withheld: string[] = [];
  const created: string[] = [];
  for (const topic of TOPICS.filter((one) => !standing.has(one))) {
    const made = await subscribe(context, topic, url);
    if (made.kind === "found") created.push(topic);
    else if (DISPENSABLE.includes(topic) && (made.kind === "refused" || made.kind === "unauthorized"))
      withheld.push(topic);
    else return made;
  }
  const kept = new Set(standing.values());
  const stale = listed.value.filter(({ id, address }) => isOurs(address, ours) && !kept.has(id));
  for (const { id } of stale) {
    const gone = await unsubscribe(context, id);
    if (gone.kind !== "found" && gone.kind !== "absent") return gone;
  }
  const without = withheld.length === 0 ? "" : `; not allowed: ${withheld.join(", ")}`;
  const total = TOPICS.length - withheld.length;
  const detail = `${total} topics subscribed (${created.length} new, ${stale.length} old ones removed)${without}`;
  return { kind: "found", value: { detail } };
}

/** Takes every subscription of ours away, whatever its topic. */
export async function unregister(context: ShopifyContext, ours: string): Promise<Read<true>> {
  const listed = await listSubscriptions(context);
  if (listed.kind !== "found") return listed;
  for (const { id, address } of listed.value) {
    if (!isOurs(address, ours)) continue;
    const gone = await unsubscribe(context, id);
    if (gone.kind !== "found" && gone.kind !== "absent") return gone;
  }
  return { kind: "found", value: true };
}

const isOurs = (address: string, ours: string): boolean => ours !== "" && address.startsWith(ours);

/**
 * NOT DOCUMENTED - assumption: which of two names the pinned version takes for the address. `callbackUrl` is what
 * Shopify's own library sends (section 2.5), `uri` its newer name: the second is tried where the first is refused.
 */
const ADDRESS_FIELDS = ["callbackUrl", "uri"] as const;

async function subscribe(context: ShopifyContext, topic: string, url: string): Promise<Read<true>> {
  let refusal: Read<true> = { kind: "absent" };
  for (const field of ADDRESS_FIELDS) {
    const sub = { [field]: url, format: "JSON" };
    const answer = await graphql(context, CREATE_SUBSCRIPTION, { topic, sub }, createdData);
    if (answer.kind === "found") return verdict(topic, answer.value.data.webhookSubscriptionCreate?.userErrors);
    if (answer.kind !== "refused" || answer.code !== "PLATFORM_REFUSED") return answer;
    refusal = answer;
  }
  return refusal;
}

async function unsubscribe(context: ShopifyContext, id: string): Promise<Read<true>> {
  const answer = await graphql(context, DELETE_SUBSCRIPTION, { id }, deletedData);
  if (answer.kind !== "found") return answer;
  const errors = answer.value.data.webhookSubscriptionDelete?.userErrors;
  // Somebody else took it away meanwhile.
  if (errors?.some(({ message }) => /not exist|not found/i.test(message))) return { kind: "absent" };
  return verdict("delete", errors);
}

/** What the errors of a mutation mean. Their words may repeat the address, which is a secret: only fields are named. */
function verdict(what: string, errors: UserErrors | undefined): Read<true> {
  if (errors === undefined)
    return { kind: "refused", code: "PLATFORM_ANSWER_NOT_UNDERSTOOD", detail: `${what}: no result` };
  // Two registrations at once: the other one was first, and the result is the one wanted.
  const taken = errors.every(({ message }) => /already been taken/i.test(message));
  if (taken) return { kind: "found", value: true };
  const fields = errors.map(({ field }) => (field ?? []).filter((step) => /^\w{1,40}$/.test(step)).join("."));
  return {
    kind: "refused",
    code: "PLATFORM_REFUSED",
    detail: `${what}: refused for ${fields.join(", ") || "no field"}`,
  };
}

// Webhook subscriptions as GraphQL shows and changes them (reference/shopify.md section 2.5).
import type { Arguments, View } from "../graphql/execute.ts";
import { subscribe, whyNot } from "../subscriptions.ts";
import { WEBHOOK_TOPICS } from "../topics.ts";
import type { Shop, Subscription } from "../truth.ts";
import { gid, time } from "./parts.ts";
import type { Call } from "./root.ts";

export const subscriptionView = (shop: Shop, subscription: Subscription): View => ({
  __typename: "WebhookSubscription",
  id: gid("WebhookSubscription", subscription.id),
  legacyResourceId: String(subscription.id),
  topic: subscription.topic,
  format: "JSON",
  includeFields: subscription.includeFields,
  metafieldNamespaces: subscription.metafieldNamespaces,
  filter: subscription.filter,
  name: subscription.name,
  uri: subscription.url,
  callbackUrl: subscription.url,
  endpoint: { __typename: "WebhookHttpEndpoint", callbackUrl: subscription.url },
  apiVersion: { handle: shop.apiVersion, displayName: shop.apiVersion, supported: true },
  createdAt: time(subscription.createdAt),
  updatedAt: time(subscription.updatedAt),
});

const wrong = (field: string[], message: string): View => ({
  webhookSubscription: null,
  deletedWebhookSubscriptionId: null,
  userErrors: [{ field, message }],
});

const texts = (given: unknown): string[] => (Array.isArray(given) ? given.map(String) : []);
const textOrNull = (given: unknown): string | null => (typeof given === "string" ? given : null);

/** What the input says; the schema has seen to its types. `callbackUrl` is documented, `uri` an assumption. */
function inputOf(args: Arguments) {
  const input: Record<string, unknown> = { ...(args.webhookSubscription as Record<string, unknown>) };
  const field = input.callbackUrl === undefined ? "uri" : "callbackUrl";
  return { input, url: textOrNull(input[field]), path: ["webhookSubscription", field] };
}

const NAME = /^[A-Za-z0-9_-]{1,50}$/;

export function mutations({ truth, shop, world }: Call): View {
  const byId = (args: Arguments): Subscription | undefined =>
    shop.subscriptions.find((each) => gid("WebhookSubscription", each.id) === args.id);
  const shown = (subscription: Subscription): View => ({
    webhookSubscription: subscriptionView(shop, subscription),
    userErrors: [],
  });
  return {
    webhookSubscriptionCreate: (args: Arguments) => {
      const { input, url, path } = inputOf(args);
      const topic = WEBHOOK_TOPICS.find((each) => each === args.topic);
      if (!topic) return wrong(["topic"], "Invalid topic specified");
      if (url === null) return wrong(["webhookSubscription", "callbackUrl"], "Address can't be blank");
      if (input.format === "XML") return wrong(["webhookSubscription", "format"], "The sandbox sends JSON only");
      const name = textOrNull(input.name);
      if (name !== null && !NAME.test(name)) return wrong(["webhookSubscription", "name"], "Name is invalid");
      const made = subscribe(
        truth,
        shop,
        {
          topic,
          url,
          includeFields: texts(input.includeFields),
          metafieldNamespaces: texts(input.metafieldNamespaces),
          filter: textOrNull(input.filter),
          name,
        },
        world.now(),
      );
      return made.ok ? shown(made.subscription) : wrong(path, made.error);
    },
    webhookSubscriptionUpdate: (args: Arguments) => {
      const subscription = byId(args);
      if (!subscription) return wrong(["id"], "Webhook subscription does not exist");
      const { input, url, path } = inputOf(args);
      const error = url === null ? null : whyNot(shop, { topic: subscription.topic, url }, subscription);
      if (error) return wrong(path, error);
      subscription.url = url ?? subscription.url;
      if (input.includeFields !== undefined) subscription.includeFields = texts(input.includeFields);
      if (input.filter !== undefined) subscription.filter = textOrNull(input.filter);
      subscription.updatedAt = world.now();
      return shown(subscription);
    },
    webhookSubscriptionDelete: (args: Arguments) => {
      const subscription = byId(args);
      if (!subscription) return wrong(["id"], "Webhook subscription does not exist");
      shop.subscriptions = shop.subscriptions.filter((each) => each !== subscription);
      return { deletedWebhookSubscriptionId: args.id, userErrors: [] };
    },
  };
}

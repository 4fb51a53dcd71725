// The part of Shopify's Admin schema about the shop, the app and its webhooks, and the roots of everything.
import { WEBHOOK_TOPICS } from "../topics.ts";

export const SHOP = `
type QueryRoot {
  order(id: ID!): Order
  orders(first: Int, last: Int, after: String, before: String, reverse: Boolean = false,
    sortKey: OrderSortKeys = PROCESSED_AT, query: String): OrderConnection!
  ordersCount(query: String, limit: Int = 10000): Count
  refund(id: ID!): Refund
  fulfillment(id: ID!): Fulfillment
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  shop: Shop!
  currentAppInstallation: AppInstallation!
  appInstallation(id: ID): AppInstallation
  webhookSubscription(id: ID!): WebhookSubscription
  webhookSubscriptions(first: Int, last: Int, after: String, before: String, reverse: Boolean = false,
    topics: [WebhookSubscriptionTopic!], callbackUrl: URL, uri: String, format: WebhookSubscriptionFormat,
    query: String): WebhookSubscriptionConnection!
  webhookSubscriptionsCount(query: String, limit: Int = 10000): Count
}

type Mutation {
  webhookSubscriptionCreate(topic: WebhookSubscriptionTopic!,
    webhookSubscription: WebhookSubscriptionInput!): WebhookSubscriptionCreatePayload
  webhookSubscriptionUpdate(id: ID!,
    webhookSubscription: WebhookSubscriptionInput!): WebhookSubscriptionUpdatePayload
  webhookSubscriptionDelete(id: ID!): WebhookSubscriptionDeletePayload
}
type WebhookSubscriptionCreatePayload { webhookSubscription: WebhookSubscription userErrors: [UserError!]! }
type WebhookSubscriptionUpdatePayload { webhookSubscription: WebhookSubscription userErrors: [UserError!]! }
type WebhookSubscriptionDeletePayload { deletedWebhookSubscriptionId: ID userErrors: [UserError!]! }
type UserError { field: [String!] message: String! }
input WebhookSubscriptionInput {
  callbackUrl: URL uri: String format: WebhookSubscriptionFormat includeFields: [String!] metafieldNamespaces: [String!]
  filter: String name: String
}
enum WebhookSubscriptionFormat { JSON XML }
enum WebhookSubscriptionTopic { ${WEBHOOK_TOPICS.join(" ")} }

type WebhookSubscription implements Node {
  id: ID! legacyResourceId: UnsignedInt64! topic: WebhookSubscriptionTopic! format: WebhookSubscriptionFormat!
  includeFields: [String!]! metafieldNamespaces: [String!]! filter: String name: String uri: String! callbackUrl: URL!
  endpoint: WebhookSubscriptionEndpoint! apiVersion: ApiVersion! createdAt: DateTime! updatedAt: DateTime!
}
connection WebhookSubscription
union WebhookSubscriptionEndpoint = WebhookHttpEndpoint | WebhookEventBridgeEndpoint | WebhookPubSubEndpoint
type WebhookHttpEndpoint { callbackUrl: URL! }
type WebhookEventBridgeEndpoint { arn: String! }
type WebhookPubSubEndpoint { pubSubProject: String! pubSubTopic: String! }
type ApiVersion { handle: String! displayName: String! supported: Boolean! }

type Shop implements Node {
  id: ID! name: String! email: String! contactEmail: String! myshopifyDomain: String! url: URL! primaryDomain: Domain!
  currencyCode: CurrencyCode! taxesIncluded: Boolean! taxShipping: Boolean! ianaTimezone: String!
  timezoneOffset: String! shopAddress: ShopAddress! plan: ShopPlan! enabledPresentmentCurrencies: [CurrencyCode!]!
  orderNumberFormatPrefix: String! orderNumberFormatSuffix: String!
}
type Domain { host: String! url: URL! sslEnabled: Boolean! }
type ShopAddress { countryCodeV2: CountryCode company: String city: String zip: String }
type ShopPlan { publicDisplayName: String! partnerDevelopment: Boolean! shopifyPlus: Boolean! }
type AppInstallation implements Node { id: ID! accessScopes: [AccessScope!]! app: App! launchUrl: URL! }
type App implements Node { id: ID! title: String! handle: String }
type AccessScope { handle: String! description: String! }
`;

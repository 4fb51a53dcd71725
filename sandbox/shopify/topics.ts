// The webhook topics there are here (reference/shopify.md section 2.1), as GraphQL names them and as headers do.

const TOPICS = {
  ORDERS_CREATE: "orders/create",
  ORDERS_PAID: "orders/paid",
  ORDERS_UPDATED: "orders/updated",
  ORDERS_EDITED: "orders/edited",
  ORDERS_CANCELLED: "orders/cancelled",
  ORDERS_FULFILLED: "orders/fulfilled",
  ORDERS_PARTIALLY_FULFILLED: "orders/partially_fulfilled",
  REFUNDS_CREATE: "refunds/create",
  FULFILLMENTS_CREATE: "fulfillments/create",
  FULFILLMENTS_UPDATE: "fulfillments/update",
  ORDER_TRANSACTIONS_CREATE: "order_transactions/create",
  APP_UNINSTALLED: "app/uninstalled",
} as const;

export type WebhookTopic = keyof typeof TOPICS;

/** Every topic, in GraphQL's names. */
// `Object.keys` forgets what the keys are.
export const WEBHOOK_TOPICS = Object.keys(TOPICS) as [WebhookTopic, ...WebhookTopic[]];

/** The topic as `X-Shopify-Topic` names it. */
export const headerOf = (topic: WebhookTopic): string => TOPICS[topic];

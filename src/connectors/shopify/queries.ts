// The texts of our GraphQL calls. They ask for what the translation uses and for nothing about the buyer beyond it.
//
// Field names: reference/shopify.md sections 2.5, 3 and 5, and Shopify's object pages for 2026-07.
import type { Operation } from "./graphql.ts";

/**
 * How much of each list is asked for. Requested cost is limited to 1000 points a call, and how nested lists are priced
 * is NOT DOCUMENTED beyond "measure it": an order that does not fit the usual size is asked for again in the large one.
 */
export const SIZES = {
  usual: { transactions: 50, refunds: 10, fulfillments: 10, parts: 20 },
  large: { transactions: 250, refunds: 50, fulfillments: 50, parts: 100 },
} as const;
export type Size = { [K in keyof (typeof SIZES)["usual"]]: number };

const MONEY = "shopMoney { amount currencyCode } presentmentMoney { amount currencyCode }";

const TAXES = `taxLines { rate priceSet { ${MONEY} } }`;
const DISCOUNTS = `discountAllocations { allocatedAmountSet { ${MONEY} } }`;

const LINE_ITEMS = `
  pageInfo { hasNextPage endCursor }
  nodes {
    id sku title variantTitle quantity currentQuantity isGiftCard
    originalUnitPriceSet { ${MONEY} }
    ${DISCOUNTS}
    ${TAXES}
  }`;

const ADDRESS = "firstName lastName company address1 address2 zip city provinceCode countryCodeV2 phone";

/** `checkoutToken` came with 2026-07; an older version would refuse the whole query for it. */
export const readOrderOperation = (apiVersion: string): Operation => ({
  label: "Read order",
  name: "ReadOrder",
  text: `query ReadOrder($id: ID!, $transactions: Int!, $refunds: Int!, $fulfillments: Int!, $parts: Int!) {
  shop { shopAddress { countryCodeV2 } }
  order(id: $id) {
    id legacyResourceId name confirmationNumber ${apiVersion >= "2026-07" ? "checkoutToken" : ""}
    createdAt processedAt cancelledAt test edited taxesIncluded
    currencyCode presentmentCurrencyCode displayFinancialStatus
    email phone customerLocale
    customer { firstName lastName }
    billingAddress { ${ADDRESS} }
    shippingAddress { ${ADDRESS} }
    totalPriceSet { ${MONEY} }
    currentTotalPriceSet { ${MONEY} }
    totalTipReceivedSet { ${MONEY} }
    lineItems(first: 50) {${LINE_ITEMS}
    }
    shippingLines(first: 10) {
      pageInfo { hasNextPage }
      nodes { id code title originalPriceSet { ${MONEY} } ${DISCOUNTS} ${TAXES} }
    }
    transactions(first: $transactions) {
      id kind status gateway formattedGateway paymentId manualPaymentGateway processedAt
      amountSet { ${MONEY} }
      parentTransaction { id }
    }
    refunds(first: $refunds) {
      id createdAt
      refundLineItems(first: $parts) {
        pageInfo { hasNextPage }
        nodes { quantity lineItem { id } subtotalSet { ${MONEY} } totalTaxSet { ${MONEY} } }
      }
      refundShippingLines(first: 10) {
        nodes { shippingLine { id } subtotalAmountSet { ${MONEY} } taxAmountSet { ${MONEY} } }
      }
      transactions(first: 20) {
        pageInfo { hasNextPage }
        nodes { id kind status amountSet { ${MONEY} } }
      }
    }
    fulfillments(first: $fulfillments) {
      id status createdAt
      fulfillmentLineItems(first: $parts) {
        pageInfo { hasNextPage }
        nodes { quantity lineItem { id } }
      }
    }
  }
}`,
});

/** The lines after the first fifty. */
export const MORE_LINES: Operation = {
  label: "Read more lines of the order",
  name: "MoreLines",
  text: `query MoreLines($id: ID!, $after: String!) {
  order(id: $id) { lineItems(first: 50, after: $after) {${LINE_ITEMS}
  } }
}`,
};

export const FIND_ORDERS: Operation = {
  label: "Find order",
  name: "FindOrders",
  text: `query FindOrders($query: String!) {
  orders(first: 10, query: $query) {
    nodes { id legacyResourceId name transactions(first: 50) { paymentId status } }
  }
}`,
};

export const CHANGED_ORDERS: Operation = {
  label: "List changed orders",
  name: "ChangedOrders",
  text: `query ChangedOrders($query: String!, $after: String) {
  orders(first: 50, after: $after, query: $query, sortKey: UPDATED_AT) {
    pageInfo { hasNextPage endCursor }
    nodes { id legacyResourceId updatedAt }
  }
}`,
};

export const VERIFY: Operation = {
  label: "Check the access token",
  name: "Verify",
  text: "query Verify { shop { name } currentAppInstallation { accessScopes { handle } } }",
};

export const LIST_SUBSCRIPTIONS: Operation = {
  label: "List webhook subscriptions",
  name: "Subscriptions",
  text: `query Subscriptions($after: String) {
  webhookSubscriptions(first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { id topic endpoint { __typename ... on WebhookHttpEndpoint { callbackUrl } } } }
  }
}`,
};

export const CREATE_SUBSCRIPTION: Operation = {
  label: "Subscribe to webhooks",
  name: "Subscribe",
  text: `mutation Subscribe($topic: WebhookSubscriptionTopic!, $sub: WebhookSubscriptionInput!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: $sub) {
    webhookSubscription { id topic }
    userErrors { field message }
  }
}`,
};

export const DELETE_SUBSCRIPTION: Operation = {
  label: "Take away a webhook subscription",
  name: "Unsubscribe",
  text: `mutation Unsubscribe($id: ID!) {
  webhookSubscriptionDelete(id: $id) { deletedWebhookSubscriptionId userErrors { field message } }
}`,
};

// Shopify: the shop's orders, found and read through its GraphQL Admin API.
import type { Connector, Read } from "../connector.ts";
import { changes } from "./changes.ts";
import { type ShopifyCredentials, type ShopifySettings, shopifyCredentials, shopifySettings } from "./config.ts";
import { graphql, SHOPIFY_ORIGIN, type ShopifyContext } from "./graphql.ts";
import { VERIFY } from "./queries.ts";
import { storefront } from "./storefront.ts";
import { webhooks } from "./webhook.ts";
import { verifyData } from "./wire.ts";

const GUIDE = `Create an app for the shop in Shopify's **Dev Dashboard**, install it, and copy its **Admin API access
token** and its **client secret**. The **shop domain** is the one that ends in \`.myshopify.com\`.

The app needs the scopes \`read_orders\` and \`read_fulfillments\`; \`read_customers\` gives the buyer's name for orders
of a till, which have no address. Orders older than **60 days** can be read with \`read_all_orders\` only, which Shopify
grants on request: without it, synchronise older orders before they reach that age.

Webhooks are subscribed by us when the connection is activated. Where the **client secret** is changed, enter the new
one and keep the old one as *previous client secret* for an hour.

Beside a payment provider, name your payment gateways if their names do not tell the provider. Duties and additional
fees of international orders are not supported: such an order stops and says so.`;

/** Reads the shop's name and the app's scopes, which changes nothing. */
async function verify(context: ShopifyContext): Promise<Read<{ detail: string }>> {
  const answer = await graphql(context, VERIFY, {}, verifyData, { optional: ["currentAppInstallation"] });
  if (answer.kind !== "found") return answer;
  const scopes = answer.value.data.currentAppInstallation?.accessScopes.map(({ handle }) => handle);
  if (scopes === undefined) return { kind: "found", value: { detail: "Shopify accepts the access token." } };
  const readable = ["read_orders", "read_all_orders"].filter((scope) => scopes.includes(scope));
  if (readable.length === 0)
    return { kind: "refused", code: "CREDENTIALS_REFUSED", detail: "The app lacks the scope read_orders." };
  const reach = scopes.includes("read_all_orders")
    ? "Orders of any age can be read."
    : "Orders of the last 60 days can be read; older ones need the scope read_all_orders.";
  return { kind: "found", value: { detail: `Shopify accepts the access token (${readable.join(", ")}). ${reach}` } };
}

export const shopify: Connector<ShopifyCredentials, ShopifySettings> = {
  id: "shopify",
  kind: "shop",
  name: "Shopify",
  flows: ["orders", "invoices", "refunds"],
  guide: GUIDE,
  credentials: shopifyCredentials,
  settings: shopifySettings,
  origins: [SHOPIFY_ORIGIN],
  // Calls are priced by what they ask for, not counted; the answers tell when to wait (reference/shopify.md section 5).
  rateLimit: { requests: 20, perMs: 1_000, concurrent: 4 },
  verify,
  webhooks,
  changes,
  storefront,
};

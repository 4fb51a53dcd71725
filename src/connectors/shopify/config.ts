// What a merchant gives us to talk to a Shopify shop: credentials and settings, as schemas that are also the forms.
import { z } from "zod";

/** A form sends an empty text for a field that was left open: it counts as absent. */
const withoutEmptyTexts = (input: unknown): unknown =>
  typeof input === "object" && input !== null && !Array.isArray(input)
    ? Object.fromEntries(Object.entries(input).filter(([, value]) => value !== ""))
    : input;

const SHOP_DOMAIN = /^[a-z0-9][a-z0-9-]{0,80}\.myshopify\.com$/;

/**
 * The shop's `myshopify.com` name out of what people paste: with `https://`, a path, capitals, or as the address of
 * the admin (`https://admin.shopify.com/store/acme`).
 */
export function cleanShopDomain(pasted: string): string {
  const plain = pasted
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, "");
  const admin = /^admin\.shopify\.com\/store\/([a-z0-9-]+)/.exec(plain);
  return admin ? `${admin[1]}.myshopify.com` : plain.replace(/[/?#].*$/, "");
}

export const shopifyCredentials = z.preprocess(
  withoutEmptyTexts,
  z.object({
    shopDomain: z
      .string()
      .max(300)
      .overwrite(cleanShopDomain)
      .refine((domain) => SHOP_DOMAIN.test(domain), "must be the shop's address at Shopify, such as acme.myshopify.com")
      .meta({
        title: "Shop domain",
        description: "The address that ends in .myshopify.com, not the domain that buyers see.",
      }),
    accessToken: z.string().trim().min(10).max(300).meta({
      title: "Admin API access token",
      description: "The token of the app that was installed in the shop. It begins with shpat_.",
      secret: true,
    }),
    webhookSecret: z.string().trim().min(1).max(300).meta({
      title: "Client secret",
      description: "The app's client secret (API secret key). Shopify signs webhooks with it.",
      secret: true,
    }),
    previousWebhookSecret: z.string().trim().min(1).max(300).optional().meta({
      title: "Previous client secret",
      description: "While the client secret is being changed: Shopify may sign with the old one for up to an hour.",
      secret: true,
    }),
  }),
);
export type ShopifyCredentials = z.output<typeof shopifyCredentials>;

/** The payment providers that a gateway of the shop can be. */
export const PROVIDERS = ["qliro", "klarna", "svea", "mollie", "adyen"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** The version that the queries are written for; reference/shopify.md names 2026-07 as the one that was checked. */
export const DEFAULT_API_VERSION = "2026-07";
/** From here on, the discounted price of shipping holds discounts of the whole order too. */
const OLDEST_API_VERSION = "2024-07";

export const shopifySettings = z.preprocess(
  withoutEmptyTexts,
  z.object({
    createWhen: z.enum(["placed", "paid"]).default("placed").meta({
      title: "Create the ERP order when",
      description: "placed: as soon as the order is there. paid: when it is paid or its payment is authorised.",
    }),
    holdMinutes: z.coerce.number().int().min(0).max(1440).default(10).meta({
      title: "Wait for the shop order (minutes)",
      description: "How long a payment that was seen first waits for its order in the shop.",
    }),
    pollMinutes: z.coerce.number().int().min(5).max(1440).default(30).meta({
      title: "Ask for missed orders every (minutes)",
      description: "Shopify's webhooks may come late or not at all; this is how often we look for ourselves.",
    }),
    currency: z.enum(["presentment", "shop"]).default("presentment").meta({
      title: "Currency of the ERP order",
      description: "presentment: the currency the buyer paid in. shop: the currency of the shop.",
    }),
    gateways: z
      .preprocess(withoutEmptyTexts, z.record(z.string().trim().min(1).max(100), z.enum(PROVIDERS)))
      .default({})
      .meta({
        title: "Payment gateways",
        description:
          "Which payment provider stands behind a gateway, by the gateway's name as Shopify shows it. Names that hold Klarna, Kustom, Qliro, Svea, Mollie or Adyen are known.",
      }),
    includeTestOrders: z.boolean().default(false).meta({
      title: "Treat test orders as real",
      description: "Orders that Shopify marks as a test are then handled like any other order.",
    }),
    apiVersion: z
      .string()
      .trim()
      .refine((text) => /^\d{4}-(01|04|07|10)$/.test(text) && text >= OLDEST_API_VERSION, "a version such as 2026-07")
      .default(DEFAULT_API_VERSION)
      .meta({ title: "API version", description: "The version of Shopify's Admin API. Leave it as it is." }),
  }),
);
export type ShopifySettings = z.output<typeof shopifySettings>;

/** The merchant's choices that the engine needs. */
export const policyOf = (settings: ShopifySettings): { createWhen: "placed" | "paid"; holdMs: number } => ({
  createWhen: settings.createWhen,
  holdMs: settings.holdMinutes * 60_000,
});

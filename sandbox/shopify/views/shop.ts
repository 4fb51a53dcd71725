// The shop and the installed app as GraphQL shows them.
import { timeOf } from "../body-parts.ts";
import type { View } from "../graphql/execute.ts";
import type { Shop } from "../truth.ts";
import { gid } from "./parts.ts";

export const shopView = (shop: Shop): View => ({
  __typename: "Shop",
  id: gid("Shop", shop.id),
  name: shop.name,
  email: `owner@${shop.domain}`,
  contactEmail: `owner@${shop.domain}`,
  myshopifyDomain: shop.domain,
  url: `https://${shop.domain}`,
  primaryDomain: { host: shop.domain, url: `https://${shop.domain}`, sslEnabled: true },
  currencyCode: shop.currency,
  taxesIncluded: shop.taxesIncluded,
  taxShipping: true,
  ianaTimezone: shop.timezone,
  timezoneOffset: timeOf(shop, 0).slice(19).replace(":", ""),
  shopAddress: { countryCodeV2: shop.country, company: shop.name, city: null, zip: null },
  plan: { publicDisplayName: "Basic", partnerDevelopment: false, shopifyPlus: shop.restoreRate >= 1_000 },
  enabledPresentmentCurrencies: [shop.currency],
  orderNumberFormatPrefix: shop.orderNamePrefix,
  orderNumberFormatSuffix: shop.orderNameSuffix,
});

export const installationView = (shop: Shop): View => ({
  __typename: "AppInstallation",
  id: gid("AppInstallation", shop.id),
  accessScopes: shop.scopes.map((handle) => ({ handle, description: handle.replaceAll("_", " ") })),
  app: { id: gid("App", 580_111), title: "Junipeer", handle: "junipeer" },
  launchUrl: `https://${shop.domain}/admin/apps`,
});

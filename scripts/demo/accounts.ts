// The demo merchant's accounts at the simulated platforms, and what its connections are told of them.
import type { Platform, System } from "./system.ts";

const QLIRO = {
  key: "DEMO_SE",
  secret: "demo-qliro-secret",
  plusKey: "DEMO_PLUS",
  plusSecret: "demo-plus-secret",
};

const SPECTER = {
  sbmId: "1234",
  write: { apiUserId: "77", apiUserKey: "0123456789abcdef0123456789abcdef" },
  integrationKey: "00000000-1111-2222-3333-444444444444",
  articles: ["HAT", "MUG", "SHIP", "DISCOUNT", "ROUND", "FEE"],
};

const SHOPIFY = {
  shopDomain: "demo-kaffe.myshopify.com",
  accessToken: "shpat_demo_0123456789abcdef",
  clientSecret: "shpss_demo_0123456789abcdef",
};

/** Names the shop in every control command, as the sandbox may have others. */
export const SHOP = { shop: SHOPIFY.shopDomain };
/** The name under which the shop offers Qliro at its checkout. */
export const GATEWAY = "Qliro One";

export const CREDENTIALS: Record<Platform, object> = {
  shopify: {
    shopDomain: SHOPIFY.shopDomain,
    accessToken: SHOPIFY.accessToken,
    webhookSecret: SHOPIFY.clientSecret,
  },
  qliro: {
    apiKey: QLIRO.key,
    apiSecret: QLIRO.secret,
    plusApiKey: QLIRO.plusKey,
    plusApiSecret: QLIRO.plusSecret,
  },
  specter: { sbmId: SPECTER.sbmId, ...SPECTER.write, integrationKey: SPECTER.integrationKey },
};

export const SETTINGS: Record<Platform, object> = {
  shopify: { gateways: { [GATEWAY]: "qliro" } },
  qliro: { paymentReferencePrefix: "QLIRO-", feeArticleNumber: "FEE" },
  specter: {
    paymentTypes: { qliro: "QL" },
    shippingArticleNumber: "SHIP",
    discountArticleNumber: "DISCOUNT",
    roundingArticleNumber: "ROUND",
    pollMinutes: 1,
  },
};

const EVERY_FLOW = { orders: true, invoices: true, refunds: true, payouts: true };

/** Shop and PSP both bring orders: that each order is one in the ERP is what the demo shows. */
export const FLOWS: Record<Platform, Record<string, boolean>> = {
  shopify: { orders: true, invoices: false, refunds: false, payouts: false },
  qliro: EVERY_FLOW,
  specter: EVERY_FLOW,
};

/** Makes sure of the accounts, and answers those opened now; one that is there keeps its books and switches. */
export async function ensureAccounts(system: System, wanted: readonly Platform[]): Promise<Set<Platform>> {
  const opened = new Set<Platform>();
  for (const platform of wanted) {
    if (await ACCOUNTS[platform].isOpen(system)) continue;
    await system.control(platform, ACCOUNTS[platform].open);
    opened.add(platform);
  }
  return opened;
}

interface Account {
  isOpen(system: System): Promise<boolean>;
  open: { do: string } & Record<string, unknown>;
}

const ACCOUNTS: Record<Platform, Account> = {
  shopify: {
    isOpen: async (system) => (await readShop(system))?.installed ?? false,
    open: { do: "shop", ...SHOPIFY, title: "Demo Kaffe" },
  },
  qliro: {
    isOpen: async (system) =>
      (await system.control<{ accounts: string[] }>("qliro", { do: "show" })).accounts.includes(QLIRO.key),
    open: { do: "account", ...QLIRO },
  },
  specter: {
    isOpen: async (system) => (await system.tryControl("specter", { do: "show", sbmId: SPECTER.sbmId })) !== null,
    open: { do: "account", ...SPECTER },
  },
};

interface Shop {
  installed: boolean;
  subscriptions: { url: string }[];
}

async function readShop(system: System): Promise<Shop | null> {
  return (await system.tryControl<{ shop: Shop }>("shopify", { do: "show", ...SHOP }))?.shop ?? null;
}

/** Whether the simulated shop rings an address that begins so. */
export const isRinging = async (system: System, beginning: string): Promise<boolean> =>
  (await readShop(system))?.subscriptions.some(({ url }) => url.startsWith(beginning)) ?? false;

/** Takes away what the shop rang before, such as an address at a port of an earlier start. */
export const forgetSubscriptions = (system: System) => system.control("shopify", { do: "unsubscribe", ...SHOP });

/** Gives a platform without an API for it the webhook URL, as a person does in its portal. */
export async function tellUrl(system: System, connector: Exclude<Platform, "shopify">, url: string): Promise<void> {
  if (connector === "qliro") {
    await system.control("qliro", { do: "account", ...QLIRO, checkoutPushUrl: url, managementPushUrl: url });
    return;
  }
  // The account command sets everything anew, so that what somebody switched is read first.
  const { sbmId } = SPECTER;
  const seen = await system.control<{ switches: object; articles: string[] }>("specter", { do: "show", sbmId });
  const { switches, articles } = seen;
  await system.control("specter", { do: "account", ...SPECTER, switches, articles, callback: { url } });
}

// Makes sure of the demo merchant: found by name, and only what is missing or broken is made. Safe to run again.
import { Stop } from "../local/stop.mjs";
import type { Platform, System } from "./system.ts";

export const MERCHANT_NAME = "Demo Kaffe AB";

/** What a second start must remember, because the router shows it only once. */
export interface Remembered {
  /** Connection id → webhook URL, as it was given to the simulated platform. */
  hooks: Record<string, string>;
}

export interface DemoMerchant {
  id: string;
  qliro: string;
  specter: string;
}

interface Connection {
  id: string;
  connector: string;
  status: string;
  flows: Record<string, boolean>;
  webhooks: { active: boolean };
}

const QLIRO_ACCOUNT = {
  key: "DEMO_SE",
  secret: "demo-qliro-secret",
  plusKey: "DEMO_PLUS",
  plusSecret: "demo-plus-secret",
};

const SPECTER_ACCOUNT = {
  sbmId: "1234",
  write: { apiUserId: "77", apiUserKey: "0123456789abcdef0123456789abcdef" },
  integrationKey: "00000000-1111-2222-3333-444444444444",
  articles: ["HAT", "MUG", "SHIP", "DISCOUNT", "ROUND", "FEE"],
};

const CREDENTIALS: Record<Platform, object> = {
  qliro: {
    apiKey: QLIRO_ACCOUNT.key,
    apiSecret: QLIRO_ACCOUNT.secret,
    plusApiKey: QLIRO_ACCOUNT.plusKey,
    plusApiSecret: QLIRO_ACCOUNT.plusSecret,
  },
  specter: {
    sbmId: SPECTER_ACCOUNT.sbmId,
    ...SPECTER_ACCOUNT.write,
    integrationKey: SPECTER_ACCOUNT.integrationKey,
  },
};

const SETTINGS: Record<Platform, object> = {
  qliro: { paymentReferencePrefix: "QLIRO-", feeArticleNumber: "FEE" },
  specter: {
    paymentTypes: { qliro: "QL" },
    shippingArticleNumber: "SHIP",
    discountArticleNumber: "DISCOUNT",
    roundingArticleNumber: "ROUND",
    pollMinutes: 1,
  },
};

const SALES_ACCOUNTS = [
  { country: "SE", vatRateBps: 2500, account: "3001" },
  { country: "SE", vatRateBps: 1200, account: "3002" },
  { country: "SE", vatRateBps: 600, account: "3003" },
];

const SETTLEMENT_ACCOUNTS = { payoutAccount: "1930", bankCostAccount: "6570", feeVatAccount: "2641", methods: [] };

interface Setting {
  system: System;
  /** The origin of webhook URLs, as the router has it. */
  publicOrigin: string;
  known: Remembered;
  /** Platforms whose account was opened just now. */
  opened: Set<string>;
  /** Told what had to be done. */
  say(line: string): void;
}

/** The demo merchant, approved and live. */
export async function ensureMerchant(
  given: Omit<Setting, "opened">,
): Promise<{ merchant: DemoMerchant; remembered: Remembered }> {
  const setting: Setting = { ...given, opened: await ensureAccounts(given) };
  const { id, stage } = await ensureRecord(setting);
  const path = `/merchants/${id}`;
  const qliro = await ensureConnection(setting, path, "qliro");
  const specter = await ensureConnection(setting, path, "specter");
  if (stage !== "approved") await approve(setting, path, stage);
  const hooks: Record<string, string> = {};
  for (const connection of [qliro, specter]) hooks[connection.id] = await ensureHook(setting, path, connection);
  return { merchant: { id, qliro: qliro.id, specter: specter.id }, remembered: { hooks } };
}

async function ensureRecord({ system, say }: Setting): Promise<{ id: string; stage: string }> {
  let query = "";
  for (;;) {
    const page = await system.get<MerchantPage>(`/merchants?limit=100${query}`);
    const found = page.items.find((merchant) => merchant.name === MERCHANT_NAME);
    if (found) return found;
    if (page.nextCursor === null) break;
    query = `&cursor=${encodeURIComponent(page.nextCursor)}`;
  }
  say(`created the merchant ${MERCHANT_NAME}`);
  const details = { name: MERCHANT_NAME, country: "SE", currency: "SEK", timezone: "Europe/Stockholm" };
  return system.send("POST", "/merchants", details);
}

interface MerchantPage {
  items: { id: string; name: string; stage: string }[];
  nextCursor: string | null;
}

/** The merchant's accounts at the simulated platforms; one that is there keeps its books and switches. */
async function ensureAccounts({ system, say }: Pick<Setting, "system" | "say">): Promise<Set<string>> {
  const opened = new Set<string>();
  const qliro = await system.control<{ accounts: string[] }>("qliro", { do: "show" });
  if (!qliro.accounts.includes(QLIRO_ACCOUNT.key)) {
    await system.control("qliro", { do: "account", ...QLIRO_ACCOUNT });
    opened.add("qliro");
  }
  if ((await system.tryControl("specter", { do: "show", sbmId: SPECTER_ACCOUNT.sbmId })) === null) {
    await system.control("specter", { do: "account", ...SPECTER_ACCOUNT });
    opened.add("specter");
  }
  for (const platform of opened) say(`opened an account at the simulated ${platform}`);
  return opened;
}

async function ensureConnection({ system, say }: Setting, path: string, connector: Platform): Promise<Connection> {
  const { items } = await system.get<{ items: Connection[] }>(`${path}/connections`);
  let connection = items.find((each) => each.connector === connector);
  if (!connection) {
    connection = await system.send<Connection>("POST", `${path}/connections`, {
      connector,
      label: `Demo ${connector}`,
      environment: "test",
      credentials: CREDENTIALS[connector],
      settings: SETTINGS[connector],
    });
    say(`connected ${connector}`);
  }
  const own = `${path}/connections/${connection.id}`;
  const verify = () => system.send<Verified>("POST", `${own}/verify`);
  let verified = await verify();
  if (verified.status !== "connected") {
    // Credentials that were sealed under another MASTER_KEY can only be given again.
    await system.send("PATCH", own, { credentials: CREDENTIALS[connector] });
    say(`gave ${connector} its credentials again`);
    verified = await verify();
  }
  if (verified.status !== "connected")
    throw new Stop(`${connector} could not be verified: ${verified.problem?.title} ${verified.problem?.detail}`);
  const off = Object.values(connection.flows).some((on) => !on);
  return off ? system.send("PUT", `${own}/flows`, FLOWS) : connection;
}

interface Verified {
  status: string;
  problem?: { title: string; detail: string };
}

const FLOWS = { orders: true, invoices: true, refunds: true, payouts: true };

async function approve({ system, say }: Setting, path: string, stage: string): Promise<void> {
  await system.send("PUT", `${path}/mappings/sales-accounts`, { items: SALES_ACCOUNTS });
  await system.send("PUT", `${path}/mappings/settlement-accounts`, SETTLEMENT_ACCOUNTS);
  await system.send("PUT", `${path}/schedule`, { payouts: { time: "23:00" } });
  if (stage === "draft") await system.send("POST", `${path}/review`);
  await system.send("POST", `${path}/approve`);
  say("mapped the accounts, reviewed and approved");
}

/**
 * The webhook URL that the simulated platform rings. A known one is kept, at the origin of now; a new one is asked for
 * only when none is known or webhooks are off.
 */
async function ensureHook(
  { system, publicOrigin, known, opened, say }: Setting,
  path: string,
  { id, connector, webhooks }: Connection,
): Promise<string> {
  const old = webhooks.active ? known.hooks[id] : undefined;
  const kept = old === undefined ? undefined : publicOrigin + new URL(old).pathname;
  if (kept !== undefined && kept === old && !opened.has(connector)) return kept;
  const act = webhooks.active ? "rotate" : "activate";
  const url = kept ?? (await system.send<{ url: string }>("POST", `${path}/connections/${id}/webhooks/${act}`)).url;
  await tell(system, connector, url);
  say(`${connector} rings the webhook URL of its connection`);
  return url;
}

async function tell(system: System, connector: string, url: string): Promise<void> {
  if (connector === "qliro") {
    await system.control("qliro", { do: "account", ...QLIRO_ACCOUNT, checkoutPushUrl: url, managementPushUrl: url });
    return;
  }
  // The account command sets everything anew, so that what somebody switched is read first.
  const { sbmId } = SPECTER_ACCOUNT;
  const seen = await system.control<{ switches: object; articles: string[] }>("specter", { do: "show", sbmId });
  const { switches, articles } = seen;
  await system.control("specter", { do: "account", ...SPECTER_ACCOUNT, switches, articles, callback: { url } });
}

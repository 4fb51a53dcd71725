// Makes sure of the demo merchant: found by name, and only what is missing or broken is made. Safe to run again.
import { Stop } from "../local/stop.mjs";
import { CREDENTIALS, ensureAccounts, FLOWS, forgetSubscriptions, isRinging, SETTINGS, tellUrl } from "./accounts.ts";
import type { Platform, System } from "./system.ts";

export const MERCHANT_NAME = "Demo Kaffe AB";

/** What a second start must remember, because the router shows it only once. */
export interface Remembered {
  /** Connection id → webhook URL, as it was given to the simulated platform. */
  hooks: Record<string, string>;
}

export interface DemoMerchant {
  id: string;
  /** null without a shop. */
  shopify: string | null;
  qliro: string;
  specter: string;
}

interface Connection<P extends Platform = Platform> {
  id: string;
  connector: P;
  status: string;
  flows: Record<string, boolean>;
  webhooks: { active: boolean };
}

const ALWAYS: readonly Platform[] = ["qliro", "specter"];

const SALES_ACCOUNTS = [
  { country: "SE", vatRateBps: 2500, account: "3001" },
  { country: "SE", vatRateBps: 1200, account: "3002" },
  { country: "SE", vatRateBps: 600, account: "3003" },
];

/** Orders are called in Specter what the shop calls them. */
const ORDER_NUMBER = { pattern: "{shop.orderNumber}" };

const SETTLEMENT_ACCOUNTS = { payoutAccount: "1930", bankCostAccount: "6570", feeVatAccount: "2641", methods: [] };

interface Setting {
  system: System;
  /** The origin of webhook URLs, as the router has it. */
  publicOrigin: string;
  known: Remembered;
  /** Whether a simulated Shopify stands in front of Qliro. */
  withShop?: boolean;
  /** Platforms whose account was opened just now. */
  opened: Set<Platform>;
  /** Told what had to be done. */
  say(line: string): void;
}

/** The demo merchant, approved and live. */
export async function ensureMerchant(
  given: Omit<Setting, "opened">,
): Promise<{ merchant: DemoMerchant; remembered: Remembered }> {
  const opened = await ensureAccounts(given.system, given.withShop ? ["shopify", ...ALWAYS] : ALWAYS);
  for (const platform of opened) given.say(`opened an account at the simulated ${platform}`);
  const setting: Setting = { ...given, opened };
  const { id, stage } = await ensureRecord(setting);
  const path = `/merchants/${id}`;
  const shopify = given.withShop ? await ensureConnection(setting, path, "shopify") : null;
  const qliro = await ensureConnection(setting, path, "qliro");
  const specter = await ensureConnection(setting, path, "specter");
  if (shopify) await ensureOrderNumber(setting, path);
  if (stage !== "approved") await approve(setting, path, stage);
  if (shopify) await ensureRegistered(setting, path, shopify);
  const hooks: Record<string, string> = {};
  for (const connection of [qliro, specter]) hooks[connection.id] = await ensureHook(setting, path, connection);
  return {
    merchant: { id, shopify: shopify?.id ?? null, qliro: qliro.id, specter: specter.id },
    remembered: { hooks },
  };
}

/**
 * The merchant itself. A platform that was emptied counts from the start again and gives numbers that the old merchant
 * has seen: those would be taken for old orders, so that a new merchant takes its place.
 */
async function ensureRecord({ system, opened, say }: Setting): Promise<{ id: string; stage: string }> {
  let query = "";
  for (;;) {
    const page = await system.get<MerchantPage>(`/merchants?limit=100${query}`);
    const found = page.items.find((merchant) => merchant.name === MERCHANT_NAME);
    if (found) {
      const { items } = await system.get<{ items: Connection[] }>(`/merchants/${found.id}/connections`);
      if (!items.some(({ connector }) => opened.has(connector))) return found;
      await system.send("DELETE", `/merchants/${found.id}`);
      say("the sandbox was emptied, so the demo merchant begins anew");
      break;
    }
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

async function ensureConnection<P extends Platform>(
  { system, say }: Setting,
  path: string,
  connector: P,
): Promise<Connection<P>> {
  const { items } = await system.get<{ items: Connection<P>[] }>(`${path}/connections`);
  let connection = items.find((each) => each.connector === connector);
  if (!connection) {
    connection = await system.send<Connection<P>>("POST", `${path}/connections`, {
      connector,
      label: `Demo ${connector}`,
      environment: "test",
      credentials: CREDENTIALS[connector],
      settings: SETTINGS[connector],
    });
    say(`connected ${connector}`);
  }
  const own = `${path}/connections/${connection.id}`;
  const verify = () => verifiedInPeace(system, own);
  let verified = await verify();
  if (verified.status !== "connected") {
    // Credentials that were sealed under another MASTER_KEY can only be given again.
    await system.send("PATCH", own, { credentials: CREDENTIALS[connector] });
    say(`gave ${connector} its credentials again`);
    verified = await verify();
  }
  if (verified.status !== "connected")
    throw new Stop(`${connector} could not be verified: ${verified.problem?.title} ${verified.problem?.detail}`);
  const { flows } = connection;
  const differs = Object.entries(FLOWS[connector]).some(([flow, on]) => flows[flow] !== on);
  return differs ? system.send("PUT", `${own}/flows`, { ...FLOWS[connector], acceptOverlap: true }) : connection;
}

interface Verified {
  status: string;
  problem?: { code: string; title: string; detail: string };
}

const PASSING = ["RATE_LIMITED", "PLATFORM_UNAVAILABLE"];
const PASSING_TRIES = 5;

/** Verifies again when only the pace of the connection was in the way: its own work may use the request limit up. */
async function verifiedInPeace(system: System, path: string): Promise<Verified> {
  let verified = await system.send<Verified>("POST", `${path}/verify`);
  for (let tries = 1; tries < PASSING_TRIES && PASSING.includes(verified.problem?.code ?? ""); tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    verified = await system.send<Verified>("POST", `${path}/verify`);
  }
  return verified;
}

async function ensureOrderNumber({ system, say }: Setting, path: string): Promise<void> {
  const mapping = `${path}/mappings/order-number`;
  const { pattern } = await system.get<{ pattern: string | null }>(mapping);
  if (pattern === ORDER_NUMBER.pattern) return;
  await system.send("PUT", mapping, ORDER_NUMBER);
  say(`named the orders ${ORDER_NUMBER.pattern} in Specter`);
}

async function approve({ system, say }: Setting, path: string, stage: string): Promise<void> {
  await system.send("PUT", `${path}/mappings/sales-accounts`, { items: SALES_ACCOUNTS });
  await system.send("PUT", `${path}/mappings/settlement-accounts`, SETTLEMENT_ACCOUNTS);
  await system.send("PUT", `${path}/schedule`, { payouts: { time: "23:00" } });
  if (stage === "draft") await system.send("POST", `${path}/review`);
  await system.send("POST", `${path}/approve`);
  say("mapped the accounts, reviewed and approved");
}

/** Shopify is given its webhook URL by the router itself, through the shop's API. */
async function ensureRegistered(
  { system, publicOrigin, say }: Setting,
  path: string,
  { id, connector, webhooks }: Connection,
): Promise<void> {
  if (webhooks.active && (await isRinging(system, `${publicOrigin}/hooks/${connector}/${id}/`))) return;
  await forgetSubscriptions(system);
  const act = webhooks.active ? "rotate" : "activate";
  const answer = await system.send<Registered>("POST", `${path}/connections/${id}/webhooks/${act}`);
  if (!answer.registered)
    throw new Stop(`${connector} did not take the webhook URL: ${answer.problem?.title} ${answer.problem?.detail}`);
  say(`${connector} was given the webhook URL of its connection by its API`);
}

interface Registered {
  registered: boolean;
  problem?: { title: string; detail: string };
}

/**
 * The webhook URL that the simulated platform rings. A known one is kept, at the origin of now; a new one is asked for
 * only when none is known or webhooks are off.
 */
async function ensureHook(
  { system, publicOrigin, known, opened, say }: Setting,
  path: string,
  { id, connector, webhooks }: Connection<"qliro" | "specter">,
): Promise<string> {
  const old = webhooks.active ? known.hooks[id] : undefined;
  const kept = old === undefined ? undefined : publicOrigin + new URL(old).pathname;
  if (kept !== undefined && kept === old && !opened.has(connector)) return kept;
  const act = webhooks.active ? "rotate" : "activate";
  const url = kept ?? (await system.send<{ url: string }>("POST", `${path}/connections/${id}/webhooks/${act}`)).url;
  await tellUrl(system, connector, url);
  say(`${connector} rings the webhook URL of its connection`);
  return url;
}

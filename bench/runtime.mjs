// Builds the Worker and starts it on workerd with a bare one beside it, simulated platforms behind it, and a merchant.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from "miniflare";

export const COMPATIBILITY_DATE = "2026-09-01";
const ADMIN_TOKEN = "bench-admin-token-0123456789";
const MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const QLIRO = {
  key: "BENCH_SE",
  secret: "bench-qliro-secret-0123456789",
  plusKey: "BENCH_PLUS",
  plusSecret: "bench-plus-secret-0123456789",
};
const SPECTER = { apiUserId: "77", apiUserKey: "c0ffee00c0ffee00c0ffee00c0ffee00" };
const INTEGRATION_KEY = "be0c4000-2222-3333-4444-555555555555";
const FLOWS = { orders: true, invoices: true, refunds: true, payouts: true };

/** A folder that is gone when the process ends. */
export function temporaryFolder() {
  const folder = mkdtempSync(join(tmpdir(), "junipeer-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Bundles a Worker as a deployment would. Answers its folder and wrangler's words about it.
 * @param {string} entry
 * @param {string} config
 */
export function build(entry, config = "wrangler.toml") {
  const folder = temporaryFolder();
  const wrangler = join("node_modules", "wrangler", "bin", "wrangler.js");
  const args = [wrangler, "deploy", entry, "--config", config, "--dry-run", "--outdir", folder];
  const built = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (built.status !== 0) throw new Error(`wrangler could not bundle ${entry}: ${built.stderr}`);
  return { folder, words: built.stdout };
}

/** The modules of a bundle, as Miniflare takes them. */
export function modulesOf(folder) {
  const files = readdirSync(folder).filter((name) => name.endsWith(".js") || name.endsWith(".sql"));
  return files
    .sort((a, b) => Number(b.endsWith(".js")) - Number(a.endsWith(".js")))
    .map((name) => ({
      type: name.endsWith(".js") ? "ESModule" : "Text",
      path: join(folder, name),
      contents: readFileSync(join(folder, name), "utf8"),
    }));
}

/** A bundled Worker as Miniflare takes it, reachable by a socket of its own. */
const bundled = (name, folder) => ({
  name,
  modules: modulesOf(folder),
  modulesRoot: folder,
  compatibilityDate: COMPATIBILITY_DATE,
  unsafeDirectSockets: [{}],
});

/** The router with its bindings. */
export const routerOptions = (folder) => ({
  ...bundled("router", folder),
  bindings: { ENVIRONMENT: "local", PUBLIC_ORIGIN: "http://127.0.0.1:8787", ADMIN_TOKEN, MASTER_KEY },
  durableObjects: {
    MERCHANT: { className: "Merchant", useSQLite: true },
    PLATFORM_HEALTH: { className: "PlatformHealth", useSQLite: true },
  },
  d1Databases: ["DB"],
  queueProducers: { PAYOUT_RUNS: "payout-runs" },
});

/** The router, the bare Worker and the platforms in one process, and a merchant that is live. */
export async function startWorld() {
  const workers = [
    { ...routerOptions(build("bench/router.ts").folder), outboundService: "platforms" },
    {
      name: "bare",
      modules: true,
      scriptPath: "bench/bare.mjs",
      compatibilityDate: COMPATIBILITY_DATE,
      durableObjects: { BARE: { className: "Bare", useSQLite: true } },
      unsafeDirectSockets: [{}],
    },
    bundled("platforms", build("bench/platforms.ts", "bench/platforms.toml").folder),
  ];
  const runtime = new Miniflare(
    convertV4MiniflareOptions({ log: new NoOpLog(), workers, ...(process.env.INSPECT ? { inspectorPort: 9339 } : {}) }),
  );
  const urls = await Promise.all(workers.map(({ name }) => runtime.unsafeGetDirectURL(name)));
  const [routerUrl, bareUrl, platformsUrl] = urls;
  await migrate(await runtime.getD1Database("DB", "router"));
  const merchant = await makeMerchant(platformsUrl, routerUrl);
  return { runtime, bareUrl, ...merchant };
}

async function migrate(database) {
  const folder = join("migrations", "d1");
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  for (const file of files.sort())
    for (const statement of readFileSync(join(folder, file), "utf8").split("--> statement-breakpoint"))
      await database.prepare(statement).run();
}

/** One merchant with both connections, approved and live, set up through the API. */
async function makeMerchant(platforms, origin) {
  const api = async (method, path, body) => {
    const response = await fetch(new URL(`/api/v1${path}`, origin), {
      method,
      headers: { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
    return text === "" ? null : JSON.parse(text);
  };
  const control = async (platform, ...commands) => {
    const response = await fetch(new URL(`/${platform}`, platforms), {
      method: "POST",
      body: JSON.stringify(commands),
    });
    const answers = await response.json();
    for (const answer of answers) if (!answer.ok) throw new Error(`${platform}: ${answer.error}`);
    return answers;
  };
  const profile = { name: "Bench AB", country: "SE", currency: "SEK", timezone: "Europe/Stockholm" };
  const base = `/merchants/${(await api("POST", "/merchants", profile)).id}`;
  const connect = async (connector, credentials, settings) =>
    (await api("POST", `${base}/connections`, { connector, environment: "test", credentials, settings })).id;
  const keys = {
    apiKey: QLIRO.key,
    apiSecret: QLIRO.secret,
    plusApiKey: QLIRO.plusKey,
    plusApiSecret: QLIRO.plusSecret,
  };
  const qliro = await connect("qliro", keys, {});
  const specter = await connect(
    "specter",
    { sbmId: "1234", ...SPECTER, integrationKey: INTEGRATION_KEY },
    { paymentTypes: { qliro: "QL" }, shippingArticleNumber: "SHIP" },
  );
  await control("qliro", { do: "account", ...QLIRO });
  const articles = ["SKU-1", "SHIP"];
  await control("specter", { do: "account", sbmId: 1234, write: SPECTER, integrationKey: INTEGRATION_KEY, articles });
  for (const connection of [qliro, specter]) {
    const verified = await api("POST", `${base}/connections/${connection}/verify`);
    if (verified.status !== "connected") throw new Error(`not connected: ${JSON.stringify(verified)}`);
    await api("PUT", `${base}/connections/${connection}/flows`, FLOWS);
  }
  const salesAccounts = [{ country: "SE", vatRateBps: 2500, account: "3001" }];
  await api("PUT", `${base}/mappings/sales-accounts`, { items: salesAccounts });
  await api("PUT", `${base}/mappings/settlement-accounts`, {
    payoutAccount: "1930",
    bankCostAccount: "6570",
    feeVatAccount: "2641",
    methods: [],
  });
  await api("POST", `${base}/review`);
  await api("POST", `${base}/approve`);
  const hook = async (connection) => {
    const { url } = await api("POST", `${base}/connections/${connection}/webhooks/activate`);
    return new URL(new URL(url).pathname, origin);
  };
  const hooks = { qliro: await hook(qliro), specter: await hook(specter) };
  const pushes = { checkoutPushUrl: hooks.qliro.href, managementPushUrl: hooks.qliro.href };
  await control("qliro", { do: "account", ...QLIRO, ...pushes });
  return { api: (method, path, body) => api(method, `${base}${path}`, body), control, hooks };
}

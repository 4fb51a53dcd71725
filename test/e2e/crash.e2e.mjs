// Kills the router under load and in the middle of its work, and starts it again on the same storage: every webhook
// that it acknowledged leads to its order, and no order is made twice. Run by Node: `npm run test:crash`.
//
// Real HTTP, the real runtime, real time. Ends with one line and exit code 0 or 1.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureMerchant } from "../../scripts/demo/merchant.ts";
import { openSystem } from "../../scripts/demo/system.ts";
import { LOCAL } from "../../scripts/local/places.mjs";
import { runWrangler, startWorker, stopWorker, untilReady } from "../../scripts/local/wrangler.mjs";

const ADMIN_TOKEN = "crash-test-admin-token-0123456789";
const MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const ORDERS = 10;
/** Times a webhook is sent again while nobody acknowledges it, as a platform would. */
const SENDS_MAX = 40;
const SEND_AGAIN_MS = 500;
const SPACING_MS = 250;
/** What was cut off is looked up after 30 s; the rest is the pace of the ERP. */
const DONE_WITHIN_MS = 75_000;

const ROWS = [{ reference: "HAT", description: "Wool hat", quantity: 1, price: 100, priceExVat: 80, vatRate: 25 }];

const folder = mkdtempSync(join(tmpdir(), "junipeer-crash-"));
const started = Date.now();

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function startRouter(ports) {
  const origin = `http://127.0.0.1:${ports.sandbox}`;
  const simulated = ["qliro", "shopify", "specter"].map((id) => [id, `${origin}/${id}`]);
  const vars = {
    PUBLIC_ORIGIN: `http://127.0.0.1:${ports.router}`,
    PLATFORM_BASE_URLS: JSON.stringify(Object.fromEntries(simulated)),
    ADMIN_TOKEN,
    MASTER_KEY,
  };
  const given = Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]);
  const router = startWorker("crash-router", ports.router, ["--persist-to", join(folder, "router"), ...given]);
  await untilReady(router, "/health");
  return router;
}

/** As a failing machine would: the whole process group at once, without a word. */
async function kill(worker) {
  process.kill(-worker.pid, "SIGKILL");
  await worker.gone;
}

/** Sends a webhook until it is acknowledged. */
async function deliver(hook, push) {
  for (let count = 0; count < SENDS_MAX; count += 1) {
    const answer = await fetch(hook, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(push),
    }).catch(() => null);
    const text = await answer?.text().catch(() => null);
    if (answer?.status === 200 && text !== null) return;
    await sleep(SEND_AGAIN_MS);
  }
  throw new Error(`the webhook of order ${push.OrderId} was never acknowledged`);
}

const pushOf = ({ orderId, reference }, second) => ({
  OrderId: orderId,
  MerchantReference: reference,
  Status: "Completed",
  Timestamp: `2030-01-15T09:00:0${second}`,
  NotificationType: "CustomerCheckoutStatus",
});

/** Waits until what is looked at is so; answers whether it became so in time. */
async function until(withinMs, isSo) {
  const end = Date.now() + withinMs;
  while (Date.now() < end) {
    if (await isSo().catch(() => false)) return true;
    await sleep(250);
  }
  return false;
}

async function play(ports, workers) {
  const system = openSystem(
    { router: `http://127.0.0.1:${ports.router}`, sandbox: `http://127.0.0.1:${ports.sandbox}`, pid: process.pid },
    ADMIN_TOKEN,
  );
  const quiet = { known: { hooks: {} }, withShop: false, say: () => undefined };
  const publicOrigin = system.running.router;
  const { merchant, remembered } = await ensureMerchant({ system, publicOrigin, ...quiet });
  const hook = remembered.hooks[merchant.qliro];
  const placed = [];
  for (let index = 1; index <= ORDERS; index += 1)
    placed.push(
      await system.control("qliro", {
        do: "place",
        reference: `CRASH-${index}`,
        rows: ROWS,
        checkoutPushUrl: null,
        managementPushUrl: null,
      }),
    );
  const made = async () => (await system.control("specter", { do: "show", sbmId: "1234" })).orders;

  // Every order's two webhooks and a repeat, one order after the other: some orders are made already, and others are
  // only announced, when the router dies.
  const sends = placed.flatMap((order) => [pushOf(order, 0), pushOf(order, 0), pushOf(order, 1)]);
  let acknowledged = 0;
  const delivered = Promise.all(
    sends.map(async (push, index) => {
      await sleep(index * SPACING_MS);
      await deliver(hook, push);
      acknowledged += 1;
    }),
  );
  delivered.catch(() => undefined);
  await until(20_000, async () => (await made()).length >= 2);
  const before = { made: (await made()).length, acknowledged };
  await kill(workers.router);
  workers.router = await startRouter(ports);
  await delivered;

  const numbers = placed.map((order) => order.reference);
  let orders = [];
  const found = (number) => orders.filter((order) => order.externalOrderNo === number);
  await until(DONE_WITHIN_MS, async () => {
    orders = await made();
    return numbers.every((number) => found(number).length > 0);
  });
  const missing = numbers.filter((number) => found(number).length === 0);
  if (missing.length > 0) throw new Error(`acknowledged and lost: ${missing.join(", ")}`);

  // Our books know of all of them; whoever would make one twice has had the time for it then.
  let books = [];
  const open = () => books.filter((order) => order.status === "open" && order.erpNumber !== null);
  await until(DONE_WITHIN_MS, async () => {
    books = (await system.get(`/merchants/${merchant.id}/orders?limit=100`)).items;
    return open().length === ORDERS;
  });
  if (open().length !== ORDERS || books.length !== ORDERS)
    throw new Error(`our books have ${books.length} orders, ${open().length} of them open, for ${ORDERS} placed`);
  orders = await made();
  const doubled = numbers.filter((number) => found(number).length > 1);
  if (doubled.length > 0) throw new Error(`made more than once: ${doubled.join(", ")}`);
  if (orders.length !== ORDERS) throw new Error(`${orders.length} orders in the ERP for ${ORDERS} placed`);
  const early = `${before.made} made and ${before.acknowledged} of ${sends.length} webhooks acknowledged before the kill`;
  return `${ORDERS} orders, ${early}`;
}

mkdirSync(LOCAL, { recursive: true });
const ports = { router: await freePort(), sandbox: await freePort() };
const workers = {};
try {
  await runWrangler(
    "crash-migrations",
    ["d1", "migrations", "apply", "DB", "--local", "--persist-to", join(folder, "router")],
    "The migrations could not be applied:",
  );
  const sandboxArgs = ["-c", "sandbox/wrangler.toml", "--persist-to", join(folder, "sandbox")];
  workers.sandbox = startWorker("crash-sandbox", ports.sandbox, sandboxArgs);
  [workers.router] = await Promise.all([startRouter(ports), untilReady(workers.sandbox, "/")]);
  const words = await play(ports, workers);
  console.log(`crash: killed under load, nothing lost, nothing twice: ${words}, ${seconds()} s`);
} catch (cause) {
  console.log(`crash: FAILED after ${seconds()} s: ${cause instanceof Error ? cause.message : cause}`);
  process.exitCode = 1;
} finally {
  await Promise.all(Object.values(workers).map((worker) => stopWorker(worker)));
  rmSync(folder, { recursive: true, force: true });
}

function seconds() {
  return Math.round((Date.now() - started) / 1000);
}

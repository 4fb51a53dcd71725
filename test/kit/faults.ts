// What fault tests share: a promise kept with and without evictions, faults on the line, and the truth to hold it against.
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect, it } from "vitest";
import type { Send } from "../../sandbox/inprocess.ts";
import type { MerchantRpc } from "../../src/durable/rpc.ts";
import { virtual } from "./virtual.ts";
import { type Json, makeWorld, SECRETS, type World, type WorldOptions } from "./world.ts";

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** One hat and its parcel: 375.50 + 49.00, in minor units. */
export const ROWS = [
  { reference: "SKU-1", description: "Wool hat", quantity: 1, price: 375.5, priceExVat: 300.4, vatRate: 25 },
  {
    reference: "Parcel",
    description: "Parcel",
    type: "Shipping",
    quantity: 1,
    price: 49,
    priceExVat: 39.2,
    vatRate: 25,
  },
];
export const TOTAL = 42_450;

/** For tests that live through hours. */
export const SLOW = { timeout: 60_000 };

/** Registers a promise twice: once as it is, once with the object evicted after every alarm. Polls come hourly. */
export function twins(promise: string, run: (world: World) => Promise<void>, options: WorldOptions = {}): void {
  for (const evicting of [false, true])
    it(`${promise}${evicting ? " (evicted between every two steps)" : ""}`, SLOW, async () => {
      await forgetHealth();
      const specterSettings = { pollMinutes: 60, ...options.specterSettings };
      const world = await makeWorld({ ...options, specterSettings, evicting });
      try {
        await run(world);
      } finally {
        expectNoSecrets(world);
      }
    });
}

/** The shared breaker outlives a world; each one begins with platforms that nobody complained about. */
export async function forgetHealth(): Promise<void> {
  for (const name of ["qliro.test", "specter.test"]) {
    const stub = env.PLATFORM_HEALTH.get(env.PLATFORM_HEALTH.idFromName(name));
    await runInDurableObject(stub, (_, state) => state.storage.deleteAll());
    await evictDurableObject(stub);
  }
}

export const stubOf = (world: World) => env.MERCHANT.get(env.MERCHANT.idFromName(world.merchant));

/** The object as its methods are typed. */
export const objectOf = (world: World): MerchantRpc => stubOf(world) as unknown as MerchantRpc;

export const alarmOf = (world: World): Promise<number | null> =>
  runInDurableObject(stubOf(world), (_, state) => state.storage.getAlarm());

/** The address a platform was given. */
export function hookUrl(world: World, platform: "qliro" | "specter"): string {
  const truth: Json = world.network.snapshot().platforms[platform]?.truth;
  return platform === "qliro"
    ? truth.accounts.KAFFE_SE.checkoutPushUrl
    : (Object.values(truth.accounts)[0] as Json).callback.url;
}

/** Brings a webhook to the Worker under test. */
export const send: Send = async (webhook) => {
  const response = await exports.default.fetch(webhook.url, {
    method: webhook.method,
    headers: webhook.headers,
    ...(webhook.method === "GET" ? {} : { body: webhook.body }),
  });
  return { status: response.status, body: await response.text() };
};

/** What was asked of a platform: `newOrderSubmit`, `MarkItemsAsShipped`, `orders/5452321`… */
export interface Call {
  at: number;
  platform: "qliro" | "specter";
  name: string;
  /** null when no answer came. */
  status: number | null;
}

/** Notes every call from now on, whatever the faults make of it. */
export function noteCalls(): Call[] {
  const calls: Call[] = [];
  const next = virtual.fetch;
  virtual.fetch = async (request) => {
    const url = new URL(request.url);
    const name = url.searchParams.get("action") ?? url.pathname.split("/").slice(4).join("/");
    const call: Call = {
      at: virtual.now,
      platform: url.host.includes("specter") ? "specter" : "qliro",
      name,
      status: null,
    };
    calls.push(call);
    const response = await next(request);
    call.status = response.status;
    return response;
  };
  return calls;
}

export const named = (calls: readonly Call[], name: string): Call[] => calls.filter((call) => call.name === name);

/** Calls that change something at a platform. */
const EFFECTS = /Submit$|^MarkItemsAsShipped$|^ReturnItems$|^AddItemsToInvoice$|^cancelOrder$/;
export const effects = (calls: readonly Call[]): string[] =>
  calls.map((call) => call.name).filter((name) => EFFECTS.test(name));

export const place = (world: World, reference: string, over: object = {}): Json =>
  world.control("qliro", { do: "place", reference, rows: ROWS, ...over });

export const invoice = (world: World, externalOrderNo: string, over: object = {}): Json =>
  world.control("specter", { do: "invoice", externalOrderNo, deliver: true, ...over });

/** The orders of this number in Specter's own books. */
export const erpOrders = (world: World, reference: string): Json[] =>
  world.control("specter", { do: "show" }).orders.filter((order: Json) => order.externalOrderNo === reference);

export interface Sums {
  captured?: number;
  refunded?: number;
  released?: number;
  invoiced?: number;
  credited?: number;
}

/**
 * The order at its end, in three books that agree: one order in Specter, its invoices and credit invoices; the money at
 * Qliro; our ledger. Nothing is under way and nothing waits for a person.
 */
export async function expectInStep(world: World, reference: string, sums: Sums = {}, status?: string): Promise<void> {
  const { captured = 0, refunded = 0, released = 0, invoiced = captured, credited = refunded } = sums;
  expect(erpOrders(world, reference), `orders ${reference} in Specter`).toHaveLength(1);
  const erp = world.control("specter", { do: "show", externalOrderNo: reference });
  const billed = (credit: boolean) =>
    erp.invoices
      .filter((document: Json) => document.credit === credit)
      .reduce((sum: number, document: Json) => sum + Math.abs(document.totalMinor), 0);
  const paid = world.control("qliro", { do: "show", reference });
  expect({ invoiced: billed(false), credited: billed(true), ...paid.sums }).toMatchObject({
    invoiced,
    credited,
    captured,
    refunded,
    released,
  });
  for (const document of erp.invoices)
    if (document.credit) expect(document.originalInvoiceId, "linked to its invoice").not.toBeNull();
  const order = await world.order(reference);
  expect(order.erpNumber).toBe(String(erp.order.orderNo));
  expect(order.payment).toMatchObject({ captured: { amountMinor: captured }, refunded: { amountMinor: refunded } });
  const documents = (kind: string) =>
    order.documents
      .filter((document) => document.kind === kind)
      .reduce((sum, document) => sum + document.amount.amountMinor, 0);
  expect([documents("invoice"), documents("credit_invoice")]).toEqual([invoiced, credited]);
  if (status) expect(order.status).toBe(status);
  await expectQuiet(world);
}

const ENDED = ["done", "withdrawn", "resolved", "discarded"];

/** No command is under way, none is stopped, no webhook waits, and nobody has to do anything. */
export async function expectQuiet(world: World): Promise<void> {
  const open = (await world.commands()).filter((command) => !ENDED.includes(command.state));
  expect(open.map(({ kind, state, problem }) => ({ kind, state, code: problem?.code }))).toEqual([]);
  expect((await world.tasks()).filter((task) => task.state === "open").map((task) => task.code)).toEqual([]);
  for (const state of ["received", "waiting"])
    expect((await world.api("GET", `/webhooks?state=${state}`)).body.items).toEqual([]);
}

/** The one command of this kind, with its attempts. */
export async function command(world: World, kind: string): Promise<Json> {
  const found = (await world.commands()).filter((candidate) => candidate.kind === kind);
  expect(found.map((candidate) => candidate.kind)).toEqual([kind]);
  return (await world.api("GET", `/commands/${found[0]?.id}`)).body ?? found[0];
}

/** Everything the API said so far is searched for the planted secrets. */
export function expectNoSecrets(world: World): void {
  const said = world.answers.join("\n");
  for (const secret of Object.values(SECRETS)) expect(said.includes(secret), "a secret in an answer").toBe(false);
}

/** Answers the first call of this name never, and lets the platform work it only once `later` was answered. */
export function workLate(name: string, later: string): void {
  const next = virtual.fetch;
  let held: Request | null = null;
  let done = false;
  virtual.fetch = async (request) => {
    if (!done && held === null && request.url.includes(name)) {
      held = request.clone();
      throw new TypeError("Network connection lost.");
    }
    const response = await next(request);
    if (held !== null && request.url.includes(later)) {
      const waiting = held;
      held = null;
      done = true;
      await next(waiting);
    }
    return response;
  };
}

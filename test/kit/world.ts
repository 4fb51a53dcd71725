// A whole small world: the real Worker, a merchant set up through the API, and simulated Qliro and Specter beside it.

import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { expect } from "vitest";
import { createNetwork, type Network } from "../../sandbox/inprocess.ts";
import type { Control } from "../../sandbox/platform.ts";
import { qliroPlatform } from "../../sandbox/qliro/index.ts";
import { specterPlatform } from "../../sandbox/specter/index.ts";
import { type Errand, runErrand } from "../../src/cron/clock.ts";
import type { CommandView, OrderView, PayoutView, TaskView } from "../../src/durable/views.ts";
import { forgetTargets } from "../../src/http/hook-targets.ts";
import { migratedDirectory } from "./directory.ts";
import { resetVirtual, virtual } from "./virtual.ts";

export const ADMIN = "test-admin-token-0123456789";

/** Planted in every credential; no output may hold it. */
export const SECRETS = {
  qliroSecret: "canary-qliro-secret-0123456789",
  plusSecret: "canary-plus-secret-0123456789",
  specterKey: "c0ffee00c0ffee00c0ffee00c0ffee00",
  integrationKey: "canary00-2222-3333-4444-555555555555",
};

const ARTICLES = ["SKU-1", "SKU-2", "SKU-3", "SHIP", "DISCOUNT", "ROUND", "FEE"];

export interface World {
  network: Network;
  merchant: string;
  qliro: string;
  specter: string;
  /** Every answer of the API so far. */
  answers: string[];
  api(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }>;
  control(platform: "qliro" | "specter", command: Control): Json;
  /** Lets everything happen that is due now: webhooks, alarms, outcomes; not the future. */
  settle(): Promise<void>;
  /** Lets time pass, step by step from one due thing to the next. */
  advance(ms: number): Promise<void>;
  evict(): Promise<void>;
  order(reference: string): Promise<OrderView>;
  commands(state?: string): Promise<CommandView[]>;
  tasks(): Promise<TaskView[]>;
  payouts(): Promise<PayoutView[]>;
  /** The clock's tick at the virtual now, and the queue's errands after it. */
  tick(): Promise<void>;
}

// Tests look into answers of every shape; an assertion fails on a wrong one.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Json = any;

export interface WorldOptions {
  seed?: number;
  /** Credentials, settings and flows that differ from the usual ones. */
  plus?: boolean;
  qliroSettings?: object;
  specterSettings?: object;
  flows?: object;
  salesAccounts?: { country: string; vatRateBps: number; account: string }[];
  /** After every step of work the object is evicted. */
  evicting?: boolean;
}

/** A test may kill the object while it works; what it was doing is lost, and the world goes on. */
function unlessKilled(failure: unknown): boolean {
  if (failure instanceof Error && failure.message === KILLED) return false;
  throw failure;
}

/** The reason a test gives when it kills the object. */
export const KILLED = "killed by a test";

const FLOWS = { orders: true, invoices: true, refunds: true, payouts: true };

export async function makeWorld(options: WorldOptions = {}): Promise<World> {
  resetVirtual(options.seed ?? 1);
  forgetTargets();
  await migratedDirectory();
  const network = createNetwork({ now: () => virtual.now, random: () => virtual.random() });
  network.add(qliroPlatform, "https://pago.qit.nu");
  network.add(specterPlatform, "https://api.specter.se");
  virtual.fetch = (request) => network.fetch(request);
  const answers: string[] = [];

  const api = async (method: string, path: string, body?: unknown) => {
    const response = await exports.default.fetch(`http://edge.test/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${ADMIN}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    answers.push(text);
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };
  const must = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const answer = await api(method, path, body);
    expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  };
  const control = (platform: "qliro" | "specter", command: Control): Json => {
    const answer = network.control(platform, command);
    if (!answer.ok) throw new Error(`${platform} ${command.do}: ${answer.error}`);
    return answer;
  };

  const merchant = (
    await must("POST", "/merchants", { name: "Kaffe AB", country: "SE", currency: "SEK", timezone: "Europe/Stockholm" })
  ).id;
  const base = `/merchants/${merchant}`;
  const qliro = (
    await must("POST", `${base}/connections`, {
      connector: "qliro",
      environment: "test",
      credentials: {
        apiKey: "KAFFE_SE",
        apiSecret: SECRETS.qliroSecret,
        ...(options.plus === false ? {} : { plusApiKey: "KAFFE_PLUS", plusApiSecret: SECRETS.plusSecret }),
      },
      settings: { paymentReferencePrefix: "QLIRO-", ...options.qliroSettings },
    })
  ).id;
  const specter = (
    await must("POST", `${base}/connections`, {
      connector: "specter",
      environment: "test",
      credentials: {
        sbmId: "1234",
        apiUserId: "77",
        apiUserKey: SECRETS.specterKey,
        integrationKey: SECRETS.integrationKey,
      },
      settings: {
        paymentTypes: { qliro: "QL" },
        shippingArticleNumber: "SHIP",
        discountArticleNumber: "DISCOUNT",
        roundingArticleNumber: "ROUND",
        ...options.specterSettings,
      },
    })
  ).id;
  control("qliro", {
    do: "account",
    key: "KAFFE_SE",
    secret: SECRETS.qliroSecret,
    plusKey: "KAFFE_PLUS",
    plusSecret: SECRETS.plusSecret,
  });
  control("specter", {
    do: "account",
    sbmId: 1234,
    write: { apiUserId: "77", apiUserKey: SECRETS.specterKey },
    integrationKey: SECRETS.integrationKey,
    articles: ARTICLES,
  });
  for (const connection of [qliro, specter]) {
    expect((await must("POST", `${base}/connections/${connection}/verify`)).status).toBe("connected");
    await must("PUT", `${base}/connections/${connection}/flows`, { ...FLOWS, ...options.flows });
  }
  await must("PUT", `${base}/mappings/sales-accounts`, {
    items: options.salesAccounts ?? [
      { country: "SE", vatRateBps: 2500, account: "3001" },
      { country: "SE", vatRateBps: 1200, account: "3002" },
      { country: "SE", vatRateBps: 600, account: "3003" },
    ],
  });
  await must("PUT", `${base}/mappings/settlement-accounts`, {
    payoutAccount: "1930",
    bankCostAccount: "6570",
    feeVatAccount: "2641",
    methods: [],
  });
  await must("POST", `${base}/review`);
  await must("POST", `${base}/approve`);
  const qliroHook = (await must("POST", `${base}/connections/${qliro}/webhooks/activate`)).url;
  const specterHook = (await must("POST", `${base}/connections/${specter}/webhooks/activate`)).url;
  control("qliro", {
    do: "account",
    key: "KAFFE_SE",
    secret: SECRETS.qliroSecret,
    plusKey: "KAFFE_PLUS",
    plusSecret: SECRETS.plusSecret,
    checkoutPushUrl: qliroHook,
    managementPushUrl: qliroHook,
  });
  control("specter", {
    do: "account",
    sbmId: 1234,
    write: { apiUserId: "77", apiUserKey: SECRETS.specterKey },
    integrationKey: SECRETS.integrationKey,
    articles: ARTICLES,
    callback: { url: specterHook, method: "GET" },
  });

  const stub = () => env.MERCHANT.get(env.MERCHANT.idFromName(merchant));
  const alarmAt = () => runInDurableObject(stub(), (_, state) => state.storage.getAlarm());
  const ring = async (): Promise<void> => {
    await runDurableObjectAlarm(stub()).catch(unlessKilled);
    if (options.evicting) await evictDurableObject(stub());
  };
  const send = async (webhook: { url: string; method: string; headers: Record<string, string>; body: string }) => {
    const response = await exports.default.fetch(webhook.url, {
      method: webhook.method,
      headers: webhook.headers,
      ...(webhook.method === "GET" ? {} : { body: webhook.body }),
    });
    return { status: response.status, body: await response.text() };
  };
  const settle = async (): Promise<void> => {
    for (let round = 0; round < 500; round += 1) {
      const report = await network.deliver(send);
      const due = await alarmAt();
      if (due !== null && due <= virtual.now) await ring();
      else if (report.tried === 0) return;
    }
    throw new Error("never settles");
  };
  const advance = async (ms: number): Promise<void> => {
    const until = virtual.now + ms;
    await settle();
    for (;;) {
      const times = [await alarmAt(), network.nextDueAt()].filter((at) => at !== null).filter((at) => at <= until);
      if (times.length === 0) break;
      virtual.now = Math.max(virtual.now, Math.min(...times));
      await settle();
    }
    virtual.now = until;
  };
  const list = async (path: string): Promise<Json[]> => (await must("GET", `${base}${path}`)).items;
  return {
    network,
    merchant,
    qliro,
    specter,
    answers,
    api: (method, path, body) => api(method, `${base}${path}`, body),
    control,
    settle,
    advance,
    evict: () => evictDurableObject(stub()),
    async order(reference) {
      const found = await list(`/orders?query=${encodeURIComponent(reference)}`);
      expect(found, `orders named ${reference}`).toHaveLength(1);
      return must("GET", `${base}/orders/${found[0].id}`);
    },
    commands: (state) => list(`/commands?limit=200${state ? `&state=${state}` : ""}`),
    tasks: () => list("/tasks?limit=200"),
    async payouts() {
      const items = await list("/payouts");
      return Promise.all(items.map((item) => must("GET", `${base}/payouts/${item.id}`)));
    },
    async tick() {
      const errands: Errand[] = [];
      const queue = {
        sendBatch: async (messages: { body: Errand }[]) => void errands.push(...messages.map(({ body }) => body)),
      };
      const { tick } = await import("../../src/cron/clock.ts");
      await tick({ ...env, PAYOUT_RUNS: queue } as never, "", virtual.now);
      for (const errand of errands) await runErrand(env, errand);
    },
  };
}

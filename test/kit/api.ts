// The API under test: the real D1, three small connectors, an object per merchant that notes what it is asked.
import { env } from "cloudflare:workers";
import { expect } from "vitest";
import type { Directory } from "../../src/directory/database.ts";
import type { Role } from "../../src/directory/schema.ts";
import type { MerchantId } from "../../src/domain/ids.ts";
import type { Bindings } from "../../src/env.ts";
import { createApi } from "../../src/http/app.ts";
import { testConnectors } from "./connectors.ts";
import { migratedDirectory, NOW } from "./directory.ts";
import { type FakeObject, fakeObject } from "./merchant-object.ts";

export interface Answered {
  status: number;
  // Tests look into answers of every shape.
  // biome-ignore lint/suspicious/noExplicitAny: an assertion fails on a wrong shape, which is what it is for
  body: any;
  headers: Headers;
  text: string;
}

export interface Sent {
  body?: unknown;
  /** Sent as it is, instead of `body`. */
  text?: string;
  token?: string | null;
  key?: string;
  headers?: Record<string, string>;
}

/** Planted in every credential of the tests; no answer may ever hold it. */
export const CANARY = "canary-5f1c0e7a-secret";

export interface TestApi {
  db: Directory;
  call(method: string, path: string, sent?: Sent): Promise<Answered>;
  /** The object of a merchant, made when first asked for. */
  object(merchant: string): FakeObject;
  clock: { now: number };
  logged: Record<string, unknown>[];
  /** How often the platforms' health was asked for. */
  statusAsked: { count: number };
  /** Every answer's text so far, headers included. */
  answers: string[];
  bindings: Bindings;
}

export async function testApi(): Promise<TestApi> {
  const db = await migratedDirectory();
  const objects = new Map<string, FakeObject>();
  const object = (merchant: string): FakeObject => {
    const known = objects.get(merchant) ?? fakeObject();
    objects.set(merchant, known);
    return known;
  };
  const clock = { now: NOW };
  const logged: Record<string, unknown>[] = [];
  const answers: string[] = [];
  const statusAsked = { count: 0 };
  const api = createApi({
    connectors: testConnectors,
    stub: (_, merchantId: MerchantId) => object(merchantId),
    platformStatus: async (_, ids) => {
      statusAsked.count += 1;
      return ids.map((connector) => ({ connector, environment: "live" as const, breaker: "closed" as const }));
    },
    now: () => clock.now,
    random: Math.random,
    log: (entry) => void logged.push(entry),
  });
  const bindings: Bindings = env;
  const call = async (method: string, path: string, sent: Sent = {}): Promise<Answered> => {
    const token = sent.token === undefined ? "test-admin-token-0123456789" : sent.token;
    const text = sent.text ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body));
    const headers = {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(text === undefined ? {} : { "content-type": "application/json" }),
      ...(sent.key === undefined ? {} : { "idempotency-key": sent.key }),
      ...sent.headers,
    };
    const response = await api.request(
      path,
      { method, headers, ...(text === undefined ? {} : { body: text }) },
      bindings,
    );
    const answered = await response.text();
    answers.push(answered, JSON.stringify([...response.headers]));
    const json = response.headers.get("content-type")?.includes("json");
    return {
      status: response.status,
      body: json ? JSON.parse(answered) : null,
      headers: response.headers,
      text: answered,
    };
  };
  return { db, call, object, clock, logged, statusAsked, answers, bindings };
}

/** Below here: steps that most tests begin with. Each expects to go well. */

export async function makeMerchant(api: TestApi, over: object = {}): Promise<string> {
  const body = { name: "Kaffe AB", country: "SE", currency: "SEK", timezone: "Europe/Stockholm", ...over };
  const made = await api.call("POST", "/api/v1/merchants", { body });
  expect(made.status, made.text).toBe(201);
  return made.body.id;
}

export const CREDENTIALS = {
  qliro: { apiKey: "KAFFE_SE", apiSecret: CANARY },
  specter: { userKey: CANARY },
  shopify: { accessToken: CANARY },
};

export async function connect(
  api: TestApi,
  merchant: string,
  connector: keyof typeof CREDENTIALS,
  over: object = {},
): Promise<string> {
  const body = { connector, environment: "test", credentials: CREDENTIALS[connector], ...over };
  const made = await api.call("POST", `/api/v1/merchants/${merchant}/connections`, { body });
  expect(made.status, made.text).toBe(201);
  return made.body.id;
}

export const FLOWS_OFF = { orders: false, invoices: false, refunds: false, payouts: false };

export async function makeToken(api: TestApi, role: Role, merchantId: string | null = null): Promise<string> {
  const made = await api.call("POST", "/api/v1/tokens", { body: { name: role, role, merchantId } });
  expect(made.status, made.text).toBe(201);
  return made.body.token;
}

/** A merchant with Qliro and Specter, everything mapped, approved. */
export async function makeApproved(api: TestApi): Promise<{ merchant: string; qliro: string; specter: string }> {
  const merchant = await makeMerchant(api);
  const base = `/api/v1/merchants/${merchant}`;
  const qliro = await connect(api, merchant, "qliro");
  const specter = await connect(api, merchant, "specter", { settings: { paymentTypes: { qliro: "QLI" } } });
  const steps: [string, string, unknown?][] = [
    ["POST", `${base}/connections/${qliro}/verify`],
    ["POST", `${base}/connections/${specter}/verify`],
    ["PUT", `${base}/connections/${qliro}/flows`, { ...FLOWS_OFF, orders: true, payouts: true }],
    ["PUT", `${base}/mappings/sales-accounts`, { items: [{ country: "SE", vatRateBps: 2500, account: "3001" }] }],
    [
      "PUT",
      `${base}/mappings/settlement-accounts`,
      { payoutAccount: "1930", bankCostAccount: "6570", feeVatAccount: "2641", methods: [] },
    ],
    ["POST", `${base}/review`],
    ["POST", `${base}/approve`],
  ];
  for (const [method, path, body] of steps) {
    const answered = await api.call(method, path, { body });
    expect(answered.status, `${method} ${path}: ${answered.text}`).toBe(200);
  }
  return { merchant, qliro, specter };
}

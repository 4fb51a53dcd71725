// A Shopify connection for tests: fixed clock, scripted network, invented secrets.
import { shopifyCredentials, shopifySettings } from "../../../src/connectors/shopify/config.ts";
import type { ShopifyContext } from "../../../src/connectors/shopify/graphql.ts";
import { type ScriptedHttp, type ScriptStep, scripted } from "../kit/http.ts";
import { memoryOver } from "../kit/memory.ts";

export const CREDENTIALS = {
  shopDomain: "acme-sweden.myshopify.com",
  accessToken: "shpat_0123456789abcdef0123456789abcdef",
  webhookSecret: "shpss_test_secret_0123456789abcdef",
};

export const ENDPOINT = "https://acme-sweden.myshopify.com/admin/api/2026-07/graphql.json";

export interface TestContext extends ShopifyContext {
  http: ScriptedHttp;
  remembered: Map<string, string>;
}

/** 5 October 2026, 12:05 UTC: two minutes after the reference order. */
export const NOW = Date.UTC(2026, 9, 5, 12, 5);

export function contextWith(steps: ScriptStep[], given: { settings?: object; now?: () => number } = {}): TestContext {
  const remembered = new Map<string, string>();
  return {
    connectionId: "con_test",
    environment: "test",
    credentials: shopifyCredentials.parse(CREDENTIALS),
    settings: shopifySettings.parse(given.settings ?? {}),
    http: scripted(...steps),
    remembered,
    memory: memoryOver(remembered),
    accessToken: async () => ({ kind: "unauthorized", detail: "no OAuth" }),
    now: given.now ?? (() => NOW),
    random: () => 0.5,
    timezone: "Europe/Stockholm",
    origin: (_key, defaultOrigin) => defaultOrigin,
  };
}

/** An answer with data, and the state of the call bucket. */
export const data = (value: unknown, available = 1900): ScriptStep => ({
  answer: {
    data: value,
    extensions: {
      cost: {
        requestedQueryCost: 120,
        actualQueryCost: 30,
        throttleStatus: { maximumAvailable: 2000, currentlyAvailable: available, restoreRate: 100 },
      },
    },
  },
});

/** What was sent, without its query texts. */
export const sentCalls = (http: ScriptedHttp): { name: unknown; variables: unknown }[] =>
  http.sent.map(({ json }) => {
    const { operationName, variables } = json as { operationName: unknown; variables: unknown };
    return { name: operationName, variables };
  });

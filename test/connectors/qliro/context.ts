// A Qliro connection for tests: fixed clock, scripted network, and the key pairs of the signing vectors.
import type { QliroContext } from "../../../src/connectors/qliro/api.ts";
import { qliroCredentials, qliroSettings } from "../../../src/connectors/qliro/config.ts";
import { type ScriptedHttp, type ScriptStep, scripted } from "../kit/http.ts";
import { memoryOver } from "../kit/memory.ts";

export const MAIN = { apiKey: "ACME_SE", apiSecret: "exampleMerchantApiSecret0123456789" };
export const PLUS = { plusApiKey: "ACME_PLUS", plusApiSecret: "examplePlusSecret9876543210" };

export interface TestContext extends QliroContext {
  http: ScriptedHttp;
}

/** 15 January 2026, 22:30 UTC: already the 15th in Stockholm too. */
export const NOW = Date.UTC(2026, 0, 15, 22, 30);

export function contextWith(
  steps: ScriptStep[],
  given: { credentials?: object; settings?: object; now?: number; environment?: "test" | "live" } = {},
): TestContext {
  const memory = new Map<string, string>();
  return {
    connectionId: "con_test",
    environment: given.environment ?? "test",
    credentials: qliroCredentials.parse(given.credentials ?? { ...MAIN, ...PLUS }),
    settings: qliroSettings.parse(given.settings ?? {}),
    http: scripted(...steps),
    memory: memoryOver(memory),
    accessToken: async () => ({ kind: "unauthorized", detail: "no OAuth" }),
    now: () => given.now ?? NOW,
    random: () => 0.5,
    timezone: "Europe/Stockholm",
    origin: (_key, defaultOrigin) => defaultOrigin,
  };
}

// Bindings and settings of the Worker, parsed once; and the one way to the objects behind them.
import { z } from "zod";
import type { MerchantId } from "./domain/ids.ts";
import type { ConnectorId } from "./domain/observation.ts";
import { err, ok, type Result } from "./domain/result.ts";
import { platformHealth } from "./durable/platform-health.ts";
import type { MerchantRpc } from "./durable/rpc.ts";

/** Settings that wrangler.toml does not hold, so that the generated `Env` does not know them. */
interface UnlistedSettings {
  ADMIN_TOKEN?: string;
  MASTER_KEY?: string;
  MASTER_KEY_PREVIOUS?: string;
  OAUTH_CLIENTS?: string;
  PLATFORM_BASE_URLS?: string;
  DURABLE_JURISDICTION?: string;
  WEBHOOK_RETENTION_DAYS?: string;
}

/** What the runtime hands to the Worker: the generated bindings and the settings beside them. */
export type Bindings = Env & UnlistedSettings;

const DEFAULT_RETENTION_DAYS = 90;

/** A text that holds JSON of the schema; a missing one counts as `{}`. */
const jsonText = <T>(schema: z.ZodType<T>) =>
  z
    .string()
    .default("{}")
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: "custom", message: "is not JSON" });
        return z.NEVER;
      }
    })
    .pipe(schema);

function isKey(text: string): boolean {
  try {
    return atob(text).length === 32;
  } catch {
    return false;
  }
}

const masterKey = z
  .string({ error: "is missing; give the base64 of 32 random bytes" })
  .refine(isKey, { error: "must be the base64 of exactly 32 bytes" });

/** A trailing slash is what people paste; it is taken away. */
const origin = z
  .string({ error: "is missing; give the origin of webhook URLs" })
  .transform((text) => text.replace(/\/$/, ""))
  .refine((text) => URL.canParse(text) && new URL(text).origin === text, {
    error: "must be an origin such as https://edge.example.com, without a path",
  });

/** Shorter ones are for machines that nobody else reaches. */
const PRODUCTION_TOKEN_CHARS = 16;

const Given = z.object({
  ENVIRONMENT: z.enum(["local", "staging", "production"], { error: "must be local, staging or production" }),
  PUBLIC_ORIGIN: origin,
  PLATFORM_BASE_URLS: jsonText(z.record(z.string(), z.url({ error: "must map platform keys to URLs" }))),
  ADMIN_TOKEN: z.string({ error: "is missing; give the root API token" }).min(1),
  MASTER_KEY: masterKey,
  MASTER_KEY_PREVIOUS: masterKey.optional(),
  OAUTH_CLIENTS: jsonText(z.record(z.string(), z.object({ clientId: z.string(), clientSecret: z.string() }))),
  DURABLE_JURISDICTION: z.enum(["eu", "fedramp"], { error: "must be eu or fedramp, or be left out" }).optional(),
  WEBHOOK_RETENTION_DAYS: z.coerce
    .number({ error: "must be a whole number of days" })
    .int({ error: "must be a whole number of days" })
    .min(1, { error: "must be at least 1 day" })
    .default(DEFAULT_RETENTION_DAYS),
});

const Raw = Given.refine(
  (given) => given.ENVIRONMENT !== "production" || given.ADMIN_TOKEN.length >= PRODUCTION_TOKEN_CHARS,
  { path: ["ADMIN_TOKEN"], error: `must be at least ${PRODUCTION_TOKEN_CHARS} characters long in production` },
);

export interface Settings {
  environment: "local" | "staging" | "production";
  /** Without a trailing slash. */
  publicOrigin: string;
  /** Platform key → origin that stands in for the real one; always empty in production. */
  platformBaseUrls: Readonly<Record<string, string>>;
  adminToken: string;
  /** Base64 of 32 bytes; the first seals, all of them open. */
  masterKeys: { current: string; previous: string | null };
  oauthClients: Readonly<Record<string, { clientId: string; clientSecret: string }>>;
  jurisdiction: "eu" | "fedramp" | null;
  webhookRetentionDays: number;
}

/** Reads the settings; the error is one sentence that names the first one that is missing or wrong. */
export function parseSettings(env: object): Result<Settings, string> {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = Raw.safeParse(present);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return err(`The setting ${String(issue?.path[0] ?? "?")} ${issue?.message ?? "is not valid"}.`);
  }
  const raw = parsed.data;
  return ok({
    environment: raw.ENVIRONMENT,
    publicOrigin: raw.PUBLIC_ORIGIN,
    platformBaseUrls: raw.ENVIRONMENT === "production" ? {} : raw.PLATFORM_BASE_URLS,
    adminToken: raw.ADMIN_TOKEN,
    masterKeys: { current: raw.MASTER_KEY, previous: raw.MASTER_KEY_PREVIOUS ?? null },
    oauthClients: raw.OAUTH_CLIENTS,
    jurisdiction: raw.DURABLE_JURISDICTION ?? null,
    webhookRetentionDays: raw.WEBHOOK_RETENTION_DAYS,
  });
}

/** The runtime hands the same object to every request of an isolate, so it is read once. */
const parsedOnce = new WeakMap<object, Result<Settings, string>>();

/** As `parseSettings`, remembered per environment object. */
export function readSettings(env: object): Result<Settings, string> {
  const known = parsedOnce.get(env);
  if (known) return known;
  const parsed = parseSettings(env);
  parsedOnce.set(env, parsed);
  return parsed;
}

/** The settings where there is nobody to answer to (alarm, cron). Throws the sentence of `parseSettings`. */
export function settingsOf(env: object): Settings {
  const parsed = readSettings(env);
  if (parsed.ok) return parsed.value;
  throw new Error(parsed.error);
}

/**
 * The object of one merchant. The jurisdiction is part of its identity: setting it later would name other objects.
 * The local runtime has no jurisdictions, so the setting stays empty there.
 */
export function merchantStub(env: Bindings, merchantId: MerchantId): MerchantRpc {
  const { jurisdiction } = settingsOf(env);
  const namespace = jurisdiction === null ? env.MERCHANT : env.MERCHANT.jurisdiction(jurisdiction);
  // The class implements MerchantRpc; over RPC every method is that method, answering with copies.
  return namespace.get(namespace.idFromName(merchantId)) as unknown as MerchantRpc;
}

/** How one platform is for all merchants together, as the shared breaker stands. */
export interface PlatformStatus {
  connector: ConnectorId;
  environment: "test" | "live";
  breaker: "closed" | "open" | "half_open";
}

/** Asks every platform's health object; one that does not answer counts as closed. `now` in milliseconds. */
export function platformStatus(
  env: Bindings,
  connectors: readonly ConnectorId[],
  now: () => number,
): Promise<PlatformStatus[]> {
  const asked = connectors.flatMap((connector) =>
    (["test", "live"] as const).map(async (environment): Promise<PlatformStatus> => {
      const { state } = await platformHealth(env.PLATFORM_HEALTH, connector, { now, environment }).status();
      return { connector, environment, breaker: state };
    }),
  );
  return Promise.all(asked);
}

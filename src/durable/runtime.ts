// From configuration to what can be worked with: connectors with their credentials, and the merchant's policy.
//
// Built once per configuration version and kept in memory; credentials are unsealed here and nowhere else in the object.

import type { Context, Environment, Memory } from "../connectors/connector.ts";
import { type AnyConnector, findConnector } from "../connectors/registry.ts";
import { type Problem, problem } from "../domain/errors.ts";
import type { ConnectionId } from "../domain/ids.ts";
import type { AccountingPolicy, ConnectionPolicy, PaymentPolicy, Policy, ShopPolicy } from "../domain/policy.ts";
import type { Settings } from "../env.ts";
import { unseal } from "../sealing.ts";
import { type Breaker, createBreaker, type SharedHealth } from "../transport/breaker.ts";
import { type Bucket, createBucket } from "../transport/bucket.ts";
import { createHttp, type Trace } from "../transport/http.ts";
import type { ConnectionConfig, MerchantConfig } from "./config.ts";
import type { Ports } from "./ports.ts";

export type AnyContext = Context<Record<string, unknown>, unknown>;

/** One connection, ready to be called. */
export interface Link {
  config: ConnectionConfig;
  connector: AnyConnector;
  credentials: Record<string, unknown>;
  settings: unknown;
  /** Values that never appear in a trace or a shown webhook. */
  secrets: string[];
  /** Why it cannot be called now; null when it can. */
  problem: Problem | null;
  breaker: Breaker;
  bucket: Bucket;
  /** What a call needs; `traces` receives what was sent and answered, redacted: `personal` texts are masked too. */
  context(traces: Trace[], personal?: readonly string[]): AnyContext;
}

export interface Runtime {
  config: MerchantConfig;
  policy: Policy;
  links: Map<ConnectionId, Link>;
}

/** Until when a platform asked not to be called, in milliseconds since the epoch; 0 when it did not. */
export interface Rest {
  until(connectionId: ConnectionId): number;
  keep(connectionId: ConnectionId, until: number): void;
}

export interface RuntimeParts {
  ports: Ports;
  settings: Settings;
  /** Problems that paused a connection, by id; they end with the revision they were found at. */
  pauses: ReadonlyMap<string, { revision: number; problem: Problem }>;
  memoryOf(connectionId: ConnectionId): Memory;
  /** Pauses that platforms asked for outlive the instance: the object leaves memory long before they end. */
  rest: Rest;
  health(connector: AnyConnector, environment: Environment): SharedHealth | undefined;
  /** Pacing and breaker of a connection survive a new configuration. */
  paces: Map<ConnectionId, { bucket: Bucket; breaker: Breaker }>;
}

export async function buildRuntime(config: MerchantConfig, parts: RuntimeParts): Promise<Runtime> {
  const links = new Map<ConnectionId, Link>();
  for (const connection of config.connections) {
    const connector = findConnector(connection.connector);
    if (connector && !connection.removed) links.set(connection.id, await linkOf(config, connection, connector, parts));
  }
  return { config, links, policy: policyOf(config, links) };
}

async function linkOf(
  config: MerchantConfig,
  connection: ConnectionConfig,
  connector: AnyConnector,
  parts: RuntimeParts,
): Promise<Link> {
  const opened = await openCredentials(connection, connector, parts.settings);
  const pause = parts.pauses.get(connection.id);
  const paused = pause && pause.revision >= connection.revision ? pause.problem : null;
  const credentials = opened.ok ? opened.credentials : {};
  const settings = connector.settings.safeParse(connection.settings).data ?? {};
  const secrets = Object.values(credentials).filter(
    (value): value is string => typeof value === "string" && value.length >= 6,
  );
  const pace = paceOf(connection, connector, parts);
  return {
    config: connection,
    connector,
    credentials,
    settings,
    secrets,
    problem: opened.ok ? paused : opened.problem,
    breaker: pace.breaker,
    bucket: pace.bucket,
    context: (traces, personal = []) => ({
      connectionId: connection.id,
      environment: connection.environment,
      credentials,
      settings,
      memory: parts.memoryOf(connection.id),
      now: parts.ports.now,
      random: parts.ports.random,
      timezone: config.timezone,
      accessToken: async () => ({ kind: "unauthorized", detail: `${connector.name} is not connected by OAuth.` }),
      origin: (key, defaultOrigin) => parts.settings.platformBaseUrls[key] ?? defaultOrigin,
      http: createHttp({
        fetch: parts.ports.fetch,
        now: parts.ports.now,
        random: parts.ports.random,
        ...(parts.ports.sleep ? { sleep: parts.ports.sleep } : {}),
        allowedOrigins: allowedOrigins(connector, connection, parts.settings),
        environment: parts.settings.environment,
        secrets: [...secrets, ...personal],
        bucket: pace.bucket,
        breaker: pace.breaker,
        onTrace: (trace) => traces.push(trace),
      }),
    }),
  };
}

type Opened = { ok: true; credentials: Record<string, unknown> } | { ok: false; problem: Problem };

async function openCredentials(
  connection: ConnectionConfig,
  connector: AnyConnector,
  settings: Settings,
): Promise<Opened> {
  const keys = [settings.masterKeys.current, ...(settings.masterKeys.previous ? [settings.masterKeys.previous] : [])];
  const opened = await unseal(connection.sealedCredentials, keys, connection.id);
  const parsed = opened.ok ? connector.credentials.safeParse(JSON.parse(opened.value)) : null;
  if (parsed?.success) return { ok: true, credentials: parsed.data };
  return {
    ok: false,
    problem: problem("REAUTHORIZATION_REQUIRED", "The stored credentials cannot be read; save them again."),
  };
}

function paceOf(
  { id, environment }: ConnectionConfig,
  connector: AnyConnector,
  parts: RuntimeParts,
): { bucket: Bucket; breaker: Breaker } {
  const known = parts.paces.get(id);
  if (known) return known;
  const pace = {
    bucket: restingBucket(id, connector, parts),
    breaker: createBreaker({ now: parts.ports.now, shared: parts.health(connector, environment) }),
  };
  parts.paces.set(id, pace);
  return pace;
}

function restingBucket(id: ConnectionId, connector: AnyConnector, { ports, rest }: RuntimeParts): Bucket {
  const bucket = createBucket(connector.rateLimit, ports.now);
  bucket.emptyUntil(rest.until(id));
  return {
    ...bucket,
    emptyUntil(instant) {
      bucket.emptyUntil(instant);
      rest.keep(id, instant);
    },
  };
}

const allowedOrigins = (connector: AnyConnector, connection: ConnectionConfig, settings: Settings): string[] =>
  connector.origins.map((origin) => {
    const override = settings.platformBaseUrls[origin.key];
    return override ? new URL(override).origin : origin[connection.environment];
  });

function policyOf(config: MerchantConfig, links: ReadonlyMap<ConnectionId, Link>): Policy {
  const payments = new Map<ConnectionId, PaymentPolicy>();
  let accounting: AccountingPolicy | null = null;
  for (const link of links.values()) {
    const common = connectionPolicy(link);
    const { payments: payment, accounting: erp } = link.connector;
    if (payment)
      payments.set(link.config.id, {
        ...common,
        ...payment.policy(link.settings),
        blocker: (kind) => payment.blocker(kind, link.credentials, link.settings),
      });
    if (erp && accounting === null)
      accounting = { ...common, ...erp.policy(link.settings), manual: erp.manual(link.settings) };
  }
  const shops = [...links.values()].flatMap((link) => shopPolicy(link));
  return {
    approved: config.stage === "approved",
    timezone: config.timezone,
    orderNumberPattern: config.orderNumberPattern,
    salesAccounts: config.salesAccounts,
    payment: (connectionId) => payments.get(connectionId) ?? null,
    shop: (connectionId) => shops.find((shop) => shop.id === connectionId) ?? null,
    shopsOf: (connectionId) => {
      const environment = links.get(connectionId)?.config.environment;
      return shops.filter((shop) => shop.flows.orders && links.get(shop.id)?.config.environment === environment);
    },
    hasPayment: (connector) => [...payments.values()].some((payment) => payment.connector === connector),
    accounting,
  };
}

const shopPolicy = (link: Link): ShopPolicy[] =>
  link.connector.storefront ? [{ ...connectionPolicy(link), ...link.connector.storefront.policy(link.settings) }] : [];

const connectionPolicy = (link: Link): ConnectionPolicy => ({
  id: link.config.id,
  connector: link.connector.id,
  kind: link.connector.kind,
  paused: link.problem !== null,
  flows: link.config.flows,
});

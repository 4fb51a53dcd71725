// What the API is given from outside, so that tests can hand in their own.
import type { AnyConnector } from "../connectors/registry.ts";
import type { MerchantId } from "../domain/ids.ts";
import type { ConnectorId } from "../domain/observation.ts";
import type { MerchantRpc } from "../durable/rpc.ts";
import type { Bindings, PlatformStatus, Settings } from "../env.ts";

export interface Dependencies {
  connectors: readonly AnyConnector[];
  /** The object of one merchant. */
  stub(env: Bindings, merchantId: MerchantId): MerchantRpc;
  /** How each platform is, as its breaker stands. */
  platformStatus(env: Bindings, connectors: readonly ConnectorId[]): Promise<PlatformStatus[]>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). Only ids are made of it, never a secret. */
  random(): number;
  /** One line for the operator. Never a body, a secret or personal data. */
  log(entry: Record<string, unknown>): void;
}

/** Hono's view of a request to the API. */
export interface ApiEnv {
  Bindings: Bindings;
  Variables: { requestId: string; deps: Dependencies; settings: Settings };
}

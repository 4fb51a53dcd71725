// The configuration of one merchant as the object keeps it: pushed whole, with a version, so that D1 is not needed to work.
import type { Environment } from "../connectors/connector.ts";
import type { ConnectionId, MerchantId } from "../domain/ids.ts";
import type { ConnectorId } from "../domain/observation.ts";
import type { Flows, SalesAccount, SettlementAccounts } from "../domain/policy.ts";

export interface ConnectionConfig {
  id: ConnectionId;
  connector: ConnectorId;
  label: string;
  environment: Environment;
  /** AES-256-GCM under MASTER_KEY, bound to the connection id; see directory/sealing.ts. JSON inside. */
  sealedCredentials: string;
  /** Counts up whenever credentials or settings are saved: a pause for refused credentials ends then. */
  revision: number;
  /** As validated by the connector's schema. */
  settings: unknown;
  flows: Flows;
  /** Webhooks are on: the change feed is pulled too. */
  active: boolean;
  /** Removed connections stay known so that history can be explained. */
  removed: boolean;
}

export interface MerchantConfig {
  merchantId: MerchantId;
  /** Counts up on every change; an older push is ignored. */
  version: number;
  name: string;
  country: string;
  currency: string;
  timezone: string;
  stage: "draft" | "in_review" | "approved";
  connections: ConnectionConfig[];
  orderNumberPattern: string;
  salesAccounts: SalesAccount[];
  settlementAccounts: SettlementAccounts | null;
  /** Local time of the payout run, `HH:MM`, and its IANA zone. */
  payoutTime: string;
  payoutTimezone: string;
}

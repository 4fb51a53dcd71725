// What the front door must know about one connection before it takes a webhook: one query, cached by the caller.
import { and, eq, isNull } from "drizzle-orm";
import type { ConnectionId, MerchantId } from "../domain/ids.ts";
import type { ConnectorId } from "../domain/observation.ts";
import type { Directory } from "./database.ts";
import { connections, merchants, webhookTokens } from "./schema.ts";

export interface HookTarget {
  merchantId: MerchantId;
  connector: ConnectorId;
  connectionId: ConnectionId;
  environment: "test" | "live";
  sealedCredentials: string;
  /** Hex SHA-256 of each token; one that expired (milliseconds since the epoch) no longer opens the door. */
  tokens: { hash: string; expiresAt: number | null }[];
  /** Webhooks are switched on. */
  active: boolean;
}

/** The connection behind a webhook URL, or null where there is none (any more). */
export async function findHook(db: Directory, connectorId: string, connectionId: string): Promise<HookTarget | null> {
  const rows = await db
    .select({ connection: connections, hash: webhookTokens.hash, expiresAt: webhookTokens.expiresAt })
    .from(connections)
    .innerJoin(merchants, eq(merchants.id, connections.merchantId))
    .leftJoin(webhookTokens, eq(webhookTokens.connectionId, connections.id))
    .where(
      and(
        // Compared only; what comes back is typed by the row.
        eq(connections.id, connectionId as ConnectionId),
        eq(connections.connector, connectorId as ConnectorId),
        isNull(connections.removedAt),
        isNull(merchants.deletedAt),
      ),
    );
  const connection = rows[0]?.connection;
  if (!connection) return null;
  return {
    merchantId: connection.merchantId,
    connector: connection.connector,
    connectionId: connection.id,
    environment: connection.environment,
    sealedCredentials: connection.sealedCredentials,
    tokens: rows.flatMap(({ hash, expiresAt }) => (hash === null ? [] : [{ hash, expiresAt }])),
    active: connection.active,
  };
}

/** Keeps when a token last opened the door. Call it rarely: it is for people, not for the accept path. */
export async function touchToken(db: Directory, connectionId: ConnectionId, hash: string, now: number): Promise<void> {
  await db
    .update(webhookTokens)
    .set({ lastUsedAt: now })
    .where(and(eq(webhookTokens.connectionId, connectionId), eq(webhookTokens.hash, hash)));
}

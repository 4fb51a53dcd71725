// Connections: one merchant's configured connectors, their sealed credentials, settings, flows and status.
import { and, asc, eq, isNull } from "drizzle-orm";
import type { ConnectionId, MerchantId } from "../domain/ids.ts";
import type { Flow, Flows } from "../domain/policy.ts";
import { type Change, type Committed, commitChange } from "./change.ts";
import type { Directory, Statement } from "./database.ts";
import { connections } from "./schema.ts";
import { expireNow } from "./webhook-tokens.ts";

export type Connection = typeof connections.$inferSelect;

export const FLOWS = ["orders", "invoices", "refunds", "payouts"] as const satisfies readonly Flow[];

/** What is saved of credentials and settings. Saving them asks for a new verification. */
export interface ConnectionSecrets {
  sealedCredentials: string;
  credentialNames: string[];
  settings: unknown;
}

export type NewConnection = Pick<Connection, "id" | "merchantId" | "connector" | "label" | "environment"> &
  ConnectionSecrets;

export const flowsOf = (row: Connection): Flows => ({
  orders: row.flowOrders,
  invoices: row.flowInvoices,
  refunds: row.flowRefunds,
  payouts: row.flowPayouts,
});

/** Adds a connection: unverified, every flow off. */
export const createConnection = (db: Directory, change: Change, input: NewConnection): Promise<Committed> =>
  commitChange(db, change, [
    db.insert(connections).values({
      ...input,
      status: "unverified",
      revision: 1,
      createdAt: change.now,
      updatedAt: change.now,
    }),
  ]);

/** A connection of this merchant that was not removed. */
export async function getConnection(
  db: Directory,
  merchantId: MerchantId,
  id: ConnectionId,
): Promise<Connection | null> {
  const row = await db
    .select()
    .from(connections)
    .where(and(eq(connections.id, id), eq(connections.merchantId, merchantId), isNull(connections.removedAt)))
    .get();
  return row ?? null;
}

/** All connections of a merchant that were not removed, oldest first. A merchant has a handful. */
export const listConnections = (db: Directory, merchantId: MerchantId): Promise<Connection[]> =>
  db
    .select()
    .from(connections)
    .where(and(eq(connections.merchantId, merchantId), isNull(connections.removedAt)))
    .orderBy(asc(connections.createdAt), asc(connections.id));

/** Saves the label and, where given, credentials and settings: the revision counts up and the status starts anew. */
export function updateConnection(
  db: Directory,
  change: Change,
  row: Connection,
  update: { label?: string | undefined; secrets?: ConnectionSecrets | undefined },
): Promise<Committed> {
  const saved = update.secrets && {
    ...update.secrets,
    revision: row.revision + 1,
    status: "unverified" as const,
    problemCode: null,
    problemDetail: null,
    checkedAt: null,
  };
  const label = update.label === undefined ? {} : { label: update.label };
  return commitChange(db, change, [
    db
      .update(connections)
      .set({ ...label, ...saved, updatedAt: change.now })
      .where(eq(connections.id, row.id)),
  ]);
}

/** Sets all four flows. `extra` joins the transaction. */
export const setFlows = (
  db: Directory,
  change: Change,
  id: ConnectionId,
  flows: Flows,
  extra: Statement[],
): Promise<Committed> =>
  commitChange(db, change, [
    db
      .update(connections)
      .set({
        flowOrders: flows.orders,
        flowInvoices: flows.invoices,
        flowRefunds: flows.refunds,
        flowPayouts: flows.payouts,
        updatedAt: change.now,
      })
      .where(eq(connections.id, id)),
    ...extra,
  ]);

/** Removes softly: the object is told, history stays explicable, webhook tokens expire at once. */
export const removeConnection = (db: Directory, change: Change, id: ConnectionId): Promise<Committed> =>
  commitChange(db, change, [
    db
      .update(connections)
      .set({ removedAt: change.now, active: false, updatedAt: change.now })
      .where(eq(connections.id, id)),
    expireNow(db, id, change.now),
  ]);

/**
 * Keeps the outcome of a verification. No configuration: the version stays. A check of credentials that were replaced
 * meanwhile says nothing about the new ones and is dropped.
 */
export async function recordVerification(
  db: Directory,
  row: Connection,
  outcome: { status: "connected" | "failed"; checkedAt: number; problem: { code: string; detail: string } | null },
): Promise<void> {
  await db
    .update(connections)
    .set({
      status: outcome.status,
      checkedAt: outcome.checkedAt,
      problemCode: outcome.problem?.code ?? null,
      problemDetail: outcome.problem?.detail ?? null,
    })
    .where(and(eq(connections.id, row.id), eq(connections.revision, row.revision)));
}

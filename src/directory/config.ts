// A merchant's whole configuration, read in one batch and pushed to its object with a version.
import { asc, eq, lt, sql } from "drizzle-orm";
import type { MerchantId } from "../domain/ids.ts";
import type { ConnectionConfig, MerchantConfig } from "../durable/config.ts";
import type { MerchantRpc } from "../durable/rpc.ts";
import { type Connection, flowsOf } from "./connections.ts";
import type { Directory } from "./database.ts";
import {
  salesAccountOf,
  salesAccountRows,
  settlementAccountRows,
  settlementAccountsOf,
  settlementMethodRows,
} from "./mappings.ts";
import { scheduleOf, scheduleRows } from "./schedules.ts";
import { connections, merchants } from "./schema.ts";

/** What a push needs: the directory, and the way to a merchant's object. */
export interface Push {
  db: Directory;
  stub(merchantId: MerchantId): Pick<MerchantRpc, "configure">;
}

/** The configuration as it stands, all of one version. Deleted merchants have one too: everything removed. */
export async function buildConfig(db: Directory, merchantId: MerchantId): Promise<MerchantConfig | null> {
  const [merchantFound, connectionsFound, sales, settlement, methods, scheduleFound] = await db.batch([
    db.select().from(merchants).where(eq(merchants.id, merchantId)),
    db
      .select()
      .from(connections)
      .where(eq(connections.merchantId, merchantId))
      .orderBy(asc(connections.createdAt), asc(connections.id)),
    salesAccountRows(db, merchantId),
    settlementAccountRows(db, merchantId),
    settlementMethodRows(db, merchantId),
    scheduleRows(db, merchantId),
  ]);
  const merchant = merchantFound[0];
  if (!merchant) return null;
  const schedule = scheduleOf(scheduleFound[0]);
  return {
    merchantId,
    version: merchant.configVersion,
    name: merchant.name,
    country: merchant.country,
    currency: merchant.currency,
    timezone: merchant.timezone,
    stage: merchant.stage,
    connections: connectionsFound.map(connectionConfig),
    orderNumberPattern: merchant.orderNumberPattern,
    salesAccounts: sales.map(salesAccountOf),
    settlementAccounts: settlementAccountsOf(settlement[0], methods),
    payoutTime: schedule.time,
    payoutTimezone: schedule.timezone ?? merchant.timezone,
  };
}

const connectionConfig = (row: Connection): ConnectionConfig => ({
  id: row.id,
  connector: row.connector,
  label: row.label,
  environment: row.environment,
  sealedCredentials: row.sealedCredentials,
  revision: row.revision,
  settings: row.settings,
  flows: flowsOf(row),
  active: row.active,
  removed: row.removedAt !== null,
});

/**
 * Hands the configuration to the merchant's object. False where the object could not be reached: the change stands in
 * the directory, the mark stays behind, and `pushStale` brings it later.
 */
export async function pushConfig(push: Push, merchantId: MerchantId): Promise<boolean> {
  const config = await buildConfig(push.db, merchantId);
  if (!config) return false;
  try {
    await push.stub(merchantId).configure(config);
  } catch {
    return false;
  }
  await push.db
    .update(merchants)
    .set({ pushedVersion: sql`max(${merchants.pushedVersion}, ${config.version})` })
    .where(eq(merchants.id, merchantId));
  return true;
}

/** Pushes what an earlier push did not bring, at most `limit` merchants. Answers how many were brought up to date. */
export async function pushStale(push: Push, limit: number): Promise<{ pushed: number; failed: number }> {
  const stale = await push.db
    .select({ id: merchants.id })
    .from(merchants)
    .where(lt(merchants.pushedVersion, merchants.configVersion))
    // In any order, so that merchants whose object does not answer cannot keep the others waiting.
    .orderBy(sql`random()`)
    .limit(limit);
  const tally = { pushed: 0, failed: 0 };
  for (const { id } of stale) {
    if (await pushConfig(push, id)) tally.pushed += 1;
    else tally.failed += 1;
  }
  return tally;
}

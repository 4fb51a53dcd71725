// Merchants: the tenants, their stage, and the version of their configuration.
import { and, asc, desc, eq, gt, inArray, isNull, lt } from "drizzle-orm";
import type { MerchantId } from "../domain/ids.ts";
import { DEFAULT_ORDER_NUMBER_PATTERN } from "../domain/policy.ts";
import { type Actor, auditStatement, type Change, type Committed, commitChange } from "./change.ts";
import { type Directory, type DirectoryPage, type PageQuery, pageOf } from "./database.ts";
import { connections, merchants, type Stage, webhookTokens } from "./schema.ts";
import { standing } from "./webhook-tokens.ts";

export type Merchant = typeof merchants.$inferSelect;

/** What a person may set. */
export interface MerchantFields {
  name: string;
  /** ISO 3166-1 alpha-2. */
  country: string;
  /** ISO 4217. */
  currency: string;
  /** IANA name. */
  timezone: string;
}

export async function createMerchant(
  db: Directory,
  input: MerchantFields & { id: MerchantId },
  by: { actor: Actor; now: number },
): Promise<Merchant> {
  const merchant: Merchant = {
    ...input,
    stage: "draft",
    orderNumberPattern: DEFAULT_ORDER_NUMBER_PATTERN,
    configVersion: 1,
    pushedVersion: 0,
    createdAt: by.now,
    updatedAt: by.now,
    deletedAt: null,
  };
  const entry = { ...by, merchantId: input.id, action: "merchant.create", subject: input.id, after: input };
  await db.batch([db.insert(merchants).values(merchant), auditStatement(db, entry)]);
  return merchant;
}

/** A merchant that was not deleted. */
export async function getMerchant(db: Directory, id: MerchantId): Promise<Merchant | null> {
  const row = await db
    .select()
    .from(merchants)
    .where(and(eq(merchants.id, id), isNull(merchants.deletedAt)))
    .get();
  return row ?? null;
}

/** Newest first. `scope` limits the list to one merchant. */
export async function listMerchants(
  db: Directory,
  scope: MerchantId | null,
  page: PageQuery,
): Promise<DirectoryPage<Merchant>> {
  const rows = await db
    .select()
    .from(merchants)
    .where(
      and(
        isNull(merchants.deletedAt),
        scope === null ? undefined : eq(merchants.id, scope),
        // A cursor is compared, never trusted: any other text only yields another page.
        page.cursor === null ? undefined : lt(merchants.id, page.cursor as MerchantId),
      ),
    )
    .orderBy(desc(merchants.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

export const updateMerchant = (db: Directory, change: Change, fields: Partial<MerchantFields>): Promise<Committed> => {
  // An empty update is no statement at all.
  if (Object.keys(fields).length === 0) return commitChange(db, change, []);
  return commitChange(db, change, [db.update(merchants).set(fields).where(eq(merchants.id, change.merchantId))]);
};

export const setStage = (db: Directory, change: Change, stage: Stage): Promise<Committed> =>
  commitChange(db, change, [db.update(merchants).set({ stage }).where(eq(merchants.id, change.merchantId))]);

/** Deletes softly: history stays explicable; connections are removed and every webhook token expires at once. */
export const deleteMerchant = (db: Directory, change: Change): Promise<Committed> => {
  const { merchantId, now } = change;
  const own = db.select({ id: connections.id }).from(connections).where(eq(connections.merchantId, merchantId));
  return commitChange(db, change, [
    db.update(merchants).set({ deletedAt: now }).where(eq(merchants.id, merchantId)),
    db
      .update(connections)
      .set({ removedAt: now, active: false, updatedAt: now })
      .where(and(eq(connections.merchantId, merchantId), isNull(connections.removedAt))),
    db
      .update(webhookTokens)
      .set({ expiresAt: now })
      .where(and(inArray(webhookTokens.connectionId, own), standing(now))),
  ]);
};

/** Merchants whose objects are at work, by id. */
export async function approvedMerchants(db: Directory, page: PageQuery): Promise<DirectoryPage<MerchantId>> {
  const rows = await db
    .select({ id: merchants.id })
    .from(merchants)
    .where(
      and(
        eq(merchants.stage, "approved"),
        isNull(merchants.deletedAt),
        // A cursor is compared, never trusted.
        page.cursor === null ? undefined : gt(merchants.id, page.cursor as MerchantId),
      ),
    )
    .orderBy(asc(merchants.id))
    .limit(page.limit + 1);
  const { items, nextCursor } = pageOf(rows, page.limit, (row) => row.id);
  return { items: items.map((row) => row.id), nextCursor };
}

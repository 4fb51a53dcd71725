// API tokens: hashed, with a role, optionally bound to one merchant.
import { and, desc, eq, isNull, lt } from "drizzle-orm";
import type { MerchantId, TokenId } from "../domain/ids.ts";
import { type Actor, auditStatement } from "./change.ts";
import { type Directory, type DirectoryPage, type PageQuery, pageOf } from "./database.ts";
import { apiTokens, merchants, type Role } from "./schema.ts";

export type ApiToken = typeof apiTokens.$inferSelect;

/** The last use is kept to the hour, so that reading does not mean writing. */
const LAST_USE_STEP_MS = 3_600_000;

export async function createToken(
  db: Directory,
  input: { id: TokenId; name: string; role: Role; merchantId: MerchantId | null; hash: string },
  by: { actor: Actor; now: number },
): Promise<ApiToken> {
  const token: ApiToken = { ...input, createdAt: by.now, lastUsedAt: null, revokedAt: null };
  const { hash: _, ...shown } = input;
  const entry = { ...by, merchantId: input.merchantId, action: "token.create", subject: input.id, after: shown };
  await db.batch([db.insert(apiTokens).values(token), auditStatement(db, entry)]);
  return token;
}

/** Tokens that were not revoked, newest first. `scope` shows only those bound to that merchant. */
export async function listTokens(
  db: Directory,
  scope: MerchantId | null,
  page: PageQuery,
): Promise<DirectoryPage<ApiToken>> {
  const rows = await db
    .select()
    .from(apiTokens)
    .where(
      and(
        isNull(apiTokens.revokedAt),
        scope === null ? undefined : eq(apiTokens.merchantId, scope),
        // A cursor is compared, never trusted.
        page.cursor === null ? undefined : lt(apiTokens.id, page.cursor as TokenId),
      ),
    )
    .orderBy(desc(apiTokens.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.id);
}

/** The token with this hash (hex SHA-256), unless it was revoked or its merchant is gone. */
export async function findToken(db: Directory, hash: string): Promise<ApiToken | null> {
  const row = await db
    .select({ token: apiTokens, deletedAt: merchants.deletedAt })
    .from(apiTokens)
    .leftJoin(merchants, eq(merchants.id, apiTokens.merchantId))
    .where(and(eq(apiTokens.hash, hash), isNull(apiTokens.revokedAt)))
    .get();
  return row === undefined || row.deletedAt !== null ? null : row.token;
}

/** Keeps the last use of a token, at most once an hour. */
export async function touchApiToken(db: Directory, token: ApiToken, now: number): Promise<void> {
  if (token.lastUsedAt !== null && now - token.lastUsedAt < LAST_USE_STEP_MS) return;
  await db.update(apiTokens).set({ lastUsedAt: now }).where(eq(apiTokens.id, token.id));
}

/** Revokes a token at once. False where there is none to revoke within the scope. */
export async function revokeToken(
  db: Directory,
  id: TokenId,
  scope: MerchantId | null,
  by: { actor: Actor; now: number },
): Promise<boolean> {
  const token = await db
    .select()
    .from(apiTokens)
    .where(
      and(
        eq(apiTokens.id, id),
        isNull(apiTokens.revokedAt),
        scope === null ? undefined : eq(apiTokens.merchantId, scope),
      ),
    )
    .get();
  if (!token) return false;
  const entry = { ...by, merchantId: token.merchantId, action: "token.revoke", subject: id };
  await db.batch([
    db.update(apiTokens).set({ revokedAt: by.now }).where(eq(apiTokens.id, id)),
    auditStatement(db, entry),
  ]);
  return true;
}

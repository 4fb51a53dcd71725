// Webhook tokens: the secret part of a webhook URL, kept as a hash, rotated with an overlap.
import { and, asc, eq, gt, isNull, lte, or } from "drizzle-orm";
import type { ConnectionId } from "../domain/ids.ts";
import { type Change, type Committed, commitChange } from "./change.ts";
import type { Directory, Statement } from "./database.ts";
import { connections, webhookTokens } from "./schema.ts";

/** How long a token that was rotated out still opens the door. */
export const OVERLAP_MS = 24 * 3_600_000;

export type WebhookToken = typeof webhookTokens.$inferSelect;

/** Not expired at `now`. */
export const standing = (now: number) => or(isNull(webhookTokens.expiresAt), gt(webhookTokens.expiresAt, now));

/** The tokens of a connection that still open the door, oldest first. */
export const listTokens = (db: Directory, connectionId: ConnectionId, now: number): Promise<WebhookToken[]> =>
  db
    .select()
    .from(webhookTokens)
    .where(and(eq(webhookTokens.connectionId, connectionId), standing(now)))
    .orderBy(asc(webhookTokens.createdAt));

/** Switches webhooks on and adds a token; tokens that stand already stay valid. `extra` joins the transaction. */
export const activateWebhooks = (
  db: Directory,
  change: Change,
  connectionId: ConnectionId,
  hash: string,
  extra: Statement[],
): Promise<Committed> =>
  commitChange(db, change, [
    db
      .update(connections)
      .set({ active: true, activatedAt: change.now, updatedAt: change.now })
      .where(eq(connections.id, connectionId)),
    forgetExpired(db, connectionId, change.now),
    db.insert(webhookTokens).values({ connectionId, hash, createdAt: change.now }),
    ...extra,
  ]);

/** Adds a token and lets the ones before it expire after the overlap. */
export const rotateWebhooks = (
  db: Directory,
  change: Change,
  connectionId: ConnectionId,
  hash: string,
): Promise<Committed> =>
  commitChange(db, change, [
    forgetExpired(db, connectionId, change.now),
    db
      .update(webhookTokens)
      .set({ expiresAt: change.now + OVERLAP_MS })
      .where(and(eq(webhookTokens.connectionId, connectionId), isNull(webhookTokens.expiresAt))),
    db.insert(webhookTokens).values({ connectionId, hash, createdAt: change.now }),
  ]);

/** Switches webhooks off; every token expires at once. */
export const deactivateWebhooks = (db: Directory, change: Change, connectionId: ConnectionId): Promise<Committed> =>
  commitChange(db, change, [
    db.update(connections).set({ active: false, updatedAt: change.now }).where(eq(connections.id, connectionId)),
    expireNow(db, connectionId, change.now),
  ]);

/** Lets every token of a connection expire at once. */
export const expireNow = (db: Directory, connectionId: ConnectionId, now: number): Statement =>
  db
    .update(webhookTokens)
    .set({ expiresAt: now })
    .where(and(eq(webhookTokens.connectionId, connectionId), standing(now)));

const forgetExpired = (db: Directory, connectionId: ConnectionId, now: number): Statement =>
  db.delete(webhookTokens).where(and(eq(webhookTokens.connectionId, connectionId), lte(webhookTokens.expiresAt, now)));

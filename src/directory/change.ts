// How a merchant's configuration changes: the rows, the new version and the audit entry, all or nothing.
import { eq, sql } from "drizzle-orm";
import type { MerchantId } from "../domain/ids.ts";
import type { Directory, Statement } from "./database.ts";
import { audit, merchants, type Role } from "./schema.ts";

/** Who acts: an API token's id, or `root` for the ADMIN_TOKEN. */
export interface Actor {
  id: string;
  role: Role;
}

/** What goes into the audit log. `before` and `after` never hold a secret: name the fields, not their values. */
export interface AuditEntry {
  actor: Actor;
  now: number;
  merchantId: MerchantId | null;
  action: string;
  subject: string;
  before?: unknown;
  after?: unknown;
}

export interface Change extends AuditEntry {
  merchantId: MerchantId;
  /**
   * The configuration version that the change was planned against; null when the change holds against any, because
   * nothing that was read went into it.
   */
  expectedVersion: number | null;
}

/** `conflict`: the configuration moved meanwhile, and nothing was written. */
export type Committed = "done" | "conflict";

/** The audit entry as a statement, for writes that are no configuration of a merchant. */
export const auditStatement = (db: Directory, entry: AuditEntry): Statement =>
  db.insert(audit).values({
    at: entry.now,
    actor: entry.actor.id,
    role: entry.actor.role,
    merchantId: entry.merchantId,
    action: entry.action,
    subject: entry.subject,
    before: entry.before ?? null,
    after: entry.after ?? null,
  });

/**
 * Writes a change of one merchant's configuration with its version and its audit entry in one transaction. D1 has no
 * interactive transactions, so the precondition is part of the batch: against another version the bump writes 0, the
 * CHECK on the column refuses it, and the whole batch is undone.
 */
export async function commitChange(db: Directory, change: Change, statements: Statement[]): Promise<Committed> {
  const { merchantId, expectedVersion, now } = change;
  const next =
    expectedVersion === null
      ? sql`${merchants.configVersion} + 1`
      : sql`case when ${merchants.configVersion} = ${expectedVersion} then ${merchants.configVersion} + 1 else 0 end`;
  const bump = db.update(merchants).set({ configVersion: next, updatedAt: now }).where(eq(merchants.id, merchantId));
  try {
    await db.batch([bump, auditStatement(db, change), ...statements]);
    return "done";
  } catch (error) {
    if (mentions(error, "config_version_moved")) return "conflict";
    throw error;
  }
}

/** Whether an error, or one that it was made from, names the constraint. */
function mentions(error: unknown, constraint: string): boolean {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if (at.message.includes(constraint)) return true;
  }
  return false;
}

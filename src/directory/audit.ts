// Reading the audit log; entries are written with the change they tell of, see change.ts.
import { and, desc, eq, lt } from "drizzle-orm";
import type { MerchantId } from "../domain/ids.ts";
import { type Directory, type DirectoryPage, type PageQuery, pageOf } from "./database.ts";
import { audit } from "./schema.ts";

export type AuditRow = typeof audit.$inferSelect;

/** What was changed at one merchant, newest first. */
export async function listAudit(
  db: Directory,
  merchantId: MerchantId,
  page: PageQuery,
): Promise<DirectoryPage<AuditRow>> {
  const before = page.cursor === null ? null : Number(page.cursor);
  const rows = await db
    .select()
    .from(audit)
    .where(and(eq(audit.merchantId, merchantId), before === null ? undefined : lt(audit.id, before)))
    .orderBy(desc(audit.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => String(row.id));
}

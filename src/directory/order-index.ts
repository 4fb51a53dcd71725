// The order index: external ids and ERP document numbers of every merchant's orders, for search. Rebuildable.
import { and, desc, eq, gte, inArray, isNull, lt, sql } from "drizzle-orm";
import type { MerchantId, OrderId } from "../domain/ids.ts";
import { type Directory, type DirectoryPage, insertable, type PageQuery } from "./database.ts";
import { merchants, orderIndex } from "./schema.ts";

export interface OrderIndexEntry {
  orderId: OrderId;
  /** An alias type such as `qliro.order_id`, or `document.<kind>` for an ERP document. */
  type: string;
  value: string;
}

export interface FoundOrder {
  merchantId: MerchantId;
  merchantName: string;
  orderId: OrderId;
  /** Every identifier of the order that the index knows. */
  references: { type: string; value: string }[];
}

/** Adds what an order is called; a known entry stays as it is. Values are compared in lower case. */
export async function upsertOrderIndex(
  db: Directory,
  merchantId: MerchantId,
  entries: readonly OrderIndexEntry[],
  now: number,
): Promise<void> {
  const rows = entries
    .map((entry) => ({ ...entry, merchantId, value: entry.value.trim().toLowerCase(), updatedAt: now }))
    .filter((row) => row.value !== "");
  const [first, ...rest] = insertable(rows, 5).map((part) =>
    db
      .insert(orderIndex)
      .values(part)
      .onConflictDoUpdate({
        target: [orderIndex.merchantId, orderIndex.orderId, orderIndex.type, orderIndex.value],
        set: { updatedAt: sql`excluded.updated_at` },
      }),
  );
  if (first) await db.batch([first, ...rest]);
}

/** Takes orders out of the index that are no more. */
export async function dropFromOrderIndex(
  db: Directory,
  merchantId: MerchantId,
  gone: readonly OrderId[],
): Promise<void> {
  for (const part of insertable([...gone], 2))
    await db.delete(orderIndex).where(and(eq(orderIndex.merchantId, merchantId), inArray(orderIndex.orderId, part)));
}

/** Orders with an identifier that begins with `query`, newest first. `scope` limits the search to one merchant. */
export async function searchOrders(
  db: Directory,
  query: string,
  scope: MerchantId | null,
  page: PageQuery,
): Promise<DirectoryPage<FoundOrder>> {
  const prefix = query.trim().toLowerCase();
  const hits = await db
    .selectDistinct({ orderId: orderIndex.orderId })
    .from(orderIndex)
    .innerJoin(merchants, eq(merchants.id, orderIndex.merchantId))
    .where(
      and(
        isNull(merchants.deletedAt),
        gte(orderIndex.value, prefix),
        lt(orderIndex.value, `${prefix}\u{10FFFF}`),
        scope === null ? undefined : eq(orderIndex.merchantId, scope),
        // A cursor is compared, never trusted.
        page.cursor === null ? undefined : lt(orderIndex.orderId, page.cursor as OrderId),
      ),
    )
    .orderBy(desc(orderIndex.orderId))
    .limit(page.limit + 1);
  const wanted = hits.slice(0, page.limit).map((hit) => hit.orderId);
  return {
    items: await foundOrders(db, wanted),
    nextCursor: hits.length > page.limit ? (wanted.at(-1) ?? null) : null,
  };
}

/** Everything the index knows about these orders, in their order. The ids travel as one JSON parameter. */
async function foundOrders(db: Directory, wanted: readonly OrderId[]): Promise<FoundOrder[]> {
  if (wanted.length === 0) return [];
  const rows = await db
    .select({ entry: orderIndex, merchantName: merchants.name })
    .from(orderIndex)
    .innerJoin(merchants, eq(merchants.id, orderIndex.merchantId))
    .where(inArray(orderIndex.orderId, sql`(select value from json_each(${JSON.stringify(wanted)}))`))
    .orderBy(desc(orderIndex.orderId), orderIndex.type, orderIndex.value);
  const found = new Map<OrderId, FoundOrder>();
  for (const { entry, merchantName } of rows) {
    const order = found.get(entry.orderId) ?? {
      merchantId: entry.merchantId,
      merchantName,
      orderId: entry.orderId,
      references: [],
    };
    order.references.push({ type: entry.type, value: entry.value });
    found.set(entry.orderId, order);
  }
  return [...found.values()];
}

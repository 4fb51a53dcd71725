// What the directory shall know about orders: identifiers and documents, told after the fact and rebuildable.
import { inArray } from "drizzle-orm";
import type { OrderId } from "../domain/ids.ts";
import type { Books } from "./books.ts";
import { aliasesOf, loadOrder, PUBLISHED_DOCUMENTS } from "./order-store.ts";
import { indexQueue } from "./schema.ts";

export interface DirectoryEntry {
  orderId: OrderId;
  /** An alias type, or `document.<kind>`. */
  type: string;
  value: string;
}

const BATCH = 50;

/** The next orders to tell the directory about. `done` takes them off the queue. */
export function takeIndexQueue(books: Books): {
  orders: string[];
  /** Orders that are no more: they were joined with another one. */
  gone: OrderId[];
  entries: DirectoryEntry[];
  more: boolean;
  done(): void;
} {
  const orders = books
    .select()
    .from(indexQueue)
    .limit(BATCH)
    .all()
    .map((row) => row.orderId);
  const entries = orders.flatMap((id) => {
    const orderId = id as OrderId;
    const order = loadOrder(books, orderId);
    if (!order) return [];
    const documents = order.entries.flatMap((entry) => {
      const type = PUBLISHED_DOCUMENTS[entry.kind];
      return type ? [{ orderId, type, value: entry.externalId }] : [];
    });
    const number = order.orderNumber ? [{ orderId, type: "order_number", value: order.orderNumber }] : [];
    return [...aliasesOf(books, orderId).map(({ type, value }) => ({ orderId, type, value })), ...number, ...documents];
  });
  const gone = orders.map((id) => id as OrderId).filter((id) => !loadOrder(books, id));
  return {
    orders,
    gone,
    entries,
    more: orders.length === BATCH,
    done: () => {
      if (orders.length > 0) books.delete(indexQueue).where(inArray(indexQueue.orderId, orders)).run();
    },
  };
}

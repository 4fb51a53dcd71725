// Small durable facts of one connection, for its connector: a customer map, an open batch.
import { and, eq, gte, lt } from "drizzle-orm";
import type { Memory } from "../connectors/connector.ts";
import type { ConnectionId } from "../domain/ids.ts";
import type { Books } from "./books.ts";
import { memory } from "./schema.ts";

export function memoryOf(books: Books, connectionId: ConnectionId): Memory {
  const isKey = (key: string) => and(eq(memory.connectionId, connectionId), eq(memory.key, key));
  return {
    get: (key) => books.select({ value: memory.value }).from(memory).where(isKey(key)).get()?.value ?? null,
    put(key, value) {
      books
        .insert(memory)
        .values({ connectionId, key, value })
        .onConflictDoUpdate({ target: [memory.connectionId, memory.key], set: { value } })
        .run();
    },
    delete(key) {
      books.delete(memory).where(isKey(key)).run();
    },
    keys: (prefix) =>
      books
        .select({ key: memory.key })
        .from(memory)
        .where(
          and(eq(memory.connectionId, connectionId), gte(memory.key, prefix), lt(memory.key, `${prefix}\u{10FFFF}`)),
        )
        .orderBy(memory.key)
        .all()
        .map((row) => row.key),
  };
}

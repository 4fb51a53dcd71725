// Small durable facts of one connection, for its connector: a customer map, an open batch.
import { and, eq } from "drizzle-orm";
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
  };
}

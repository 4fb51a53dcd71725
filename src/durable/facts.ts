// Single facts about the object, kept in the `meta` table: configuration, watermarks, pauses.
import { eq, like, sql } from "drizzle-orm";
import { type Books, prepared } from "./books.ts";
import { meta } from "./schema.ts";

const factOf = prepared((books) =>
  books
    .select({ value: meta.value })
    .from(meta)
    .where(eq(meta.key, sql.placeholder("key")))
    .prepare(),
);

export const readFact = (books: Books, key: string): string | null => factOf(books).get({ key })?.value ?? null;

export function writeFact(books: Books, key: string, value: string): void {
  books.insert(meta).values({ key, value }).onConflictDoUpdate({ target: meta.key, set: { value } }).run();
}

export function dropFact(books: Books, key: string): void {
  books.delete(meta).where(eq(meta.key, key)).run();
}

/** All facts whose key begins with `prefix`, by the rest of the key. */
export function factsUnder(books: Books, prefix: string): Map<string, string> {
  const rows = books
    .select()
    .from(meta)
    .where(like(meta.key, `${prefix}%`))
    .all();
  return new Map(rows.map((row) => [row.key.slice(prefix.length), row.value]));
}

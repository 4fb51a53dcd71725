// Opens one merchant's books: SQLite inside the object, brought up to date before anything reads it.
import { type DrizzleSqliteDODatabase, drizzle } from "drizzle-orm/durable-sqlite";
import { migrate } from "drizzle-orm/durable-sqlite/migrator";
import migrations from "../../migrations/merchant/migrations.js";
import type { AlarmClock } from "./alarm-clock.ts";
import type { Ports } from "./ports.ts";

export type Books = DrizzleSqliteDODatabase<Record<string, never>>;

/** What every room of the object works with. */
export interface Core {
  books: Books;
  storage: DurableObjectStorage;
  ports: Ports;
  clock: AlarmClock;
}

export const openBooks = (storage: DurableObjectStorage): Books => drizzle(storage, { casing: "snake_case" });

/**
 * A statement that runs all the time, built once per instance of the object: building one costs several times what
 * running it does.
 */
export function prepared<S>(build: (books: Books) => S): (books: Books) => S {
  const built = new WeakMap<Books, S>();
  return (books) => {
    const known = built.get(books) ?? build(books);
    built.set(books, known);
    return known;
  };
}

/** Applies what is missing of migrations/merchant. Safe to run at every start. */
export const updateBooks = (books: Books): Promise<void> => migrate(books, migrations);

/** The runtime binds at most 100 values per statement: rows of `columns` values go in parts of this many. */
export const rowsPerStatement = (columns: number): number => Math.floor(100 / columns);

/** Cuts a list into parts of at most `size`. */
export function partsOf<T>(list: readonly T[], size: number): T[][] {
  const parts: T[][] = [];
  for (let start = 0; start < list.length; start += size) parts.push(list.slice(start, start + size));
  return parts;
}

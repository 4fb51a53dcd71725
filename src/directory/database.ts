// Opens the directory (D1) and names the two shapes every query file uses: a statement and a page.
import type { BatchItem } from "drizzle-orm/batch";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";

export type Directory = DrizzleD1Database;
export type Statement = BatchItem<"sqlite">;

export const openDirectory = (d1: D1Database): Directory => drizzle(d1);

/** One page of a list. `cursor` is the last id of the page before. */
export interface PageQuery {
  limit: number;
  cursor: string | null;
}

export interface DirectoryPage<T> {
  items: T[];
  nextCursor: string | null;
}

/** Cuts a page from rows that were read with `limit + 1`: one more row than asked for means that there is more. */
export function pageOf<T>(rows: T[], limit: number, cursorOf: (row: T) => string): DirectoryPage<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? cursorOf(last) : null };
}

/** D1 binds at most 100 parameters per statement (developers.cloudflare.com/d1/platform/limits). */
const PARAMETERS_MAX = 100;

/** Splits rows so that one insert of each part stays below the parameter limit. */
export function insertable<T>(rows: readonly T[], columns: number): T[][] {
  const size = Math.floor(PARAMETERS_MAX / columns);
  const parts: T[][] = [];
  for (let start = 0; start < rows.length; start += size) parts.push(rows.slice(start, start + size));
  return parts;
}

// How times, money and stops are shown.
import { catalogueEntry, isErrorCode, type Problem } from "../domain/errors.ts";
import type { Money } from "../domain/money.ts";
import type { Page, ProblemView, Timestamp } from "./views.ts";

export const timestamp = (ms: number): Timestamp => new Date(ms).toISOString();

export const timestampOrNull = (ms: number | null): Timestamp | null => (ms === null ? null : timestamp(ms));

export const money = (amountMinor: number, currency: string): Money => ({ amountMinor, currency });

/** A stop in the catalogue's words. */
export function problemView({ code, detail }: Problem): ProblemView {
  const { title, cause, fix, severity } = catalogueEntry(code);
  return { code, title, detail, cause, fix, severity };
}

export const problemViewOrNull = (row: { code: string | null; detail: string | null }): ProblemView | null =>
  row.code !== null && isErrorCode(row.code) ? problemView({ code: row.code, detail: row.detail ?? "" }) : null;

/** Cuts a page from rows that were read with `limit + 1`. */
export function pageOf<Row, Item>(
  rows: Row[],
  limit: number,
  item: (row: Row) => Item,
  cursor: (row: Row) => string,
): Page<Item> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return { items: shown.map(item), nextCursor: rows.length > limit && last !== undefined ? cursor(last) : null };
}

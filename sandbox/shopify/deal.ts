// One control command about one order: what it works on, and how the rows it names are found.
import type { World } from "../platform.ts";
import type { Line, Order, Shop, Truth } from "./truth.ts";

export interface Deal {
  truth: Truth;
  shop: Shop;
  order: Order;
  world: World;
}

/** What a command did, for its webhooks and its answer; or why it makes no sense now. */
export type Done<T> = { ok: true; made: T } | { ok: false; error: string };

export const no = (error: string): { ok: false; error: string } => ({ ok: false, error });

export interface NamedRow {
  sku?: string | undefined;
  lineId?: number | undefined;
  quantity: number;
}

/** Finds the named rows among the lines, each with so many pieces free; without names everything that is free. */
export function findRows(
  order: Order,
  rows: readonly NamedRow[] | undefined,
  freeOf: (line: Line) => number,
): Done<{ line: Line; quantity: number }[]> {
  if (!rows)
    return {
      ok: true,
      made: order.lines.map((line) => ({ line, quantity: freeOf(line) })).filter(({ quantity }) => quantity > 0),
    };
  const taken = new Map<Line, number>();
  for (const row of rows) {
    let missing = row.quantity;
    for (const line of order.lines) {
      if (row.lineId === undefined ? line.sku !== row.sku : line.id !== row.lineId) continue;
      const part = Math.min(missing, freeOf(line) - (taken.get(line) ?? 0));
      if (part <= 0) continue;
      taken.set(line, (taken.get(line) ?? 0) + part);
      missing -= part;
    }
    if (missing > 0) return no(`${row.sku ?? row.lineId}: ${row.quantity - missing} of ${row.quantity} are there`);
  }
  return { ok: true, made: [...taken].map(([line, quantity]) => ({ line, quantity })) };
}

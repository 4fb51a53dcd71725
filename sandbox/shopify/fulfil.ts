// Goods leave the warehouse, and orders change after they were placed.
import type { CommandOf } from "./commands.ts";
import { type Deal, type Done, findRows, no } from "./deal.ts";
import { AmountReader, newLine } from "./place.ts";
import { currentQuantityOf, type Fulfilment, type Line, takeId } from "./truth.ts";

const unfulfilled = (line: Line): number => currentQuantityOf(line) - line.fulfilled;

/** Without rows: everything that has not left. */
export function fulfil(deal: Deal, command: CommandOf<"fulfil">): Done<Fulfilment> {
  const { order, truth, world } = deal;
  if (order.cancelledAt !== null) return no("the order is cancelled");
  const rows = findRows(order, command.rows, unfulfilled);
  if (!rows.ok) return rows;
  if (rows.made.length === 0) return no("everything has left");
  const fulfilment: Fulfilment = {
    id: takeId(truth),
    name: `${order.name}-F${order.fulfilments.length + 1}`,
    at: world.now(),
    lines: rows.made.map(({ line, quantity }) => ({ id: takeId(truth), lineId: line.id, quantity })),
    tracking: command.tracking,
  };
  for (const { line, quantity } of rows.made) line.fulfilled += quantity;
  order.fulfilments.push(fulfilment);
  return { ok: true, made: fulfilment };
}

export interface Edit {
  id: number;
  additions: { id: number; delta: number }[];
  removals: { id: number; delta: number }[];
}

/** Lines come and quantities go; what was placed stays on record. */
export function edit(deal: Deal, command: CommandOf<"edit">): Done<Edit> {
  const { order, truth } = deal;
  if (order.cancelledAt !== null) return no("the order is cancelled");
  if (command.add.length === 0 && !command.remove) return no("name lines to add, or rows to remove");
  const removed = command.remove ? findRows(order, command.remove, unfulfilled) : { ok: true as const, made: [] };
  if (!removed.ok) return removed;
  const amounts = new AmountReader(order.presentmentCurrency);
  const discounts = order.discounts.length;
  const added = command.add.map((line) => ({ ...newLine(truth, order, line, amounts), placed: 0 }));
  if (amounts.bad !== null) {
    order.discounts.length = discounts;
    return no(amounts.bad);
  }
  for (const { line, quantity } of removed.made) line.edited -= quantity;
  order.lines.push(...added);
  order.edited = true;
  return {
    ok: true,
    made: {
      id: takeId(truth),
      additions: added.map((line) => ({ id: line.id, delta: line.edited })),
      removals: removed.made.map(({ line, quantity }) => ({ id: line.id, delta: quantity })),
    },
  };
}

// Finds the rows a call names among those that are there, and says what is wrong in Qliro's codes.

import { evaluation, type Refusal } from "./answers.ts";
import { merge, rowKey } from "./ledger.ts";
import type { Row, RowType } from "./truth.ts";

/** A row as a call names it. */
export interface NamedRow {
  reference: string;
  type: RowType;
  quantity: number;
  incMinor: number;
  exMinor?: number;
  description?: string;
}

export type Picked = { ok: true; rows: Row[] } | { ok: false; refusal: Refusal };

/**
 * The named rows, with what is known about them. `known`: every row there ever was; `free`: what is left of it;
 * `noneLeft`: the code when nothing at all is left.
 */
export function pick(
  named: readonly NamedRow[],
  known: readonly Row[],
  free: readonly Row[],
  noneLeft: string,
): Picked {
  if (free.length === 0) return evaluation(noneLeft, "OrderItems", "No items left");
  const wanted = merge(named.map((row) => ({ exMinor: 0, description: "", vatRateBps: 0, ...row })));
  const rows: Row[] = [];
  for (const want of wanted) {
    const row = known.find((each) => rowKey(each) === rowKey(want));
    if (!row || row.type !== want.type) {
      return evaluation("INVALID_ITEM", "OrderItems", `No such item: ${want.reference} at this price and of this type`);
    }
    const left = free.find((each) => rowKey(each) === rowKey(want));
    if (!left || left.quantity < want.quantity) {
      return evaluation("EXCEEDING_QUANTITY", "Quantity", `${want.reference}: ${left?.quantity ?? 0} left`);
    }
    const differs = named.some(
      (each) =>
        rowKey(each) === rowKey(row) &&
        ((each.exMinor !== undefined && each.exMinor !== row.exMinor) ||
          (each.description !== undefined && each.description !== row.description)),
    );
    if (differs) {
      return evaluation(
        "ITEM_SHIPPED_WITH_DIFFERENT_PRICEEXVAT_DESCRIPTION",
        "OrderItems",
        `${want.reference} was reserved with another price excluding VAT or description`,
      );
    }
    rows.push({ ...row, quantity: want.quantity });
  }
  return { ok: true, rows };
}

/** Adds the free fee rows that were not named ("always capture fee", "always credit fee"). */
export function withFees(rows: readonly Row[], free: readonly Row[]): Row[] {
  const named = new Set(rows.map(rowKey));
  return [...rows, ...free.filter((row) => row.type === "Fee" && !named.has(rowKey(row))).map((row) => ({ ...row }))];
}

// Which units of a line's parts a refund or a fulfilment took, so that every unit is taken once.
import type { OrderRow, RowQuantity } from "../../domain/observation.ts";

interface Part {
  key: string;
  unitPriceMinor: number;
  left: number;
}

/** The units of every line that were not taken yet. Parts that differ in price come cheaper first. */
export class Units {
  readonly #parts: Map<string, Part[]>;

  constructor(parts: ReadonlyMap<string, readonly OrderRow[]>) {
    this.#parts = new Map(
      [...parts].map(([id, rows]) => [
        id,
        rows.map(({ key, quantity, unitPriceMinor }) => ({ key, unitPriceMinor, left: quantity })),
      ]),
    );
  }

  /**
   * Takes units of a line, no more than are left. `targetMinor`: what they are said to be worth; of the ways to take
   * them, the one that comes nearest is chosen. Null: cheaper units first.
   */
  take(lineId: string, quantity: number, targetMinor: number | null): RowQuantity[] {
    const [low, high] = this.#parts.get(lineId) ?? [];
    if (!low) return [];
    const count = Math.min(quantity, low.left + (high?.left ?? 0));
    const dearLeast = Math.max(0, count - low.left);
    const dearMost = Math.min(count, high?.left ?? 0);
    const wanted = targetMinor === null ? dearLeast : targetMinor - count * low.unitPriceMinor;
    const dear = Math.min(dearMost, Math.max(dearLeast, wanted));
    return [...taken(low, count - dear), ...(high ? taken(high, dear) : [])];
  }
}

function taken(part: Part, quantity: number): RowQuantity[] {
  part.left -= quantity;
  return quantity > 0 ? [{ key: part.key, quantity }] : [];
}

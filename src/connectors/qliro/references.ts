// The identifiers Qliro uses for an order, as aliases. Orders and settlements must write them the same way.
import type { Alias } from "../../domain/observation.ts";

export const ORDER_ID = "qliro.order_id";
export const MERCHANT_REFERENCE = "qliro.merchant_reference";
export const TEMPORARY_REFERENCE = "qliro.temporary_reference";
export const TRANSACTION_ID = "qliro.transaction_id";

/** A throw-away reference that WooCommerce gives an unpaid order: never an order number (reference/join-keys.md 2.1). */
const isTemporary = (reference: string): boolean => /^q1[0-9a-f]{13}$/.test(reference);

/** The merchant's reference as an alias; null when there is none. Tier 4: an order number may be used twice. */
export function referenceAlias(written: string): Alias | null {
  if (written === "") return null;
  if (isTemporary(written)) return { type: TEMPORARY_REFERENCE, value: written, tier: 4 };
  const value = written.normalize("NFKC").trim().toUpperCase().replace(/^#/, "");
  return { type: MERCHANT_REFERENCE, value, ...(value === written ? {} : { raw: written }), tier: 4 };
}

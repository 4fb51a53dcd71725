// The identifiers Shopify uses for an order, as aliases (reference/join-keys.md sections 1.1 and 2.1).
import type { Alias } from "../../domain/observation.ts";

export const ORDER_ID = "shopify.order_id";
export const NAME = "shopify.name";
export const CONFIRMATION_NUMBER = "shopify.confirmation_number";
export const PAYMENT_ID = "shopify.payment_id";
export const CHECKOUT_TOKEN = "shopify.checkout_token";

/** An order number as it is compared: only `#` goes, for a shop's prefix or suffix tells its orders from another's. */
export const normalName = (written: string): string => written.normalize("NFKC").trim().toUpperCase().replace(/^#/, "");

/** What people call the order: its name without `#`. */
export const orderNumber = (name: string): string => name.trim().replace(/^#/, "");

interface Identifiers {
  id: string;
  name: string;
  confirmationNumber: string;
  checkoutToken: string;
  /** Payment ids of payments that succeeded or may still; opaque and case-sensitive. */
  paymentIds: readonly string[];
}

export function aliasesOf(given: Identifiers): Alias[] {
  const name = normalName(given.name);
  const confirmation = given.confirmationNumber.toUpperCase();
  return [
    { type: ORDER_ID, value: given.id, tier: 1 },
    ...named(NAME, name, given.name, 4),
    ...named(CONFIRMATION_NUMBER, confirmation, given.confirmationNumber, 4),
    ...[...new Set(given.paymentIds)].map((value): Alias => ({ type: PAYMENT_ID, value, tier: 2 })),
    ...named(CHECKOUT_TOKEN, given.checkoutToken, given.checkoutToken, 3),
  ];
}

function named(type: string, value: string, raw: string, tier: Alias["tier"]): Alias[] {
  return value === "" ? [] : [{ type, value, ...(value === raw ? {} : { raw }), tier }];
}

// Reads amounts out of Shopify's pairs of money, exactly, in the currency that was chosen for the ERP.
import { multiplyDivide, parseAmount, parseDecimal } from "../../domain/money.ts";
import type { MoneyBag, TaxLine } from "./wire.ts";

export type Side = "presentment" | "shop";

/**
 * A reader of one side of an order's money. An amount that cannot be read, or is in another currency, makes it
 * `unreadable` for good: the caller asks once, at the end. The reason names a place, never a value.
 */
export interface Amounts {
  readonly currency: string;
  minor(money: MoneyBag, place: string): number;
  unreadable(): string | null;
}

export function amountsIn(side: Side, currency: string): Amounts {
  let reason: string | null = null;
  const fail = (why: string): number => {
    reason ??= why;
    return 0;
  };
  return {
    currency,
    unreadable: () => reason,
    minor(money, place) {
      // Where buyer and shop share a currency, one side says it all.
      const given =
        side === "shop" ? (money.shopMoney ?? money.presentmentMoney) : (money.presentmentMoney ?? money.shopMoney);
      if (!given) return fail(`${place}: no amount`);
      if (given.currencyCode.toUpperCase() !== currency) return fail(`${place}: another currency than the order's`);
      const parsed = parseAmount(given.amount, currency);
      return parsed.ok ? parsed.value : fail(`${place}: ${parsed.error.reason}`);
    },
  };
}

const RATE_DECIMALS = 8;

/**
 * The VAT rate of a row in basis points: the sum of its tax lines, 0 without any. `0.255` is 2550. Rates finer than
 * a basis point (some sales taxes) are rounded. Null where a tax line has no readable rate.
 */
export function vatRateBps(taxLines: readonly TaxLine[]): number | null {
  let sum = 0;
  for (const { rate } of taxLines) {
    const parsed = parseDecimal(rate ?? "", RATE_DECIMALS);
    if (!parsed.ok || parsed.value < 0) return null;
    sum += parsed.value;
  }
  return multiplyDivide(sum, 1, 10 ** (RATE_DECIMALS - 4));
}

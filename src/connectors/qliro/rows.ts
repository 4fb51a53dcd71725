// The rows an order consists of now, with their VAT rates, read from Qliro's row movements.
import { divideRounded, multiplyDivide } from "../../domain/money.ts";
import type { OrderRow, RowKind } from "../../domain/observation.ts";
import { type Ledger, movementState } from "./ledger.ts";
import type { ItemAction, QliroOrder } from "./wire.ts";

/** Swedish rates, the usual one first. */
const USUAL_RATES_BPS = [2500, 1200, 600, 0];
/** Rates elsewhere are whole or half percents (25.5 %, 14 %, 19 %). */
const RATE_STEP_BPS = 50;

type Pricing = Pick<ItemAction, "PricePerItemIncVat" | "PricePerItemExVat" | "VatRate">;

/**
 * VAT rate of a row in basis points. Older orders do not state it: then it is the rate that explains both prices
 * to the minor unit, Swedish ones first (reference/qliro.md section 9). Null where nothing tells it.
 */
export function vatRateBps(row: Pricing): number | null {
  const inc = Math.abs(row.PricePerItemIncVat);
  const ex =
    row.PricePerItemExVat === null || row.PricePerItemExVat === undefined ? null : Math.abs(row.PricePerItemExVat);
  const stated = row.VatRate ?? null;
  // A stated 0 beside prices that differ is a default, not a rate.
  if (stated !== null && (stated !== 0 || ex === null || explains(0, inc, ex))) return stated;
  if (inc === 0) return 0;
  if (ex === null || ex === 0) return null;
  const exact = multiplyDivide(inc - ex, 10_000, ex);
  const nearest = (rates: readonly number[]) =>
    [...rates].sort((a, b) => Math.abs(a - exact) - Math.abs(b - exact)).find((rate) => explains(rate, inc, ex));
  return nearest(USUAL_RATES_BPS) ?? nearest([divideRounded(exact, RATE_STEP_BPS) * RATE_STEP_BPS]) ?? exact;
}

/** Whether a rate turns the price with VAT into the price without it, give or take one minor unit of rounding. */
const explains = (rateBps: number, inc: number, ex: number): boolean =>
  Math.abs(multiplyDivide(inc, 10_000, 10_000 + rateBps) - ex) <= 1;

export function rowKind(action: Pick<ItemAction, "Type" | "PricePerItemIncVat">): RowKind {
  switch (action.Type) {
    case "Product":
      return "product";
    case "Shipping":
      return "shipping";
    case "Fee":
      return "fee";
    case "Discount":
      return "discount";
    case "Unknown":
      return action.PricePerItemIncVat < 0 ? "discount" : "product";
    default:
      return action.Type satisfies never;
  }
}

/**
 * The rows of the order in the order they were first reserved. What an update of the order replaced is gone; what
 * was cancelled stays, for it was ordered (what may still be captured of it, the authorisations say). The same
 * row in two authorisations is one row. Null when a row's VAT rate cannot be known.
 */
export function orderRows(order: QliroOrder, ledger: Ledger): OrderRow[] | null {
  const reserved = ledger.actions.filter((action) => action.ActionType === "Reserve");
  // Nothing is reserved while an order is under review: its rows are then only announced.
  const sources = reserved.length > 0 ? reserved : ledger.actions.filter((action) => action.ActionType === "Create");
  const replaced = replacedAuthorizations(order, ledger);
  const rows = new Map<string, OrderRow>();
  for (const action of sources) {
    const rate = vatRateBps(action);
    if (rate === null) return null;
    const row = rows.get(action.key);
    if (row) row.quantity += action.Quantity;
    else rows.set(action.key, rowOf(action, action.key, rate));
  }
  for (const action of ledger.actions) {
    const row = rows.get(action.key);
    if (row && action.ActionType === "Release" && replaced.has(action.owner ?? "")) row.quantity -= action.Quantity;
  }
  return [...rows.values()].filter((row) => row.quantity > 0);
}

const rowOf = (action: ItemAction, key: string, rate: number): OrderRow => ({
  key,
  kind: rowKind(action),
  reference: action.MerchantReference,
  description: action.Description || action.MerchantReference,
  quantity: action.Quantity,
  unitPriceMinor: action.PricePerItemIncVat,
  vatRateBps: rate,
});

/**
 * The authorisations whose releases made room for a later one (UpdateItems reserves anew and reverses the old one).
 * A cancellation also releases, and looks the same in the ledger: what tells them apart is that a replaced
 * reservation was released nearer to the birth of a later one than to that one's own release.
 */
function replacedAuthorizations(order: QliroOrder, ledger: Ledger): Set<string> {
  const moments = new Map(order.PaymentTransactions.map((t) => [t.PaymentTransactionId, moment(t.Timestamp)]));
  const alive = order.PaymentTransactions.filter(
    (t) => ledger.authorizations.has(t.PaymentTransactionId) && movementState(t.Status) === "succeeded",
  ).map((t) => t.PaymentTransactionId);
  const releasedAt = (id: string): number | null => {
    const action = ledger.actions.find((a) => a.ActionType === "Release" && a.owner === id);
    if (!action) return null;
    const reversal = order.PaymentTransactions.find(
      (t) => t.Type === "Reversal" && [t.PaymentTransactionId, t.OriginalPaymentTransactionId].includes(id),
    );
    return (
      moments.get(
        action.PaymentTransactionId === id
          ? (reversal?.PaymentTransactionId ?? id)
          : (action.PaymentTransactionId ?? id),
      ) ?? 0
    );
  };
  const replaced = alive.filter((id) => {
    const gone = releasedAt(id);
    if (gone === null) return false;
    return alive.some((later) => {
      if (!isLater(later, id)) return false;
      const laterGone = releasedAt(later);
      const born = moments.get(later) ?? 0;
      return laterGone === null || Math.abs(gone - born) < Math.abs(gone - laterGone);
    });
  });
  return new Set(replaced);
}

/** Ids grow. */
const isLater = (id: string, than: string): boolean => BigInt(id) > BigInt(than);

/** A timestamp without a zone, for comparing with others of the same order only. */
const moment = (timestamp: string): number =>
  Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(timestamp) ? timestamp : `${timestamp}Z`) || 0;

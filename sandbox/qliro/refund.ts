// Gives money back: rows of a capture, or an amount as a row added to its invoice (reference/qliro.md section 6.4).
import { type Done, evaluation, refuse } from "./answers.ts";
import { busy, closed, type Deal, named } from "./deal.ts";
import { authorisationOf, isCapture, isLive, isOpen, refundable, refundableMinor, shipped, total } from "./ledger.ts";
import { begin, type Plan } from "./outcomes.ts";
import { type NamedRow, pick, withFees } from "./pick.ts";
import type { Order, Row, Transaction } from "./truth.ts";

export interface Return {
  /** The capture. */
  transactionId: number;
  rows: NamedRow[];
  /** Kept back from the refund; positive. */
  feesMinor: number;
  /** Kept back too; negative (exact arithmetic NOT DOCUMENTED, section 6: assumed to lower the refund). */
  discountsMinor: number;
}

export interface Addition {
  /** The capture. */
  transactionId: number;
  rows: Row[];
}

/** Whether money is on its way back on the authorisation behind this capture: only one may be. */
const refundInFlight = (order: Order, capture: Transaction): boolean => {
  const behind = authorisationOf(order, capture).id;
  return order.transactions.some(
    (each) => each.money === "out" && isOpen(each) && authorisationOf(order, each).id === behind,
  );
};

/** Starts one refund per entry, or none at all when one of them is wrong. */
export function returnItems(deal: Deal, returns: readonly Return[]): Done {
  const { truth, order, account } = deal;
  const refusal = closed(deal);
  if (refusal) return { ok: false, refusal };
  const plans: Plan[] = [];
  const busyBehind = new Set<number>();
  for (const entry of returns) {
    const found = captured(deal, entry.transactionId);
    if (!found.ok) return found;
    const capture = found.transaction;
    const behind = authorisationOf(order, capture).id;
    if (refundInFlight(order, capture) || busyBehind.has(behind)) return busy();
    busyBehind.add(behind);
    const free = refundable(order, capture);
    const picked = pick(entry.rows, shipped(capture), free, "NO_SHIPPED_ITEMS_AVAILABLE");
    if (!picked.ok) return picked;
    const rows = account.switches.alwaysCreditFee ? withFees(picked.rows, free) : picked.rows;
    const amountMinor = total(rows) - entry.feesMinor + entry.discountsMinor;
    if (amountMinor <= 0 || amountMinor > refundableMinor(order, capture)) {
      return evaluation("INVALID_REQUEST_TOTAL_AMOUNT", "Returns", "The amount is not what can be refunded");
    }
    const movements = [{ action: "Return" as const, rows }];
    plans.push({ type: truth.switches.refundType, originalId: capture.id, amountMinor, money: "out", movements });
  }
  return { ok: true, transactions: plans.flatMap((plan) => begin(truth, order, [plan], deal.world)) };
}

/**
 * Adds rows to the invoice of a capture: a negative discount gives money back, a fee takes more.
 * NOT DOCUMENTED: the transaction's type and its ledger rows; here a switch, and Ship rows under the new id.
 */
export function addToInvoice(deal: Deal, additions: readonly Addition[]): Done {
  const { truth, order } = deal;
  const refusal = closed(deal);
  if (refusal) return { ok: false, refusal };
  const plans: Plan[] = [];
  for (const addition of additions) {
    const found = captured(deal, addition.transactionId);
    if (!found.ok) return found;
    const capture = found.transaction;
    const sum = total(addition.rows);
    if (sum < 0 && refundInFlight(order, capture)) return busy();
    if (sum === 0 || -sum > refundableMinor(order, capture)) {
      return evaluation("INVALID_REQUEST_TOTAL_AMOUNT", "Additions", "The amount is not what can be added");
    }
    plans.push({
      type: truth.switches.additionType,
      originalId: capture.id,
      amountMinor: Math.abs(sum),
      money: sum < 0 ? "out" : "in",
      movements: [{ action: "Ship", rows: addition.rows }],
    });
  }
  return { ok: true, transactions: plans.flatMap((plan) => begin(truth, order, [plan], deal.world)) };
}

/** The capture a refund names, once it has succeeded. */
function captured(deal: Deal, transactionId: number): ReturnType<typeof named> {
  const found = named(deal, transactionId, (each) => isCapture(deal.order, each));
  if (!found.ok) return found;
  if (!isLive(found.transaction)) {
    return evaluation("NO_SHIPPED_ITEMS_AVAILABLE", "PaymentTransactionId", "The capture did not succeed");
  }
  return isOpen(found.transaction)
    ? refuse("OPERATION_NOT_SUPPORTED", "Evaluation, Message: Another transaction is being processed for this payment")
    : found;
}

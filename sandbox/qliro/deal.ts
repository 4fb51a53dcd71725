// What every operation on an order works with, and the checks they share.
import type { World } from "../platform.ts";
import { evaluation, type Refusal, refuse } from "./answers.ts";
import { isAuthorisation, isCancelled } from "./ledger.ts";
import { type Account, findTransaction, type Order, type Transaction, type Truth } from "./truth.ts";

/** One order of one account, and the world it happens in. */
export interface Deal {
  truth: Truth;
  account: Account;
  order: Order;
  world: World;
}

/** Why nothing can be captured, refunded, cancelled or changed on this order at all; null when something can. */
export function closed({ order }: Deal): Refusal | null {
  if (order.checkout === "OnHold" || order.transactions.some((each) => each.status === "OnHold")) {
    return { code: "PAYMENT_ONHOLD", text: "The payment is under review" };
  }
  if (order.checkout !== "Completed") {
    return { code: "NO_PAYMENT_TRANSACTION", text: "The order has no payment" };
  }
  return null;
}

export const cancelledRefusal = (order: Order): Refusal | null =>
  isCancelled(order) ? { code: "ORDER_HAS_BEEN_CANCELLED", text: "The order has been cancelled" } : null;

type Found = { ok: true; transaction: Transaction } | { ok: false; refusal: Refusal };

/** The transaction a call names; the three ways to name a wrong one have three codes. */
export function named({ truth, order }: Deal, id: number, right: (transaction: Transaction) => boolean): Found {
  const owner = truth.orderOfTransaction[id];
  if (owner === undefined) return evaluation("NO_PAYMENT_TRANSACTION", "PaymentTransactionId", "Unknown transaction");
  const transaction = findTransaction(order, id);
  if (!transaction) {
    return evaluation("PAYMENT_REFERENCE_IS_INCORRECT", "PaymentTransactionId", "Belongs to another order");
  }
  if (!right(transaction)) {
    return evaluation("INVALID_PAYMENT_TYPE", "PaymentTransactionId", `Not possible on a ${transaction.type}`);
  }
  return { ok: true, transaction };
}

/** The authorisation a call names, or the only usable one when it names none. */
export function authorisation(deal: Deal, id: number | null, usable: (transaction: Transaction) => boolean): Found {
  if (id !== null) return named(deal, id, isAuthorisation);
  const transaction =
    deal.order.transactions.find((each) => isAuthorisation(each) && usable(each)) ??
    deal.order.transactions.find(isAuthorisation);
  if (transaction) return { ok: true, transaction };
  return refuse("NO_PAYMENT_TRANSACTION", "The order has no authorisation");
}

/** The refusal that heals by itself (section 6.5: recognised by its text). */
export const busy = () =>
  refuse("OPERATION_NOT_SUPPORTED", "Evaluation, Message: Another transaction is being processed for this payment");

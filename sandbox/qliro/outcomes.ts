// Starts payment transactions and gives them their outcome later: an answer to a mutation is only acceptance.
import type { World } from "../platform.ts";
import { pushTransaction } from "./pushes.ts";
import type { Movement, Order, Transaction, TransactionStatus, TransactionType, Truth } from "./truth.ts";
import { findTransaction } from "./truth.ts";

/** A transaction to be made. */
export interface Plan {
  type: TransactionType;
  originalId: number | null;
  amountMinor: number;
  money?: Transaction["money"];
  movements?: Movement[];
}

/**
 * Makes transactions that get their outcome together (a failure cancels those after it). They answer as Created
 * and become Success or Error once `outcomeDelayMs` has passed and the platform is next called or ticked.
 */
export function begin(truth: Truth, order: Order, plans: readonly Plan[], world: World): Transaction[] {
  const made = plans.map((plan) => create(truth, order, plan, "Created", world));
  const { outcomeDelayMs, interimStatuses, actionsAppear } = truth.switches;
  for (const transaction of made) {
    if (actionsAppear === "on_acceptance") writeActions(truth, order, transaction);
    if (interimStatuses) pushTransaction(truth, order, transaction, world);
  }
  truth.outcomes.push({
    dueAt: world.now() + outcomeDelayMs,
    orderId: order.id,
    transactionIds: made.map((transaction) => transaction.id),
    interim: interimStatuses,
  });
  return made;
}

/** Makes one transaction without an outcome to come (the caller gives it one). */
export function create(truth: Truth, order: Order, plan: Plan, status: TransactionStatus, world: World): Transaction {
  const transaction: Transaction = {
    id: truth.next.transaction,
    originalId: plan.originalId,
    type: plan.type,
    amountMinor: plan.amountMinor,
    status,
    changedAt: world.now(),
    movements: plan.movements ?? [],
    money: plan.money ?? "none",
    settledIn: null,
    providerId: Math.floor(world.random() * 0x1000000)
      .toString(16)
      .padStart(6, "0"),
    errorCode: null,
    errorText: null,
  };
  truth.next.transaction += 1;
  order.transactions.push(transaction);
  truth.orderOfTransaction[transaction.id] = order.id;
  return transaction;
}

/** Gives every due outcome. */
export function applyDue(truth: Truth, world: World): void {
  if (truth.outcomes.length === 0) return;
  const now = world.now();
  for (;;) {
    const index = truth.outcomes.findIndex((outcome) => outcome.dueAt <= now);
    const [outcome] = index < 0 ? [] : truth.outcomes.splice(index, 1);
    if (!outcome) return;
    const order = truth.orders[outcome.orderId];
    if (!order) continue;
    const transactions = outcome.transactionIds.flatMap((id) => findTransaction(order, id) ?? []);
    if (outcome.interim) {
      for (const transaction of transactions) change(truth, order, transaction, "InProcess", world);
      truth.outcomes.push({ ...outcome, interim: false, dueAt: now + truth.switches.outcomeDelayMs });
    } else {
      conclude(truth, order, transactions, world);
    }
  }
}

/** Gives these transactions their outcome now, whatever was due (someone at Qliro's portal waits for it). */
export function concludeNow(truth: Truth, order: Order, transactions: readonly Transaction[], world: World): void {
  const ids = new Set(transactions.map((transaction) => transaction.id));
  truth.outcomes = truth.outcomes.filter((outcome) => !outcome.transactionIds.some((id) => ids.has(id)));
  conclude(truth, order, transactions, world);
}

function conclude(truth: Truth, order: Order, transactions: readonly Transaction[], world: World): void {
  let failed = false;
  for (const transaction of transactions) {
    const planned = failed ? -1 : truth.failures.findIndex((failure) => failure.type === transaction.type);
    const [failure] = planned < 0 ? [] : truth.failures.splice(planned, 1);
    if (failure) {
      failed = true;
      transaction.errorCode = failure.code;
      transaction.errorText = failure.text;
      change(truth, order, transaction, "Error", world);
    } else {
      change(truth, order, transaction, failed ? "Cancelled" : "Success", world);
    }
  }
}

/** Changes a status, writes the ledger when rows have moved, and pushes. */
export function change(
  truth: Truth,
  order: Order,
  transaction: Transaction,
  status: TransactionStatus,
  world: World,
): void {
  transaction.status = status;
  transaction.changedAt = world.now();
  if (status === "Success" && truth.switches.actionsAppear === "on_success") writeActions(truth, order, transaction);
  pushTransaction(truth, order, transaction, world);
}

/** Appends a transaction's movements to the ledger, once. */
export function writeActions(truth: Truth, order: Order, transaction: Transaction): void {
  for (const { action, rows } of transaction.movements) {
    const named = action === "Return" && truth.switches.returnActionNames === "capture";
    for (const row of rows) {
      order.actions.push({
        id: order.actions.length + 1,
        action,
        transactionId: named ? transaction.originalId : transaction.id,
        row: { ...row },
      });
    }
  }
}

/** When the next outcome is due; null when none is. */
export const nextOutcomeAt = (truth: Truth): number | null =>
  truth.outcomes.length === 0 ? null : Math.min(...truth.outcomes.map((outcome) => outcome.dueAt));

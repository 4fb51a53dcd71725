// What of an order is reserved, captured, refunded and free to move; counted from its transactions, never guessed.
import { rowsTotal } from "../../src/domain/money.ts";
import type { ActionType, Order, Row, Transaction } from "./truth.ts";

/** A row's identity: reference and unit price including VAT (reference/qliro.md section 4). */
export const rowKey = (row: { reference: string; incMinor: number }): string => `${row.reference}|${row.incMinor}`;

export const total = (rows: readonly Row[]): number =>
  rowsTotal(rows.map((row) => ({ quantity: row.quantity, unitPriceMinor: row.incMinor })));

export const isAuthorisation = (transaction: Transaction): boolean =>
  transaction.type === "Preauthorization" || transaction.type === "Debit";

/** Neither failed nor cancelled: it has moved its rows, or may still do so. */
export const isLive = (transaction: Transaction): boolean =>
  transaction.status !== "Error" && transaction.status !== "Cancelled";

export const isOpen = (transaction: Transaction): boolean => isLive(transaction) && transaction.status !== "Success";

/** The authorisation a transaction goes back to; itself when it is one. */
export function authorisationOf(order: Order, transaction: Transaction): Transaction {
  let at = transaction;
  while (!isAuthorisation(at) && at.originalId !== null) {
    const parent = order.transactions.find((each) => each.id === at.originalId);
    if (!parent) break;
    at = parent;
  }
  return at;
}

const moved = (transaction: Transaction, action: ActionType): Row[] =>
  transaction.movements.filter((movement) => movement.action === action).flatMap((movement) => movement.rows);

/** Rows of the same identity added up. */
export function merge(rows: readonly Row[]): Row[] {
  const merged = new Map<string, Row>();
  for (const row of rows) {
    const known = merged.get(rowKey(row));
    if (known) known.quantity += row.quantity;
    else merged.set(rowKey(row), { ...row });
  }
  return [...merged.values()];
}

function subtract(from: readonly Row[], taken: readonly Row[]): Row[] {
  const left = merge(from);
  const byKey = new Map(left.map((row) => [rowKey(row), row]));
  for (const row of taken) {
    const known = byKey.get(rowKey(row));
    if (known) known.quantity -= row.quantity;
  }
  return left.filter((row) => row.quantity > 0);
}

/** Rows of an authorisation that can still be captured or released; what is in flight counts as taken. */
export function remaining(order: Order, authorisation: Transaction): Row[] {
  if (authorisation.status !== "Success") return [];
  const taken = order.transactions
    .filter((each) => isLive(each) && (each.id === authorisation.id || each.originalId === authorisation.id))
    .flatMap((each) => [...moved(each, "Ship"), ...moved(each, "Release")]);
  return subtract(moved(authorisation, "Reserve"), taken);
}

/** Rows that a capture shipped. */
export const shipped = (capture: Transaction): Row[] => merge(moved(capture, "Ship"));

/** Rows of a capture that can still be returned; what is in flight counts as taken. */
export function refundable(order: Order, capture: Transaction): Row[] {
  if (capture.status !== "Success") return [];
  const returned = order.transactions
    .filter((each) => isLive(each) && each.originalId === capture.id)
    .flatMap((each) => moved(each, "Return"));
  return subtract(moved(capture, "Ship"), returned);
}

/** Money of a capture that has not gone back, additions to the invoice included; what is in flight counts. */
export function refundableMinor(order: Order, capture: Transaction): number {
  let left = capture.amountMinor;
  for (const each of order.transactions) {
    if (each.originalId !== capture.id || !isLive(each)) continue;
    if (each.money === "out") left -= each.amountMinor;
    if (each.money === "in" && each.status === "Success") left += each.amountMinor;
  }
  return left;
}

/** Whether a return can refer to it: a capture of an authorisation, or a direct payment shipped from the start. */
export function isCapture(order: Order, transaction: Transaction): boolean {
  if (moved(transaction, "Ship").length === 0) return false;
  if (transaction.type === "Debit") return true;
  const parent = order.transactions.find((each) => each.id === transaction.originalId);
  return transaction.type === "Capture" && parent !== undefined && isAuthorisation(parent);
}

/** Captures that have not failed, oldest first. */
export const captures = (order: Order): Transaction[] =>
  order.transactions.filter((each) => isLive(each) && isCapture(order, each));

export const authorisations = (order: Order): Transaction[] =>
  order.transactions.filter((each) => isAuthorisation(each) && each.status === "Success");

/** Accepted once, nothing captured, and nothing left to capture. */
export function isCancelled(order: Order): boolean {
  const reserved = authorisations(order);
  if (reserved.length === 0 || order.transactions.some(isOpen)) return false;
  if (order.transactions.some((each) => isLive(each) && moved(each, "Ship").length > 0)) return false;
  return reserved.every((each) => remaining(order, each).length === 0);
}

/** Sums over succeeded transactions, in minor units. */
export function sums(order: Order): Record<"reserved" | "captured" | "refunded" | "released" | "remaining", number> {
  const done = order.transactions.filter((each) => each.status === "Success");
  const rowSum = (action: ActionType) => done.reduce((sum, each) => sum + total(moved(each, action)), 0);
  const moneySum = (money: "in" | "out") =>
    done.filter((each) => each.money === money).reduce((sum, each) => sum + each.amountMinor, 0);
  return {
    reserved: rowSum("Reserve"),
    captured: order.debit
      ? captures(order).reduce((sum, each) => sum + (each.status === "Success" ? each.amountMinor : 0), 0)
      : moneySum("in"),
    refunded: moneySum("out"),
    released: rowSum("Release"),
    remaining: authorisations(order).reduce((sum, each) => sum + total(remaining(order, each)), 0),
  };
}

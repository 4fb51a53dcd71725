// Marks rows as shipped: the capture of (part of) an authorisation (reference/qliro.md sections 6 and 6.4).
import { type Done, evaluation, refuse } from "./answers.ts";
import { authorisation, cancelledRefusal, closed, type Deal } from "./deal.ts";
import { merge, remaining, total } from "./ledger.ts";
import { begin, type Plan } from "./outcomes.ts";
import { type NamedRow, pick, withFees } from "./pick.ts";
import type { Order, Transaction } from "./truth.ts";

export interface Shipment {
  /** The authorisation; null where the call names none. */
  transactionId: number | null;
  rows: NamedRow[];
}

/** Starts one capture per shipment, or none at all when one of them is wrong. */
export function capture(deal: Deal, shipments: readonly Shipment[]): Done {
  const { order, account } = deal;
  const refusal = closed(deal) ?? cancelledRefusal(order);
  if (refusal) return { ok: false, refusal };
  if (order.debit && account.switches.debitShipping === "not_supported") {
    return refuse("OPERATION_NOT_SUPPORTED", "The payment method does not support this operation");
  }
  const plans: Plan[] = [];
  const taken = new Set<number>();
  for (const shipment of shipments) {
    const found = authorisation(deal, shipment.transactionId, (each) => remaining(order, each).length > 0);
    if (!found.ok) return found;
    const authorised = found.transaction;
    if (taken.has(authorised.id)) return refuse("INVALID_REQUEST", "One shipment per payment transaction");
    taken.add(authorised.id);
    const free = remaining(order, authorised);
    const picked = pick(shipment.rows, reservedRows(authorised), free, "NO_ITEMS_LEFT_IN_RESERVATION");
    if (!picked.ok) return picked;
    const withFee = account.switches.alwaysCaptureFee ? withFees(picked.rows, free) : picked.rows;
    const amountMinor = total(withFee);
    if (amountMinor < 0) return evaluation("INVALID_REQUEST_TOTAL_AMOUNT", "OrderItems", "The total is negative");
    plans.push({
      type: "Capture",
      originalId: authorised.id,
      amountMinor,
      money: authorised.type === "Debit" ? "none" : "in",
      movements: [{ action: "Ship", rows: withFee }],
    });
  }
  return { ok: true, transactions: plans.flatMap((plan) => begin(deal.truth, order, [plan], deal.world)) };
}

const reservedRows = (transaction: Transaction) =>
  merge(transaction.movements.filter((movement) => movement.action === "Reserve").flatMap((movement) => movement.rows));

/** Every row that can still be captured, one shipment per authorisation. */
export const everythingLeft = (order: Order): Shipment[] =>
  order.transactions
    .map((each) => ({ transactionId: each.id, rows: remaining(order, each) }))
    .filter((shipment) => shipment.rows.length > 0);

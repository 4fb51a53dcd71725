// Changes an order after it was placed: other rows, more rows by upsell, another reference (sections 5, 6 and 6.4).
import { type Done, evaluation, refuse } from "./answers.ts";
import { authorisation, busy, cancelledRefusal, closed, type Deal } from "./deal.ts";
import { isLive, isOpen, remaining, total } from "./ledger.ts";
import { begin, concludeNow, type Plan } from "./outcomes.ts";
import { pushUpsell } from "./pushes.ts";
import { isOwnMethod, type Row } from "./truth.ts";
import { UPSELL_OPEN_MS } from "./views.ts";

export interface Update {
  /** The authorisation; null where the call names none. */
  transactionId: number | null;
  rows: Row[];
}

/** Replaces everything un-shipped of an authorisation: a new authorisation, and the old one's rest is reversed. */
export function updateItems(deal: Deal, updates: readonly Update[]): Done {
  const { truth, order, world } = deal;
  const refusal = closed(deal) ?? cancelledRefusal(order);
  if (refusal) return { ok: false, refusal };
  const anythingShipped = order.transactions.some((each) => isLive(each) && each.type === "Capture");
  if (!isOwnMethod(order) && (anythingShipped || order.debit)) {
    return refuse("OPERATION_NOT_SUPPORTED", "The payment method does not allow changes after the first shipment");
  }
  const chains: Plan[][] = [];
  for (const update of updates) {
    const found = authorisation(deal, update.transactionId, (each) => remaining(order, each).length > 0);
    if (!found.ok) return found;
    const old = found.transaction;
    if (order.transactions.some((each) => each.originalId === old.id && isOpen(each))) return busy();
    const left = remaining(order, old);
    if (left.length === 0) return evaluation("NO_QUALIFIED_ITEMS_TO_MANAGE", "OrderItems", "Everything is shipped");
    const amountMinor = total(update.rows);
    if (amountMinor <= 0) return evaluation("INVALID_REQUEST_TOTAL_AMOUNT", "Updates", "The total must be positive");
    chains.push([
      { type: "Preauthorization", originalId: old.id, amountMinor, movements: [reserve(update.rows)] },
      {
        type: "Reversal",
        originalId: old.id,
        amountMinor: total(left),
        movements: [{ action: "Release", rows: left }],
      },
    ]);
  }
  return { ok: true, transactions: chains.flatMap((chain) => begin(truth, order, chain, world)) };
}

/**
 * The customer adds rows after paying: a second authorisation, or one that replaces the first. The outcome comes at
 * once with the answer, and as an UpsellStatus push.
 */
export function upsell(deal: Deal, rows: readonly Row[], replaces: boolean): Done & { upsellId?: number } {
  const { truth, order, world } = deal;
  const refusal = closed(deal) ?? cancelledRefusal(order);
  if (refusal) return { ok: false, refusal };
  if (world.now() >= order.placedAt + UPSELL_OPEN_MS) return refuse("ORDER_COMPLETED", "Upsell has closed");
  const found = authorisation(deal, null, (each) => remaining(order, each).length > 0);
  if (!found.ok) return found;
  const original = found.transaction;
  const left = remaining(order, original);
  if (replaces && left.length === 0) return refuse("NO_QUALIFIED_ITEMS_TO_MANAGE", "Nothing left to replace");
  const whole = replaces ? [...left, ...rows] : [...rows];
  const amountMinor = total(whole);
  if (amountMinor <= 0) return evaluation("INVALID_REQUEST_TOTAL_AMOUNT", "OrderItems", "The total must be positive");
  const plans: Plan[] = [
    { type: "Preauthorization", originalId: original.id, amountMinor, movements: [reserve(whole)] },
  ];
  if (replaces) {
    const released = [{ action: "Release" as const, rows: left }];
    plans.push({ type: "Reversal", originalId: original.id, amountMinor: total(left), movements: released });
  }
  const made = begin(truth, order, plans, world);
  concludeNow(truth, order, made, world);
  const upsellId = truth.next.upsell;
  truth.next.upsell += 1;
  const [transaction] = made;
  if (transaction?.status === "Success") order.upsold = true;
  if (transaction) pushUpsell(truth, order, { id: upsellId, transaction, originalId: original.id, replaces }, world);
  return { ok: true, transactions: made, upsellId };
}

/** A new merchant reference at once; Qliro's own methods make a transaction of it, others none. */
export function rename(deal: Deal, reference: string): Done {
  const { truth, order, world } = deal;
  if (!/^[A-Za-z0-9_-]{1,25}$/.test(reference)) {
    return evaluation("INVALID_INPUT", "NewMerchantReference", "1 to 25 of letters, digits, _ and -");
  }
  order.reference = reference;
  if (!isOwnMethod(order) || order.checkout !== "Completed") return { ok: true, transactions: [] };
  const plan: Plan = { type: "UpdateInvoice", originalId: order.transactions[0]?.id ?? null, amountMinor: 0 };
  return { ok: true, transactions: begin(truth, order, [plan], world) };
}

const reserve = (rows: readonly Row[]) => ({ action: "Reserve" as const, rows: rows.map((row) => ({ ...row })) });

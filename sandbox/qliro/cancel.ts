// Releases what was never captured, and tries a failed release again (reference/qliro.md sections 6 and 6.4).
import { type Done, refuse } from "./answers.ts";
import { busy, cancelledRefusal, closed, type Deal, named } from "./deal.ts";
import { authorisations, isOpen, remaining, total } from "./ledger.ts";
import { begin, type Plan } from "./outcomes.ts";

/** Starts one reversal per authorisation with rows left; a direct payment is refunded with it. */
export function cancel(deal: Deal): Done {
  const { truth, order, world } = deal;
  const refusal = closed(deal) ?? cancelledRefusal(order);
  if (refusal) return { ok: false, refusal };
  const chains: Plan[][] = [];
  for (const authorised of authorisations(order)) {
    const rows = remaining(order, authorised);
    if (rows.length === 0) continue;
    // A magnitude, also where only a discount is left.
    const amountMinor = Math.abs(total(rows));
    const release: Plan = {
      type: "Reversal",
      originalId: authorised.id,
      amountMinor,
      movements: [{ action: "Release", rows }],
    };
    const refund: Plan = { type: "Refund", originalId: authorised.id, amountMinor, money: "out" };
    // What a customer added to a direct payment later is only reserved.
    chains.push(authorised.type === "Debit" ? [release, refund] : [release]);
  }
  if (chains.length === 0) {
    if (order.transactions.some(isOpen)) return busy();
    return refuse("NO_ITEMS_TO_CANCEL", "Evaluation, Property: OrderItems, Message: No items to cancel");
  }
  return { ok: true, transactions: chains.flatMap((chain) => begin(truth, order, chain, world)) };
}

/** Tries a reversal that ended in Error again, as a new transaction. */
export function retryReversal(deal: Deal, transactionId: number): Done {
  const found = named(deal, transactionId, (each) => each.type === "Reversal");
  if (!found.ok) return found;
  const { transaction } = found;
  if (transaction.status !== "Error") return refuse("OPERATION_NOT_SUPPORTED", "The reversal has not failed");
  const { truth, order, world } = deal;
  const { originalId, amountMinor, movements } = transaction;
  return {
    ok: true,
    transactions: begin(truth, order, [{ type: "Reversal", originalId, amountMinor, movements }], world),
  };
}

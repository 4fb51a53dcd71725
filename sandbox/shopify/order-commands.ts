// What happens to an order after it was placed, each with the webhooks that tell of it in the order of the facts.
import type { ControlAnswer } from "../platform.ts";
import { bagOf, partOf } from "./amounts.ts";
import type { Command, CommandOf } from "./commands.ts";
import { type Deal, no } from "./deal.ts";
import { type Edit, edit, fulfil } from "./fulfil.ts";
import { attempt, capture, unpaid } from "./payments.ts";
import { AmountReader } from "./place.ts";
import { cancel, type Refunded, refund } from "./refund.ts";
import { shown } from "./show.ts";
import { financialStatusOf, fulfilmentStatusOf } from "./totals.ts";
import type { Transaction } from "./truth.ts";
import { tell, tellFulfilment, tellOrder, tellRefund, tellTransactions } from "./webhooks.ts";

/** The commands about one order. */
export type OrderCommand = Exclude<
  Command,
  { do: "shop" | "order" | "subscribe" | "unsubscribe" | "uninstall" | "drain" | "set" | "show" }
>;

/** Runs a command on one order; a refused one leaves no trace. */
export function onOrder(deal: Deal, command: OrderCommand): ControlAnswer {
  const before = deal.order.updatedAt;
  deal.order.updatedAt = deal.world.now();
  const answer = run(deal, command);
  if (!answer.ok) deal.order.updatedAt = before;
  return answer;
}

function run(deal: Deal, command: OrderCommand): ControlAnswer {
  const { order, shop, world } = deal;
  switch (command.do) {
    case "pay":
      return pay(deal, command);
    case "capture":
      return captureSome(deal, command);
    case "fulfil": {
      const done = fulfil(deal, command);
      if (!done.ok) return done;
      tellFulfilment(shop, order, done.made, world);
      const all = fulfilmentStatusOf(order) === "fulfilled";
      tellOrder(shop, order, all ? "ORDERS_FULFILLED" : "ORDERS_PARTIALLY_FULFILLED", world);
      return updated(deal, { fulfilmentId: done.made.id });
    }
    case "refund": {
      const done = refund(deal, command);
      if (!done.ok) return done;
      tellMoneyBack(deal, done.made);
      return updated(deal, { refundId: done.made.refund?.id ?? null });
    }
    case "cancel": {
      const done = cancel(deal, command);
      if (!done.ok) return done;
      tellMoneyBack(deal, done.made);
      tellOrder(shop, order, "ORDERS_CANCELLED", world);
      return updated(deal, { refundId: done.made.refund?.id ?? null });
    }
    case "edit": {
      const done = edit(deal, command);
      if (!done.ok) return done;
      tell(shop, "ORDERS_EDITED", { order_edit: editBody(deal, done.made) }, world);
      return updated(deal);
    }
    case "rename":
      order.name = command.to;
      return updated(deal);
    case "tag":
      order.tags = command.tags;
      return updated(deal);
    default:
      return command satisfies never;
  }
}

/** The last word is always `orders/updated`. */
function updated(deal: Deal, more: Record<string, unknown> = {}): ControlAnswer {
  tellOrder(deal.shop, deal.order, "ORDERS_UPDATED", deal.world);
  return { ok: true, ...more, ...shown(deal.shop, deal.order) };
}

/** New rows are told of; so is the order the moment it is fully paid. */
function tellPaid({ shop, order, world }: Deal, made: readonly Transaction[], wasPaid: boolean): void {
  tellTransactions(shop, order, made, world);
  if (!wasPaid && financialStatusOf(order) === "paid") tellOrder(shop, order, "ORDERS_PAID", world);
}

function tellMoneyBack({ shop, order, world }: Deal, { refund: made, transactions }: Refunded): void {
  tellTransactions(shop, order, transactions, world);
  tellRefund(shop, order, made, world);
}

/**
 * The payment of an order arrives: a pending transaction gets its outcome, as the same row (nothing is documented about
 * a new one), or a new transaction comes.
 */
function pay(deal: Deal, command: CommandOf<"pay">): ControlAnswer {
  const { truth, order, world } = deal;
  const wasPaid = financialStatusOf(order) === "paid";
  const pending = order.transactions.find(
    (each) => each.status === "pending" && (command.gateway === undefined || each.gateway === command.gateway),
  );
  if (pending) {
    pending.status = command.status;
    tellPaid(deal, [], wasPaid);
    return updated(deal, { transactionId: pending.id });
  }
  const amounts = new AmountReader(order.presentmentCurrency);
  const left = unpaid(order);
  const wanted = command.amount === undefined ? left.presentment : amounts.read(command.amount);
  if (amounts.bad !== null) return no(amounts.bad);
  if (wanted <= 0) return no("nothing is left to pay");
  const amount = wanted <= left.presentment ? partOf(left, wanted) : bagOf(wanted, order.rateMicro);
  const { gateway = "Klarna", paymentId, kind, status } = command;
  const made = attempt(truth, order, { gateway, paymentId, kind, status, amount }, world);
  tellPaid(deal, [made], wasPaid);
  return updated(deal, { transactionId: made.id });
}

function captureSome(deal: Deal, command: CommandOf<"capture">): ControlAnswer {
  const { truth, order, world } = deal;
  const amounts = new AmountReader(order.presentmentCurrency);
  const wanted = command.amount === undefined ? null : amounts.read(command.amount);
  if (amounts.bad !== null) return no(amounts.bad);
  const wasPaid = financialStatusOf(order) === "paid";
  const done = capture(truth, order, wanted, world);
  if (!done.ok) return done;
  tellPaid(deal, done.made, wasPaid);
  return updated(deal, { transactionIds: done.made.map((each) => each.id) });
}

/** An edit's own summary (section 2.1); its fields are an assumption. */
const editBody = ({ order, world }: Deal, made: Edit): Record<string, unknown> => ({
  id: made.id,
  order_id: order.id,
  app_id: null,
  created_at: new Date(world.now()).toISOString(),
  notify_customer: false,
  reason: null,
  staff_note: "",
  user_id: null,
  line_items: { additions: made.additions, removals: made.removals },
  shipping_lines: { additions: [], removals: [] },
});

// An order appears: it is placed, paid or promised, and the shop tells of it.
import type { ControlAnswer, World } from "../platform.ts";
import { bagOf, minus, partOf } from "./amounts.ts";
import type { CommandOf } from "./commands.ts";
import { attempt, GIFT_CARD, unpaid } from "./payments.ts";
import { AmountReader, place } from "./place.ts";
import { shown } from "./show.ts";
import { financialStatusOf } from "./totals.ts";
import type { Bag, Order, Shop, Truth } from "./truth.ts";
import { tellOrder, tellTransactions } from "./webhooks.ts";

type PlaceCommand = CommandOf<"order">;

/** The customer's whole way; nothing is kept of an order that makes no sense. */
export function placeOrder(truth: Truth, shop: Shop, command: PlaceCommand, world: World): ControlAnswer {
  const number = shop.nextOrderNumber;
  const placed = place(truth, shop, command, world);
  if (typeof placed === "string") return { ok: false, error: placed };
  const error = pay(truth, placed, command, world);
  if (error !== null) {
    delete truth.orders[placed.id];
    shop.nextOrderNumber = number;
    return { ok: false, error };
  }
  if (command.transactionsFirst) tellTransactions(shop, placed, placed.transactions, world);
  tellOrder(shop, placed, "ORDERS_CREATE", world);
  if (!command.transactionsFirst) tellTransactions(shop, placed, placed.transactions, world);
  if (financialStatusOf(placed) === "paid") tellOrder(shop, placed, "ORDERS_PAID", world);
  tellOrder(shop, placed, "ORDERS_UPDATED", world);
  return { ok: true, ...shown(shop, placed) };
}

function pay(truth: Truth, order: Order, command: PlaceCommand, world: World): string | null {
  const amounts = new AmountReader(order.presentmentCurrency);
  if (command.giftCard !== undefined) {
    const wanted = amounts.read(command.giftCard);
    const total = unpaid(order);
    if (wanted > total.presentment) return "giftCard: more than the order costs";
    const amount = partOf(total, wanted);
    if (wanted > 0) attempt(truth, order, { gateway: GIFT_CARD, kind: "sale", status: "success", amount }, world);
  }
  for (const payment of paymentsOf(command)) {
    const left = unpaid(order);
    const amount = payment.amount === undefined ? left : bagFor(order, left, amounts.read(payment.amount));
    const tried = payment.status === "failure" || payment.status === "error";
    if (!tried && minus(left, amount).presentment < 0) return "payments: more than the order costs";
    if (amount.presentment > 0) attempt(truth, order, { ...payment, amount }, world);
  }
  return amounts.bad;
}

/** So much of what is left; more than that only ever fails. */
const bagFor = (order: Order, left: Bag, presentment: number): Bag =>
  presentment <= left.presentment ? partOf(left, presentment) : bagOf(presentment, order.rateMicro);

function paymentsOf(command: PlaceCommand): NonNullable<PlaceCommand["payments"]> {
  if (command.payments) return command.payments;
  const { gateway, paymentId, kind, payment: status } = command;
  return status === "none" ? [] : [{ gateway, paymentId, kind, status }];
}

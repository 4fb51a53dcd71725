// Refunds and cancellations: rows that come off, freight and money that go back, and the gap between them.
import { isZero, minus, NONE, partOf, plus, worthBetween, worthOfShipping } from "./amounts.ts";
import type { CommandOf } from "./commands.ts";
import { type Deal, type Done, findRows, no } from "./deal.ts";
import { giveBack, voidAll } from "./payments.ts";
import { AmountReader } from "./place.ts";
import { paymentOf } from "./totals.ts";
import { type Bag, currentQuantityOf, type Refund, type Transaction, takeId } from "./truth.ts";

export interface Refunded {
  refund: Refund | null;
  transactions: Transaction[];
}

/** Without rows, freight and amount: everything that is left. */
export function refund(deal: Deal, command: CommandOf<"refund">): Done<Refunded> {
  const { order, truth, world } = deal;
  const amounts = new AmountReader(order.presentmentCurrency);
  const wanted = command.amount === undefined ? null : amounts.read(command.amount);
  const freight = typeof command.shipping === "string" ? amounts.read(command.shipping) : command.shipping;
  if (amounts.bad !== null) return no(amounts.bad);
  const everything = command.rows === undefined && freight === undefined && wanted === null;
  const rows =
    command.rows || everything ? findRows(order, command.rows, currentQuantityOf) : { ok: true as const, made: [] };
  if (!rows.ok) return rows;
  const left = freightLeft(deal);
  const back = everything || freight === true ? left : (freight ?? 0);
  if (back > left) return no(`shipping: ${left} minor units are left`);
  const before = paymentOf(order).net;
  if (command.transaction && (wanted ?? 0) > before.presentment)
    return no(`amount: ${before.presentment} minor units were received`);

  const made = emptyRefund(deal, command.note);
  takeOff(deal, made, rows.made, back, command.restockType);
  const calculated = calculatedOf(deal, made);
  const expected = Math.min(calculated.presentment, before.presentment);
  const money = command.transaction ? (wanted ?? expected) : 0;
  const transactions = money > 0 ? (giveBack(truth, order, money, world) ?? []) : [];
  settleGap(deal, made, calculated, expected, transactions);
  return finish(deal, made, transactions);
}

/** Open authorisations are given back, money received goes back, and every row comes off. */
export function cancel(deal: Deal, command: CommandOf<"cancel">): Done<Refunded> {
  const { order, truth, world } = deal;
  if (order.cancelledAt !== null) return no("the order is cancelled");
  if (order.fulfilments.length > 0) return no("something of the order has left");
  for (const pending of order.transactions) if (pending.status === "pending") pending.status = "failure";
  const voids = voidAll(truth, order, world);
  const before = paymentOf(order).net;
  const made = emptyRefund(deal, null);
  const rows = findRows(order, undefined, currentQuantityOf);
  takeOff(deal, made, rows.ok ? rows.made : [], freightLeft(deal), "cancel");
  const calculated = calculatedOf(deal, made);
  const refunds = before.presentment > 0 ? (giveBack(truth, order, before.presentment, world) ?? []) : [];
  settleGap(deal, made, calculated, Math.min(calculated.presentment, before.presentment), refunds);
  order.cancelledAt = world.now();
  order.cancelReason = command.reason;
  const done = finish(deal, made, refunds);
  return done.ok ? { ok: true, made: { ...done.made, transactions: [...voids, ...refunds] } } : done;
}

const emptyRefund = ({ truth, world }: Deal, note: string | null): Refund => ({
  id: takeId(truth),
  at: world.now(),
  note,
  lines: [],
  shipping: [],
  adjustments: [],
  transactionIds: [],
});

/** Freight that has not gone back, after its discounts, in presentment minor units. */
const freightLeft = ({ order }: Deal): number =>
  order.shipping.reduce((sum, line) => sum + worthOfShipping(order, line, "current").net.presentment, 0);

function takeOff(
  deal: Deal,
  made: Refund,
  rows: { line: Deal["order"]["lines"][number]; quantity: number }[],
  freight: number,
  restockType: Refund["lines"][number]["restockType"],
): void {
  const { order, truth } = deal;
  for (const { line, quantity } of rows) {
    const current = currentQuantityOf(line);
    const { net: subtotal, tax } = worthBetween(order, line, current, current - quantity);
    made.lines.push({ id: takeId(truth), lineId: line.id, quantity, restockType, subtotal, tax });
    line.refunded += quantity;
  }
  let missing = freight;
  for (const line of order.shipping) {
    const before = worthOfShipping(order, line, "current");
    const part = Math.min(missing, before.net.presentment);
    if (part <= 0) continue;
    const subtotal = partOf(before.net, part);
    line.refunded = plus(line.refunded, subtotal);
    const tax = minus(before.tax, worthOfShipping(order, line, "current").tax);
    made.shipping.push({ id: takeId(truth), shippingId: line.id, subtotal, tax });
    missing -= part;
  }
}

/** What the rows and the freight of a refund come to, VAT and all. */
function calculatedOf({ order }: Deal, made: Refund): Bag {
  const parts = [...made.lines, ...made.shipping];
  return plus(...parts.map((part) => (order.taxesIncluded ? part.subtotal : plus(part.subtotal, part.tax))));
}

/** The gap between what the rows come to and what went back stands in an adjustment (section 3.5). */
function settleGap(deal: Deal, made: Refund, calculated: Bag, expected: number, transactions: Transaction[]): void {
  const money = plus(...transactions.map((transaction) => transaction.amount));
  made.transactionIds = transactions.map((transaction) => transaction.id);
  // An order in one currency has no rounding between two; elsewhere the gap is the same share in both.
  const due = expected === calculated.presentment ? calculated : partOf(calculated, expected);
  const gap = due.presentment === money.presentment ? NONE : minus(due, money);
  if (isZero(gap)) return;
  const id = takeId(deal.truth);
  made.adjustments.push({ id, kind: "refund_discrepancy", amount: gap, tax: NONE, reason: "Refund discrepancy" });
}

function finish({ order }: Deal, made: Refund, transactions: Transaction[]): Done<Refunded> {
  const empty = made.lines.length + made.shipping.length + transactions.length === 0;
  if (empty && made.adjustments.length === 0) return { ok: true, made: { refund: null, transactions } };
  order.refunds.push(made);
  return { ok: true, made: { refund: made, transactions } };
}

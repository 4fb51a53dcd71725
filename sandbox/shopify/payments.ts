// Money at the shop: authorisations, sales, captures, voids and refunds, as rows that refer to each other.
import type { World } from "../platform.ts";
import { minus, NONE, partOf, plus } from "./amounts.ts";
import { paymentToken } from "./random.ts";
import { openOf, totalsOf } from "./totals.ts";
import { type Bag, type Order, type Transaction, type Truth, takeId } from "./truth.ts";

export const GIFT_CARD = "gift_card";
/** Gateways that are no payment app: nobody outside ever got a payment id from Shopify. */
const WITHOUT_PAYMENT_ID = new Set([GIFT_CARD, "manual", "Cash on Delivery (COD)", "Bank Deposit"]);

export interface Attempt {
  gateway: string;
  paymentId?: string | null | undefined;
  kind: "authorization" | "sale";
  status: Transaction["status"];
  amount: Bag;
}

/** A customer pays, or tries to. */
export function attempt(truth: Truth, order: Order, given: Attempt, world: World): Transaction {
  const failed = given.status === "failure" || given.status === "error";
  const without = failed || WITHOUT_PAYMENT_ID.has(given.gateway);
  return add(truth, order, world, {
    kind: given.kind,
    status: given.status,
    gateway: given.gateway,
    amount: given.amount,
    paymentId: given.paymentId === undefined ? (without ? null : paymentToken(world)) : given.paymentId,
    parentId: null,
    errorCode: failed ? "card_declined" : null,
    message: failed ? "The payment was declined" : null,
  });
}

/** Captures and refunds carry no payment id of their own (section 3.4). */
export function follow(
  truth: Truth,
  order: Order,
  kind: "capture" | "void" | "refund",
  parent: Transaction,
  amount: Bag,
  world: World,
): Transaction {
  const { gateway, id: parentId } = parent;
  const rest = { paymentId: null, errorCode: null, message: null };
  return add(truth, order, world, { kind, status: "success", gateway, amount, parentId, ...rest });
}

function add(truth: Truth, order: Order, world: World, given: Omit<Transaction, "id" | "at">): Transaction {
  const transaction = { id: takeId(truth), at: world.now(), ...given };
  order.transactions.push(transaction);
  return transaction;
}

/** What nobody has paid, authorised or promised yet. */
export function unpaid(order: Order): Bag {
  const promised = order.transactions.filter(
    (each) =>
      (each.kind === "authorization" || each.kind === "sale") &&
      (each.status === "success" || each.status === "pending"),
  );
  return minus(totalsOf(order, "current").total, plus(...promised.map((each) => each.amount)));
}

/** Captures so much of what is authorised, oldest first; everything when no amount is given. */
export function capture(
  truth: Truth,
  order: Order,
  presentment: number | null,
  world: World,
): { ok: true; made: Transaction[] } | { ok: false; error: string } {
  const open = order.transactions
    .filter((each) => each.kind === "authorization" && each.status === "success")
    .map((authorization) => ({ authorization, left: openOf(order, authorization) }))
    .filter(({ left }) => left.presentment > 0);
  const all = open.reduce((sum, { left }) => sum + left.presentment, 0);
  const wanted = presentment ?? all;
  if (wanted <= 0 || wanted > all)
    return { ok: false, error: `so much is not authorised: ${all} minor units are left` };
  let missing = wanted;
  const made: Transaction[] = [];
  for (const { authorization, left } of open) {
    if (missing === 0) break;
    const part = Math.min(missing, left.presentment);
    made.push(follow(truth, order, "capture", authorization, partOf(left, part), world));
    missing -= part;
  }
  return { ok: true, made };
}

/** Gives every authorisation back that is still open. */
export function voidAll(truth: Truth, order: Order, world: World): Transaction[] {
  const made: Transaction[] = [];
  for (const each of [...order.transactions]) {
    if (each.kind !== "authorization" || each.status !== "success") continue;
    const left = openOf(order, each);
    if (left.presentment > 0) made.push(follow(truth, order, "void", each, left, world));
  }
  return made;
}

/** What of a sale or a capture has not gone back. */
function refundable(order: Order, paid: Transaction): Bag {
  const back = order.transactions.filter(
    (each) => each.kind === "refund" && each.status === "success" && each.parentId === paid.id,
  );
  return minus(paid.amount, back.length === 0 ? NONE : plus(...back.map((each) => each.amount)));
}

/** Gives so much back, to gift cards last; null when less was received. */
export function giveBack(truth: Truth, order: Order, presentment: number, world: World): Transaction[] | null {
  const sources = order.transactions
    .filter((each) => (each.kind === "sale" || each.kind === "capture") && each.status === "success")
    .sort((a, b) => Number(a.gateway === GIFT_CARD) - Number(b.gateway === GIFT_CARD))
    .map((paid) => ({ paid, left: refundable(order, paid) }));
  if (sources.reduce((sum, { left }) => sum + left.presentment, 0) < presentment) return null;
  let missing = presentment;
  const made: Transaction[] = [];
  for (const { paid, left } of sources) {
    const part = Math.min(missing, left.presentment);
    if (part <= 0) continue;
    made.push(follow(truth, order, "refund", paid, partOf(left, part), world));
    missing -= part;
  }
  return made;
}

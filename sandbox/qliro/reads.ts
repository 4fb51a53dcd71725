// The GETs of the Admin API and the Merchant API: orders, transactions; settlements are next door.
import type { World } from "../platform.ts";
import { checkOwner } from "./admission.ts";
import { errorAnswer, json, type Refusal } from "./answers.ts";
import type { Caller } from "./authentication.ts";
import { settlementAnswer } from "./settlement-queries.ts";
import { findTransaction, type Order, type Truth } from "./truth.ts";
import { adminOrder, merchantOrder, transactionView } from "./views.ts";

const ADMIN = "/checkout/adminapi/v2";
const MERCHANT = "/checkout/merchantapi";
const NOT_FOUND: Refusal = { code: "ORDER_NOT_FOUND", text: "No such order", status: 404 };

/** Answers a GET; null when there is no such path. */
export function read(truth: Truth, caller: Caller, url: URL, world: World): Response | null {
  const path = url.pathname;
  if (path.startsWith(`${ADMIN}/settlements`)) {
    return settlementAnswer(truth, caller, path.slice(ADMIN.length), url.searchParams, world);
  }
  if (path.startsWith(`${ADMIN}/orders/`)) {
    const name = decodeURIComponent(path.slice(`${ADMIN}/orders/`.length));
    const order = byId(truth, name) ?? byReference(truth, caller, name);
    return answer(order, caller, "admin", world, (found) => adminOrder(truth, found, world.now()));
  }
  if (path.startsWith(`${ADMIN}/paymentTransactions/`)) {
    return transactionAnswer(truth, caller, path.slice(`${ADMIN}/paymentTransactions/`.length), world);
  }
  if (path === `${MERCHANT}/Orders`) {
    const order = byReference(truth, caller, url.searchParams.get("merchantReference") ?? "");
    return answer(order, caller, "merchant", world, (found) => merchantOrder(truth, found, world.now()));
  }
  if (path.startsWith(`${MERCHANT}/Orders/`)) {
    const order = byId(truth, path.slice(`${MERCHANT}/Orders/`.length));
    return answer(order, caller, "merchant", world, (found) => merchantOrder(truth, found, world.now()));
  }
  return null;
}

const byId = (truth: Truth, text: string): Order | undefined => (/^\d+$/.test(text) ? truth.orders[text] : undefined);

/** The caller's newest order with this reference. A numeric reference hides behind an order id (inference, section 6). */
const byReference = (truth: Truth, caller: Caller, reference: string): Order | undefined =>
  Object.values(truth.orders).findLast(
    (order) => order.account === caller.account.key && order.reference === reference,
  );

function answer(
  order: Order | undefined,
  caller: Caller,
  api: "admin" | "merchant",
  world: World,
  view: (order: Order) => unknown,
): Response {
  const refusal = order ? checkOwner(order.account, caller) : NOT_FOUND;
  return order && !refusal ? json(view(order)) : errorAnswer(refusal ?? NOT_FOUND, api, world);
}

function transactionAnswer(truth: Truth, caller: Caller, id: string, world: World): Response {
  const orderId = truth.orderOfTransaction[id];
  const order = orderId === undefined ? undefined : truth.orders[orderId];
  const transaction = order && findTransaction(order, Number(id));
  if (!order || !transaction) {
    const refusal = { code: "NO_PAYMENT_TRANSACTION", text: "No such payment transaction", status: 404 };
    return errorAnswer(refusal, "admin", world);
  }
  const refusal = checkOwner(order.account, caller);
  return refusal ? errorAnswer(refusal, "admin", world) : json(transactionView(truth, order, transaction));
}

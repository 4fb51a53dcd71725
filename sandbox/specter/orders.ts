// Orders: newOrderSubmit, getOrder, cancelOrderSubmit, and what people do to an order (reference/specter.md 5.2, 6.4, C2).
import type { World } from "../platform.ts";
import { type Answer, done, duplicate, isRefusal, type Refusal, refuse } from "./answers.ts";
import { LANGUAGE } from "./customers.ts";
import { orderXml } from "./documents.ts";
import { note } from "./feeds.ts";
import type { Parameters } from "./parameters.ts";
import { ring } from "./triggers.ts";
import { type Account, type Order, type OrderRow, take } from "./truth.ts";

/** Field → most characters; undefined where no limit is public. */
const TEXT_FIELDS: readonly (readonly [name: string, charactersMax?: number])[] = [
  ["customerReference", 70],
  ["customerOrderReference", 50],
  ["payTypeIdentifierPaySystemUser"],
  ["internalComment"],
  ["publishedComment"],
  ["requirements"],
  ["externalDeliveryMethod", 100],
  ["preparedShipmentId"],
  ["notifyDeliveryMobileNo"],
  ["userSource"],
  ["webshopId"],
];
const FLAG_FIELDS = ["isPrepayment", "notifyDeliveryByMobile", "sendOrderMail", "sendOrderMailToUser"] as const;
const ROW_COLUMNS = [
  "articleNo",
  "articleName",
  "articleComment",
  "priceExclVAT",
  "noOfItems",
  "vatPercent",
  "discount",
] as const;

const STOCKHOLM_DATE = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Stockholm" });

/** Today, `yyyy-MM-dd`, where Specter is. */
export const today = (world: World): string => STOCKHOLM_DATE.format(world.now());

export const findByExternalOrderNo = (account: Account, externalOrderNo: string): Order | undefined =>
  Object.values(account.orders).find((order) => order.externalOrderNo === externalOrderNo);

/** Answers with the new order number; 40 with the existing one when the external number is taken. */
export function newOrderSubmit(account: Account, parameters: Parameters, world: World): Answer {
  const customerId = parameters.integer("customerId");
  if (customerId === null) parameters.blame("customerId", "missing");
  const externalOrderNo = parameters.text("externalOrderNo");
  const ignoreDuplicate = parameters.flag("ignoreExternalOrderNoControl");
  const payTypeIdentifier = parameters.text("payTypeIdentifier") || account.defaultPayType;
  if (!account.payTypes.includes(payTypeIdentifier)) parameters.blame("payTypeIdentifier", "not a payment type here");
  const head = {
    externalOrderNo,
    customerId: customerId ?? 0,
    orderDate: parameters.date("orderDate") || today(world),
    currency: parameters.currency("currency") || account.currency,
    payTypeIdentifier,
    payTypeReference: parameters.text("payTypeReference"),
    fields: readFields(parameters),
  };
  const rows = readRows(parameters);
  if (rows.length === 0) parameters.blame("articleNo_1", "missing; an order has rows");
  if (parameters.fault) return refuse(20, parameters.fault);
  if (!account.customers[head.customerId]) return refuse(30, `Customer ${head.customerId} not found`);
  const taken = externalOrderNo === "" || ignoreDuplicate ? undefined : findByExternalOrderNo(account, externalOrderNo);
  if (taken) return duplicate("externalOrderNo", taken.orderNo);
  const missing = rows.find((row) => !account.articles.includes(row.articleNo));
  if (missing) return refuse(31, `Article missing: ${missing.articleNo} (articleNo_${missing.id})`);
  const orderNo = take(account, "orderNo");
  account.orders[orderNo] = { orderNo, ...head, rows, cancelled: false, cancelComment: "", deliveries: [] };
  return done(orderNo);
}

function readFields(parameters: Parameters): Order["fields"] {
  const fields: Order["fields"] = {};
  for (const [name, charactersMax] of TEXT_FIELDS) fields[name] = parameters.text(name, charactersMax);
  for (const name of FLAG_FIELDS) fields[name] = parameters.flag(name) ? "1" : "";
  fields.deliveryDate = parameters.date("deliveryDate");
  fields.language = parameters.matching("language", LANGUAGE, "one of SE, EN, NO, FI, DA, DE, ES");
  fields.stocksiteid = parameters.matching("stocksiteid", /^\d+$/, "a whole number");
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ""));
}

function readRows(parameters: Parameters): OrderRow[] {
  return parameters.rows(ROW_COLUMNS).map((id) => {
    // How a discount enters the totals is not public, so none is taken.
    if (!/^(0+(\.0+)?)?$/.test(parameters.text(`discount_${id}`))) {
      parameters.blame(`discount_${id}`, "not known to the simulation; send a discount as a row");
    }
    return {
      id,
      articleNo: parameters.required(`articleNo_${id}`),
      articleName: parameters.text(`articleName_${id}`),
      articleComment: parameters.text(`articleComment_${id}`),
      quantityMilli: parameters.quantity(`noOfItems_${id}`),
      priceMilli: parameters.milli(`priceExclVAT_${id}`),
      vatBps: parameters.vatBps(`vatPercent_${id}`),
      deliveredMilli: 0,
      invoicedMilli: 0,
    };
  });
}

/** The order of a call that names one; 20 without a number, 30 when there is none. */
export function namedOrder(account: Account, parameters: Parameters): Order | Refusal {
  const orderNo = parameters.integer("orderNo");
  if (orderNo === null) parameters.blame("orderNo", "missing");
  if (parameters.fault) return refuse(20, parameters.fault);
  return account.orders[orderNo ?? 0] ?? refuse(30, `Order ${orderNo} not found`);
}

/** By `orderNo`, or else by `externalOrderNo`. A deleted order is not found (30). */
export function getOrder(account: Account, parameters: Parameters): Answer {
  if (!parameters.has("orderNo") && parameters.has("externalOrderNo")) {
    const order = findByExternalOrderNo(account, parameters.text("externalOrderNo"));
    return order ? { kind: "document", xml: orderXml(account, order) } : refuse(30, "Order not found");
  }
  const order = namedOrder(account, parameters);
  return isRefusal(order) ? order : { kind: "document", xml: orderXml(account, order) };
}

/** The getOrder seed: the number that was used to ask. */
export const orderSeed = (parameters: Parameters): string =>
  parameters.has("orderNo") ? parameters.raw("orderNo") : parameters.raw("externalOrderNo");

export function cancelOrderSubmit(account: Account, parameters: Parameters, world: World): Answer {
  const comment = parameters.text("comment");
  const order = namedOrder(account, parameters);
  if (isRefusal(order)) return order;
  return cancel(account, order, comment, world) ?? done(order.orderNo);
}

/** Cancels what is not invoiced yet: the order stays, with status 5. 41 when nothing is left to cancel. */
export function cancel(account: Account, order: Order, comment: string, world: World): Refusal | null {
  if (order.cancelled) return refuse(41, `Order ${order.orderNo} is cancelled already`);
  if (order.rows.every((row) => row.invoicedMilli >= row.quantityMilli)) {
    return refuse(41, `Order ${order.orderNo} is invoiced already`);
  }
  order.cancelled = true;
  order.cancelComment = comment;
  changed(account, order, world);
  return null;
}

/** So much of one order row. */
export interface Part {
  id: number;
  quantityMilli: number;
}

/** Books goods out: the given parts, or everything left. Announced by the caller. */
export function deliver(order: Order, parts: Part[] | null, trackingNo: string): Refusal | null {
  if (order.cancelled) return refuse(41, `Order ${order.orderNo} is cancelled`);
  const left = (row: OrderRow): number => row.quantityMilli - row.deliveredMilli;
  const chosen = parts ?? order.rows.map((row) => ({ id: row.id, quantityMilli: left(row) }));
  const wrong = partFault(order, chosen, left);
  if (wrong) return wrong;
  if (chosen.every((part) => part.quantityMilli === 0)) return refuse(41, "Nothing is left to deliver");
  for (const row of order.rows) row.deliveredMilli += partOf(chosen, row);
  order.deliveries.push({ trackingNo, announced: false });
  return null;
}

/** The quantity that the parts take of a row. */
export const partOf = (parts: readonly Part[], row: OrderRow): number =>
  parts.filter((part) => part.id === row.id).reduce((total, part) => total + part.quantityMilli, 0);

/** 20 for a row that the order does not have, 41 when a row has not so much left. */
export function partFault(order: Order, parts: readonly Part[], left: (row: OrderRow) => number): Refusal | null {
  const unknown = parts.findIndex((part) => !order.rows.some((row) => row.id === part.id));
  if (unknown >= 0) return refuse(20, `orderRowId_${unknown + 1}: not a row of order ${order.orderNo}`);
  const short = order.rows.find((row) => partOf(parts, row) > left(row));
  return short ? refuse(41, `Order row ${short.id} has not so many items left`) : null;
}

/** Puts the order into the change feed and rings. */
export function changed(account: Account, order: Order, world: World): void {
  note(account, "orders", order.orderNo);
  ring(account, { kind: "order_changed" }, world);
}

/**
 * Deletes the record. Integrations are not told, unless the account's trigger for it is set up. An invoiced order
 * cannot be deleted (assumed: an invoice keeps its order).
 */
export function remove(account: Account, order: Order, world: World): Refusal | null {
  if (order.rows.some((row) => row.invoicedMilli > 0)) return refuse(41, `Order ${order.orderNo} has invoices`);
  delete account.orders[order.orderNo];
  if (account.switches.announcesRemoval) ring(account, { kind: "order_removed", orderNo: order.orderNo }, world);
  return null;
}

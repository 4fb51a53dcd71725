// An order without an ERP order asks for one. The shop leads on content, the PSP on money; either may be seen first.
import type { DraftRow } from "../commands.ts";
import { type Problem, problem } from "../errors.ts";
import type { ConnectorId, OrderRow } from "../observation.ts";
import { isKnown, type OrderBooks, priceOf } from "../order.ts";
import { orderNumber, salesAccount } from "../policy.ts";
import { contentRows } from "../row-identity.ts";
import { localDate } from "../schedule.ts";
import type { Demand, DemandContext } from "./demand.ts";

export function orderDemands(context: DemandContext): Demand[] {
  const { order, policy, accounting, now } = context;
  const lead = order.shop ?? order.payment;
  if (!lead || !order.content || order.erp || !isWanted(context)) return [];
  const rows = contentRows(order).flatMap((row) => draftRow(row, context));
  return [
    {
      name: "create_order",
      connectionId: accounting?.id ?? lead.connectionId,
      flow: "orders",
      cause: null,
      stop: orderStop(context, rows),
      payload: {
        kind: "create_order",
        orderNumber: order.orderNumber ?? numberOf(order, policy.orderNumberPattern),
        orderDate: localDate(lead.placedAt ?? now, policy.timezone),
        currency: order.currency,
        country: order.content.shipping.country ?? lead.country,
        ...order.content,
        rows,
        totalMinor: priceOf(rows, rows),
        payment: paymentOf(context),
      },
    },
  ];
}

/** The shop's order counts when it is placed or when it is paid, as set; a payment counts when it is accepted. */
function isWanted({ order, shop }: DemandContext): boolean {
  const ended = order.payment?.state === "cancelled" || order.payment?.state === "refused";
  if (ended || order.shop?.state === "cancelled") return false;
  if (order.payment?.state === "accepted") return true;
  return order.shop !== null && (shop?.createWhen === "placed" || order.shop.paid !== "no");
}

const numberOf = (order: OrderBooks, pattern: string): string =>
  orderNumber(pattern, {
    ...(order.payment
      ? { "psp.merchantReference": order.payment.merchantReference, "psp.orderId": order.payment.externalId }
      : {}),
    ...(order.shop ? { "shop.orderNumber": order.shop.orderNumber } : {}),
  });

/** How the order was paid: the PSP's own words where it was seen, else what the shop knows. */
function paymentOf({ order, payment }: DemandContext): { connector: ConnectorId; method: string; reference: string } {
  if (order.payment)
    return {
      connector: order.payment.connector,
      method: order.payment.method,
      reference: `${payment?.referencePrefix ?? ""}${order.payment.externalId}`,
    };
  const connector = paidThrough(order);
  return { connector, method: order.shop?.gateway ?? "", reference: order.shop?.orderNumber ?? "" };
}

/** The PSP of an order, or the shop itself where none of ours was paid through. */
const paidThrough = (order: OrderBooks): ConnectorId =>
  order.payment?.connector ?? order.shop?.paidThrough ?? order.shop?.connector ?? "shopify";

/** A fee becomes a row only with an article for it; otherwise the PSP keeps it out of the ERP. */
function draftRow(row: OrderRow, { order, payment }: DemandContext): DraftRow[] {
  const ofShop = order.shop?.rows.some((other) => other.reference === row.reference && other.kind === row.kind);
  if (row.kind !== "fee" || ofShop) return [{ ...row, articleNumber: row.reference }];
  const article = payment?.feeArticleNumber ?? null;
  return article === null ? [] : [{ ...row, articleNumber: article }];
}

function orderStop(context: DemandContext, rows: readonly DraftRow[]): Problem | null {
  const { order, policy, accounting, now } = context;
  const suspect = openSuspect(order);
  if (suspect) return problem("DUPLICATE_SUSPECTED", `It may be ${suspect.orderId}: ${suspect.evidence}.`);
  const until = order.shop ? null : awaitsShopUntil(context);
  if (until !== null && now < until)
    return problem("AWAITING_SHOP", `The shop order is looked for until ${new Date(until).toISOString()}.`);
  if (!accounting) return problem("CONNECTION_MISSING", "No ERP is connected to create the order in.");
  const connector = paidThrough(order);
  if (accounting.paymentTypeFor(connector) === null)
    return problem("PAYMENT_TYPE_NOT_CONFIGURED", `No payment type for ${connector} in ${accounting.connector}.`);
  const country = order.content?.shipping.country ?? (order.shop ?? order.payment)?.country ?? "";
  for (const row of rows) {
    const account = salesAccount(policy.salesAccounts, country, row.vatRateBps);
    if ("code" in account) return account;
  }
  return null;
}

/** How long a payment waits for its shop order (milliseconds since the epoch); null where no shop is linked. */
export function awaitsShopUntil({ order, policy, now }: DemandContext): number | null {
  if (!order.payment) return null;
  const shops = policy.shopsOf(order.payment.connectionId);
  if (shops.length === 0) return null;
  return (order.firstSeenAt ?? now) + Math.max(...shops.map((shop) => shop.holdMs));
}

/** Another order that may be this one, as long as nobody said. */
export const openSuspect = (order: OrderBooks) =>
  order.suspects.find(({ orderId }) => !isKnown(order, "noted", `${KEEP_APART}${orderId}`));

/** Choices of a person about a suspected duplicate, as recorded in the ledger; the other order's id follows. */
export const KEEP_APART = "apart:";
export const MERGE = "merge:";

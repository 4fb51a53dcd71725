// From what the shop shows to facts. The shop leads on content: its rows and addresses are what the ERP order is made of.
//
// Where a payment provider of ours moves the money, its ledger is the truth about refunds; where none does, the
// shop's own refunds and fulfilments are.
import { type Draft, record } from "./decision.ts";
import type { ShopObservation } from "./observation.ts";
import { isKnown, type NewEntry, type OrderBooks, sumRows } from "./order.ts";
import type { Policy } from "./policy.ts";
import { joinRows } from "./row-identity.ts";

export function absorbShop(draft: Draft, seen: ShopObservation, policy: Policy): void {
  const { order } = draft;
  const newest = seen.payments.filter((payment) => payment.state !== "failed" && payment.connector !== null).at(-1);
  order.shop = {
    connectionId: seen.connectionId,
    connector: seen.connector,
    externalId: seen.externalId,
    orderNumber: seen.orderNumber,
    state: order.shop?.state === "cancelled" ? "cancelled" : seen.state,
    paid: seen.paid,
    country: seen.country,
    placedAt: seen.placedAt,
    totalMinor: seen.totalMinor,
    paidElsewhereMinor: seen.paidElsewhereMinor,
    gateway: newest?.gateway ?? seen.payments.at(-1)?.gateway ?? "",
    paidThrough: newest?.connector ?? order.shop?.paidThrough ?? null,
    rows: seen.rows,
  };
  if (!order.payment) order.currency = seen.currency;
  joinRows(order);
  if (!order.erp) order.content = { customer: seen.customer, billing: seen.billing, shipping: seen.shipping };
  draft.aliases.push(...seen.aliases.map((alias) => ({ ...alias, connectionId: seen.connectionId })));
  if (seen.state === "cancelled" && !isKnown(order, "shop_cancelled", seen.externalId))
    record(draft, shopFact(seen, "shop_cancelled", seen.externalId, {}));
  if (isPaidThroughUs(order, policy)) return;
  absorbFulfilments(draft, seen, policy);
  absorbRefunds(draft, seen);
}

/** Whether a PSP connection of this merchant moves the money of the order. */
export const isPaidThroughUs = (order: OrderBooks, policy: Policy): boolean =>
  order.payment !== null || (order.shop?.paidThrough != null && policy.hasPayment(order.shop.paidThrough));

/** Fulfilments are deliveries: where the ERP does not deliver, each asks for its invoice. */
function absorbFulfilments(draft: Draft, seen: ShopObservation, policy: Policy): void {
  if (policy.accounting?.deliveryLead !== "psp") return;
  for (const fulfilment of seen.fulfilments) {
    if (isKnown(draft.order, "delivered", fulfilment.externalId)) continue;
    const amountMinor = fulfilment.rows.reduce(
      (sum, part) => sum + part.quantity * (seen.rows.find((row) => row.key === part.key)?.unitPriceMinor ?? 0),
      0,
    );
    record(draft, shopFact(seen, "delivered", fulfilment.externalId, { rows: fulfilment.rows, amountMinor }));
  }
}

function absorbRefunds(draft: Draft, seen: ShopObservation): void {
  for (const refund of seen.refunds) {
    if (refund.state !== "succeeded" || isKnown(draft.order, "refunded", refund.externalId)) continue;
    const explained = refund.adjustmentMinor === 0 ? sumRows([{ rows: refund.rows, sign: 1 }]) : [];
    record(draft, shopFact(seen, "refunded", refund.externalId, { rows: explained, amountMinor: refund.amountMinor }));
  }
}

const shopFact = (
  seen: ShopObservation,
  kind: NewEntry["kind"],
  externalId: string,
  given: Partial<Pick<NewEntry, "rows" | "amountMinor">>,
): NewEntry => ({
  kind,
  connectionId: seen.connectionId,
  externalId,
  amountMinor: 0,
  rows: [],
  answers: null,
  parent: null,
  commandId: null,
  vatMinor: null,
  text: null,
  ...given,
});

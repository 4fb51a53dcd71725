// An accepted payment without an ERP order asks for one.
import type { DraftRow } from "../commands.ts";
import { type Problem, problem } from "../errors.ts";
import type { OrderRow } from "../observation.ts";
import { priceOf } from "../order.ts";
import { orderNumber, type PaymentPolicy, salesAccount } from "../policy.ts";
import { localDate } from "../schedule.ts";
import type { Demand, DemandContext } from "./demand.ts";

export function orderDemands({ order, policy, payment, accounting, now }: DemandContext): Demand[] {
  const side = order.payment;
  if (!side || !order.content || order.erp || side.state !== "accepted" || !payment) return [];
  const rows = order.rows.filter((row) => row.quantity > 0);
  const draft = rows.flatMap((row) => draftRow(row, payment));
  const number =
    order.orderNumber ??
    orderNumber(policy.orderNumberPattern, {
      "psp.merchantReference": side.merchantReference,
      "psp.orderId": side.externalId,
    });
  return [
    {
      name: "create_order",
      connectionId: accounting?.id ?? side.connectionId,
      flow: "orders",
      cause: null,
      stop: orderStop({ order, policy, accounting }, draft),
      payload: {
        kind: "create_order",
        orderNumber: number,
        orderDate: localDate(side.placedAt ?? now, policy.timezone),
        currency: order.currency,
        country: order.content.shipping.country ?? side.country,
        ...order.content,
        rows: draft,
        totalMinor: priceOf(draft, draft),
        payment: {
          connector: side.connector,
          method: side.method,
          reference: `${payment.referencePrefix}${side.externalId}`,
        },
      },
    },
  ];
}

/** A fee becomes a row only with an article for it; otherwise the PSP keeps it out of the ERP. */
function draftRow(row: OrderRow, payment: PaymentPolicy): DraftRow[] {
  if (row.kind !== "fee") return [{ ...row, articleNumber: row.reference }];
  return payment.feeArticleNumber === null ? [] : [{ ...row, articleNumber: payment.feeArticleNumber }];
}

function orderStop(
  { order, policy, accounting }: Pick<DemandContext, "order" | "policy" | "accounting">,
  rows: readonly DraftRow[],
): Problem | null {
  if (!accounting) return problem("CONNECTION_MISSING", "No ERP is connected to create the order in.");
  const side = order.payment;
  if (side && accounting.paymentTypeFor(side.connector) === null)
    return problem("PAYMENT_TYPE_NOT_CONFIGURED", `No payment type for ${side.connector} in ${accounting.connector}.`);
  const country = order.content?.shipping.country ?? side?.country ?? "";
  for (const row of rows) {
    const account = salesAccount(policy.salesAccounts, country, row.vatRateBps);
    if ("code" in account) return account;
  }
  return null;
}

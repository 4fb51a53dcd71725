// The truth for `show`: copies, with what follows from the state worked out, and without keys and the callback's token.
import type { ControlAnswer } from "../platform.ts";
import { documentAmounts } from "./amounts.ts";
import { deliveryStatus, statusId } from "./documents.ts";
import type { Account, Order } from "./truth.ts";

const seen = (order: Order) => ({
  ...order,
  ...documentAmounts(order.rows),
  statusId: statusId(order),
  deliveryStatus: deliveryStatus(order),
});

/** One order with its customer, invoices, payments, and the import rows of its invoices. */
export function showOrder(account: Account, order: Order): ControlAnswer {
  const invoices = Object.values(account.invoices).filter((invoice) => invoice.orderNo === order.orderNo);
  const ids = new Set<number | null>(invoices.map((invoice) => invoice.invoiceId));
  return structuredClone({
    ok: true as const,
    order: seen(order),
    customer: account.customers[order.customerId] ?? null,
    invoices,
    payments: Object.values(account.payments).filter((payment) => ids.has(payment.invoiceId)),
    imports: Object.values(account.imports)
      .map((made) => ({ ...made, rows: made.rows.filter((row) => ids.has(row.invoiceId)) }))
      .filter((made) => made.rows.length > 0),
  });
}

/** Everything of an account, in lists. */
export function showAccount(account: Account): ControlAnswer {
  return structuredClone({
    ok: true as const,
    sbmId: account.sbmId,
    switches: account.switches,
    articles: account.articles,
    payTypes: account.payTypes,
    closedUntil: account.closedUntil,
    customers: Object.values(account.customers),
    orders: Object.values(account.orders).map(seen),
    invoices: Object.values(account.invoices),
    payments: Object.values(account.payments),
    imports: Object.values(account.imports),
    feeds: account.feeds,
    ignoredParameters: account.ignoredParameters,
  });
}

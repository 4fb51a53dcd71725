// Orders and invoices as Specter shows them in XML (reference/specter.md 6.2 and C2, and the agreement on invoice rows).
import { formatMinor, formatPrice, formatQuantity, formatVat } from "./amounts.ts";
import { attributes } from "./answers.ts";
import type { Account, Invoice, Order } from "./truth.ts";

/** 1 new, 2 in progress, 3 delivered, 4 invoiced; 5 cancelled is the only documented one. */
export function statusId(order: Order): 1 | 2 | 3 | 4 | 5 {
  if (order.cancelled) return 5;
  if (order.rows.every((row) => row.invoicedMilli >= row.quantityMilli)) return 4;
  if (deliveryStatus(order) === "D") return 3;
  return order.rows.some((row) => row.deliveredMilli > 0 || row.invoicedMilli > 0) ? 2 : 1;
}

/** `D` delivered is documented; `P` partly and empty are assumed. */
export function deliveryStatus(order: Order): "" | "P" | "D" {
  if (order.rows.every((row) => row.deliveredMilli >= row.quantityMilli)) return "D";
  return order.rows.some((row) => row.deliveredMilli > 0) ? "P" : "";
}

const statusXml = (order: Order): string =>
  `<orderstatus${attributes({ statusId: statusId(order), deliveryStatus: deliveryStatus(order) })}/>`;

/** One order of an order batch. Only deliveries that no batch showed before are listed (not documented). */
export function changeXml(order: Order): string {
  const fresh = order.deliveries.filter((delivery) => !delivery.announced);
  const deliveries = fresh.map(({ trackingNo }) => `<delivery${attributes({ trackingNo })}/>`).join("");
  const updated = fresh.length > 0 ? `<deliveries updated="1">${deliveries}</deliveries>` : `<deliveries updated="0"/>`;
  return `<order${attributes({ orderNo: order.orderNo })}>${statusXml(order)}${updated}</order>`;
}

/** One invoice or credit invoice; rows only where the account shows them. */
export function invoiceXml(account: Account, invoice: Invoice): string {
  const head = attributes({
    invoiceId: invoice.invoiceId,
    orderNo: invoice.orderNo,
    credit: invoice.credit ? 1 : 0,
    originalInvoiceId: invoice.originalInvoiceId ?? "",
    type: invoice.type,
    date: invoice.date,
    total: formatMinor(invoice.totalMinor),
    vat: formatMinor(invoice.vatMinor),
    currency: invoice.currency,
  });
  if (!account.switches.invoiceRows) return `<invoice${head}/>`;
  const rows = invoice.rows.map((row) => {
    const { articleNo, orderRowId, quantityMilli, priceMilli, vatBps } = row;
    return `<row${attributes({
      orderRowId: orderRowId ?? "",
      articleNo,
      noOfItems: formatQuantity(quantityMilli),
      priceExclVAT: formatPrice(priceMilli),
      vatPercent: formatVat(vatBps),
    })}/>`;
  });
  return `<invoice${head}>${rows.join("")}</invoice>`;
}

/** The whole order, as `getOrder` answers it. */
export function orderXml(account: Account, order: Order): string {
  const { orderNo, externalOrderNo, customerId, currency, payTypeIdentifier, payTypeReference } = order;
  const rows = order.rows.map(
    (row) =>
      `<row${attributes({
        id: row.id,
        articleNo: row.articleNo,
        noOfItems: formatQuantity(row.quantityMilli),
        deliveredItems: formatQuantity(row.deliveredMilli),
        invoicedItems: formatQuantity(row.invoicedMilli),
        priceExclVAT: formatPrice(row.priceMilli),
        vatPercent: formatVat(row.vatBps),
      })}/>`,
  );
  const invoices = Object.values(account.invoices).filter((invoice) => invoice.orderNo === orderNo);
  const head = attributes({ orderNo, externalOrderNo, customerId, currency, payTypeIdentifier, payTypeReference });
  return `<order${head}>${statusXml(order)}<rows>${rows.join("")}</rows><invoices>${invoices
    .map((invoice) => invoiceXml(account, invoice))
    .join("")}</invoices></order>`;
}

// One row, seen from two sides: the shop's rows are what the ERP gets, the PSP's rows are what is captured.
//
// Where a payment is known, its row keys are the keys of the ledger, and the shop's are translated to them.
import type { OrderRow, RowQuantity } from "./observation.ts";
import { type OrderBooks, sumRows } from "./order.ts";

/** From the shop's row keys to the payment's: by article and price, then by kind and price, then by article alone. */
export function translation(shop: readonly OrderRow[], payment: readonly OrderRow[]): Map<string, string> {
  const map = new Map<string, string>();
  const rules: ((a: OrderRow, b: OrderRow) => boolean)[] = [
    (a, b) => a.reference === b.reference && a.unitPriceMinor === b.unitPriceMinor,
    (a, b) => a.kind !== "product" && a.kind === b.kind && a.unitPriceMinor === b.unitPriceMinor,
    (a, b) => a.reference !== "" && a.reference === b.reference,
  ];
  for (const isSame of rules)
    for (const row of shop) {
      if (map.has(row.key)) continue;
      const found = payment.filter((other) => isSame(row, other));
      if (found[0] && found.length === 1) map.set(row.key, found[0].key);
    }
  return map;
}

/** The payment's rows among an order's rows. */
const paymentRows = (order: OrderBooks): OrderRow[] =>
  order.payment ? order.rows.filter((row) => !order.shop?.rows.some((other) => other.key === row.key)) : [];

/** Brings the rows of both sides together. Changes the given (working) books. */
export function joinRows(order: OrderBooks): void {
  const { shop } = order;
  if (!shop) return;
  if (!order.payment) {
    const gone = order.rows.filter((row) => !shop.rows.some((other) => other.key === row.key));
    order.rows = [...shop.rows, ...gone.map((row) => ({ ...row, quantity: 0 }))];
    return;
  }
  const payment = paymentRows(order);
  const map = translation(shop.rows, payment);
  order.rows = [...payment, ...shop.rows.filter((row) => !map.has(row.key))];
  const keyOf = (key: string): string => map.get(key) ?? key;
  const renamed = (rows: RowQuantity[]): RowQuantity[] =>
    sumRows([{ rows: rows.map((row) => ({ ...row, key: keyOf(row.key) })), sign: 1 }]);
  order.entries = order.entries.map((entry) =>
    entry.rows.some((row) => map.has(row.key)) ? { ...entry, rows: renamed(entry.rows) } : entry,
  );
  if (order.erp)
    order.erp = {
      ...order.erp,
      lines: order.erp.lines.map((line) => ({ ...line, key: keyOf(line.key) })),
      rows: order.erp.rows.map((row) => ({ ...row, key: keyOf(row.key) })),
    };
}

/** What the ERP order is made of: the shop's rows where a shop leads, with the PSP's own fees; else the payment's rows. */
export function contentRows(order: OrderBooks): OrderRow[] {
  const { shop } = order;
  if (!shop) return order.rows.filter((row) => row.quantity > 0);
  const payment = paymentRows(order);
  const map = translation(shop.rows, payment);
  const fees = payment.filter((row) => row.kind === "fee" && row.quantity > 0 && ![...map.values()].includes(row.key));
  return [...shop.rows.map((row) => ({ ...row, key: map.get(row.key) ?? row.key })), ...fees];
}

// Where an order stands, in one word, derived from its books.
import { catalogueEntry } from "./errors.ts";
import { capturableRows, entriesOf, entryAmount, type OrderBooks } from "./order.ts";

export const ORDER_STATUSES = [
  "received",
  "awaiting_shop",
  "open",
  "partly_invoiced",
  "invoiced",
  "refunded",
  "partly_refunded",
  "cancelled",
  "settled",
  "attention",
] as const;

export type OrderStatus = (typeof ORDER_STATUSES)[number];

/** A parked command or an open task that is more than information comes before everything else. */
export function statusOf(order: OrderBooks): OrderStatus {
  if (order.commands.some((command) => command.state === "parked")) return "attention";
  if (order.tasks.some((task) => task.open && catalogueEntry(task.code).severity !== "info")) return "attention";
  const amount = (kind: Parameters<typeof entriesOf>[1]) => entryAmount(entriesOf(order, kind));
  const [captured, refunded, invoiced] = [amount("captured"), amount("refunded"), amount("invoiced")];
  const settled = entriesOf(order, "settled");
  const left = entriesOf(order, "authorized").some((entry) =>
    capturableRows(order, entry).some(({ key }) => isBilled(order, key)),
  );
  const movements = entriesOf(order, "captured").length + entriesOf(order, "refunded").length;
  if (captured > 0 && !left && settled.length >= movements) return "settled";
  if (captured > 0 && refunded >= captured) return "refunded";
  if (refunded > 0) return "partly_refunded";
  if (invoiced > 0 || captured > 0) return left ? "partly_invoiced" : "invoiced";
  if (isCancelled(order)) return "cancelled";
  if (order.erp) return "open";
  return order.commands.some((command) => command.problem?.code === "AWAITING_SHOP") ? "awaiting_shop" : "received";
}

/** A fee that never became a row of the ERP order is captured by the PSP itself, if at all. */
const isBilled = (order: OrderBooks, key: string): boolean =>
  !order.erp?.rows.length || order.erp.rows.some((row) => row.key === key);

const isCancelled = (order: OrderBooks): boolean =>
  order.erp?.state === "cancelled" ||
  order.shop?.state === "cancelled" ||
  order.payment?.state === "cancelled" ||
  order.payment?.state === "refused";

// Cancelled on one side, not yet on the other.
import { problem } from "../errors.ts";
import { capturableRows, commandsOf, entriesOf, isFinal, type OrderBooks } from "../order.ts";
import type { AccountingPolicy, PaymentPolicy } from "../policy.ts";
import { type Demand, type DemandContext, wrongPaymentType } from "./demand.ts";

export function cancelDemands({ order, accounting, payment }: DemandContext): Demand[] {
  return [...cancelPayment(order, accounting, payment), ...cancelErpOrder(order, accounting)];
}

/** Cancelled in the ERP (or gone from it, and a person chose so): what is not captured is released. */
function cancelPayment(
  order: OrderBooks,
  accounting: AccountingPolicy | null,
  payment: PaymentPolicy | null,
): Demand[] {
  if (
    !order.payment ||
    !payment ||
    !accounting ||
    order.payment.state === "cancelled" ||
    order.payment.state === "refused"
  )
    return [];
  const cause =
    entriesOf(order, "order_cancelled").find((entry) => entry.commandId === null) ??
    entriesOf(order, "noted").find((entry) => entry.externalId === CANCEL_AT_PSP);
  const existing = commandsOf(order, "cancel_payment").filter((command) => !isFinal(command.state));
  const left = entriesOf(order, "authorized").some((entry) => capturableRows(order, entry).length > 0);
  if (!cause || (!left && existing.length === 0)) return [];
  const busy = commandsOf(order, "capture").find((command) => !isFinal(command.state));
  const stop = busy
    ? problem("AWAITING_OUTCOME", "A capture of this order is not finished; the rest is cancelled after it.")
    : null;
  return [
    {
      name: "cancel_payment",
      connectionId: order.payment.connectionId,
      flow: "orders",
      cause: cause.seq,
      stop: wrongPaymentType(order, accounting) ?? stop,
      payload: { kind: "cancel_payment", paymentId: order.payment.externalId },
    },
  ];
}

/** The choice of a person, as recorded in the ledger, when the ERP order is gone. */
export const CANCEL_AT_PSP = "deleted:cancel_at_psp";

/** Cancelled at the PSP before anything was billed: the ERP order goes too. */
function cancelErpOrder(order: OrderBooks, accounting: AccountingPolicy | null): Demand[] {
  const ended = order.payment?.state === "cancelled" || order.payment?.state === "refused";
  if (!accounting || !order.erp || order.erp.state !== "open" || !ended) return [];
  if (entriesOf(order, "captured").length + entriesOf(order, "invoiced").length > 0) return [];
  const erpOrderNumber = order.erp.externalId;
  const reason = `Payment ${order.payment?.externalId ?? ""} is ${order.payment?.state ?? ""}`;
  return [
    {
      name: "cancel_order",
      connectionId: accounting.id,
      flow: "orders",
      cause: null,
      stop: null,
      payload: { kind: "cancel_order", erpOrderNumber, reason },
    },
  ];
}

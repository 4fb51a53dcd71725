// Cancelled on one side, not yet on the other.
import { problem } from "../errors.ts";
import { capturableRows, commandsOf, type Entry, entriesOf, isInFlight, type OrderBooks } from "../order.ts";
import type { AccountingPolicy, PaymentPolicy } from "../policy.ts";
import { type Demand, type DemandContext, isEnded, wrongPaymentType } from "./demand.ts";

/** `captures`: what this decision wants to capture; it comes before the rest is released. */
export function cancelDemands({ order, accounting, payment }: DemandContext, captures: readonly Demand[]): Demand[] {
  return [...cancelPayment(order, accounting, payment, captures), ...cancelErpOrder(order, accounting)];
}

/** Cancelled in the ERP (or gone from it, and a person chose so): what is not captured is released. */
function cancelPayment(
  order: OrderBooks,
  accounting: AccountingPolicy | null,
  payment: PaymentPolicy | null,
  captures: readonly Demand[],
): Demand[] {
  if (
    !order.payment ||
    !payment ||
    !accounting ||
    order.payment.state === "cancelled" ||
    order.payment.state === "refused"
  )
    return [];
  const cause = cancelCause(order);
  const left = entriesOf(order, "authorized").some((entry) => capturableRows(order, entry).length > 0);
  if (!cause || !left) return [];
  const busy =
    commandsOf(order, "capture").some((command) => isInFlight(command.state)) ||
    captures.some((demand) => !order.commands.some((other) => other.demand === demand.name && isEnded(other)));
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

/** Somebody cancelled the ERP order; or it is gone, and since then a person chose to cancel. */
function cancelCause(order: OrderBooks): Entry | undefined {
  const cancelled = entriesOf(order, "order_cancelled").find((entry) => entry.commandId === null);
  if (cancelled || order.erp?.state !== "deleted") return cancelled;
  const gone = entriesOf(order, "order_deleted").at(-1)?.seq ?? 0;
  return entriesOf(order, "noted").find((entry) => entry.seq > gone && isChoice(entry.externalId, CANCEL_AT_PSP));
}

/** A choice that a person makes again, after a second deletion, is noted with its number. */
const isChoice = (noted: string, choice: string): boolean => noted === choice || noted.startsWith(`${choice}#`);

/** Cancelled at the PSP or in the shop before anything was billed: the ERP order goes too. */
function cancelErpOrder(order: OrderBooks, accounting: AccountingPolicy | null): Demand[] {
  const unpaid = order.payment?.state === "cancelled" || order.payment?.state === "refused";
  const ended = unpaid || order.shop?.state === "cancelled";
  if (!accounting || !order.erp || order.erp.state !== "open" || !ended) return [];
  if (entriesOf(order, "captured").length + entriesOf(order, "invoiced").length > 0) return [];
  const erpOrderNumber = order.erp.externalId;
  const side = unpaid ? order.payment : order.shop;
  const reason = `${side?.connector ?? ""} ${side?.externalId ?? ""} is ${side?.state ?? ""}`;
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

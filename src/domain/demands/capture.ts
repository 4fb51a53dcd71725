// An invoice (or a delivery) in the ERP asks for the money: one capture per authorisation it touches.
import { type Problem, problem } from "../errors.ts";
import { isPaid, ROUNDING_MINOR_MAX, sharesOf } from "../links.ts";
import { formatAmount } from "../money.ts";
import type { RowQuantity } from "../observation.ts";
import {
  capturableRows,
  type Entry,
  entriesOf,
  type OrderBooks,
  priceOf,
  subtractRows,
  sumRows,
  takeRows,
} from "../order.ts";
import type { AccountingPolicy } from "../policy.ts";
import {
  type Demand,
  type DemandContext,
  firmCommands,
  nameOf,
  nextName,
  repeatDemand,
  rowsOf,
  settledByPeople,
  withPrices,
  wrongPaymentType,
} from "./demand.ts";

export function captureDemands({ order, accounting, payment }: DemandContext): Demand[] {
  if (!accounting || !payment || accounting.deliveryLead !== "erp") return [];
  const demands: Demand[] = [];
  for (const cause of entriesOf(order, accounting.captureOn === "delivery" ? "delivered" : "invoiced"))
    if (cause.answers === null && cause.commandId === null)
      demands.push(...capturesFor(order, cause, accounting, demands));
  return demands;
}

/** `earlier`: what this decision already wants to capture for older causes. */
function capturesFor(
  order: OrderBooks,
  cause: Entry,
  accounting: AccountingPolicy,
  earlier: readonly Demand[],
): Demand[] {
  const kind = cause.kind === "delivered" ? "delivered" : "invoiced";
  const paid = sharesOf(order, kind).filter((part) => part.bill.seq === cause.seq);
  if (cause.amountMinor === 0 || isPaid(cause, paid)) return [];
  const firm = firmCommands(order, "capture", cause.seq);
  const demands = firm.map((command) => repeatDemand(command, "invoices", wrongPaymentType(order, accounting)));
  const settled = settledByPeople(order, "capture", cause.seq);
  const wanted = wantedRows(order, cause);
  let rest = subtractRows(wanted, [
    ...paid.map((part) => part.rows),
    ...[...firm, ...settled].map((command) => rowsOf(command.payload)),
  ]);
  if (rest.length === 0 && paid.length + firm.length + settled.length > 0) return demands;
  const stop = captureStop(order, cause, wanted, accounting);
  for (const authorization of entriesOf(order, "authorized")) {
    const taken = takeRows(rest, freeRows(order, authorization, [...earlier, ...demands]));
    if (taken.length === 0) continue;
    rest = subtractRows(rest, [taken]);
    demands.push(captureDemand(order, cause, authorization.externalId, taken, stop, demands));
  }
  if (rest.length === 0 && wanted.length > 0) return demands;
  demands.push(captureDemand(order, cause, "none", rest, stop ?? beyondReservation(order, cause, rest), demands));
  return demands;
}

/** What of an authorisation neither our ledger nor a capture under way has taken. */
function freeRows(order: OrderBooks, authorization: Entry, wanted: readonly Demand[]): RowQuantity[] {
  const payloads = [...firmCommands(order, "capture"), ...wanted].map((taker) => taker.payload);
  const names = new Set<unknown>();
  const reserved = payloads.filter((payload) => {
    if (payload.kind !== "capture" || payload.authorizationId !== authorization.externalId || names.has(payload))
      return false;
    names.add(payload);
    return true;
  });
  return subtractRows(capturableRows(order, authorization), reserved.map(rowsOf));
}

function captureDemand(
  order: OrderBooks,
  cause: Entry,
  authorizationId: string,
  rows: RowQuantity[],
  stop: Problem | null,
  wanted: readonly Demand[],
): Demand {
  const side = order.payment;
  return {
    name: nextName(order, `capture|${cause.kind}:${cause.externalId}|${authorizationId}`, wanted),
    connectionId: side?.connectionId ?? cause.connectionId,
    flow: "invoices",
    cause: cause.seq,
    stop,
    payload: {
      kind: "capture",
      paymentId: side?.externalId ?? "",
      authorizationId,
      currency: order.currency,
      rows: withPrices(order.rows, rows),
      amountMinor: priceOf(order.rows, rows),
    },
  };
}

/** The rows an invoice asks to capture; an ERP that shows no rows is understood only when it bills everything left. */
function wantedRows(order: OrderBooks, cause: Entry): RowQuantity[] {
  if (cause.rows.length > 0) return cause.rows;
  const left = sumRows(
    entriesOf(order, "authorized").map((entry) => ({ rows: capturableRows(order, entry), sign: 1 as const })),
  );
  return Math.abs(priceOf(order.rows, left) - cause.amountMinor) <= ROUNDING_MINOR_MAX ? left : [];
}

function captureStop(
  order: OrderBooks,
  cause: Entry,
  wanted: RowQuantity[],
  accounting: AccountingPolicy,
): Problem | null {
  const wrongType = wrongPaymentType(order, accounting);
  if (wrongType) return wrongType;
  if (cause.text !== null)
    return problem("INVOICE_ROWS_NOT_PAID", `${nameOf(cause)} has unpaid articles: ${cause.text}.`);
  const cost = priceOf(order.rows, wanted);
  if (cause.kind === "delivered" || Math.abs(cost - cause.amountMinor) <= ROUNDING_MINOR_MAX) return null;
  const [billed, paid] = [cause.amountMinor, cost].map((amount) => formatAmount(amount, order.currency));
  return problem(
    "INVOICE_AMOUNT_DIFFERS",
    `${nameOf(cause)} is ${billed}, its rows cost ${paid} ${order.currency} at the provider.`,
  );
}

const beyondReservation = (order: OrderBooks, cause: Entry, rest: readonly RowQuantity[]): Problem =>
  problem(
    "CAPTURE_EXCEEDS_AUTHORIZATION",
    `${nameOf(cause)} bills ${withPrices(order.rows, rest)
      .map((row) => `${row.quantity} × ${row.reference}`)
      .join(", ")} beyond what is reserved.`,
  );

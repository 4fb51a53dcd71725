// A credit invoice made in the ERP asks for the money back: on the captures of its invoice, one refund per
// authorisation at a time.
import { type Problem, problem } from "../errors.ts";
import { capturesOfInvoice, ROUNDING_MINOR_MAX } from "../links.ts";
import { formatAmount } from "../money.ts";
import type { RowQuantity } from "../observation.ts";
import {
  type Entry,
  entriesOf,
  entryAmount,
  type OrderBooks,
  priceOf,
  refundableMinor,
  refundableRows,
} from "../order.ts";
import type { AccountingPolicy } from "../policy.ts";
import {
  type Demand,
  type DemandContext,
  firmCommands,
  nameOf,
  repeatDemand,
  rowsOf,
  settledByPeople,
  subtractRows,
  takeRows,
  withPrices,
  wrongPaymentType,
} from "./demand.ts";

export function refundDemands({ order, accounting, payment }: DemandContext): Demand[] {
  if (!accounting?.refundOnCreditInvoice || !payment) return [];
  const demands: Demand[] = [];
  for (const credit of entriesOf(order, "credited"))
    if (credit.answers === null && credit.commandId === null)
      demands.push(...refundsFor(order, credit, accounting, demands));
  return oneAtATime(order, demands);
}

/** `earlier`: what this decision already wants to refund for older credit invoices. */
function refundsFor(
  order: OrderBooks,
  credit: Entry,
  accounting: AccountingPolicy,
  earlier: readonly Demand[],
): Demand[] {
  const wrongType = wrongPaymentType(order, accounting);
  const firm = firmCommands(order, "refund", credit.seq);
  const demands = firm.map((command) => repeatDemand(command, "refunds", wrongType));
  const paidBack = entriesOf(order, "refunded").filter((entry) => entry.answers === credit.seq);
  const commands = [...firm, ...settledByPeople(order, "refund", credit.seq)];
  let restMinor =
    credit.amountMinor - entryAmount(paidBack) - commands.reduce((sum, command) => sum + amountOf(command.payload), 0);
  if (restMinor <= ROUNDING_MINOR_MAX) return demands;
  const captures = capturesOfInvoice(order, credit.parent);
  if (captures.length === 0)
    return [...demands, refundDemand(order, credit, null, [], restMinor, noCapture(order, credit))];
  for (const capture of captures) {
    const part = refundPart(order, credit, capture, restMinor, [...earlier, ...demands]);
    if (part.amountMinor <= 0) continue;
    restMinor -= part.amountMinor;
    demands.push(refundDemand(order, credit, capture, part.rows, part.amountMinor, wrongType));
    if (restMinor <= ROUNDING_MINOR_MAX) return demands;
  }
  const detail = `${nameOf(credit)} exceeds what is left to refund by ${formatAmount(restMinor, order.currency)} ${order.currency}.`;
  return [...demands, refundDemand(order, credit, null, [], restMinor, problem("REFUND_EXCEEDS_CAPTURE", detail))];
}

function noCapture(order: OrderBooks, credit: Entry): Problem {
  const invoice = entriesOf(order, "invoiced").find((entry) => entry.externalId === credit.parent);
  if (!invoice)
    return problem(
      "CREDIT_WITHOUT_CAPTURE",
      `${nameOf(credit)} credits ${credit.parent ?? "no invoice"}, which is not captured here.`,
    );
  return problem(
    "AWAITING_OUTCOME",
    `${nameOf(invoice)} is not captured yet; ${nameOf(credit)} is refunded after that.`,
  );
}

/** What of a capture a credit invoice takes back: by rows where they explain the amount, else the amount alone. */
function refundPart(
  order: OrderBooks,
  credit: Entry,
  capture: Entry,
  restMinor: number,
  wanted: readonly Demand[],
): { rows: RowQuantity[]; amountMinor: number } {
  const payloads = new Set([...firmCommands(order, "refund"), ...wanted].map((taker) => taker.payload));
  const under = [...payloads].filter(
    (payload) => payload.kind === "refund" && payload.captureId === capture.externalId,
  );
  const leftMinor = refundableMinor(order, capture) - under.reduce((sum, payload) => sum + amountOf(payload), 0);
  const explained = Math.abs(priceOf(order.rows, credit.rows) - credit.amountMinor) <= ROUNDING_MINOR_MAX;
  const rows = takeRows(credit.rows, subtractRows(refundableRows(order, capture), under.map(rowsOf)));
  const price = priceOf(order.rows, rows);
  if (credit.text === null && explained && price > 0 && price <= leftMinor && price <= restMinor + ROUNDING_MINOR_MAX)
    return { rows, amountMinor: price };
  return { rows: [], amountMinor: Math.min(restMinor, leftMinor) };
}

/** Refunds of one authorisation are made one after the other: those already tried first, then by age. */
function oneAtATime(order: OrderBooks, demands: readonly Demand[]): Demand[] {
  const firm = new Set(firmCommands(order, "refund").map((command) => command.demand));
  const busy = new Map<string, string>();
  const inTurn = [...demands].sort((a, b) => Number(firm.has(b.name)) - Number(firm.has(a.name)));
  const stopped = new Map<string, Problem>();
  for (const demand of inTurn) {
    if (demand.payload.kind !== "refund") continue;
    const authorization = demand.payload.authorizationId ?? "";
    const before = busy.get(authorization);
    if (demand.stop === null && before)
      stopped.set(demand.name, problem("PREVIOUS_REFUND_UNFINISHED", `Waits for ${before}.`));
    else if (demand.stop === null || firm.has(demand.name)) busy.set(authorization, demand.payload.reference);
  }
  return demands.map((demand) => ({ ...demand, stop: demand.stop ?? stopped.get(demand.name) ?? null }));
}

const amountOf = (payload: Demand["payload"]): number => (payload.kind === "refund" ? payload.amountMinor : 0);

function refundDemand(
  order: OrderBooks,
  credit: Entry,
  capture: Entry | null,
  rows: RowQuantity[],
  amountMinor: number,
  stop: Problem | null,
): Demand {
  return {
    name: `refund|credited:${credit.externalId}|${capture?.externalId ?? "none"}`,
    connectionId: order.payment?.connectionId ?? credit.connectionId,
    flow: "refunds",
    cause: credit.seq,
    stop,
    payload: {
      kind: "refund",
      paymentId: order.payment?.externalId ?? "",
      captureId: capture?.externalId ?? "",
      authorizationId: capture?.parent ?? null,
      currency: order.currency,
      rows: withPrices(order.rows, rows),
      amountMinor,
      reference: `credit-${credit.externalId}`.slice(0, 25),
    },
  };
}

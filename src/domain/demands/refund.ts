// A credit invoice made in the ERP asks for the money back: on the captures of its invoice, one refund per
// authorisation at a time.
import { type Problem, problem } from "../errors.ts";
import { capturesOfInvoice, isPaid, ROUNDING_MINOR_MAX, sharesOf } from "../links.ts";
import { formatAmount } from "../money.ts";
import type { RowQuantity } from "../observation.ts";
import {
  commandsOf,
  type Entry,
  entriesOf,
  entryAmount,
  isInFlight,
  type OrderBooks,
  priceOf,
  refundableMinor,
  refundableRows,
  subtractRows,
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
  const paidBack = entriesOf(order, "refunded").filter((entry) => entry.answers === credit.seq);
  if (entryAmount(paidBack) + ROUNDING_MINOR_MAX >= credit.amountMinor) return [];
  const wrongType = wrongPaymentType(order, accounting);
  const firm = firmCommands(order, "refund", credit.seq);
  const demands = firm.map((command) => repeatDemand(command, "refunds", wrongType));
  const commands = [...firm, ...settledByPeople(order, "refund", credit.seq)];
  const rest: Part = {
    rows: subtractRows(credit.rows, [
      ...paidBack.map((entry) => entry.rows),
      ...commands.map((command) => rowsOf(command.payload)),
    ]),
    amountMinor:
      credit.amountMinor -
      entryAmount(paidBack) -
      commands.reduce((sum, command) => sum + amountOf(command.payload), 0),
  };
  if (rest.amountMinor <= ROUNDING_MINOR_MAX) return demands;
  const captures = capturesOfInvoice(order, credit.parent);
  if (captures.length === 0)
    return [...demands, refundDemand(order, credit, null, rest, noCapture(order, credit), demands)];
  for (const partOf of isExplained(order, credit) ? [partByRows, partByAmount] : [partByAmount])
    for (const capture of captures) {
      if (rest.amountMinor <= ROUNDING_MINOR_MAX) break;
      const part = partOf(order, rest, leftOf(order, capture, [...earlier, ...demands]));
      if (part.amountMinor <= 0) continue;
      rest.amountMinor -= part.amountMinor;
      rest.rows = subtractRows(rest.rows, [part.rows]);
      demands.push(refundDemand(order, credit, capture, part, wrongType, demands));
    }
  if (rest.amountMinor <= ROUNDING_MINOR_MAX) return demands;
  return [
    ...demands,
    refundDemand(order, credit, null, rest, wrongType ?? beyondCaptures(order, credit, rest), demands),
  ];
}

interface Part {
  rows: RowQuantity[];
  amountMinor: number;
}

/** Whether its rows say what a credit invoice gives back; otherwise only its amount does. */
const isExplained = (order: OrderBooks, credit: Entry): boolean =>
  credit.text === null && Math.abs(priceOf(order.rows, credit.rows) - credit.amountMinor) <= ROUNDING_MINOR_MAX;

/** What of a capture neither our ledger nor a refund under way has given back. */
function leftOf(order: OrderBooks, capture: Entry, wanted: readonly Demand[]): Part {
  const payloads = new Set([...firmCommands(order, "refund"), ...wanted].map((taker) => taker.payload));
  const under = [...payloads].filter(
    (payload) => payload.kind === "refund" && payload.captureId === capture.externalId,
  );
  return {
    rows: subtractRows(refundableRows(order, capture), under.map(rowsOf)),
    amountMinor: refundableMinor(order, capture) - under.reduce((sum, payload) => sum + amountOf(payload), 0),
  };
}

/** The credited rows that the capture holds; their price without the rows where an earlier amount was taken of it. */
function partByRows(order: OrderBooks, rest: Part, left: Part): Part {
  const rows = takeRows(rest.rows, left.rows);
  const price = priceOf(order.rows, rows);
  if (price <= 0) return { rows: [], amountMinor: 0 };
  if (price <= left.amountMinor && price <= rest.amountMinor + ROUNDING_MINOR_MAX) return { rows, amountMinor: price };
  return { rows: [], amountMinor: Math.min(price, rest.amountMinor, left.amountMinor) };
}

const partByAmount = (_order: OrderBooks, rest: Part, left: Part): Part => ({
  rows: [],
  amountMinor: Math.min(rest.amountMinor, left.amountMinor),
});

function noCapture(order: OrderBooks, credit: Entry): Problem {
  const invoice = unpaidInvoice(order, credit);
  return invoice
    ? awaitsCapture(invoice, credit)
    : problem(
        "CREDIT_WITHOUT_CAPTURE",
        `${nameOf(credit)} credits ${credit.parent ?? "no invoice"}, which is not captured here.`,
      );
}

/** More is credited than the captures hold: because one is not finished, or for good. */
function beyondCaptures(order: OrderBooks, credit: Entry, rest: Part): Problem {
  const invoice = unpaidInvoice(order, credit);
  if (invoice) return awaitsCapture(invoice, credit);
  const amount = `${formatAmount(rest.amountMinor, order.currency)} ${order.currency}`;
  return problem("REFUND_EXCEEDS_CAPTURE", `${nameOf(credit)} exceeds what is left to refund by ${amount}.`);
}

/** The credited invoice, where its capture is still to come. */
function unpaidInvoice(order: OrderBooks, credit: Entry): Entry | undefined {
  const invoice = entriesOf(order, "invoiced").find((entry) => entry.externalId === credit.parent);
  if (!invoice || settledByPeople(order, "capture", invoice.seq).length > 0) return undefined;
  const shares = sharesOf(order, "invoiced").filter((part) => part.bill.seq === invoice.seq);
  return isPaid(invoice, shares) ? undefined : invoice;
}

const awaitsCapture = (invoice: Entry, credit: Entry): Problem =>
  problem("AWAITING_OUTCOME", `${nameOf(invoice)} is not captured yet; ${nameOf(credit)} is refunded after that.`);

/** Refunds of one authorisation are made one after the other: those already tried first, then by age. */
function oneAtATime(order: OrderBooks, demands: readonly Demand[]): Demand[] {
  const firm = new Set(firmCommands(order, "refund").map((command) => command.demand));
  const busy = new Map<string, string>();
  // Under way, though nothing asks for it any more: somebody else paid the credit invoice back meanwhile.
  for (const { payload, state, demand } of commandsOf(order, "refund"))
    if (payload.kind === "refund" && isInFlight(state) && !demands.some((wanted) => wanted.name === demand))
      busy.set(payload.authorizationId ?? "", payload.reference);
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
  part: Part,
  stop: Problem | null,
  wanted: readonly Demand[],
): Demand {
  return {
    name: nextName(order, `refund|credited:${credit.externalId}|${capture?.externalId ?? "none"}`, wanted),
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
      rows: withPrices(order.rows, part.rows),
      amountMinor: part.amountMinor,
      reference: `credit-${credit.externalId}`.slice(0, 25),
    },
  };
}

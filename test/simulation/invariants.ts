// What must hold when everything has been quiet for days, whatever happened before. One function, one promise.
import { isErrorCode } from "../../src/domain/errors.ts";
import { brokenPayouts } from "./invariants-of-payouts.ts";
import { amounts, entriesOfKind, factsOf, hasMark, movedBut, type OrderFacts, sum, totals } from "./order-facts.ts";
import type { Ending } from "./simulate.ts";
import { reasonOf } from "./stops.ts";

/** Documents of the ERP are rounded row by row: so much may lie between both sides, per document. */
const ROUNDING_MINOR = 99;

type OfOrder = (facts: OrderFacts, ending: Ending) => string | null;
type OfAll = (ending: Ending) => string[];

/** Everything that does not hold, in sentences. */
export function brokenAtTheEnd(ending: Ending): string[] {
  const orders = factsOf(ending);
  return [
    ...OF_ORDER.flatMap(([name, check]) =>
      orders.flatMap((facts) => {
        const broken = check(facts, ending);
        return broken === null ? [] : [`${name}: ${facts.name} ${broken}`];
      }),
    ),
    ...OF_ALL.flatMap(([name, check]) => check(ending).map((broken) => `${name}: ${broken}`)),
  ];
}

const isAccepted = ({ qliro }: OrderFacts): boolean =>
  qliro.checkout === "Completed" && qliro.transactions.some((each) => each.status === "Success");

/** An accepted payment has exactly one ERP order: never two; none only if it ended before, or stopped with a reason. */
const oneErpOrder: OfOrder = (facts) => {
  const made = facts.erp.length + facts.story.removed;
  if (made > 1) return `has ${made} ERP orders`;
  if (made === 1) return isAccepted(facts) ? null : "has an ERP order without an accepted payment";
  if (!isAccepted(facts) || hasMark(facts, "portal cancel")) return null;
  const command = facts.commands.find(({ kind }) => kind === "create_order");
  return command?.state === "parked" || command?.state === "discarded"
    ? null
    : `has no ERP order; create_order is ${command?.state ?? "missing"}`;
};

/** Nothing is captured by us that nobody invoiced. */
const noCaptureUnasked: OfOrder = (facts) => {
  const ours = movedBut(facts.qliro, (type) => type === "Capture", facts.story.portal.captures);
  const asked = totals(facts.invoices) + ROUNDING_MINOR * facts.invoices.length + facts.story.feeMinor;
  return amounts(ours) <= asked ? null : `: we captured ${amounts(ours)} for invoices of ${totals(facts.invoices)}`;
};

const isRefund = (type: string): boolean => type === "Refund" || type === "Credit" || type === "UpdateInvoice";

/** Refunds that are no other half of a cancellation: cancelling a direct payment gives the money back. */
const refundsOf = (facts: OrderFacts, but: readonly number[]) => {
  const authorizations = facts.qliro.transactions.filter((each) => each.originalId === null).map((each) => each.id);
  return movedBut(facts.qliro, isRefund, but).filter((each) => !authorizations.includes(each.originalId ?? 0));
};

/** Nothing is given back by us that nobody credited. */
const noRefundUnasked: OfOrder = (facts) => {
  const ours = amounts(refundsOf(facts, facts.story.portal.refunds));
  const asked = totals(facts.credits.filter((credit) => credit.externalInvoiceNo === ""));
  return ours <= asked + ROUNDING_MINOR * facts.credits.length ? null : `: we refunded ${ours} for credits of ${asked}`;
};

/** Nothing is credited by us that nobody gave back, and no refund is credited twice. */
const noCreditUnasked: OfOrder = (facts) => {
  const ours = facts.credits.filter((credit) => credit.externalInvoiceNo !== "");
  for (const credit of ours) {
    const id = Number(credit.externalInvoiceNo.replace("qliro-", ""));
    const refund = facts.qliro.transactions.find((each) => each.id === id);
    if (refund?.status !== "Success") return `: credit ${credit.invoiceId} is of no refund`;
    if (!facts.story.portal.refunds.includes(id)) return `: credit ${credit.invoiceId} is of our own refund ${id}`;
    if (Math.abs(refund.amountMinor + credit.totalMinor) > ROUNDING_MINOR)
      return `: refund ${id} of ${refund.amountMinor} is credited as ${credit.totalMinor}`;
  }
  return null;
};

/** Nothing is released by us unless the ERP order was cancelled, or a person chose so. */
const noCancelUnasked: OfOrder = (facts) => {
  const ours = movedBut(facts.qliro, (type) => type === "Reversal", facts.story.portal.cancels);
  if (ours.length === 0 || hasMark(facts, "cancelled in ERP", "chose to cancel", "rows changed")) return null;
  return `: we released ${amounts(ours)}`;
};

/** No ERP order is cancelled by us unless the payment ended. */
const noErpCancelUnasked: OfOrder = (facts) => {
  const cancelled = facts.erp.some((order) => order.cancelled) && !hasMark(facts, "cancelled in ERP");
  return cancelled && !hasMark(facts, "portal cancel", "review", "rows changed")
    ? ": we cancelled the ERP order"
    : null;
};

/** What is invoiced is captured, unless somebody stopped it or captured by hand. */
const capturedIsInvoiced: OfOrder = (facts) => {
  const stopped = facts.stops.some(({ kind }) => kind === "capture" || kind === "cancel_payment");
  if (stopped || facts.erp.length === 0 || hasMark(facts, "discarded", "resolved")) return null;
  const [captured, invoiced] = [facts.qliro.sums.captured, totals(facts.invoices)];
  const above = hasMark(facts, "portal capture") ? Number.POSITIVE_INFINITY : facts.story.feeMinor;
  const slack = ROUNDING_MINOR * facts.invoices.length;
  return captured + slack >= invoiced && captured <= invoiced + slack + above
    ? null
    : `: captured ${captured}, invoiced ${invoiced}`;
};

/** What is refunded is credited and what is credited is refunded, unless one of them stopped. */
const refundedIsCredited: OfOrder = (facts) => {
  const stopped = facts.stops.some(({ kind }) => kind === "refund" || kind === "create_credit_invoice");
  if (stopped || hasMark(facts, "discarded", "resolved")) return null;
  const [refunded, credited] = [amounts(refundsOf(facts, [])), totals(facts.credits)];
  return Math.abs(refunded - credited) <= ROUNDING_MINOR * Math.max(1, facts.credits.length)
    ? null
    : `: refunded ${refunded}, credited ${credited}`;
};

/** Captured, released and left are no more than what was reserved; never more is given back than was captured. */
const neverMoreThanThereIs: OfOrder = (facts) => {
  const { reserved, captured, released, remaining } = facts.qliro.sums;
  const refunded = amounts(refundsOf(facts, []));
  return captured + released + remaining <= reserved && refunded <= captured
    ? null
    : `: reserved ${reserved}, captured ${captured}, released ${released}, left ${remaining}, refunded ${refunded}`;
};

/** The object's ledger says what the platforms say: the same movements and documents, with the same amounts. */
const ledgerIsTruth: OfOrder = (facts, { play }) => {
  if (!isAccepted(facts)) return null;
  if (!facts.book) return "is not in the books";
  const there = (kind: string, wanted: { id: number | string; amount: number }[]): string | null => {
    const known = new Map(entriesOfKind(facts, kind).map((entry) => [entry.external_id, entry.amount_minor]));
    const missing = wanted.filter((each) => known.get(String(each.id)) !== each.amount).map((each) => each.id);
    const extra = [...known.keys()].filter((id) => !wanted.some((each) => String(each.id) === id));
    return missing.length + extra.length === 0 ? null : `${kind}: missing ${missing.join()} extra ${extra.join()}`;
  };
  const moved = (fits: (type: string) => boolean) =>
    movedBut(facts.qliro, fits, []).map((each) => ({ id: each.id, amount: each.amountMinor }));
  const documents = (list: OrderFacts["invoices"]) =>
    list.map((each) => ({ id: each.invoiceId, amount: Math.abs(each.totalMinor) }));
  const differences = [
    there(
      "authorized",
      moved((type) => type === "Preauthorization" || type === "Debit"),
    ),
    there(
      "captured",
      moved((type) => type === "Capture"),
    ),
    there("refunded", moved(isRefund)),
    there(
      "released",
      moved((type) => type === "Reversal"),
    ),
    play.stories.some((story) => story.removed > 0 && story.reference === facts.name)
      ? null
      : there("invoiced", documents(facts.invoices)),
    there("credited", documents(facts.credits)),
  ].filter((difference) => difference !== null);
  return differences.length === 0 ? null : `: ${differences.join("; ")}`;
};

/** No fact is in the ledger twice. */
const noFactTwice: OfAll = ({ books }) => {
  const seen = new Set<string>();
  return books.entries.flatMap(({ order_id, kind, external_id }) => {
    const key = `${order_id} ${kind} ${external_id}`;
    const twice = seen.has(key) && kind !== "noted";
    seen.add(key);
    return twice ? [key] : [];
  });
};

const ENDED = ["done", "resolved", "discarded", "withdrawn", "parked", "waiting", "manual"];

/** Nothing is pending, being sent, unknown or accepted at the end. */
const nothingUnderWay: OfAll = ({ books }) =>
  books.commands
    .filter((command) => !ENDED.includes(command.state))
    .map((command) => `${command.id} ${command.kind} is ${command.state} (${command.code} ${command.detail})`);

/** Whatever stopped has a code of the catalogue, and a reason in what happened to its order. */
const everyStopHasItsReason: OfAll = (ending) => {
  const orders = factsOf(ending);
  return ending.books.commands
    .filter(({ state }) => state === "parked" || state === "waiting" || state === "manual")
    .flatMap((command) => {
      if (command.code === null || !isErrorCode(command.code)) return [`${command.id} stopped without a code`];
      const facts = orders.find((each) => each.book?.id === command.subject);
      const reason = facts ? reasonOf(command.code, facts) : command.subject.startsWith("pay_");
      return reason
        ? []
        : [
            `${facts?.name} ${command.kind} ${command.state} ${command.code}: ${command.detail} [${[...(facts?.story.marks ?? [])]}]`,
          ];
    });
};

/** Every webhook was worked off. */
const noWebhookIsLeft: OfAll = ({ books }) =>
  books.webhooks
    .filter(({ state }) => state === "received" || state === "waiting")
    .map(({ seq, state, verdict }) => `webhook ${seq} is ${state}: ${verdict}`);

/** A day in which nobody does anything brings no call that changes something, and no new fact. */
const noEcho: OfAll = ({ play, books, later, callsBefore }) => {
  const calls = play.stage.calls.slice(callsBefore).map(({ platform, name }) => `${platform} ${name}`);
  const fresh = later.books.entries.length - books.entries.length;
  return [...calls.map((call) => `a call ${call}`), ...(fresh === 0 ? [] : [`${fresh} new facts`])];
};

const OF_ORDER: [string, OfOrder][] = Object.entries({
  oneErpOrder,
  noCaptureUnasked,
  noRefundUnasked,
  noCreditUnasked,
  noCancelUnasked,
  noErpCancelUnasked,
  capturedIsInvoiced,
  refundedIsCredited,
  neverMoreThanThereIs,
  ledgerIsTruth,
});

const OF_ALL: [string, OfAll][] = Object.entries({
  noFactTwice,
  nothingUnderWay,
  everyStopHasItsReason,
  noWebhookIsLeft,
  noEcho,
  brokenPayouts,
});

export const countedFacts = (ending: Ending): number => sum(factsOf(ending).map((facts) => facts.entries.length));

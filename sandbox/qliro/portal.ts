// What a person does with one order in Qliro's own portal: the same operations, with their outcome at once.
import type { ControlAnswer } from "../platform.ts";
import { rename, updateItems, upsell } from "./amend.ts";
import type { Done } from "./answers.ts";
import { cancel } from "./cancel.ts";
import { capture, everythingLeft } from "./capture.ts";
import { complete, refuseOrder } from "./checkout.ts";
import type { Command, CommandOf } from "./commands.ts";
import type { Deal } from "./deal.ts";
import { authorisations, captures, refundable, refundableMinor, remaining, shipped, sums, total } from "./ledger.ts";
import { concludeNow } from "./outcomes.ts";
import { addToInvoice, returnItems } from "./refund.ts";
import type { Order, Row, Transaction } from "./truth.ts";

const no = (error: string): ControlAnswer => ({ ok: false, error });

/** The commands about one order. */
export type OnOrder = Exclude<Command, { do: "account" | "place" | "settle" | "fail" | "set" | "show" }>;

/** Runs a command on one order. */
export function onOrder(deal: Deal, command: OnOrder): ControlAnswer {
  const { truth, account, order, world } = deal;
  switch (command.do) {
    case "complete":
      if (order.checkout !== "InProcess" && order.checkout !== "OnHold") return no(`the order is ${order.checkout}`);
      complete(truth, account, order, world);
      return { ok: true, ...shown(order) };
    case "refuse":
      if (order.checkout !== "InProcess" && order.checkout !== "OnHold") return no(`the order is ${order.checkout}`);
      refuseOrder(truth, order, world);
      return { ok: true, ...shown(order) };
    case "capture":
      return portalCapture(deal, command);
    case "refund":
      return command.amount === undefined ? portalReturn(deal, command) : portalAmount(deal, command.amount);
    case "cancel":
      return finish(deal, cancel(deal));
    case "update":
      return finish(deal, updateItems(deal, [{ transactionId: command.transactionId ?? null, rows: command.rows }]));
    case "upsell":
      return finish(deal, upsell(deal, command.rows, command.replaces));
    case "rename":
      return finish(deal, rename(deal, command.to));
    default:
      command satisfies never;
      return no("unknown command");
  }
}

/** Gives what the portal started its outcome at once. */
function finish(deal: Deal, done: Done): ControlAnswer {
  if (!done.ok) return no(`${done.refusal.code}: ${done.refusal.text}`);
  const open = done.transactions.filter((each) => each.status === "Created");
  concludeNow(deal.truth, deal.order, open, deal.world);
  return { ok: true, transactionIds: done.transactions.map((each) => each.id), ...shown(deal.order) };
}

function portalCapture(deal: Deal, command: CommandOf<"capture">): ControlAnswer {
  if (!command.rows) {
    const everything = everythingLeft(deal.order);
    const first = authorisations(deal.order)[0];
    return finish(deal, capture(deal, everything.length > 0 || !first ? everything : [whole(first)]));
  }
  const spread = distribute(command.rows, authorisations(deal.order), (each) => remaining(deal.order, each));
  if (!spread.ok) return no(spread.error);
  return finish(deal, capture(deal, spread.parts));
}

const whole = (authorised: Transaction) => ({
  transactionId: authorised.id,
  rows: authorised.movements.flatMap((movement) => (movement.action === "Reserve" ? movement.rows : [])),
});

function portalReturn(deal: Deal, command: CommandOf<"refund">): ControlAnswer {
  const possible = captures(deal.order).filter((each) => each.status === "Success");
  const wanted = command.rows;
  const spread = wanted
    ? distribute(wanted, possible, (each) => refundable(deal.order, each))
    : {
        ok: true as const,
        parts: possible
          .map((each) => ({ transactionId: each.id, rows: refundable(deal.order, each) }))
          .filter((part) => part.rows.length > 0),
      };
  if (!spread.ok) return no(spread.error);
  const [first] = possible;
  if (!first) return no("NO_SHIPPED_ITEMS_AVAILABLE: nothing is captured");
  const parts = spread.parts.length > 0 ? spread.parts : [{ transactionId: first.id, rows: shipped(first) }];
  const transactionIds: number[] = [];
  for (const part of parts) {
    const done = returnItems(deal, [{ ...part, feesMinor: 0, discountsMinor: 0 }]);
    const answer = finish(deal, done);
    if (!answer.ok) return answer;
    if (done.ok) transactionIds.push(...done.transactions.map((each) => each.id));
  }
  return { ok: true, transactionIds, ...shown(deal.order) };
}

/** An amount goes back as a negative discount on the first capture that has so much left. */
function portalAmount(deal: Deal, amountMinor: number): ControlAnswer {
  const capture = captures(deal.order).find((each) => refundableMinor(deal.order, each) >= amountMinor);
  if (capture?.status !== "Success") return no("INVALID_REQUEST_TOTAL_AMOUNT: no capture has so much left");
  const row: Row = {
    reference: `GOODWILL-${deal.truth.next.transaction}`,
    description: "Goodwill",
    type: "Discount",
    quantity: 1,
    incMinor: -amountMinor,
    exMinor: -amountMinor,
    vatRateBps: 0,
  };
  return finish(deal, addToInvoice(deal, [{ transactionId: capture.id, rows: [row] }]));
}

type Spread = { ok: true; parts: { transactionId: number; rows: Row[] }[] } | { ok: false; error: string };

/** Finds the rows a person named in the transactions that have them, oldest first. */
function distribute(
  wanted: NonNullable<CommandOf<"capture">["rows"]>,
  transactions: readonly Transaction[],
  freeOf: (transaction: Transaction) => Row[],
): Spread {
  const parts = transactions.map((each) => ({ transactionId: each.id, free: freeOf(each), rows: new Map<Row, Row>() }));
  for (const { reference, quantity, price } of wanted) {
    let missing = quantity;
    for (const part of parts) {
      for (const row of part.free) {
        if (row.reference !== reference || (price !== undefined && row.incMinor !== price)) continue;
        const taken = part.rows.get(row)?.quantity ?? 0;
        const take = Math.min(missing, row.quantity - taken);
        if (take <= 0) continue;
        part.rows.set(row, { ...row, quantity: taken + take });
        missing -= take;
      }
    }
    if (missing > 0) return { ok: false, error: `${reference}: ${quantity - missing} of ${quantity} are there` };
  }
  const used = parts.filter((part) => part.rows.size > 0);
  return {
    ok: true,
    parts: used.map((part) => ({ transactionId: part.transactionId, rows: [...part.rows.values()] })),
  };
}

/** An order as people want to see it; the sums are in minor units. */
export const shown = (order: Order): Record<string, unknown> => ({
  orderId: order.id,
  reference: order.reference,
  checkout: order.checkout,
  currency: order.currency,
  totalMinor: total(order.cart),
  sums: sums(order),
  transactions: order.transactions.map(({ id, originalId, type, status, amountMinor, money, settledIn }) => ({
    id,
    originalId,
    type,
    status,
    amountMinor,
    money,
    settledIn,
  })),
  rowsLeft: authorisations(order).flatMap((each) => remaining(order, each)),
});

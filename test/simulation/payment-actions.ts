// What customers, Qliro and the people in Qliro's portal do.
import type { ControlAnswer } from "../../sandbox/platform.ts";
import { type Action, type Mark, type Play, type Story, storyOf, truth } from "./play.ts";
import { RARE } from "./setup.ts";
import type { QliroOrder } from "./truth.ts";

const VAT_RATES = [25, 25, 25, 12, 6, 0] as const;

interface Row {
  reference: string;
  type?: string;
  quantity: number;
  price: number;
  vatRate: number;
}

function drawRows({ dice }: Play, rare: boolean): Row[] {
  const rows: Row[] = [];
  for (let left = dice.int(1, 4); left > 0; left -= 1) {
    const reference = rare && rows.length === 0 ? RARE : `SKU-${dice.int(1, 4)}`;
    const price = dice.int(1, 90_000) / 100;
    // Qliro knows a row by reference and price.
    if (rows.some((row) => row.reference === reference && row.price === price)) continue;
    rows.push({ reference, quantity: dice.int(1, 3), price, vatRate: dice.pick(VAT_RATES) });
  }
  if (dice.chance(0.4))
    rows.push({ reference: "Parcel", type: "Shipping", quantity: 1, price: dice.pick([0, 49, 59.5]), vatRate: 25 });
  const total = rows.reduce((sum, row) => sum + row.quantity * row.price, 0);
  if (dice.chance(0.25) && total > 20)
    rows.push({ reference: "CAMPAIGN", type: "Discount", quantity: 1, price: -dice.int(1, 1_500) / 100, vatRate: 25 });
  return rows;
}

const transactionIds = (answer: ControlAnswer): number[] =>
  answer.ok && Array.isArray(answer.transactionIds) ? answer.transactionIds.filter((id) => typeof id === "number") : [];

function place(play: Play): string {
  const { dice, stage } = play;
  const reference = `S${play.seed}-${play.stories.length + 1}`;
  const rare = dice.chance(0.06);
  const rows = drawRows(play, rare);
  const fee = dice.chance(0.2) ? dice.pick([29, 19.5]) : null;
  const hold = dice.chance(0.12);
  const debit = dice.chance(0.1);
  const answer = stage.control("qliro", {
    do: "place",
    reference,
    rows,
    ...(fee === null ? {} : { fee }),
    ...(hold ? { onHold: true } : dice.chance(0.05) ? { inProcess: true } : {}),
    ...(debit ? { debit: true, method: "TRUSTLY" } : dice.chance(0.2) ? { method: "CREDITCARDS" } : {}),
  });
  if (!answer.ok) return `place ${reference}: ${answer.error}`;
  const marks = new Set<Mark>();
  if (fee !== null) marks.add("fee");
  if (hold) marks.add("review");
  if (debit) marks.add("debit");
  if (rare) marks.add("rare article");
  play.stories.push({
    reference,
    orderId: Number(answer.orderId),
    marks,
    portal: { captures: [], refunds: [], cancels: [] },
    removed: 0,
    feeMinor: Math.round((fee ?? 0) * 100),
  });
  return `place ${reference} ${rows.map((row) => `${row.quantity}×${row.reference}@${row.price}`).join(" ")}`;
}

/** One of the orders that fit, with its story. */
function choose(play: Play, fits: (order: QliroOrder, story: Story) => boolean) {
  const candidates = truth(play).qliro.orders.flatMap((order) => {
    const story = storyOf(play, order.orderId);
    return story && fits(order, story) ? [{ order, story }] : [];
  });
  return play.dice.one(candidates);
}

function review(play: Play): string | null {
  const found = choose(play, (order) => order.checkout === "OnHold" || order.checkout === "InProcess");
  if (!found) return null;
  const ending = play.dice.chance(0.7) ? "complete" : "refuse";
  play.stage.control("qliro", { do: ending, orderId: found.order.orderId });
  return `${ending} ${found.story.reference}`;
}

const isPaid = (order: QliroOrder): boolean => order.checkout === "Completed";

function portalCapture(play: Play): string | null {
  const found = choose(play, (order) => isPaid(order) && order.sums.remaining > 0);
  if (!found) return null;
  const { order, story } = found;
  const row = play.dice.chance(0.5) ? play.dice.one(order.rowsLeft.filter((left) => left.incMinor > 0)) : undefined;
  const rows = row ? [{ reference: row.reference, quantity: 1, price: row.incMinor / 100 }] : undefined;
  const answer = play.stage.control("qliro", { do: "capture", orderId: order.orderId, ...(rows ? { rows } : {}) });
  if (!answer.ok) return null;
  story.marks.add("portal capture");
  story.portal.captures.push(...transactionIds(answer));
  return `capture in the portal ${story.reference} ${row ? row.reference : "all"}`;
}

function portalRefund(play: Play): string | null {
  const { dice, stage } = play;
  const found = choose(play, (order) => order.sums.captured > order.sums.refunded);
  if (!found) return null;
  const { order, story } = found;
  const before = order.transactions.map((each) => each.id);
  const amount = dice.chance(0.35) ? dice.int(1, Math.min(20_000, order.sums.captured - order.sums.refunded)) : null;
  const answer = stage.control("qliro", {
    do: "refund",
    orderId: order.orderId,
    ...(amount === null ? {} : { amount: amount / 100 }),
  });
  const made = truth(play)
    .qliro.orders.find((each) => each.orderId === order.orderId)
    ?.transactions.filter((each) => !before.includes(each.id))
    .map((each) => each.id);
  if (!made || made.length === 0) return null;
  story.marks.add("portal refund");
  if (amount !== null) story.marks.add("amount refund");
  story.portal.refunds.push(...made);
  return `refund in the portal ${story.reference} ${amount ?? "all"} (${answer.ok ? made.join() : answer.error})`;
}

function portalRowRefund(play: Play): string | null {
  const found = choose(play, (order) => order.sums.captured > order.sums.refunded);
  if (!found) return null;
  const { order, story } = found;
  const reference = play.dice.one(["SKU-1", "SKU-2", "SKU-3", "SKU-4", "Parcel"]) ?? "SKU-1";
  const answer = play.stage.control("qliro", { do: "refund", orderId: order.orderId, rows: [{ reference }] });
  if (!answer.ok) return null;
  story.marks.add("portal refund");
  story.portal.refunds.push(...transactionIds(answer));
  return `refund one ${reference} in the portal ${story.reference}`;
}

function portalCancel(play: Play): string | null {
  const found = choose(play, (order) => isPaid(order) && order.sums.remaining > 0);
  if (!found) return null;
  const answer = play.stage.control("qliro", { do: "cancel", orderId: found.order.orderId });
  if (!answer.ok) return null;
  found.story.marks.add("portal cancel");
  found.story.portal.cancels.push(...transactionIds(answer));
  return `cancel in the portal ${found.story.reference}`;
}

function changeRows(play: Play): string | null {
  const upsell = play.dice.chance(0.4);
  const found = choose(play, (order) => isPaid(order) && order.sums.remaining > 0);
  if (!found) return null;
  const answer = play.stage.control("qliro", {
    do: upsell ? "upsell" : "update",
    orderId: found.order.orderId,
    rows: drawRows(play, false),
    ...(upsell && play.dice.chance(0.3) ? { replaces: true } : {}),
  });
  if (!answer.ok) return null;
  found.story.marks.add("rows changed");
  return `${upsell ? "upsell" : "update"} ${found.story.reference}`;
}

function decline(play: Play): string {
  const type = play.dice.pick(["Capture", "Refund", "Credit", "Reversal", "UpdateInvoice"]);
  play.stage.control("qliro", { do: "fail", type });
  for (const story of play.stories) story.marks.add("declined");
  return `the next ${type} fails`;
}

export const paymentActions: Action[] = [
  { name: "place", weight: 14, run: place },
  { name: "review", weight: 5, run: review },
  { name: "portal capture", weight: 2, run: portalCapture },
  { name: "portal refund", weight: 3, run: portalRefund },
  { name: "portal row refund", weight: 4, run: portalRowRefund },
  { name: "portal cancel", weight: 2, run: portalCancel },
  { name: "change rows", weight: 2, run: changeRows },
  { name: "decline", weight: 2, trouble: 1, run: decline },
];

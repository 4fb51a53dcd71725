// What people do in Specter.
import { type Action, type Play, type Story, truth } from "./play.ts";
import { RARE } from "./setup.ts";
import type { ErpOrder, Invoice } from "./truth.ts";

function choose(play: Play, fits: (order: ErpOrder) => boolean): { order: ErpOrder; story: Story } | undefined {
  const candidates = truth(play).specter.orders.flatMap((order) => {
    const story = play.stories.find((each) => each.reference === order.externalOrderNo);
    return story && fits(order) ? [{ order, story }] : [];
  });
  return play.dice.one(candidates);
}

const isLeft = (order: ErpOrder): boolean =>
  !order.cancelled && order.rows.some((row) => row.invoicedMilli < row.quantityMilli);

/** Some units of some rows; nothing when they would come to nothing or less. */
function drawParts({ dice }: Play, order: ErpOrder, taken: "deliveredMilli" | "invoicedMilli") {
  const parts = order.rows
    .map((row) => ({ row, quantity: dice.int(0, Math.max(0, (row.quantityMilli - row[taken]) / 1000)) }))
    .filter((part) => part.quantity > 0);
  const worth = parts.reduce((sum, { row, quantity }) => sum + quantity * row.priceMilli, 0);
  return worth > 0 ? parts.map(({ row, quantity }) => ({ id: row.id, quantity })) : null;
}

function invoice(play: Play): string | null {
  const found = choose(play, isLeft);
  if (!found) return null;
  const { order, story } = found;
  const parts = play.dice.chance(0.5) ? drawParts(play, order, "deliveredMilli") : null;
  // Nobody bills a discount alone.
  const left = order.rows.reduce((sum, row) => sum + (row.quantityMilli - row.invoicedMilli) * row.priceMilli, 0);
  if (parts === null && left <= 0) return null;
  const answer = play.stage.control("specter", {
    do: "invoice",
    orderNo: order.orderNo,
    deliver: true,
    ...(parts ? { rows: parts } : {}),
  });
  if (!answer.ok) return null;
  return `deliver and invoice ${story.reference} ${parts ? JSON.stringify(parts) : "all"} → ${answer.invoiceId}`;
}

function deliver(play: Play): string | null {
  const found = choose(play, isLeft);
  if (!found) return null;
  const parts = play.dice.chance(0.5) ? drawParts(play, found.order, "deliveredMilli") : null;
  const answer = play.stage.control("specter", {
    do: "deliver",
    orderNo: found.order.orderNo,
    ...(parts ? { rows: parts } : {}),
  });
  return answer.ok ? `deliver ${found.story.reference}` : null;
}

/** Everything delivered and not invoiced; only where that is worth something. */
function invoiceDelivered(play: Play): string | null {
  const worth = (order: ErpOrder) =>
    order.rows.reduce((sum, row) => sum + (row.deliveredMilli - row.invoicedMilli) * row.priceMilli, 0);
  const found = choose(play, (order) => !order.cancelled && worth(order) > 0);
  if (!found) return null;
  const answer = play.stage.control("specter", { do: "invoice", orderNo: found.order.orderNo });
  return answer.ok ? `invoice ${found.story.reference} → ${answer.invoiceId}` : null;
}

function credit(play: Play): string | null {
  const { specter } = truth(play);
  const credited = (invoice: Invoice) =>
    specter.invoices.filter((other) => other.originalInvoiceId === invoice.invoiceId);
  const open = specter.invoices.filter(
    (each) => !each.credit && each.totalMinor + credited(each).reduce((sum, made) => sum + made.totalMinor, 0) > 0,
  );
  const original = play.dice.one(open);
  if (!original) return null;
  const row = play.dice.chance(0.6) ? play.dice.one(original.rows.filter((each) => each.priceMilli > 0)) : undefined;
  const answer = play.stage.control("specter", {
    do: "credit",
    invoiceId: original.invoiceId,
    ...(row ? { rows: [{ articleNo: row.articleNo, quantity: 1, price: row.priceMilli / 1000 }] } : {}),
  });
  return answer.ok ? `credit ${original.invoiceId} ${row?.articleNo ?? "all"} → ${answer.invoiceId}` : null;
}

function cancel(play: Play): string | null {
  const found = choose(play, (order) => !order.cancelled);
  if (!found) return null;
  const answer = play.stage.control("specter", { do: "cancel", orderNo: found.order.orderNo });
  if (!answer.ok) return null;
  found.story.marks.add("cancelled in ERP");
  return `cancel in Specter ${found.story.reference}`;
}

function remove(play: Play): string | null {
  const found = choose(play, (order) => order.rows.every((row) => row.invoicedMilli === 0));
  if (!found) return null;
  const answer = play.stage.control("specter", { do: "remove", orderNo: found.order.orderNo });
  if (!answer.ok) return null;
  found.story.marks.add("removed");
  found.story.removed += 1;
  return `delete in Specter ${found.story.reference}`;
}

function setPaymentType(play: Play): string | null {
  const found = choose(play, () => true);
  if (!found) return null;
  const code = found.order.payTypeIdentifier === "QL" ? play.dice.pick(["fak", "fak", "PP"]) : "QL";
  play.stage.control("specter", { do: "set_payment_type", orderNo: found.order.orderNo, code });
  found.story.marks.add("payment type");
  return `payment type of ${found.story.reference} is ${code}`;
}

function rareArticle(play: Play): string {
  const there = play.articles.includes(RARE);
  play.stage.control("specter", { do: "articles", [there ? "remove" : "add"]: [RARE] });
  play.articles = there ? play.articles.filter((article) => article !== RARE) : [...play.articles, RARE];
  return `article ${RARE} ${there ? "goes" : "comes"}`;
}

function ring(play: Play): string | null {
  const found = choose(play, () => true);
  if (!found) return null;
  const invoiceId = truth(play).specter.invoices.find((each) => each.orderNo === found.order.orderNo)?.invoiceId;
  const kind = invoiceId !== undefined && play.dice.chance(0.5) ? "invoice_created" : "order_changed";
  play.stage.control("specter", {
    do: "trigger",
    kind,
    orderNo: found.order.orderNo,
    ...(invoiceId === undefined ? {} : { invoiceId }),
  });
  return `trigger ${kind} for ${found.story.reference}, though nothing changed`;
}

export const erpActions: Action[] = [
  { name: "invoice", weight: 14, run: invoice },
  { name: "deliver", weight: 3, run: deliver },
  { name: "invoice delivered", weight: 3, run: invoiceDelivered },
  { name: "credit", weight: 6, run: credit },
  { name: "cancel", weight: 2, run: cancel },
  { name: "remove", weight: 1, run: remove },
  { name: "payment type", weight: 2, run: setPaymentType },
  { name: "rare article", weight: 1, run: rareArticle },
  { name: "ring", weight: 2, run: ring },
];

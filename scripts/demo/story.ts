// The story of Shopify, Qliro and Specter, played against the running system: from the shop to a booked payout.
import type { OrderView } from "../../src/durable/views.ts";
import { buy, type Sale } from "./checkout.ts";
import { tellPayout } from "./payout.ts";
import { amountText, orderTables, wordsOf } from "./show.ts";
import { type System, untilSeen } from "./system.ts";

/** What the steps of the story share. */
export interface Telling {
  system: System;
  /** `/merchants/{m}`. */
  path: string;
  /** The connection whose payouts are fetched. */
  qliro: string;
  now(): number;
  /** A new step, and what is seen of it. */
  step(title: string): void;
  seen(line: string): void;
  say(line: string): void;
}

/** Plays it once, with orders of its own; every run leaves its orders for people to look at. */
export async function tellStory(
  system: System,
  merchant: { id: string; qliro: string },
  say: (line: string) => void,
  now: () => number,
): Promise<void> {
  let steps = 0;
  const began = now();
  let last = began;
  const telling: Telling = {
    system,
    path: `/merchants/${merchant.id}`,
    qliro: merchant.qliro,
    now,
    step: (title) => {
      steps += 1;
      say(`\n${steps}. ${title}`);
    },
    seen: (line) => {
      const seconds = ((now() - last) / 1000).toFixed(1);
      last = now();
      say(`   ✓ ${line}  (${seconds} s)`);
    },
    say,
  };
  const order = await sellAndDeliver(telling);
  await cancelAnother(telling);
  const payout = await tellPayout(telling);
  say("");
  for (const line of orderTables(await readOrder(telling, order))) say(line);
  say("");
  for (const line of payout) say(line);
  say(`\nThe whole story took ${Math.round((now() - began) / 1000)} s. Look at it again:`);
  say(`  ${system.running.router}/api/v1${telling.path}/orders/${order}`);
}

/** Sold, delivered in two parts, one row sent back. Answers the order's id. */
async function sellAndDeliver(telling: Telling): Promise<string> {
  const { system, step, seen } = telling;
  step("A customer orders in the shop and pays in the Qliro checkout");
  const sale = await buy(telling);
  await showErpOrder(telling, sale.number);

  step("The warehouse delivers one hat; Specter invoices it");
  await specterInvoices(system, sale.number, [{ id: 1, quantity: 1 }]);
  await untilOrder(telling, sale, (order) => order.status === "partly_invoiced" && captured(order) > 0, "captured");

  step("The rest is delivered and invoiced");
  await specterInvoices(system, sale.number);
  await untilOrder(telling, sale, (order) => captured(order) === order.total.amountMinor, "captured");

  step("The customer sends one hat back; it is refunded in Qliro's portal");
  await system.control("qliro", { do: "refund", reference: sale.paymentId, rows: [{ reference: "HAT", quantity: 1 }] });
  const refunded = await untilOrder(telling, sale, (order) => creditOf(order) !== undefined, "refunded");
  const credit = creditOf(refunded);
  const invoice = credit?.links.find((link) => link.kind === "invoice");
  seen(`Specter has credit invoice ${credit?.number}, linked to invoice ${invoice?.number ?? "?"}`);
  return sale.id;
}

async function cancelAnother(telling: Telling): Promise<void> {
  const { system, step, seen } = telling;
  step("Another order from the shop is cancelled in Specter");
  const sale = await buy(telling);
  await system.control("specter", { do: "cancel", externalOrderNo: sale.number, comment: "Sold out" });
  await untilOrder(telling, sale, (order) => order.status === "cancelled");
  const { sums } = await system.control<{ sums: object }>("qliro", { do: "show", reference: sale.paymentId });
  seen(`Qliro holds nothing of it any more: ${wordsOf(sums)}`);
}

const captured = (order: OrderView): number => order.payment.captured.amountMinor;
const creditOf = (order: OrderView) => order.documents.find(({ kind }) => kind === "credit_invoice");

/** A control command that a person in Specter would carry out with two clicks. */
const specterInvoices = (system: System, externalOrderNo: string, rows?: object[]) =>
  system.control("specter", { do: "invoice", externalOrderNo, deliver: true, ...(rows ? { rows } : {}) });

async function showErpOrder({ system, seen }: Telling, externalOrderNo: string): Promise<void> {
  const shown = await system.control<ErpOrder>("specter", { do: "show", externalOrderNo });
  const { order, customer } = shown;
  const { firstname = "", lastname = "" } = customer.fields;
  seen(
    `Specter has order ${order.orderNo} for customer ${customer.customerId} ${firstname} ${lastname}`.trimEnd() +
      `, ${order.rows.length} rows, payment ${order.payTypeIdentifier} ${order.payTypeReference}`,
  );
}

interface ErpOrder {
  order: { orderNo: number; payTypeIdentifier: string; payTypeReference: string; rows: object[] };
  customer: { customerId: number; fields: Record<string, string> };
}

const readOrder = ({ system, path }: Telling, id: string) => system.get<OrderView>(`${path}/orders/${id}`);

/** Looks until the order is as expected, and says what it is then. */
async function untilOrder(
  telling: Telling,
  { id, number }: Sale,
  isThere: (order: OrderView) => boolean,
  sum?: "captured" | "refunded",
): Promise<OrderView> {
  const find = () => readOrder(telling, id);
  const order = await untilSeen(
    `order ${number} does not get there`,
    async () => {
      const found = await find();
      return isThere(found) ? found : null;
    },
    async () => whyNot(await find()),
  );
  const amount = sum ? order.payment[sum] : order.total;
  const what = sum ? `${sum} ` : "";
  telling.seen(`${number} is ${order.status.replaceAll("_", " ")}: ${what}${amountText(amount)}`);
  return order;
}

function whyNot(order: OrderView): string {
  const [problem] = order.problems;
  const stop = problem ? ` ${problem.title}: ${problem.detail} ${problem.fix}` : "";
  return `It is ${order.status}.${stop}`;
}

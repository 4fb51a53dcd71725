// A buyer's checkout: an order in the shop, its payment at Qliro, and the one order that Specter has of both.
import type { OrderView } from "../../src/durable/views.ts";
import { Stop } from "../local/stop.mjs";
import { GATEWAY, SHOP } from "./accounts.ts";
import { amountText } from "./show.ts";
import type { Telling } from "./story.ts";
import { type System, untilSeen } from "./system.ts";

const LINES = [
  { sku: "HAT", title: "Wool hat", quantity: 2, price: "375.50", vatRate: 25 },
  { sku: "MUG", title: "Coffee mug", quantity: 1, price: "112.00", vatRate: 12 },
];
const SHIPPING = [{ code: "PARCEL", title: "Parcel", price: "49.00", vatRate: 25 }];
const ROWS = [
  { reference: "HAT", description: "Wool hat", quantity: 2, price: 375.5, priceExVat: 300.4, vatRate: 25 },
  { reference: "MUG", description: "Coffee mug", quantity: 1, price: 112, priceExVat: 100, vatRate: 12 },
  { reference: "PARCEL", description: "Parcel", type: "Shipping", price: 49, priceExVat: 39.2, vatRate: 25 },
];
const BUYER = { firstName: "Maja", lastName: "Lind", email: "maja.lind@example.com", phone: "+46701112233" };
const NAME = { firstName: BUYER.firstName, lastName: BUYER.lastName };
const ADDRESS = { address1: "Storgatan 1", zip: "41103", city: "Goteborg" };
const QLIRO_ADDRESS = { street: ADDRESS.address1, postalCode: ADDRESS.zip, city: ADDRESS.city };

/** What a sale is called: by the router, by the shop and in Specter, and at Qliro. */
export interface Sale {
  id: string;
  number: string;
  paymentId: string;
}

/** The buyer orders in the shop and pays at Qliro. Both tell of it; the answer is the one order in the router. */
export async function buy(telling: Telling): Promise<Sale> {
  const { system, seen } = telling;
  const before = await erpOrders(system);
  const { name, paymentId } = await system.control<{ name: string; paymentId: string }>("shopify", {
    do: "order",
    ...SHOP,
    lines: LINES,
    shipping: SHIPPING,
    gateway: GATEWAY,
    customer: BUYER,
    billing: { ...NAME, ...ADDRESS },
    delivery: { ...NAME, ...ADDRESS },
  });
  seen(`the shop has order ${name}, paid by ${GATEWAY} with payment id ${paymentId}`);
  const payment = { reference: paymentId, rows: ROWS, customer: BUYER, billing: QLIRO_ADDRESS };
  await system.control("qliro", { do: "place", ...payment });
  seen(`Qliro has the payment, with reference ${paymentId}`);
  const order = await untilJoined(telling, paymentId);
  seen(`the two are one order, ${order.orderNumber}, ${order.status}: ${amountText(order.total)}`);
  seen(`what joined them: ${evidenceOf(order)}`);
  const made = (await erpOrders(system)).slice(before.length);
  const [only] = made;
  if (!only || made.length !== 1)
    throw new Stop(`Specter got ${made.length} orders for order ${name} of the shop, instead of one.`);
  seen(`Specter has exactly one new order for them: ${only.orderNo}, called ${only.externalOrderNo} as in the shop`);
  return { id: order.id, number: order.orderNumber ?? only.externalOrderNo, paymentId };
}

interface ErpOrder {
  orderNo: number;
  externalOrderNo: string;
}

/** All of them, the oldest first. */
const erpOrders = async (system: System): Promise<ErpOrder[]> =>
  (await system.control<{ orders: ErpOrder[] }>("specter", { do: "show" })).orders;

const SIDES = ["erp", "psp", "shop"];

/** The order that shop, PSP and ERP are all part of. */
async function untilJoined({ system, path }: Telling, paymentId: string): Promise<OrderView> {
  const find = async (): Promise<OrderView[]> => {
    const { items } = await system.get<{ items: { id: string }[] }>(`${path}/orders?query=${paymentId}`);
    return Promise.all(items.map(({ id }) => system.get<OrderView>(`${path}/orders/${id}`)));
  };
  return untilSeen(
    `the order of payment ${paymentId} does not get there`,
    async () => (await find()).find((order) => order.status === "open" && sidesOf(order) === SIDES.join()) ?? null,
    async () => (await find()).map((order) => `It is ${order.status}, known from: ${sidesOf(order)}.`).join(" "),
  );
}

const sidesOf = ({ sources }: OrderView): string =>
  sources
    .map(({ kind }) => kind)
    .sort()
    .join();

/** The router's own note of why it took two sightings for one order. */
function evidenceOf(order: OrderView): string {
  const note = order.timeline.map(({ detail }) => /evidence of tier.*/.exec(detail)?.[0]).find(Boolean);
  if (!note) throw new Stop(`Order ${order.orderNumber} does not say what joined its sides: look at its timeline.`);
  return note;
}

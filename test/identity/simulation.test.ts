// Random interleavings of shop, PSP and ERP with faults: one ERP order per real order, and no two real orders merged.
//
// A failing seed names itself and replays exactly.
import { describe, expect, it } from "vitest";
import { makeShopWorld, type ShopWorld, token } from "../kit/shop-world.ts";
import { virtual } from "../kit/virtual.ts";
import type { Json } from "../kit/world.ts";

const SEEDS = { from: 1, count: 6 };
const MINUTE = 60_000;
const REAL_ORDERS = 8;

/** What a buyer does once: an order in the shop and its payment, in either order, apart by up to six minutes. */
interface RealOrder {
  token: string;
  buyer: string;
  quantity: number;
}

const chance = (probability: number): boolean => virtual.random() < probability;
const between = (from: number, to: number): number => from + Math.floor(virtual.random() * (to - from + 1));
const oneOf = <T>(list: readonly T[]): T => list[between(0, list.length - 1)] ?? (list[0] as T);

function placeInShop(world: ShopWorld, order: RealOrder): void {
  const late = chance(0.2);
  world.shop({
    do: "order",
    lines: [{ sku: "SKU-1", title: "Wool hat", quantity: order.quantity, price: "125.00" }],
    customer: { email: order.buyer },
    gateway: "Qliro One",
    paymentId: order.token,
    ...(late ? { payment: "pending" } : {}),
    transactionsFirst: chance(0.3),
  });
}

function payAtPsp(world: ShopWorld, order: RealOrder): void {
  const rows = [
    { reference: "SKU-1", description: "Wool hat", quantity: order.quantity, price: 125, priceExVat: 100, vatRate: 25 },
  ];
  world.control("qliro", { do: "place", reference: order.token, rows, customer: { email: order.buyer } });
}

/** Something goes wrong with the lines to the platforms, for a while. */
function trouble(world: ShopWorld): void {
  const platform = oneOf(["shopify", "qliro", "specter"]);
  const times = between(1, 3);
  world.network.faults(
    platform,
    oneOf([
      { kind: "drop_after" as const, times },
      { kind: "drop_before" as const, times },
      { kind: "status" as const, status: 500, times },
      { kind: "status" as const, status: 429, retryAfterSeconds: between(1, 20), times },
      { kind: "lose" as const, times },
      { kind: "duplicate" as const, copies: between(1, 3), times },
      { kind: "reorder" as const, withinMs: 60_000, times },
    ]),
  );
}

const showErp = (world: ShopWorld): Json => world.control("specter", { do: "show" });

/** A person in the warehouse delivers and invoices some order. */
function invoiceSome(world: ShopWorld): void {
  const open = showErp(world).orders.filter((order: Json) => order.statusId !== 4 && !order.cancelled);
  if (open.length === 0) return;
  const { orderNo, rows } = oneOf<Json>(open);
  if (rows.every((row: Json) => row.invoicedMilli === row.quantityMilli)) return;
  world.control("specter", { do: "invoice", orderNo, deliver: true });
}

async function play(seed: number): Promise<{ world: ShopWorld; real: RealOrder[] }> {
  const world = await makeShopWorld({
    seed,
    evicting: seed % 3 === 0,
    shopifySettings: { pollMinutes: 30 },
    specterSettings: { pollMinutes: 30 },
  });
  const real = Array.from({ length: REAL_ORDERS }, (_, index) => ({
    token: token(virtual.random),
    // Few buyers and few baskets: many orders are alike.
    buyer: `buyer-${index % 3}@example.se`,
    quantity: 1 + (index % 2),
  }));
  const acts: (() => void)[] = real.flatMap((order) => {
    const sides = [() => placeInShop(world, order), () => payAtPsp(world, order)];
    return chance(0.5) ? sides : sides.reverse();
  });
  while (acts.length > 0) {
    const next = acts.splice(chance(0.7) ? 0 : between(0, Math.min(3, acts.length - 1)), 1)[0];
    next?.();
    if (chance(0.3)) trouble(world);
    if (chance(0.2)) invoiceSome(world);
    // An object that sleeps already has nothing to lose.
    if (chance(0.2)) await world.evict().catch(() => undefined);
    if (chance(0.6)) await world.advance(between(0, 2 * MINUTE));
  }
  for (const platform of ["shopify", "qliro", "specter"] as const) world.network.faults(platform).length = 0;
  for (let hours = 0; hours < 24; hours += 2) {
    await world.advance(120 * MINUTE);
    if ((await objections({ world, real })).length === 0) break;
  }
  return { world, real };
}

/** Everything that is not as it must be, in words. */
async function objections({ world, real }: { world: ShopWorld; real: RealOrder[] }): Promise<string[]> {
  const erp: Json[] = showErp(world).orders;
  const orders: Json[] = (await world.api("GET", "/orders?limit=200")).body.items;
  const said: string[] = [];
  if (erp.length !== real.length) said.push(`${erp.length} ERP orders for ${real.length} real orders`);
  if (orders.length !== real.length) said.push(`${orders.length} orders in the books for ${real.length} real ones`);
  for (const { token: reference } of real) {
    const paid = world.control("qliro", { do: "show", reference });
    const named = (await world.api("GET", `/orders?query=${reference}`)).body.items;
    if (named.length !== 1) {
      said.push(`${named.length} orders named ${reference}`);
      continue;
    }
    const order: Json = (await world.api("GET", `/orders/${named[0].id}`)).body;
    const kinds = order.sources
      .map((source: Json) => source.kind)
      .sort()
      .join(" ");
    if (kinds !== "erp psp shop") said.push(`order ${reference} has the sides ${kinds}`);
    const psp = order.sources.find((source: Json) => source.kind === "psp")?.externalId;
    if (psp !== String(paid.orderId)) said.push(`order ${reference} has payment ${psp} instead of ${paid.orderId}`);
    const billed = order.documents
      .filter((document: Json) => document.kind === "invoice")
      .reduce((sum: number, document: Json) => sum + document.amount.amountMinor, 0);
    if (paid.sums.captured !== billed)
      said.push(`order ${reference}: captured ${paid.sums.captured}, billed ${billed}`);
  }
  const open = (await world.commands()).filter((command) => !["done", "withdrawn"].includes(command.state));
  said.push(...open.map((command) => `${command.kind} is ${command.state}: ${command.problem?.code ?? ""}`));
  said.push(...(await world.tasks()).filter((task) => task.state === "open").map((task) => `task ${task.code}`));
  return said;
}

describe("shop, PSP and ERP at random", () => {
  it.each(Array.from({ length: SEEDS.count }, (_, index) => SEEDS.from + index))(
    "make one ERP order per real order and merge no two (seed %i)",
    async (seed) => {
      expect(await objections(await play(seed))).toEqual([]);
    },
  );
});

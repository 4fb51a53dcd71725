// One order from two sides: Shopify beside Qliro, into Specter. Held against the platforms' own truth.
import { describe, expect, it } from "vitest";
import { makeShopWorld, type ShopWorld, token } from "../kit/shop-world.ts";
import { virtual } from "../kit/virtual.ts";
import type { Json } from "../kit/world.ts";

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

const LINES = [{ sku: "SKU-1", title: "Wool hat", quantity: 2, price: "375.50" }];
const SHIPPING = [{ title: "Parcel", price: "49.00" }];
const ROWS = [
  { reference: "SKU-1", description: "Wool hat", quantity: 2, price: 375.5, priceExVat: 300.4, vatRate: 25 },
  {
    reference: "Parcel",
    description: "Parcel",
    type: "Shipping",
    quantity: 1,
    price: 49,
    priceExVat: 39.2,
    vatRate: 25,
  },
];

const inShop = (world: ShopWorld, paymentId: string, over: object = {}): Json =>
  world.shop({ do: "order", lines: LINES, shipping: SHIPPING, gateway: "Qliro One", paymentId, ...over });
const atPsp = (world: ShopWorld, reference: string): Json =>
  world.control("qliro", { do: "place", reference, rows: ROWS });
const erpOrders = (world: ShopWorld): Json[] => world.control("specter", { do: "show" }).orders;

describe("one order from two sides", () => {
  it.each([{ first: "shop" }, { first: "psp" }])("is one ERP order when the $first is first", async ({ first }) => {
    const world = await makeShopWorld();
    const id = token(virtual.random);
    const acts = [() => inShop(world, id), () => atPsp(world, id)];
    for (const act of first === "shop" ? acts : acts.reverse()) {
      act();
      await world.advance(MINUTE);
    }
    await world.advance(QUARTER);
    expect(erpOrders(world)).toHaveLength(1);
    expect(erpOrders(world)[0]).toMatchObject({ externalOrderNo: "1001", payTypeIdentifier: "QL", totalMinor: 80000 });
    const order = await world.order("1001");
    expect(order.sources.map((source) => source.connector).sort()).toEqual(["qliro", "shopify", "specter"]);

    // The PSP side still adds capture, refund and payout.
    world.control("specter", { do: "invoice", orderNo: erpOrders(world)[0].orderNo, deliver: true });
    await world.advance(QUARTER);
    expect(await world.order("1001")).toMatchObject({
      status: "invoiced",
      payment: { captured: { amountMinor: 80000 } },
    });
    world.control("qliro", { do: "refund", reference: id, rows: [{ reference: "SKU-1", quantity: 1 }] });
    await world.advance(QUARTER);
    expect(await world.order("1001")).toMatchObject({
      status: "partly_refunded",
      payment: { refunded: { amountMinor: 37550 } },
    });
    expect((await world.order("1001")).documents.filter((document) => document.kind === "credit_invoice")).toHaveLength(
      1,
    );
    expect(await world.commands("parked")).toEqual([]);
  });

  it("waits ten minutes for the shop, then makes the order from the payment and attaches the late shop order", async () => {
    const world = await makeShopWorld({ shopifySettings: { pollMinutes: 60 } });
    const id = token(virtual.random);
    atPsp(world, id);
    await world.advance(5 * MINUTE);
    expect((await world.order(id)).status).toBe("awaiting_shop");
    expect(erpOrders(world)).toEqual([]);
    await world.advance(QUARTER);
    expect(erpOrders(world)).toHaveLength(1);
    inShop(world, id);
    await world.advance(QUARTER);
    expect(erpOrders(world)).toHaveLength(1);
    expect((await world.order("1001")).sources).toHaveLength(3);
  });

  it("finds the shop order by asking when the shop's webhooks are lost", async () => {
    const world = await makeShopWorld({ shopifySettings: { pollMinutes: 60 } });
    world.network.faults("shopify", { kind: "lose", times: null });
    const id = token(virtual.random);
    inShop(world, id);
    atPsp(world, id);
    await world.advance(QUARTER);
    expect(erpOrders(world)).toHaveLength(1);
    expect((await world.order("1001")).sources).toHaveLength(3);
  });

  it("finds a shop order whose every webhook was lost by its own poll", async () => {
    const world = await makeShopWorld({ pspOrders: false, shopifySettings: { pollMinutes: 5 } });
    world.network.faults("shopify", { kind: "lose", times: null });
    inShop(world, token(virtual.random));
    await world.advance(QUARTER);
    expect(erpOrders(world)).toHaveLength(1);
  });

  it("tells a person when two orders turn out to be one after both reached the ERP", async () => {
    const paymentTypes = { qliro: "QL", shopify: "I" };
    const world = await makeShopWorld({ shopifySettings: { pollMinutes: 60 }, specterSettings: { paymentTypes } });
    const id = token(virtual.random);
    inShop(world, id, { payment: "none" });
    await world.advance(MINUTE);
    atPsp(world, id);
    await world.advance(2 * QUARTER);
    expect(erpOrders(world)).toHaveLength(2);
    world.shop({ do: "pay", name: "#1001", gateway: "Qliro One", paymentId: id });
    await world.advance(QUARTER);
    const [task] = (await world.tasks()).filter((each) => each.code === "DUPLICATE_IN_ERP");
    expect(task?.instructions).toContain("50013");
    expect(erpOrders(world)).toHaveLength(2);
    expect(erpOrders(world).filter((order) => order.cancelled)).toEqual([]);
  });

  it("13: makes one ERP order of a webhook that comes three times at once", async () => {
    const world = await makeShopWorld();
    world.network.faults("shopify", { kind: "duplicate", copies: 2, times: null });
    inShop(world, token(virtual.random));
    await world.advance(QUARTER);
    expect(erpOrders(world)).toHaveLength(1);
    expect((await world.api("GET", "/state")).body.webhooks.duplicate).toBeGreaterThan(0);
  });

  it("14: makes no second ERP order when the ERP's answer is lost", async () => {
    const world = await makeShopWorld();
    world.network.faults("specter", { kind: "drop_after", match: "newOrderSubmit" });
    const id = token(virtual.random);
    inShop(world, id);
    atPsp(world, id);
    await world.advance(QUARTER);
    expect(erpOrders(world)).toHaveLength(1);
    expect((await world.order("1001")).status).toBe("open");
  });

  describe("where only buyer, amount and time agree", () => {
    const suspectedTask = async (world: ShopWorld) => {
      inShop(world, token(virtual.random), { payment: "none" });
      await world.advance(MINUTE);
      const customer = { firstName: "Anna", lastName: "Berg", email: "anna@example.se" };
      world.control("qliro", { do: "place", reference: "q1659f0c1a2b3c4", rows: ROWS, customer });
      await world.advance(MINUTE);
      const [task] = (await world.tasks()).filter((each) => each.code === "DUPLICATE_SUSPECTED");
      if (!task) throw new Error("nobody was asked");
      return task;
    };
    const paymentTypes = { qliro: "QL", shopify: "I" };
    const choose = async (world: ShopWorld, answer: string) => {
      const task = await suspectedTask(world);
      const choice = task.choices.find((each) => each.id.startsWith(answer))?.id;
      const said = await world.api("POST", `/tasks/${task.id}/done`, { choice, note: "compared" });
      expect(said.status, JSON.stringify(said.body)).toBe(200);
      await world.advance(2 * QUARTER);
      return (await world.api("GET", "/orders")).body.items;
    };

    it("joins the two when a person says that they are one", async () => {
      const world = await makeShopWorld({ specterSettings: { paymentTypes } });
      expect(await choose(world, "merge:")).toHaveLength(1);
      expect(erpOrders(world)).toHaveLength(1);
      expect((await world.order("1001")).sources).toHaveLength(3);
    });

    it("keeps them apart for good when a person says that they are two", async () => {
      const world = await makeShopWorld({ specterSettings: { paymentTypes } });
      expect(await choose(world, "apart:")).toHaveLength(2);
      expect(erpOrders(world)).toHaveLength(2);
      expect((await world.tasks()).filter((each) => each.state === "open")).toEqual([]);
    });
  });

  it("parks an order whose country and rate have no account, and saving the mapping releases it", async () => {
    const world = await makeShopWorld();
    const id = token(virtual.random);
    inShop(world, id, {
      lines: [{ sku: "SKU-1", title: "Hat", quantity: 1, price: "125.50", vatRate: 25.5 }],
      shipping: [],
      delivery: { countryCode: "FI" },
    });
    await world.advance(MINUTE);
    const stopped = await world.order("1001");
    expect(stopped.problems).toMatchObject([
      { code: "SALES_ACCOUNT_MISSING", detail: expect.stringContaining("FI at 25.5") },
    ]);
    await world.api("PUT", "/mappings/sales-accounts", {
      items: [
        { country: "SE", vatRateBps: 2500, account: "3001" },
        { country: "FI", vatRateBps: 2550, account: "3106" },
      ],
    });
    await world.advance(MINUTE);
    expect(erpOrders(world)).toHaveLength(1);
    expect(erpOrders(world)[0].rows[0]).toMatchObject({ vatBps: 2550 });
  });

  it("cancels the ERP order when the shop order is cancelled before anything is billed", async () => {
    const world = await makeShopWorld();
    const id = token(virtual.random);
    inShop(world, id);
    await world.advance(MINUTE);
    world.shop({ do: "cancel", name: "#1001" });
    await world.advance(QUARTER);
    expect(erpOrders(world)[0]).toMatchObject({ cancelled: true });
  });
});

describe("both webhooks in one tick", () => {
  it.each([{ evicting: false }, { evicting: true }])(
    "make one ERP order each, fifty times (evicting: $evicting)",
    async ({ evicting }) => {
      const world = await makeShopWorld({
        evicting,
        seed: 7,
        shopifySettings: { pollMinutes: 60 },
        specterSettings: { pollMinutes: 60 },
      });
      for (let round = 0; round < 50; round += 1) {
        const id = token(virtual.random);
        const acts = [() => inShop(world, id), () => atPsp(world, id)];
        for (const act of round % 2 === 0 ? acts : acts.reverse()) act();
        await world.advance(10_000);
      }
      await world.advance(QUARTER);
      expect(erpOrders(world)).toHaveLength(50);
      expect(new Set(erpOrders(world).map((order) => order.externalOrderNo)).size).toBe(50);
      const orders = (await world.api("GET", "/orders?limit=200")).body.items;
      expect(orders).toHaveLength(50);
      expect(orders.every((order: Json) => order.status === "open")).toBe(true);
    },
  );
});

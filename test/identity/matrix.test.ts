// One real order, seen from two sides: the numbered cases of reference/join-keys.md section 5. Platforms without a
// connector are represented by their observations.
import { describe, expect, it } from "vitest";
import { alias, ledger, PSP, payment, SHOP, SHOP_2, shopOrder } from "../kit/sightings.ts";
import { virtual } from "../kit/virtual.ts";

const MINUTE = 60_000;
const TOKEN = "u0nwmSrNntjIWozmNslK5Tlq";

const klarna = (id: string, ref1: string, ref2 = ref1, over = {}) =>
  payment(
    "klarna",
    id,
    [alias("klarna.merchant_reference1", ref1, 4), alias("klarna.merchant_reference2", ref2, 2)],
    over,
  );
const shopify = (id: string, name: string, tokens: string[], over = {}) =>
  shopOrder(
    "shopify",
    id,
    [alias("shopify.name", name, 4, `#${name}`), ...tokens.map((t) => alias("shopify.payment_id", t, 2))],
    over,
  );
const woo = (id: string, number: string, transaction: string | null, over = {}) =>
  shopOrder(
    "woocommerce",
    id,
    [
      alias("woo.order_id", id, 3),
      alias("woo.number", number, 4),
      ...(transaction ? [alias("woo.transaction_id", transaction, 1)] : []),
    ],
    over,
  );
const WOO = { shops: [{ id: SHOP, connector: "woocommerce" as const }] };

describe("one real order seen from two sides", () => {
  it("1: is one ERP order whichever side comes first", async () => {
    for (const [index, order] of [
      [0, 1],
      [1, 0],
    ].entries()) {
      const books = await ledger(`m1-${index}`);
      const sides = [shopify("6021", "1001", [TOKEN]), klarna("kl-1", TOKEN)];
      for (const side of order) await books.see(sides[side] ?? klarna("", ""));
      const all = await books.orders();
      expect(all).toHaveLength(1);
      expect(all[0]).toMatchObject({ shop: { externalId: "6021" }, payment: { externalId: "kl-1" } });
      expect(await books.creations()).toHaveLength(1);
    }
  });

  it("2: keeps both values of a reference that changes after the merge", async () => {
    const books = await ledger("m2");
    await books.see(klarna("kl-1", TOKEN));
    await books.see(shopify("6021", "1001", [TOKEN]));
    await books.see(klarna("kl-1", "1001", TOKEN));
    const [order, ...others] = await books.orders();
    expect(others).toEqual([]);
    expect(await books.names(order?.id ?? "ord_")).toEqual(
      expect.arrayContaining([`klarna.merchant_reference1=${TOKEN}`, "klarna.merchant_reference1=1001"]),
    );
  });

  it("3: knows an order by any of its payment ids: declined, then paid", async () => {
    const books = await ledger("m3");
    await books.see(klarna("kl-1", "declinedTokenAAAAAAAAAAAA", undefined, { state: "refused", authorizations: [] }));
    await books.see(shopify("6021", "1001", ["declinedTokenAAAAAAAAAAAA", TOKEN]));
    await books.see(klarna("kl-2", TOKEN));
    const all = await books.orders();
    expect(all).toHaveLength(1);
    expect(all[0]?.payment?.externalId).toBe("kl-2");
    expect(await books.creations()).toHaveLength(1);
  });

  it("4: joins a payment that is smaller by what a gift card paid", async () => {
    const books = await ledger("m4");
    await books.see(shopify("6021", "1001", [TOKEN], { paidElsewhereMinor: 10000 }));
    await books.see(klarna("kl-1", TOKEN, TOKEN, { amountMinor: 50320 }));
    expect(await books.orders()).toHaveLength(1);
  });

  it("5: never takes Qliro's temporary reference for a number", async () => {
    const books = await ledger("m5", { ...WOO, psp: "qliro" });
    const temporary = alias("qliro.temporary_reference", "q1659f0c1a2b3c4", 4);
    await books.see(payment("qliro", "5452321", [temporary]));
    await books.see(woo("1042", "1042", "5452321", { through: "qliro" }));
    expect(await books.orders()).toHaveLength(1);
    expect(await books.creations()).toHaveLength(1);
  });

  it("6: joins when the shop learns the transaction only later", async () => {
    const books = await ledger("m6", { ...WOO, psp: "qliro" });
    await books.see(woo("1042", "W1042", null, { through: null, paid: "no" }));
    await books.see(payment("qliro", "5452321", [alias("qliro.merchant_reference", "5551", 4)]));
    expect(await books.orders()).toHaveLength(2);
    await books.see(woo("1042", "W1042", "5452321", { through: "qliro" }));
    expect(await books.orders()).toHaveLength(1);
    expect(await books.creations()).toHaveLength(1);
  });

  it("7: does not take a shop's internal id for another order's number", async () => {
    const books = await ledger("m7", { ...WOO, psp: "mollie" });
    await books.see(woo("1042", "5001", null, { through: "mollie" }));
    await books.see(woo("977", "1042", null, { through: "mollie", totalMinor: 9900 }));
    await books.see(
      payment("mollie", "tr_1", [alias("mollie.meta_order_id", "1042", 3), alias("mollie.order_number", "5001", 4)]),
    );
    const joined = (await books.orders()).find((order) => order.payment !== null);
    expect(joined?.shop?.externalId).toBe("1042");
  });

  it("8: leaves it to a person when two shops have the same number", async () => {
    const shops = [
      { id: SHOP, connector: "woocommerce" as const },
      { id: SHOP_2, connector: "woocommerce" as const },
    ];
    const books = await ledger("m8", { shops });
    await books.see(woo("1", "1042", null));
    await books.see(woo("2", "1042", null, { connectionId: SHOP_2 }));
    await books.see(klarna("kl-1", "1042", "other"));
    const doubtful = (await books.orders()).find((order) => order.payment !== null);
    expect(doubtful?.shop).toBeNull();
    expect(doubtful?.tasks.map((task) => task.code)).toEqual(["DUPLICATE_SUSPECTED"]);
    expect(await books.creations()).toHaveLength(2);
  });

  it("9: reads a prefixed and suffixed merchant reference", async () => {
    const books = await ledger("m9", { ...WOO, psp: "adyen" });
    await books.see(woo("1042", "W-77", null, { through: "adyen" }));
    await books.see(payment("adyen", "8835", [alias("adyen.merchant_reference", "1042", 3, "SHOP-1042-S77")]));
    expect(await books.orders()).toHaveLength(1);
  });

  it("10: reads the attempt off a number", async () => {
    const books = await ledger("m10", { ...WOO, psp: "svea" });
    await books.see(woo("7", "100000042", null, { through: "svea" }));
    await books.see(payment("svea", "91", [alias("svea.client_order_number", "100000042", 4, "100000042-2")]));
    expect(await books.orders()).toHaveLength(1);
  });

  it("11: joins a payment that is released from review after twenty minutes", async () => {
    const centra = { shops: [{ id: SHOP, connector: "centra" as const }], psp: "qliro" as const };
    const books = await ledger("m11", centra);
    const reference = [alias("centra.external_reference", "5452321", 1)];
    await books.see(payment("qliro", "5452321", [], { state: "pending", authorizations: [] }));
    await books.see(shopOrder("centra", "c-1", reference, { through: "qliro", paid: "no" }));
    virtual.now += 20 * MINUTE;
    await books.see(payment("qliro", "5452321", []));
    const all = await books.orders();
    expect(all).toHaveLength(1);
    expect(all[0]?.payment?.state).toBe("accepted");
  });

  it("12: makes an invoice for each of two shipments that were captured one by one", async () => {
    const books = await ledger("m12", {
      shops: [{ id: SHOP, connector: "centra" }],
      psp: "qliro",
      deliveryLead: "psp",
    });
    const reference = [alias("centra.external_reference", "5452321", 1)];
    await books.see(shopOrder("centra", "c-1", reference, { through: "qliro" }));
    const [placed] = await books.orders();
    if (placed) await books.created(placed, "50012");
    const part = (externalId: string) => ({
      externalId,
      amountMinor: 30160,
      state: "succeeded" as const,
      rows: [],
      authorizationId: "5452321-a",
      refundable: [],
    });
    await books.see(payment("qliro", "5452321", [], { captures: [part("cap-1")] }));
    await books.see(payment("qliro", "5452321", [], { captures: [part("cap-1"), part("cap-2")] }));
    const [order, ...others] = await books.orders();
    expect(others).toEqual([]);
    const invoices = order?.commands.filter(({ payload }) => payload.kind === "create_invoice") ?? [];
    expect(invoices.map((command) => command.demand)).toEqual([
      "create_invoice|captured:cap-1",
      "create_invoice|captured:cap-2",
    ]);
  });

  it("15: keeps a test payment away from a live shop order", async () => {
    const books = await ledger("m15", { shops: [{ id: SHOP, connector: "shopify", environment: "test" }] });
    await books.see(shopify("6021", "1001", [TOKEN]));
    await books.see(klarna("kl-1", TOKEN));
    expect(await books.orders()).toHaveLength(2);
  });

  it("16: takes a refund that is seen before the order", async () => {
    const books = await ledger("m16");
    const units = [{ key: "SKU-1|psp", quantity: 1 }];
    const capture = {
      externalId: "cap-1",
      amountMinor: 60320,
      state: "succeeded" as const,
      rows: units,
      authorizationId: "kl-1-a",
      refundable: [],
    };
    const refund = {
      externalId: "ref-1",
      amountMinor: 60320,
      state: "succeeded" as const,
      rows: units,
      captureId: "cap-1",
    };
    await books.see(klarna("kl-1", TOKEN, TOKEN, { captures: [capture], refunds: [refund] }));
    await books.see(shopify("6021", "1001", [TOKEN]));
    const all = await books.orders();
    expect(all).toHaveLength(1);
    expect(all[0]?.entries.filter((entry) => entry.kind === "refunded")).toHaveLength(1);
    expect(await books.creations()).toHaveLength(1);
  });

  it("17: makes the ERP order from the payment when no shop order comes in time", async () => {
    const books = await ledger("m17");
    await books.see(klarna("kl-1", TOKEN));
    expect(await books.creations()).toEqual([]);
    virtual.now += 11 * MINUTE;
    await books.see(klarna("kl-1", TOKEN));
    expect(await books.creations()).toHaveLength(1);
    const [order] = await books.orders();
    expect(order?.entries.some((entry) => entry.externalId === "created_from_payment")).toBe(true);
  });

  it("18: keeps two identical baskets of one buyer within five minutes apart, in every order of arrival", async () => {
    const second = "zzzzmSrNntjIWozmNslK5Tlq";
    for (const [index, order] of [
      [0, 1, 2, 3],
      [1, 0, 3, 2],
      [0, 2, 1, 3],
      [1, 3, 0, 2],
      [2, 0, 3, 1],
    ].entries()) {
      const books = await ledger(`m18-${index}`);
      const sightings = [
        shopify("6021", "1001", [TOKEN]),
        klarna("kl-1", TOKEN),
        shopify("6022", "1002", [second]),
        klarna("kl-2", second),
      ];
      for (const each of order) await books.see(sightings[each] ?? klarna("", ""));
      const all = await books.orders();
      expect(all.map((each) => [each.shop?.externalId, each.payment?.externalId]).sort()).toEqual([
        ["6021", "kl-1"],
        ["6022", "kl-2"],
      ]);
      expect(await books.creations()).toHaveLength(2);
      expect(all.flatMap((each) => each.tasks)).toEqual([]);
    }
  });

  it("asks a person where only buyer, amount and time agree, and remembers the answer's question", async () => {
    const books = await ledger("t5");
    await books.see(shopOrder("shopify", "6021", []));
    await books.see(payment("klarna", "kl-1", []));
    const doubtful = (await books.orders()).find((order) => order.payment !== null);
    expect(doubtful?.tasks).toMatchObject([{ code: "DUPLICATE_SUSPECTED", open: true }]);
    expect(await books.creations()).toHaveLength(1);
  });

  it("does not merge by a number what stronger evidence keeps apart", async () => {
    const books = await ledger("contradiction");
    await books.see(shopify("6021", "1001", [TOKEN]));
    await books.see(klarna("kl-1", "1001", "anotherTokenBBBBBBBBBBBB"));
    expect(await books.orders()).toHaveLength(2);
    expect(PSP).toBe("con_psp");
  });
});

// The story of the first route, from webhook to booked payout, held against the platforms' own truth.
import { describe, expect, it } from "vitest";
import { virtual } from "../kit/virtual.ts";
import { type Json, makeWorld, type World } from "../kit/world.ts";

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

const MINUTE = 60_000;
const QUARTER = 15 * MINUTE;

/** 23:00 in Stockholm, in winter. */
const NIGHT = (day: number): number => Date.UTC(2030, 0, day, 22);

const specterOrder = (world: World, externalOrderNo: string): Json =>
  world.control("specter", { do: "show", externalOrderNo });
const qliroOrder = (world: World, reference: string): Json => world.control("qliro", { do: "show", reference });

describe.each([{ evicting: false }, { evicting: true }])("the story of Qliro and Specter ($evicting)", (options) => {
  it("takes an order from the checkout to a booked payout", async () => {
    const world = await makeWorld({ ...options, specterSettings: { pollMinutes: 60 } });

    // Order completed at Qliro → order in Specter with customer, rows, shipping, VAT and prefixed reference.
    world.control("qliro", { do: "place", reference: "SE-10001", rows: ROWS });
    await world.advance(MINUTE);
    expect(specterOrder(world, "SE-10001")).toMatchObject({
      order: {
        payTypeIdentifier: "QL",
        payTypeReference: "QLIRO-5452321",
        totalMinor: 80000,
        vatMinor: 16000,
        rows: [
          { articleNo: "SKU-1", quantityMilli: 2000, priceMilli: 300400, vatBps: 2500 },
          { articleNo: "SHIP", quantityMilli: 1000, priceMilli: 39200, vatBps: 2500 },
        ],
      },
      customer: { form: "P", fields: { firstName: "Test", surName: "Persson", city: "Stockholm" } },
    });
    expect((await world.order("SE-10001")).status).toBe("open");

    // Partly delivered and invoiced → partial capture.
    const first = world.control("specter", {
      do: "invoice",
      externalOrderNo: "SE-10001",
      deliver: true,
      rows: [{ id: 1, quantity: 1 }],
    });
    await world.advance(QUARTER);
    expect(await world.order("SE-10001")).toMatchObject({
      status: "partly_invoiced",
      payment: { captured: { amountMinor: 37550, currency: "SEK" } },
    });

    // The rest → fully captured.
    world.control("specter", { do: "invoice", externalOrderNo: "SE-10001", deliver: true });
    await world.advance(QUARTER);
    expect(await world.order("SE-10001")).toMatchObject({
      status: "invoiced",
      payment: { captured: { amountMinor: 80000 } },
    });

    // One row refunded at Qliro → credit invoice linked to its invoice, and no refund of our own.
    const hat = [{ reference: "SKU-1", quantity: 1 }];
    world.control("qliro", { do: "refund", reference: "SE-10001", rows: hat });
    await world.advance(QUARTER);
    const order = await world.order("SE-10001");
    expect(order).toMatchObject({ status: "partly_refunded", payment: { refunded: { amountMinor: 37550 } } });
    expect(order.documents.find((document) => document.kind === "credit_invoice")?.links).toContainEqual({
      kind: "invoice",
      number: String(first.invoiceId),
    });

    // Another order cancelled in Specter → cancelled at Qliro.
    world.control("qliro", { do: "place", reference: "SE-10002", rows: ROWS });
    await world.advance(MINUTE);
    world.control("specter", { do: "cancel", externalOrderNo: "SE-10002" });
    await world.advance(QUARTER);
    expect((await world.order("SE-10002")).status).toBe("cancelled");
    expect(qliroOrder(world, "SE-10002")).toMatchObject({ sums: { remaining: 0, released: 80000, captured: 0 } });

    // Before 23:00 nothing is due; at 23:00 the run of the day finds nothing paid out yet.
    await world.advance(NIGHT(15) - MINUTE - virtual.now);
    await world.tick();
    expect((await world.api("GET", "/payout-runs")).body.items).toEqual([]);
    await world.advance(MINUTE);
    await world.tick();
    await world.advance(QUARTER);
    expect((await world.api("GET", "/payout-runs")).body.items).toMatchObject([
      { date: "2030-01-15", state: "finished", payouts: { found: 0 } },
    ]);

    // The next night the settlement is fetched, foots, matches, and is booked as one balanced import.
    await world.advance(NIGHT(16) - virtual.now);
    world.control("qliro", { do: "settle", fee: { percent: 2.5, vatRate: 25 } });
    await world.tick();
    await world.advance(QUARTER);
    const [payout] = await world.payouts();
    expect(payout).toMatchObject({
      state: "booked",
      amount: { amountMinor: 39950 },
      proof: { linesTotal: { amountMinor: 39950 }, openTotal: { amountMinor: 0 }, balanced: true },
    });
    const rows = payout?.voucher.rows.map(({ account, debit, credit }) => [
      account,
      debit.amountMinor,
      credit.amountMinor,
    ]);
    expect(rows).toEqual([
      ["1930", 39950, 0],
      ["6570", 2000, 0],
      ["2641", 500, 0],
      ["1510", 0, 37550],
      ["1510", 0, 42450],
      ["1510", 37550, 0],
    ]);
    expect(world.control("specter", { do: "show" }).imports).toHaveLength(1);
    expect((await world.order("SE-10001")).status).toBe("settled");

    // A second run changes nothing.
    const books = async () => {
      const { orders, invoices, payments, imports } = world.control("specter", { do: "show" });
      return { payouts: await world.payouts(), orders, invoices, payments, imports };
    };
    const before = await books();
    await world.api("POST", "/payout-runs", {});
    await world.advance(QUARTER);
    await world.advance(NIGHT(17) - virtual.now);
    await world.tick();
    await world.advance(QUARTER);
    expect(await books()).toEqual(before);
    expect((await world.commands()).every((command) => ["done", "withdrawn"].includes(command.state))).toBe(true);
  });
});

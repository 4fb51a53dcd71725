import { describe, expect, it } from "vitest";
import { START, virtual } from "../kit/virtual.ts";
import { makeWorld } from "../kit/world.ts";

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

describe("the story of Qliro and Specter", () => {
  it("takes an order from the checkout to a booked payout", async () => {
    const world = await makeWorld();
    world.control("qliro", { do: "place", reference: "SE-10001", rows: ROWS });
    await world.advance(60_000);
    const placed = await world.order("SE-10001");
    expect(placed.status).toBe("open");
    console.log(JSON.stringify(placed, null, 1));
  });
});

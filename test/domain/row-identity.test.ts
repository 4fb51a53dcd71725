import { describe, expect, it } from "vitest";
import type { ShopObservation } from "../../src/domain/observation.ts";
import { Books, SHOP } from "./decide/books.ts";
import { ROWS, units } from "./decide/platforms.ts";

const seenInShop: ShopObservation = {
  source: "shop",
  connectionId: SHOP,
  connector: "shopify",
  externalId: "6021",
  orderNumber: "1001",
  aliases: [],
  state: "open",
  paid: "authorized",
  test: false,
  currency: "SEK",
  country: "SE",
  customer: { form: "person", firstName: "Anna", lastName: "Berg" },
  billing: { country: "SE" },
  shipping: { country: "SE" },
  rows: ROWS.map((row) => ({ ...row, key: `line:${row.key}` })),
  totalMinor: 29_950,
  paidElsewhereMinor: 0,
  placedAt: 1_750_000_000_000,
  payments: [
    {
      externalId: "t1",
      gateway: "Qliro One",
      connector: "qliro",
      kind: "authorization",
      state: "succeeded",
      amountMinor: 29_950,
      currency: "SEK",
    },
  ],
  fulfilments: [],
  refunds: [],
};

/** The shop's order is on its way to the ERP when its payment is seen; the ERP's answer comes after that. */
function joinedUnderway(): Books {
  const books = new Books(undefined, { shop: {}, orderNumberPattern: "{shop.orderNumber}" });
  books.see(seenInShop);
  books.execute("create_order", "lost");
  books.lookPsp();
  books.lookUp(books.command("create_order"));
  return books;
}

describe("a payment that is joined while the ERP order is being made", () => {
  it("asks nobody about a change that there was not", () => {
    expect(joinedUnderway().order.tasks).toEqual([]);
  });

  it("lets an invoice of the ERP be captured by the payment's rows", () => {
    const books = joinedUnderway();
    books.erp.invoice(units(["line:HAT", 1]));
    books.lookErp();
    expect(books.command("capture").payload).toMatchObject({ rows: [{ key: "HAT", quantity: 1 }] });
  });
});

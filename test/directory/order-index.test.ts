import { beforeAll, describe, expect, it } from "vitest";
import type { Directory } from "../../src/directory/database.ts";
import { deleteMerchant } from "../../src/directory/merchants.ts";
import { searchOrders, upsertOrderIndex } from "../../src/directory/order-index.ts";
import { newId, type OrderId } from "../../src/domain/ids.ts";
import { change, givenMerchant, migratedDirectory, NOW } from "../kit/directory.ts";

let db: Directory;
beforeAll(async () => {
  db = await migratedDirectory();
});

const orderId = (): OrderId => newId("ord", NOW, Math.random);
const FIRST_PAGE = { limit: 50, cursor: null };

describe("the order index", () => {
  it("finds an order of any merchant by any identifier, whatever its case, and shows all of them", async () => {
    const merchant = await givenMerchant(db);
    const order = orderId();
    const entries = [
      { orderId: order, type: "qliro.order_id", value: "ABC-4711" },
      { orderId: order, type: "document.invoice", value: "90017" },
    ];
    await upsertOrderIndex(db, merchant.id, entries, NOW);
    await upsertOrderIndex(db, merchant.id, entries, NOW + 1);
    const found = {
      merchantId: merchant.id,
      merchantName: "Kaffe AB",
      orderId: order,
      references: [
        { type: "document.invoice", value: "90017" },
        { type: "qliro.order_id", value: "abc-4711" },
      ],
    };
    expect(await searchOrders(db, "abc-4711", null, FIRST_PAGE)).toEqual({ items: [found], nextCursor: null });
    expect((await searchOrders(db, " 9001", null, FIRST_PAGE)).items).toEqual([found]);
    expect((await searchOrders(db, "0017", null, FIRST_PAGE)).items).toEqual([]);
  });

  it("stays within the merchant of the search, and forgets deleted ones", async () => {
    const [mine, other] = [await givenMerchant(db), await givenMerchant(db)];
    for (const { id } of [mine, other]) {
      await upsertOrderIndex(db, id, [{ orderId: orderId(), type: "shop.number", value: "scope-1" }], NOW);
    }
    expect((await searchOrders(db, "scope-1", null, FIRST_PAGE)).items).toHaveLength(2);
    const scoped = await searchOrders(db, "scope-1", mine.id, FIRST_PAGE);
    expect(scoped.items.map((order) => order.merchantId)).toEqual([mine.id]);
    await deleteMerchant(db, change(mine.id));
    expect((await searchOrders(db, "scope-1", mine.id, FIRST_PAGE)).items).toEqual([]);
  });

  it("takes and pages hundreds of orders", async () => {
    const { id } = await givenMerchant(db);
    const entries = Array.from({ length: 210 }, (_, index) => ({
      orderId: orderId(),
      type: "shop.number",
      value: `many-${index}`,
    }));
    await upsertOrderIndex(db, id, entries, NOW);
    const first = await searchOrders(db, "many-", null, { limit: 200, cursor: null });
    expect(first.items).toHaveLength(200);
    const second = await searchOrders(db, "many-", null, { limit: 200, cursor: first.nextCursor });
    expect(second.items).toHaveLength(10);
    expect(second.nextCursor).toBeNull();
    expect(new Set([...first.items, ...second.items].map((order) => order.orderId)).size).toBe(210);
  });
});

// Shopify's search syntax, as far as an order search needs it.
import { beforeEach, describe, expect, it } from "vitest";
import { createMerchant, type Json, type Merchant, placeReference } from "./merchant.ts";

let merchant: Merchant;
const PAYMENT = "u0nwmSrNntjIWozmNslK5Tlq";
beforeEach(() => {
  merchant = createMerchant();
  placeReference(merchant, { paymentId: PAYMENT, kind: "sale" });
  merchant.clock.now += 86_400_000;
  placeReference(merchant, { gateway: "Qliro", tags: ["vip"], customer: { email: "bo@example.se" } });
  merchant.clock.now += 86_400_000;
  placeReference(merchant, { name: "SE 7", test: true, payment: "none" });
});

const find = async (query: string): Promise<string[]> => {
  const answer = await merchant.ask(
    `query($q: String) { orders(first: 9, query: $q, sortKey: ID) { nodes { name } } }`,
    {
      q: query,
    },
  );
  return answer.data.orders.nodes.map((each: Json) => each.name);
};

describe("a search", () => {
  it.each([
    [`payment_id:${PAYMENT}`, ["#1001"]],
    [`payment_id:'${PAYMENT}'`, ["#1001"]],
    [`payment_id:${PAYMENT.toLowerCase()}`, []],
    ["name:#1001", ["#1001"]],
    ["name:1001", ["#1001"]],
    ['name:"SE 7"', ["SE 7"]],
    ["name:10*", ["#1001", "#1002"]],
    ["name:100", []],
    ["updated_at:>='2026-10-06T12:03:11Z'", ["#1002", "SE 7"]],
    ["updated_at:>='2026-10-06T12:03:12Z' AND updated_at:<'2026-10-08'", ["SE 7"]],
    ["created_at:2026-10-06", ["#1002"]],
    ["created_at:<=2026-10-06", ["#1001", "#1002"]],
    ["created_at:>2026-10-06", ["SE 7"]],
    ["created_at:>=2026-10-06T14:03:11+02:00", ["#1002", "SE 7"]],
    ["name:#1001 OR name:#1002", ["#1001", "#1002"]],
    ["gateway:Klarna", ["#1001"]],
    ["-gateway:Klarna tag:vip", ["#1002"]],
    ["NOT (name:#1001 OR test:true)", ["#1002"]],
    ["financial_status:paid", ["#1001"]],
    ["email:bo@example.se", ["#1002"]],
    ["#1002", ["#1002"]],
    ["", ["#1001", "#1002", "SE 7"]],
  ])("for %s finds %j", async (query, names) => {
    expect(await find(query)).toEqual(names);
  });

  it("finds an order by its number, whatever is before it in an id", async () => {
    const { orderId } = merchant.control({ do: "show", name: "#1002" });
    expect(await find(`id:${orderId}`)).toEqual(["#1002"]);
    expect(await find(`id:>${orderId}`)).toEqual(["SE 7"]);
  });

  it("leaves a field it does not know out of account, and warns", async () => {
    const answer = await merchant.ask(`{ orders(first: 9, query: "paymentid:1") { nodes { name } } }`);
    expect(answer.data.orders.nodes).toHaveLength(3);
    expect(answer.extensions.search).toMatchObject([{ warnings: [{ field: "paymentid", code: "invalid_field" }] }]);
  });
});

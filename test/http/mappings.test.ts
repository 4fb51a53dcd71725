import { beforeAll, describe, expect, it } from "vitest";
import { connect, makeMerchant, type TestApi, testApi } from "../kit/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const paths = (answer: { body: { errors: { path: string }[] } }) => answer.body.errors.map(({ path }) => path).sort();

describe("sales accounts", () => {
  it("are replaced whole and told to the object", async () => {
    const merchant = await makeMerchant(api);
    const path = `/api/v1/merchants/${merchant}/mappings/sales-accounts`;
    const items = [
      { country: "FI", vatRateBps: 2550, account: "3106", vatCode: "OSS" },
      { country: "SE", vatRateBps: 2500, account: "3001" },
    ];
    expect((await api.call("PUT", path, { body: { items } })).body).toEqual({ items });
    expect((await api.call("GET", path)).body).toEqual({ items });
    expect(api.object(merchant).taken.at(-1)?.salesAccounts).toEqual(items);
    expect((await api.call("PUT", path, { body: { items: [] } })).body).toEqual({ items: [] });
  });

  it("are refused with every wrong field and every doubled pair named, and nothing is written", async () => {
    const merchant = await makeMerchant(api);
    const path = `/api/v1/merchants/${merchant}/mappings/sales-accounts`;
    const refused = await api.call("PUT", path, {
      body: {
        items: [
          { country: "SE", vatRateBps: 2500, account: "3001" },
          { country: "Sweden", vatRateBps: 12.5, account: "30" },
          { country: "SE", vatRateBps: 2500, account: "3002" },
          { country: "NO", vatRateBps: 10001, account: "123456789" },
        ],
      },
    });
    expect(refused.status).toBe(400);
    expect(paths(refused)).toEqual([
      "items.1.account",
      "items.1.country",
      "items.1.vatRateBps",
      "items.2",
      "items.3.account",
      "items.3.vatRateBps",
    ]);
    expect(refused.text).toContain("SE and 2500 is mapped at 0 already");
    expect((await api.call("GET", path)).body).toEqual({ items: [] });
  });
});

describe("settlement accounts", () => {
  const accounts = { payoutAccount: "1930", bankCostAccount: "6570", feeVatAccount: "2641" };

  it("are replaced whole, optional ones and methods included", async () => {
    const merchant = await makeMerchant(api);
    const connectionId = await connect(api, merchant, "qliro");
    const path = `/api/v1/merchants/${merchant}/mappings/settlement-accounts`;
    expect((await api.call("GET", path)).body).toEqual({ accounts: null });
    const methods = [{ connectionId, paymentMethod: "INVOICE", account: "1580" }];
    const body = { ...accounts, roundingAccount: "3740", methods };
    expect((await api.call("PUT", path, { body })).body).toEqual(body);
    expect((await api.call("GET", path)).body).toEqual({ accounts: body });
    expect((await api.call("PUT", path, { body: { ...accounts, methods: [] } })).status).toBe(200);
    expect((await api.call("GET", path)).body).toEqual({ accounts: { ...accounts, methods: [] } });
  });

  it("refuse connections of others and doubled methods along with wrong accounts", async () => {
    const merchant = await makeMerchant(api);
    const own = await connect(api, merchant, "qliro");
    const foreign = await connect(api, await makeMerchant(api), "qliro");
    const refused = await api.call("PUT", `/api/v1/merchants/${merchant}/mappings/settlement-accounts`, {
      body: {
        payoutAccount: "bank",
        bankCostAccount: "6570",
        methods: [
          { connectionId: own, paymentMethod: "INVOICE", account: "1580" },
          { connectionId: own, paymentMethod: "INVOICE", account: "1581" },
          { connectionId: foreign, paymentMethod: "CARD", account: "1582" },
        ],
      },
    });
    expect(refused.status).toBe(400);
    expect(paths(refused)).toEqual(["feeVatAccount", "methods.1", "methods.2.connectionId", "payoutAccount"]);
  });
});

describe("the order number pattern", () => {
  it("is shown on real orders", async () => {
    const merchant = await makeMerchant(api);
    const path = `/api/v1/merchants/${merchant}/mappings/order-number`;
    const body = { pattern: "Q-{psp.merchantReference}/{psp.orderId}" };
    expect((await api.call("PUT", path, { body })).body).toEqual({ ...body, examples: ["Q-4711/900"] });
    expect((await api.call("GET", path)).body.pattern).toBe(body.pattern);
    expect(api.object(merchant).taken.at(-1)?.orderNumberPattern).toBe(body.pattern);
  });

  it("is shown on a sample while the object cannot be asked", async () => {
    const merchant = await makeMerchant(api);
    api.object(merchant).orders = async () => {
      throw new Error("asleep");
    };
    const path = `/api/v1/merchants/${merchant}/mappings/order-number`;
    const answer = await api.call("PUT", path, { body: { pattern: "W{shop.orderNumber}" } });
    expect(answer.body.examples).toEqual(["W1001"]);
  });

  it.each(["{shop.number}", "12345", "{psp.orderId", ""])("is refused when it is %j", async (pattern) => {
    const merchant = await makeMerchant(api);
    const path = `/api/v1/merchants/${merchant}/mappings/order-number`;
    const refused = await api.call("PUT", path, { body: { pattern } });
    expect(refused.status).toBe(400);
    expect(paths(refused)).toEqual(["pattern"]);
    expect((await api.call("GET", path)).body.pattern).toBe("{psp.merchantReference}");
  });
});

describe("the payout schedule", () => {
  it("is at 23:00 in the merchant's time zone until it is set", async () => {
    const merchant = await makeMerchant(api, { timezone: "Europe/Helsinki" });
    const path = `/api/v1/merchants/${merchant}/schedule`;
    expect((await api.call("GET", path)).body).toEqual({ payouts: { time: "23:00", timezone: "Europe/Helsinki" } });
    const set = await api.call("PUT", path, { body: { payouts: { time: "06:30", timezone: "Europe/Oslo" } } });
    expect(set.body).toEqual({ payouts: { time: "06:30", timezone: "Europe/Oslo" } });
    expect(api.object(merchant).taken.at(-1)).toMatchObject({ payoutTime: "06:30", payoutTimezone: "Europe/Oslo" });
    const back = await api.call("PUT", path, { body: { payouts: { time: "23:00" } } });
    expect(back.body.payouts.timezone).toBe("Europe/Helsinki");
  });

  it("is refused with both fields named", async () => {
    const merchant = await makeMerchant(api);
    const refused = await api.call("PUT", `/api/v1/merchants/${merchant}/schedule`, {
      body: { payouts: { time: "24:00", timezone: "Stockholm" } },
    });
    expect(paths(refused)).toEqual(["payouts.time", "payouts.timezone"]);
  });
});

import { describe, expect, it } from "vitest";
import { type ShopifySettings, shopifySettings } from "../../../src/connectors/shopify/config.ts";
import { observationOf } from "../../../src/connectors/shopify/translate.ts";
import { orderData } from "../../../src/connectors/shopify/wire.ts";
import { rowsTotal } from "../../../src/domain/money.ts";
import reference from "./golden/order-reference.json";
import returned from "./golden/order-returned-and-delivered.json";
import till from "./golden/order-till-with-gift-card-and-cash.json";
import {
  ADDRESS,
  AUTHORIZATION,
  asRead,
  BOOK,
  both,
  connection,
  FREIGHT,
  fulfillment,
  REFERENCE_ORDER,
  refund,
  SHIRT,
  sek,
} from "./order.ts";

const translate = (given: object = {}, settings: Partial<ShopifySettings> = {}) =>
  observationOf(asRead(given), "con_test", { ...shopifySettings.parse({}), ...settings });

function seen(given: object = {}, settings: Partial<ShopifySettings> = {}) {
  const made = translate(given, settings);
  if (!made.ok) throw new Error(made.error);
  expect(made.value.totalMinor).toBe(rowsTotal(made.value.rows));
  return made.value;
}

const priced = (given: object = {}, settings: Partial<ShopifySettings> = {}) =>
  seen(given, settings).rows.map(({ key, quantity, unitPriceMinor, vatRateBps }) => [
    key,
    quantity,
    unitPriceMinor,
    vatRateBps,
  ]);

const REFERENCE_ROWS = [
  ["line:15339201", 2, 22410, 2500],
  ["line:15339202", 1, 10600, 600],
  ["ship:4455", 1, 4900, 2500],
];

const CAPTURE = {
  ...AUTHORIZATION,
  id: "gid://shopify/OrderTransaction/7654321005",
  kind: "CAPTURE",
  paymentId: null,
  parentTransaction: { id: AUTHORIZATION.id },
};

const GIFT_CARD_PAYMENT = {
  ...AUTHORIZATION,
  id: "gid://shopify/OrderTransaction/7654321000",
  kind: "SALE",
  gateway: "gift_card",
  formattedGateway: "Gift Card",
  paymentId: "#1001.1",
  amountSet: sek("200.0"),
};

describe("the reference order", () => {
  it("is translated as agreed", () => {
    expect(translate()).toEqual({ ok: true, value: reference });
  });

  it("is the same in edges, in plain lists, and with numbers for ids", () => {
    const edges = (nodes: readonly unknown[]) => ({ edges: nodes.map((node) => ({ node })) });
    expect(translate({ lineItems: edges([SHIRT, BOOK]), shippingLines: edges([FREIGHT]) })).toEqual(translate());
    const lines = [
      { ...SHIRT, id: 15339201 },
      { ...BOOK, id: "15339202" },
    ];
    expect(translate({ lineItems: lines, id: 6021457707331 })).toEqual(translate());
  });

  it("with a part delivered, a row and its freight sent back, is translated as agreed", () => {
    const order = {
      displayFinancialStatus: "PARTIALLY_REFUNDED",
      currentTotalPriceSet: sek("330.1"),
      lineItems: connection([{ ...SHIRT, currentQuantity: 1 }, BOOK]),
      transactions: [
        AUTHORIZATION,
        CAPTURE,
        {
          ...CAPTURE,
          id: "gid://shopify/OrderTransaction/7654321009",
          kind: "REFUND",
          amountSet: sek("273.1"),
          parentTransaction: { id: CAPTURE.id },
        },
      ],
      refunds: [refund(90210, [[SHIRT, 1, "224.1"]], [["273.1"]], { freight: "49.0" })],
      fulfillments: [
        fulfillment(3, [[BOOK, 1]]),
        fulfillment(1, [[SHIRT, 2]], "CANCELLED"),
        fulfillment(2, [[SHIRT, 1]]),
      ],
    };
    expect(translate(order)).toEqual({ ok: true, value: returned });
  });

  it("gives every amount, quantity and rate as a whole number", () => {
    for (const golden of [reference, returned, till])
      expect(JSON.stringify(golden)).not.toMatch(/(Minor|quantity|Bps|At)":-?\d+\.\d/);
  });
});

describe("rows", () => {
  it("add tax where prices have none", () => {
    const untaxed = {
      taxesIncluded: false,
      lineItems: connection([
        { ...SHIRT, originalUnitPriceSet: sek("199.2"), discountAllocations: [{ allocatedAmountSet: sek("39.84") }] },
        { ...BOOK, originalUnitPriceSet: sek("100.0") },
      ]),
      shippingLines: connection([{ ...FREIGHT, originalPriceSet: sek("39.2") }]),
    };
    expect(priced(untaxed)).toEqual(REFERENCE_ROWS);
  });

  it("are in the buyer's currency, or the shop's where the setting says so", () => {
    const abroad = {
      presentmentCurrencyCode: "EUR",
      totalPriceSet: both("249.0", "22.99"),
      currentTotalPriceSet: both("249.0", "22.99"),
      totalTipReceivedSet: null,
      lineItems: connection([
        {
          ...SHIRT,
          quantity: 1,
          currentQuantity: 1,
          originalUnitPriceSet: both("249.0", "22.99"),
          discountAllocations: [],
          taxLines: [{ rate: 0.255, priceSet: both("50.6", "4.67") }],
        },
      ]),
      shippingLines: connection([]),
      transactions: [{ ...AUTHORIZATION, amountSet: both("249.0", "22.99") }],
      shippingAddress: { ...ADDRESS, countryCodeV2: "fi" },
    };
    const bought = seen(abroad);
    expect(bought).toMatchObject({ currency: "EUR", country: "FI", totalMinor: 2299 });
    expect(bought.rows).toMatchObject([{ unitPriceMinor: 2299, vatRateBps: 2550 }]);
    const booked = seen(abroad, { currency: "shop" });
    expect(booked).toMatchObject({ currency: "SEK", totalMinor: 24900 });
    // What the PSP shows is in the buyer's currency, whatever the ERP's.
    for (const { payments } of [bought, booked])
      expect(payments).toMatchObject([{ amountMinor: 2299, currency: "EUR" }]);
  });

  it("know currencies without minor units", () => {
    const yen = (amount: string) => ({ shopMoney: { amount, currencyCode: "JPY" } });
    const lines = connection([
      { ...BOOK, originalUnitPriceSet: yen("1060.0"), taxLines: [{ rate: 0.1, priceSet: yen("96.0") }] },
    ]);
    const order = {
      currencyCode: "JPY",
      presentmentCurrencyCode: "JPY",
      totalPriceSet: yen("1060"),
      currentTotalPriceSet: null,
      totalTipReceivedSet: null,
      lineItems: lines,
      shippingLines: connection([]),
      transactions: [],
    };
    expect(seen(order)).toMatchObject({ currency: "JPY", totalMinor: 1060 });
  });

  it.each([
    ["0.255", 2550],
    [0.255, 2550],
    [0.06, 600],
    [0, 0],
    [0.08875, 888],
  ])("read the rate %j exactly", (rate, bps) => {
    const lines = connection([SHIRT, { ...BOOK, taxLines: [{ rate, priceSet: sek("6.0") }] }]);
    expect(seen({ lineItems: lines }).rows[1]).toMatchObject({ vatRateBps: bps });
  });

  it("have the sum of several rates, and 0 without any", () => {
    const two = [0.05, 0.09975].map((rate) => ({ rate, priceSet: sek("1.0") }));
    const lines = connection([
      { ...SHIRT, taxLines: two },
      { ...BOOK, taxLines: [] },
    ]);
    expect(seen({ lineItems: lines }).rows).toMatchObject([{ vatRateBps: 1498 }, { vatRateBps: 0 }, {}]);
  });

  it("split a line whose discount does not divide, and lose nothing", () => {
    const lines = connection([
      { ...SHIRT, quantity: 3, currentQuantity: 3, discountAllocations: [{ allocatedAmountSet: sek("100.0") }] },
    ]);
    expect(priced({ lineItems: lines, totalPriceSet: sek("696.0") })).toEqual([
      ["line:15339201", 1, 21566, 2500],
      ["line:15339201#2", 2, 21567, 2500],
      ["ship:4455", 1, 4900, 2500],
    ]);
  });

  it("take shipping discounts off", () => {
    const free = { ...FREIGHT, discountAllocations: [{ allocatedAmountSet: sek("49.0") }] };
    expect(priced({ shippingLines: connection([free]), totalPriceSet: sek("554.2") })).toEqual([
      ...REFERENCE_ROWS.slice(0, 2),
      ["ship:4455", 1, 0, 2500],
    ]);
  });

  it("show a sold gift card as a row without VAT", () => {
    const card = { ...BOOK, sku: null, title: "Presentkort", isGiftCard: true, taxLines: [] };
    expect(seen({ lineItems: connection([SHIRT, card]) }).rows[1]).toMatchObject({
      kind: "product",
      reference: "Presentkort",
      unitPriceMinor: 10600,
      vatRateBps: 0,
    });
  });

  it("show a tip as a fee without VAT, whether it is a line or only part of the total", () => {
    const tipped = { totalTipReceivedSet: sek("20.0"), totalPriceSet: sek("623.2") };
    expect(seen(tipped).rows.at(-1)).toMatchObject({ key: "tip", kind: "fee", unitPriceMinor: 2000, vatRateBps: 0 });
    const tip = { ...BOOK, id: "gid://shopify/LineItem/9", sku: null, title: "Tip", taxLines: [] };
    const line = { ...tip, originalUnitPriceSet: sek("20.0") };
    const inLines = seen({ ...tipped, lineItems: connection([SHIRT, BOOK, line]) });
    expect(inLines.rows.filter((row) => row.kind === "fee")).toMatchObject([{ key: "line:9", unitPriceMinor: 2000 }]);
    expect(inLines.totalMinor).toBe(62320);
  });

  it("round by a row of its own, and refuse what a rounding cannot explain", () => {
    expect(seen({ totalPriceSet: sek("603.18") }).rows.at(-1)).toMatchObject({ key: "rounding", unitPriceMinor: -2 });
    expect(translate({ totalPriceSet: sek("653.2") })).toMatchObject({ ok: false, error: /5000 minor units/ });
  });
});

describe("an edited order", () => {
  const edited = (given: object) => ({ edited: true, ...given });

  it("has what the edit left: removed units are gone, added lines are there", () => {
    const order = edited({
      currentTotalPriceSet: sek("379.1"),
      lineItems: connection([{ ...SHIRT, currentQuantity: 1 }, BOOK]),
      refunds: [refund(1, [[SHIRT, 1, "224.1"]], [])],
    });
    expect(priced(order)).toEqual([["line:15339201", 1, 22410, 2500], ...REFERENCE_ROWS.slice(1)]);
    expect(seen(order).refunds).toEqual([]);
    const removed = edited({
      currentTotalPriceSet: sek("497.2"),
      lineItems: connection([SHIRT, { ...BOOK, currentQuantity: 0 }]),
    });
    expect(priced(removed)).toEqual([REFERENCE_ROWS[0], REFERENCE_ROWS[2]]);
  });

  it("keeps the rest of an uneven discount, to the minor unit that Shopify states", () => {
    const order = edited({
      taxesIncluded: false,
      currentTotalPriceSet: sek("207.57"),
      lineItems: connection([
        {
          ...SHIRT,
          quantity: 3,
          currentQuantity: 2,
          originalUnitPriceSet: sek("100.0"),
          discountAllocations: [{ allocatedAmountSet: sek("50.92") }],
          taxLines: [{ rate: 0.25, priceSet: sek("62.27") }],
        },
      ]),
      shippingLines: connection([]),
    });
    const { rows, totalMinor } = seen(order);
    expect(totalMinor).toBe(20757);
    expect(rows.map(({ key, quantity }) => [key, quantity])).toEqual([
      ["line:15339201", 2],
      ["rounding", 1],
    ]);
  });
});

describe("payments", () => {
  it("with a gift card beside the PSP tell what was paid elsewhere", () => {
    const order = {
      displayFinancialStatus: "PARTIALLY_PAID",
      transactions: [GIFT_CARD_PAYMENT, { ...AUTHORIZATION, amountSet: sek("403.2") }],
    };
    expect(seen(order)).toMatchObject({
      totalMinor: 60320,
      paidElsewhereMinor: 20000,
      paid: "authorized",
      payments: [
        { gateway: "gift_card", connector: null, kind: "sale", amountMinor: 20000 },
        { gateway: "Klarna", connector: "klarna", kind: "authorization", amountMinor: 40320 },
      ],
    });
    expect(seen({ ...order, transactions: [GIFT_CARD_PAYMENT] })).toMatchObject({ paid: "no" });
  });

  it("keep a declined try and its id apart from the payment that stands", () => {
    const declined = { ...AUTHORIZATION, id: "1", status: "FAILURE", paymentId: "DECLINED-1" };
    const waiting = { ...AUTHORIZATION, id: "2", status: "AWAITING_RESPONSE", paymentId: "u0nwmsrnntjiwozmnslk5tlq" };
    const order = seen({ transactions: [declined, waiting, AUTHORIZATION] });
    expect(order.payments.map(({ state }) => state)).toEqual(["failed", "pending", "succeeded"]);
    expect(order.aliases.filter(({ type }) => type === "shopify.payment_id")).toEqual([
      { type: "shopify.payment_id", value: "u0nwmsrnntjiwozmnslk5tlq", tier: 2 },
      { type: "shopify.payment_id", value: "u0nwmSrNntjIWozmNslK5Tlq", tier: 2 },
    ]);
  });

  it.each([
    ["PAID", "paid"],
    ["PARTIALLY_REFUNDED", "paid"],
    ["REFUNDED", "paid"],
    ["AUTHORIZED", "authorized"],
    ["PENDING", "no"],
    ["VOIDED", "no"],
    ["EXPIRED", "no"],
    ["SOMETHING_NEW", "no"],
    [null, "no"],
  ])("of an order that is %j are %s", (displayFinancialStatus, paid) => {
    expect(seen({ displayFinancialStatus }).paid).toBe(paid);
  });

  it("leave out change and suggestions", () => {
    const kinds = ["SUGGESTED_REFUND", "CHANGE", "SOMETHING_NEW"];
    expect(seen({ transactions: kinds.map((kind) => ({ ...AUTHORIZATION, kind })) }).payments).toEqual([]);
  });
});

describe("a refund", () => {
  const afterwards = (one: object) =>
    seen({ refunds: [one], lineItems: connection([{ ...SHIRT, currentQuantity: 1 }, BOOK]) });

  it("of rows takes them, and leaves the order's rows as they were ordered", () => {
    const order = afterwards(refund(90210, [[SHIRT, 1, "224.1"]], [["224.1"]]));
    expect(order.refunds).toMatchObject([
      { externalId: "90210", amountMinor: 22410, adjustmentMinor: 0, state: "succeeded" },
    ]);
    expect(order.rows[0]).toMatchObject({ quantity: 2 });
  });

  it("of an amount only is an adjustment; of less than the rows, a negative one", () => {
    expect(seen({ refunds: [refund(1, [], [["50.0"]])] }).refunds).toMatchObject([
      { rows: [], amountMinor: 5000, adjustmentMinor: 5000 },
    ]);
    expect(afterwards(refund(1, [[SHIRT, 1, "224.1"]], [["200.0"]])).refunds).toMatchObject([
      { rows: [{ key: "line:15339201", quantity: 1 }], amountMinor: 20000, adjustmentMinor: -2410 },
    ]);
  });

  it("of the whole freight has its row, of a part of it an adjustment", () => {
    expect(seen({ refunds: [refund(1, [], [["49.0"]], { freight: "49.0" })] }).refunds).toMatchObject([
      { rows: [{ key: "ship:4455", quantity: 1 }], adjustmentMinor: 0 },
    ]);
    const twice = [1, 2].map((id) => refund(id, [], [["49.0"]], { freight: "49.0" }));
    expect(seen({ refunds: twice }).refunds).toMatchObject([
      { adjustmentMinor: 0 },
      { rows: [], adjustmentMinor: 4900 },
    ]);
    expect(seen({ refunds: [refund(1, [], [["20.0"]], { freight: "20.0" })] }).refunds).toMatchObject([
      { rows: [], adjustmentMinor: 2000 },
    ]);
  });

  it("is pending or failed as its transactions are; a failed one beside a good one does not count", () => {
    expect(afterwards(refund(1, [[SHIRT, 1, "224.1"]], [["224.1", "PENDING"]])).refunds[0]?.state).toBe("pending");
    expect(afterwards(refund(1, [[SHIRT, 1, "224.1"]], [["224.1", "ERROR"]])).refunds[0]?.state).toBe("failed");
    const money: [string, string?][] = [["224.1", "FAILURE"], ["224.1"]];
    expect(afterwards(refund(1, [[SHIRT, 1, "224.1"]], money)).refunds).toMatchObject([
      { state: "succeeded", amountMinor: 22410 },
    ]);
  });

  it("of units at two prices takes those that are worth what Shopify says", () => {
    const line = {
      ...SHIRT,
      quantity: 3,
      currentQuantity: 1,
      discountAllocations: [{ allocatedAmountSet: sek("100.0") }],
    };
    const refunds = [refund(1, [[SHIRT, 1, "215.67"]], [["215.67"]]), refund(2, [[SHIRT, 1, "215.66"]], [["215.66"]])];
    const order = seen({ lineItems: connection([line]), totalPriceSet: sek("696.0"), refunds });
    expect(order.refunds.map(({ rows, adjustmentMinor }) => [rows[0]?.key, adjustmentMinor])).toEqual([
      ["line:15339201#2", 0],
      ["line:15339201", 0],
    ]);
  });
});

describe("a cancelled order", () => {
  const gone = connection([
    { ...SHIRT, currentQuantity: 0 },
    { ...BOOK, currentQuantity: 0 },
  ]);

  it("keeps the rows it had, whether money went back or not", () => {
    const cancelledAt = "2026-10-06T09:00:00Z";
    for (const money of [[], [["603.2"]]] as [string][][]) {
      const removal = refund(
        1,
        [
          [SHIRT, 2, "448.2"],
          [BOOK, 1, "106.0"],
        ],
        money,
        { createdAt: cancelledAt },
      );
      const order = { cancelledAt, lineItems: gone, refunds: [removal], currentTotalPriceSet: sek("0.0") };
      expect(seen(order).state).toBe("cancelled");
      expect(priced(order)).toEqual(REFERENCE_ROWS);
    }
    expect(priced({ cancelledAt, lineItems: gone })).toEqual(REFERENCE_ROWS);
  });

  it("does not bring back what an edit had removed before", () => {
    const cancelledAt = "2026-10-06T09:00:00Z";
    const refunds = [
      refund(1, [[BOOK, 1, "106.0"]], [], { createdAt: "2026-10-05T15:00:00Z" }),
      refund(2, [[SHIRT, 2, "448.2"]], [], { createdAt: "2026-10-06T08:59:58Z" }),
    ];
    expect(priced({ edited: true, cancelledAt, lineItems: gone, refunds })).toEqual([
      REFERENCE_ROWS[0],
      REFERENCE_ROWS[2],
    ]);
  });
});

describe("people and places", () => {
  it("of a till order without any address are as agreed", () => {
    const order = {
      billingAddress: null,
      shippingAddress: null,
      customer: null,
      email: null,
      customerLocale: null,
      confirmationNumber: null,
      checkoutToken: null,
      shippingLines: connection([]),
      totalPriceSet: sek("554.2"),
      displayFinancialStatus: "PAID",
      transactions: [
        GIFT_CARD_PAYMENT,
        { ...GIFT_CARD_PAYMENT, id: "2", gateway: "cash", paymentId: null, amountSet: sek("400.0") },
        { ...GIFT_CARD_PAYMENT, id: "3", gateway: "cash", kind: "CHANGE", paymentId: null, amountSet: sek("45.8") },
      ],
    };
    expect(translate(order)).toEqual({ ok: true, value: till });
  });

  it("take a missing address from the other one, and a name from the customer", () => {
    expect(seen({ billingAddress: null })).toMatchObject({ billing: { city: "Stockholm" }, country: "SE" });
    const nameless = { ...ADDRESS, firstName: null, lastName: "" };
    expect(seen({ billingAddress: null, shippingAddress: nameless })).toMatchObject({
      customer: { firstName: "Anna", lastName: "Berg" },
      billing: { street: "Storgatan 1" },
    });
  });

  it("of a company are a company's", () => {
    expect(seen({ billingAddress: { ...ADDRESS, company: "Berg AB" } }).customer).toMatchObject({
      form: "company",
      companyName: "Berg AB",
    });
  });
});

describe("an order", () => {
  it("is a test order as the shop says, unless the setting says to treat it as real", () => {
    expect(seen({ test: true }).test).toBe(true);
    expect(seen({ test: true }, { includeTestOrders: true }).test).toBe(false);
  });

  it("keeps the shop's prefix in its number, and drops only the #", () => {
    const order = seen({ name: "#se1001-a" });
    expect(order.orderNumber).toBe("se1001-a");
    expect(order.aliases[1]).toEqual({ type: "shopify.name", value: "SE1001-A", raw: "#se1001-a", tier: 4 });
  });

  it.each([
    ["another currency", { totalPriceSet: both("1", "1"), presentmentCurrencyCode: "NOK" }],
    ["more decimals than the currency has", { totalPriceSet: sek("603.205") }],
    ["no amount", { totalPriceSet: {} }],
    ["an amount that is none", { transactions: [{ ...AUTHORIZATION, amountSet: sek("1e3") }] }],
    ["a tax line without a rate", { lineItems: connection([{ ...BOOK, taxLines: [{ priceSet: sek("6.0") }] }]) }],
    ["no time", { processedAt: null, createdAt: "yesterday" }],
  ])("with %s is not understood, and nothing of it is repeated", (_, given) => {
    const made = translate(given);
    expect(made).toEqual({ ok: false, error: expect.stringMatching(/\w{4,}/) });
    expect(JSON.stringify(made)).not.toMatch(/603|Anna|u0nwm/);
  });

  it("that misses what every order has is not read at all", () => {
    for (const field of ["id", "totalPriceSet", "taxesIncluded", "currencyCode"])
      expect(orderData.safeParse({ order: { ...REFERENCE_ORDER, [field]: undefined } }).success, field).toBe(false);
    expect(orderData.safeParse({ order: null }).success).toBe(true);
  });
});

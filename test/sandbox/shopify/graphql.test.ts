// The Admin API in GraphQL: whatever is asked in the language works, and whatever is not in the schema says so.
import { beforeEach, describe, expect, it } from "vitest";
import { createMerchant, type Json, type Merchant, placeReference } from "./merchant.ts";

let merchant: Merchant;
beforeEach(() => {
  merchant = createMerchant();
});

const codes = (answer: Json) => answer.errors.map((each: Json) => each.extensions?.code ?? each.message);

describe("a query", () => {
  it("reads an order with aliases, fragments, variables and directives", async () => {
    const { orderId, paymentId } = placeReference(merchant);
    const answer = await merchant.ask(
      `query Read($id: ID!, $lines: Int = 2, $deep: Boolean!) {
        it: order(id: $id) {
          __typename id number: name
          ...Money
          lineItems(first: $lines) { edges { cursor node { sku } } pageInfo { hasNextPage } }
          transactions(first: 5) @include(if: $deep) { kind paymentId parentTransaction { id } }
          note @skip(if: true)
          discountApplications(first: 5) { nodes {
            __typename index
            ... on ManualDiscountApplication { title }
            value { ... on MoneyV2 { amount } ... on PricingPercentageValue { percentage } }
          } }
        }
      }
      # A comment, and a fragment after its use.
      fragment Money on Order { totalPriceSet { shopMoney { amount currencyCode } } }`,
      { id: `gid://shopify/Order/${orderId}`, deep: true },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.it).toEqual({
      __typename: "Order",
      id: `gid://shopify/Order/${orderId}`,
      number: "#1001",
      totalPriceSet: { shopMoney: { amount: "603.20", currencyCode: "SEK" } },
      lineItems: {
        edges: [
          { cursor: expect.any(String), node: { sku: "TS-BLK-M" } },
          { cursor: expect.any(String), node: { sku: "BOK-01" } },
        ],
        pageInfo: { hasNextPage: false },
      },
      transactions: [{ kind: "AUTHORIZATION", paymentId, parentTransaction: null }],
      discountApplications: {
        nodes: [{ __typename: "ManualDiscountApplication", index: 0, title: "T-shirt", value: { amount: "49.80" } }],
      },
    });
  });

  it("runs the reference's own backfill query (section 5)", async () => {
    const { paymentId } = placeReference(merchant);
    const answer = await merchant.ask(
      `query Backfill($q: String!, $after: String) {
        orders(first: 50, after: $after, query: $q, sortKey: UPDATED_AT) {
          pageInfo { hasNextPage endCursor }
          nodes {
            id legacyResourceId name confirmationNumber createdAt updatedAt processedAt cancelledAt test
            sourceIdentifier sourceName paymentGatewayNames displayFinancialStatus taxesIncluded
            currencyCode presentmentCurrencyCode
            totalPriceSet { shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }
            transactions(first: 50) { id kind status gateway formattedGateway paymentId authorizationCode
              amountSet { presentmentMoney { amount currencyCode } } parentTransaction { id } processedAt receiptJson test }
          }
        }
      }`,
      { q: `payment_id:${paymentId}` },
    );
    expect(answer.errors).toBeUndefined();
    expect(answer.data.orders.nodes).toMatchObject([
      { name: "#1001", displayFinancialStatus: "AUTHORIZED", createdAt: "2026-10-05T12:03:11Z", taxesIncluded: true },
    ]);
    expect(answer.extensions.cost.requestedQueryCost).toBeLessThan(1_000);
  });

  it("pages through orders by cursor, each once, also when one changes in between", async () => {
    const names = Array.from({ length: 5 }, () => {
      merchant.clock.now += 1_000;
      return placeReference(merchant).name;
    });
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const query = `query($after: String) { orders(first: 2, after: $after, sortKey: CREATED_AT) { nodes { name } pageInfo { hasNextPage endCursor } } }`;
      const answer: Json = await merchant.ask(query, { after });
      seen.push(...answer.data.orders.nodes.map((each: Json) => each.name));
      merchant.control({ do: "tag", name: names[0], tags: ["seen"] });
      after = answer.data.orders.pageInfo.hasNextPage ? answer.data.orders.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(names);
    const last = await merchant.ask("{ orders(first: 1, reverse: true, sortKey: ID) { nodes { name } } }");
    expect(last.data.orders.nodes).toEqual([{ name: "#1005" }]);
    const tail = await merchant.ask("{ orders(last: 2, sortKey: ID) { nodes { name } } }");
    expect(tail.data.orders.nodes).toEqual([{ name: "#1004" }, { name: "#1005" }]);
  });

  it("finds objects by id, and nothing of another shop", async () => {
    const { orderId, transactions } = placeReference(merchant);
    merchant.control({ do: "shop", shopDomain: "tyg.myshopify.com", accessToken: "other", clientSecret: "other" });
    const query = `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Order { name } ... on OrderTransaction { kind } } }`;
    const ids = [
      `gid://shopify/Order/${orderId}`,
      `gid://shopify/OrderTransaction/${transactions[0].id}`,
      "gid://shopify/Order/1",
    ];
    const answer = await merchant.ask(query, { ids });
    expect(answer.data.nodes).toEqual([
      { __typename: "Order", id: ids[0], name: "#1001" },
      { __typename: "OrderTransaction", id: ids[1], kind: "AUTHORIZATION" },
      null,
    ]);
    const response = await merchant.network.fetch("http://sandbox.test/shopify/admin/api/2026-07/graphql.json", {
      method: "POST",
      headers: { "x-shopify-access-token": "other", "content-type": "application/json" },
      body: JSON.stringify({ query, variables: { ids } }),
    });
    expect(await response.json()).toMatchObject({ data: { nodes: [null, null, null] } });
    expect(codes(await merchant.ask(`{ order(id: "1001") { id } }`))).toEqual(["INVALID_ID"]);
  });

  it("tells of the shop and of what the app may do", async () => {
    const answer = await merchant.ask(
      `{ shop { myshopifyDomain currencyCode taxesIncluded ianaTimezone timezoneOffset }
         currentAppInstallation { accessScopes { handle } } appInstallation { id } }`,
    );
    expect(answer.data.shop).toMatchObject({ myshopifyDomain: "kaffe.myshopify.com", timezoneOffset: "+0200" });
    expect(answer.data.currentAppInstallation.accessScopes.map((each: Json) => each.handle)).toContain(
      "read_all_orders",
    );
  });

  it("shows every field of every type that an order reaches", async () => {
    const { orderId } = placeReference(merchant, { kind: "sale", tip: "10", discounts: [{ percent: 5 }] });
    merchant.control({ do: "fulfil", orderId, rows: [{ sku: "BOK-01" }], tracking: {} });
    merchant.control({ do: "refund", orderId, rows: [{ sku: "TS-BLK-M" }], shipping: "10", amount: "300" });
    const answer = await merchant.ask(everything(), { id: `gid://shopify/Order/${orderId}` });
    expect(answer.errors).toBeUndefined();
    expect(answer.data.order.refunds[0].refundShippingLines.nodes).toHaveLength(1);
  });
});

describe("a request that is not in the schema", () => {
  it.each([
    ["{ shop { nme } }", "undefinedField"],
    ["{ orders(frst: 1) { nodes { id } } }", "argumentNotAccepted"],
    ["{ order { id } }", "missingRequiredArguments"],
    ["{ shop }", "selectionMismatch"],
    ["{ shop { name { first } } }", "selectionMismatch"],
    [`{ orders(first: "1") { nodes { id } } }`, "argumentLiteralsIncompatible"],
    ["{ orders(first: 1, sortKey: NEWEST) { nodes { id } } }", "argumentLiteralsIncompatible"],
    ["query($q: String!) { shop { name } }", "variableNotUsed"],
    ["{ orders(first: $n) { nodes { id } } }", "variableNotDefined"],
    ["query($n: String) { orders(first: $n) { nodes { id } } }", "variableMismatch"],
    ["{ ...A }", "useAndDefineFragment"],
    ["{ shop { name } } fragment A on Shop { name }", "useAndDefineFragment"],
    ["{ shop { ... on Order { id } } }", "cannotSpreadFragment"],
    ["{ shop { a: name a: email } }", "fieldConflict"],
    ["{ shop { name @loud } }", "undefinedDirective"],
    ["{ shop { ...A } } fragment A on Shop { ...A }", "infiniteLoop"],
    ["{ orders { nodes { id } } }", "BAD_REQUEST"],
    ["{ orders(first: 251) { nodes { id } } }", "BAD_REQUEST"],
    [
      `mutation { webhookSubscriptionCreate(topic: ORDERS_GONE, webhookSubscription: {}) { userErrors { message } } }`,
      "argumentLiteralsIncompatible",
    ],
  ])("%s is refused as %s", async (query, code) => {
    expect(codes(await merchant.ask(query))).toContain(code);
  });

  it("says where a field stands that is not there", async () => {
    const answer = await merchant.ask("query Q {\n  shop {\n    nme\n  }\n}");
    expect(answer).toEqual({
      errors: [
        {
          message: "Field 'nme' doesn't exist on type 'Shop'",
          locations: [{ line: 3, column: 5 }],
          path: ["query Q", "shop", "nme"],
          extensions: { code: "undefinedField", typeName: "Shop", fieldName: "nme" },
        },
      ],
    });
  });

  it("says which variable does not fit", async () => {
    const query = "query($n: Int!) { orders(first: $n) { nodes { id } } }";
    const answer = await merchant.ask(query, { n: "two" });
    expect(answer.errors[0].message).toBe("Variable $n of type Int! was provided invalid value");
    expect(codes(answer)).toEqual(["INVALID_VARIABLE"]);
    expect(codes(await merchant.ask(query))).toEqual(["INVALID_VARIABLE"]);
  });

  it("says where a text stops being a query", async () => {
    const answer = await merchant.ask("{ shop { name }");
    expect(answer.errors[0].message).toBe("syntax error, unexpected end of file at [1, 16]");
  });

  it("is denied without the scope, and orders older than 60 days are not there", async () => {
    const limited = createMerchant({ scopes: ["read_orders"] });
    placeReference(limited);
    limited.clock.now += 61 * 86_400_000;
    placeReference(limited);
    const seen = await limited.ask("{ orders(first: 5) { nodes { name } } }");
    expect(seen.data.orders.nodes).toEqual([{ name: "#1002" }]);
    const blind = createMerchant({ scopes: [] });
    const answer = await blind.ask('{ shop { name } order(id: "gid://shopify/Order/1") { name } }');
    expect(answer.data).toEqual({ shop: { name: "kaffe" }, order: null });
    expect(codes(answer)).toEqual(["ACCESS_DENIED"]);
  });
});

describe("the address", () => {
  it("knows a shop by its token, at its own address only", async () => {
    const call = async (url: string, token: string) =>
      (
        await merchant.network.fetch(`${url}/admin/api/2026-07/graphql.json`, {
          method: "POST",
          headers: { "x-shopify-access-token": token, "content-type": "application/json" },
          body: JSON.stringify({ query: "{ shop { name } }" }),
        })
      ).status;
    merchant.control({ do: "shop", shopDomain: "tyg.myshopify.com", accessToken: "other", clientSecret: "other" });
    expect(await call("https://kaffe.myshopify.com", "other")).toBe(401);
    expect(await call("https://tyg.myshopify.com", "other")).toBe(200);
    expect(await call("http://sandbox.test/shopify", "other")).toBe(200);
    expect(await call("http://sandbox.test/shopify", "wrong")).toBe(401);
    expect((await merchant.get("/admin/api/2026-08/orders/1.json")).status).toBe(404);
  });

  it("closes when the app is uninstalled, and opens again with a new installation", async () => {
    merchant.control({ do: "subscribe", topic: "APP_UNINSTALLED", url: "https://hooks.example.com/x" });
    merchant.control({ do: "uninstall" });
    expect((await merchant.told()).map((each) => each.topic)).toEqual(["app/uninstalled"]);
    expect((await merchant.get("/admin/api/2026-07/orders/1.json")).status).toBe(401);
    merchant.control({ do: "shop", shopDomain: "kaffe.myshopify.com", accessToken: "new", clientSecret: "s" });
    const answer = await merchant.ask("{ webhookSubscriptionsCount { count } }", {}, "new");
    expect(answer.data.webhookSubscriptionsCount.count).toBe(0);
  });

  it("still answers a little REST, and counts the calls", async () => {
    const { orderId, paymentId } = placeReference(merchant);
    const transactions = await merchant.get(`/admin/api/2026-07/orders/${orderId}/transactions.json`);
    expect(transactions.body.transactions).toMatchObject([{ payment_id: paymentId, parent_id: null }]);
    expect(transactions.headers.get("x-shopify-shop-api-call-limit")).toBe("1/40");
    for (let call = 1; call < 40; call += 1) await merchant.get(`/admin/api/2026-07/orders/${orderId}.json`);
    const refused = await merchant.get(`/admin/api/2026-07/orders/${orderId}.json`);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "2.0"]);
    merchant.clock.now += 1_000;
    expect((await merchant.get(`/admin/api/2026-07/orders/${orderId}.json`)).status).toBe(200);
  });
});

/** Every field of Order and of what is below it, down to a depth that ends. */
function everything(): string {
  const page = "(first: 5)";
  const bag = "{ shopMoney { amount currencyCode } presentmentMoney { amount currencyCode } }";
  return FIELDS.replaceAll("%PAGE", page).replaceAll("%BAG", bag);
}

const FIELDS = `query($id: ID!) { order(id: $id) {
  id legacyResourceId name number confirmationNumber createdAt updatedAt processedAt cancelledAt closedAt cancelReason
  closed confirmed edited test fullyPaid unpaid refundable capturable sourceIdentifier sourceName poNumber note tags
  customAttributes { key value } email phone customerLocale currencyCode presentmentCurrencyCode taxesIncluded taxExempt
  displayFinancialStatus displayFulfillmentStatus paymentGatewayNames discountCode discountCodes
  subtotalPriceSet %BAG totalDiscountsSet %BAG totalShippingPriceSet %BAG totalTaxSet %BAG totalPriceSet %BAG
  originalTotalPriceSet %BAG totalTipReceivedSet %BAG currentSubtotalPriceSet %BAG currentTotalDiscountsSet %BAG
  currentShippingPriceSet %BAG currentTotalTaxSet %BAG currentTotalPriceSet %BAG cartDiscountAmountSet %BAG
  totalReceivedSet %BAG totalRefundedSet %BAG totalRefundedShippingSet %BAG totalOutstandingSet %BAG
  totalCapturableSet %BAG netPaymentSet %BAG refundDiscrepancySet %BAG
  totalCashRoundingAdjustment { paymentSet %BAG refundSet %BAG }
  taxLines { title rate ratePercentage priceSet %BAG channelLiable source } currentTaxLines { rate }
  lineItems%PAGE { nodes { ...Line } }
  shippingLine { title } shippingLines%PAGE { nodes { ...Freight } }
  transactions(first: 5) { ...Payment }
  transactionsCount { count precision }
  refunds { id legacyResourceId createdAt updatedAt note totalRefundedSet %BAG order { id }
    refundLineItems%PAGE { nodes { id quantity restockType restocked priceSet %BAG subtotalSet %BAG totalTaxSet %BAG lineItem { id } } }
    refundShippingLines%PAGE { nodes { id subtotalAmountSet %BAG taxAmountSet %BAG shippingLine { id } } }
    orderAdjustments%PAGE { nodes { id reason amountSet %BAG taxAmountSet %BAG } }
    transactions%PAGE { nodes { id } } }
  fulfillments { id legacyResourceId name status displayStatus createdAt updatedAt deliveredAt inTransitAt
    estimatedDeliveryAt totalQuantity requiresShipping order { id } trackingInfo { company number url }
    fulfillmentLineItems%PAGE { nodes { id quantity originalTotalSet %BAG discountedTotalSet %BAG lineItem { id } } } }
  fulfillmentsCount { count }
  customer { id legacyResourceId email phone firstName lastName displayName locale
    defaultEmailAddress { emailAddress } defaultPhoneNumber { phoneNumber } }
  billingAddress { ...Address } shippingAddress { ...Address } displayAddress { id }
  billingAddressMatchesShippingAddress statusPageUrl
} }
fragment Address on MailingAddress { id firstName lastName name company address1 address2 zip city province provinceCode
  country countryCodeV2 phone }
fragment Discount on DiscountAllocation { allocatedAmountSet %BAG discountApplication {
  allocationMethod index targetSelection targetType value { __typename }
  ... on DiscountCodeApplication { code } ... on ManualDiscountApplication { title description } } }
fragment Freight on ShippingLine { id title code source carrierIdentifier custom isRemoved originalPriceSet %BAG
  discountedPriceSet %BAG currentDiscountedPriceSet %BAG discountAllocations { ...Discount } taxLines { rate } }
fragment Line on LineItem { id title variantTitle name sku vendor quantity currentQuantity refundableQuantity
  unfulfilledQuantity nonFulfillableQuantity originalUnitPriceSet %BAG originalTotalSet %BAG discountedUnitPriceSet %BAG
  discountedUnitPriceAfterAllDiscountsSet %BAG discountedTotalSet(withCodeDiscounts: true) %BAG totalDiscountSet %BAG
  unfulfilledDiscountedTotalSet %BAG unfulfilledOriginalTotalSet %BAG discountAllocations { ...Discount }
  taxLines(first: 3) { title rate } taxable isGiftCard requiresShipping restockable merchantEditable
  customAttributes { key } product { id title legacyResourceId } variant { id title sku legacyResourceId } }
fragment Payment on OrderTransaction { id kind status gateway formattedGateway amountSet %BAG totalUnsettledSet %BAG
  authorizationCode authorizationExpiresAt paymentId parentTransaction { id } processedAt createdAt receiptJson errorCode
  test manualPaymentGateway manuallyCapturable multiCapturable order { id } }`;

import { describe, expect, it } from "vitest";
import { accounting } from "../../../src/connectors/specter/accounting.ts";
import { COMPANY_ORDER } from "./commands.ts";
import companyGolden from "./golden/create-company-order.json";
import orderGolden from "./golden/create-order.json";
import orderXml from "./golden/order.xml?raw";
import { call, connection, ORDER, says, sentForms, xmlError } from "./kit.ts";

const CUSTOMER = says("1;1001;OK");
const off = (capability: string) => ({ capabilities: { [capability]: false } });

describe("creating an order", () => {
  it("sends customer and order as the golden requests, with shipping, discount and rounding articles", async () => {
    const articles = {
      roundingArticleNumber: "AVRUND",
      discountArticleNumber: "RABATT",
      webshopId: "3",
      stockSiteId: "2",
    };
    const { context, http } = connection([CUSTOMER, says("1;50012;OK; thank you")], articles);
    const outcome = await accounting.execute(context, call({ ...ORDER, totalMinor: 22697 }));
    expect(outcome).toEqual({
      kind: "done",
      externalId: "50012",
      lines: [
        { line: "1", key: "r1", articleNumber: "SKU-1" },
        { line: "2", key: "r2", articleNumber: "FRAKT" },
        { line: "3", key: "r3", articleNumber: "RABATT" },
      ],
      aliases: [
        { type: "specter.order_no", value: "50012", tier: 0 },
        { type: "specter.external_order_no", value: "QL-778812", tier: 4 },
      ],
    });
    expect(sentForms(http)).toEqual(orderGolden);
  });

  it("sends a company by its name, and leaves out what is not set", async () => {
    const { context, http } = connection([says("1;1002;OK"), says("1;50013;OK")]);
    expect(await accounting.execute(context, call(COMPANY_ORDER))).toMatchObject({ kind: "done", externalId: "50013" });
    expect(sentForms(http)).toEqual(companyGolden);
  });

  it("never asks Specter to waive its duplicate check", async () => {
    const { context, http } = connection([CUSTOMER, says("1;50012;OK")]);
    await accounting.execute(context, call(ORDER));
    expect(
      http.sent
        .map((request) => request.url + request.text)
        .join("")
        .toLowerCase(),
    ).not.toContain("ignoreexternal");
  });

  it("uses a discount's own reference without a discount article, and notes a difference without a rounding article", async () => {
    const { context, http } = connection([CUSTOMER, says("1;50012;OK")]);
    const outcome = await accounting.execute(context, call({ ...ORDER, totalMinor: 22697 }));
    expect(outcome).toMatchObject({ kind: "done", note: "Specter's total will differ from the payment by 0.03 SEK" });
    expect(http.sent[1]?.text).toContain("articleNo_3=NYAR10");
    expect(http.sent[1]?.text).not.toContain("articleNo_4");
  });

  it("does not hide a difference of a whole crown behind the rounding article", async () => {
    const { context, http } = connection([CUSTOMER, says("1;50012;OK")], { roundingArticleNumber: "AVRUND" });
    const outcome = await accounting.execute(context, call({ ...ORDER, totalMinor: 22800 }));
    expect(outcome).toMatchObject({ note: "Specter's total will differ from the payment by -1.00 SEK" });
    expect(http.sent[1]?.text).not.toContain("AVRUND");
  });

  it("stops before any call without a payment type, an article number or a name", async () => {
    const run = (payload: typeof ORDER) => accounting.execute(connection([]).context, call(payload));
    expect(await run({ ...ORDER, payment: { ...ORDER.payment, connector: "svea" } })).toEqual({
      kind: "refused",
      code: "PAYMENT_TYPE_NOT_CONFIGURED",
      detail: "settings.paymentTypes.svea",
    });
    expect(await run({ ...ORDER, rows: ORDER.rows.map((row) => ({ ...row, articleNumber: "" })) })).toMatchObject({
      kind: "refused",
      code: "ARTICLE_MISSING_IN_ERP",
      detail: "row 1 has no article number",
    });
    expect(await run({ ...ORDER, customer: { form: "person" }, billing: {}, shipping: {} })).toMatchObject({
      kind: "refused",
      code: "PLATFORM_REFUSED",
    });
  });
});

describe("a refused order", () => {
  const refusal = async (answer: string, attempt = 1, given = {}) =>
    accounting.execute(connection([CUSTOMER, says(answer)], given).context, call(ORDER, attempt));

  it("names the missing article (31), the longest that fits", async () => {
    expect(await refusal("0;31;Artikel 'SKU-1' finns inte; skapa den")).toEqual({
      kind: "refused",
      code: "ARTICLE_MISSING_IN_ERP",
      detail: "article SKU-1 (code 31)",
    });
    expect(await refusal("0;31;something is missing")).toMatchObject({
      detail: "article one of SKU-1, FRAKT, NYAR10 (code 31)",
    });
    expect(await refusal("0;31;SKU-12 is missing")).toMatchObject({
      detail: "article one of SKU-1, FRAKT, NYAR10 (code 31)",
    });
  });

  it("names the field of a validation (20) and never its value", async () => {
    expect(await refusal("0;20;priceExclVAT_12 'Öberg' priceExclVAT_1: 79.2")).toEqual({
      kind: "refused",
      code: "PLATFORM_REFUSED",
      detail: "newOrderSubmit: Specter does not accept the field priceExclVAT_1 (code 20)",
    });
    expect(await refusal("0;20;Åsa Öberg is not valid")).toMatchObject({
      code: "PLATFORM_REFUSED",
      detail: "newOrderSubmit: Specter does not accept a field, and names none we know (code 20)",
    });
  });

  it.each([
    ["0;10;bad key", { kind: "unauthorized" }],
    ["0;11;unknown user", { kind: "unauthorized" }],
    ["0;41;wrong state", { kind: "refused", code: "ERP_WRONG_STATE" }],
    ["0;90;busy", { kind: "later", code: "PLATFORM_UNAVAILABLE" }],
    [
      "0;0;Kundgrupp saknas; välj en",
      { kind: "refused", code: "PLATFORM_REFUSED", detail: "newOrderSubmit: code 0, Kundgrupp saknas; välj en" },
    ],
    ["0;77;new", { kind: "refused", code: "PLATFORM_REFUSED", detail: "newOrderSubmit: code 77, new" }],
    [
      "<root><APIresponse><result>0</result><code>41</code></APIresponse></root>",
      { kind: "refused", code: "ERP_WRONG_STATE" },
    ],
    ["Server Error in '/' Application.", { kind: "unknown" }],
    ["1;;OK", { kind: "unknown" }],
  ])("answered with %s is told apart", async (answer, outcome) => {
    expect(await refusal(answer)).toMatchObject(outcome);
  });

  it("does not show a reason that repeats the customer or the key, and cuts a long one", async () => {
    for (const reason of [
      "customer Öberg is blocked",
      "ASA.OBERG@EXAMPLE.COM is blocked",
      "bad: b20c949a861ad3fc012bcadd94e43dfb",
    ])
      expect(await refusal(`0;0;${reason}`)).toMatchObject({
        code: "PLATFORM_REFUSED",
        detail: "newOrderSubmit: code 0; its text repeats what was sent and is not shown",
      });
    const long = await refusal(`0;0;${"x".repeat(500)}`);
    expect(long.kind === "refused" && long.detail.length).toBe(200);
  });

  it.each([
    [{ status: 500 }, { kind: "unknown" }],
    [{ fail: "no_answer" as const }, { kind: "unknown" }],
    [{ fail: "not_sent" as const }, { kind: "later", code: "PLATFORM_UNAVAILABLE" }],
    [
      { status: 429, headers: { "retry-after": "7" } },
      { kind: "later", code: "RATE_LIMITED", retryAfterMs: 7000 },
    ],
    [{ status: 404 }, { kind: "refused", code: "PLATFORM_REFUSED" }],
    [{ status: 302 }, { kind: "refused" }],
    [{ status: 403 }, { kind: "unauthorized" }],
  ])("with the transport's %j is unknown only if it may have arrived", async (step, outcome) => {
    const { context } = connection([CUSTOMER, step]);
    expect(await accounting.execute(context, call(ORDER))).toMatchObject(outcome);
  });
});

describe("an order number that is taken (40)", () => {
  const DUPLICATE = says("0;40;Order '50012' has this number; look there");
  const ours = orderXml;
  const theirs = orderXml.replace("QLIRO-4510023", "QLIRO-9");

  it("is our own order when it carries our payment reference", async () => {
    const { context, http } = connection([CUSTOMER, DUPLICATE, says(ours)]);
    const outcome = await accounting.execute(context, call(ORDER));
    expect(outcome).toMatchObject({
      kind: "done",
      externalId: "50012",
      lines: [
        { line: "1", key: "r1" },
        { line: "2", key: "r2" },
      ],
    });
    expect(http.sent[2]?.url).toContain("externalOrderNo=QL-778812");
  });

  it("is somebody else's when it does not, or when it cannot be found", async () => {
    for (const answer of [says(theirs), xmlError("30", "no order")]) {
      const { context } = connection([CUSTOMER, DUPLICATE, answer]);
      expect(await accounting.execute(context, call(ORDER, 3))).toEqual({
        kind: "refused",
        code: "ERP_ORDER_NUMBER_TAKEN",
        detail: "external order number QL-778812 is on order 50012",
      });
    }
  });

  it("stays unknown while it cannot be read", async () => {
    const { context } = connection([CUSTOMER, DUPLICATE, { status: 503 }]);
    expect(await accounting.execute(context, call(ORDER))).toMatchObject({ kind: "unknown" });
  });

  it("is adopted without reading only after an earlier attempt of ours", async () => {
    const run = (attempt: number, answer = DUPLICATE) =>
      accounting.execute(connection([CUSTOMER, answer], off("getOrder")).context, call(ORDER, attempt));
    expect(await run(1)).toMatchObject({ kind: "refused", code: "ERP_ORDER_NUMBER_TAKEN" });
    expect(await run(2)).toMatchObject({
      kind: "done",
      externalId: "50012",
      lines: [{ line: "1" }, { line: "2" }, { line: "3" }],
    });
    expect(await run(2, says("0;40;no id"))).toMatchObject({ kind: "refused", code: "ERP_ORDER_NUMBER_TAKEN" });
  });
});

import { describe, expect, it } from "vitest";
import { accounting } from "../../../src/connectors/specter/accounting.ts";
import { CANCEL, CREDIT, INVOICE, PAYMENT, PAYOUT } from "./commands.ts";
import orderXml from "./golden/order.xml?raw";
import observation from "./golden/order-observation.json";
import { CREDENTIALS, call, connection, ORDER, says, settings, xmlError } from "./kit.ts";

const off = (capability: string) => ({ capabilities: { [capability]: false } });

describe("observing an order", () => {
  it("reads it by its number and by ours, and seeds the key with that", async () => {
    for (const [type, value, parameter] of [
      ["specter.order_no", "50012", "orderNo=50012"],
      ["specter.external_order_no", "QL-778812", "externalOrderNo=QL-778812"],
    ] as const) {
      const { context, http } = connection([says(orderXml)]);
      expect(await accounting.observe(context, type, value)).toEqual({ kind: "found", value: observation });
      expect(http.sent[0]?.url).toContain(parameter);
    }
  });

  it("tells an order that is gone (30) from an entry point that is not there (HTTP 404)", async () => {
    expect(await accounting.observe(connection([xmlError("30", "no order")]).context, "specter.order_no", "1")).toEqual(
      { kind: "absent" },
    );
    const missing = connection([{ status: 404 }]);
    expect(await accounting.observe(missing.context, "specter.order_no", "1")).toEqual({
      kind: "refused",
      code: "PLATFORM_REFUSED",
      detail: "getOrder: HTTP 404",
    });
  });

  it("concludes nothing from an answer that is not an order", async () => {
    for (const text of [
      "<html><body>Down</body></html>",
      "<root/>",
      '<root><order orderNo="1">',
      "hello",
      '<root><order orderNo="1"/></root>',
    ])
      expect(await accounting.observe(connection([says(text)]).context, "specter.order_no", "1")).toMatchObject({
        kind: "refused",
        code: "PLATFORM_ANSWER_NOT_UNDERSTOOD",
      });
  });

  it("says that the call is off, and that other names are no way to read", async () => {
    expect(await accounting.observe(connection([], off("getOrder")).context, "specter.order_no", "1")).toMatchObject({
      kind: "refused",
      code: "CAPABILITY_OFF",
    });
    expect(await accounting.observe(connection([]).context, "specter.invoice_id", "1")).toMatchObject({
      kind: "refused",
    });
  });
});

describe("a call that is switched off", () => {
  it.each([
    ["getOrder", "observe_order"],
    ["cancelOrder", "cancel_order"],
    ["createInvoice", "create_invoice"],
    ["createCreditInvoice", "create_credit_invoice"],
    ["registerPayment", "register_payment"],
    ["importPayout", "book_payout"],
  ])("%s makes %s a step for a person", (capability, step) => {
    expect(accounting.manual(settings(off(capability)))).toEqual([step]);
    expect(accounting.manual(settings())).toEqual([]);
  });

  it("is never made", async () => {
    const { context } = connection([], off("importPayout"));
    expect(await accounting.execute(context, call(PAYOUT))).toEqual({
      kind: "refused",
      code: "CAPABILITY_OFF",
      detail: "settings.capabilities.importPayout",
    });
  });
});

describe("looking up what became of a command", () => {
  const lookUp = (payload: Parameters<typeof call>[0], step: Parameters<typeof connection>[0], given = {}) =>
    accounting.lookUp(connection(step, given).context, call(payload));

  it("finds our order with its lines, wherever they stand now", async () => {
    const found = await lookUp(ORDER, [
      says(orderXml.replace("RABATT &amp; CO", "NYAR10").replace('id="3"', 'id="8"')),
    ]);
    expect(found).toMatchObject({
      kind: "found",
      outcome: {
        kind: "done",
        externalId: "50012",
        lines: [
          { line: "1", key: "r1" },
          { line: "2", key: "r2" },
          { line: "8", key: "r3" },
        ],
      },
    });
  });

  it("does not take another payment's order for ours", async () => {
    // Nor can ours be made any more: the number is taken.
    expect(await lookUp(ORDER, [says(orderXml.replace("QLIRO-4510023", "X"))])).toMatchObject({
      kind: "found",
      outcome: { kind: "refused", code: "ERP_ORDER_NUMBER_TAKEN" },
    });
  });

  it("says absent, unclear and unauthorized as it is", async () => {
    expect(await lookUp(ORDER, [xmlError("30", "none")])).toEqual({ kind: "absent" });
    expect(await lookUp(ORDER, [{ status: 503 }])).toMatchObject({ kind: "unclear" });
    expect(await lookUp(ORDER, [{ status: 429, headers: { "retry-after": "3" } }])).toMatchObject({
      kind: "unclear",
      retryAfterMs: 3000,
    });
    expect(await lookUp(ORDER, [xmlError("77", "odd")])).toMatchObject({ kind: "unclear" });
    expect(await lookUp(ORDER, [xmlError("10", "key")])).toMatchObject({ kind: "unauthorized" });
  });

  it("reads a cancellation from the order's state", async () => {
    expect(await lookUp(CANCEL, [says(orderXml)])).toEqual({ kind: "absent" });
    expect(await lookUp(CANCEL, [says(orderXml.replace('statusId="2"', 'statusId="5"'))])).toEqual({
      kind: "found",
      outcome: { kind: "done", externalId: "50012" },
    });
  });

  it("lets what carries our number be repeated, and everything where reading is off", async () => {
    for (const payload of [INVOICE, CREDIT, PAYMENT, PAYOUT])
      expect(await lookUp(payload, [])).toEqual({ kind: "repeat_is_safe" });
    for (const payload of [ORDER, CANCEL])
      expect(await lookUp(payload, [], off("getOrder"))).toEqual({ kind: "repeat_is_safe" });
  });
});

describe("the policy", () => {
  it("follows the settings", () => {
    const policy = accounting.policy(
      settings({ captureOn: "delivery", refundOnCreditInvoice: false, roundingArticleNumber: "AVRUND" }),
    );
    expect(policy).toMatchObject({
      deliveryLead: "erp",
      captureOn: "delivery",
      refundOnCreditInvoice: false,
      roundingArticleNumber: "AVRUND",
    });
    expect([policy.paymentTypeFor("qliro"), policy.paymentTypeFor("adyen")]).toEqual(["QL", null]);
  });
});

describe("secrets", () => {
  it("reads with the read user and writes with the other, and shows neither", async () => {
    const credentials = { ...CREDENTIALS, readApiUserId: "78", readApiUserKey: "f".repeat(32) };
    const { context, http } = connection([xmlError("30", "none"), says("1;1;OK")], {}, credentials);
    await accounting.observe(context, "specter.order_no", "1001");
    await accounting.execute(context, call(CANCEL));
    expect(http.sent[0]?.url).toContain("apiUserId=78");
    expect(http.sent[1]?.url).toContain("apiUserId=77");
    expect(http.sent[0]?.url).not.toContain("key=b20c949a861ad3fc012bcadd94e43dfb");
    const everything = http.sent.map((request) => request.url + request.text).join();
    for (const secret of [credentials.readApiUserKey, CREDENTIALS.apiUserKey, CREDENTIALS.integrationKey])
      expect(everything).not.toContain(secret);
    expect(http.sent[1]?.url).not.toContain("key=");
  });

  it("keeps an address out of the detail even when the transport's words hold one", async () => {
    const { context } = connection([]);
    const leaky = {
      ...context,
      http: {
        send: async (request: { url: string }) => ({
          kind: "no_answer" as const,
          code: "NETWORK_NO_ANSWER" as const,
          detail: `failed: ${request.url}`,
        }),
      },
    };
    expect(await accounting.observe(leaky, "specter.order_no", "1001")).toEqual({
      kind: "later",
      code: "NETWORK_NO_ANSWER",
      detail: "getOrder",
    });
  });
});

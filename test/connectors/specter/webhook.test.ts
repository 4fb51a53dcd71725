import { describe, expect, it } from "vitest";
import type { IncomingWebhook } from "../../../src/connectors/connector.ts";
import { webhooks } from "../../../src/connectors/specter/webhook.ts";

const trigger = (query: string, form = "", headers: Record<string, string> = {}): IncomingWebhook => ({
  method: form === "" ? "GET" : "POST",
  suffix: "",
  query: new URLSearchParams(query),
  headers: new Headers(form === "" ? headers : { "content-type": "application/x-www-form-urlencoded", ...headers }),
  body: new TextEncoder().encode(form),
});

/** The test vector of reference/specter.md C5. */
const BODY =
  '{"id":"evt_0001","type":"order.cancelled","occurredAt":"2026-01-05T12:00:00Z","sbmId":1234,"data":{"orderNo":50012,"externalOrderNo":"QL-778812","statusId":5}}';
const DIGEST = "b8358fa159ccccead91c88f91cc296bc7d2d05a383359e8cd2cb014ae702573f";
const SECRET = "whsec_test_0001";
const NOW = 1_767_614_400_000;

const relayed = (body = BODY, signature = `t=1767614400,v1=${DIGEST}`): IncomingWebhook => ({
  ...trigger("", body),
  headers: new Headers({
    "content-type": "application/json; charset=utf-8",
    ...(signature && { "x-specter-signature": signature }),
  }),
});
const verify = (webhook: IncomingWebhook, relaySecret: string | undefined = SECRET, now = NOW) =>
  webhooks.verify(webhook, { relaySecret }, now);
const order = (value: string) => [{ kind: "order", type: "specter.order_no", value }];

describe("a trigger of Specter", () => {
  it("is authentic by its URL alone, and answered with 1;Done", async () => {
    expect(await verify(trigger("calltype=4"))).toBe("authentic");
    expect(webhooks.acknowledge(trigger("calltype=4"))).toEqual({
      status: 200,
      headers: { "content-type": "text/plain" },
      body: "1;Done",
    });
  });

  it("points at the order of a new invoice, by query or by form, in any case of the names", () => {
    expect(webhooks.hints(trigger("calltype=2&orderId=50012&invoiceId=90031"))).toEqual(order("50012"));
    expect(webhooks.hints(trigger("CallType=2", "ORDERID=50012&invoiceid=90031"))).toEqual(order("50012"));
    expect(webhooks.hints(trigger("", "calltype=2&orderId=50012"))).toEqual(order("50012"));
  });

  it("points at a removed order, and at the feeds when something changed", () => {
    expect(webhooks.hints(trigger("calltype=3&orderNo=50012"))).toEqual(order("50012"));
    expect(webhooks.hints(trigger("calltype=4"))).toEqual([
      { kind: "changes", feed: "orders" },
      { kind: "changes", feed: "invoices" },
    ]);
  });

  it.each(["calltype=1", "calltype=5", "calltype=9", ""])("with %j is ignored, with a reason", (query) => {
    expect(webhooks.hints(trigger(query))).toEqual([{ kind: "ignored", reason: expect.any(String) }]);
  });

  it.each(["calltype=2", "calltype=3&orderNo=+"])("with %j misses what it speaks of", (query) => {
    expect(webhooks.hints(trigger(query))).toEqual([{ kind: "unreadable", reason: expect.any(String) }]);
  });

  it("takes calltype from our URL, not from what was appended", () => {
    expect(webhooks.hints(trigger("calltype=1", "calltype=3&orderNo=1"))).toMatchObject([{ kind: "ignored" }]);
  });
});

describe("the dedupe key", () => {
  const key = (webhook: IncomingWebhook) => webhooks.eventKey(webhook, "hash");

  it("of an invoice made and an order removed is the fact itself, however it was sent", () => {
    expect(key(trigger("calltype=2&orderId=50012&invoiceId=90031"))).toBe("invoice_created:50012:90031");
    expect(key(trigger("calltype=2", "orderID=50012&invoiceID=90031"))).toBe("invoice_created:50012:90031");
    expect(key(trigger("calltype=2&orderId=50012&invoiceId=90032"))).toBe("invoice_created:50012:90032");
    expect(key(trigger("calltype=3&orderNo=50012"))).toBe("order_removed:50012");
  });

  it.each(["calltype=1", "calltype=4", "calltype=5", "", "calltype=2&orderId=1"])(
    "of %j is empty: it may come again and mean something new",
    (query) => {
      expect(key(trigger(query))).toBe("");
    },
  );

  it("does not grow with what a stranger sends", () => {
    expect(key(trigger(`calltype=3&orderNo=${"9".repeat(5000)}`)).length).toBeLessThan(100);
  });

  it("of a relayed event is its id, or the body's hash where that cannot be read", () => {
    expect(key(relayed())).toBe("evt_0001");
    for (const body of ["{", "{}", "null", '{"id":""}']) expect(key(relayed(body))).toBe("body:hash");
  });
});

describe("a relayed event", () => {
  it("agrees with the reference's signature", async () => {
    expect(await verify(relayed())).toBe("authentic");
    expect(await verify(relayed(BODY, `t=1767614400,v1=${"0".repeat(64)},v1=${DIGEST}`))).toBe("authentic");
  });

  it("is forged with one byte changed, without a secret, or with another", async () => {
    expect(await verify(relayed(BODY.replace("50012", "50013")))).toBe("forged");
    expect(await webhooks.verify(relayed(), {}, NOW)).toBe("forged");
    expect(await verify(relayed(), "")).toBe("forged");
    expect(await verify(relayed(), "whsec_test_0002")).toBe("forged");
  });

  it("is forged unsigned, also when only one of the two marks is there", async () => {
    expect(await verify(relayed(BODY, ""))).toBe("forged");
    expect(await verify(trigger("calltype=4", "", { "x-specter-signature": "t=1,v1=00" }))).toBe("forged");
    for (const signature of ["t=1767614400", `v1=${DIGEST}`, `t=x,v1=${DIGEST}`, `t=1767614401,v1=${DIGEST}`])
      expect(await verify(relayed(BODY, signature))).toBe("forged");
  });

  it("is good for five minutes on both sides of its time", async () => {
    for (const [shift, verdict] of [
      [300_000, "authentic"],
      [-300_000, "authentic"],
      [300_001, "forged"],
      [-300_001, "forged"],
    ] as const)
      expect(await verify(relayed(), SECRET, NOW + shift)).toBe(verdict);
  });

  it("points at its order, and is ignored or unreadable with a reason otherwise", () => {
    expect(webhooks.hints(relayed())).toEqual(order("50012"));
    expect(webhooks.hints(relayed('{"id":"e","type":"creditinvoice.created","data":{"orderNo":"7"}}'))).toEqual(
      order("7"),
    );
    expect(webhooks.hints(relayed('{"id":"e","type":"stock.changed"}'))).toMatchObject([{ kind: "ignored" }]);
    expect(webhooks.hints(relayed('{"id":"e","type":"new.thing","data":{}}'))).toMatchObject([{ kind: "ignored" }]);
    expect(webhooks.hints(relayed('{"id":"e","type":"order.updated","data":{}}'))).toMatchObject([
      { kind: "unreadable" },
    ]);
    expect(webhooks.hints(relayed("not json"))).toMatchObject([{ kind: "unreadable" }]);
  });
});

describe("the instructions", () => {
  it("spell out every address", () => {
    const text = webhooks.instructions("https://edge.example/hooks/specter/con_1/token");
    for (const calltype of [1, 2, 3, 4, 5])
      expect(text).toContain(`https://edge.example/hooks/specter/con_1/token?calltype=${calltype}\``);
  });
});

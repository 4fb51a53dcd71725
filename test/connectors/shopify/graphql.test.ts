import { describe, expect, it } from "vitest";
import { z } from "zod";
import { graphql } from "../../../src/connectors/shopify/graphql.ts";
import { VERIFY } from "../../../src/connectors/shopify/queries.ts";
import type { ScriptStep } from "../kit/http.ts";
import { CREDENTIALS, contextWith, data, ENDPOINT } from "./context.ts";

const schema = z.object({ shop: z.object({ name: z.string() }).nullable() });
const GOOD = { shop: { name: "Acme" } };

const ask = (step: ScriptStep, optional?: string[]) =>
  graphql(contextWith([step]), VERIFY, { a: 1 }, schema, optional ? { optional } : {});
const failing = (code: string | undefined, more: object = {}, error: object = {}) =>
  ask({
    answer: { data: { shop: null }, errors: [{ message: "secret words", extensions: { code }, ...error }], ...more },
  });

const cost = (available: number, restoreRate = 100) => ({
  extensions: {
    cost: {
      requestedQueryCost: 520,
      throttleStatus: { maximumAvailable: 2000, currentlyAvailable: available, restoreRate },
    },
  },
});

describe("a call", () => {
  it("goes to the shop's own address in the pinned version, with the token in a header only", async () => {
    const context = contextWith([data(GOOD)]);
    expect(await graphql(context, VERIFY, { a: 1 }, schema)).toEqual({
      kind: "found",
      value: { data: GOOD, pauseMs: 0 },
    });
    const [sent] = context.http.sent;
    expect(sent).toMatchObject({
      method: "POST",
      url: ENDPOINT,
      headers: { "x-shopify-access-token": CREDENTIALS.accessToken, "content-type": "application/json" },
      json: { operationName: "Verify", variables: { a: 1 } },
    });
    expect(`${sent?.url}${sent?.text}${sent?.label}`).not.toContain(CREDENTIALS.accessToken);
  });

  it("goes where the origin is overridden to", async () => {
    const context = { ...contextWith([data(GOOD)]), origin: () => "http://127.0.0.1:8788/shopify/" };
    await graphql(context, VERIFY, {}, schema);
    expect(context.http.sent[0]?.url).toBe("http://127.0.0.1:8788/shopify/admin/api/2026-07/graphql.json");
  });
});

describe("a throttled call", () => {
  it("waits as long as the bucket needs for its price", async () => {
    expect(await failing("THROTTLED", cost(20))).toEqual({
      kind: "later",
      code: "RATE_LIMITED",
      detail: "Verify: THROTTLED",
      retryAfterMs: 5_000,
    });
    expect(await failing("THROTTLED", cost(519))).toMatchObject({ retryAfterMs: 1_000 });
    expect(await failing("THROTTLED", cost(519, 0))).toMatchObject({ retryAfterMs: 2_000 });
    expect(await failing("THROTTLED")).toMatchObject({ retryAfterMs: 2_000 });
    const bare = { errors: [{ message: "Throttled", extensions: { code: "THROTTLED" } }], ...cost(20) };
    expect(await ask({ answer: bare })).toMatchObject({ kind: "later", retryAfterMs: 5_000 });
  });

  it("by HTTP 429 waits for Retry-After", async () => {
    expect(await ask({ status: 429, headers: { "retry-after": "2.0" } })).toMatchObject({ kind: "later" });
    expect(await ask({ status: 429, headers: { "retry-after": "7" } })).toEqual({
      kind: "later",
      code: "RATE_LIMITED",
      detail: "HTTP 429",
      retryAfterMs: 7_000,
    });
    expect(await ask({ status: 430 })).toMatchObject({ kind: "later", code: "RATE_LIMITED" });
  });

  it("that was answered tells how long the next of its price would wait", async () => {
    const answer = await ask({ answer: { data: GOOD, ...cost(120) } });
    expect(answer).toMatchObject({ kind: "found", value: { pauseMs: 4_000 } });
  });
});

describe("an answer", () => {
  it.each([401, 402, 403, 404, 423])("with HTTP %i is about the whole shop, not about an order", async (status) => {
    expect(await ask({ status, answer: { errors: "Not Found" } })).toEqual({
      kind: "unauthorized",
      detail: expect.stringContaining(`HTTP ${status}`),
    });
  });

  it.each([408, 500, 502, 503])("with HTTP %i comes later", async (status) => {
    expect(await ask({ status })).toMatchObject({ kind: "later", code: "PLATFORM_UNAVAILABLE" });
  });

  it.each([
    ["INTERNAL_SERVER_ERROR", "later", "PLATFORM_UNAVAILABLE"],
    ["TIMEOUT", "later", "PLATFORM_UNAVAILABLE"],
    ["MAX_COST_EXCEEDED", "refused", "PLATFORM_REFUSED"],
    ["undefinedField", "refused", "PLATFORM_REFUSED"],
  ])("with the error %s is %s", async (name, kind, code) => {
    expect(await failing(name)).toEqual({ kind, code, detail: `Verify: ${name}` });
  });

  it("never repeats an error's words", async () => {
    for (const code of [undefined, "with spaces <b>", "ACCESS_DENIED", "SHOP_INACTIVE", "THROTTLED"])
      expect(JSON.stringify(await failing(code))).not.toMatch(/secret words|<b>/);
    expect(await ask({ answer: { errors: "secret words" } })).toMatchObject({ kind: "refused" });
  });

  it("withheld for want of a scope names the scope", async () => {
    const error = { path: ["order", "refunds"] };
    const extensions = {
      code: "ACCESS_DENIED",
      requiredAccess: "`read_orders` access scope or `read_marketplace_orders`",
    };
    expect(await failing("", {}, { ...error, extensions })).toEqual({
      kind: "unauthorized",
      detail: "Verify: ACCESS_DENIED for order.refunds; the app needs read_orders or read_marketplace_orders",
    });
    expect(await failing("SHOP_INACTIVE")).toMatchObject({ kind: "unauthorized" });
  });

  it("with a withheld field that we can do without is read", async () => {
    const errors = [{ path: ["order", "customer"], extensions: { code: "ACCESS_DENIED" } }];
    expect(await ask({ answer: { data: GOOD, errors } }, ["order.customer"])).toMatchObject({ kind: "found" });
    expect(await ask({ answer: { data: GOOD, errors } })).toMatchObject({ kind: "unauthorized" });
  });

  it.each(["", "<html>", "null", "[]", '{"data":{"shop":{"name":5}}}', '{"data":null}'])(
    "of %j is not understood",
    async (answer) => {
      expect(await ask({ answer })).toMatchObject({ kind: "refused", code: "PLATFORM_ANSWER_NOT_UNDERSTOOD" });
    },
  );

  it("that was lost comes later", async () => {
    expect(await ask({ fail: "no_answer" })).toMatchObject({ kind: "later", code: "NETWORK_NO_ANSWER" });
    expect(await ask({ fail: "not_sent" })).toMatchObject({ kind: "later", code: "PLATFORM_UNAVAILABLE" });
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { registry } from "../../src/connectors/registry.ts";
import { upsertOrderIndex } from "../../src/directory/order-index.ts";
import { CATALOGUE } from "../../src/domain/errors.ts";
import { type MerchantId, newId } from "../../src/domain/ids.ts";
import { createApi } from "../../src/http/app.ts";
import { jsonSchemas } from "../../src/http/credentials.ts";
import { CANARY, connect, makeApproved, makeMerchant, makeToken, type TestApi, testApi } from "../kit/api.ts";
import { testConnectors } from "../kit/connectors.ts";
import { NOW } from "../kit/directory.ts";
import { fakeObject } from "../kit/merchant-object.ts";

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

describe("requests that lead nowhere", () => {
  it.each(["/", "/api/v1/nothing", "/api/v1/merchants/mer_none/nothing"])("%s is a 404 problem", async (path) => {
    const answer = await api.call("GET", path);
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.body).toMatchObject({ code: "NOT_FOUND", status: 404 });
  });

  it("with a body that is not JSON are a 400 problem", async () => {
    const answer = await api.call("POST", "/api/v1/merchants", { text: `{"name": "${CANARY}` });
    expect([answer.status, answer.body.code]).toEqual([400, "VALIDATION_FAILED"]);
    expect(answer.text).not.toContain(CANARY);
  });

  it.each(["[]", '"text"', "null", "7"])("with the body %s are a 400 problem", async (text) => {
    const answer = await api.call("POST", "/api/v1/merchants", { text });
    expect([answer.status, answer.body.code]).toEqual([400, "VALIDATION_FAILED"]);
  });

  it("with a body over 1 MiB are a 413 problem", async () => {
    const answer = await api.call("POST", "/api/v1/merchants", { text: "x".repeat(1_048_577) });
    expect([answer.status, answer.body.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  });
});

describe("a defect", () => {
  it("is answered as one, and logged without a message that could quote anything", async () => {
    const merchant = await makeMerchant(api);
    api.object(merchant).state = async () => {
      throw new TypeError(`failed with ${CANARY}`);
    };
    const answer = await api.call("GET", `/api/v1/merchants/${merchant}/state`);
    expect([answer.status, answer.body.code]).toEqual([500, "INTERNAL"]);
    expect(answer.headers.get("x-request-id")).toBe(answer.body.requestId);
    const entry = api.logged.at(-1);
    expect(entry).toMatchObject({ requestId: answer.body.requestId, method: "GET", name: "TypeError" });
    expect(JSON.stringify([entry, answer.body])).not.toContain(CANARY);
  });

  it("that will pass by itself is a 503 that asks to come back", async () => {
    const merchant = await makeMerchant(api);
    api.object(merchant).state = async () => {
      throw Object.assign(new Error("the object moved"), { retryable: true });
    };
    const answer = await api.call("GET", `/api/v1/merchants/${merchant}/state`);
    expect([answer.status, answer.body.code]).toEqual([503, "UNAVAILABLE"]);
    expect(answer.headers.get("retry-after")).toBe("5");
  });

  it("in the settings is named in one sentence", async () => {
    const broken = createApi({
      connectors: testConnectors,
      stub: () => fakeObject(),
      platformStatus: async () => [],
      now: () => NOW,
      random: Math.random,
      log: () => {},
    });
    const bindings = { ...api.bindings, MASTER_KEY: "" };
    const response = await broken.request("/api/v1/connectors", {}, bindings);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      type: "about:blank",
      detail: "The setting MASTER_KEY is missing; give the base64 of 32 random bytes.",
    });
    expect((await broken.request("/health", {}, bindings)).status).toBe(200);
  });
});

describe("what anyone may see", () => {
  it("is whether the Worker and the platforms are well", async () => {
    expect((await api.call("GET", "/health", { token: null })).body).toEqual({ status: "ok" });
    const { body } = await api.call("GET", "/status", { token: null });
    expect(body.platforms).toContainEqual({ connector: "qliro", environment: "live", breaker: "closed" });
    const asked = api.statusAsked.count;
    await api.call("GET", "/status", { token: null });
    expect(api.statusAsked.count).toBe(asked);
    api.clock.now = NOW + 10_000;
    await api.call("GET", "/status", { token: null });
    api.clock.now = NOW;
    expect(api.statusAsked.count).toBe(asked + 1);
  });

  it("is the OpenAPI document, made of the schemas that validate", async () => {
    const { body } = await api.call("GET", "/openapi.json", { token: null });
    expect(body.openapi).toBe("3.1.0");
    const operation = body.paths["/api/v1/merchants"].post;
    const schema = operation.requestBody.content["application/json"].schema;
    expect(schema.required.sort()).toEqual(["country", "currency", "name", "timezone"]);
    expect(schema.properties.country.pattern).toBe("^[A-Z]{2}$");
    expect(operation.responses["201"].content["application/json"].schema).toEqual({
      $ref: "#/components/schemas/Merchant",
    });
    expect(body.components.securitySchemes.bearer).toEqual({ type: "http", scheme: "bearer" });
    const listed = body.paths["/api/v1/merchants/{m}/orders"].get.parameters;
    expect(listed.map((parameter: { name: string }) => parameter.name).sort()).toEqual([
      "cursor",
      "limit",
      "m",
      "query",
      "status",
    ]);
  });

  it("is every operation on one page, without a script and from nowhere else", async () => {
    const page = await api.call("GET", "/docs", { token: null });
    const { body } = await api.call("GET", "/openapi.json");
    for (const path of Object.keys(body.paths)) expect(page.text).toContain(path);
    expect(page.text).not.toMatch(/<script|https?:/);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect((await api.call("GET", "/docs/style.css")).headers.get("content-type")).toContain("text/css");
  });

  it("is every code of the catalogue with cause and fix", async () => {
    const list = await api.call("GET", "/docs/errors", { token: null });
    for (const [code, entry] of Object.entries(CATALOGUE)) {
      expect(list.text).toContain(`/docs/errors/${code}"`);
      const page = await api.call("GET", `/docs/errors/${code}`, { token: null });
      expect(page.status).toBe(200);
      expect(page.text).toContain(code);
      expect(page.text.length).toBeGreaterThan(entry.fix.length);
    }
    expect((await api.call("GET", "/docs/errors/NOTHING")).status).toBe(404);
  });
});

describe("the catalogue of connectors", () => {
  it("tells kind, flows, capabilities, and the forms with their labels and secrets", async () => {
    const { body } = await api.call("GET", "/api/v1/connectors");
    expect(body.items).toHaveLength(3);
    expect(body.items[0]).toMatchObject({
      id: "qliro",
      kind: "psp",
      name: "Qliro",
      flows: ["orders", "invoices", "refunds", "payouts"],
      capabilities: ["webhooks", "payments", "payouts"],
      guide: "Ask the platform for keys.",
      credentials: {
        required: ["apiKey", "apiSecret"],
        properties: { apiSecret: { type: "string", title: "API secret", secret: true } },
      },
    });
  });

  it("can describe every connector there is", () => {
    for (const connector of registry) {
      const { credentials, settings } = jsonSchemas(connector);
      expect(Object.keys(Reflect.get(credentials, "properties")).length, connector.id).toBeGreaterThan(0);
      expect(Reflect.get(settings, "type"), connector.id).toBe("object");
    }
  });
});

describe("search", () => {
  it("finds orders of every merchant that the token may see", async () => {
    const [one, two] = [await makeMerchant(api), await makeMerchant(api)];
    for (const merchant of [one, two]) {
      const orderId = newId("ord", NOW, Math.random);
      const entry = { orderId, type: "qliro.order_id", value: "FIND-ME-1" };
      await upsertOrderIndex(api.db, merchant as MerchantId, [entry], NOW);
    }
    expect((await api.call("GET", "/api/v1/search?q=find-me")).body.items).toHaveLength(2);
    const token = await makeToken(api, "support", one);
    const scoped = await api.call("GET", "/api/v1/search?q=find-me", { token });
    expect(scoped.body.items).toMatchObject([{ merchantId: one, references: [{ value: "find-me-1" }] }]);
    expect((await api.call("GET", "/api/v1/search?q=f")).body.errors).toMatchObject([{ path: "q" }]);
    expect((await api.call("GET", "/api/v1/search")).body.errors).toMatchObject([{ path: "q" }]);
  });
});

describe("secrets", () => {
  it("are in no answer, no header and no log line, whatever is done with a connection", async () => {
    const { merchant, qliro } = await makeApproved(api);
    const base = `/api/v1/merchants/${merchant}`;
    await connect(api, merchant, "shopify");
    await api.call("PATCH", `${base}/connections/${qliro}`, { body: { credentials: { plusApiKey: CANARY } } });
    await api.call("PATCH", `${base}/connections/${qliro}`, { body: { credentials: { apiKey: 7, wrong: CANARY } } });
    await api.call("POST", `${base}/connections`, { body: { connector: "qliro", credentials: { apiKey: CANARY } } });
    await api.call("POST", `${base}/connections`, {
      body: { connector: "qliro", environment: "test", credentials: { apiKey: "a", apiSecret: CANARY } },
      key: "canary-key",
    });
    await api.call("POST", `${base}/connections/${qliro}/webhooks/activate`);
    for (const path of ["", "/connections", `/connections/${qliro}`, "/readiness", "/audit", "/state"]) {
      expect((await api.call("GET", base + path)).status).toBe(200);
    }
    for (const text of [...api.answers, ...api.logged.map((entry) => JSON.stringify(entry))]) {
      expect(text).not.toContain(CANARY);
      expect(text).not.toContain("v1.");
    }
    const tables = ["connections", "audit", "idempotency", "merchants", "api_tokens"];
    for (const table of tables) {
      const { results } = await api.bindings.DB.prepare(`select * from ${table}`).all();
      expect(JSON.stringify(results), table).not.toContain(CANARY);
    }
  });
});

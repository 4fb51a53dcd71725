import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { CANARY, connect, FLOWS_OFF, makeMerchant, type TestApi, testApi } from "../kit/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const paths = (answer: { body: { errors: { path: string }[] } }) => answer.body.errors.map(({ path }) => path).sort();

describe("a new connection", () => {
  it("is unverified, with every flow off, and tells which credentials are set but not what they are", async () => {
    const merchant = await makeMerchant(api);
    const made = await api.call("POST", `/api/v1/merchants/${merchant}/connections`, {
      body: { connector: "qliro", environment: "test", credentials: { apiKey: "KAFFE_SE", apiSecret: CANARY } },
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      connector: "qliro",
      kind: "psp",
      label: "Qliro",
      environment: "test",
      status: "unverified",
      credentialsSet: ["apiKey", "apiSecret"],
      settings: { prefix: "" },
      flows: FLOWS_OFF,
      webhooks: { active: false, tokens: [] },
    });
    expect(made.text).not.toContain("KAFFE_SE");
    const read = await api.call("GET", `/api/v1/merchants/${merchant}/connections/${made.body.id}`);
    expect(read.body).toEqual(made.body);
    const list = await api.call("GET", `/api/v1/merchants/${merchant}/connections`);
    expect(list.body.items).toEqual([made.body]);
  });

  it("is sealed at rest and in what the object is told", async () => {
    const merchant = await makeMerchant(api);
    const id = await connect(api, merchant, "qliro");
    const row = await env.DB.prepare("select * from connections where id = ?").bind(id).first();
    expect(JSON.stringify(row)).not.toContain(CANARY);
    expect(row?.sealed_credentials).toMatch(/^v1\./);
    const log = await env.DB.prepare("select * from audit where merchant_id = ?").bind(merchant).all();
    expect(JSON.stringify(log.results)).not.toContain(CANARY);
    expect(JSON.stringify(api.object(merchant).taken)).not.toContain(CANARY);
    expect(api.object(merchant).taken.at(-1)?.connections[0]?.sealedCredentials).toBe(row?.sealed_credentials);
  });

  it("is refused with every wrong field named: ours and the connector's, unknown ones too", async () => {
    const merchant = await makeMerchant(api);
    const refused = await api.call("POST", `/api/v1/merchants/${merchant}/connections`, {
      body: {
        connector: "qliro",
        environment: "production",
        label: "",
        credentials: { apiSecret: "short", apikey: CANARY },
        settings: { feeArticleNumber: 7 },
      },
    });
    expect(refused.status).toBe(400);
    expect(paths(refused)).toEqual([
      "credentials.apiKey",
      "credentials.apiSecret",
      "credentials.apikey",
      "environment",
      "label",
      "settings.feeArticleNumber",
    ]);
    expect(refused.text).not.toContain(CANARY);
    expect((await api.call("GET", `/api/v1/merchants/${merchant}/connections`)).body.items).toEqual([]);
    expect((await api.call("GET", `/api/v1/merchants/${merchant}`)).body.configVersion).toBe(1);
  });

  it("names the connectors there are when it asks for another one", async () => {
    const merchant = await makeMerchant(api);
    const refused = await api.call("POST", `/api/v1/merchants/${merchant}/connections`, {
      body: { connector: "paypal", environment: "test", credentials: {} },
    });
    expect(refused.body.errors).toEqual([{ path: "connector", message: "one of qliro, specter, shopify" }]);
  });
});

describe("changing a connection", () => {
  it("merges credentials, removes optional ones given as null, and asks for a new verification", async () => {
    const merchant = await makeMerchant(api);
    const id = await connect(api, merchant, "qliro");
    const path = `/api/v1/merchants/${merchant}/connections/${id}`;
    await api.call("POST", `${path}/verify`);
    const plus = await api.call("PATCH", path, { body: { credentials: { plusApiKey: "PLUS" } } });
    expect(plus.body).toMatchObject({
      status: "unverified",
      checkedAt: null,
      revision: 2,
      credentialsSet: ["apiKey", "apiSecret", "plusApiKey"],
    });
    const without = await api.call("PATCH", path, { body: { credentials: { plusApiKey: null } } });
    expect(without.body).toMatchObject({ revision: 3, credentialsSet: ["apiKey", "apiSecret"] });
    const refused = await api.call("PATCH", path, {
      body: { credentials: { apiKey: null, apiSecret: "x" }, label: 3 },
    });
    expect(refused.status).toBe(400);
    expect(paths(refused)).toEqual(["credentials.apiKey", "credentials.apiSecret", "label"]);
    expect((await api.call("GET", path)).body.revision).toBe(3);
  });

  it("keeps credentials, status and revision when only the label changes", async () => {
    const merchant = await makeMerchant(api);
    const id = await connect(api, merchant, "qliro");
    const path = `/api/v1/merchants/${merchant}/connections/${id}`;
    await api.call("POST", `${path}/verify`);
    const changed = await api.call("PATCH", path, { body: { label: "Qliro SE" } });
    expect(changed.body).toMatchObject({ label: "Qliro SE", revision: 1, status: "connected" });
  });

  it("lets exactly one of two changes at once through, or both in turn", async () => {
    const merchant = await makeMerchant(api);
    const id = await connect(api, merchant, "qliro");
    const path = `/api/v1/merchants/${merchant}/connections/${id}`;
    const [a, b] = await Promise.all([
      api.call("PATCH", path, { body: { credentials: { plusApiKey: "A" } } }),
      api.call("PATCH", path, { body: { settings: { feeArticleNumber: "F1" } } }),
    ]);
    const done = [a, b].filter((answer) => answer.status === 200).length;
    expect([a.status, b.status].every((status) => [200, 409].includes(status))).toBe(true);
    expect((await api.call("GET", path)).body.revision).toBe(1 + done);
  });

  it("writes credentials anew after the master key is gone, and only whole", async () => {
    const merchant = await makeMerchant(api);
    const id = await connect(api, merchant, "qliro");
    const path = `/api/v1/merchants/${merchant}/connections/${id}`;
    await env.DB.prepare("update connections set sealed_credentials = 'v1.00000000.AA.AA' where id = ?").bind(id).run();
    const partly = await api.call("PATCH", path, { body: { credentials: { apiKey: "KAFFE_SE" } } });
    expect(paths(partly)).toEqual(["credentials.apiSecret"]);
    const whole = await api.call("PATCH", path, { body: { credentials: { apiKey: "KAFFE_SE", apiSecret: CANARY } } });
    expect(whole.status).toBe(200);
  });

  it("takes it away softly", async () => {
    const merchant = await makeMerchant(api);
    const id = await connect(api, merchant, "qliro");
    const path = `/api/v1/merchants/${merchant}/connections/${id}`;
    expect((await api.call("DELETE", path)).status).toBe(204);
    expect((await api.call("GET", path)).status).toBe(404);
    expect((await api.call("DELETE", path)).status).toBe(404);
    expect(api.object(merchant).taken.at(-1)?.connections[0]).toMatchObject({ id, removed: true, active: false });
  });
});

describe("verifying a connection", () => {
  it("keeps what the object found out", async () => {
    const merchant = await makeMerchant(api);
    const id = await connect(api, merchant, "qliro");
    const path = `/api/v1/merchants/${merchant}/connections/${id}`;
    const good = await api.call("POST", `${path}/verify`);
    expect(good.body).toEqual({ status: "connected", checkedAt: "2026-11-20T10:00:00.000Z" });
    expect((await api.call("GET", path)).body).toMatchObject({ status: "connected", problem: null });
    const problem = { code: "CREDENTIALS_REFUSED", title: "t", detail: "401", cause: "c", fix: "f", severity: "error" };
    api.object(merchant).verification = { status: "failed", checkedAt: "2026-11-20T10:01:00.000Z", problem };
    expect((await api.call("POST", `${path}/verify`)).body).toMatchObject({ status: "failed", problem });
    expect((await api.call("GET", path)).body).toMatchObject({
      status: "failed",
      checkedAt: "2026-11-20T10:01:00.000Z",
      problem: { code: "CREDENTIALS_REFUSED", detail: "401" },
    });
  });

  it("says that it cannot while the object does not take the configuration", async () => {
    const merchant = await makeMerchant(api);
    api.object(merchant).reachable = false;
    const id = await connect(api, merchant, "qliro");
    const answer = await api.call("POST", `/api/v1/merchants/${merchant}/connections/${id}/verify`);
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("5");
    expect(answer.body.code).toBe("UNAVAILABLE");
  });
});

describe("flows", () => {
  it("are switched and told to the object", async () => {
    const merchant = await makeMerchant(api);
    const id = await connect(api, merchant, "qliro");
    const path = `/api/v1/merchants/${merchant}/connections/${id}/flows`;
    const flows = { orders: true, invoices: false, refunds: true, payouts: false };
    expect((await api.call("PUT", path, { body: flows })).body.flows).toEqual(flows);
    expect(api.object(merchant).taken.at(-1)?.connections[0]?.flows).toEqual(flows);
    const refused = await api.call("PUT", path, { body: { orders: "yes", refunds: true } });
    expect(paths(refused)).toEqual(["invoices", "orders", "payouts"]);
  });

  it("that the platform does not offer are refused by name", async () => {
    const merchant = await makeMerchant(api);
    const id = await connect(api, merchant, "shopify");
    const refused = await api.call("PUT", `/api/v1/merchants/${merchant}/connections/${id}/flows`, {
      body: { orders: true, invoices: true, refunds: false, payouts: true },
    });
    expect(refused.status).toBe(400);
    expect(refused.body.code).toBe("FLOW_UNSUPPORTED");
    expect(paths(refused)).toEqual(["invoices", "payouts"]);
  });

  it("never create orders from a shop and a PSP, unless the overlap is accepted", async () => {
    const merchant = await makeMerchant(api);
    const qliro = await connect(api, merchant, "qliro");
    const shopify = await connect(api, merchant, "shopify");
    const flows = (id: string) => `/api/v1/merchants/${merchant}/connections/${id}/flows`;
    const body = { ...FLOWS_OFF, orders: true };
    expect((await api.call("PUT", flows(qliro), { body })).status).toBe(200);
    const refused = await api.call("PUT", flows(shopify), { body });
    expect(refused.status).toBe(409);
    expect(refused.body.code).toBe("FLOW_OVERLAP");
    expect((await api.call("PUT", flows(shopify), { body: { ...body, acceptOverlap: true } })).status).toBe(200);
    expect((await api.call("PUT", flows(qliro), { body: FLOWS_OFF })).status).toBe(200);
  });
});

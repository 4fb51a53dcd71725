import { beforeAll, describe, expect, it } from "vitest";
import type { Role } from "../../src/directory/schema.ts";
import { connect, makeApproved, makeMerchant, makeToken, type TestApi, testApi } from "../kit/api.ts";

interface Described {
  "x-roles"?: Role[];
  security?: object[];
}

interface Route {
  method: string;
  path: string;
  roles: Role[] | undefined;
}

const ROLES: readonly Role[] = ["admin", "onboarding", "support"];

/** Open to everyone, on purpose. */
const PUBLIC = ["GET /health", "GET /status"];

/** What support may do besides reading. */
const SUPPORT_ACTS = [
  "POST /api/v1/merchants/{m}/webhooks/{w}/replay",
  "POST /api/v1/merchants/{m}/commands/{id}/retry",
  "POST /api/v1/merchants/{m}/commands/{id}/resolve",
  "POST /api/v1/merchants/{m}/payouts/{p}/lines/{l}/resolve",
  "POST /api/v1/merchants/{m}/payouts/{p}/lines/{l}/confirm",
  "POST /api/v1/merchants/{m}/payouts/{p}/lines/{l}/undo",
  "POST /api/v1/merchants/{m}/payouts/{p}/approve",
  "POST /api/v1/merchants/{m}/commands/{id}/discard",
  "POST /api/v1/merchants/{m}/tasks/{id}/done",
];

let api: TestApi;
let routes: Route[];
let merchant: string;
let tokens: Record<Role, string>;

beforeAll(async () => {
  api = await testApi();
  const { body } = await api.call("GET", "/openapi.json");
  const paths: [string, Record<string, Described>][] = Object.entries(body.paths);
  routes = paths.flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({
      method: method.toUpperCase(),
      path,
      roles: described["x-roles"],
    })),
  );
  merchant = await makeMerchant(api);
  tokens = {
    admin: await makeToken(api, "admin"),
    onboarding: await makeToken(api, "onboarding"),
    support: await makeToken(api, "support"),
  };
});

const name = ({ method, path }: Route) => `${method} ${path}`;
const guarded = () => routes.filter((route) => !PUBLIC.includes(name(route)));

/** The route's address with an existing merchant and ids of nothing; a body that no schema accepts. */
const probe = (route: Route, token: string | null, m = merchant) =>
  api.call(route.method, route.path.replace("{m}", m).replace(/\{\w+\}/g, "none"), {
    token,
    ...(route.method === "GET" ? {} : { text: "not json" }),
  });

describe("every route of the OpenAPI document", () => {
  it("has a rule, and the public ones are known", () => {
    expect(routes.length).toBeGreaterThan(45);
    expect(guarded().filter((route) => !route.roles?.length)).toEqual([]);
    expect(
      routes
        .filter((route) => route.roles === undefined)
        .map(name)
        .sort(),
    ).toEqual(PUBLIC);
  });

  it("gives reading to every role, and to support nothing that changes the configuration", () => {
    const forSupport = guarded().filter((route) => route.roles?.includes("support") && route.method !== "GET");
    expect(forSupport.map(name).sort()).toEqual([...SUPPORT_ACTS].sort());
    const kept = guarded().filter((route) => route.method === "GET" && route.roles?.length !== ROLES.length);
    expect(kept.map(name)).toEqual(["GET /api/v1/tokens"]);
  });

  it("gives tokens to administrators only", () => {
    const ours = guarded().filter((route) => route.path.startsWith("/api/v1/tokens"));
    expect(ours.map((route) => route.roles)).toEqual([["admin"], ["admin"], ["admin"]]);
  });

  it("answers 401 without a token, and with a wrong one", async () => {
    for (const route of guarded()) {
      for (const token of [null, "wrong-token", ""]) {
        const refused = await probe(route, token);
        expect([refused.status, refused.body.code], name(route)).toEqual([401, "UNAUTHENTICATED"]);
        expect(refused.headers.get("www-authenticate")).toBe("Bearer");
      }
    }
  });

  it.each(ROLES)("lets %s through exactly where the document says so", async (role) => {
    // A merchant of its own: an allowed DELETE deletes it.
    for (const route of guarded()) {
      const own = route.method === "DELETE" ? await makeMerchant(api) : merchant;
      const answer = await probe(route, tokens[role], own);
      const allowed = route.roles?.includes(role) ?? false;
      expect(answer.status === 403, `${role} ${name(route)}: ${answer.text}`).toBe(!allowed);
      if (!allowed) expect(answer.body.code).toBe("FORBIDDEN");
    }
  });

  it.each(ROLES)("hides other merchants from a token of %s that is bound to one", async (role) => {
    const bound = await makeToken(api, role, await makeMerchant(api));
    for (const route of guarded().filter(({ path }) => path.includes("{m}"))) {
      const answer = await probe(route, bound, merchant);
      expect([answer.status, answer.body.code], name(route)).toEqual([404, "NOT_FOUND"]);
    }
  });
});

describe("a token that is bound to one merchant", () => {
  it("lists and searches only that one, and makes no other", async () => {
    const own = await makeMerchant(api);
    const token = await makeToken(api, "admin", own);
    const list = await api.call("GET", "/api/v1/merchants", { token });
    expect(list.body.items.map((item: { id: string }) => item.id)).toEqual([own]);
    const body = { name: "x", country: "SE", currency: "SEK", timezone: "Europe/Stockholm" };
    expect((await api.call("POST", "/api/v1/merchants", { token, body })).status).toBe(403);
  });

  it("makes, lists and revokes tokens of that merchant only", async () => {
    const own = await makeMerchant(api);
    const token = await makeToken(api, "admin", own);
    for (const merchantId of [undefined, null, merchant]) {
      const refused = await api.call("POST", "/api/v1/tokens", {
        token,
        body: { name: "x", role: "admin", merchantId },
      });
      expect(refused.body.errors).toMatchObject([{ path: "merchantId" }]);
    }
    const made = await api.call("POST", "/api/v1/tokens", {
      token,
      body: { name: "x", role: "support", merchantId: own },
    });
    expect(made.status).toBe(201);
    const list = await api.call("GET", "/api/v1/tokens", { token });
    expect(new Set(list.body.items.map((item: { merchantId: string }) => item.merchantId))).toEqual(new Set([own]));
    const foreign = (await api.call("GET", "/api/v1/tokens")).body.items.find(
      (item: { merchantId: string | null }) => item.merchantId === null,
    );
    expect((await api.call("DELETE", `/api/v1/tokens/${foreign.id}`, { token })).status).toBe(404);
  });

  it("reaches no connection of another merchant through its own", async () => {
    const foreign = (await makeApproved(api)).qliro;
    const own = await makeMerchant(api);
    const token = await makeToken(api, "admin", own);
    for (const [method, tail] of [
      ["GET", ""],
      ["PATCH", ""],
      ["DELETE", ""],
      ["POST", "/verify"],
      ["POST", "/webhooks/activate"],
      ["POST", "/webhooks/rotate"],
      ["POST", "/webhooks/deactivate"],
    ] as const) {
      const answer = await api.call(method, `/api/v1/merchants/${own}/connections/${foreign}${tail}`, { token });
      expect([answer.status, answer.body.code], `${method} ${tail}`).toEqual([404, "NOT_FOUND"]);
    }
    expect(await connect(api, own, "qliro")).not.toBe(foreign);
  });

  it("ends with its merchant", async () => {
    const own = await makeMerchant(api);
    const token = await makeToken(api, "support", own);
    expect((await api.call("GET", "/api/v1/connectors", { token })).status).toBe(200);
    await api.call("DELETE", `/api/v1/merchants/${own}`);
    expect((await api.call("GET", "/api/v1/connectors", { token })).status).toBe(401);
  });
});

describe("API tokens", () => {
  it("are shown once, kept as a hash, and end when revoked", async () => {
    const made = await api.call("POST", "/api/v1/tokens", { body: { name: "desk", role: "support" } });
    expect(made.body).toMatchObject({ name: "desk", role: "support", merchantId: null, lastUsedAt: null });
    const { token, id } = made.body;
    const rows = await api.bindings.DB.prepare("select * from api_tokens where id = ?").bind(id).first();
    expect(JSON.stringify(rows)).not.toContain(token);
    expect((await api.call("GET", "/api/v1/merchants", { token })).status).toBe(200);
    const listed = (await api.call("GET", "/api/v1/tokens")).body.items.find((item: { id: string }) => item.id === id);
    expect(listed.lastUsedAt).toBe("2026-11-20T10:00:00.000Z");
    expect(JSON.stringify(listed)).not.toContain(token);
    expect((await api.call("DELETE", `/api/v1/tokens/${id}`)).status).toBe(204);
    expect((await api.call("GET", "/api/v1/merchants", { token })).status).toBe(401);
    expect((await api.call("DELETE", `/api/v1/tokens/${id}`)).status).toBe(404);
  });

  it("are refused with every wrong field named", async () => {
    const refused = await api.call("POST", "/api/v1/tokens", {
      body: { name: "", role: "root", merchantId: "mer_none" },
    });
    const paths = refused.body.errors.map((error: { path: string }) => error.path);
    expect(paths).toEqual(["name", "role", "merchantId"]);
  });
});

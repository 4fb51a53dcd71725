import { beforeAll, describe, expect, it } from "vitest";
import { connect, makeApproved, makeMerchant, type TestApi, testApi } from "../kit/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const BODY = { name: "Kaffe AB", country: "SE", currency: "SEK", timezone: "Europe/Stockholm" };

describe("merchants", () => {
  it("begin as a draft that the object already knows", async () => {
    const made = await api.call("POST", "/api/v1/merchants", { body: BODY });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ ...BODY, stage: "draft", configVersion: 1, pushedVersion: 1 });
    expect(made.body.createdAt).toBe("2026-11-20T10:00:00.000Z");
    expect(api.object(made.body.id).taken[0]).toMatchObject({ version: 1, name: "Kaffe AB", stage: "draft" });
    expect((await api.call("GET", `/api/v1/merchants/${made.body.id}`)).body).toEqual(made.body);
  });

  it("are refused with every wrong field named, and nothing is written", async () => {
    const count = async () => (await api.call("GET", "/api/v1/merchants?limit=200")).body.items.length;
    const before = await count();
    const refused = await api.call("POST", "/api/v1/merchants", {
      body: { name: " ", country: "se", currency: "kronor", timezone: "Mars/Olympus", extra: 1 },
    });
    expect(refused.status).toBe(400);
    expect(refused.headers.get("content-type")).toBe("application/problem+json");
    expect(refused.body).toMatchObject({
      type: "http://127.0.0.1:8787/docs/errors/VALIDATION_FAILED",
      status: 400,
      code: "VALIDATION_FAILED",
      requestId: refused.headers.get("x-request-id"),
    });
    expect(refused.body.hint).not.toBe("");
    const paths = refused.body.errors.map((error: { path: string }) => error.path);
    expect(paths.sort()).toEqual(["country", "currency", "extra", "name", "timezone"]);
    expect(await count()).toBe(before);
  });

  it.each(["UK", "XX", "EU", "DD"])("are not in %s, which is no country's code", async (country) => {
    const refused = await api.call("POST", "/api/v1/merchants", { body: { ...BODY, country } });
    expect(refused.body.errors).toMatchObject([{ path: "country" }]);
  });

  it("change field by field; the stage is not one of them", async () => {
    const id = await makeMerchant(api);
    const changed = await api.call("PATCH", `/api/v1/merchants/${id}`, { body: { name: "Te AB" } });
    expect(changed.body).toMatchObject({ name: "Te AB", country: "SE", configVersion: 2, pushedVersion: 2 });
    const refused = await api.call("PATCH", `/api/v1/merchants/${id}`, { body: { stage: "approved" } });
    expect(refused.body.errors).toEqual([{ path: "stage", message: "there is no such field" }]);
    const log = await api.call("GET", `/api/v1/merchants/${id}/audit`);
    expect(log.body.items[0]).toMatchObject({
      actor: "root",
      role: "admin",
      action: "merchant.update",
      before: { name: "Kaffe AB" },
      after: { name: "Te AB" },
    });
  });

  it("are gone after deletion, and the object learns that every connection is removed", async () => {
    const { merchant } = await makeApproved(api);
    expect((await api.call("DELETE", `/api/v1/merchants/${merchant}`)).status).toBe(204);
    expect((await api.call("GET", `/api/v1/merchants/${merchant}`)).status).toBe(404);
    const last = api.object(merchant).taken.at(-1);
    expect(last?.connections.map((connection) => connection.removed)).toEqual([true, true]);
  });

  it("come in pages", async () => {
    for (let made = 0; made < 3; made++) await makeMerchant(api);
    const first = await api.call("GET", "/api/v1/merchants?limit=2");
    expect(first.body.items).toHaveLength(2);
    const second = await api.call("GET", `/api/v1/merchants?limit=2&cursor=${first.body.nextCursor}`);
    const ids = [...first.body.items, ...second.body.items].map((item: { id: string }) => item.id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const limit of ["0", "201", "many", "1.5"]) {
      const refused = await api.call("GET", `/api/v1/merchants?limit=${limit}`);
      expect(refused.body.errors).toEqual([{ path: "limit", message: "a whole number from 1 to 200" }]);
    }
  });

  it("keep a change that the object could not be told; it is told with the next one", async () => {
    const id = await makeMerchant(api);
    api.object(id).reachable = false;
    const changed = await api.call("PATCH", `/api/v1/merchants/${id}`, { body: { name: "Te AB" } });
    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({ name: "Te AB", configVersion: 2, pushedVersion: 1 });
    api.object(id).reachable = true;
    const connection = await connect(api, id, "qliro");
    const read = await api.call("GET", `/api/v1/merchants/${id}`);
    expect(read.body).toMatchObject({ configVersion: 3, pushedVersion: 3 });
    expect(api.object(id).taken.at(-1)).toMatchObject({ name: "Te AB", connections: [{ id: connection }] });
  });
});

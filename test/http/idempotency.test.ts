import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { connect, makeApproved, makeMerchant, makeToken, type TestApi, testApi } from "../kit/api.ts";
import { NOW } from "../kit/directory.ts";

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const body = { name: "Kaffe AB", country: "SE", currency: "SEK", timezone: "Europe/Stockholm" };

describe("Idempotency-Key", () => {
  it("gives a repeat the first answer and does nothing a second time", async () => {
    const first = await api.call("POST", "/api/v1/merchants", { body, key: "k1" });
    const again = await api.call("POST", "/api/v1/merchants", { body, key: "k1" });
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get("idempotency-replayed")).toBe("true");
    const other = await api.call("POST", "/api/v1/merchants", { body, key: "k2" });
    expect(other.body.id).not.toBe(first.body.id);
  });

  it("refuses another request with the same key", async () => {
    await api.call("POST", "/api/v1/merchants", { body, key: "k3" });
    const others = [
      await api.call("POST", "/api/v1/merchants", { body: { ...body, name: "Te AB" }, key: "k3" }),
      await api.call("POST", `/api/v1/merchants/${await makeMerchant(api)}/review`, { key: "k3" }),
    ];
    for (const refused of others) expect([refused.status, refused.body.code]).toEqual([409, "IDEMPOTENCY_KEY_REUSED"]);
  });

  it("makes one thing of ten requests at once", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        api.call("POST", "/api/v1/merchants", { body: { ...body, name: "Once" }, key: "k4" }),
      ),
    );
    const made = answers.filter((answer) => answer.status === 201);
    expect(new Set(made.map((answer) => answer.body.id)).size).toBe(1);
    for (const answer of answers) {
      if (answer.status !== 201) expect([answer.status, answer.body.code]).toEqual([409, "CONFLICT"]);
    }
    const { results } = await env.DB.prepare("select id from merchants where name = 'Once'").all();
    expect(results).toHaveLength(1);
  });

  it("repeats a refusal of the state, but not a mistake in the request", async () => {
    const merchant = await makeMerchant(api);
    const path = `/api/v1/merchants/${merchant}/approve`;
    const refused = await api.call("POST", path, { key: "k5" });
    await api.call("POST", `/api/v1/merchants/${merchant}/review`);
    const again = await api.call("POST", path, { key: "k5" });
    expect(again.body).toEqual(refused.body);
    expect(again.headers.get("content-type")).toBe("application/problem+json");
    expect((await api.call("POST", "/api/v1/merchants", { body: {}, key: "k6" })).status).toBe(400);
    expect((await api.call("POST", "/api/v1/merchants", { body, key: "k6" })).status).toBe(201);
  });

  it("acts again after an answer that said nothing final", async () => {
    const merchant = await makeMerchant(api);
    api.object(merchant).reachable = false;
    const id = await connect(api, merchant, "qliro");
    const path = `/api/v1/merchants/${merchant}/connections/${id}/verify`;
    expect((await api.call("POST", path, { key: "k7" })).status).toBe(503);
    api.object(merchant).reachable = true;
    expect((await api.call("POST", path, { key: "k7" })).body.status).toBe("connected");
    api.object(merchant).verify = async () => {
      throw new Error("a defect");
    };
    expect((await api.call("POST", path, { key: "k8" })).status).toBe(500);
    api.object(merchant).verify = async () => ({ status: "connected", checkedAt: "2026-11-20T10:00:00.000Z" });
    expect((await api.call("POST", path, { key: "k8" })).status).toBe(200);
  });

  it("keeps a webhook URL sealed, and repeats it", async () => {
    const { merchant, qliro } = await makeApproved(api);
    const path = `/api/v1/merchants/${merchant}/connections/${qliro}/webhooks/activate`;
    const first = await api.call("POST", path, { key: "k9" });
    const again = await api.call("POST", path, { key: "k9" });
    expect(again.body).toEqual(first.body);
    const row = await env.DB.prepare("select * from idempotency where key = 'k9'").first();
    expect(JSON.stringify(row)).not.toContain(first.body.url.split("/").at(-1));
  });

  it("belongs to the token, lives 24 hours, and has a form", async () => {
    const first = await api.call("POST", "/api/v1/merchants", { body, key: "k10" });
    const token = await makeToken(api, "onboarding");
    const foreign = await api.call("POST", "/api/v1/merchants", { body, key: "k10", token });
    expect(foreign.body.id).not.toBe(first.body.id);
    api.clock.now = NOW + 24 * 3_600_000 + 1;
    const later = await api.call("POST", "/api/v1/merchants", { body, key: "k10" });
    api.clock.now = NOW;
    expect(later.body.id).not.toBe(first.body.id);
    const refused = await api.call("POST", "/api/v1/merchants", { body, key: "with space" });
    expect(refused.body.errors).toMatchObject([{ path: "Idempotency-Key" }]);
  });

  it("is not asked for anything but POST", async () => {
    const merchant = await makeMerchant(api);
    const path = `/api/v1/merchants/${merchant}`;
    await api.call("PATCH", path, { body: { name: "A" }, key: "k11" });
    expect((await api.call("PATCH", path, { body: { name: "B" }, key: "k11" })).body.name).toBe("B");
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { findHook } from "../../src/directory/hooks-lookup.ts";
import { hashToken } from "../../src/sealing.ts";
import { connect, makeApproved, makeMerchant, type TestApi, testApi } from "../kit/api.ts";
import { NOW } from "../kit/directory.ts";

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

const DAY_MS = 24 * 3_600_000;
const tokenIn = (url: string) => url.split("/").at(-1) ?? "";

/** The tokens that open the door at a time. */
async function standing(connection: string, now: number): Promise<string[]> {
  const hook = await findHook(api.db, "qliro", connection);
  return (hook?.tokens ?? [])
    .filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
    .map(({ hash }) => hash)
    .sort();
}

describe("webhook URLs", () => {
  it("are for approved merchants only", async () => {
    const merchant = await makeMerchant(api);
    const id = await connect(api, merchant, "qliro");
    for (const act of ["activate", "rotate"]) {
      const refused = await api.call("POST", `/api/v1/merchants/${merchant}/connections/${id}/webhooks/${act}`);
      expect([refused.status, refused.body.code]).toEqual([409, "STAGE_REQUIRED"]);
    }
  });

  it("are shown once, with what to do; the directory keeps a hash", async () => {
    const { merchant, qliro } = await makeApproved(api);
    const base = `/api/v1/merchants/${merchant}/connections/${qliro}`;
    const { status, body } = await api.call("POST", `${base}/webhooks/activate`);
    expect(status).toBe(200);
    expect(body.url).toMatch(new RegExp(`^http://127.0.0.1:8787/hooks/qliro/${qliro}/[\\w-]{43}$`));
    expect(body).toMatchObject({ active: true, registered: false, instructions: `Enter ${body.url} at the platform.` });
    expect(await standing(qliro, NOW)).toEqual([await hashToken(tokenIn(body.url))]);
    const read = await api.call("GET", base);
    expect(read.text).not.toContain(tokenIn(body.url));
    expect(read.body.webhooks).toEqual({
      active: true,
      activatedAt: "2026-11-20T10:00:00.000Z",
      tokens: [{ createdAt: "2026-11-20T10:00:00.000Z", lastUsedAt: null, expiresAt: null }],
    });
    const log = await api.call("GET", `/api/v1/merchants/${merchant}/audit`);
    expect(log.text).not.toContain(tokenIn(body.url));
    expect(
      api
        .object(merchant)
        .taken.at(-1)
        ?.connections.find(({ id }) => id === qliro)?.active,
    ).toBe(true);
  });

  it("overlap for a day when rotated; all stand when activated again; all end when switched off", async () => {
    const { merchant, qliro } = await makeApproved(api);
    const base = `/api/v1/merchants/${merchant}/connections/${qliro}/webhooks`;
    const off = await api.call("POST", `${base}/rotate`);
    expect([off.status, off.body.code]).toEqual([409, "CONFLICT"]);
    const urls = [];
    for (const act of ["activate", "activate", "rotate"])
      urls.push((await api.call("POST", `${base}/${act}`)).body.url);
    const hashes = await Promise.all(urls.map((url) => hashToken(tokenIn(url))));
    expect(await standing(qliro, NOW + DAY_MS - 1)).toEqual([...hashes].sort());
    expect(await standing(qliro, NOW + DAY_MS)).toEqual([hashes[2]]);
    const ended = await api.call("POST", `${base}/deactivate`);
    expect(ended.body).toEqual({ active: false, url: null, registered: false });
    expect(await standing(qliro, NOW)).toEqual([]);
  });

  it("do not exist for a platform that does not call; switching on starts its change feed", async () => {
    const { merchant, specter } = await makeApproved(api);
    const path = `/api/v1/merchants/${merchant}/connections/${specter}/webhooks/activate`;
    const { body } = await api.call("POST", path);
    expect(body).toMatchObject({ active: true, url: null, registered: false });
    expect(
      api
        .object(merchant)
        .taken.at(-1)
        ?.connections.find(({ id }) => id === specter)?.active,
    ).toBe(true);
  });

  it("start the payout runs on the merchant's local date of today", async () => {
    api.clock.now = Date.parse("2026-11-20T23:30:00Z");
    const { merchant, qliro } = await makeApproved(api);
    await api.call("POST", `/api/v1/merchants/${merchant}/connections/${qliro}/webhooks/activate`);
    api.clock.now = NOW;
    const row = await api.bindings.DB.prepare("select * from payout_progress where connection_id = ?")
      .bind(qliro)
      .first();
    expect(row).toMatchObject({ activated_on: "2026-11-21", last_finished_on: null });
  });
});

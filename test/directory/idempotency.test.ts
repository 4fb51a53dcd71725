import { beforeAll, describe, expect, it } from "vitest";
import type { Directory } from "../../src/directory/database.ts";
import { claimKey, forgetKeys, KEY_LIFE_MS, keepAnswer, releaseKey } from "../../src/directory/idempotency.ts";
import { migratedDirectory, NOW } from "../kit/directory.ts";

let db: Directory;
beforeAll(async () => {
  db = await migratedDirectory();
});

const request = (key: string, over: { fingerprint?: string; now?: number; tokenId?: string } = {}) => ({
  tokenId: "root",
  key,
  fingerprint: "f1",
  now: NOW,
  ...over,
});
const ANSWER = { status: 201, sealedBody: "sealed" };

describe("an idempotency key", () => {
  it("gives a repeat the answer of the first request", async () => {
    expect(await claimKey(db, request("a"))).toEqual({ kind: "first" });
    expect(await claimKey(db, request("a"))).toEqual({ kind: "in_progress" });
    await keepAnswer(db, request("a"), ANSWER);
    expect(await claimKey(db, request("a"))).toEqual({ kind: "repeat", ...ANSWER });
    expect(await claimKey(db, request("a", { fingerprint: "f2" }))).toEqual({ kind: "other_request" });
  });

  it("is claimed by exactly one of ten requests at once", async () => {
    const claims = await Promise.all(Array.from({ length: 10 }, () => claimKey(db, request("b"))));
    expect(claims.filter((claim) => claim.kind === "first")).toHaveLength(1);
  });

  it("belongs to one token", async () => {
    await claimKey(db, request("c"));
    expect(await claimKey(db, request("c", { tokenId: "tok_other" }))).toEqual({ kind: "first" });
  });

  it("lives 24 hours", async () => {
    await claimKey(db, request("d"));
    await keepAnswer(db, request("d"), ANSWER);
    expect((await claimKey(db, request("d", { now: NOW + KEY_LIFE_MS }))).kind).toBe("repeat");
    expect((await claimKey(db, request("d", { now: NOW + KEY_LIFE_MS + 1 }))).kind).toBe("first");
    await forgetKeys(db, NOW + 3 * KEY_LIFE_MS);
    expect((await claimKey(db, request("d"))).kind).toBe("first");
  });

  it("is free again after a release, or when the first request died", async () => {
    await claimKey(db, request("e"));
    await releaseKey(db, request("e"));
    expect((await claimKey(db, request("e"))).kind).toBe("first");
    expect((await claimKey(db, request("e", { now: NOW + 61_000 }))).kind).toBe("first");
  });
});

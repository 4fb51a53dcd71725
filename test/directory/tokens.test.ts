import { beforeAll, describe, expect, it } from "vitest";
import type { Directory } from "../../src/directory/database.ts";
import { deleteMerchant } from "../../src/directory/merchants.ts";
import { createToken, findToken, listTokens, revokeToken, touchApiToken } from "../../src/directory/tokens.ts";
import { type MerchantId, newId } from "../../src/domain/ids.ts";
import { actor, change, givenMerchant, migratedDirectory, NOW } from "../kit/directory.ts";

let db: Directory;
beforeAll(async () => {
  db = await migratedDirectory();
});

const by = { actor, now: NOW };

async function givenToken(hash: string, merchantId: MerchantId | null = null) {
  const id = newId("tok", NOW, Math.random);
  return createToken(db, { id, name: "support desk", role: "support", merchantId, hash }, by);
}

describe("API tokens", () => {
  it("are found by their hash until they are revoked", async () => {
    const token = await givenToken("h1");
    expect(await findToken(db, "h1")).toEqual(token);
    expect(await revokeToken(db, token.id, null, by)).toBe(true);
    expect(await findToken(db, "h1")).toBeNull();
    expect(await revokeToken(db, token.id, null, by)).toBe(false);
  });

  it("end with the merchant that they are bound to", async () => {
    const { id } = await givenMerchant(db);
    await givenToken("h2", id);
    expect(await findToken(db, "h2")).not.toBeNull();
    await deleteMerchant(db, change(id));
    expect(await findToken(db, "h2")).toBeNull();
  });

  it("of other merchants are neither listed nor revoked within a scope", async () => {
    const [mine, other] = [await givenMerchant(db), await givenMerchant(db)];
    const [own, foreign] = [await givenToken("h3", mine.id), await givenToken("h4", other.id)];
    const listed = await listTokens(db, mine.id, { limit: 50, cursor: null });
    expect(listed.items.map((token) => token.id)).toEqual([own.id]);
    expect(await revokeToken(db, foreign.id, mine.id, by)).toBe(false);
  });

  it("keep their last use to the hour", async () => {
    const token = await givenToken("h5");
    await touchApiToken(db, token, NOW);
    const used = await findToken(db, "h5");
    if (!used) throw new Error("the token is gone");
    await touchApiToken(db, used, NOW + 3_599_999);
    expect((await findToken(db, "h5"))?.lastUsedAt).toBe(NOW);
    await touchApiToken(db, used, NOW + 3_600_000);
    expect((await findToken(db, "h5"))?.lastUsedAt).toBe(NOW + 3_600_000);
  });
});

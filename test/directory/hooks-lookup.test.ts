import { beforeAll, describe, expect, it } from "vitest";
import { removeConnection } from "../../src/directory/connections.ts";
import type { Directory } from "../../src/directory/database.ts";
import { findHook, touchToken } from "../../src/directory/hooks-lookup.ts";
import { deleteMerchant } from "../../src/directory/merchants.ts";
import {
  activateWebhooks,
  deactivateWebhooks,
  listTokens,
  OVERLAP_MS,
  rotateWebhooks,
} from "../../src/directory/webhook-tokens.ts";
import { change, givenConnection, givenMerchant, migratedDirectory, NOW } from "../kit/directory.ts";

let db: Directory;
beforeAll(async () => {
  db = await migratedDirectory();
});

async function givenHook() {
  const { id } = await givenMerchant(db);
  return { merchant: id, connection: await givenConnection(db, id, "qliro") };
}

describe("the lookup of the front door", () => {
  it("finds the connection with its tokens and says whether it is on", async () => {
    const { merchant, connection } = await givenHook();
    expect(await findHook(db, "qliro", connection)).toMatchObject({ active: false, tokens: [] });
    await activateWebhooks(db, change(merchant), connection, "aa", []);
    await rotateWebhooks(db, change(merchant), connection, "bb");
    expect(await findHook(db, "qliro", connection)).toEqual({
      merchantId: merchant,
      connector: "qliro",
      connectionId: connection,
      environment: "test",
      sealedCredentials: "v1.sealed",
      tokens: [
        { hash: "aa", expiresAt: NOW + OVERLAP_MS },
        { hash: "bb", expiresAt: null },
      ],
      active: true,
    });
  });

  it("finds nothing under another connector, after removal, or after the merchant is gone", async () => {
    const { merchant, connection } = await givenHook();
    expect(await findHook(db, "specter", connection)).toBeNull();
    expect(await findHook(db, "qliro", "con_unknown")).toBeNull();
    await removeConnection(db, change(merchant), connection);
    expect(await findHook(db, "qliro", connection)).toBeNull();
    const other = await givenHook();
    await deleteMerchant(db, change(other.merchant));
    expect(await findHook(db, "qliro", other.connection)).toBeNull();
  });
});

describe("webhook tokens", () => {
  it("all stay valid when webhooks that are on are activated again", async () => {
    const { merchant, connection } = await givenHook();
    await activateWebhooks(db, change(merchant), connection, "aa", []);
    await activateWebhooks(db, change(merchant, { now: NOW + 1 }), connection, "bb", []);
    const tokens = await listTokens(db, connection, NOW + OVERLAP_MS * 2);
    expect(tokens.map((token) => token.hash)).toEqual(["aa", "bb"]);
  });

  it("overlap for a day when rotated, also when rotated twice", async () => {
    const { merchant, connection } = await givenHook();
    await activateWebhooks(db, change(merchant), connection, "aa", []);
    await rotateWebhooks(db, change(merchant, { now: NOW + 1 }), connection, "bb");
    await rotateWebhooks(db, change(merchant, { now: NOW + 2 }), connection, "cc");
    const hashes = async (now: number) => (await listTokens(db, connection, now)).map((token) => token.hash);
    expect(await hashes(NOW + OVERLAP_MS)).toEqual(["aa", "bb", "cc"]);
    expect(await hashes(NOW + 1 + OVERLAP_MS)).toEqual(["bb", "cc"]);
    expect(await hashes(NOW + 2 + OVERLAP_MS)).toEqual(["cc"]);
  });

  it("expire at once when webhooks are switched off", async () => {
    const { merchant, connection } = await givenHook();
    await activateWebhooks(db, change(merchant), connection, "aa", []);
    await deactivateWebhooks(db, change(merchant), connection);
    expect(await listTokens(db, connection, NOW)).toEqual([]);
    expect((await findHook(db, "qliro", connection))?.active).toBe(false);
  });

  it("remember when they were last used", async () => {
    const { merchant, connection } = await givenHook();
    await activateWebhooks(db, change(merchant), connection, "aa", []);
    await touchToken(db, connection, "aa", NOW + 5);
    expect((await listTokens(db, connection, NOW))[0]?.lastUsedAt).toBe(NOW + 5);
  });
});

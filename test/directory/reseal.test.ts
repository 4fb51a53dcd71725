import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import type { Directory } from "../../src/directory/database.ts";
import { resealConnections } from "../../src/directory/reseal.ts";
import { connections } from "../../src/directory/schema.ts";
import type { ConnectionId } from "../../src/domain/ids.ts";
import type { MerchantConfig } from "../../src/durable/config.ts";
import { seal, unseal } from "../../src/sealing.ts";
import { givenConnection, givenMerchant, migratedDirectory, NOW } from "../kit/directory.ts";

let db: Directory;
beforeAll(async () => {
  db = await migratedDirectory();
});

const OLD = btoa("o".repeat(32));
const CURRENT = btoa("c".repeat(32));
const LOST = btoa("l".repeat(32));

async function givenSealed(key: string): Promise<ConnectionId> {
  const { id } = await givenMerchant(db);
  const connection = await givenConnection(db, id, "qliro");
  const sealedCredentials = await seal('{"apiKey":"a"}', key, connection);
  await db.update(connections).set({ sealedCredentials }).where(eq(connections.id, connection));
  return connection;
}

const sealedOf = async (id: ConnectionId) =>
  (await db.select().from(connections).where(eq(connections.id, id)).get())?.sealedCredentials ?? "";

describe("rotating the master key", () => {
  it("seals under the current key what the previous one sealed, tells the object, and is done the second time", async () => {
    const [old, current, lost] = [await givenSealed(OLD), await givenSealed(CURRENT), await givenSealed(LOST)];
    const kept = await sealedOf(current);
    const told: MerchantConfig[] = [];
    const configure = async (config: MerchantConfig) => {
      told.push(config);
      return { version: config.version };
    };
    const push = { db, stub: () => ({ configure }) };
    const keys = { current: CURRENT, previous: OLD };
    const all = async () => {
      const sum = { resealed: 0, unreadable: [] as ConnectionId[] };
      let cursor: ConnectionId | null = null;
      do {
        const page = await resealConnections(push, keys, { limit: 2, cursor, now: NOW });
        sum.resealed += page.resealed;
        sum.unreadable.push(...page.unreadable);
        cursor = page.nextCursor;
      } while (cursor !== null);
      return sum;
    };
    expect(await all()).toEqual({ resealed: 1, unreadable: [lost] });
    expect(await unseal(await sealedOf(old), [CURRENT], old)).toEqual({ ok: true, value: '{"apiKey":"a"}' });
    expect(await sealedOf(current)).toBe(kept);
    expect(told.flatMap((config) => config.connections.map(({ id }) => id))).toEqual([old]);
    expect(await all()).toEqual({ resealed: 0, unreadable: [lost] });
  });
});

import { beforeAll, describe, expect, it } from "vitest";
import { removeConnection, setFlows } from "../../src/directory/connections.ts";
import type { Directory } from "../../src/directory/database.ts";
import { setStage } from "../../src/directory/merchants.ts";
import { dueConnections, recordRunFinished, setSchedule, startPayouts } from "../../src/directory/schedules.ts";
import { activateWebhooks, deactivateWebhooks } from "../../src/directory/webhook-tokens.ts";
import type { ConnectionId } from "../../src/domain/ids.ts";
import { change, givenConnection, givenMerchant, migratedDirectory, NOW } from "../kit/directory.ts";

let db: Directory;
beforeAll(async () => {
  db = await migratedDirectory();
});

const PAYOUTS_ON = { orders: false, invoices: false, refunds: false, payouts: true };

async function givenPayouts(timezone = "Europe/Stockholm") {
  const { id } = await givenMerchant(db, { timezone });
  const connection = await givenConnection(db, id, "qliro");
  await setStage(db, change(id), "approved");
  await setFlows(db, change(id), connection, PAYOUTS_ON, []);
  await activateWebhooks(db, change(id), connection, "aa", [startPayouts(db, connection, "2026-11-20")]);
  return { merchant: id, connection };
}

async function due(connection: ConnectionId, now = NOW) {
  const { items } = await dueConnections(db, now, { limit: 500, cursor: null });
  return items.find((item) => item.connectionId === connection) ?? null;
}

describe("connections that may have payout runs to make", () => {
  it("carry the time, the zone, the first date and the last finished one", async () => {
    const { merchant, connection } = await givenPayouts();
    expect(await due(connection)).toEqual({
      merchantId: merchant,
      connectionId: connection,
      payoutTime: "23:00",
      timezone: "Europe/Stockholm",
      activatedOn: "2026-11-20",
      lastFinishedOn: null,
    });
    await setSchedule(db, change(merchant), { time: "06:15", timezone: "Europe/Helsinki" });
    await recordRunFinished(db, connection, "2026-11-19");
    expect(await due(connection)).toMatchObject({
      payoutTime: "06:15",
      timezone: "Europe/Helsinki",
      lastFinishedOn: "2026-11-19",
    });
  });

  it("leave out those that are done for every date that has begun anywhere", async () => {
    const { connection } = await givenPayouts();
    await recordRunFinished(db, connection, "2026-11-21");
    expect(await due(connection)).toBeNull();
    // 10:00 UTC + 14 h: on the Line Islands the 21st has begun.
    expect(await due(connection, NOW + 24 * 3_600_000)).not.toBeNull();
  });

  it("never move back to an earlier date", async () => {
    const { connection } = await givenPayouts();
    await recordRunFinished(db, connection, "2026-11-19");
    await recordRunFinished(db, connection, "2026-11-12");
    expect((await due(connection))?.lastFinishedOn).toBe("2026-11-19");
  });

  it("keep the first date when webhooks are switched off and on again", async () => {
    const { merchant, connection } = await givenPayouts();
    await deactivateWebhooks(db, change(merchant), connection);
    expect(await due(connection)).toBeNull();
    await activateWebhooks(db, change(merchant), connection, "bb", [startPayouts(db, connection, "2026-12-24")]);
    expect((await due(connection))?.activatedOn).toBe("2026-11-20");
  });

  it("leave out merchants that are not approved and connections that are removed", async () => {
    const { merchant, connection } = await givenPayouts();
    await setStage(db, change(merchant), "in_review");
    expect(await due(connection)).toBeNull();
    await setStage(db, change(merchant), "approved");
    expect(await due(connection)).not.toBeNull();
    await removeConnection(db, change(merchant), connection);
    expect(await due(connection)).toBeNull();
  });

  it("come in pages without gap or repetition", async () => {
    const made = [
      (await givenPayouts()).connection,
      (await givenPayouts()).connection,
      (await givenPayouts()).connection,
    ];
    const seen: ConnectionId[] = [];
    let cursor: string | null = null;
    do {
      const page = await dueConnections(db, NOW, { limit: 2, cursor });
      seen.push(...page.items.map((item) => item.connectionId));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(made));
  });
});

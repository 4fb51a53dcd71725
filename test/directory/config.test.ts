import { beforeAll, describe, expect, it } from "vitest";
import { buildConfig, pushConfig, pushStale } from "../../src/directory/config.ts";
import { removeConnection, setFlows } from "../../src/directory/connections.ts";
import type { Directory } from "../../src/directory/database.ts";
import {
  readSalesAccounts,
  readSettlementAccounts,
  replaceSalesAccounts,
  replaceSettlementAccounts,
  setOrderNumberPattern,
} from "../../src/directory/mappings.ts";
import { deleteMerchant, getMerchant } from "../../src/directory/merchants.ts";
import { setSchedule } from "../../src/directory/schedules.ts";
import type { MerchantConfig } from "../../src/durable/config.ts";
import { change, givenConnection, givenMerchant, migratedDirectory } from "../kit/directory.ts";

let db: Directory;
beforeAll(async () => {
  db = await migratedDirectory();
});

const SETTLEMENT = { payoutAccount: "1930", bankCostAccount: "6570", feeVatAccount: "2641" };

/** An object that takes configurations, or does not answer. */
function fakeObject(answers = true) {
  const taken: MerchantConfig[] = [];
  const configure = async (config: MerchantConfig) => {
    if (!answers) throw new Error("the object does not answer");
    taken.push(config);
    return { version: config.version };
  };
  return { taken, push: { db, stub: () => ({ configure }) } };
}

describe("the configuration of a merchant", () => {
  it("holds everything the object needs to work", async () => {
    const { id } = await givenMerchant(db);
    const qliro = await givenConnection(db, id, "qliro");
    const methods = [{ connectionId: qliro, paymentMethod: "INVOICE", account: "1580" }];
    await replaceSalesAccounts(db, change(id), [{ country: "SE", vatRateBps: 2500, account: "3001" }]);
    await replaceSettlementAccounts(db, change(id), { ...SETTLEMENT, roundingAccount: "3740", methods });
    await setOrderNumberPattern(db, change(id), "Q-{psp.merchantReference}");
    await setSchedule(db, change(id), { time: "22:30", timezone: null });
    await setFlows(db, change(id), qliro, { orders: true, invoices: false, refunds: false, payouts: true }, []);
    expect(await buildConfig(db, id)).toEqual({
      merchantId: id,
      version: 7,
      name: "Kaffe AB",
      country: "SE",
      currency: "SEK",
      timezone: "Europe/Stockholm",
      stage: "draft",
      connections: [
        {
          id: qliro,
          connector: "qliro",
          label: "qliro",
          environment: "test",
          sealedCredentials: "v1.sealed",
          revision: 1,
          settings: {},
          flows: { orders: true, invoices: false, refunds: false, payouts: true },
          active: false,
          removed: false,
        },
      ],
      orderNumberPattern: "Q-{psp.merchantReference}",
      salesAccounts: [{ country: "SE", vatRateBps: 2500, account: "3001" }],
      settlementAccounts: { ...SETTLEMENT, roundingAccount: "3740", methods },
      payoutTime: "22:30",
      payoutTimezone: "Europe/Stockholm",
    });
  });

  it("keeps removed connections, marked, and those of a deleted merchant too", async () => {
    const { id } = await givenMerchant(db);
    const qliro = await givenConnection(db, id, "qliro");
    await givenConnection(db, id, "specter");
    await removeConnection(db, change(id), qliro);
    const removed = async () => {
      const config = await buildConfig(db, id);
      return Object.fromEntries((config?.connections ?? []).map((row) => [row.connector, row.removed]));
    };
    expect(await removed()).toEqual({ qliro: true, specter: false });
    await deleteMerchant(db, change(id));
    expect(await removed()).toEqual({ qliro: true, specter: true });
    expect(await getMerchant(db, id)).toBeNull();
  });

  it("replaces a mapping of hundreds of rows whole", async () => {
    const { id } = await givenMerchant(db);
    const items = Array.from({ length: 250 }, (_, index) => ({ country: "SE", vatRateBps: index, account: "3001" }));
    await replaceSalesAccounts(db, change(id), items);
    expect(await readSalesAccounts(db, id)).toHaveLength(250);
    await replaceSalesAccounts(db, change(id), [{ country: "NO", vatRateBps: 2500, account: "3305", vatCode: "U1" }]);
    expect(await readSalesAccounts(db, id)).toEqual([
      { country: "NO", vatRateBps: 2500, account: "3305", vatCode: "U1" },
    ]);
    expect(await readSettlementAccounts(db, id)).toBeNull();
  });
});

describe("pushing the configuration", () => {
  it("remembers the version that the object holds", async () => {
    const { id } = await givenMerchant(db);
    const { taken, push } = fakeObject();
    expect(await pushConfig(push, id)).toBe(true);
    expect(taken[0]?.version).toBe(1);
    expect((await getMerchant(db, id))?.pushedVersion).toBe(1);
  });

  it("leaves the mark behind when the object does not answer, and catches up later", async () => {
    const { id } = await givenMerchant(db);
    expect(await pushConfig(fakeObject(false).push, id)).toBe(false);
    expect((await getMerchant(db, id))?.pushedVersion).toBe(0);
    expect((await pushStale(fakeObject(false).push, 100)).pushed).toBe(0);
    const { taken, push } = fakeObject();
    expect((await pushStale(push, 100)).failed).toBe(0);
    expect(taken.map((config) => config.merchantId)).toContain(id);
    expect((await getMerchant(db, id))?.pushedVersion).toBe(1);
    expect((await pushStale(push, 100)).pushed).toBe(0);
  });
});

import { eq } from "drizzle-orm";
import { beforeAll, describe, expect, it } from "vitest";
import { commitChange } from "../../src/directory/change.ts";
import type { Directory } from "../../src/directory/database.ts";
import { getMerchant, updateMerchant } from "../../src/directory/merchants.ts";
import { audit } from "../../src/directory/schema.ts";
import { change, givenMerchant, migratedDirectory } from "../kit/directory.ts";

let db: Directory;
beforeAll(async () => {
  db = await migratedDirectory();
});

describe("a change of the configuration", () => {
  it("counts the version up and leaves an audit entry, in the batch of the change", async () => {
    const { id } = await givenMerchant(db);
    const entry = { action: "merchant.update", before: { name: "Kaffe AB" }, after: { name: "Te AB" } };
    expect(await updateMerchant(db, change(id, { ...entry, expectedVersion: 1 }), { name: "Te AB" })).toBe("done");
    expect(await getMerchant(db, id)).toMatchObject({ name: "Te AB", configVersion: 2, pushedVersion: 0 });
    const rows = await db.select().from(audit).where(eq(audit.merchantId, id));
    expect(rows.map((row) => row.action)).toEqual(["merchant.create", "merchant.update"]);
    expect(rows[1]).toMatchObject({ actor: "root", role: "admin", before: entry.before, after: entry.after });
  });

  it("writes nothing, not even an audit entry, when the configuration moved meanwhile", async () => {
    const { id } = await givenMerchant(db);
    await updateMerchant(db, change(id, { expectedVersion: 1 }), { name: "First" });
    expect(await updateMerchant(db, change(id, { expectedVersion: 1 }), { name: "Second" })).toBe("conflict");
    expect(await getMerchant(db, id)).toMatchObject({ name: "First", configVersion: 2 });
    expect(await db.select().from(audit).where(eq(audit.merchantId, id))).toHaveLength(2);
  });

  it("holds against any version when nothing that was read went into it", async () => {
    const { id } = await givenMerchant(db);
    expect(await commitChange(db, change(id), [])).toBe("done");
    expect(await commitChange(db, change(id), [])).toBe("done");
    expect((await getMerchant(db, id))?.configVersion).toBe(3);
  });

  it("lets exactly one of ten changes at once through", async () => {
    const { id } = await givenMerchant(db);
    const names = Array.from({ length: 10 }, (_, index) => `Name ${index}`);
    const outcomes = await Promise.all(
      names.map((name) => updateMerchant(db, change(id, { expectedVersion: 1 }), { name })),
    );
    expect(outcomes.filter((outcome) => outcome === "done")).toHaveLength(1);
  });

  it("throws a defect onwards", async () => {
    const { id } = await givenMerchant(db);
    const twice = db.insert(audit).values({ id: 1, at: 0, actor: "x", role: "admin", action: "x", subject: "x" });
    await expect(commitChange(db, change(id), [twice, twice])).rejects.toThrow();
    expect((await getMerchant(db, id))?.configVersion).toBe(1);
  });
});

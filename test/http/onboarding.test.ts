import { beforeAll, describe, expect, it } from "vitest";
import { connect, FLOWS_OFF, makeApproved, makeMerchant, type TestApi, testApi } from "../kit/api.ts";

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});

interface Item {
  code: string;
  required: boolean;
  done: boolean;
  problem?: string;
}

async function readiness(merchant: string): Promise<{ ready: boolean; missing: string[]; items: Item[] }> {
  const { body } = await api.call("GET", `/api/v1/merchants/${merchant}/readiness`);
  const items: Item[] = body.items;
  const missing = items.filter((item) => item.required && !item.done).map((item) => item.code);
  return { ready: body.ready, missing, items };
}

describe("readiness", () => {
  it("asks an empty merchant for connections and a flow, and for no mapping that nothing needs", async () => {
    const merchant = await makeMerchant(api);
    const { ready, missing } = await readiness(merchant);
    expect(ready).toBe(false);
    expect(missing).toEqual(["ERP_CONNECTED", "SOURCE_CONNECTED", "FLOW_ENABLED"]);
  });

  it("asks for what the enabled flows need, and for nothing else", async () => {
    const merchant = await makeMerchant(api);
    const base = `/api/v1/merchants/${merchant}`;
    const qliro = await connect(api, merchant, "qliro");
    const specter = await connect(api, merchant, "specter");
    await api.call("POST", `${base}/connections/${qliro}/verify`);
    await api.call("POST", `${base}/connections/${specter}/verify`);
    const flows = (body: object) => api.call("PUT", `${base}/connections/${qliro}/flows`, { body });
    await flows({ ...FLOWS_OFF, invoices: true });
    expect(await readiness(merchant)).toMatchObject({ ready: true, missing: [] });
    await flows({ ...FLOWS_OFF, orders: true });
    expect((await readiness(merchant)).missing).toEqual(["SALES_ACCOUNTS", "ERP_PAYMENT_TYPE"]);
    await flows({ ...FLOWS_OFF, payouts: true });
    expect((await readiness(merchant)).missing).toEqual(["SETTLEMENT_ACCOUNTS"]);
    await flows({ ...FLOWS_OFF, refunds: true });
    const refunds = await readiness(merchant);
    expect(refunds.missing).toEqual(["REFUND_CREDENTIALS"]);
    expect(refunds.items.at(-1)?.problem).toBe("QLIRO_PLUS_CREDENTIALS_REQUIRED");
    await api.call("PATCH", `${base}/connections/${qliro}`, { body: { credentials: { plusApiKey: "PLUS" } } });
    await api.call("POST", `${base}/connections/${qliro}/verify`);
    expect((await readiness(merchant)).ready).toBe(true);
  });
});

describe("the stages", () => {
  it("go from draft over review to approved, and are told to the object", async () => {
    const { merchant } = await makeApproved(api);
    const read = await api.call("GET", `/api/v1/merchants/${merchant}`);
    expect(read.body.stage).toBe("approved");
    expect(api.object(merchant).taken.at(-1)?.stage).toBe("approved");
  });

  it("cannot be skipped", async () => {
    const merchant = await makeMerchant(api);
    const refused = await api.call("POST", `/api/v1/merchants/${merchant}/approve`);
    expect([refused.status, refused.body.code]).toEqual([409, "STAGE_REQUIRED"]);
  });

  it("end at review while something required is missing, named", async () => {
    const merchant = await makeMerchant(api);
    const base = `/api/v1/merchants/${merchant}`;
    expect((await api.call("POST", `${base}/review`)).body.stage).toBe("in_review");
    const refused = await api.call("POST", `${base}/approve`);
    expect([refused.status, refused.body.code]).toEqual([409, "NOT_READY"]);
    expect(refused.body.detail).toContain("ERP_CONNECTED: An ERP is connected and verified");
    expect((await api.call("GET", base)).body.stage).toBe("in_review");
  });

  it("stay where they are when asked twice", async () => {
    const { merchant } = await makeApproved(api);
    const base = `/api/v1/merchants/${merchant}`;
    expect((await api.call("POST", `${base}/approve`)).body.stage).toBe("approved");
    expect((await api.call("POST", `${base}/review`)).body.code).toBe("STAGE_REQUIRED");
  });
});

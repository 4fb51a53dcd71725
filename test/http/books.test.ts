import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connect, FLOWS_OFF, makeMerchant, makeToken, type TestApi, testApi } from "../kit/api.ts";
import { command, order, payout, run, task, webhook } from "../kit/merchant-object.ts";

let api: TestApi;
let merchant: string;
let base: string;
beforeAll(async () => {
  api = await testApi();
});
beforeEach(async () => {
  merchant = await makeMerchant(api);
  base = `/api/v1/merchants/${merchant}`;
});

describe("reading the books", () => {
  it.each([
    ["/orders/ord_1", order],
    ["/webhooks/whk_1", webhook],
    ["/commands/cmd_1", command],
    ["/payout-runs/run_1", run],
    ["/payouts/pay_1", payout],
  ])("answers %s as the object does, and 404 for another id", async (path, view) => {
    expect((await api.call("GET", base + path)).body).toEqual(view);
    const absent = await api.call("GET", `${base}${path}2`);
    expect([absent.status, absent.body.code]).toEqual([404, "NOT_FOUND"]);
  });

  it.each([
    ["/orders", order],
    ["/webhooks", webhook],
    ["/commands", command],
    ["/tasks", task],
    ["/payout-runs", run],
    ["/payouts", payout],
  ])("lists %s in pages", async (path, view) => {
    expect((await api.call("GET", base + path)).body).toEqual({ items: [view], nextCursor: null });
    expect((await api.call("GET", `${base}${path}?limit=201`)).status).toBe(400);
  });

  it("hands filters and the page on to the object", async () => {
    await api.call("GET", `${base}/orders?query=4711&status=open&limit=7&cursor=abc`);
    await api.call("GET", `${base}/webhooks?state=unreadable&connectionId=con_1`);
    await api.call("GET", `${base}/payouts/pay_1?linesCursor=l2`);
    expect(api.object(merchant).calls).toEqual([
      { method: "orders", args: [{ query: "4711", status: "open", limit: 7, cursor: "abc" }] },
      { method: "webhooks", args: [{ state: "unreadable", connectionId: "con_1", limit: 50, cursor: null }] },
      { method: "payout", args: ["pay_1", "l2"] },
    ]);
  });

  it("shows the state at a glance", async () => {
    expect((await api.call("GET", `${base}/state`)).body).toMatchObject({
      commands: { parked: 1 },
      tasks: { open: 1 },
    });
  });
});

const ACTS = [
  ["/webhooks/whk_1/replay", undefined, "replayWebhook", ["whk_1"]],
  ["/commands/cmd_1/retry", undefined, "retryCommand", ["cmd_1"]],
  [
    "/commands/cmd_1/resolve",
    { externalId: "9", note: "by hand" },
    "resolveCommand",
    ["cmd_1", { externalId: "9", note: "by hand" }],
  ],
  ["/commands/cmd_1/discard", { note: "test order" }, "discardCommand", ["cmd_1", { note: "test order" }]],
  ["/tasks/tsk_1/done", { choice: "keep", note: "seen" }, "taskDone", ["tsk_1", { choice: "keep", note: "seen" }]],
] as const;

describe("acts on the books", () => {
  it.each(ACTS)("%s reaches the object with the name of who acts", async (path, body, method, args) => {
    const support = await makeToken(api, "support", merchant);
    const acted = await api.call("POST", base + path, { body, token: support });
    expect(acted.status, acted.text).toBe(200);
    const [call] = api.object(merchant).calls;
    expect(call?.method).toBe(method);
    expect(call?.args.slice(0, -1)).toEqual(args);
    expect(call?.args.at(-1)).toMatch(/^support tok_/);
  });

  it.each(ACTS)("%s passes a refusal on as a problem", async (path, body) => {
    api.object(merchant).refuses = { ok: false, problem: { code: "OUTCOME_UNCLEAR", detail: "not known yet" } };
    const refused = await api.call("POST", base + path, { body });
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: "OUTCOME_UNCLEAR", detail: "not known yet" });
    api.object(merchant).refuses = { ok: false, problem: { code: "NOT_FOUND", detail: "" } };
    expect((await api.call("POST", base + path, { body })).status).toBe(404);
  });

  it("need a reason where something is left undone, and an id where it was done", async () => {
    const discard = await api.call("POST", `${base}/commands/cmd_1/discard`, { body: { note: " " } });
    expect(discard.body.errors).toEqual([{ path: "note", message: "say why" }]);
    const resolve = await api.call("POST", `${base}/commands/cmd_1/resolve`, { body: {} });
    expect(resolve.body.errors.map((error: { path: string }) => error.path)).toEqual(["externalId", "note"]);
    expect(api.object(merchant).calls).toEqual([]);
  });
});

describe("payout runs", () => {
  it("start for every connection with payouts on, on the merchant's local date", async () => {
    api.clock.now = Date.parse("2026-11-20T23:30:00Z");
    const ids = [await connect(api, merchant, "qliro"), await connect(api, merchant, "qliro")];
    for (const id of ids) {
      await api.call("PUT", `${base}/connections/${id}/flows`, { body: { ...FLOWS_OFF, payouts: true } });
    }
    const started = await api.call("POST", `${base}/payout-runs`);
    api.clock.now = Date.parse("2026-11-20T10:00:00Z");
    expect(started.status).toBe(202);
    expect(started.body).toEqual({ runId: "run_1", runIds: ["run_1", "run_1"] });
    const asked = api.object(merchant).calls.map((call) => call.args[0]);
    expect(asked).toEqual(
      expect.arrayContaining(ids.map((connectionId) => ({ connectionId, date: "2026-11-21", trigger: "manual" }))),
    );
  });

  it("start for one connection and date", async () => {
    const connectionId = await connect(api, merchant, "qliro");
    const body = { connectionId, date: "2026-11-18" };
    expect((await api.call("POST", `${base}/payout-runs`, { body })).status).toBe(202);
    expect(api.object(merchant).calls[0]?.args).toEqual([{ ...body, trigger: "manual" }]);
  });

  it("are refused where there is nothing to run", async () => {
    const none = await api.call("POST", `${base}/payout-runs`);
    expect([none.status, none.body.code]).toEqual([409, "FLOW_DISABLED"]);
    const specter = await connect(api, merchant, "specter");
    const erp = await api.call("POST", `${base}/payout-runs`, { body: { connectionId: specter } });
    expect([erp.status, erp.body.code]).toEqual([400, "FLOW_UNSUPPORTED"]);
    const unknown = await api.call("POST", `${base}/payout-runs`, { body: { connectionId: "con_unknown" } });
    expect(unknown.status).toBe(404);
    const date = await api.call("POST", `${base}/payout-runs`, { body: { date: "2026-02-30" } });
    expect(date.body.errors).toEqual([{ path: "date", message: "a date such as 2026-11-20" }]);
  });
});

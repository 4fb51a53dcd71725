// Payouts and the runs that fetch them.
import { z } from "@hono/zod-openapi";
import { findConnector } from "../../connectors/registry.ts";
import { listConnections } from "../../directory/connections.ts";
import type { ConnectionId } from "../../domain/ids.ts";
import { ok, type Result } from "../../domain/result.ts";
import { localDate } from "../../domain/schedule.ts";
import { Payout, PayoutListItem, Run } from "../answers.ts";
import { CONFIGURE, READ } from "../authenticate.ts";
import { upToDate } from "../changes.ts";
import { connectionOf } from "../connection-answer.ts";
import { type MerchantCall, merchantOperation, room } from "../operation.ts";
import { type Refusal, refusal } from "../problem.ts";
import { DateInput, ListQuery, pageOf } from "../schemas.ts";
import { acted, found } from "./books.ts";

const tag = "payouts";
const BASE = "/api/v1/merchants/{m}";

/** The connections that a run is asked for: the one named, or every one with the payouts flow. */
async function asked(call: MerchantCall, id: string | undefined): Promise<Result<ConnectionId[], Refusal>> {
  if (id === undefined) {
    const rows = (await listConnections(call.db, call.merchant.id)).filter((row) => row.flowPayouts);
    const ids = rows.filter((row) => findConnector(row.connector, call.deps.connectors)?.payouts).map((row) => row.id);
    return ids.length > 0 ? ok(ids) : refusal("FLOW_DISABLED", "No connection has the payouts flow on.");
  }
  const row = await connectionOf(call, id);
  if (!row.ok) return row;
  const { connector } = row.value;
  if (findConnector(connector, call.deps.connectors)?.payouts) return ok([row.value.id]);
  return refusal("FLOW_UNSUPPORTED", `${connector} pays nothing out.`);
}

const start = merchantOperation({
  method: "post",
  path: `${BASE}/payout-runs`,
  tag,
  summary: "Fetch and book payouts of a date; the same connection and date never run twice",
  may: CONFIGURE,
  body: z.strictObject({ connectionId: z.string().optional(), date: DateInput.optional() }),
  status: 202,
  answer: z.object({ runId: z.string(), runIds: z.array(z.string()) }),
  run: async (call, { body }) => {
    const connections = await asked(call, body.connectionId);
    if (!connections.ok) return connections;
    const object = await upToDate(call);
    if (!object.ok) return object;
    const date = body.date ?? localDate(call.now, call.merchant.timezone);
    const runIds: string[] = [];
    for (const connectionId of connections.value) {
      const run = acted(await object.value.startPayoutRun({ connectionId, date, trigger: "manual" }));
      if (!run.ok) return run;
      runIds.push(run.value.id);
    }
    return ok({ runId: runIds[0] ?? "", runIds });
  },
});

const runs = merchantOperation({
  method: "get",
  path: `${BASE}/payout-runs`,
  tag,
  summary: "List payout runs",
  may: READ,
  query: ListQuery,
  answer: pageOf(Run),
  run: async ({ object }, { query }) => ok(await object.payoutRuns(query)),
});

const run = merchantOperation({
  method: "get",
  path: `${BASE}/payout-runs/{r}`,
  tag,
  summary: "One payout run",
  may: READ,
  answer: Run,
  run: async ({ object }, { params }) => found(await object.payoutRun(params.r), "payout run"),
});

const payouts = merchantOperation({
  method: "get",
  path: `${BASE}/payouts`,
  tag,
  summary: "List payouts",
  may: READ,
  query: ListQuery.extend({ state: z.string().max(200).optional() }),
  answer: pageOf(PayoutListItem),
  run: async ({ object }, { query }) => ok(await object.payouts(query)),
});

const payout = merchantOperation({
  method: "get",
  path: `${BASE}/payouts/{p}`,
  tag,
  summary: "One payout with its lines, its voucher and its proof; lines come in pages",
  may: READ,
  query: z.object({ linesCursor: z.string().max(300).optional() }),
  answer: Payout,
  run: async ({ object }, { params, query }) =>
    found(await object.payout(params.p, query.linesCursor ?? null), "payout"),
});

export const payoutsRoom = room([start, runs, run, payouts, payout]);

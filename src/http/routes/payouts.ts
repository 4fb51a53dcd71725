// Payouts and the runs that fetch them.
import { z } from "@hono/zod-openapi";
import { findConnector } from "../../connectors/registry.ts";
import { listConnections } from "../../directory/connections.ts";
import type { ConnectionId } from "../../domain/ids.ts";
import { ok, type Result } from "../../domain/result.ts";
import { localDate } from "../../domain/schedule.ts";
import type { Answer } from "../../durable/rpc.ts";
import { Payout, PayoutLine, PayoutListItem, Run } from "../answers.ts";
import { ACT, CONFIGURE, READ } from "../authenticate.ts";
import { upToDate } from "../changes.ts";
import { connectionOf } from "../connection-answer.ts";
import { type MerchantCall, merchantOperation, room } from "../operation.ts";
import { type Refusal, refusal } from "../problem.ts";
import { Account, DateInput, ListQuery, Note, pageOf } from "../schemas.ts";
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

const note = { note: Note };
const amountMinor = z.int();
const Split = z.strictObject({
  candidate: z.string().max(300).optional(),
  document: z
    .strictObject({ kind: z.enum(["invoice", "credit_invoice"]), number: z.string().trim().min(1).max(100) })
    .optional(),
  amountMinor,
});

const Resolve = z
  .discriminatedUnion("action", [
    z.strictObject({
      action: z.literal("match"),
      ...note,
      applyToSimilar: z.boolean().optional(),
      candidates: z.array(z.string().max(300)).min(1).max(100),
      difference: z
        .discriminatedUnion("kind", [
          z.strictObject({ kind: z.literal("rounding") }),
          z.strictObject({ kind: z.literal("fx"), bookedMinor: amountMinor.optional() }),
          z.strictObject({ kind: z.literal("account"), account: Account }),
        ])
        .optional(),
    }),
    z.strictObject({
      action: z.literal("split"),
      ...note,
      parts: z.array(Split).min(1).max(100),
      rest: z.strictObject({ account: Account }).optional(),
    }),
    z.strictObject({
      action: z.literal("write_off"),
      ...note,
      applyToSimilar: z.boolean().optional(),
      account: Account.optional(),
      rows: z
        .array(z.strictObject({ account: Account, amountMinor }))
        .min(1)
        .max(20)
        .optional(),
    }),
    z.strictObject({
      action: z.literal("foreign"),
      ...note,
      applyToSimilar: z.boolean().optional(),
      account: Account.optional(),
    }),
  ])
  .openapi("ResolveLine");

/** An act on the object, once it holds the newest configuration. */
async function act<T>(
  call: MerchantCall,
  on: (object: MerchantCall["object"], actor: string) => Promise<Answer<T>>,
): Promise<Result<T, Refusal>> {
  const object = await upToDate(call);
  return object.ok ? acted(await on(object.value, `${call.caller.role} ${call.caller.id}`)) : object;
}

const resolve = merchantOperation({
  method: "post",
  path: `${BASE}/payouts/{p}/lines/{l}/resolve`,
  tag,
  summary: "Settle a line: match it, split it, write it off, or mark it as foreign",
  may: ACT,
  body: Resolve,
  answer: PayoutLine.extend({ applied: z.int() }),
  run: (call, { params, body }) => act(call, (object, actor) => object.resolveLine(params.p, params.l, body, actor)),
});

const confirm = merchantOperation({
  method: "post",
  path: `${BASE}/payouts/{p}/lines/{l}/confirm`,
  tag,
  summary: "Agree, as the second person, to a decision above the limit",
  may: ACT,
  body: z.strictObject(note),
  answer: PayoutLine,
  run: (call, { params, body }) => act(call, (object, actor) => object.confirmLine(params.p, params.l, body, actor)),
});

const undo = merchantOperation({
  method: "post",
  path: `${BASE}/payouts/{p}/lines/{l}/undo`,
  tag,
  summary: "Take a decision back; what is booked is followed by a counter-entry",
  may: ACT,
  body: z.strictObject(note),
  answer: PayoutLine,
  run: (call, { params, body }) => act(call, (object, actor) => object.undoLine(params.p, params.l, body, actor)),
});

const approve = merchantOperation({
  method: "post",
  path: `${BASE}/payouts/{p}/approve`,
  tag,
  summary: "Approve the voucher that the preview shows, by the hash of its proof",
  may: ACT,
  body: z.strictObject({ hash: z.string().regex(/^[0-9a-f]{64}$/), ...note }),
  answer: z.object({ id: z.string(), state: z.string() }),
  run: (call, { params, body }) => act(call, (object, actor) => object.approvePayout(params.p, body, actor)),
});

const download = merchantOperation({
  method: "get",
  path: `${BASE}/payouts/{p}/export`,
  tag,
  summary: "Download a payout with its proof; `npm run verify-payout -- <file>` checks it",
  may: READ,
  query: z.object({ format: z.enum(["csv", "json"]).default("json") }),
  answer: z.custom<Response>().openapi({ type: "string", format: "binary" }),
  run: async ({ object }, { params, query: { format } }) => {
    const stream = found(await object.exportPayout(params.p, format), "payout");
    if (!stream.ok) return stream;
    const headers = {
      "content-type": format === "csv" ? "text/csv; charset=utf-8; header=present" : "application/json",
      "content-disposition": `attachment; filename="${params.p}.${format}"`,
      "cache-control": "no-store",
    };
    return ok(new Response(stream.value, { headers }));
  },
});

export const payoutsRoom = room([start, runs, run, payouts, payout, resolve, confirm, undo, approve, download]);

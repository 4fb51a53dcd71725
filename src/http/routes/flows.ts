// Flows: what runs over a connection, and the guard against two systems that would both create orders.
import { z } from "@hono/zod-openapi";
import { findConnector } from "../../connectors/registry.ts";
import { type Connection, FLOWS, flowsOf, listConnections, setFlows } from "../../directory/connections.ts";
import { startPayouts } from "../../directory/schedules.ts";
import { ok, type Result } from "../../domain/result.ts";
import { localDate } from "../../domain/schedule.ts";
import { CONFIGURE } from "../authenticate.ts";
import { planned, save } from "../changes.ts";
import { ConnectionAnswer, connectionOf, freshAnswer } from "../connection-answer.ts";
import { type MerchantCall, merchantOperation, room } from "../operation.ts";
import { type Refusal, refusal } from "../problem.ts";

const Body = z.strictObject({
  orders: z.boolean(),
  invoices: z.boolean(),
  refunds: z.boolean(),
  payouts: z.boolean(),
  acceptOverlap: z.boolean().optional(),
});

/** Refuses flows that the platform does not offer, naming each. */
function supported(call: MerchantCall, row: Connection, wanted: z.infer<typeof Body>): Result<true, Refusal> {
  const offered = findConnector(row.connector, call.deps.connectors)?.flows ?? [];
  const wrong = FLOWS.filter((flow) => wanted[flow] && !offered.includes(flow));
  if (wrong.length === 0) return ok(true);
  const errors = wrong.map((flow) => ({ path: flow, message: `${row.connector} has no such flow` }));
  return refusal("FLOW_UNSUPPORTED", `${row.connector} offers: ${offered.join(", ") || "no flow"}.`, errors);
}

/** Refuses orders from a shop and a PSP at once. */
async function withoutOverlap(call: MerchantCall, row: Connection): Promise<Result<true, Refusal>> {
  const kindOf = (connection: Connection) => findConnector(connection.connector, call.deps.connectors)?.kind;
  const opposite = { shop: "psp", psp: "shop", erp: null }[kindOf(row) ?? "erp"];
  const others = await listConnections(call.db, call.merchant.id);
  const rival = others.find((other) => other.id !== row.id && other.flowOrders && kindOf(other) === opposite);
  if (!rival) return ok(true);
  return refusal("FLOW_OVERLAP", `Orders are on for ${rival.label} (${rival.connector}, ${rival.id}) already.`);
}

const set = merchantOperation({
  method: "put",
  path: "/api/v1/merchants/{m}/connections/{c}/flows",
  tag: "connections",
  summary: "Switch the four flows of a connection",
  may: CONFIGURE,
  body: Body,
  answer: ConnectionAnswer,
  run: async (call, { params, body }) => {
    const found = await connectionOf(call, params.c);
    if (!found.ok) return found;
    const row = found.value;
    const offered = supported(call, row, body);
    if (!offered.ok) return offered;
    const alone = body.orders && body.acceptOverlap !== true ? await withoutOverlap(call, row) : ok(true);
    if (!alone.ok) return alone;
    const { acceptOverlap: _, ...flows } = body;
    const plan = planned(call, { action: "connection.flows", subject: row.id, before: flowsOf(row), after: body });
    const today = localDate(call.now, call.merchant.timezone);
    const progress = flows.payouts && row.active ? [startPayouts(call.db, row.id, today)] : [];
    const saved = await save(call, setFlows(call.db, plan, row.id, flows, progress));
    return saved.ok ? freshAnswer(call, row.id) : saved;
  },
});

export const flows = room([set]);

// What a new configuration sets in motion: jobs that run by time, and work that waited for just this change.
import { and, eq, inArray, isNotNull, isNull, lt } from "drizzle-orm";
import { findConnector } from "../connectors/registry.ts";
import { decide } from "../domain/decide.ts";
import { isNothing } from "../domain/decision.ts";
import type { OrderId } from "../domain/ids.ts";
import type { Core } from "./books.ts";
import { pullKey, sweepKey } from "./changes.ts";
import type { ConnectionConfig, MerchantConfig } from "./config.ts";
import { allJobs, dropJob, type JobRow, rescheduleJob, wantJob } from "./jobs.ts";
import { hastenLooks } from "./look-store.ts";
import { loadOrder, writeDecision } from "./order-store.ts";
import type { Runtime } from "./runtime.ts";
import { commands, orders } from "./schema.ts";
import { purgeBodies } from "./webhook-store.ts";

const DAY_MS = 86_400_000;
/** Subjects decided again per step. */
const REDECIDE_STEP = 100;

/** Makes sure that every connection has the jobs it needs, and no others. */
export function ensureJobs(core: Core, config: MerchantConfig): void {
  const now = core.ports.now();
  const wanted = config.stage === "approved" ? config.connections.flatMap(jobsOf) : [];
  for (const job of allJobs(core.books)) {
    const timed = job.key.startsWith("pull:") || job.key.startsWith("deleted:");
    if (timed && !wanted.includes(job.key)) dropJob(core.books, job.key);
  }
  const known = allJobs(core.books).map((job) => job.key);
  for (const key of wanted)
    if (!known.includes(key)) wantJob(core, key, key.startsWith("pull:") ? now : now + 3_600_000);
  if (!known.includes("housekeeping")) wantJob(core, "housekeeping", now + DAY_MS);
}

function jobsOf(connection: ConnectionConfig): string[] {
  const connector = findConnector(connection.connector);
  const used = connection.active || Object.values(connection.flows).some(Boolean);
  if (!connector || connection.removed || !used) return [];
  const settings = connector.settings.safeParse(connection.settings).data;
  const feeds = connector.changes?.feeds(settings) ?? [];
  return [
    ...feeds.map((feed) => pullKey(connection.id, feed)),
    ...(connector.accounting ? [sweepKey(connection.id)] : []),
  ];
}

/** New credentials end a pause: what waited for the connection is due now. Everything held back is decided again. */
export function resume(core: Core, held: MerchantConfig | null, config: MerchantConfig): void {
  const now = core.ports.now();
  for (const connection of config.connections) {
    const before = held?.connections.find((candidate) => candidate.id === connection.id);
    if (before && before.revision === connection.revision) continue;
    hastenLooks(core, connection.id);
    for (const { key } of allJobs(core.books)) if (key.startsWith(`pull:${connection.id}:`)) wantJob(core, key, now);
    core.books
      .update(commands)
      .set({ dueAt: now })
      .where(and(eq(commands.connectionId, connection.id), eq(commands.state, "unknown"), isNull(commands.dueAt)))
      .run();
  }
  if (held) wantJob(core, "redecide", now);
}

const HELD = ["waiting", "parked", "manual", "pending"];

/** Decides again for every order with something held back, a hundred at a time. */
export function redecide(core: Core, runtime: Runtime, job: JobRow): void {
  const after = typeof job.data.after === "string" ? job.data.after : "";
  const subjects = core.books
    .selectDistinct({ subject: commands.subject })
    .from(commands)
    .where(inArray(commands.state, HELD))
    .all()
    .map((row) => row.subject)
    .filter((subject) => subject > after)
    .sort();
  const step = subjects.slice(0, REDECIDE_STEP);
  core.storage.transactionSync(() => {
    for (const subject of step) {
      if (!subject.startsWith("ord_")) {
        releaseBooking(core, runtime, subject);
        continue;
      }
      const order = loadOrder(core.books, subject as OrderId);
      const decision = order ? decide(order, null, runtime.policy, core.ports.now()) : null;
      if (order && decision && !isNothing(decision)) writeDecision(core, runtime, order, decision);
    }
  });
  const last = step.at(-1);
  if (last !== undefined && subjects.length > step.length)
    rescheduleJob(core, job.key, core.ports.now(), { data: { after: last } });
  else dropJob(core.books, job.key);
}

/** A booking that waited for the ERP connection or its payouts flow. */
function releaseBooking(core: Core, runtime: Runtime, subject: string): void {
  const { accounting } = runtime.policy;
  if (!accounting || accounting.paused || !accounting.flows.payouts) return;
  const now = core.ports.now();
  core.books
    .update(commands)
    .set({ state: "pending", heldBy: null, code: null, detail: null, dueAt: now })
    .where(and(eq(commands.subject, subject), eq(commands.state, "waiting")))
    .run();
  core.clock.wakeBy(now);
}

/** Once a day: webhook bodies and personal data past the retention period are taken away. */
export function housekeeping(core: Core, retentionDays: number, job: JobRow): void {
  const now = core.ports.now();
  const before = now - retentionDays * DAY_MS;
  purgeBodies(core.books, before);
  core.books
    .update(orders)
    .set({ content: null })
    .where(and(lt(orders.createdAt, before), isNotNull(orders.content), isNotNull(orders.erpNumber)))
    .run();
  rescheduleJob(core, job.key, now + DAY_MS);
}

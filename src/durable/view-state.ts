// The merchant at a glance: counts, the oldest thing that waits, and every connection's health.
import { eq, inArray, max, min, sql } from "drizzle-orm";
import type { Core } from "./books.ts";
import { readFact } from "./facts.ts";
import { lastRun } from "./payout-run.ts";
import type { Runtime } from "./runtime.ts";
import { commands, orders, tasks, webhooks } from "./schema.ts";
import { payouts } from "./schema-payouts.ts";
import { runView } from "./view-payouts.ts";
import { problemView, timestampOrNull } from "./view-problem.ts";
import type { StateView } from "./views.ts";

const count = sql<number>`count(*)`;
const UNFINISHED = ["pending", "sending", "unknown", "accepted", "waiting"];

export function stateView({ books, ports }: Core, runtime: Runtime, nextDue: number | null): StateView {
  const statuses = books.select({ status: orders.status, many: count }).from(orders).groupBy(orders.status).all();
  const webhookCounts = books
    .select({
      received: count,
      duplicate: sql<number | null>`sum(${webhooks.duplicates})`,
      unreadable: sql<number | null>`sum(${webhooks.state} = 'unreadable')`,
    })
    .from(webhooks)
    .get();
  const open = books
    .select({ many: count, oldest: min(commands.createdAt) })
    .from(commands)
    .where(inArray(commands.state, UNFINISHED))
    .get();
  const parked = books.select({ many: count }).from(commands).where(eq(commands.state, "parked")).get();
  const openTasks = books.select({ many: count }).from(tasks).where(eq(tasks.state, "open")).get();
  const openPayouts = books
    .select({ many: count })
    .from(payouts)
    .where(inArray(payouts.state, ["open", "stopped", "fetched"]))
    .get();
  const seen = books
    .select({ id: webhooks.connectionId, at: max(webhooks.receivedAt) })
    .from(webhooks)
    .groupBy(webhooks.connectionId)
    .all();
  const run = lastRun(books);
  return {
    orders: { byStatus: Object.fromEntries(statuses.map((row) => [row.status, row.many])) },
    webhooks: {
      received: webhookCounts?.received ?? 0,
      duplicate: webhookCounts?.duplicate ?? 0,
      unreadable: webhookCounts?.unreadable ?? 0,
    },
    commands: {
      pending: open?.many ?? 0,
      parked: parked?.many ?? 0,
      oldestPendingSeconds: open?.oldest == null ? null : Math.max(0, Math.floor((ports.now() - open.oldest) / 1000)),
    },
    payouts: { lastRun: run ? runView(run) : null, open: openPayouts?.many ?? 0 },
    connections: [...runtime.links.values()].map((link) => {
      const pulled = readFact(books, `pulled:${link.config.id}`);
      return {
        id: link.config.id,
        connector: link.connector.id,
        status: link.problem ? "paused" : link.config.active ? "active" : "connected",
        breaker: link.breaker.state(),
        lastWebhookAt: timestampOrNull(seen.find((row) => row.id === link.config.id)?.at ?? null),
        lastPullAt: timestampOrNull(pulled === null ? null : Number(pulled)),
        problem: link.problem ? problemView(link.problem) : null,
      };
    }),
    tasks: { open: openTasks?.many ?? 0 },
    configVersion: runtime.config.version,
    nextAlarmAt: timestampOrNull(nextDue),
  };
}

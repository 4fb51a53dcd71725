// Pulls a platform's change feed: rows are stored as reads to be done, and only then the batch is acknowledged.
import { and, gt, inArray } from "drizzle-orm";
import type { ChangeFacet, Hint, Pull, Read } from "../connectors/connector.ts";
import type { ConnectionId, OrderId } from "../domain/ids.ts";
import type { Trace } from "../transport/http.ts";
import { backoffMs, isHeldBack, READ_LONGEST_MS } from "./backoff.ts";
import type { Core } from "./books.ts";
import { readFact, writeFact } from "./facts.ts";
import { type JobRow, rescheduleJob } from "./jobs.ts";
import { wantLook } from "./look-store.ts";
import { findOrder } from "./order-store.ts";
import type { AnyContext, Link, Runtime } from "./runtime.ts";
import { orders } from "./schema.ts";

export const pullKey = (connectionId: ConnectionId, feed: string): string => `pull:${connectionId}:${feed}`;

export type Pulled = { kind: "ended" } | { kind: "unauthorized"; detail: string };

type Feed = ChangeFacet<Record<string, unknown>, unknown>;

/** Pages per pull, so that a feed that never ends cannot keep the object. */
const PAGES_MAX = 20;

/** Pulls until the feed is empty, then waits for the next time. */
export async function pull(core: Core, link: Link, feed: string, job: JobRow): Promise<Pulled> {
  const changes = link.connector.changes;
  if (!changes) return { kind: "ended" };
  const traces: Trace[] = [];
  const context = link.context(traces);
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const pulled = await changes.pull(context, feed);
    const next = await digest(core, link, changes, context, feed, pulled);
    if (next.kind === "more") continue;
    if (next.kind === "unauthorized") return next;
    const now = core.ports.now();
    if (next.kind === "later") {
      const held = isHeldBack(next, traces);
      const waitMs = held
        ? Math.max(1, next.retryAfterMs ?? 1_000)
        : backoffMs(job.attempts + 2, core.ports.random(), next.retryAfterMs, READ_LONGEST_MS);
      rescheduleJob(core, job.key, now + waitMs, { attempts: job.attempts + (held ? 0 : 1) });
      return { kind: "ended" };
    }
    break;
  }
  writeFact(core.books, `pulled:${link.config.id}`, String(core.ports.now()));
  rescheduleJob(core, job.key, core.ports.now() + changes.pollMinutes(link.settings) * 60_000);
  return { kind: "ended" };
}

type Digested =
  | { kind: "more" | "empty" }
  | { kind: "later"; code?: string; retryAfterMs?: number | undefined }
  | { kind: "unauthorized"; detail: string };

async function digest(
  core: Core,
  link: Link,
  changes: Feed,
  context: AnyContext,
  feed: string,
  pulled: Pull,
): Promise<Digested> {
  switch (pulled.kind) {
    case "page": {
      const { batch, hints, more } = pulled.page;
      core.storage.transactionSync(() => {
        storeHints(core, link, hints);
        if (batch !== null) writeFact(core.books, storedKey(link, feed), batch);
      });
      const acknowledged = batch === null ? null : await changes.acknowledge(context, feed, batch);
      if (acknowledged?.kind === "unauthorized") return acknowledged;
      if (acknowledged && acknowledged.kind !== "found") return laterOf(acknowledged);
      return { kind: more ? "more" : "empty" };
    }
    case "open_batch": {
      // Its rows may never have been stored: unless we know that they were, every open order is read again first.
      if (readFact(core.books, storedKey(link, feed)) !== pulled.batch)
        core.storage.transactionSync(() => wantOpenOrders(core, link));
      const acknowledged = await changes.acknowledge(context, feed, pulled.batch);
      if (acknowledged.kind === "unauthorized") return acknowledged;
      return acknowledged.kind === "found" ? { kind: "more" } : laterOf(acknowledged);
    }
    case "later":
    case "refused":
      return laterOf(pulled);
    case "unauthorized":
      return pulled;
    default:
      return pulled satisfies never;
  }
}

type NotNow = Exclude<Read<unknown>, { kind: "found" } | { kind: "unauthorized" }>;

const laterOf = (read: NotNow): Digested => ({
  kind: "later",
  ...("code" in read ? { code: read.code } : {}),
  ...("retryAfterMs" in read ? { retryAfterMs: read.retryAfterMs } : {}),
});

const storedKey = (link: Link, feed: string): string => `batch:${link.config.id}:${feed}`;

/** An ERP tells of all orders of the account, and only ours are read; a shop's orders are all ours. */
function storeHints(core: Core, link: Link, hints: readonly Hint[]): void {
  const connectionId = link.config.id;
  for (const hint of hints) {
    if (hint.kind !== "order") continue;
    const { type, value } = hint;
    if (link.connector.storefront || findOrder(core.books, connectionId, type, value))
      wantLook(core, { connectionId, type, value }, core.ports.now());
  }
}

/** Statuses in which the ERP may still have something to tell. */
const OPEN: readonly string[] = ["open", "partly_invoiced", "invoiced", "partly_refunded", "attention", "settled"];

function wantOpenOrders(core: Core, link: Link): void {
  const type = link.connector.accounting?.orderAlias;
  if (!type) return;
  const rows = core.books
    .select({ id: orders.id, erp: orders.erpNumber, document: orders.document })
    .from(orders)
    .where(inArray(orders.status, [...OPEN]))
    .all();
  for (const row of rows)
    if (row.erp && row.document.erp?.connectionId === link.config.id)
      wantLook(core, { connectionId: link.config.id, type, value: row.erp }, core.ports.now());
}

export const sweepKey = (connectionId: ConnectionId): string => `deleted:${connectionId}`;

const SWEEP_STEP = 20;
const SWEEP_STEP_MS = 60_000;
const SWEEP_ROUND_MS = 6 * 3_600_000;

/**
 * Deletions in the ERP are not announced: open orders are read again, a few at a time, a round every six hours.
 */
export function sweepForDeleted(core: Core, runtime: Runtime, link: Link, job: JobRow): void {
  const type = link.connector.accounting?.orderAlias;
  if (!type || runtime.policy.accounting?.id !== link.config.id) return;
  const after = typeof job.data.after === "string" ? job.data.after : "";
  const rows = core.books
    .select({ id: orders.id, erp: orders.erpNumber })
    .from(orders)
    .where(and(gt(orders.id, after), inArray(orders.status, ["open", "partly_invoiced", "attention"])))
    .orderBy(orders.id)
    .limit(SWEEP_STEP)
    .all();
  const now = core.ports.now();
  for (const row of rows) if (row.erp) wantLook(core, { connectionId: link.config.id, type, value: row.erp }, now);
  const last = rows.at(-1)?.id as OrderId | undefined;
  const more = rows.length === SWEEP_STEP && last !== undefined;
  rescheduleJob(core, job.key, now + (more ? SWEEP_STEP_MS : SWEEP_ROUND_MS), { data: { after: more ? last : "" } });
}

// One payout run: one connection, one local date. It lists, fetches, matches and books, in steps that survive eviction.
import { and, desc, eq, lt } from "drizzle-orm";
import type { Read } from "../connectors/connector.ts";
import { type Problem, problem } from "../domain/errors.ts";
import { type ConnectionId, newId } from "../domain/ids.ts";
import type { LocalDate } from "../domain/observation.ts";
import { addDays } from "../domain/schedule.ts";
import type { Trace } from "../transport/http.ts";
import { backoffMs } from "./backoff.ts";
import type { Books, Core } from "./books.ts";
import { dropJob, type JobRow, readJob, rescheduleJob, wantJob } from "./jobs.ts";
import { isAwaited } from "./payout-booking.ts";
import { type FetchState, startFetch, takePage } from "./payout-fetch.ts";
import { readPayout, restateHeader, statedHeader, storeHeader, unbookedPayouts } from "./payout-store.ts";
import { isFree, wantReconciled } from "./reconcile.ts";
import type { AnyContext, Link, Runtime } from "./runtime.ts";
import { runs } from "./schema-payouts.ts";

export type RunRow = typeof runs.$inferSelect;

/** Providers settle late and correct themselves: every run asks for this many days back. */
const WINDOW_DAYS = 7;
/** A run waits this long for its bookings to be answered before it ends and leaves them to the outbox. */
const BOOKING_WAIT_MS = 10 * 60_000;
const BOOKING_LOOK_MS = 2_000;
/** Tries of one run before it fails; the next night starts a new one. */
const TRIES_MAX = 12;

const runKey = (id: string): string => `run:${id}`;

export const readRun = (books: Books, id: string): RunRow | undefined =>
  books.select().from(runs).where(eq(runs.id, id)).get();

export const lastRun = (books: Books): RunRow | undefined =>
  books.select().from(runs).orderBy(desc(runs.startedAt)).limit(1).get();

/**
 * Starts the run of a connection and local date, or answers the one there is. A finished run is run again only when a
 * person asks, or when the clock comes after a person was early; a booked payout is never booked again.
 */
export function startRun(
  core: Core,
  connectionId: ConnectionId,
  date: LocalDate,
  trigger: "schedule" | "manual",
): RunRow {
  const now = core.ports.now();
  const known = core.books
    .select()
    .from(runs)
    .where(and(eq(runs.connectionId, connectionId), eq(runs.date, date)))
    .get();
  const again =
    known &&
    known.state !== "running" &&
    (trigger === "manual" || known.trigger === "manual" || known.state === "failed");
  if (known && !again) return known;
  const row: RunRow = {
    id: known?.id ?? newId("run", now, core.ports.random),
    connectionId,
    date,
    trigger: known?.trigger === "schedule" ? "schedule" : trigger,
    state: "running",
    startedAt: now,
    finishedAt: null,
    found: 0,
    booked: 0,
    open: 0,
    stopped: 0,
    code: null,
    detail: null,
  };
  core.books.insert(runs).values(row).onConflictDoUpdate({ target: runs.id, set: row }).run();
  wantJob(core, runKey(row.id), now, { stage: "list" });
  return row;
}

interface Progress {
  stage: "list" | "lines" | "reconcile" | "booking";
  /** Payouts whose lines are still to be fetched. */
  fetch: string[];
  /** Where the first of them stands. */
  page: FetchState | null;
  /** Payouts still to be matched. */
  match: string[];
  /** Payouts of this run. */
  all: string[];
  /** When waiting for bookings began, in milliseconds. */
  since: number;
}

const progressOf = (job: JobRow): Progress => ({
  stage: "list",
  fetch: [],
  page: null,
  match: [],
  all: [],
  since: 0,
  // Written only by this file.
  ...(job.data as Partial<Progress>),
});

export type RunStep = { kind: "ended" } | { kind: "unauthorized"; detail: string } | { kind: "finished"; run: RunRow };

/** Does one step of a run and keeps where it stands. */
export async function stepRun(core: Core, runtime: Runtime, job: JobRow): Promise<RunStep> {
  const run = readRun(core.books, job.key.slice("run:".length));
  const link = run ? runtime.links.get(run.connectionId as ConnectionId) : undefined;
  if (!run || !link?.connector.payouts) {
    if (run) return finish(core, run, [], problem("CONNECTION_MISSING", "The connection has no payouts."));
    dropJob(core.books, job.key);
    return { kind: "ended" };
  }
  const progress = progressOf(job);
  // Missed nights are caught up one after the other, the oldest first.
  if (isPreceded(core.books, run)) return next(core, job, progress, BOOKING_LOOK_MS);
  const traces: Trace[] = [];
  switch (progress.stage) {
    case "list":
      return list(core, link, run, job, traces);
    case "lines":
      return fetchLines(core, link, run, job, progress, traces);
    case "reconcile":
      return core.storage.transactionSync(() => {
        for (const id of progress.match) {
          const payout = readPayout(core.books, id);
          if (payout && payout.version > 0 && payout.state !== "booked") wantReconciled(core, payout);
        }
        return next(core, job, { ...progress, match: [], stage: "booking", since: core.ports.now() });
      });
    case "booking":
      return awaitBookings(core, run, job, progress);
    default:
      return progress.stage satisfies never;
  }
}

const isPreceded = (books: Books, run: RunRow): boolean =>
  books
    .select({ id: runs.id })
    .from(runs)
    .where(and(eq(runs.connectionId, run.connectionId), eq(runs.state, "running"), lt(runs.date, run.date)))
    .limit(1)
    .get() !== undefined;

function next(core: Core, job: JobRow, progress: Progress, afterMs = 0): RunStep {
  rescheduleJob(core, job.key, core.ports.now() + afterMs, { data: { ...progress } });
  return { kind: "ended" };
}

async function list(core: Core, link: Link, run: RunRow, job: JobRow, traces: Trace[]): Promise<RunStep> {
  const context: AnyContext = link.context(traces);
  const read = (await link.connector.payouts?.list(context, addDays(run.date, -WINDOW_DAYS), run.date)) ?? {
    kind: "absent",
  };
  if (read.kind !== "found" && read.kind !== "absent") return notRead(core, run, job, read, traces);
  const headers = read.kind === "found" ? read.value : [];
  core.storage.transactionSync(() => {
    const stored = headers.map((header) => ({ header, ...storeHeader(core, link.config.id, header) }));
    const current = stored.map(({ row }) => row.id);
    const open = unbookedPayouts(core.books, link.config.id);
    const fetch = stored
      .filter(({ row, restated }) => isFree(core.books, row) && (row.state !== "booked" || restated))
      .map(({ row }) => row.id);
    for (const { row, header, restated } of stored)
      if (restated && isFree(core.books, row)) restateHeader(core, row, header);
    const match = [...new Set([...open.map((row) => row.id), ...fetch])];
    const progress: Progress = {
      stage: fetch.length > 0 ? "lines" : match.length > 0 ? "reconcile" : "booking",
      fetch,
      page: null,
      match,
      all: [...new Set([...current, ...match])],
      since: core.ports.now(),
    };
    core.books.update(runs).set({ found: progress.all.length }).where(eq(runs.id, run.id)).run();
    next(core, job, progress);
  });
  return { kind: "ended" };
}

async function fetchLines(
  core: Core,
  link: Link,
  run: RunRow,
  job: JobRow,
  progress: Progress,
  traces: Trace[],
): Promise<RunStep> {
  const [payoutId, ...rest] = progress.fetch;
  const payout = payoutId ? readPayout(core.books, payoutId) : undefined;
  const after: Progress = { ...progress, fetch: rest, page: null, stage: rest.length > 0 ? "lines" : "reconcile" };
  if (!payout) return next(core, job, after);
  const state = progress.page ?? startFetch(payout);
  const read = (await link.connector.payouts?.lines(link.context(traces), statedHeader(payout), state.cursor)) ?? {
    kind: "absent",
  };
  if (read.kind === "absent") return next(core, job, after);
  if (read.kind !== "found") return notRead(core, run, job, read, traces);
  return core.storage.transactionSync(() => {
    const current = readPayout(core.books, payout.id);
    // A person or another run was quicker than the provider's answer: what was asked is asked again.
    if (!current || current.version !== payout.version || !isFree(core.books, current))
      return next(core, job, { ...progress, page: null, ...(current?.version === payout.version ? after : {}) }, 1);
    const page = takePage(core, current, state, read.value);
    return next(core, job, page === null ? after : { ...progress, page }, page === null ? 0 : 1);
  });
}

/** Waits for the answers to booking commands, so that the run can say what became of its payouts. */
function awaitBookings(core: Core, run: RunRow, job: JobRow, progress: Progress): RunStep {
  const payouts = progress.all.map((id) => readPayout(core.books, id)).filter((row) => row !== undefined);
  const working = payouts.some((row) => row.stage !== "idle" && row.stage !== "await");
  const waiting = payouts.some((row) => row.stage === "await" && isAwaited(core.books, row.id));
  const patient = core.ports.now() - progress.since < BOOKING_WAIT_MS;
  if (working || (waiting && patient)) return next(core, job, progress, BOOKING_LOOK_MS);
  return finish(core, run, progress.all, null);
}

/** How far a run is, for people. */
export function runProgress(books: Books, run: RunRow) {
  const job = run.state === "running" ? readJob(books, runKey(run.id)) : undefined;
  if (!job) return null;
  const { stage, fetch, page, all } = progressOf(job);
  const payouts = all.map((id) => readPayout(books, id)).filter((row) => row !== undefined);
  return {
    stage,
    payoutsToFetch: fetch.length,
    linesFetched: page?.count ?? 0,
    payouts: payouts
      .filter((row) => row.stage !== "idle")
      .map((row) => ({ id: row.id, stage: row.stage, linesDone: row.progress, linesTotal: row.lineCount })),
  };
}

type NotRead = Exclude<Read<unknown>, { kind: "found" } | { kind: "absent" }>;

function notRead(core: Core, run: RunRow, job: JobRow, read: NotRead, traces: Trace[]): RunStep {
  if (read.kind === "unauthorized") {
    finish(core, run, [], problem("REAUTHORIZATION_REQUIRED", read.detail));
    return read;
  }
  const unsent = traces.length === 0;
  const tries = job.attempts + (unsent ? 0 : 1);
  if (read.kind === "refused" || tries >= TRIES_MAX) return finish(core, run, [], problem(read.code, read.detail));
  const waitMs = unsent
    ? Math.max(1, read.retryAfterMs ?? 1_000)
    : backoffMs(tries + 1, core.ports.random(), read.retryAfterMs);
  rescheduleJob(core, job.key, core.ports.now() + Math.min(waitMs, 1_800_000), { attempts: tries });
  return { kind: "ended" };
}

function finish(core: Core, run: RunRow, all: readonly string[], stop: Problem | null): RunStep {
  const payouts = all.map((id) => readPayout(core.books, id)).filter((row) => row !== undefined);
  const count = (...states: string[]) => payouts.filter((row) => states.includes(row.state)).length;
  const done: RunRow = {
    ...run,
    state: stop ? "failed" : "finished",
    finishedAt: core.ports.now(),
    booked: count("booked"),
    open: count("open", "fetched"),
    stopped: count("stopped"),
    code: stop?.code ?? null,
    detail: stop?.detail ?? null,
  };
  core.books.update(runs).set(done).where(eq(runs.id, run.id)).run();
  dropJob(core.books, runKey(run.id));
  return { kind: "finished", run: done };
}

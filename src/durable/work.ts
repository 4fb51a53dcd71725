// The object at work: takes what is due, at most six things at a time, one thing per order, until nothing is due.
import { eq, lt, notInArray, type SQL, sql } from "drizzle-orm";
import type { Hint } from "../connectors/connector.ts";
import type { ConnectionId } from "../domain/ids.ts";
import { backoffMs, READ_LONGEST_MS } from "./backoff.ts";
import type { Core } from "./books.ts";
import { pull, pullKey, sweepForDeleted } from "./changes.ts";
import { redecide } from "./configuration.ts";
import { logDefect } from "./defects.ts";
import { dueSubjects, nextCommand } from "./due-commands.ts";
import { allJobs, beginJob, dropJob, dueJobs, type JobRow, rescheduleJob, wantJob } from "./jobs.ts";
import { dueLooks, type LookKey } from "./look-store.ts";
import { memoryOf } from "./memory.ts";
import { look, lookAgain } from "./observe.ts";
import { findOrder } from "./order-store.ts";
import { Pacing } from "./pacing.ts";
import { type RunRow, stepRun } from "./payout-run.ts";
import { stepPayouts } from "./reconcile.ts";
import type { Runtime } from "./runtime.ts";
import { commands, jobs, looks } from "./schema.ts";
import { requestsOf, stepCommand } from "./step-command.ts";
import { incomingOf, judgeWebhooks, markSeen, seenUpTo, unseenWebhooks, type WebhookRow } from "./webhook-store.ts";

/** Open connections the runtime allows an object. */
const AT_ONCE_MAX = 6;
/** Steps of one alarm; what is left rings again at once, so that one alarm never runs for long. */
const STEPS_MAX = 1_000;
/** Webhooks that are taken in and have not ended, at most. */
const INTAKE_MAX = 200;
/** The watermark is written when it has moved this far; after a restart, so many ended webhooks are skipped over. */
const WATERMARK_STEP = 100;

export interface Surroundings {
  runtime(): Promise<Runtime | null>;
  /** The platform refused the credentials: pause the connection. */
  pause(connectionId: ConnectionId, detail: string): Promise<void>;
  runFinished(run: RunRow): Promise<void>;
  /** Retention and other daily housekeeping. */
  housekeeping(job: JobRow): void;
}

export class Work {
  readonly #core: Core;
  readonly #around: Surroundings;
  readonly #pacing: Pacing;
  /** Locks of what is under way. */
  readonly #active = new Map<string, Promise<void>>();
  /** Reads asked for by webhooks that have not ended yet, by read. */
  readonly #fresh = new Map<string, { key: LookKey; webhooks: number[] }>();
  /** Positions of webhooks that were taken in and have not ended. */
  readonly #open = new Set<number>();
  /** The position up to which webhooks were taken in, and the watermark as it is written; null: not read yet. */
  #takenIn: number | null = null;
  #watermark = 0;
  #steps = 0;
  #nudge: () => void = () => undefined;

  constructor(core: Core, around: Surroundings) {
    this.#core = core;
    this.#around = around;
    this.#pacing = new Pacing(core.ports.now);
  }

  /** Works until nothing is due. Answers whether anything was done. */
  async run(): Promise<boolean> {
    this.#steps = 0;
    for (;;) {
      const runtime = await this.#around.runtime();
      if (!runtime) return false;
      this.#takeIn(runtime);
      this.#start(runtime);
      if (this.#active.size === 0) break;
      await Promise.race([...this.#active.values(), this.#nudged()]);
    }
    this.#advance();
    return this.#steps > 0;
  }

  /** Something new came in: work that waits for a slow platform looks at it at once. */
  nudge(): void {
    this.#nudge();
  }

  #nudged(): Promise<void> {
    return new Promise((resolve) => {
      this.#nudge = resolve;
    });
  }

  /** How many things should have been done a minute ago. */
  overdue(now: number): number {
    const count = (table: typeof looks | typeof commands | typeof jobs) =>
      this.#core.books
        .select({ many: sql<number>`count(*)` })
        .from(table)
        .where(lt(table.dueAt, now - 60_000))
        .get()?.many ?? 0;
    return count(looks) + count(commands) + count(jobs);
  }

  /** The next time something is due that can be done then, in milliseconds; null: never. */
  nextDue(): number | null {
    const { books, ports } = this.#core;
    const now = ports.now();
    const { held } = this.#pacing;
    const least = (table: typeof looks | typeof commands, where: SQL) =>
      books
        .select({ at: sql<number | null>`min(${table.dueAt})` })
        .from(table)
        .where(where)
        .get()?.at ?? null;
    const dueIn = (table: typeof looks | typeof commands): (number | null)[] => [
      least(table, notInArray(table.connectionId, held)),
      ...held.map((id) => {
        const at = least(table, eq(table.connectionId, id));
        return at === null ? null : this.#pacing.soonest(id, at);
      }),
    ];
    const times = [
      unseenWebhooks(books, this.#position(), 1).length > 0 ? now : null,
      ...[...this.#fresh.values()].map(({ key }) => this.#pacing.soonest(key.connectionId, now)),
      ...dueIn(looks),
      ...dueIn(commands),
      ...allJobs(books).map(({ key, dueAt }) => this.#pacing.soonest(connectionOf(key), dueAt)),
    ].filter((at) => at !== null);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** Turns new webhooks into reads. What they ask for is kept in memory; the stored webhook is the durable half. */
  #takeIn(runtime: Runtime): void {
    const room = INTAKE_MAX - this.#open.size;
    for (const row of room > 0 ? unseenWebhooks(this.#core.books, this.#position(), room) : []) {
      this.#takenIn = row.seq;
      this.#open.add(row.seq);
      this.#expand(runtime, row);
    }
    this.#advance();
  }

  #position(): number {
    if (this.#takenIn === null) {
      this.#watermark = seenUpTo(this.#core.books);
      this.#takenIn = this.#watermark;
    }
    return this.#takenIn;
  }

  #expand(runtime: Runtime, row: WebhookRow): void {
    const connectionId = row.connectionId as ConnectionId;
    const link = runtime.links.get(connectionId);
    const hints: Hint[] = link?.connector.webhooks?.hints(incomingOf(row)) ?? [
      { kind: "ignored", reason: "The connection was removed." },
    ];
    for (const hint of hints)
      if (hint.kind === "remember") memoryOf(this.#core.books, connectionId).put(hint.key, hint.value);
    const reads = hints.filter((hint) => hint.kind === "order");
    for (const { type, value } of reads) this.#wantFresh({ connectionId, type, value }, row.seq);
    const feeds = hints.filter((hint) => hint.kind === "changes").map((hint) => hint.feed);
    const known = link?.connector.changes?.feeds(link.settings) ?? [];
    for (const feed of feeds)
      if (known.includes(feed)) wantJob(this.#core, pullKey(connectionId, feed), this.#core.ports.now());
    if (reads.length > 0) return;
    this.#open.delete(row.seq);
    const unreadable = hints.find((hint) => hint.kind === "unreadable");
    const ignored = hints.find((hint) => hint.kind === "ignored");
    if (unreadable) judgeWebhooks(this.#core.books, [row.seq], "unreadable", unreadable.reason);
    else if (feeds.length > 0) judgeWebhooks(this.#core.books, [row.seq], "processed", `Pulls ${feeds.join(" and ")}.`);
    else judgeWebhooks(this.#core.books, [row.seq], "ignored", ignored?.reason ?? "Nothing to do.");
  }

  #wantFresh(key: LookKey, seq: number): void {
    const name = lookName(key);
    const known = this.#fresh.get(name) ?? { key, webhooks: [] };
    known.webhooks.push(seq);
    this.#fresh.set(name, known);
  }

  /** Moves the watermark over webhooks that have ended. */
  #advance(): void {
    const ended = this.#open.size === 0 ? this.#position() : Math.min(...this.#open) - 1;
    if (ended - this.#watermark < WATERMARK_STEP) return;
    markSeen(this.#core.books, ended);
    this.#watermark = ended;
  }

  #start(runtime: Runtime): void {
    const { books, ports } = this.#core;
    const now = ports.now();
    this.#pacing.survey(runtime.links);
    const room = () => this.#active.size < AT_ONCE_MAX && this.#steps < STEPS_MAX;
    const heldForTwo = this.#pacing.heldFor(2);
    for (const subject of room() ? dueSubjects(books, now, heldForTwo, 50) : []) {
      if (!room()) return;
      const row = this.#active.has(subject) ? undefined : nextCommand(books, subject, now, heldForTwo);
      if (!row) continue;
      this.#begin(subject, row.connectionId, requestsOf(runtime, row), () =>
        stepCommand(this.#core, runtime, row, (id, detail) => this.#around.pause(id, detail)).catch((defect) =>
          this.#stumbled(subject, defect),
        ),
      );
    }
    for (const [name, { key, webhooks }] of [...this.#fresh]) {
      if (!room()) return;
      this.#begin(this.#lockOf(key), key.connectionId, 1, async () => {
        this.#fresh.delete(name);
        await this.#look(runtime, key, webhooks);
        for (const seq of webhooks) this.#open.delete(seq);
      });
    }
    for (const row of room() ? dueLooks(books, now, this.#pacing.heldFor(1), 50) : []) {
      if (!room()) return;
      const key: LookKey = { connectionId: row.connectionId as ConnectionId, type: row.type, value: row.value };
      this.#begin(this.#lockOf(key), key.connectionId, 1, () => this.#look(runtime, key, []));
    }
    for (const job of room() ? dueJobs(books, now) : []) {
      if (!room()) return;
      this.#begin(jobLock(job.key), connectionOf(job.key), 2, () =>
        this.#job(runtime, job).catch((defect) => this.#jobStumbled(job, defect)),
      );
    }
  }

  /** Work on one order is serial: the order is the lock, or its identifier while there is no order yet. */
  #lockOf = (key: LookKey): string =>
    findOrder(this.#core.books, key.connectionId, key.type, key.value) ?? lookName(key);

  /** Begins a step of at most so many requests, unless its lock is taken or the connection's pace holds it back. */
  #begin(lock: string, connectionId: string, requests: number, step: () => Promise<void>): void {
    if (this.#active.has(lock)) return;
    const place = this.#pacing.admit(connectionId as ConnectionId, requests);
    if (place === null) return;
    this.#steps += 1;
    const done = step()
      .catch((defect: unknown) => logDefect("work", defect))
      .finally(() => {
        this.#active.delete(lock);
        this.#pacing.release(place);
      });
    this.#active.set(lock, done);
  }

  async #look(runtime: Runtime, key: LookKey, webhooks: number[]): Promise<void> {
    const looked = await look(this.#core, runtime, key, webhooks).catch((defect: unknown) => {
      logDefect("look", defect);
      return lookAgain(this.#core, key, webhooks);
    });
    if (looked.kind === "unauthorized") await this.#around.pause(key.connectionId, looked.detail);
  }

  /** A defect of ours in the work on one order: the others go on, and this one is not tried without a pause. */
  #stumbled(subject: string, defect: unknown): void {
    logDefect("command", defect);
    const now = this.#core.ports.now();
    this.#core.books
      .update(commands)
      .set({ dueAt: now + READ_LONGEST_MS })
      .where(sql`${commands.subject} = ${subject} and ${commands.dueAt} <= ${now}`)
      .run();
  }

  async #job(runtime: Runtime, job: JobRow): Promise<void> {
    beginJob(this.#core.books, job.key);
    const [kind, connection = "", feed = ""] = job.key.split(":");
    const link = runtime.links.get(connection as ConnectionId);
    switch (kind) {
      case "pull": {
        if (!link || link.problem) return this.#later(job);
        const pulled = await pull(this.#core, link, feed, job);
        if (pulled.kind === "unauthorized") await this.#around.pause(link.config.id, pulled.detail);
        return;
      }
      case "deleted":
        return link && !link.problem ? sweepForDeleted(this.#core, runtime, link, job) : this.#later(job);
      case "run": {
        const step = await stepRun(this.#core, runtime, job);
        if (step.kind === "finished") await this.#around.runFinished(step.run);
        return;
      }
      case "payouts": {
        const step = await stepPayouts(this.#core, runtime, job);
        if (step.kind === "unauthorized") await this.#around.pause(step.connectionId, step.detail);
        return;
      }
      case "redecide":
        return redecide(this.#core, runtime, job);
      case "housekeeping":
        return this.#around.housekeeping(job);
      default:
        return dropJob(this.#core.books, job.key);
    }
  }

  #jobStumbled(job: JobRow, defect: unknown): void {
    logDefect("job", defect);
    const { ports } = this.#core;
    const waitMs = backoffMs(job.attempts + 2, ports.random(), 0, READ_LONGEST_MS);
    rescheduleJob(this.#core, job.key, ports.now() + waitMs, { attempts: job.attempts + 1 });
  }

  /** A job of a connection that cannot be called now looks again in an hour. */
  #later(job: JobRow): void {
    this.#core.books
      .update(jobs)
      .set({ dueAt: this.#core.ports.now() + 3_600_000 })
      .where(sql`${jobs.key} = ${job.key}`)
      .run();
  }
}

const lookName = ({ connectionId, type, value }: LookKey): string => `${connectionId} ${type} ${value}`;

/** The connection a job calls; a job without one is never held back. */
const connectionOf = (key: string): ConnectionId => (key.split(":")[1] ?? "") as ConnectionId;

/** One puller at a time per connection, whatever the feed. */
const jobLock = (key: string): string => (key.startsWith("pull:") ? key.split(":").slice(0, 2).join(":") : key);

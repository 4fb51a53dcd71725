// Work that time starts: polls, sweeps, payout runs. A job is one row; its key says what it is.
import { eq, lte, sql } from "drizzle-orm";
import type { Books, Core } from "./books.ts";
import { jobs } from "./schema.ts";

export type JobRow = typeof jobs.$inferSelect;

/** Wants a job at `dueAt` (milliseconds) or earlier. `data` is kept from a row that exists. */
export function wantJob(core: Core, key: string, dueAt: number, data: Record<string, unknown> = {}): void {
  core.books
    .insert(jobs)
    .values({ key, dueAt, attempts: 0, data })
    .onConflictDoUpdate({ target: jobs.key, set: { dueAt: sql`min(${jobs.dueAt}, ${dueAt})` } })
    .run();
  core.clock.wakeBy(dueAt);
}

/** The job ran: next time at `dueAt`. */
export function rescheduleJob(
  core: Core,
  key: string,
  dueAt: number,
  change: Partial<Pick<JobRow, "attempts" | "data">> = {},
): void {
  core.books
    .update(jobs)
    .set({ dueAt, attempts: 0, ...change })
    .where(eq(jobs.key, key))
    .run();
  core.clock.wakeBy(dueAt);
}

export const dropJob = (books: Books, key: string): void => {
  books.delete(jobs).where(eq(jobs.key, key)).run();
};

export const readJob = (books: Books, key: string): JobRow | undefined =>
  books.select().from(jobs).where(eq(jobs.key, key)).get();

export const allJobs = (books: Books): JobRow[] => books.select().from(jobs).all();

export const dueJobs = (books: Books, now: number): JobRow[] =>
  books.select().from(jobs).where(lte(jobs.dueAt, now)).orderBy(jobs.dueAt).all();

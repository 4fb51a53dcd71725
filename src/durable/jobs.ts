// Work that time starts: polls, sweeps, payout runs. A job is one row; its key says what it is.
import { eq, gt, lte, sql } from "drizzle-orm";
import { type Books, type Core, prepared } from "./books.ts";
import { jobs } from "./schema.ts";

export type JobRow = typeof jobs.$inferSelect;

/**
 * Jobs that were wanted since they began: what they read may be older than the want, so they run once more. Memory is
 * enough: a run that is cut off has moved nothing, so its row is still due.
 */
const wantedMeanwhile = new WeakMap<Books, Set<string>>();

/** The job begins: from now on, who wants it wants another run. */
export const beginJob = (books: Books, key: string): void => {
  wantedMeanwhile.get(books)?.delete(key);
};

/** Wants a job at `dueAt` (milliseconds) or earlier. `data` is kept from a row that exists. */
export function wantJob(core: Core, key: string, dueAt: number, data: Record<string, unknown> = {}): void {
  core.books
    .insert(jobs)
    .values({ key, dueAt, attempts: 0, data })
    .onConflictDoUpdate({ target: jobs.key, set: { dueAt }, setWhere: gt(jobs.dueAt, dueAt) })
    .run();
  const wanted = wantedMeanwhile.get(core.books) ?? new Set();
  wantedMeanwhile.set(core.books, wanted.add(key));
  core.clock.wakeBy(dueAt);
}

/** The job ran: next time at `dueAt`, or at once if it was wanted while it ran. */
export function rescheduleJob(
  core: Core,
  key: string,
  usualDueAt: number,
  change: Partial<Pick<JobRow, "attempts" | "data">> = {},
): void {
  const again = wantedMeanwhile.get(core.books)?.has(key) ?? false;
  const dueAt = again ? Math.min(usualDueAt, core.ports.now()) : usualDueAt;
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

const jobsDue = prepared((books) =>
  books
    .select()
    .from(jobs)
    .where(lte(jobs.dueAt, sql.placeholder("now")))
    .orderBy(jobs.dueAt)
    .prepare(),
);

export const dueJobs = (books: Books, now: number): JobRow[] => jobsDue(books).all({ now });

// Payout schedules: when a merchant's payout run is due, from which date on, and up to which date it is done.
import { and, asc, eq, gt, isNull, lt, or, sql } from "drizzle-orm";
import type { ConnectionId, MerchantId } from "../domain/ids.ts";
import type { LocalDate } from "../domain/observation.ts";
import { type Change, type Committed, commitChange } from "./change.ts";
import { type Directory, type DirectoryPage, type PageQuery, pageOf, type Statement } from "./database.ts";
import { connections, merchants, payoutProgress, schedules } from "./schema.ts";

export const DEFAULT_PAYOUT_TIME = "23:00";

/** The zone furthest ahead of UTC (Line Islands). */
const FURTHEST_ZONE_MS = 14 * 3_600_000;

export interface Schedule {
  /** `HH:MM`, local. */
  time: string;
  /** IANA name; null follows the merchant. */
  timezone: string | null;
}

export const setSchedule = (db: Directory, change: Change, schedule: Schedule): Promise<Committed> => {
  const fields = { payoutTime: schedule.time, payoutTimezone: schedule.timezone };
  return commitChange(db, change, [
    db
      .insert(schedules)
      .values({ merchantId: change.merchantId, ...fields })
      .onConflictDoUpdate({ target: schedules.merchantId, set: fields }),
  ]);
};

export const scheduleRows = (db: Directory, merchantId: MerchantId) =>
  db.select().from(schedules).where(eq(schedules.merchantId, merchantId));

export const scheduleOf = (row: typeof schedules.$inferSelect | undefined): Schedule => ({
  time: row?.payoutTime ?? DEFAULT_PAYOUT_TIME,
  timezone: row?.payoutTimezone ?? null,
});

export async function readSchedule(db: Directory, merchantId: MerchantId): Promise<Schedule> {
  return scheduleOf(await scheduleRows(db, merchantId).get());
}

/** Payout runs are made from this date on; the first date given stands. */
export const startPayouts = (db: Directory, connectionId: ConnectionId, date: LocalDate): Statement =>
  db.insert(payoutProgress).values({ connectionId, activatedOn: date }).onConflictDoNothing();

/** A connection that may have payout runs to make. */
export interface DueConnection {
  merchantId: MerchantId;
  connectionId: ConnectionId;
  /** `HH:MM` in `timezone`. */
  payoutTime: string;
  timezone: string;
  /** First local date to run for. */
  activatedOn: LocalDate;
  lastFinishedOn: LocalDate | null;
}

/**
 * Connections of approved merchants with payouts on and webhooks active, except those that are done for every local
 * date that has begun anywhere. Which dates are due is decided by domain/schedule.ts. `now` in milliseconds.
 */
export async function dueConnections(
  db: Directory,
  now: number,
  page: PageQuery,
): Promise<DirectoryPage<DueConnection>> {
  const latestDate = new Date(now + FURTHEST_ZONE_MS).toISOString().slice(0, 10);
  const rows = await db
    .select({
      merchantId: connections.merchantId,
      connectionId: connections.id,
      payoutTime: sql<string>`coalesce(${schedules.payoutTime}, ${DEFAULT_PAYOUT_TIME})`,
      timezone: sql<string>`coalesce(${schedules.payoutTimezone}, ${merchants.timezone})`,
      activatedOn: payoutProgress.activatedOn,
      lastFinishedOn: payoutProgress.lastFinishedOn,
    })
    .from(connections)
    .innerJoin(merchants, eq(merchants.id, connections.merchantId))
    .innerJoin(payoutProgress, eq(payoutProgress.connectionId, connections.id))
    .leftJoin(schedules, eq(schedules.merchantId, merchants.id))
    .where(
      and(
        // Written as the partial index has it, so that idle connections are not even looked at.
        sql`${connections.flowPayouts} = 1 and ${connections.active} = 1`,
        isNull(connections.removedAt),
        isNull(merchants.deletedAt),
        eq(merchants.stage, "approved"),
        or(isNull(payoutProgress.lastFinishedOn), lt(payoutProgress.lastFinishedOn, latestDate)),
        // A cursor is compared, never trusted.
        page.cursor === null ? undefined : gt(connections.id, page.cursor as ConnectionId),
      ),
    )
    .orderBy(asc(connections.id))
    .limit(page.limit + 1);
  return pageOf(rows, page.limit, (row) => row.connectionId);
}

/**
 * A scheduled run is finished for this local date. An earlier date never moves the mark back. For scheduled runs only:
 * a run that a person started before the day's time must not make the scheduled one look done.
 */
export async function recordRunFinished(db: Directory, connectionId: ConnectionId, date: LocalDate): Promise<void> {
  await db
    .insert(payoutProgress)
    .values({ connectionId, activatedOn: date, lastFinishedOn: date })
    .onConflictDoUpdate({
      target: payoutProgress.connectionId,
      set: { lastFinishedOn: sql`max(coalesce(${payoutProgress.lastFinishedOn}, ''), ${date})` },
    });
}

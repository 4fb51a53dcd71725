// Local dates and times of a merchant's time zone: which date it is there, when a local time comes, what is due.
//
// Pure: the instant is always handed in. Time zones come from the runtime's own data, through Intl.
import type { LocalDate } from "./observation.ts";

/** A time of day, `HH:MM`, 24 hours. */
export type LocalTime = string;

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Formatters are costly to make and there are few time zones. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** Whether the runtime knows a time zone of that name (a border check; the functions below throw on others). */
export function isTimezone(timezone: string): boolean {
  try {
    formatterOf(timezone);
    return true;
  } catch {
    return false;
  }
}

/** The date in the time zone at an instant (milliseconds since the epoch). */
export const localDate = (instant: number, timezone: string): LocalDate =>
  new Date(wallClock(instant, timezone)).toISOString().slice(0, 10);

/** The time of day in the time zone at an instant (milliseconds since the epoch). */
export const localTime = (instant: number, timezone: string): LocalTime =>
  new Date(wallClock(instant, timezone)).toISOString().slice(11, 16);

/** The date `days` calendar days later; negative goes back. */
export const addDays = (date: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/**
 * The instant (milliseconds since the epoch) at which a local time comes on a date. A time that the clocks skip comes
 * with the first instant after the gap; of a time that they repeat the first one counts. So every date has one instant.
 */
export function instantOf(date: LocalDate, time: LocalTime, timezone: string): number {
  const wall = Date.parse(`${date}T${time}:00Z`);
  // No zone is further than 14 hours from UTC, so a change of the clocks that matters lies between these two.
  const [early, late] = [wall - 15 * HOUR_MS, wall + 15 * HOUR_MS];
  const candidates = [offsetAt(early, timezone), offsetAt(late, timezone)].map((offset) => wall - offset);
  const real = candidates.filter((candidate) => wallClock(candidate, timezone) === wall);
  return real.length > 0 ? Math.min(...real) : firstReaching(wall, early, late, timezone);
}

/** The first instant in (early, late] whose wall clock is at or past `wall`; the clocks jump over it in between. */
function firstReaching(wall: number, early: number, late: number, timezone: string): number {
  let [before, after] = [early, late];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (wallClock(middle, timezone) < wall) before = middle;
    else after = middle;
  }
  return after;
}

export interface PayoutCalendar {
  /** Milliseconds since the epoch. */
  now: number;
  timezone: string;
  /** When the payout run of a date starts, e.g. `23:00`. */
  time: LocalTime;
  /** The newest date with a finished run and none missing before it; null when there was none. */
  lastFinished: LocalDate | null;
  /** The first date that ever gets a run. */
  activatedOn: LocalDate;
  /** The most dates answered at once; the rest come with the next question. */
  maxDays: number;
}

/** The local dates whose payout time has passed and that have no finished run, oldest first. */
export function dueDates(calendar: PayoutCalendar): LocalDate[] {
  const { now, timezone, time, lastFinished, activatedOn, maxDays } = calendar;
  let date = lastFinished !== null && lastFinished >= activatedOn ? addDays(lastFinished, 1) : activatedOn;
  const due: LocalDate[] = [];
  while (due.length < maxDays && instantOf(date, time, timezone) <= now) {
    due.push(date);
    date = addDays(date, 1);
  }
  return due;
}

/** What the clock on the wall shows, written as if it were UTC. */
const wallClock = (instant: number, timezone: string): number => instant + offsetAt(instant, timezone);

/** How far the zone is ahead of UTC at an instant, in milliseconds. */
function offsetAt(instant: number, timezone: string): number {
  const second = Math.floor(instant / 1000) * 1000;
  const part: Record<string, number> = {};
  for (const { type, value } of formatterOf(timezone).formatToParts(second)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second: seconds = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, seconds) - second;
}

function formatterOf(timezone: string): Intl.DateTimeFormat {
  const known = formatters.get(timezone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat("en-US", {
    timeZone: timezone,
    calendar: "gregory",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });
  formatters.set(timezone, made);
  return made;
}

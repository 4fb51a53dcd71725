// Calendar dates in the merchant's time zone, as settlement periods need them.
import type { LocalDate } from "../../domain/observation.ts";

/** The date that a moment (milliseconds since the epoch) has in a time zone (IANA name). */
export function localDate(at: number, timezone: string): LocalDate {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  });
  const parts = new Map(format.formatToParts(at).map((part) => [part.type, part.value]));
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")}`;
}

const DAY_MS = 86_400_000;

/** The date so many days later (or earlier). */
export const addDays = (date: LocalDate, days: number): LocalDate =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** A period, both ends inclusive, cut into periods of at most `daysMax` days. Empty when it ends before it begins. */
export function periods(from: LocalDate, to: LocalDate, daysMax: number): { from: LocalDate; to: LocalDate }[] {
  const cut: { from: LocalDate; to: LocalDate }[] = [];
  for (let start = from; start <= to; start = addDays(start, daysMax)) {
    const end = addDays(start, daysMax - 1);
    cut.push({ from: start, to: end < to ? end : to });
  }
  return cut;
}

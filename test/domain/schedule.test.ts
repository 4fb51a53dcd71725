import { Cron } from "croner";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { addDays, dueDates, instantOf, isTimezone, localDate, localTime } from "../../src/domain/schedule.ts";

const ZONES = ["Europe/Stockholm", "Europe/Helsinki", "Europe/London", "Atlantic/Reykjavik"];
/** Zones whose clocks change around midnight, by half an hour, or late in the evening. */
const ODD_ZONES = [
  "America/Nuuk",
  "America/Scoresbysund",
  "Atlantic/Azores",
  "Asia/Beirut",
  "Africa/Cairo",
  "America/Santiago",
  "Australia/Lord_Howe",
  "Pacific/Chatham",
  "Pacific/Kiritimati",
  "Pacific/Pago_Pago",
];
const utc = (text: string): number => Date.parse(text);
const dates = (from: string, count: number): string[] => Array.from({ length: count }, (_, n) => addDays(from, n));

describe("local dates and times", () => {
  it("tells date and time in the zone, also across midnight", () => {
    expect(localDate(utc("2026-11-20T22:59:59Z"), "Europe/Stockholm")).toBe("2026-11-20");
    expect(localDate(utc("2026-11-20T23:00:00Z"), "Europe/Stockholm")).toBe("2026-11-21");
    expect(localTime(utc("2026-07-01T21:00:59.999Z"), "Europe/Stockholm")).toBe("23:00");
    expect(localTime(utc("2026-07-01T00:30:00Z"), "Atlantic/Reykjavik")).toBe("00:30");
  });

  it("adds days over months, years and leap days", () => {
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
  });

  it("knows which time zones exist", () => {
    expect(isTimezone("Europe/Stockholm")).toBe(true);
    expect(isTimezone("Europe/Atlantis")).toBe(false);
  });

  it("finds 23:00 of ordinary days, in summer and in winter", () => {
    expect(instantOf("2026-01-15", "23:00", "Europe/Stockholm")).toBe(utc("2026-01-15T22:00:00Z"));
    expect(instantOf("2026-07-15", "23:00", "Europe/Stockholm")).toBe(utc("2026-07-15T21:00:00Z"));
    expect(instantOf("2026-07-15", "23:00", "Europe/Helsinki")).toBe(utc("2026-07-15T20:00:00Z"));
  });

  it("takes the first instant after the gap where the clocks skip the time", () => {
    // Greenland goes from 23:00 on Saturday straight to 00:00 on Sunday.
    expect(instantOf("2026-03-28", "23:00", "America/Nuuk")).toBe(utc("2026-03-29T01:00:00Z"));
    expect(instantOf("2026-03-28", "23:30", "America/Nuuk")).toBe(utc("2026-03-29T01:00:00Z"));
    expect(localTime(instantOf("2026-03-28", "23:30", "America/Nuuk"), "America/Nuuk")).toBe("00:00");
    expect(instantOf("2026-03-29", "02:30", "Europe/Stockholm")).toBe(utc("2026-03-29T01:00:00Z"));
    // Lebanon skips midnight itself.
    expect(instantOf("2026-03-29", "00:00", "Asia/Beirut")).toBe(utc("2026-03-28T22:00:00Z"));
    // Samoa skipped a whole day in 2011.
    expect(instantOf("2011-12-30", "23:00", "Pacific/Apia")).toBe(utc("2011-12-30T10:00:00Z"));
  });

  it("takes the first of two where the clocks repeat the time", () => {
    // Greenland goes from 00:00 on Sunday back to 23:00 on Saturday.
    expect(instantOf("2026-10-24", "23:00", "America/Nuuk")).toBe(utc("2026-10-25T00:00:00Z"));
    expect(instantOf("2026-10-25", "02:30", "Europe/Stockholm")).toBe(utc("2026-10-25T00:30:00Z"));
    expect(instantOf("2026-10-25", "00:30", "Atlantic/Azores")).toBe(utc("2026-10-25T00:30:00Z"));
  });

  it("gives back the local time it was asked for, or the end of a gap, never an earlier one", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES, ...ODD_ZONES),
        fc.integer({ min: 0, max: 730 }),
        fc.integer({ min: 0, max: 1439 }),
        (zone, day, minute) => {
          const date = addDays("2026-01-01", day);
          const time = new Date(minute * 60_000).toISOString().slice(11, 16);
          const instant = instantOf(date, time, zone);
          const shown = `${localDate(instant, zone)} ${localTime(instant, zone)}`;
          const justBefore = `${localDate(instant - 1, zone)} ${localTime(instant - 1, zone)}`;
          expect(shown >= `${date} ${time}`).toBe(true);
          expect(justBefore < `${date} ${time}`).toBe(true);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("agrees with an independent library on every evening of two years", () => {
    for (const zone of [...ZONES, "America/New_York"]) {
      const cron = new Cron("0 0 23 * * *", { timezone: zone, paused: true });
      let run: Date | null = new Date(utc("2026-01-01T12:00:00Z"));
      for (const date of dates("2026-01-01", 730)) {
        run = cron.nextRun(run);
        expect([zone, date, instantOf(date, "23:00", zone)]).toEqual([zone, date, run?.getTime()]);
      }
    }
  });
});

describe("due dates", () => {
  const stockholm = { timezone: "Europe/Stockholm", time: "23:00", activatedOn: "2026-11-01", maxDays: 10 };

  it("is due from the payout time on, not before", () => {
    const calendar = { ...stockholm, lastFinished: "2026-11-19" };
    expect(dueDates({ ...calendar, now: utc("2026-11-20T21:59:59.999Z") })).toEqual([]);
    expect(dueDates({ ...calendar, now: utc("2026-11-20T22:00:00Z") })).toEqual(["2026-11-20"]);
  });

  it("catches missed days up, oldest first, a few at a time", () => {
    const calendar = { ...stockholm, now: utc("2026-11-20T23:30:00Z"), lastFinished: "2026-11-17" };
    expect(dueDates(calendar)).toEqual(["2026-11-18", "2026-11-19", "2026-11-20"]);
    expect(dueDates({ ...calendar, maxDays: 2 })).toEqual(["2026-11-18", "2026-11-19"]);
  });

  it("starts on the day of activation, also when an older run exists", () => {
    const calendar = { ...stockholm, activatedOn: "2026-11-20", now: utc("2026-11-20T23:30:00Z") };
    expect(dueDates({ ...calendar, lastFinished: null })).toEqual(["2026-11-20"]);
    expect(dueDates({ ...calendar, lastFinished: "2026-03-01" })).toEqual(["2026-11-20"]);
  });

  it("asked every hour for two years, runs every date exactly once", () => {
    for (const timezone of [...ZONES, "America/Nuuk", "America/Scoresbysund"]) {
      const runs: string[] = [];
      let lastFinished: string | null = null;
      const end = utc("2028-01-01T12:00:00Z");
      // From noon on, so that the last evening of 2025 lies before the activation.
      for (let now = utc("2026-01-01T12:00:00Z"); now <= end; now += 60 * 60_000) {
        for (const date of dueDates({
          now,
          timezone,
          time: "23:00",
          lastFinished,
          activatedOn: "2026-01-01",
          maxDays: 7,
        })) {
          runs.push(date);
          lastFinished = date;
        }
      }
      expect(runs).toEqual(dates("2026-01-01", 730));
    }
  });
});

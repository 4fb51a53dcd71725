// When to try again: full jitter, doubling, at least 50 tries over at least 8 days, then a person is asked.

const FIRST_MS = 2_000;
const LONGEST_MS = 12 * 3_600_000;
/** A read does no harm: it is asked for again within this long, so that an outage ends for it soon after it ends. */
export const READ_LONGEST_MS = 15 * 60_000;
export const TRIES_MIN = 50;
export const DAYS_MIN = 8;

/**
 * The wait before the next try, in milliseconds. `attempts` counts the tries so far; `random` is in [0, 1).
 * A wait that the platform asked for is obeyed as the least. `longestMs` bounds what is random.
 */
export function backoffMs(attempts: number, random: number, retryAfterMs = 0, longestMs = LONGEST_MS): number {
  const ceiling = Math.min(longestMs, FIRST_MS * 2 ** Math.min(attempts, 30));
  return Math.max(retryAfterMs, 1_000, Math.round(random * ceiling));
}

/**
 * Whether a "later" is our own pace or breaker holding the call back, before anything was sent or between two calls that
 * belong together. The platform has failed nothing then, so the wait is the pace's and no longer.
 */
export function isHeldBack(later: { code?: string }, traces: readonly { status: number | null }[]): boolean {
  const last = traces.at(-1);
  return last === undefined || (later.code === "RATE_LIMITED" && last.status !== null && last.status < 300);
}

/** Whether enough was tried: 50 tries and 8 days, both. */
export const isExhausted = (attempts: number, firstAttemptAt: number, now: number): boolean =>
  attempts >= TRIES_MIN && now - firstAttemptAt >= DAYS_MIN * 86_400_000;

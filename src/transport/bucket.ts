// Keeps one connection within the number of requests its platform allows, and within its number of open connections.

export interface Bucket {
  /** Takes a place in the window. Answers 0 when it was taken, otherwise the milliseconds until one is free. */
  take(): number;
  /** How many requests may be sent now, without those that wait to enter. */
  room(): number;
  /** Milliseconds until so many requests may be sent in a row (at most as many as the window holds); 0 when now. */
  waitFor(requests: number): number;
  /** The platform asked for a pause: nothing is taken before this instant (milliseconds since the epoch). */
  emptyUntil(instant: number): void;
  /**
   * Waits for one of the `concurrent` places and answers the function that gives it back; null when too many wait
   * already. Waiting ends because every holder is bound by its time-out.
   */
  enter(): Promise<(() => void) | null>;
}

export interface BucketLimits {
  requests: number;
  perMs: number;
  concurrent: number;
  /** How many may wait for a place. */
  waitingMax?: number;
}

/**
 * A bucket whose tokens return exactly `perMs` after they were taken. That is stricter than an even refill, which
 * lets twice `requests` through in one window; Fortnox counts in a sliding window (reference/fortnox.md section 11).
 */
export function createBucket(limits: BucketLimits, now: () => number): Bucket {
  const taken: number[] = [];
  const waiting: (() => void)[] = [];
  const waitingMax = limits.waitingMax ?? 50;
  let pausedUntil = 0;
  let inside = 0;

  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) inside -= 1;
    else next();
  };
  const once = (action: () => void): (() => void) => {
    let done = false;
    return () => {
      if (done) return;
      done = true;
      action();
    };
  };

  const waitFor = (requests: number): number => {
    const at = now();
    if (pausedUntil > at) return pausedUntil - at;
    while (taken[0] !== undefined && taken[0] <= at - limits.perMs) taken.shift();
    const tooMany = taken.length + Math.min(requests, limits.requests) - limits.requests;
    return tooMany <= 0 ? 0 : Math.max(1, (taken[tooMany - 1] ?? at) + limits.perMs - at);
  };

  return {
    take() {
      const waitMs = waitFor(1);
      if (waitMs === 0) taken.push(now());
      return waitMs;
    },
    room: () => (waitFor(1) > 0 ? 0 : limits.requests - taken.length - waiting.length),
    waitFor,
    emptyUntil(instant) {
      pausedUntil = Math.max(pausedUntil, instant);
    },
    async enter() {
      if (inside < limits.concurrent) {
        inside += 1;
        return once(leave);
      }
      if (waiting.length >= waitingMax) return null;
      await new Promise<void>((resolve) => waiting.push(resolve));
      return once(leave);
    },
  };
}

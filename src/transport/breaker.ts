// Stops calling a platform that does not answer, and finds out with one probe when it is back.

/** What all merchants know together about one platform. Its own failures never stop anything: they are ignored. */
export interface SharedHealth {
  /** The instant (milliseconds since the epoch) until which nobody calls the platform; null when it may be called. */
  isOpen(): Promise<number | null>;
  reportFailure(): Promise<void>;
  /** Called after every success; cheap when there is nothing to recover from. */
  reportRecovery(): Promise<void>;
}

/** `answered`: the platform is there, whatever it said. `not_sent`: nothing was learnt. */
export type Finding = "answered" | "failed" | "not_sent";

export type Admission =
  | { kind: "go"; settle(finding: Finding): Promise<void> }
  | { kind: "wait"; retryAfterMs: number };

export interface Breaker {
  /** Asks to call the platform. Every `go` must be settled once. */
  admit(): Promise<Admission>;
  state(): "closed" | "open" | "half_open";
}

/** Failures in a row that open the breaker. */
export const FAILURES_TO_OPEN = 5;
const OPEN_MS_FIRST = 30_000;
const OPEN_MS_MAX = 10 * 60_000;
/** How long to stay away while another call is the probe. */
const PROBE_WAIT_MS = 1_000;

/** Length of the `opening`-th pause in a row (1 is the first): 30 s, doubling up to 10 min. */
export const pauseMs = (opening: number): number =>
  Math.min(OPEN_MS_FIRST * 2 ** (Math.max(1, opening) - 1), OPEN_MS_MAX);

/**
 * A breaker for one connection. `now` is milliseconds since the epoch. `shared` is to be given only for platforms
 * with one host for all merchants: a merchant's own shop being down says nothing about the others.
 */
export function createBreaker(options: { now: () => number; shared?: SharedHealth | undefined }): Breaker {
  const { now, shared } = options;
  let failures = 0;
  let openings = 0;
  let openUntil = 0;
  let probing = false;

  const fail = (probe: boolean): void => {
    if (probe) probing = false;
    failures += 1;
    const late = openings > 0 && !probe;
    if (late || (openings === 0 && failures < FAILURES_TO_OPEN)) return;
    openings += 1;
    openUntil = now() + pauseMs(openings);
  };
  const recover = (): void => {
    failures = 0;
    openings = 0;
    openUntil = 0;
    probing = false;
  };

  const settle = async (finding: Finding, probe: boolean): Promise<void> => {
    switch (finding) {
      case "answered":
        recover();
        return ignoringFailure(shared?.reportRecovery());
      case "failed":
        fail(probe);
        return ignoringFailure(shared?.reportFailure());
      case "not_sent":
        if (probe) probing = false;
        return;
      default:
        finding satisfies never;
    }
  };

  return {
    state: () => (openings === 0 ? "closed" : openUntil > now() ? "open" : "half_open"),
    async admit() {
      const sharedUntil = (await shared?.isOpen().catch(() => null)) ?? 0;
      const at = now();
      const until = Math.max(openUntil, sharedUntil);
      if (until > at) return { kind: "wait", retryAfterMs: until - at };
      if (probing) return { kind: "wait", retryAfterMs: PROBE_WAIT_MS };
      const probe = openings > 0;
      probing = probe;
      return { kind: "go", settle: (finding) => settle(finding, probe) };
    },
  };
}

const ignoringFailure = (report: Promise<void> | undefined): Promise<void> => Promise.resolve(report).catch(() => {});

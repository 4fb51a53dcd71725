// What all merchants know together about one platform: whether it answers. The one place where itty-durable is used.
//
// Why only here (DESIGN section 6): itty-durable carries arguments in an HTTP header, has no transactions, and lets a
// forwarded request call any method and set any field. So the state is three numbers that may be lost at any time, the
// arguments are numbers, no alarm is used, requests are built in `ask` alone, and the object is reachable through its
// binding only: no request from outside is ever forwarded to it.
import { createDurable } from "itty-durable";
import { z } from "zod";
import type { Environment } from "../connectors/connector.ts";
import type { ConnectorId } from "../domain/observation.ts";
import { pauseMs, type SharedHealth } from "../transport/breaker.ts";

/** Failures in a row, of all merchants together, that open the breaker for everyone. */
export const SHARED_FAILURES_TO_OPEN = 10;
/** Failures are forgotten when none was added for this long. */
const FORGET_MS = 10 * 60_000;

const Health = z.object({
  state: z.enum(["closed", "open", "half_open"]),
  failures: z.number(),
  /** Milliseconds since the epoch; 0 when it never opened or has recovered. */
  openUntil: z.number(),
});
export type Health = z.infer<typeof Health>;

const CLOSED: Health = { state: "closed", failures: 0, openUntil: 0 };

type Action = "status" | "reportFailure" | "reportRecovery";
const ACTIONS: readonly string[] = ["status", "reportFailure", "reportRecovery"] satisfies Action[];
const pathOf = (action: string): string => `/do/call/${action}`;

/** What is used of itty-durable. */
interface Forgetful {
  fetch(request: Request): Promise<Response>;
  persist(): Promise<void>;
}
// Its own types are `any` all over, which the typed bindings cannot be made of: hence the cast.
const ForgetfulDurable = createDurable() as unknown as new (state: DurableObjectState, env: object) => Forgetful;

/** One small forgetful object per platform. All instants are milliseconds since the epoch, and are handed in. */
export class PlatformHealth extends ForgetfulDurable {
  // The brand of objects that the generated binding types ask for; it exists in types only.
  declare readonly [Rpc.__DURABLE_OBJECT_BRAND]: never;
  failures = 0;
  openUntil = 0;
  lastFailureAt = 0;

  /** The bindings are not handed on: itty-durable would keep them, secrets included, in its state. */
  constructor(state: DurableObjectState, _env: unknown) {
    super(state, {});
  }

  /** Answers the three actions and nothing else that itty-durable would answer (other methods, reading, setting). */
  override async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (!ACTIONS.some((action) => pathOf(action) === pathname)) return new Response(null, { status: 404 });
    return await super.fetch(request);
  }

  status(now: number): Health {
    this.forget(now);
    const state = this.openUntil > now ? "open" : this.openUntil > 0 ? "half_open" : "closed";
    return { state, failures: this.failures, openUntil: this.openUntil };
  }

  /** One more failure. While it is open nothing is counted: those calls were sent before. */
  async reportFailure(now: number): Promise<Health> {
    this.forget(now);
    if (this.openUntil > now) return this.status(now);
    this.failures += 1;
    this.lastFailureAt = now;
    const openings = this.failures - SHARED_FAILURES_TO_OPEN + 1;
    if (openings > 0) this.openUntil = now + pauseMs(openings);
    await this.persist();
    return this.status(now);
  }

  async reportRecovery(now: number): Promise<Health> {
    this.clear();
    await this.persist();
    return this.status(now);
  }

  private forget(now: number): void {
    if (now - Math.max(this.lastFailureAt, this.openUntil) > FORGET_MS) this.clear();
  }

  private clear(): void {
    this.failures = 0;
    this.openUntil = 0;
    this.lastFailureAt = 0;
  }
}

/** What is needed of the PLATFORM_HEALTH binding. */
export interface HealthNamespace {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): { fetch(request: Request): Promise<Response> };
}

/** Platforms whose host belongs to one merchant: that one shop is away says nothing about the others. */
const OWN_HOSTS: ReadonlySet<ConnectorId> = new Set<ConnectorId>(["shopify", "woocommerce", "centra"]);

/** How long an answer is believed before it is asked for again. */
const CACHE_MS = 10_000;
/** Health is a courtesy: a call to a platform does not wait for it longer than this. */
const ASK_MS_MAX = 1_000;

/**
 * The health of one platform, as the breaker of a connection and GET /status see it. Every failure counts as "closed".
 * Made per merchant object or per request (it remembers for 10 seconds what it was told); never kept across requests
 * of a Worker. Test and live environments are different platforms.
 */
export function platformHealth(
  namespace: HealthNamespace,
  connector: ConnectorId,
  options: { now: () => number; environment?: Environment },
): SharedHealth & { status(): Promise<Health> } {
  const { now, environment = "live" } = options;
  const name = environment === "live" ? connector : `${connector}.test`;
  let known: Health = CLOSED;
  let knownAt = Number.NEGATIVE_INFINITY;

  const learn = async (action: Action): Promise<Health> => {
    known = OWN_HOSTS.has(connector) ? CLOSED : await ask(namespace, name, action, now());
    knownAt = now();
    return known;
  };

  return {
    status: () => learn("status"),
    async isOpen() {
      const { openUntil } = now() - knownAt < CACHE_MS ? known : await learn("status");
      return openUntil > now() ? openUntil : null;
    },
    async reportFailure() {
      await learn("reportFailure");
    },
    async reportRecovery() {
      // Successes are the rule: they are told only when there is something to recover from.
      if (known.failures > 0) await learn("reportRecovery");
    },
  };
}

/** Asks the object in the form itty-durable reads: the action in the path, the arguments as JSON in a header. */
async function ask(namespace: HealthNamespace, name: string, action: Action, now: number): Promise<Health> {
  // Not AbortSignal.timeout(): its timer cannot be taken back, and keeps the asking object in memory for nothing.
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), ASK_MS_MAX);
  try {
    const request = new Request(`https://platform-health${pathOf(action)}`, {
      headers: { "do-content": JSON.stringify([now]) },
      signal: abort.signal,
    });
    const response = await namespace.get(namespace.idFromName(name)).fetch(request);
    return Health.parse(await response.json());
  } catch {
    return CLOSED;
  } finally {
    clearTimeout(timer);
  }
}

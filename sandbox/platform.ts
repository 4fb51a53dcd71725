// What every simulated platform is: a plain module with a truth of its own, spoken to over the platform's own
// HTTP API and told what happens by control commands. The sandbox Worker hosts them; tests use them in-process.

/** A webhook the platform sends. Delivery, repetition and reordering are the host's business. */
export interface OutgoingWebhook {
  url: string;
  method: "POST" | "GET";
  headers: Record<string, string>;
  body: string;
  /** The host sends it no earlier than this many milliseconds after it was handed over; absent means at once. */
  delayMs?: number;
}

/** Everything a platform needs from outside. */
export interface World {
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Hands a webhook to the host. The host repeats it by the platform's schedule until it is acknowledged. */
  send(webhook: OutgoingWebhook): void;
}

/** A control command: `do` names it, the rest are its arguments. */
export type Control = { do: string } & Record<string, unknown>;

/** The answer to a control command, or why it makes no sense now. */
export type ControlAnswer = { ok: true; [field: string]: unknown } | { ok: false; error: string };

export interface SimulatedPlatform {
  /** Serves the platform's own HTTP API, exactly as documented, mistakes included. */
  handle(request: Request, world: World): Promise<Response>;
  /** What a test or the demo tells it to let happen. */
  control(command: Control, world: World): ControlAnswer;
  /** Lets happen what has come due by itself (an outcome that takes its time). Absent where nothing ever does. */
  tick?(world: World): void;
  /** When `tick` is next worth calling, in milliseconds since the epoch; null when nothing is due. */
  nextDueAt?(): number | null;
  /** Learns that the host gave a webhook up after the last try. Absent where the platform draws nothing from it. */
  abandoned?(webhook: OutgoingWebhook): void;
  /** The whole truth as JSON; `create(snapshot)` brings it back. */
  snapshot(): unknown;
}

export interface PlatformModule {
  id: string;
  /** A platform with the given truth, or an empty one. */
  create(snapshot: unknown): SimulatedPlatform;
  /** Whether the platform takes this answer to a webhook as received. */
  acknowledged(status: number, body: string): boolean;
  /** Waits before each further try of an unacknowledged webhook, in milliseconds. */
  retryAfterMs: readonly number[];
}

// The queue of webhooks a simulated platform has sent: when each is tried, what came back, and when it is given up.
import type { OutgoingWebhook, PlatformModule } from "./platform.ts";

/** One try of one webhook. `status` is null when no answer came. */
export interface Try {
  at: number;
  status: number | null;
  /** The answer's first 500 characters, or why there was none. */
  text: string;
}

export interface Delivery {
  /** Counts up from 1 in the order of sending. */
  id: number;
  webhook: OutgoingWebhook;
  sentAt: number;
  /** When the next try is due; meaningless once the state is not `waiting`. */
  dueAt: number;
  state: "waiting" | "acknowledged" | "abandoned";
  tries: Try[];
}

/** What a try brought: an answer, or nothing. */
export type TryResult = { status: number; body: string } | { lost: string };

export type Schedule = Pick<PlatformModule, "acknowledged" | "retryAfterMs">;

/** The queue as JSON. */
export interface DeliveriesSnapshot {
  lastId: number;
  waiting: Delivery[];
  finished: Delivery[];
}

/** How many finished deliveries are remembered for people to look at. */
const FINISHED_MAX = 200;

export class Deliveries {
  readonly #schedule: Schedule;
  #lastId = 0;
  #waiting = new Map<number, Delivery>();
  #finished: Delivery[] = [];

  constructor(schedule: Schedule, snapshot?: DeliveriesSnapshot) {
    this.#schedule = schedule;
    if (!snapshot) return;
    const copy = structuredClone(snapshot);
    this.#lastId = copy.lastId;
    this.#waiting = new Map(copy.waiting.map((delivery) => [delivery.id, delivery]));
    this.#finished = copy.finished;
  }

  /** Takes a webhook over from the platform; it is due after its own delay. */
  add(webhook: OutgoingWebhook, now: number): void {
    this.#lastId += 1;
    const dueAt = now + (webhook.delayMs ?? 0);
    this.#waiting.set(this.#lastId, { id: this.#lastId, webhook, sentAt: now, dueAt, state: "waiting", tries: [] });
  }

  /** Everything still to be delivered, in the order of sending. */
  waiting(): Delivery[] {
    return [...this.#waiting.values()];
  }

  /** What was acknowledged or given up, oldest first; only the latest 200 are kept. */
  finished(): readonly Delivery[] {
    return this.#finished;
  }

  /** Deliveries due at `now`, the longest due first. */
  due(now: number): Delivery[] {
    return this.waiting()
      .filter((delivery) => delivery.dueAt <= now)
      .sort((a, b) => a.dueAt - b.dueAt || a.id - b.id);
  }

  /** When the next try is due, in milliseconds since the epoch; null when nothing waits. */
  nextDueAt(): number | null {
    let next: number | null = null;
    for (const delivery of this.#waiting.values()) {
      if (next === null || delivery.dueAt < next) next = delivery.dueAt;
    }
    return next;
  }

  /** Records a try. Unacknowledged ones come due again by the platform's schedule until it ends. */
  record(id: number, result: TryResult, now: number): Delivery["state"] {
    const delivery = this.#waiting.get(id);
    if (!delivery) return "acknowledged";
    delivery.tries.push(
      "lost" in result
        ? { at: now, status: null, text: result.lost }
        : { at: now, status: result.status, text: result.body.slice(0, 500) },
    );
    const wait = this.#schedule.retryAfterMs[delivery.tries.length - 1];
    if (!("lost" in result) && this.#schedule.acknowledged(result.status, result.body)) {
      delivery.state = "acknowledged";
    } else if (wait === undefined) {
      delivery.state = "abandoned";
    } else {
      delivery.dueAt = now + wait;
      return "waiting";
    }
    this.#waiting.delete(id);
    this.#finished.push(delivery);
    if (this.#finished.length > FINISHED_MAX) this.#finished.shift();
    return delivery.state;
  }

  /** Takes one out as if it had never been sent (a lost webhook). */
  lose(id: number): void {
    this.#waiting.delete(id);
  }

  snapshot(): DeliveriesSnapshot {
    return structuredClone({ lastId: this.#lastId, waiting: this.waiting(), finished: this.#finished });
  }
}

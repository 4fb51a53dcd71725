// Keeps one simulated platform alive: remembers its truth, serves its API, delivers its webhooks, takes commands.
import { z } from "zod";
import { Deliveries, type DeliveriesSnapshot, type Delivery, type TryResult } from "./deliveries.ts";
import { ConnectionLost, FAULT_KINDS, type Fault, faultSchema, withFaults } from "./faults.ts";
import type { Send } from "./inprocess.ts";
import type { PlatformModule, SimulatedPlatform, World } from "./platform.ts";

export interface HostParts {
  module: PlatformModule;
  /** The last saved text, or null. */
  load(): string | null;
  save(text: string): void;
  /** Asks for `wake` at this time, in milliseconds since the epoch; null: not before something happens. */
  arm(at: number | null): void;
  now(): number;
  random(): number;
  wait(ms: number): Promise<void>;
  send: Send;
}

interface Saved {
  truth: unknown;
  faults: Fault[];
  deliveries: DeliveriesSnapshot;
}

const commandBody = z.looseObject({ do: z.string().min(1) });
const faultsBody = z.array(faultSchema);

/** How many webhooks are on their way at once. */
const PARALLEL_MAX = 6;

export class Host {
  readonly #parts: HostParts;
  readonly #world: World;
  #faults: Fault[] = [];
  #deliveries: Deliveries;
  #platform: SimulatedPlatform;

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.#world = {
      now: () => parts.now(),
      random: () => parts.random(),
      send: (webhook) => this.#deliveries.add(webhook, parts.now()),
    };
    const text = parts.load();
    // What `#keep` wrote is all that is ever loaded.
    const saved = text === null ? null : (JSON.parse(text) as Saved);
    this.#faults = saved?.faults ?? [];
    this.#deliveries = new Deliveries(parts.module, saved?.deliveries);
    this.#platform = this.#build(saved?.truth);
  }

  /**
   * Answers a call of the platform's own API. A connection that a fault breaks becomes the empty 504 of a gateway,
   * which says as little about what happened: the local runtime's own proxy mends a connection that really breaks,
   * and even repeats a GET behind the caller's back. In-process it is a thrown error.
   */
  async serve(request: Request): Promise<Response> {
    try {
      return await this.#platform.handle(request, this.#world);
    } catch (cause) {
      if (!(cause instanceof ConnectionLost)) throw cause;
      return new Response(null, { status: 504 });
    } finally {
      this.#keep();
    }
  }

  /** Runs a control command; refused ones and bad input are 400 with a sentence. */
  async control(request: Request): Promise<Response> {
    const body = await readJson(request);
    const command = commandBody.safeParse(body);
    if (!command.success) return bad(`A control command is a JSON object with "do", e.g. {"do":"show"}.`);
    const answer = this.#platform.control(command.data, this.#world);
    this.#keep();
    return answer.ok ? Response.json(answer) : bad(answer.error);
  }

  /** Adds one fault or a list of them; an empty list clears what is there. */
  async addFaults(request: Request): Promise<Response> {
    const body = await readJson(request);
    const faults = faultsBody.safeParse(Array.isArray(body) ? body : [body]);
    if (!faults.success) {
      const issue = faults.error.issues[0];
      const where = issue?.path.slice(1).join(".");
      return bad(`Not a fault: ${where ? `${where}: ` : ""}${issue?.message}. Kinds: ${FAULT_KINDS.join(", ")}.`);
    }
    if (faults.data.length === 0) this.#faults.length = 0;
    this.#faults.push(...faults.data);
    this.#keep();
    return this.faults();
  }

  faults(): Response {
    return Response.json({ ok: true, faults: this.#faults });
  }

  /** Every webhook that waits, and the latest that were acknowledged or given up. */
  webhooks(): Response {
    const seen = (delivery: Delivery) => ({
      ...delivery,
      sentAt: new Date(delivery.sentAt).toISOString(),
      dueAt: delivery.state === "waiting" ? new Date(delivery.dueAt).toISOString() : null,
      tries: delivery.tries.map((each) => ({ ...each, at: new Date(each.at).toISOString() })),
    });
    const waiting = this.#deliveries.waiting().map(seen);
    return Response.json({ ok: true, waiting, finished: this.#deliveries.finished().map(seen) });
  }

  /** Forgets everything: truth, faults and webhooks. */
  reset(): Response {
    this.#faults.length = 0;
    this.#deliveries = new Deliveries(this.#parts.module);
    this.#platform = this.#build(undefined);
    this.#keep();
    return Response.json({ ok: true });
  }

  /** Lets due outcomes happen and tries due webhooks. Never throws. */
  async wake(): Promise<void> {
    this.#platform.tick?.(this.#world);
    this.#keep();
    const due = this.#deliveries.due(this.#parts.now());
    for (let at = 0; at < due.length; at += PARALLEL_MAX) {
      await Promise.all(due.slice(at, at + PARALLEL_MAX).map((delivery) => this.#try(delivery)));
    }
    this.#keep();
  }

  async #try(delivery: Delivery): Promise<void> {
    let result: TryResult;
    try {
      result = await this.#parts.send(delivery.webhook);
    } catch (cause) {
      result = { lost: cause instanceof Error ? cause.message : String(cause) };
    }
    const state = this.#deliveries.record(delivery.id, result, this.#parts.now());
    if (state === "abandoned") this.#platform.abandoned?.(delivery.webhook);
  }

  #build(truth: unknown): SimulatedPlatform {
    return withFaults(this.#parts.module.create(truth), this.#faults, (ms) => this.#parts.wait(ms));
  }

  #keep(): void {
    const saved: Saved = {
      truth: this.#platform.snapshot(),
      faults: this.#faults,
      deliveries: this.#deliveries.snapshot(),
    };
    this.#parts.save(JSON.stringify(saved));
    const times = [this.#deliveries.nextDueAt(), this.#platform.nextDueAt?.() ?? null].filter((at) => at !== null);
    this.#parts.arm(times.length === 0 ? null : Math.min(...times));
  }
}

/** 400 with a sentence that says what is wrong. */
export const bad = (error: string): Response => Response.json({ ok: false, error }, { status: 400 });

async function readJson(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    return undefined;
  }
}

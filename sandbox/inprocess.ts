// A small network of simulated platforms inside one process: what tests give to the code that would call `fetch`.
import { Deliveries, type DeliveriesSnapshot, type Delivery, type TryResult } from "./deliveries.ts";
import { ConnectionLost, type Fault, type FaultInput, faultSchema, withFaults } from "./faults.ts";
import type { Control, ControlAnswer, OutgoingWebhook, PlatformModule, SimulatedPlatform, World } from "./platform.ts";

export interface NetworkParts {
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1); the only source of chance. */
  random(): number;
  /** Lets `slow` and `hang` take their time; without it they take none. */
  wait?(ms: number): Promise<void>;
}

export interface PendingWebhook extends Delivery {
  platform: string;
}

/** Brings a webhook to its receiver. Throwing means that no answer came. */
export type Send = (webhook: OutgoingWebhook) => Promise<{ status: number; body: string }>;

export interface DeliverOptions {
  /** Default: as they came due. */
  order?: "due" | "shuffled";
  /** The chance that a webhook goes out a second time in the same round. */
  duplicate?: number;
  /** The chance that a try gets lost on its way: not received, and tried again by the schedule. */
  lose?: number;
  /** Also those whose time has not come. */
  early?: boolean;
  /** At most so many webhooks in this round. */
  limit?: number;
}

export interface DeliverReport {
  tried: number;
  acknowledged: number;
  abandoned: number;
}

/** The whole network as JSON. */
export interface NetworkSnapshot {
  platforms: Record<string, { truth: unknown; faults: Fault[]; deliveries: DeliveriesSnapshot }>;
}

interface Node {
  module: PlatformModule;
  baseUrls: URL[];
  faults: Fault[];
  platform: SimulatedPlatform;
  deliveries: Deliveries;
  world: World;
}

export interface Network {
  /** Puts a platform at one or more base URLs; a path in a base URL is taken off before the platform sees it. */
  add(module: PlatformModule, ...baseUrls: string[]): void;
  /** Like `fetch`: an unknown origin and a dropped answer throw as a lost connection does. */
  fetch(input: Request | string | URL, init?: RequestInit): Promise<Response>;
  control(platform: string, command: Control): ControlAnswer;
  /** Adds faults to a platform; the answer is its live list (`length = 0` clears it). */
  faults(platform: string, ...faults: FaultInput[]): Fault[];
  /** Webhooks not yet acknowledged or given up, in the order of sending, platform by platform. */
  pending(): PendingWebhook[];
  /** One round of delivery: lets due outcomes happen, then tries every webhook that is due, one after the other. */
  deliver(send: Send, options?: DeliverOptions): Promise<DeliverReport>;
  /** Lets happen what has come due by itself. */
  tick(): void;
  /** When `tick` or `deliver` next has something to do; null when never. */
  nextDueAt(): number | null;
  snapshot(): NetworkSnapshot;
  /** Brings a snapshot back; the platforms must have been added before. */
  restore(snapshot: NetworkSnapshot): void;
}

/** An empty network. Deterministic: the same `random` and the same calls give the same run. */
export function createNetwork(parts: NetworkParts): Network {
  const nodes = new Map<string, Node>();
  const find = (id: string): Node => {
    const node = nodes.get(id);
    if (!node) throw new Error(`no platform ${id} in this network; it has ${[...nodes.keys()].join(", ") || "none"}`);
    return node;
  };
  const build = (module: PlatformModule, truth: unknown, faults: Fault[], queue?: DeliveriesSnapshot) => {
    const deliveries = new Deliveries(module, queue);
    const world: World = {
      now: () => parts.now(),
      random: () => parts.random(),
      send: (webhook) => deliveries.add(webhook, parts.now()),
    };
    const platform = withFaults(module.create(truth), faults, parts.wait);
    return { module, faults, deliveries, world, platform };
  };
  const tick = (): void => {
    for (const node of nodes.values()) node.platform.tick?.(node.world);
  };

  return {
    add(module, ...baseUrls) {
      nodes.set(module.id, { ...build(module, undefined, []), baseUrls: baseUrls.map((url) => new URL(url)) });
    },
    async fetch(input, init) {
      const request = init === undefined && input instanceof Request ? input : new Request(input, init);
      const found = route(nodes, new URL(request.url));
      if (!found) throw new ConnectionLost();
      const inner = found.url.href === request.url ? request : new Request(found.url, request);
      return found.node.platform.handle(inner, found.node.world);
    },
    control(id, command) {
      const node = find(id);
      return node.platform.control(command, node.world);
    },
    faults(id, ...added) {
      const node = find(id);
      for (const fault of added) node.faults.push(faultSchema.parse(fault));
      return node.faults;
    },
    pending: () =>
      [...nodes].flatMap(([platform, node]) => node.deliveries.waiting().map((each) => ({ ...each, platform }))),
    async deliver(send, options = {}) {
      tick();
      return deliverRound([...nodes.values()], send, options, parts);
    },
    tick,
    nextDueAt() {
      const times = [...nodes.values()].flatMap((node) => [
        node.deliveries.nextDueAt(),
        node.platform.nextDueAt?.() ?? null,
      ]);
      const known = times.filter((time) => time !== null);
      return known.length === 0 ? null : Math.min(...known);
    },
    snapshot: () => ({
      platforms: Object.fromEntries(
        [...nodes].map(([id, node]) => [
          id,
          {
            truth: structuredClone(node.platform.snapshot()),
            faults: structuredClone(node.faults),
            deliveries: node.deliveries.snapshot(),
          },
        ]),
      ),
    }),
    restore(snapshot) {
      for (const [id, saved] of Object.entries(snapshot.platforms)) {
        const node = find(id);
        Object.assign(
          node,
          build(node.module, structuredClone(saved.truth), structuredClone(saved.faults), saved.deliveries),
        );
      }
    },
  };
}

/** The platform at a URL, and the URL as the platform sees it. */
function route(nodes: Map<string, Node>, url: URL): { node: Node; url: URL } | null {
  for (const node of nodes.values()) {
    for (const base of node.baseUrls) {
      if (base.origin !== url.origin) continue;
      const prefix = base.pathname.replace(/\/$/, "");
      if (prefix !== "" && url.pathname !== prefix && !url.pathname.startsWith(`${prefix}/`)) continue;
      const seen = new URL(url);
      if (prefix !== "") seen.pathname = url.pathname.slice(prefix.length) || "/";
      return { node, url: seen };
    }
  }
  return null;
}

async function deliverRound(
  nodes: Node[],
  send: Send,
  options: DeliverOptions,
  parts: NetworkParts,
): Promise<DeliverReport> {
  const round: { node: Node; delivery: Delivery }[] = [];
  for (const node of nodes) {
    const ready = options.early ? node.deliveries.waiting() : node.deliveries.due(parts.now());
    for (const delivery of ready) {
      round.push({ node, delivery });
      if (options.duplicate && parts.random() < options.duplicate) round.push({ node, delivery });
    }
  }
  if (options.order === "shuffled") shuffle(round, parts.random);
  const report: DeliverReport = { tried: 0, acknowledged: 0, abandoned: 0 };
  for (const { node, delivery } of round.slice(0, options.limit)) {
    const lost = options.lose !== undefined && parts.random() < options.lose;
    const result = lost ? { lost: "lost on its way" } : await attempt(send, delivery.webhook);
    report.tried += 1;
    if (delivery.state !== "waiting") continue;
    const state = node.deliveries.record(delivery.id, result, parts.now());
    if (state === "abandoned") node.platform.abandoned?.(delivery.webhook);
    if (state !== "waiting") report[state] += 1;
  }
  return report;
}

async function attempt(send: Send, webhook: OutgoingWebhook): Promise<TryResult> {
  try {
    return await send(webhook);
  } catch (cause) {
    return { lost: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** Fisher and Yates, in place. */
function shuffle<T>(items: T[], random: () => number): void {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [items[last], items[other]];
    if (a === undefined || b === undefined) continue;
    items[last] = b;
    items[other] = a;
  }
}

// Faults between a simulated platform and whoever talks to it: a pure wrapper for the sandbox Worker and for tests.
import { z } from "zod";
import type { OutgoingWebhook, SimulatedPlatform, World } from "./platform.ts";

/** Which requests or webhooks a fault strikes, and how often. */
const aim = {
  /**
   * Glob over `METHOD /path?query` (webhooks: over `METHOD url`); `*` stands for anything. A text without `*`
   * matches anywhere inside, so `MarkItemsAsShipped` or `action=newOrder` is enough. Default: everything.
   */
  match: z.string().default("*"),
  /** Strikes only where the body has this text in it. */
  bodyHas: z.string().optional(),
  /** How many times it strikes before it is gone. Default: 1; null: for ever. */
  times: z.int().positive().nullable().default(1),
  /** The chance of a strike, from the world's own random source. Default: always. */
  probability: z.number().min(0).max(1).default(1),
};

const status = z.strictObject({
  kind: z.literal("status"),
  ...aim,
  status: z.int().min(200).max(599),
  retryAfterSeconds: z.int().min(0).optional(),
  body: z.string().default(""),
  contentType: z.string().default("text/plain"),
});
/** The request never reaches the platform; the caller sees a lost connection. */
const dropBefore = z.strictObject({ kind: z.literal("drop_before"), ...aim });
/** The effect happens and the answer is lost; the caller sees a lost connection. */
const dropAfter = z.strictObject({ kind: z.literal("drop_after"), ...aim });
/** No answer within `ms`, then a lost connection; the platform never saw the request. */
const hang = z.strictObject({ kind: z.literal("hang"), ...aim, ms: z.int().positive().default(60_000) });
const slow = z.strictObject({ kind: z.literal("slow"), ...aim, ms: z.int().positive() });

const duplicate = z.strictObject({ kind: z.literal("duplicate"), ...aim, copies: z.int().min(1).max(50).default(1) });
/** Each webhook is held for a random part of `withinMs`, so that their order is no longer that of the facts. */
const reorder = z.strictObject({ kind: z.literal("reorder"), ...aim, withinMs: z.int().positive().default(5_000) });
const delay = z.strictObject({ kind: z.literal("delay"), ...aim, ms: z.int().positive() });
const lose = z.strictObject({ kind: z.literal("lose"), ...aim });

export const faultSchema = z.discriminatedUnion("kind", [
  status,
  dropBefore,
  dropAfter,
  hang,
  slow,
  duplicate,
  reorder,
  delay,
  lose,
]);

/** Every kind of fault, for those who ask. */
export const FAULT_KINDS = faultSchema.options.map((option) => option.shape.kind.value);

export type Fault = z.output<typeof faultSchema>;
/** A fault as a test or a person writes it, defaults left out. */
export type FaultInput = z.input<typeof faultSchema>;
type RequestFault = Extract<Fault, { kind: "status" | "drop_before" | "drop_after" | "hang" | "slow" }>;
type WebhookFault = Exclude<Fault, RequestFault>;

/** What the caller of a platform sees when the connection breaks: it cannot tell before from after. */
export class ConnectionLost extends TypeError {
  constructor() {
    super("Network connection lost.");
    this.name = "ConnectionLost";
  }
}

const isRequestFault = (fault: Fault): fault is RequestFault =>
  fault.kind === "status" ||
  fault.kind === "drop_before" ||
  fault.kind === "drop_after" ||
  fault.kind === "hang" ||
  fault.kind === "slow";

/** Whether a glob (or a plain piece of text) matches. */
export function matches(pattern: string, text: string): boolean {
  if (!pattern.includes("*")) return text.includes(pattern);
  const [first = "", ...rest] = pattern.split("*");
  if (!text.startsWith(first)) return false;
  let at = first.length;
  const last = rest.pop() ?? "";
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

/** Decides whether a fault strikes now, and uses one of its strikes up. */
function strike(faults: Fault[], fault: Fault, target: string, body: string, world: World): boolean {
  if (!matches(fault.match, target)) return false;
  if (fault.bodyHas !== undefined && !body.includes(fault.bodyHas)) return false;
  if (fault.probability < 1 && world.random() >= fault.probability) return false;
  if (fault.times === null) return true;
  fault.times -= 1;
  if (fault.times === 0) faults.splice(faults.indexOf(fault), 1);
  return true;
}

/**
 * The same platform behind a bad line. `faults` is used up in place (the owner may add to it, look at it and
 * store it); the first one that strikes a request wins, webhook faults add up. `wait` makes `slow` and `hang`
 * take their time; without it they take none.
 */
export function withFaults(
  platform: SimulatedPlatform,
  faults: Fault[],
  wait: (ms: number) => Promise<void> = async () => {},
): SimulatedPlatform {
  const behind = (world: World): World =>
    faults.length === 0 ? world : { ...world, now: world.now, random: world.random, send: sendThrough(faults, world) };
  return {
    async handle(request, world) {
      const fault = faults.some(isRequestFault) ? await pick(faults, request, world) : null;
      const answer = () => platform.handle(request, behind(world));
      if (fault === null) return answer();
      switch (fault.kind) {
        case "status":
          return refusal(fault);
        case "drop_before":
          throw new ConnectionLost();
        case "drop_after":
          await answer();
          throw new ConnectionLost();
        case "hang":
          await wait(fault.ms);
          throw new ConnectionLost();
        case "slow":
          await wait(fault.ms);
          return answer();
        default:
          fault satisfies never;
          throw new Error("unknown fault");
      }
    },
    control: (command, world) => platform.control(command, behind(world)),
    tick: (world) => platform.tick?.(behind(world)),
    nextDueAt: () => platform.nextDueAt?.() ?? null,
    abandoned: (webhook) => platform.abandoned?.(webhook),
    snapshot: () => platform.snapshot(),
  };
}

async function pick(faults: Fault[], request: Request, world: World): Promise<RequestFault | null> {
  const url = new URL(request.url);
  const target = `${request.method} ${url.pathname}${url.search}`;
  const needsBody = faults.some((fault) => fault.bodyHas !== undefined);
  const body = needsBody ? await request.clone().text() : "";
  for (const fault of [...faults]) {
    if (isRequestFault(fault) && strike(faults, fault, target, body, world)) return fault;
  }
  return null;
}

function refusal(fault: Extract<Fault, { kind: "status" }>): Response {
  const headers = new Headers({ "content-type": fault.contentType });
  if (fault.retryAfterSeconds !== undefined) headers.set("retry-after", String(fault.retryAfterSeconds));
  const bodiless = fault.status === 204 || fault.status === 205 || fault.status === 304;
  return new Response(bodiless ? null : fault.body, { status: fault.status, headers });
}

/** The world's `send` with the webhook faults in between. */
function sendThrough(faults: Fault[], world: World): (webhook: OutgoingWebhook) => void {
  return (webhook) => {
    const target = `${webhook.method} ${webhook.url}`;
    const struck: WebhookFault[] = [];
    for (const fault of [...faults]) {
      if (isRequestFault(fault)) continue;
      if (strike(faults, fault, target, webhook.body, world)) struck.push(fault);
    }
    let copies = 1;
    for (const fault of struck) {
      if (fault.kind === "lose") return;
      if (fault.kind === "duplicate") copies += fault.copies;
    }
    for (let copy = 0; copy < copies; copy += 1) {
      let delayMs = webhook.delayMs ?? 0;
      for (const fault of struck) {
        if (fault.kind === "delay") delayMs += fault.ms;
        if (fault.kind === "reorder") delayMs += Math.floor(world.random() * fault.withinMs);
      }
      world.send(delayMs > 0 ? { ...webhook, delayMs } : webhook);
    }
  };
}

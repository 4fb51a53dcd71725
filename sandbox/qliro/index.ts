// The simulated Qliro: Admin API, Merchant API, pushes and payouts, with a truth of its own.
import type { PlatformModule, SimulatedPlatform, World } from "../platform.ts";
import { errorAnswer } from "./answers.ts";
import { authenticate } from "./authentication.ts";
import { control } from "./control.ts";
import { MUTATIONS } from "./mutations.ts";
import { applyDue, nextOutcomeAt } from "./outcomes.ts";
import { read } from "./reads.ts";
import { emptyTruth, type Truth } from "./truth.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Written from reference/qliro.md; what it leaves open is a switch, listed in sandbox/README.md. */
export const qliroPlatform: PlatformModule = {
  id: "qliro",
  create,
  acknowledged,
  // Section 8.5, after the first try at once.
  retryAfterMs: [
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    30 * MINUTE,
    HOUR,
    24 * HOUR,
    72 * HOUR,
  ],
};

/** Only 200 with `{"CallbackResponse":"received"}` counts (section 8.5). */
function acknowledged(status: number, body: string): boolean {
  if (status !== 200) return false;
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === "object" && parsed !== null && Reflect.get(parsed, "CallbackResponse") === "received";
  } catch {
    return false;
  }
}

function create(snapshot: unknown): SimulatedPlatform {
  // A snapshot is this module's own JSON; `structuredClone` keeps the caller's copy apart.
  const truth = snapshot === undefined || snapshot === null ? emptyTruth() : (structuredClone(snapshot) as Truth);
  return {
    handle: (request, world) => handle(truth, request, world),
    control: (command, world) => control(truth, command, world),
    tick: (world) => applyDue(truth, world),
    nextDueAt: () => nextOutcomeAt(truth),
    snapshot: () => structuredClone(truth),
  };
}

async function handle(truth: Truth, request: Request, world: World): Promise<Response> {
  const url = new URL(request.url);
  const text = request.method === "GET" ? "" : await request.text();
  const body = parseJson(text);
  const caller = await authenticate(truth, request.headers.get("authorization"), text, claimedKey(body));
  // Nothing is awaited below: one request happens at one moment.
  applyDue(truth, world);
  if (!caller) return new Response(null, { status: 401 });
  if (request.method === "GET") return read(truth, caller, url, world) ?? new Response(null, { status: 404 });
  const mutation = request.method === "POST" ? MUTATIONS[url.pathname] : undefined;
  if (!mutation) return new Response(null, { status: 404 });
  if (!request.headers.get("content-type")?.startsWith("application/json") || body === undefined) {
    return errorAnswer({ code: "INVALID_REQUEST", text: "The body must be JSON" }, mutation.api, world);
  }
  return mutation.serve(truth, caller, body, world);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function claimedKey(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  const key: unknown = Reflect.get(body, "MerchantApiKey");
  return typeof key === "string" ? key : undefined;
}

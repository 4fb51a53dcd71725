// The running system as the demo sees it: the router's API, the sandbox's control commands, and patience.
import type { Running } from "../local/running.mjs";
import { Stop } from "../local/stop.mjs";

export type Platform = "shopify" | "qliro" | "specter";

/** Answers are the router's own, as /openapi.json describes them; the caller names the part it reads. */
export interface System {
  running: Running;
  get<T>(path: string): Promise<T>;
  send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: object): Promise<T>;
  /** Lets something happen at a simulated platform (sandbox/README.md); a refused command is a `Stop`. */
  control<T>(platform: Platform, command: { do: string } & Record<string, unknown>): Promise<T>;
  /** As `control`, with null for a refused command. */
  tryControl<T>(platform: Platform, command: { do: string } & Record<string, unknown>): Promise<T | null>;
  /** Fires the Cron Trigger as if it were `at` (milliseconds). */
  tick(cron: string, at: number): Promise<void>;
}

const REQUEST_MS = 30_000;
const WAIT_MS = 60_000;
const LOOK_MS = 250;

/** The system that `npm start` runs, reached by real HTTP. */
export function openSystem(running: Running, adminToken: string): System {
  const api = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await reach(`${running.router}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json().catch(() => null);
    if (!response.ok) throw new Stop(`The router refused ${method} ${path}: ${wordsOf(answer, response.status)}`);
    return answer as T; // The router's own answer, in the shape that the caller names.
  };
  const command = async (platform: Platform, body: { do: string }) => {
    const init = { method: "POST", body: JSON.stringify(body) };
    const response = await reach(`${running.sandbox}/_control/${platform}`, init);
    return { ok: response.ok, answer: (await response.json().catch(() => null)) as unknown };
  };
  return {
    running,
    get: (path) => api("GET", path),
    send: (method, path, body) => api(method, path, body),
    async control<T>(platform: Platform, body: { do: string }) {
      const { ok, answer } = await command(platform, body);
      if (!ok) throw new Stop(`The simulated ${platform} refused "${body.do}": ${wordsOf(answer, 400)}`);
      return answer as T; // As above; the sandbox's own answer.
    },
    async tryControl<T>(platform: Platform, body: { do: string }) {
      const { ok, answer } = await command(platform, body);
      return ok ? (answer as T) : null; // As above.
    },
    async tick(cron, at) {
      const query = new URLSearchParams({ cron, time: String(at) });
      const response = await reach(`${running.router}/cdn-cgi/handler/scheduled?${query}`, {});
      if (!response.ok) throw new Stop(`The Cron Trigger failed: ${await response.text()}`);
    },
  };
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, signal: AbortSignal.timeout(REQUEST_MS) });
  } catch {
    const { origin } = new URL(url);
    throw new Stop(`Nothing answers at ${origin}: is npm start still running? Its logs are in .local.`);
  }
}

/** A problem's words, or the sandbox's sentence. */
function wordsOf(answer: unknown, status: number): string {
  const part = (name: string): string => {
    const value: unknown = typeof answer === "object" && answer !== null ? Reflect.get(answer, name) : undefined;
    return typeof value === "string" ? value : "";
  };
  const words = [part("title"), part("detail"), part("hint"), part("error")].filter((text) => text !== "");
  return words.length > 0 ? words.join(" ") : `status ${status}`;
}

/** Looks until there is something to see; gives up with a sentence after a minute. */
export async function untilSeen<T>(
  what: string,
  look: () => Promise<T | null>,
  hint: () => Promise<string>,
): Promise<T> {
  const until = Date.now() + WAIT_MS;
  for (;;) {
    const seen = await look();
    if (seen !== null) return seen;
    if (Date.now() > until) {
      const log = "What the router says is in .local/router.log.";
      throw new Stop(`Waited ${WAIT_MS / 1000} s in vain: ${what}. ${await hint()} ${log}`.replaceAll("  ", " "));
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

// Calls about a connection itself: does the platform accept us, and does it know our webhook address.
import type { Read } from "../connectors/connector.ts";
import { type Problem, problem } from "../domain/errors.ts";
import type { ConnectionId } from "../domain/ids.ts";
import type { Registration } from "./rpc.ts";
import type { Runtime } from "./runtime.ts";
import { problemView } from "./view-problem.ts";
import type { ProblemView, Timestamp } from "./views.ts";

export interface Verification {
  status: "connected" | "failed";
  checkedAt: Timestamp;
  problem?: ProblemView;
}

/** A harmless call with the connection's credentials. `now` in milliseconds. */
export async function verifyConnection(
  runtime: Runtime,
  connectionId: ConnectionId,
  now: number,
): Promise<Verification> {
  const link = runtime.links.get(connectionId);
  const stop = link
    ? refusalOf(await link.connector.verify(link.context([])))
    : problem("CONNECTION_MISSING", `Connection ${connectionId} is not configured.`);
  const checkedAt = new Date(now).toISOString();
  return stop ? { status: "failed", checkedAt, problem: problemView(stop) } : { status: "connected", checkedAt };
}

/** Registers a webhook address where the platform's API can. */
export async function registerWebhooks(runtime: Runtime, connectionId: ConnectionId, url: string, ours: string) {
  const link = runtime.links.get(connectionId);
  const register = link?.connector.webhooks?.register;
  return link && register ? registration(await register(link.context([]), url, ours)) : UNSUPPORTED;
}

/** Takes our addresses away where the platform's API can. */
export async function unregisterWebhooks(runtime: Runtime, connectionId: ConnectionId, ours: string) {
  const link = runtime.links.get(connectionId);
  const unregister = link?.connector.webhooks?.unregister;
  return link && unregister ? registration(await unregister(link.context([]), ours)) : UNSUPPORTED;
}

const UNSUPPORTED: Registration = { supported: false, done: false };

function registration(answer: Read<unknown>): Registration {
  const stop = refusalOf(answer);
  return stop ? { supported: true, done: false, problem: problemView(stop) } : { supported: true, done: true };
}

/** Why a call about the connection did not go well; null when it did. */
function refusalOf(answer: Read<unknown>): Problem | null {
  switch (answer.kind) {
    case "found":
    case "absent":
      return null;
    case "unauthorized":
      return problem("CREDENTIALS_REFUSED", answer.detail);
    case "later":
    case "refused":
      return problem(answer.code, answer.detail);
    default:
      return answer satisfies never;
  }
}

// Honours `Idempotency-Key` on POST: the first request acts, a repeat gets the same answer.
import { claimKey, type KeyedRequest, keepAnswer, releaseKey } from "../directory/idempotency.ts";
import type { Problem } from "../domain/errors.ts";
import type { Result } from "../domain/result.ts";
import { hashToken } from "../sealing.ts";
import type { Call } from "./operation.ts";
import type { Refusal } from "./problem.ts";

const KEY = /^[\x21-\x7e]{1,200}$/;

/** Runs `act` unless this token sent the key before. Answers are kept sealed: some hold a webhook URL. */
export async function once(
  call: Call,
  body: string,
  act: () => Promise<Response>,
  refuse: (refused: Refusal) => Response,
): Promise<Response> {
  const { context, db, now, caller, vault } = call;
  const key = context.req.header("idempotency-key");
  if (key === undefined) return act();
  if (!KEY.test(key)) return refuse({ code: "VALIDATION_FAILED", detail: "", errors: [BAD_KEY] });

  const { pathname, search } = new URL(context.req.url);
  const fingerprint = await hashToken(JSON.stringify([context.req.method, pathname, search, body]));
  const request: KeyedRequest = { tokenId: caller.id, key, fingerprint, now };
  const binding = `idempotency:${caller.id}:${key}`;
  const claim = await claimKey(db, request);
  switch (claim.kind) {
    case "first":
      return keep(await actOrRelease(call, request, act));
    case "repeat":
      return repeat(claim.status, await vault.open(claim.sealedBody, binding));
    case "other_request":
      return refuse({ code: "IDEMPOTENCY_KEY_REUSED" });
    case "in_progress":
      return refuse({ code: "CONFLICT", detail: "The first request with this Idempotency-Key is still at work." });
    default:
      return claim satisfies never;
  }

  function repeat(status: number, opened: Result<string, Problem>): Response {
    if (opened.ok) return replayed(status, opened.value);
    return refuse({ code: "CONFLICT", detail: "The first answer was kept under a key that is gone; use a new key." });
  }

  async function keep(response: Response): Promise<Response> {
    // A server error says nothing final: the repeat shall act.
    if (response.status >= 500) {
      await releaseKey(db, request);
      return response;
    }
    const sealedBody = await vault.seal(await response.clone().text(), binding);
    await keepAnswer(db, request, { status: response.status, sealedBody });
    return response;
  }
}

const BAD_KEY = { path: "Idempotency-Key", message: "1 to 200 visible ASCII characters" };

/** A defect must not hold the key for a day. */
async function actOrRelease(call: Call, request: KeyedRequest, act: () => Promise<Response>): Promise<Response> {
  try {
    return await act();
  } catch (error) {
    await releaseKey(call.db, request);
    throw error;
  }
}

function replayed(status: number, body: string): Response {
  const type = status >= 400 ? "application/problem+json" : "application/json";
  const headers = { "content-type": type, "cache-control": "no-store", "idempotency-replayed": "true" };
  return new Response(status === 204 ? null : body, { status, headers });
}

// Sends the requests of one connection, and nothing else in the program does: bounded, checked, paced and traced.
import type { Http, HttpAnswer, HttpFailure, HttpRequest } from "../connectors/connector.ts";
import type { ErrorCode } from "../domain/errors.ts";
import { type CappedBody, readCapped } from "./body.ts";
import type { Breaker, Finding } from "./breaker.ts";
import type { Bucket } from "./bucket.ts";
import { retryAfterMs } from "./retry-after.ts";
import { type Sent, type Trace, traceOf } from "./trace.ts";
import { checkUrl } from "./urls.ts";

export type { Trace } from "./trace.ts";

export const TIMEOUT_MS = 20_000;
export const BODY_BYTES_MAX = 8 * 1024 * 1024;
/** How long to stay away when too many calls of the connection wait for a place. */
const CROWDED_MS = 1_000;
/** How long a call waits for the pace when calls of the same work went out before it: they would have to be repeated. */
const PACE_WAIT_MS_MAX = 2_000;

export interface HttpOptions {
  /** The network, handed in. */
  fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** In [0, 1); spreads the waits of many connections. Absent: no spreading. */
  random?: () => number;
  /** Lets so many milliseconds pass. Absent: whatever exceeds the pace is held back. */
  sleep?: (ms: number) => Promise<void>;
  /** Origins this connection may call (see urls.ts): the connector's, plus a checked one given by the merchant. */
  allowedOrigins: readonly string[];
  /** ENVIRONMENT; loopback addresses may be called everywhere but in `production`. */
  environment: "local" | "staging" | "production";
  /** Values that never appear in a trace. */
  secrets: readonly string[];
  bucket: Bucket;
  breaker: Breaker;
  /** Told about every call that was sent, and about refused addresses. Calls held back are not traced. */
  onTrace: (trace: Trace) => void;
}

/**
 * The `Http` of one piece of work at one connection. Never throws: a connector sees an answer or one of the two kinds of
 * failure.
 */
export function createHttp(options: HttpOptions): Http {
  let begun = false;
  return {
    async send(request) {
      const checked = checkUrl(request.url, {
        production: options.environment === "production",
        allowedOrigins: options.allowedOrigins,
      });
      if (!checked.ok) {
        const refused = notSent("URL_REFUSED", checked.error.detail);
        trace(options, request, { answer: refused, status: null, body: NO_BYTES, contentType: "" }, 0);
        return refused;
      }
      const leave = await options.bucket.enter();
      if (leave === null) return heldBack(options, "RATE_LIMITED", "Many calls of this connection wait.", CROWDED_MS);
      try {
        const answer = await admitted(options, request, checked.value, begun);
        begun ||= answer.kind !== "not_sent";
        return answer;
      } finally {
        leave();
      }
    },
  };
}

const NO_BYTES = new Uint8Array();

/** Asks breaker and bucket, then sends. */
async function admitted(
  options: HttpOptions,
  request: HttpRequest,
  url: URL,
  begun: boolean,
): Promise<HttpAnswer | HttpFailure> {
  const admission = await options.breaker.admit();
  if (admission.kind === "wait") {
    return heldBack(options, "PLATFORM_UNAVAILABLE", "Earlier calls failed; calls are paused.", admission.retryAfterMs);
  }
  let finding: Finding = "not_sent";
  try {
    const waitMs = await takePlace(options, begun);
    if (waitMs > 0) return heldBack(options, "RATE_LIMITED", "The request limit of the connection is used up.", waitMs);
    const prepared = prepare(request, url);
    if (prepared === null) {
      return notSent("VALIDATION_FAILED", "A header or the body has a form that HTTP does not allow.");
    }
    const startedAt = options.now();
    const sent = await exchange(options, request, prepared);
    finding = sent.status !== null && sent.status < 500 ? "answered" : "failed";
    trace(options, request, sent, options.now() - startedAt);
    return sent.answer;
  } finally {
    await admission.settle(finding);
  }
}

/** The request as it leaves us; null when a header value (a pasted key with a stray character) cannot be sent. */
function prepare(request: HttpRequest, url: URL): Request | null {
  try {
    return new Request(url.href, {
      method: request.method,
      headers: request.headers ?? {},
      body: request.body ?? null,
      // A redirect could carry credentials to another host: it is an answer like any other.
      redirect: "manual",
    });
  } catch {
    return null;
  }
}

/** Sends and reads the answer within the time-out, whether or not the network obeys the abort signal. */
async function exchange(options: HttpOptions, request: HttpRequest, prepared: Request): Promise<Sent> {
  const abort = new AbortController();
  const aborted = new Promise<"timeout">((resolve) => {
    abort.signal.addEventListener("abort", () => resolve("timeout"));
  });
  const timer = setTimeout(() => abort.abort(), request.timeoutMs ?? TIMEOUT_MS);
  try {
    const outgoing = new Request(prepared, { signal: abort.signal });
    const response = await Promise.race([fetched(options, outgoing), aborted]);
    if (response === "timeout") return lost("NETWORK_NO_ANSWER", "No answer came in time.", null);
    if (response === null) return lost("NETWORK_NO_ANSWER", "The connection failed before an answer came.", null);
    obeyPause(options, response);
    const body = await readCapped(response, request.bodyBytesMax ?? BODY_BYTES_MAX, aborted);
    return answered(response, body);
  } finally {
    clearTimeout(timer);
  }
}

/** The response, or null when the network failed, even if nobody waits any more. */
async function fetched(options: HttpOptions, request: Request): Promise<Response | null> {
  try {
    return await options.fetch(request);
  } catch {
    return null;
  }
}

function answered(response: Response, body: CappedBody): Sent {
  const { status, headers } = response;
  switch (body.kind) {
    case "whole": {
      const answer: HttpAnswer = { kind: "answer", status, headers, body: body.bytes };
      return { answer, status, body: body.bytes, contentType: headers.get("content-type") ?? "" };
    }
    case "too_large":
      return lost("PLATFORM_ANSWER_NOT_UNDERSTOOD", "The answer is larger than allowed.", status);
    case "broken":
      return lost("NETWORK_NO_ANSWER", "The connection broke while the answer came.", null);
    case "timeout":
      return lost("NETWORK_NO_ANSWER", "The answer did not end in time.", null);
    default:
      return body satisfies never;
  }
}

/** Takes a place in the window; answers 0, or the milliseconds until there may be one. Work that has begun waits a bit. */
async function takePlace({ bucket, sleep }: HttpOptions, begun: boolean): Promise<number> {
  let waitMs = bucket.take();
  for (let waitedMs = 0; begun && sleep && waitMs > 0 && waitedMs + waitMs <= PACE_WAIT_MS_MAX; ) {
    await sleep(waitMs);
    waitedMs += waitMs;
    waitMs = bucket.take();
  }
  return waitMs;
}

/** `Retry-After` on 429 and 503 stops the whole connection, not just this call. */
function obeyPause(options: HttpOptions, response: Response): void {
  if (response.status !== 429 && response.status !== 503) return;
  const pause = retryAfterMs(response.headers, options.now());
  if (pause !== null) options.bucket.emptyUntil(options.now() + pause);
}

const notSent = (code: ErrorCode, detail: string): HttpFailure => ({ kind: "not_sent", code, detail });

/** Held back by ourselves. The wait is spread by up to a fifth, so that not all come back at once. */
function heldBack(options: HttpOptions, code: ErrorCode, detail: string, waitMs: number): HttpFailure {
  const spread = 1 + 0.2 * (options.random?.() ?? 0);
  return { kind: "not_sent", code, detail, retryAfterMs: Math.ceil(waitMs * spread) };
}

const lost = (code: ErrorCode, detail: string, status: number | null): Sent => ({
  answer: { kind: "no_answer", code, detail },
  status,
  body: NO_BYTES,
  contentType: "",
});

/** Shows the call. An answer is never lost because it could not be shown. */
function trace(options: HttpOptions, request: HttpRequest, sent: Sent, durationMs: number): void {
  try {
    options.onTrace(traceOf(options.secrets, request, sent, durationMs));
  } catch {
    // The store of the traces is away: the call itself is unharmed.
  }
}

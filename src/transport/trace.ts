// Shows one call as a person may see it: redacted and short, safe to store and to print.
import type { HttpAnswer, HttpFailure, HttpRequest } from "../connectors/connector.ts";
import type { ErrorCode } from "../domain/errors.ts";
import { redactBody, redactText, redactUrl } from "./redact.ts";

const EXCERPT_BYTES_MAX = 2 * 1024;

/** What a person sees of one call. Redacted; safe to store and to show. */
export interface Trace {
  label: string;
  method: HttpRequest["method"];
  url: string;
  /** Null when no answer came (then `failure` says why); both are set when an answer came but could not be taken. */
  status: number | null;
  failure: ErrorCode | null;
  durationMs: number;
  requestExcerpt: string;
  answerExcerpt: string;
}

/** What became of one request. */
export interface Sent {
  answer: HttpAnswer | HttpFailure;
  status: number | null;
  body: Uint8Array;
  contentType: string;
}

export function traceOf(secrets: readonly string[], request: HttpRequest, sent: Sent, durationMs: number): Trace {
  const body = typeof request.body === "string" ? new TextEncoder().encode(request.body) : request.body;
  const requestType = contentTypeOf(request.headers ?? {});
  return {
    label: redactText(request.label, secrets),
    method: request.method,
    url: redactUrl(request.url, secrets),
    status: sent.status,
    failure: sent.answer.kind === "answer" ? null : sent.answer.code,
    durationMs,
    requestExcerpt: redactBody(body ?? new Uint8Array(), requestType, secrets, EXCERPT_BYTES_MAX),
    answerExcerpt: redactBody(sent.body, sent.contentType, secrets, EXCERPT_BYTES_MAX),
  };
}

const contentTypeOf = (headers: Record<string, string>): string =>
  Object.entries(headers).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";

// Problem details (RFC 9457): how the API says no, in the words of the catalogue.
import { catalogueEntry, type ErrorCode } from "../domain/errors.ts";

export interface FieldError {
  /** Where in the request, e.g. `credentials.apiKey`. */
  path: string;
  message: string;
}

/** An expected refusal, as a value. */
export interface Refusal {
  code: ErrorCode;
  /** What is particular about this one. Never a secret, never personal data. */
  detail?: string;
  errors?: FieldError[];
}

export const refusal = (code: ErrorCode, detail = "", errors?: FieldError[]): { ok: false; error: Refusal } => ({
  ok: false,
  error: errors === undefined ? { code, detail } : { code, detail, errors },
});

/** Codes without a status of their own describe a state of the books: the request conflicts with it. */
const STATE_STATUS = 409;

/** A client that was told to wait is told for how long. */
const RETRY_AFTER_SECONDS = 5;

export const statusOf = (code: ErrorCode): number => catalogueEntry(code).status ?? STATE_STATUS;

export interface ProblemPlace {
  /** null while the settings could not be read. */
  publicOrigin: string | null;
  requestId: string;
}

/** The body of a problem. `type` is an address where cause and fix can be read. */
export function problemBody(refused: Refusal, place: ProblemPlace): Record<string, unknown> {
  const entry = catalogueEntry(refused.code);
  return {
    type: place.publicOrigin === null ? "about:blank" : `${place.publicOrigin}/docs/errors/${refused.code}`,
    title: entry.title,
    status: statusOf(refused.code),
    code: refused.code,
    detail: refused.detail || entry.cause,
    hint: entry.fix,
    requestId: place.requestId,
    ...(refused.errors === undefined ? {} : { errors: refused.errors }),
  };
}

/** The whole answer. 401 names the scheme and 503 says when to come back. */
export function problemResponse(refused: Refusal, place: ProblemPlace): Response {
  const status = statusOf(refused.code);
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (status === 401) headers.set("www-authenticate", "Bearer");
  if (status === 503) headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  return new Response(JSON.stringify(problemBody(refused, place)), { status, headers });
}

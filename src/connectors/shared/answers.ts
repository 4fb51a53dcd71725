// Reading a platform's answer: what its status means for a read or a write, how long to wait, and its body as data.
//
// Details made here name statuses and field paths only, never a value of the body: bodies hold personal data.
import type { z } from "zod";
import type { Outcome } from "../../domain/commands.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import type { HttpAnswer, HttpFailure, Read } from "../connector.ts";

/** What a status says before the body is looked at. */
export type AnswerClass = "success" | "unauthorized" | "absent" | "throttled" | "refused" | "unavailable";

/** Sorts an HTTP status. 408 and 5xx are the platform's trouble; a redirect is never followed and counts as refused. */
export function classify(status: number): AnswerClass {
  if (status >= 200 && status < 300) return "success";
  if (status === 401 || status === 403) return "unauthorized";
  if (status === 404 || status === 410) return "absent";
  if (status === 429) return "throttled";
  if (status === 408 || status >= 500) return "unavailable";
  return "refused";
}

/**
 * `Retry-After` in milliseconds from `now` (milliseconds since the epoch): seconds or an HTTP date
 * (RFC 9110 section 10.2.3). Undefined where the header is missing or unreadable; a date in the past is 0.
 */
export function retryAfterMs(headers: Headers, now: number): number | undefined {
  const text = headers.get("retry-after")?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  // Dates only: a bare number or a sign must not be taken for a year.
  const at = /[a-z]{3}/i.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}

/** The body as text. Latin-1 platforms pass `"latin1"`. Bytes that do not decode become U+FFFD. */
export const bodyText = (body: Uint8Array, encoding: "utf-8" | "latin1" = "utf-8"): string =>
  new TextDecoder(encoding).decode(body);

/** JSON text as a value of the schema. The error names the place and kind of the first mismatch, not its value. */
export function parseJson<T>(text: string, schema: z.ZodType<T>): Result<T, string> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return err(text === "" ? "the body is empty" : "the body is not JSON");
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return ok(parsed.data);
  const issue = parsed.error.issues[0];
  return err(
    `field ${issue?.path.map(String).join(".") || "(root)"} is not as documented (${issue?.code ?? "unknown"})`,
  );
}

/** A stop that only says "not now", as reads and writes both understand it. */
interface Later {
  kind: "later";
  code: "RATE_LIMITED" | "PLATFORM_UNAVAILABLE";
  detail: string;
  retryAfterMs?: number;
}

function later(answer: HttpAnswer, now: number): Later {
  const wait = retryAfterMs(answer.headers, now);
  return {
    kind: "later",
    code: answer.status === 429 ? "RATE_LIMITED" : "PLATFORM_UNAVAILABLE",
    detail: `HTTP ${answer.status}`,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
  };
}

/** The answer of a read that has no documented meaning of its own; null when it is a success to be parsed. */
export function readStop(
  answer: HttpAnswer | HttpFailure,
  now: number,
): Exclude<Read<never>, { kind: "found" }> | null {
  if (answer.kind !== "answer") return failureAsLater(answer);
  const sort = classify(answer.status);
  switch (sort) {
    case "success":
      return null;
    case "unauthorized":
      return { kind: "unauthorized", detail: `HTTP ${answer.status}` };
    case "absent":
      return { kind: "absent" };
    case "throttled":
    case "unavailable":
      return later(answer, now);
    case "refused":
      return { kind: "refused", code: "PLATFORM_REFUSED", detail: `HTTP ${answer.status}` };
    default:
      return sort satisfies never;
  }
}

/**
 * The answer of a write as far as its status alone decides; null when the body decides (2xx, and 4xx that may
 * carry the platform's own code). A 5xx or a lost answer is `unknown`: it may have taken effect.
 */
export function writeStop(answer: HttpAnswer | HttpFailure, now: number): Outcome | null {
  if (answer.kind !== "answer") {
    return answer.kind === "not_sent" ? failureAsLater(answer) : { kind: "unknown", detail: answer.detail };
  }
  const sort = classify(answer.status);
  switch (sort) {
    case "success":
    case "absent":
    case "refused":
      return null;
    case "unauthorized":
      return { kind: "unauthorized", detail: `HTTP ${answer.status}` };
    case "throttled":
      return later(answer, now);
    case "unavailable":
      return { kind: "unknown", detail: `HTTP ${answer.status}` };
    default:
      return sort satisfies never;
  }
}

/** A read whose body is JSON of the schema. A success that cannot be read is `PLATFORM_ANSWER_NOT_UNDERSTOOD`. */
export function readJson<T>(answer: HttpAnswer | HttpFailure, schema: z.ZodType<T>, now: number): Read<T> {
  const stop = readStop(answer, now);
  if (stop) return stop;
  if (answer.kind !== "answer") return failureAsLater(answer);
  const parsed = parseJson(bodyText(answer.body), schema);
  if (parsed.ok) return { kind: "found", value: parsed.value };
  return { kind: "refused", code: "PLATFORM_ANSWER_NOT_UNDERSTOOD", detail: parsed.error };
}

/** A call that brought no answer, where repeating it does no harm. */
function failureAsLater(failure: HttpFailure): {
  kind: "later";
  code: HttpFailure["code"];
  detail: string;
  retryAfterMs?: number;
} {
  const { code, detail, retryAfterMs: wait } = failure;
  return { kind: "later", code, detail, ...(wait === undefined ? {} : { retryAfterMs: wait }) };
}

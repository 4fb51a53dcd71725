// A platform that plays a script: each request must be the next expected one, and gets that one's answer.
import type { Http, HttpAnswer, HttpFailure, HttpRequest } from "../../../src/connectors/connector.ts";

export interface ScriptStep {
  /** e.g. `GET /v2/orders/1`: method, then the end of the URL (query included). Omitted: any request. */
  on?: string;
  /** Default 200. */
  status?: number;
  headers?: Record<string, string>;
  /** A string or bytes are sent as they are; anything else as JSON; omitted: empty. */
  answer?: unknown;
  /** Instead of an answer: the call never left (`not_sent`) or its answer was lost (`no_answer`). */
  fail?: HttpFailure["kind"];
}

export interface SentRequest extends HttpRequest {
  /** The body as text. */
  text: string;
  /** The body as JSON; undefined where it is none. */
  json: unknown;
}

export interface ScriptedHttp extends Http {
  /** Every request so far, in order. */
  readonly sent: SentRequest[];
  /** Steps that were not asked for. A test that promises a sequence expects 0. */
  remaining(): number;
}

/** An Http that answers by the script; a request that is not the next step is a failed test (it throws). */
export function scripted(...steps: ScriptStep[]): ScriptedHttp {
  const waiting = [...steps];
  const sent: SentRequest[] = [];
  return {
    sent,
    remaining: () => waiting.length,
    async send(request) {
      const text = bodyAsText(request.body);
      sent.push({ ...request, text, json: jsonOrUndefined(text) });
      const step = waiting.shift();
      const line = `${request.method} ${request.url}`;
      if (!step) throw new Error(`no request expected, but got ${line}`);
      if (step.on !== undefined && !matches(step.on, request)) throw new Error(`expected ${step.on}, but got ${line}`);
      return answerOf(step);
    },
  };
}

function matches(on: string, request: HttpRequest): boolean {
  const space = on.indexOf(" ");
  return request.method === on.slice(0, space) && request.url.endsWith(on.slice(space + 1));
}

function answerOf(step: ScriptStep): HttpAnswer | HttpFailure {
  if (step.fail === "not_sent")
    return { kind: "not_sent", code: "PLATFORM_UNAVAILABLE", detail: "the breaker is open" };
  if (step.fail === "no_answer") return { kind: "no_answer", code: "NETWORK_NO_ANSWER", detail: "timed out" };
  return {
    kind: "answer",
    status: step.status ?? 200,
    headers: new Headers(step.headers),
    body: bodyAsBytes(step.answer),
  };
}

function bodyAsBytes(answer: unknown): Uint8Array {
  if (answer instanceof Uint8Array) return answer;
  const text = answer === undefined ? "" : typeof answer === "string" ? answer : JSON.stringify(answer);
  return new TextEncoder().encode(text);
}

const bodyAsText = (body: HttpRequest["body"]): string =>
  body === undefined ? "" : typeof body === "string" ? body : new TextDecoder().decode(body);

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

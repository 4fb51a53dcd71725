// Specter's two entry points: how a call is keyed and sent, and how its answer is told apart.
//
// Source: reference/specter.md sections 3 and 4; the meaning of the codes is C2, NOT DOCUMENTED - our contract.
// A read carries its key in the URL, so no detail made here holds an address or a word of a request.
import type { Outcome } from "../../domain/commands.ts";
import type { Context, HttpAnswer, HttpFailure, HttpRequest, Read } from "../connector.ts";
import { classify, readStop, writeStop } from "../shared/answers.ts";
import type { SpecterCredentials, SpecterSettings } from "./config.ts";
import { formEncode, specterKey } from "./key.ts";
import { answerText, apiResponse, parseTextAnswer, parseXml, type SpecterAnswer, type XmlTree } from "./wire.ts";

export type SpecterContext = Context<SpecterCredentials, SpecterSettings>;
export type Fields = Readonly<Record<string, string | undefined>>;

export const ORIGIN_KEY = "specter";
export const DEFAULT_ORIGIN = "https://api.specter.se";

/** A refusal in Specter's words. Codes 10, 11 and 90 never come this far: they mean the same for every call. */
export interface Failed {
  kind: "failed";
  code: string;
  message: string;
}

type Stop = Exclude<Outcome, { kind: "done" | "accepted" }>;
export type WriteAnswer = { kind: "ok"; id: string } | Failed | Stop;
export type ReadAnswer = { kind: "ok"; root: XmlTree } | Failed | Exclude<Read<never>, { kind: "found" | "absent" }>;

/** One call: the action, what seeds its key, and its parameters. */
interface Call {
  action: string;
  seed: string;
  fields: Fields;
}

/** A write through `putInfo.asp`: the caller in the query, the data and the key in the body, a text line back. */
export async function write(context: SpecterContext, call: Call, query: Fields = {}): Promise<WriteAnswer> {
  const { credentials, settings } = context;
  const caller = { action: call.action, sbmId: credentials.sbmId, apiUserId: credentials.apiUserId, useXML: "1" };
  const key = await specterKey(credentials, call.seed);
  const answer = await send(context, key, {
    method: "POST",
    url: `${base(context)}/putInfo.asp?${formEncode({ ...caller, webshopId: settings.webshopId, ...query })}`,
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: formEncode({ ...call.fields, key }),
    label: call.action,
  });
  if (answer.kind !== "answer" || classify(answer.status) !== "success") {
    const stop = writeStop(answer, context.now());
    if (stop && stop.kind !== "done" && stop.kind !== "accepted") return stop;
    return { kind: "refused", code: "PLATFORM_REFUSED", detail: `${call.action}: ${statusOf(answer)}` };
  }
  const said = textOrXml(answer);
  // Something answered, but not Specter's program: it may have worked before it broke.
  if (said.kind === "unreadable") return { kind: "unknown", detail: `${call.action}: ${said.reason}` };
  return said.kind === "ok" ? { kind: "ok", id: said.id } : generalRefusal(call.action, said);
}

/** A read through `getInfo.asp`: everything in the query, XML back. Uses the read user where there is one. */
export async function read(context: SpecterContext, call: Call): Promise<ReadAnswer> {
  const { credentials } = context;
  const apiUserId = credentials.readApiUserId ?? credentials.apiUserId;
  const apiUserKey = credentials.readApiUserKey ?? credentials.apiUserKey;
  const key = await specterKey({ ...credentials, apiUserKey }, call.seed);
  const caller = { action: call.action, sbmId: credentials.sbmId };
  const answer = await send(context, key, {
    method: "GET",
    url: `${base(context)}/getInfo.asp?${formEncode({ ...caller, ...call.fields, key, useXML: "2", apiUserId })}`,
    label: call.action,
  });
  if (answer.kind !== "answer" || classify(answer.status) !== "success") {
    const stop = readStop(answer, context.now());
    // HTTP 404 speaks of the entry point, never of the order that was asked for.
    if (stop && stop.kind !== "absent") return stop;
    return { kind: "refused", code: "PLATFORM_REFUSED", detail: `${call.action}: ${statusOf(answer)}` };
  }
  const text = answerText(answer.body, answer.headers.get("content-type"));
  const root = parseXml(text);
  const said = root.ok ? apiResponse(root.value) : parseTextAnswer(text);
  if (said?.kind === "failed") return generalRefusal(call.action, said);
  if (root.ok && said?.kind !== "unreadable") return { kind: "ok", root: root.value };
  return notUnderstood(`${call.action}: ${root.ok ? "APIresponse is not as documented" : root.error}`);
}

export const notUnderstood = (detail: string) =>
  ({ kind: "refused", code: "PLATFORM_ANSWER_NOT_UNDERSTOOD", detail }) as const;

/** Codes that mean the same for every call (C2): 10 and 11 the credentials, 90 busy. */
function generalRefusal(action: string, said: { code: string; message: string }) {
  switch (said.code) {
    case "10":
      return { kind: "unauthorized", detail: `${action}: Specter does not accept the key (code 10)` } as const;
    case "11":
      return { kind: "unauthorized", detail: `${action}: Specter does not know the SBM id or user (code 11)` } as const;
    case "90":
      return { kind: "later", code: "PLATFORM_UNAVAILABLE", detail: `${action}: Specter is busy (code 90)` } as const;
    default:
      return { kind: "failed", code: said.code, message: said.message } as const;
  }
}

const base = (context: SpecterContext): string => context.origin(ORIGIN_KEY, DEFAULT_ORIGIN).replace(/\/+$/, "");

/** Writes are asked for as text and reads as XML, but not every old function obeys: read what came. */
function textOrXml(answer: HttpAnswer): SpecterAnswer {
  const text = answerText(answer.body, answer.headers.get("content-type"));
  const line = parseTextAnswer(text);
  if (line.kind !== "unreadable") return line;
  const root = parseXml(text);
  return (root.ok ? apiResponse(root.value) : null) ?? line;
}

const statusOf = (answer: HttpAnswer | HttpFailure): string =>
  answer.kind === "answer" ? `HTTP ${answer.status}` : answer.code;

/** Sends, and makes sure that a transport's own words cannot carry the key along. */
async function send(context: SpecterContext, key: string, request: HttpRequest): Promise<HttpAnswer | HttpFailure> {
  const answer = await context.http.send(request);
  if (answer.kind === "answer") return answer;
  const words = answer.detail;
  return words.includes(key) || words.includes(".asp?") ? { ...answer, detail: request.label } : answer;
}

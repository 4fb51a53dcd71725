// The accept path: verify, cap, dedupe, store, acknowledge. Nothing else happens before the answer.
//
// `/hooks/{connector}/{connectionId}/{token}[/{suffix}]`. No call to a platform, and no database on a warm path: one
// call to the merchant's object, which answers when the webhook is durable.

import type { IncomingWebhook, WebhookFacet } from "../connectors/connector.ts";
import { type AnyConnector, findConnector } from "../connectors/registry.ts";
import { openDirectory } from "../directory/database.ts";
import { touchToken } from "../directory/hooks-lookup.ts";
import type { ErrorCode } from "../domain/errors.ts";
import { type Bindings, merchantStub, readSettings } from "../env.ts";
import { equalDigests, hashToken } from "../sealing.ts";
import { acceptedWebhook } from "./accepted-webhook.ts";
import { type KnownTarget, targetOf } from "./hook-targets.ts";
import { problemResponse } from "./problem.ts";

export const BODY_BYTES_MAX = 1_048_576;

/** Refused requests per connection and minute before the answer becomes 429. Valid ones are never counted. */
const REFUSED_PER_MINUTE = 60;
/** How often the last use of a token is written down. */
const TOUCH_MS = 3_600_000;
const RETRY_AFTER_SECONDS = 5;

const refusals = new Map<string, { since: number; count: number }>();
const touched = new Map<string, number>();

interface Address {
  connector: AnyConnector;
  facet: WebhookFacet<Record<string, unknown>>;
  connectionId: string;
  token: string;
  suffix: string;
}

/** Takes one webhook. `now` is milliseconds since the epoch. */
export async function acceptWebhook(
  request: Request,
  env: Bindings,
  context: ExecutionContext,
  now: number,
): Promise<Response> {
  const url = new URL(request.url);
  const say = (code: ErrorCode): Response => refuse(env, request, code);
  const address = addressOf(url.pathname);
  if (!address) return say("NOT_FOUND");
  let target: KnownTarget | null;
  try {
    target = await targetOf(env, address.connector.id, address.connectionId, now);
  } catch {
    return say("UNAVAILABLE");
  }
  if (!target) return say("NOT_FOUND");
  const hash = await openingToken(target, address.token, now);
  if (hash === null) return say(countRefusal(target.connectionId, now) ? "WEBHOOK_REFUSED" : "TOO_MANY_REQUESTS");
  const { facet } = address;
  const contentType = mediaType(request.headers.get("content-type"));
  const method = request.method === "GET" ? "GET" : request.method === "POST" ? "POST" : null;
  if (!method || !facet.methods.includes(method)) return say("UNSUPPORTED_MEDIA_TYPE");
  if (method === "POST" && !facet.contentTypes.includes(contentType)) return say("UNSUPPORTED_MEDIA_TYPE");
  const body = await readBody(request);
  if (body === null) return say("PAYLOAD_TOO_LARGE");
  const webhook: IncomingWebhook = {
    method,
    suffix: address.suffix,
    query: url.searchParams,
    headers: request.headers,
    body,
  };
  if ((await facet.verify(webhook, target.secrets, now)) !== "authentic")
    return say(countRefusal(target.connectionId, now) ? "WEBHOOK_REFUSED" : "TOO_MANY_REQUESTS");
  const accepted = await acceptedWebhook(target.connectionId, facet, webhook, contentType);
  try {
    await merchantStub(env, target.merchantId).receive(accepted);
  } catch {
    return say("UNAVAILABLE");
  }
  touch(env, context, target, hash, now);
  const { status, headers, body: text } = facet.acknowledge(webhook);
  return new Response(text, { status, headers });
}

function addressOf(path: string): Address | null {
  const [, , connectorId = "", connectionId = "", token = "", ...rest] = path.split("/");
  const connector = findConnector(connectorId);
  if (!connector?.webhooks || connectionId === "" || token === "") return null;
  return { connector, facet: connector.webhooks, connectionId, token, suffix: rest.join("/") };
}

/** The hash of the token, if it opens this door; every known token is compared, in constant time. */
async function openingToken(target: KnownTarget, token: string, now: number): Promise<string | null> {
  const given = await hashToken(token);
  let opened: string | null = null;
  for (const { hash, expiresAt } of target.tokens)
    if (equalDigests(hash, given) && (expiresAt === null || expiresAt > now)) opened = hash;
  return target.active ? opened : null;
}

const mediaType = (header: string | null): string => (header ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

/** Reads at most 1 MiB; null when there is more. A stated length binds the sender; without one it is counted. */
async function readBody(request: Request): Promise<Uint8Array | null> {
  const stated = request.headers.get("content-length");
  if (Number(stated ?? 0) > BODY_BYTES_MAX) return null;
  if (!request.body) return new Uint8Array();
  if (stated !== null) {
    const body = new Uint8Array(await request.arrayBuffer());
    return body.byteLength > BODY_BYTES_MAX ? null : body;
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body) {
    size += part.byteLength;
    if (size > BODY_BYTES_MAX) return null;
    parts.push(part);
  }
  if (parts.length === 1 && parts[0]) return parts[0];
  const whole = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.byteLength;
  }
  return whole;
}

/** Counts a refused request; false when there were too many lately. */
function countRefusal(connectionId: string, now: number): boolean {
  const known = refusals.get(connectionId);
  const current = known && now - known.since < 60_000 ? known : { since: now, count: 0 };
  current.count += 1;
  if (refusals.size > 10_000) refusals.clear();
  refusals.set(connectionId, current);
  return current.count <= REFUSED_PER_MINUTE;
}

/** Writes down that a token is in use, once an hour, after the answer. */
function touch(env: Bindings, context: ExecutionContext, target: KnownTarget, hash: string, now: number): void {
  if (now - (touched.get(hash) ?? 0) < TOUCH_MS) return;
  if (touched.size > 10_000) touched.clear();
  touched.set(hash, now);
  context.waitUntil(touchToken(openDirectory(env.DB), target.connectionId, hash, now).catch(() => undefined));
}

/** Refusals are uniform: what was wrong is not said to somebody who may be guessing. */
function refuse(env: Bindings, request: Request, code: ErrorCode): Response {
  const settings = readSettings(env);
  const publicOrigin = settings.ok ? settings.value.publicOrigin : null;
  const place = { publicOrigin, requestId: request.headers.get("cf-ray") ?? "" };
  const response = problemResponse({ code }, place);
  if (code === "TOO_MANY_REQUESTS") response.headers.set("retry-after", "60");
  if (code === "UNAVAILABLE") response.headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  return response;
}

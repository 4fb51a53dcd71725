// A webhook as the merchant's object stores it: keyed so that a repeat of the same event has the same id.
import type { IncomingWebhook, WebhookFacet } from "../connectors/connector.ts";
import type { ConnectionId, WebhookId } from "../domain/ids.ts";
import type { AcceptedWebhook } from "../durable/rpc.ts";
import { toHex } from "../sealing.ts";

/** Header names that say nothing of use and are not stored. */
const UNSTORED = new Set([
  "cookie",
  "authorization",
  "cf-connecting-ip",
  "x-real-ip",
  "x-forwarded-for",
  "cf-ray",
  "cf-visitor",
  "cf-ew-via",
  "cdn-loop",
  "accept-encoding",
  "connection",
  "host",
]);

/** Made from a verified request; `contentType` is its media type in lower case, without parameters. */
export async function acceptedWebhook(
  connectionId: ConnectionId,
  facet: Pick<WebhookFacet<Record<string, unknown>>, "eventKey">,
  webhook: IncomingWebhook,
  contentType: string,
): Promise<AcceptedWebhook> {
  const { method, suffix, query, headers, body } = webhook;
  return {
    connectionId,
    id: await eventId(connectionId, facet.eventKey(webhook, await hexDigest(body))),
    method,
    suffix,
    query: query.toString(),
    headers: [...headers].filter(([name]) => !UNSTORED.has(name)),
    contentType,
    body,
  };
}

const hexDigest = async (body: Uint8Array): Promise<string> =>
  toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", body)));

/** The same connection and event key give the same id: the id is the dedupe. An empty key is never a repeat. */
async function eventId(connectionId: string, eventKey: string): Promise<WebhookId | null> {
  if (eventKey === "") return null;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${connectionId}\n${eventKey}`));
  return `whk_${toHex(new Uint8Array(digest).subarray(0, 16))}`;
}

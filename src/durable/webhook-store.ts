// Webhooks as they came in: stored once per event, then turned into reads.
import { and, asc, eq, gt, isNotNull, lt, sql } from "drizzle-orm";
import type { IncomingWebhook } from "../connectors/connector.ts";
import { newId } from "../domain/ids.ts";
import { type Books, type Core, prepared } from "./books.ts";
import { readFact, writeFact } from "./facts.ts";
import type { AcceptedWebhook } from "./rpc.ts";
import { webhooks } from "./schema.ts";

export type WebhookRow = typeof webhooks.$inferSelect;
export type WebhookState = WebhookRow["state"];

/** All webhooks up to this position have ended. It is written seldom: what it saves is reading, not knowing. */
const WATERMARK = "webhooks_seen";

/**
 * The one statement of the accept path is written out: building it anew for every webhook cost twice as much as running
 * it (`npm run bench`). The rows it writes are those of `webhooks` in schema.ts.
 */
const STORE = `INSERT INTO webhooks (id, connection_id, received_at, method, suffix, query, headers, content_type, bytes, body,
  state, verdict, duplicates) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'received', '', 0)
  ON CONFLICT DO NOTHING`;

/** Stores a webhook, or counts a repeat. Synchronous: durable when the caller's answer leaves the object. */
export function storeWebhook(core: Core, webhook: AcceptedWebhook): { id: string; duplicate: boolean } {
  const now = core.ports.now();
  const id = webhook.id ?? newId("whk", now, core.ports.random);
  const { connectionId, method, suffix, query, headers, contentType, body } = webhook;
  const fixed = [id, connectionId, now, method, suffix, query, JSON.stringify(headers), contentType, body.byteLength];
  if (core.storage.sql.exec(STORE, ...fixed, body).rowsWritten > 0) {
    core.clock.wakeBy(now);
    return { id, duplicate: false };
  }
  core.books
    .update(webhooks)
    .set({ duplicates: sql`${webhooks.duplicates} + 1` })
    .where(eq(webhooks.id, id))
    .run();
  return { id, duplicate: true };
}

/** The position up to which every webhook has ended. */
export const seenUpTo = (books: Books): number => Number(readFact(books, WATERMARK) ?? 0);

export const markSeen = (books: Books, seq: number): void => writeFact(books, WATERMARK, String(seq));

const unseenAfter = prepared((books) =>
  books
    .select()
    .from(webhooks)
    .where(and(gt(webhooks.seq, sql.placeholder("after")), eq(webhooks.state, "received")))
    .orderBy(asc(webhooks.seq))
    .limit(sql.placeholder("limit"))
    .prepare(),
);

/** Webhooks after a position that nothing became of yet, in the order they came. */
export const unseenWebhooks = (books: Books, after: number, limit: number): WebhookRow[] =>
  unseenAfter(books).all({ after, limit });

/** What became of a webhook. A verdict is a sentence for people. */
export function judgeWebhooks(
  books: Books,
  seqs: readonly number[],
  state: WebhookState,
  verdict: string,
  orderId?: string | null,
): void {
  for (const seq of new Set(seqs))
    books
      .update(webhooks)
      .set({ state, verdict, ...(orderId ? { orderId } : {}) })
      .where(eq(webhooks.seq, seq))
      .run();
}

/** The stored request as the connector reads it. */
export const incomingOf = (row: WebhookRow): IncomingWebhook => ({
  method: row.method === "GET" ? "GET" : "POST",
  suffix: row.suffix,
  query: new URLSearchParams(row.query),
  headers: new Headers(row.headers),
  body: row.body ? new Uint8Array(row.body) : new Uint8Array(),
});

/** Takes away bodies older than `before` (milliseconds); keys, hashes and verdicts stay. */
export function purgeBodies(books: Books, before: number): void {
  books
    .update(webhooks)
    .set({ body: null, query: "", headers: [] })
    .where(and(lt(webhooks.receivedAt, before), isNotNull(webhooks.body)))
    .run();
}

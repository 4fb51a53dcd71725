// Webhooks as they came in: stored once per event, then turned into reads.
import { and, asc, eq, gt, isNotNull, lt, sql } from "drizzle-orm";
import type { IncomingWebhook } from "../connectors/connector.ts";
import { newId } from "../domain/ids.ts";
import type { Books, Core } from "./books.ts";
import { readFact, writeFact } from "./facts.ts";
import { webhooks } from "./schema.ts";
import type { AcceptedWebhook } from "./views.ts";

export type WebhookRow = typeof webhooks.$inferSelect;
export type WebhookState = WebhookRow["state"];

/** All webhooks up to this position have been turned into reads (or ended). */
const WATERMARK = "webhooks_seen";

/** Stores a webhook, or counts a repeat. Synchronous: durable when the caller's answer leaves the object. */
export function storeWebhook(core: Core, webhook: AcceptedWebhook): { id: string; duplicate: boolean } {
  const now = core.ports.now();
  const id = webhook.id ?? newId("whk", now, core.ports.random);
  const { connectionId, method, suffix, query, headers, contentType, body } = webhook;
  const stored = core.books
    .insert(webhooks)
    .values({
      id,
      connectionId,
      receivedAt: now,
      method,
      suffix,
      query,
      headers,
      contentType,
      bytes: body.byteLength,
      body,
      state: "received",
      verdict: "",
      duplicates: 0,
      orderId: null,
    })
    .onConflictDoNothing()
    .returning({ seq: webhooks.seq })
    .all();
  if (stored.length > 0) {
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

export function unseenWebhooks(books: Books, limit: number): WebhookRow[] {
  const seen = Number(readFact(books, WATERMARK) ?? 0);
  return books.select().from(webhooks).where(gt(webhooks.seq, seen)).orderBy(asc(webhooks.seq)).limit(limit).all();
}

export function markSeen(books: Books, seq: number): void {
  if (seq > Number(readFact(books, WATERMARK) ?? 0)) writeFact(books, WATERMARK, String(seq));
}

export function hasUnseen(books: Books): boolean {
  return unseenWebhooks(books, 1).length > 0;
}

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

// Stored webhooks as people see them: secrets and personal data masked.
import { and, desc, eq, gte, lt } from "drizzle-orm";
import { redactBody, redactHeaders } from "../transport/redact.ts";
import type { Books } from "./books.ts";
import { entriesOfOrder } from "./order-store.ts";
import type { Runtime } from "./runtime.ts";
import { webhooks } from "./schema.ts";
import { pageOf, timestamp } from "./view-problem.ts";
import type { ListQuery, Page, WebhookSummary, WebhookView } from "./views.ts";
import type { WebhookRow, WebhookState } from "./webhook-store.ts";

const SHOWN_BYTES_MAX = 64 * 1024;
/** What an order learned within this time of a webhook is shown as having followed from it. */
const FOLLOWED_MS = 60_000;
const STATES: readonly WebhookState[] = ["received", "processed", "ignored", "unreadable", "waiting"];

const summaryOf = (row: WebhookRow): WebhookSummary => ({
  id: row.id,
  connectionId: row.connectionId,
  receivedAt: timestamp(row.receivedAt),
  state: row.state,
  verdict: row.verdict,
  duplicates: row.duplicates,
  orderId: row.orderId,
});

export function listWebhooks(
  books: Books,
  query: ListQuery & { state?: string | undefined; connectionId?: string | undefined },
): Page<WebhookSummary> {
  const state = STATES.find((known) => known === query.state);
  const rows = books
    .select()
    .from(webhooks)
    .where(
      and(
        state === undefined ? undefined : eq(webhooks.state, state),
        query.connectionId === undefined ? undefined : eq(webhooks.connectionId, query.connectionId),
        query.cursor === null ? undefined : lt(webhooks.seq, Number(query.cursor)),
      ),
    )
    .orderBy(desc(webhooks.seq))
    .limit(query.limit + 1)
    .all();
  return pageOf(rows, query.limit, summaryOf, (row) => String(row.seq));
}

export function webhookView(books: Books, runtime: Runtime, id: string): WebhookView | null {
  const row = books.select().from(webhooks).where(eq(webhooks.id, id)).get();
  if (!row) return null;
  const secrets = [...runtime.links.values()].flatMap((link) => link.secrets);
  const facts = row.orderId
    ? entriesOfOrder(books, row.orderId).filter(
        (entry) => entry.at >= row.receivedAt && entry.at <= row.receivedAt + FOLLOWED_MS,
      )
    : [];
  return {
    ...summaryOf(row),
    request: {
      method: row.method,
      path: row.suffix === "" ? "" : `/${row.suffix}`,
      headers: redactHeaders(new Headers(row.headers), secrets),
      contentType: row.contentType,
      bytes: row.bytes,
    },
    body: row.body === null ? null : redactBody(new Uint8Array(row.body), row.contentType, secrets, SHOWN_BYTES_MAX),
    followed: facts.map((entry) => ({ kind: entry.kind, detail: `${entry.kind} ${entry.externalId}` })),
  };
}

export const webhooksOfOrder = (books: Books, orderId: string): WebhookRow[] =>
  books
    .select()
    .from(webhooks)
    .where(and(eq(webhooks.orderId, orderId), gte(webhooks.seq, 0)))
    .all();

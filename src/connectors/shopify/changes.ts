// The reconciliation poll: orders that changed, for webhooks that came late or never (reference/shopify.md section 2.4).
//
// What has been read moves on only when a page is acknowledged, that is, stored: a page that was lost is read again.
import { z } from "zod";
import type { ChangeFacet, Hint, Pull } from "../connector.ts";
import { parseJson } from "../shared/answers.ts";
import type { ShopifyCredentials, ShopifySettings } from "./config.ts";
import { graphql, type ShopifyContext } from "./graphql.ts";
import { CHANGED_ORDERS } from "./queries.ts";
import { ORDER_ID } from "./references.ts";
import { changedOrdersData } from "./wire.ts";

export const ORDERS_FEED = "orders";
const MEMORY_KEY = `changes:${ORDERS_FEED}`;

/** Shopify's search may learn of a change a while after it happened: the last minutes are asked for again. */
const OVERLAP_MS = 5 * 60_000;
/** Orders of the overlap that are remembered; beyond that, some are only read once more. */
const SEEN_MAX = 300;

/** How far the poll has come. Times in milliseconds. */
const positionSchema = z.object({
  from: z.number(),
  /** Cursor of the next page of the listing that began at `from`; null: begin anew. */
  after: z.string().nullable(),
  latest: z.number(),
  /** Orders told of in the overlap, with the time of the change that was told. */
  seen: z.record(z.string(), z.number()),
});
type Position = z.output<typeof positionSchema>;

const noSuchFeed = { kind: "refused", code: "PLATFORM_REFUSED", detail: "Shopify has no such feed" } as const;

/** The first poll begins now: what was before is a matter of the retroactive sync. */
function positionOf(context: ShopifyContext): Position {
  const stored = parseJson(context.memory.get(MEMORY_KEY) ?? "", positionSchema);
  const now = context.now();
  return stored.ok ? stored.value : { from: now, after: null, latest: now, seen: {} };
}

/** In the search syntax; seconds are as fine as Shopify's own times. */
const queryFrom = (from: number): string => `updated_at:>='${new Date(from).toISOString().slice(0, 19)}Z'`;

async function pullOrders(context: ShopifyContext): Promise<Pull> {
  const position = positionOf(context);
  const variables = { query: queryFrom(position.from), after: position.after };
  const answer = await graphql(context, CHANGED_ORDERS, variables, changedOrdersData);
  if (answer.kind === "absent") return { kind: "refused", code: "PLATFORM_ANSWER_NOT_UNDERSTOOD", detail: "no data" };
  if (answer.kind !== "found") {
    // A cursor that is no longer taken must not stop the poll for good.
    if (answer.kind === "refused" && position.after !== null) store(context, { ...position, after: null });
    return answer;
  }
  const { items, page } = answer.value.data.orders;
  const changed = items.map(({ id, updatedAt }) => ({ id, at: Date.parse(updatedAt) || 0 }));
  const hints = changed
    .filter(({ id, at }) => position.seen[id] !== at)
    .map(({ id }): Hint => ({ kind: "order", type: ORDER_ID, value: id }));
  const after = page.hasNextPage ? (page.endCursor ?? null) : null;
  const batch = JSON.stringify(nextPosition(position, changed, after));
  const unchanged = batch === context.memory.get(MEMORY_KEY);
  return { kind: "page", page: { hints, batch: unchanged ? null : batch, more: after !== null } };
}

function nextPosition(position: Position, changed: readonly { id: string; at: number }[], after: string | null) {
  const latest = changed.reduce((newest, { at }) => Math.max(newest, at), position.latest);
  const known = { ...position.seen, ...Object.fromEntries(changed.map(({ id, at }) => [id, at])) };
  const recent = Object.entries(known)
    .filter(([, at]) => at >= latest - OVERLAP_MS)
    .sort(([, a], [, b]) => b - a)
    .slice(0, SEEN_MAX);
  const from = after === null ? Math.max(position.from, latest - OVERLAP_MS) : position.from;
  return { from, after, latest, seen: Object.fromEntries(recent) } satisfies Position;
}

const store = (context: ShopifyContext, position: Position): void =>
  context.memory.put(MEMORY_KEY, JSON.stringify(position));

export const changes: ChangeFacet<ShopifyCredentials, ShopifySettings> = {
  feeds: () => [ORDERS_FEED],
  pollMinutes: (settings) => settings.pollMinutes,
  pull: async (context, feed) => (feed === ORDERS_FEED ? pullOrders(context) : noSuchFeed),

  /** The batch is the position itself: nothing is asked of Shopify. */
  async acknowledge(context, feed, batch) {
    const position = parseJson(batch, positionSchema);
    if (feed !== ORDERS_FEED || !position.ok) return noSuchFeed;
    store(context, position.value);
    return { kind: "found", value: true };
  },
};

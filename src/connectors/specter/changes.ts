// Specter's change feeds: the batch protocol, in which nothing is lost between reading rows and storing them.
//
// Source: reference/specter.md section 6.2 (orders, seen in client code); the invoice feed is C2, NOT DOCUMENTED -
// our contract. A batch stays open until it is acknowledged, and an open batch blocks every later pull (code 99).
import type { ChangeFacet, Hint } from "../connector.ts";
import { acknowledgeBatch, type Feed, pullBatch } from "./api.ts";
import type { SpecterCredentials, SpecterSettings } from "./config.ts";
import { ORDER_ALIAS } from "./translate.ts";
import { notUnderstood, type SpecterContext } from "./transport.ts";

/** Unique per pull and readable: time and chance, nothing that the key's trimming could change. */
export function newBatchNumber(context: Pick<SpecterContext, "now" | "random">): string {
  const time = new Date(context.now()).toISOString().replace(/[-:.]/g, "");
  const chance = Math.floor(context.random() * 0x1_0000_0000);
  return `b${time}-${chance.toString(16).padStart(8, "0")}`;
}

const memoryKey = (feed: Feed): string => `batch:${feed}`;

/** Which orders changed: each once, in the order of the rows. A row without an order number is kept as unreadable. */
function hintsOf(orderNumbers: readonly string[]): Hint[] {
  const known = [...new Set(orderNumbers.filter((orderNo) => orderNo !== ""))];
  const hints: Hint[] = known.map((value) => ({ kind: "order", type: ORDER_ALIAS, value }));
  return orderNumbers.includes("") ? [...hints, { kind: "unreadable", reason: "a row without orderNo" }] : hints;
}

const isFeed = (text: string): text is Feed => text === "orders" || text === "invoices";
const noSuchFeed = { kind: "refused", code: "PLATFORM_REFUSED", detail: "Specter has no such feed" } as const;

export const changes: ChangeFacet<SpecterCredentials, SpecterSettings> = {
  feeds: (settings) => (settings.capabilities.invoiceChanges ? ["orders", "invoices"] : ["orders"]),

  pollMinutes: (settings) => settings.pollMinutes,

  async pull(context, feed) {
    if (!isFeed(feed)) return noSuchFeed;
    // Remembered before the call: if its answer is lost, the batch is open and this may be the only trace of it.
    const earlier = context.memory.get(memoryKey(feed));
    const batch = newBatchNumber(context);
    context.memory.put(memoryKey(feed), batch);
    const pulled = await pullBatch(context, feed, batch);
    switch (pulled.kind) {
      case "rows":
        return { kind: "page", page: { hints: hintsOf(pulled.orderNumbers), batch, more: false } };
      case "open": {
        const open = pulled.batch ?? earlier;
        if (open === null) return notUnderstood("code 99 does not name the open batch");
        context.memory.put(memoryKey(feed), open);
        return { kind: "open_batch", batch: open };
      }
      case "later":
      case "refused":
      case "unauthorized":
        return pulled;
      default:
        return pulled satisfies never;
    }
  },

  async acknowledge(context, feed, batch) {
    if (!isFeed(feed)) return noSuchFeed;
    const acknowledged = await acknowledgeBatch(context, feed, batch);
    if (acknowledged.kind === "found" && context.memory.get(memoryKey(feed)) === batch)
      context.memory.delete(memoryKey(feed));
    return acknowledged;
  },
};

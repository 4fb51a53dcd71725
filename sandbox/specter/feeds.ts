// The change feeds: one open batch per account and feed, frozen until it is acknowledged (reference/specter.md section 6.2).
import { type Answer, done, refuse } from "./answers.ts";
import { changeXml, invoiceXml } from "./documents.ts";
import type { Parameters } from "./parameters.ts";
import type { Account, FeedName } from "./truth.ts";

/** Puts a document into the next batch of its feed. */
export function note(account: Account, feed: "orders" | "invoices", number: number): void {
  const { pending } = account.feeds[feed];
  if (!pending.includes(number)) pending.push(number);
}

/**
 * Opens a batch with all changes, or shows the open one again when its own number is given. Another number is
 * refused with code 99. An empty batch is a batch, too, and waits for its acknowledgement.
 */
export function readBatch(account: Account, name: FeedName, parameters: Parameters): Answer {
  const batchNo = parameters.required("batchNo");
  if (parameters.fault) return refuse(20, parameters.fault);
  const feed = account.feeds[name];
  if (feed.open && feed.open.batchNo !== batchNo) {
    return refuse(99, `Batch '${feed.open.batchNo}' is still open`);
  }
  if (!feed.open) {
    feed.open = { batchNo, content: contentOf(account, name) };
    feed.pending = [];
  }
  return { kind: "document", xml: feed.open.content };
}

/**
 * Closes a batch; what was in it never comes back. Not documented: acknowledging the last closed batch again is
 * taken as done, any other number as not found.
 */
export function acknowledgeBatch(account: Account, name: FeedName, parameters: Parameters): Answer {
  const batchNo = parameters.required("batchNo");
  if (parameters.fault) return refuse(20, parameters.fault);
  const feed = account.feeds[name];
  if (feed.open?.batchNo === batchNo) {
    feed.open = null;
    feed.lastAcknowledged = batchNo;
    return done(batchNo);
  }
  return feed.lastAcknowledged === batchNo ? done(batchNo) : refuse(30, "No such batch");
}

/** The pending changes as they stand now. A record deleted meanwhile is not among them. */
function contentOf(account: Account, name: FeedName): string {
  const { pending } = account.feeds[name];
  switch (name) {
    case "orders": {
      const orders = pending.flatMap((number) => account.orders[number] ?? []);
      const rows = orders.map(changeXml).join("");
      for (const delivery of orders.flatMap((order) => order.deliveries)) delivery.announced = true;
      return `<orders>${rows}</orders>`;
    }
    case "invoices": {
      const invoices = pending.flatMap((number) => account.invoices[number] ?? []);
      return `<invoices>${invoices.map((invoice) => invoiceXml(account, invoice)).join("")}</invoices>`;
    }
    case "articles":
    case "articleInfos":
      return "<articles></articles>";
    default:
      return name satisfies never;
  }
}

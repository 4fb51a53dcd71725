// Reads one order of the shop whole, however long it is, and looks orders up by what a PSP knows of them.
import type { Alias } from "../../domain/observation.ts";
import type { Read, StorefrontFacet } from "../connector.ts";
import { policyOf, type ShopifyCredentials, type ShopifySettings } from "./config.ts";
import { candidatesOf, fits } from "./find.ts";
import { graphql, pauseStop, type ShopifyContext } from "./graphql.ts";
import { FIND_ORDERS, MORE_LINES, readOrderOperation, SIZES, type Size } from "./queries.ts";
import { ORDER_ID } from "./references.ts";
import { observationOf } from "./translate.ts";
import {
  foundOrdersData,
  type LineItem,
  moreLinesData,
  orderData,
  type Page,
  type ReadOrder,
  type ShopifyOrder,
} from "./wire.ts";

const gid = (orderId: string): string => `gid://shopify/Order/${orderId}`;

const notUnderstood = (detail: string) =>
  ({ kind: "refused", code: "PLATFORM_ANSWER_NOT_UNDERSTOOD", detail }) as const;

/** The order by its id. `absent` also stands for an order older than 60 days without the scope `read_all_orders`. */
export async function readOrder(context: ShopifyContext, orderId: string): Promise<Read<ShopifyOrder>> {
  if (!/^\d{1,20}$/.test(orderId)) return { kind: "absent" };
  let read = await readSized(context, orderId, SIZES.usual);
  if (read.kind === "found" && isCut(read.value.order, SIZES.usual))
    read = await readSized(context, orderId, SIZES.large);
  if (read.kind !== "found") return read;
  const { order, shopCountry } = read.value;
  if (isCut(order, SIZES.large)) return notUnderstood("the order has more refunds or fulfilments than can be read");
  const lines = await remainingLines(context, orderId, order.lineItems);
  if (lines.kind !== "found") return lines;
  return {
    kind: "found",
    value: { ...order, lineItems: lines.value, shippingLines: order.shippingLines.items, shopCountry },
  };
}

async function readSized(
  context: ShopifyContext,
  orderId: string,
  size: Size,
): Promise<Read<{ order: ReadOrder; shopCountry: string }>> {
  const operation = readOrderOperation(context.settings.apiVersion);
  // A customer's record needs a scope of its own; without it, the names of the addresses must do.
  const options = { optional: ["order.customer"] };
  const answer = await graphql(context, operation, { id: gid(orderId), ...size }, orderData, options);
  if (answer.kind !== "found") return answer;
  const { order, shop } = answer.value.data;
  // An answer about another order is no answer about this one.
  if (order?.id !== orderId) return { kind: "absent" };
  return { kind: "found", value: { order, shopCountry: shop?.shopAddress?.countryCodeV2 ?? "" } };
}

/** Whether some list of the order did not fit. Plain lists do not say so: a full one counts as cut. */
function isCut(order: ReadOrder, size: Size): boolean {
  return (
    order.shippingLines.page.hasNextPage ||
    order.transactions.length >= size.transactions ||
    order.refunds.length >= size.refunds ||
    order.fulfillments.length >= size.fulfillments ||
    order.refunds.some(({ refundLineItems: a, transactions: b }) => a.page.hasNextPage || b.page.hasNextPage) ||
    order.fulfillments.some((one) => one.fulfillmentLineItems.page.hasNextPage)
  );
}

/** Pages of lines that are read at most; Shopify's carts end long before. */
const LINE_PAGES_MAX = 40;

async function remainingLines(
  context: ShopifyContext,
  orderId: string,
  first: { items: LineItem[]; page: Page },
): Promise<Read<LineItem[]>> {
  const lines = [...first.items];
  let page = first.page;
  for (let count = 0; page.hasNextPage; count += 1) {
    if (count === LINE_PAGES_MAX || !page.endCursor) return notUnderstood("the order's lines do not end");
    const variables = { id: gid(orderId), after: page.endCursor };
    const answer = await graphql(context, MORE_LINES, variables, moreLinesData);
    if (answer.kind !== "found") return answer;
    const { order } = answer.value.data;
    if (!order) return { kind: "absent" };
    lines.push(...order.lineItems.items);
    page = order.lineItems.page;
    const pause = page.hasNextPage ? pauseStop(answer.value) : null;
    if (pause) return pause;
  }
  return { kind: "found", value: lines };
}

/** The first order that one of the identifiers fits to the letter, strongest first; several orders fitting is none. */
async function find(context: ShopifyContext, aliases: readonly Alias[]): Promise<Read<string>> {
  for (const candidate of candidatesOf(aliases)) {
    const answer = await graphql(context, FIND_ORDERS, { query: candidate.query }, foundOrdersData);
    if (answer.kind === "absent") continue;
    if (answer.kind !== "found") return answer;
    const ids = new Set(answer.value.data.orders.filter((order) => fits(candidate, order)).map(({ id }) => id));
    const [only] = ids;
    if (only !== undefined && ids.size === 1) return { kind: "found", value: only };
  }
  return { kind: "absent" };
}

export const storefront: StorefrontFacet<ShopifyCredentials, ShopifySettings> = {
  orderAlias: ORDER_ID,

  async observe(context, type, value) {
    if (type !== ORDER_ID) return { kind: "absent" };
    const read = await readOrder(context, value);
    if (read.kind !== "found") return read;
    const seen = observationOf(read.value, context.connectionId, context.settings);
    return seen.ok ? { kind: "found", value: seen.value } : notUnderstood(seen.error);
  },

  find,

  policy: policyOf,
};

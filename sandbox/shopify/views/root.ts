// What a GraphQL request starts from: orders, the shop, the app, and every object by its id.
import type { World } from "../../platform.ts";
import type { Arguments, View } from "../graphql/execute.ts";
import { Denied } from "../graphql/problems.ts";
import { connection, type Placed as Sorted } from "../paging.ts";
import { parseSearch, type Warning } from "../search.ts";
import { financialStatusOf, totalsOf } from "../totals.ts";
import { type Order, ordersOf, type Shop, type Truth } from "../truth.ts";
import { fulfilmentView, refundView, transactionView } from "./history.ts";
import { lineView } from "./lines.ts";
import { orderView } from "./order.ts";
import { installationView, shopView } from "./shop.ts";
import { mutations, subscriptionView } from "./subscriptions.ts";

/** What one request works on; searches leave their warnings here. */
export interface Call {
  truth: Truth;
  shop: Shop;
  world: World;
  searched: { path: string[]; query: string; warnings: Warning[] }[];
}

const DAYS_60_MS = 60 * 86_400_000;

/** Orders the app may see: the last 60 days without `read_all_orders` (reference/shopify.md section 5). */
export function visibleOrders({ truth, shop, world }: Call): Order[] {
  const since = shop.scopes.includes("read_all_orders") ? Number.NEGATIVE_INFINITY : world.now() - DAYS_60_MS;
  return ordersOf(truth, shop).filter((order) => order.createdAt >= since);
}

/** Asks for the scope before anything is looked up. */
const scoped =
  <T>({ shop }: Call, field: string, scope: string, run: (args: Arguments) => T) =>
  (args: Arguments): T | Denied => {
    if (shop.scopes.includes(scope)) return run(args);
    const documentation = "https://shopify.dev/api/usage/access-scopes";
    const requiredAccess = `\`${scope}\` access scope.`;
    const message = `Access denied for ${field} field. Required access: ${requiredAccess}`;
    return new Denied(message, "ACCESS_DENIED", { documentation, requiredAccess });
  };

const numberIn = (id: unknown, type: string): number | null => {
  const found = new RegExp(`^gid://shopify/${type}/(\\d+)(?:\\?.*)?$`).exec(String(id));
  return found ? Number(found[1]) : null;
};

const invalidId = (id: unknown): Denied => new Denied(`Invalid global id '${String(id).slice(0, 80)}'`, "INVALID_ID");

export function rootView(call: Call): View {
  const { shop } = call;
  const byId = (type: string) => (args: Arguments) =>
    numberIn(args.id, type) === null ? invalidId(args.id) : (nodeView(call, args.id) ?? null);
  return {
    order: scoped(call, "order", "read_orders", byId("Order")),
    refund: scoped(call, "refund", "read_orders", byId("Refund")),
    fulfillment: scoped(call, "fulfillment", "read_orders", byId("Fulfillment")),
    orders: scoped(call, "orders", "read_orders", (args) => ordersView(call, args)),
    ordersCount: scoped(call, "ordersCount", "read_orders", (args) => ({
      count: found(call, args, "ordersCount").length,
      precision: "EXACT",
    })),
    node: scoped(call, "node", "read_orders", (args) => nodeView(call, args.id)),
    nodes: scoped(call, "nodes", "read_orders", (args) =>
      Array.isArray(args.ids) ? args.ids.map((id) => nodeView(call, id)) : [],
    ),
    shop: shopView(shop),
    currentAppInstallation: installationView(shop),
    appInstallation: ({ id }: Arguments) => {
      const view = installationView(shop);
      return id === undefined || id === null || id === view.id ? view : null;
    },
    webhookSubscription: byId("WebhookSubscription"),
    webhookSubscriptions: (args: Arguments) => {
      const wanted = shop.subscriptions.filter(
        (each) =>
          (!Array.isArray(args.topics) || args.topics.includes(each.topic)) &&
          [args.callbackUrl, args.uri].every((url) => typeof url !== "string" || url === each.url),
      );
      const items = wanted.map((item) => ({ value: item.id, id: item.id, item }));
      return connection(items, (each) => subscriptionView(shop, each))(args);
    },
    webhookSubscriptionsCount: { count: shop.subscriptions.length, precision: "EXACT" },
    ...mutations(call),
  };
}

function found(call: Call, args: Arguments, path: string): Order[] {
  const query = typeof args.query === "string" ? args.query : null;
  const { matches, warnings } = parseSearch(call.shop, query);
  if (warnings.length > 0) call.searched.push({ path: [path], query: query ?? "", warnings });
  return visibleOrders(call).filter(matches);
}

const ordersView = (call: Call, args: Arguments): View | Denied => {
  const items = found(call, args, "orders").map(
    (order): Sorted<Order> => ({ value: sortValue(order, String(args.sortKey)), id: order.id, item: order }),
  );
  return connection(items, (order) => orderView({ shop: call.shop, order }))(args);
};

function sortValue(order: Order, key: string): string | number {
  switch (key) {
    case "UPDATED_AT":
      return order.updatedAt;
    case "ID":
    case "RELEVANCE":
      return order.id;
    case "ORDER_NUMBER":
      return order.number;
    case "TOTAL_PRICE":
      return totalsOf(order, "placed").total.shop;
    case "CURRENT_TOTAL_PRICE":
      return totalsOf(order, "current").total.shop;
    case "CUSTOMER_NAME":
      return `${order.customer?.lastName ?? ""}, ${order.customer?.firstName ?? ""}`;
    case "FINANCIAL_STATUS":
      return financialStatusOf(order);
    default:
      return order.createdAt;
  }
}

/** Any object that has an id of its own and can be asked for by it. */
function nodeView(call: Call, id: unknown): View | Denied | null {
  const { shop } = call;
  const [, type = ""] = /^gid:\/\/shopify\/(\w+)\/\d+/.exec(String(id)) ?? [];
  const number = numberIn(id, type);
  if (number === null) return invalidId(id);
  if (type === "Shop") return number === shop.id ? shopView(shop) : null;
  if (type === "AppInstallation") return installationView(shop).id === id ? installationView(shop) : null;
  if (type === "WebhookSubscription") {
    const subscription = shop.subscriptions.find((each) => each.id === number);
    return subscription ? subscriptionView(shop, subscription) : null;
  }
  for (const order of visibleOrders(call)) {
    const view = partView(shop, order, type, number);
    if (view) return view;
  }
  return null;
}

function partView(shop: Shop, order: Order, type: string, id: number): View | null {
  const at = { shop, order };
  const named = <T extends { id: number }>(items: readonly T[], view: (item: T) => View): View | null => {
    const item = items.find((each) => each.id === id);
    return item ? view(item) : null;
  };
  switch (type) {
    case "Order":
      return order.id === id ? orderView(at) : null;
    case "OrderTransaction":
      return named(order.transactions, (each) => transactionView(at, each));
    case "Refund":
      return named(order.refunds, (each) => refundView(at, each));
    case "Fulfillment":
      return named(order.fulfilments, (each) => fulfilmentView(at, each));
    case "LineItem":
      return named(order.lines, (each) => ({ __typename: "LineItem", ...lineView(at, each) }));
    default:
      return null;
  }
}

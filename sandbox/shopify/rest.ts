// The little that is left of REST here: one order, and its transactions (reference/shopify.md section 3.4).
import type { World } from "../platform.ts";
import { orderBody, transactionBody } from "./bodies.ts";
import { takeCall } from "./buckets.ts";
import type { Shop, Truth } from "./truth.ts";
import { visibleOrders } from "./views/root.ts";

const PATH = /^\/orders\/(\d+)(\/transactions)?\.json$/;

/** Answers a GET below `/admin/api/{version}`. */
export function serveRest(truth: Truth, shop: Shop, path: string, world: World): Response {
  const call = takeCall(shop, world.now());
  const headers = { "x-shopify-shop-api-call-limit": call.header };
  const refused = (status: number, errors: string, more: Record<string, string> = {}) =>
    Response.json({ errors }, { status, headers: { ...headers, ...more } });
  if (!call.allowed) {
    const text = "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.";
    return refused(429, text, { "retry-after": "2.0" });
  }
  const [, id, transactions] = PATH.exec(path) ?? [];
  if (id === undefined) return refused(404, "Not Found");
  if (!shop.scopes.includes("read_orders"))
    return refused(403, "[API] This action requires merchant approval for read_orders scope.");
  const order = visibleOrders({ truth, shop, world, searched: [] }).find((each) => each.id === Number(id));
  if (!order) return refused(404, "Not Found");
  const body = transactions
    ? { transactions: order.transactions.map((each) => transactionBody(shop, order, each)) }
    : { order: orderBody(shop, order) };
  return Response.json(body, { headers });
}

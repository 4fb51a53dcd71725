// The GraphQL endpoint: a request is held against the schema, weighed against the shop's budget, run, and paid for.
import type { World } from "../platform.ts";
import { pointsOf, spendPoints } from "./buckets.ts";
import { costOf } from "./graphql/cost.ts";
import { execute } from "./graphql/execute.ts";
import type { Problem } from "./graphql/problems.ts";
import { type Asked, prepare } from "./graphql/run.ts";
import { parseSchema } from "./graphql/schema.ts";
import { ORDERS } from "./schema/orders.ts";
import { SHOP } from "./schema/shop.ts";
import type { Shop, Truth } from "./truth.ts";
import { type Call, rootView } from "./views/root.ts";

export const SCHEMA = parseSchema(ORDERS + SHOP);

/** No single request may ask for more, whatever the plan. */
const SINGLE_COST_MAX = 1_000;
const DOCUMENTATION = "https://shopify.dev/api/usage/rate-limits";

/** Every answer is 200; what went wrong stands in `errors`. */
export function serveGraphql(truth: Truth, shop: Shop, body: unknown, world: World): Record<string, unknown> {
  const asked = askedIn(body);
  if (!asked) return refusal({ message: "Required parameter missing or invalid: query" });
  const ready = prepare(SCHEMA, asked);
  if (!ready.ok) return { errors: ready.problems };
  const { document, operation, variables } = ready.prepared;
  const requestedQueryCost = costOf(SCHEMA, document, operation, variables);
  if (requestedQueryCost > SINGLE_COST_MAX) {
    const message = `Query cost is ${requestedQueryCost}, which exceeds the single query max cost limit (${SINGLE_COST_MAX}).`;
    const extensions = { code: "MAX_COST_EXCEEDED", cost: requestedQueryCost, maxCost: SINGLE_COST_MAX };
    return refusal({ message, extensions: { ...extensions, documentation: DOCUMENTATION } });
  }
  const before = pointsOf(shop, world.now());
  if (requestedQueryCost > before.currentlyAvailable) {
    const problem = { message: "Throttled", extensions: { code: "THROTTLED", documentation: DOCUMENTATION } };
    const cost = { requestedQueryCost, actualQueryCost: null, throttleStatus: before };
    return { ...refusal(problem), extensions: { cost } };
  }
  const call: Call = { truth, shop, world, searched: [] };
  const { data, problems } = execute(SCHEMA, document, operation, variables, rootView(call));
  const actualQueryCost = Math.min(requestedQueryCost, costOf(SCHEMA, document, operation, variables, data ?? {}));
  spendPoints(shop, actualQueryCost);
  const cost = { requestedQueryCost, actualQueryCost, throttleStatus: pointsOf(shop, world.now()) };
  const search = call.searched.length > 0 ? { search: call.searched } : {};
  return { data, ...(problems.length > 0 ? { errors: problems } : {}), extensions: { cost, ...search } };
}

const refusal = (problem: Problem): { errors: Problem[] } => ({ errors: [problem] });

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function askedIn(body: unknown): Asked | null {
  if (!isObject(body) || typeof body.query !== "string") return null;
  return {
    query: body.query,
    variables: isObject(body.variables) ? body.variables : {},
    operationName: typeof body.operationName === "string" ? body.operationName : null,
  };
}

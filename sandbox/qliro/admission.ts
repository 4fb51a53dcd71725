// Who may do what with whose order, and is the RequestId new: asked of every mutation (sections 3, 6 and 7).
import type { z } from "zod";
import type { World } from "../platform.ts";
import { accepted, type Done, errorAnswer, type Refusal, refuse } from "./answers.ts";
import type { Caller } from "./authentication.ts";
import { parseBody } from "./bodies.ts";
import type { Deal } from "./deal.ts";
import type { Truth } from "./truth.ts";

/** How long a RequestId is remembered (section 7). */
const REQUEST_ID_KEPT_MS = 7 * 24 * 3_600_000;

interface Head {
  RequestId: string;
  MerchantApiKey: string;
}

export type Schema = z.ZodType<Head>;

export interface Mutation<S extends Schema> {
  api: "admin" | "merchant";
  schema: S;
  /** The order it is about: an id, or the id of one of its transactions. */
  order(body: z.output<S>): { orderId: number } | { transactionId: number };
  currency?(body: z.output<S>): string;
  /** Gives money back: the Plus pair may be needed. */
  refunds: boolean;
  run(deal: Deal, body: z.output<S>): Done;
  answer?(done: Done & { ok: true }): Response;
}

/** Answers one call of a mutation. */
export function serve<S extends Schema>(
  given: Mutation<S>,
  truth: Truth,
  caller: Caller,
  body: unknown,
  world: World,
): Response {
  const parsed = parseBody(given.schema, body);
  const done = parsed.ok ? perform(given, truth, caller, parsed.value, world) : parsed;
  if (!done.ok) return errorAnswer(done.refusal, given.api, world);
  return given.answer ? given.answer(done) : accepted(done.transactions);
}

function perform<S extends Schema>(
  given: Mutation<S>,
  truth: Truth,
  caller: Caller,
  body: z.output<S>,
  world: World,
): Done {
  const { account } = caller;
  if (body.MerchantApiKey !== caller.key) {
    return refuse("UNAUTHORIZED", "MerchantApiKey is not the one that signed", 401);
  }
  if (given.refunds && account.switches.plusRequired && caller.pair !== "plus") {
    return refuse("FORBIDDEN", "These credentials may not refund", 403);
  }
  const requestId = body.RequestId.toLowerCase();
  const forgetAt = account.requestIds[requestId];
  if (forgetAt !== undefined && forgetAt > world.now()) {
    return refuse(truth.switches.requestIdDeniedCode, "The RequestId has been used before");
  }
  const remember = () => {
    account.requestIds[requestId] = world.now() + REQUEST_ID_KEPT_MS;
  };
  if (truth.switches.requestIdKept === "every_call") remember();
  const found = find(given, truth, caller, body);
  if (!found.ok) return found;
  const done = given.run({ truth, account, order: found.order, world }, body);
  if (done.ok) remember();
  return done;
}

function find<S extends Schema>(given: Mutation<S>, truth: Truth, caller: Caller, body: z.output<S>) {
  const wanted = given.order(body);
  const orderId = "orderId" in wanted ? wanted.orderId : truth.orderOfTransaction[wanted.transactionId];
  const order = orderId === undefined ? undefined : truth.orders[orderId];
  if (!order) {
    const code = "orderId" in wanted ? "ORDER_NOT_FOUND" : "PAYMENT_REFERENCE_IS_INCORRECT";
    return refuse(code, "No such order");
  }
  const mismatch = checkOwner(order.account, caller);
  if (mismatch) return { ok: false as const, refusal: mismatch };
  if (given.currency && given.currency(body) !== order.currency) {
    return refuse("CURRENCY_MISMATCH", `The order is in ${order.currency}`);
  }
  return { ok: true as const, order };
}

/** A refusal when an order is another merchant's. */
export const checkOwner = (owner: string, caller: Caller): Refusal | null =>
  owner === caller.account.key ? null : { code: "MERCHANT_MISMATCH", text: "The order belongs to another merchant" };

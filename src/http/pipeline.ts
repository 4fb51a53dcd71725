// The way of every request: who calls, may they, is it well formed, was it made before; then it acts, and answers.
import type { Context } from "hono";
import { openDirectory } from "../directory/database.ts";
import { getMerchant } from "../directory/merchants.ts";
import { isId } from "../domain/ids.ts";
import { authenticate } from "./authenticate.ts";
import type { ApiEnv } from "./dependencies.ts";
import { once } from "./idempotency.ts";
import type { AnyOperation, Call, MerchantCall } from "./operation.ts";
import { type FieldError, type ProblemPlace, problemResponse, type Refusal } from "./problem.ts";
import { distinct, fieldErrors, fieldsOf, parseBody } from "./validate.ts";
import { vaultOf } from "./vault.ts";

export const placeOf = (context: Context<ApiEnv>): ProblemPlace => ({
  publicOrigin: context.var.settings?.publicOrigin ?? null,
  requestId: context.var.requestId,
});

/** Serves one request to one operation. Every refusal is a problem of the catalogue. */
export async function receive(context: Context<ApiEnv>, spec: AnyOperation): Promise<Response> {
  const refuse = (refused: Refusal) => problemResponse(refused, placeOf(context));
  const entered = await enter(context, spec);
  if (!entered.ok) return refuse(entered.error);
  const call = entered.value;

  const text = context.req.method === "GET" ? "" : await context.req.text();
  const read = await readInput(context, spec, call, text);
  if (!read.ok) return refuse(read.error);

  const act = async (): Promise<Response> => {
    const result = await spec.run(call, read.value);
    if (!result.ok) return refuse(result.error);
    if (spec.status === 204) return new Response(null, { status: 204 });
    if (result.value instanceof Response) return result.value;
    return Response.json(result.value, { status: spec.status ?? 200, headers: { "cache-control": "no-store" } });
  };
  return context.req.method === "POST" ? once(call, text, act, refuse) : act();
}

type Step<T> = { ok: true; value: T } | { ok: false; error: Refusal };

/** Authenticates, finds the merchant, and holds the role against the operation's list. */
async function enter(context: Context<ApiEnv>, spec: AnyOperation): Promise<Step<MerchantCall>> {
  const { deps, settings } = context.var;
  const db = openDirectory(context.env.DB);
  const now = deps.now();
  const caller = await authenticate(context.req.header("authorization"), settings.adminToken, db, now);
  if (!caller) return { ok: false, error: { code: "UNAUTHENTICATED" } };
  const call: Call = { context, deps, settings, db, vault: vaultOf(settings), now, caller };

  const found = await withMerchant(call, context.req.param("m"));
  if (!found.ok) return found;
  if (spec.may.includes(caller.role)) return found;
  const detail = `The role ${caller.role} may not do this; it takes ${spec.may.join(" or ")}.`;
  return { ok: false, error: { code: "FORBIDDEN", detail } };
}

/** Adds the merchant of the path. One that the caller may not see is as absent as one that does not exist. */
async function withMerchant(call: Call, id: string | undefined): Promise<Step<MerchantCall>> {
  // Operations without `{m}` are typed to see none of the merchant's fields: see operation.ts.
  if (id === undefined) return { ok: true, value: call as MerchantCall };
  const absent = { ok: false, error: { code: "NOT_FOUND", detail: "There is no such merchant." } } as const;
  if (!isId("mer", id) || (call.caller.merchantId !== null && call.caller.merchantId !== id)) return absent;
  const merchant = await getMerchant(call.db, id);
  if (!merchant) return absent;
  return { ok: true, value: { ...call, merchant, object: call.deps.stub(call.context.env, id) } };
}

interface ReadInput {
  params: Record<string, string>;
  query: unknown;
  body: unknown;
}

/** Holds query and body against the schemas and the operation's own check, and gathers every error. */
async function readInput(
  context: Context<ApiEnv>,
  spec: AnyOperation,
  call: MerchantCall,
  text: string,
): Promise<Step<ReadInput>> {
  const parsed = parseBody(spec.body === undefined ? "" : text);
  if (!parsed.ok)
    return { ok: false, error: { code: "VALIDATION_FAILED", detail: "The body is not JSON.", errors: [] } };
  const params = context.req.param();
  const query = spec.query?.safeParse(context.req.query());
  const body = spec.body?.safeParse(parsed.value);
  const checked = spec.check ? await spec.check(call, fieldsOf(parsed.value), params) : [];
  const errors: FieldError[] = [
    ...(query?.success === false ? fieldErrors(query.error) : []),
    ...(body?.success === false ? fieldErrors(body.error) : []),
    ...checked,
  ];
  if (errors.length > 0) return { ok: false, error: invalid(errors) };
  return { ok: true, value: { params, query: query?.data, body: body?.data } };
}

function invalid(errors: readonly FieldError[]): Refusal {
  const named = distinct(errors);
  const paths = named.map((error) => error.path || "(the whole body)").join(", ");
  return { code: "VALIDATION_FAILED", detail: `Not right: ${paths}.`, errors: named };
}

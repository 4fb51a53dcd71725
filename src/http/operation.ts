// What one operation of the API is: described once, for validation, for the roles and for the OpenAPI document.
import { createRoute, OpenAPIHono, type RouteConfig, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Directory } from "../directory/database.ts";
import type { Merchant } from "../directory/merchants.ts";
import type { Role } from "../directory/schema.ts";
import type { Result } from "../domain/result.ts";
import type { MerchantRpc } from "../durable/rpc.ts";
import type { Settings } from "../env.ts";
import type { Caller } from "./authenticate.ts";
import type { ApiEnv, Dependencies } from "./dependencies.ts";
import { receive } from "./pipeline.ts";
import type { FieldError, Refusal } from "./problem.ts";
import { Problem } from "./schemas.ts";
import type { Vault } from "./vault.ts";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** The names in braces of a path: `/merchants/{m}/orders/{o}` → `"m" | "o"`. */
type Names<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;

/** What every operation is given, besides its input. */
export interface Call {
  context: Context<ApiEnv>;
  deps: Dependencies;
  settings: Settings;
  db: Directory;
  vault: Vault;
  /** Milliseconds since the epoch, one instant for the whole request. */
  now: number;
  caller: Caller;
}

/** A call below `/merchants/{m}`: the merchant exists and the caller may see it. */
export interface MerchantCall extends Call {
  merchant: Merchant;
  /** The merchant's object. */
  object: MerchantRpc;
}

export interface Input<Path extends string, Query, Body> {
  params: Record<Names<Path>, string>;
  query: Query;
  body: Body;
}

/** Everything about an operation except what it does. */
export interface Description<Path extends string, Query, Body, Answer> {
  method: Method;
  path: Path;
  tag: string;
  summary: string;
  /** The roles that may call it. */
  may: readonly Role[];
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  status?: 200 | 201 | 202 | 204;
  answer: z.ZodType<Answer>;
}

/** Checks beyond the schema; what they find is reported together with what the schema finds. */
type Check<C, Path extends string> = (
  call: C,
  raw: Record<string, unknown>,
  params: Record<Names<Path>, string>,
) => Promise<FieldError[]> | FieldError[];

type Run<C, Path extends string, Query, Body, Answer> = (
  call: C,
  input: Input<Path, Query, Body>,
) => Promise<Result<Answer, Refusal>> | Result<Answer, Refusal>;

export interface Operation<C, Path extends string, Query, Body, Answer> extends Description<Path, Query, Body, Answer> {
  check?: Check<C, Path>;
  run: Run<C, Path, Query, Body, Answer>;
}

/** An operation as the pipeline sees it: its types have been used up by the compiler. */
export interface AnyOperation extends Description<string, unknown, unknown, unknown> {
  check?: (
    call: MerchantCall,
    raw: Record<string, unknown>,
    params: Record<string, string>,
  ) => ReturnType<Check<Call, "">>;
  run: (
    call: MerchantCall,
    input: Input<string, unknown, unknown>,
  ) => ReturnType<Run<Call, "", unknown, unknown, unknown>>;
}

type MerchantPath = `/api/v1/merchants/{m}${string}`;

/**
 * An operation that belongs to no one merchant. The pipeline gives it no merchant, and its type asks for none; that is
 * why forgetting the types here is safe.
 */
export const operation = <const Path extends string, Answer, Query = unknown, Body = unknown>(
  spec: Operation<Call, Path, Query, Body, Answer>,
): AnyOperation => spec as unknown as AnyOperation;

/** An operation on one merchant: the pipeline finds the merchant of `{m}`, or answers 404. */
export const merchantOperation = <const Path extends MerchantPath, Answer, Query = unknown, Body = unknown>(
  spec: Operation<MerchantCall, Path, Query, Body, Answer>,
): AnyOperation => spec as unknown as AnyOperation;

/** Mounts operations as a small app of their own, with their part of the OpenAPI document. */
export function room(operations: readonly AnyOperation[]): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>();
  for (const spec of operations) {
    const route = createRoute(routeConfig(spec));
    app.openAPIRegistry.registerPath(route);
    app.on(spec.method.toUpperCase(), route.getRoutingPath(), (context) => receive(context, spec));
  }
  return app;
}

/** What the OpenAPI document says about an operation. `x-roles` is the very list that the pipeline obeys. */
function routeConfig(spec: AnyOperation): RouteConfig {
  const names = [...spec.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "");
  const params = z.object(Object.fromEntries(names.map((name) => [name, z.string()])));
  const json = (schema: z.ZodType) => ({ content: { "application/json": { schema } } });
  const status = spec.status ?? 200;
  return {
    method: spec.method,
    path: spec.path,
    tags: [spec.tag],
    summary: spec.summary,
    security: [{ bearer: [] }],
    "x-roles": spec.may,
    request: {
      ...(names.length === 0 ? {} : { params }),
      ...(spec.query === undefined ? {} : { query: spec.query as z.ZodObject }),
      ...(spec.body === undefined ? {} : { body: json(spec.body) }),
    },
    responses: {
      [status]: status === 204 ? { description: "Done" } : { description: "The answer", ...json(spec.answer) },
      default: {
        description: "A problem of the catalogue",
        content: { "application/problem+json": { schema: Problem } },
      },
    },
  };
}

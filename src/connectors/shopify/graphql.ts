// One GraphQL call to the shop's Admin API, and what its answer means (reference/shopify.md section 5).
//
// Every call of ours may be repeated without harm, so a lost answer is only "later". Details name codes and fields,
// never a message: Shopify's messages can quote what was sent.
import { z } from "zod";
import type { Context, HttpAnswer, HttpFailure, Read } from "../connector.ts";
import { bodyText, parseJson, readStop } from "../shared/answers.ts";
import type { ShopifyCredentials, ShopifySettings } from "./config.ts";

export type ShopifyContext = Context<ShopifyCredentials, ShopifySettings>;

/** One host for every shop: the request goes to the shop of the credentials. */
export const SHOPIFY_ORIGIN = {
  key: "shopify",
  test: "https://*.myshopify.com",
  live: "https://*.myshopify.com",
} as const;

/** A query or mutation: what people call it, its name in GraphQL, and its text. */
export interface Operation {
  label: string;
  name: string;
  text: string;
}

/** Data, and how long to wait before the same call would be paid for by the bucket again (0: not at all). */
export interface Answered<T> {
  data: T;
  pauseMs: number;
}

const number = z.number().catch(0);
const extensions = z
  .object({
    cost: z
      .object({
        requestedQueryCost: number,
        throttleStatus: z.object({ currentlyAvailable: number, restoreRate: number }).nullish(),
      })
      .nullish(),
  })
  .nullish();

const graphqlError = z.object({
  path: z.array(z.union([z.string(), z.number()])).nullish(),
  extensions: z.object({ code: z.string().nullish(), requiredAccess: z.string().nullish() }).nullish(),
});
type GraphqlError = z.output<typeof graphqlError>;

const envelope = z.object({
  // A throttled answer has none.
  data: z.unknown().optional(),
  errors: z.union([z.array(graphqlError), z.string()]).nullish(),
  extensions,
});
type Envelope = z.output<typeof envelope>;

const BODY_BYTES_MAX = 4 * 1024 * 1024;
/** Where a throttled answer does not tell the state of the bucket. */
const THROTTLED_MS = 2_000;

interface Options {
  /** Fields that may be withheld for want of a scope without making the answer useless, e.g. `order.customer`. */
  optional?: readonly string[];
}

/** Sends one operation and reads its data by the schema. */
export async function graphql<T>(
  context: ShopifyContext,
  operation: Operation,
  variables: Record<string, unknown>,
  schema: z.ZodType<T>,
  options: Options = {},
): Promise<Read<Answered<T>>> {
  const { credentials, settings } = context;
  const origin = context.origin(SHOPIFY_ORIGIN.key, `https://${credentials.shopDomain}`).replace(/\/+$/, "");
  const answer = await context.http.send({
    method: "POST",
    url: `${origin}/admin/api/${settings.apiVersion}/graphql.json`,
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      "x-shopify-access-token": credentials.accessToken,
    },
    body: JSON.stringify({ query: operation.text, operationName: operation.name, variables }),
    label: operation.label,
    bodyBytesMax: BODY_BYTES_MAX,
  });
  const stop = statusStop(answer, context.now());
  if (stop) return stop;
  const parsed = parseJson(answer.kind === "answer" ? bodyText(answer.body) : "", envelope);
  if (!parsed.ok) return notUnderstood(operation, parsed.error);
  const failed = errorStop(operation, parsed.value, options.optional ?? []);
  if (failed) return failed;
  const data = schema.safeParse(parsed.value.data);
  if (data.success) return { kind: "found", value: { data: data.data, pauseMs: pauseMs(parsed.value) } };
  const issue = data.error.issues[0];
  const place = issue?.path.map(String).join(".") || "data";
  return notUnderstood(operation, `field ${place} is not as documented (${issue?.code ?? "unknown"})`);
}

const notUnderstood = (operation: Operation, detail: string) =>
  ({ kind: "refused", code: "PLATFORM_ANSWER_NOT_UNDERSTOOD", detail: `${operation.name}: ${detail}` }) as const;

/** Statuses that concern the whole shop, whatever was asked: no order is said to be absent by them. */
const SHOP_STATUSES: Readonly<Record<number, string>> = {
  402: "the shop is frozen until its Shopify plan is paid",
  404: "there is no such shop, or not this version of its API",
  423: "Shopify has locked the shop",
};
/** Shopify's own status for a caller it finds suspicious; it passes. */
const SUSPICIOUS = 430;

type Stop = Exclude<Read<never>, { kind: "found" }>;

function statusStop(answer: HttpAnswer | HttpFailure, now: number): Stop | null {
  if (answer.kind === "answer") {
    const why = SHOP_STATUSES[answer.status];
    if (why !== undefined) return { kind: "unauthorized", detail: `HTTP ${answer.status}: ${why}` };
    if (answer.status === SUSPICIOUS) return { kind: "later", code: "RATE_LIMITED", detail: `HTTP ${SUSPICIOUS}` };
  }
  return readStop(answer, now);
}

/** What the errors beside the data mean; null when there are none that matter. */
function errorStop(operation: Operation, given: Envelope, optional: readonly string[]): Stop | null {
  const errors = typeof given.errors === "string" ? [{} satisfies GraphqlError] : (given.errors ?? []);
  const telling = errors.filter((error) => !(codeOf(error) === "ACCESS_DENIED" && optional.includes(fieldOf(error))));
  if (telling.length === 0) return null;
  const codes = new Set(telling.map(codeOf));
  if (codes.has("THROTTLED")) {
    const wait = Math.max(1_000, pauseMs(given) || THROTTLED_MS);
    return { kind: "later", code: "RATE_LIMITED", detail: `${operation.name}: THROTTLED`, retryAfterMs: wait };
  }
  const denied = telling.find((error) => codeOf(error) === "ACCESS_DENIED");
  if (denied) return { kind: "unauthorized", detail: `${operation.name}: ACCESS_DENIED${whatIsMissing(denied)}` };
  if (codes.has("SHOP_INACTIVE")) return { kind: "unauthorized", detail: "the shop is not active (SHOP_INACTIVE)" };
  const words = [...codes].map((code) => (/^[\w]{1,60}$/.test(code) ? code : "an error without a code")).join(", ");
  const passing = codes.has("INTERNAL_SERVER_ERROR") || codes.has("TIMEOUT");
  return passing
    ? { kind: "later", code: "PLATFORM_UNAVAILABLE", detail: `${operation.name}: ${words}` }
    : { kind: "refused", code: "PLATFORM_REFUSED", detail: `${operation.name}: ${words}` };
}

const codeOf = (error: GraphqlError): string => error.extensions?.code ?? "";
const fieldOf = (error: GraphqlError): string =>
  (error.path ?? []).filter((step) => typeof step === "string").join(".");

/** The field that was withheld and the scopes it wants, as far as they can be shown. */
function whatIsMissing(error: GraphqlError): string {
  const scopes = (error.extensions?.requiredAccess ?? "").match(/\b(read|write)_[a-z_]+\b/g) ?? [];
  const field = fieldOf(error);
  const at = field === "" ? "" : ` for ${field}`;
  return scopes.length === 0 ? at : `${at}; the app needs ${[...new Set(scopes)].join(" or ")}`;
}

/** Milliseconds until the bucket holds what the call was priced at. */
function pauseMs({ extensions: given }: Envelope): number {
  const { requestedQueryCost: cost, throttleStatus: bucket } = given?.cost ?? { requestedQueryCost: 0 };
  if (!bucket || bucket.restoreRate <= 0) return 0;
  return Math.max(0, Math.ceil(((cost - bucket.currentlyAvailable) / bucket.restoreRate) * 1_000));
}

/** The next page waits: the bucket does not hold enough for it now. Null: go on. */
export const pauseStop = ({ pauseMs: wait }: Answered<unknown>): Stop | null =>
  wait > 0
    ? { kind: "later", code: "RATE_LIMITED", detail: "the call bucket is nearly empty", retryAfterMs: wait }
    : null;

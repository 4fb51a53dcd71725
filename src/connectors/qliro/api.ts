// Qliro's HTTP calls: signed, typed, and with its error bodies read (reference/qliro.md sections 2, 3, 5, 6, 10).
import type { z } from "zod";
import type { ErrorCode } from "../../domain/errors.ts";
import type { LocalDate } from "../../domain/observation.ts";
import type { Context, HttpAnswer, HttpFailure, Read } from "../connector.ts";
import { readJson } from "../shared/answers.ts";
import type { KeyPair, QliroCredentials, QliroSettings } from "./config.ts";
import { addDays, localDate } from "./dates.ts";
import { qliroError } from "./failures.ts";
import {
  batchesAnswer,
  checkoutOrderAnswer,
  orderAnswer,
  type QliroOrder,
  type Settlement,
  type SettlementBatch,
  settlementsAnswer,
  transactionAnswer,
} from "./wire.ts";

export type QliroContext = Context<QliroCredentials, QliroSettings>;

export const QLIRO_ORIGIN = { key: "qliro", test: "https://pago.qit.nu", live: "https://payments.qit.nu" } as const;

const ADMIN_PATH = "/checkout/adminapi/v2";
const CHECKOUT_PATH = "/checkout/merchantapi";

/**
 * The Authorization header: base64 of the SHA-256 of body and secret together (section 3). `rawBody` is the exact
 * text that is sent, empty for a GET. The header of a GET never changes, so it is a secret itself.
 */
export async function authorization(rawBody: string, secret: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(rawBody + secret));
  return `Qliro ${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

function urlOf(context: QliroContext, path: string): string {
  const origin = context.environment === "live" ? QLIRO_ORIGIN.live : QLIRO_ORIGIN.test;
  return context.origin(QLIRO_ORIGIN.key, origin).replace(/\/+$/, "") + path;
}

interface GetOptions {
  timeoutMs?: number;
  bodyBytesMax?: number;
}

async function get(context: QliroContext, path: string, label: string, options: GetOptions = {}) {
  return context.http.send({
    method: "GET",
    url: urlOf(context, path),
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      authorization: await authorization("", context.credentials.apiSecret),
    },
    label,
    ...options,
  });
}

/** GET of the Admin API. `path` begins after `/v2`. */
export const adminGet = (context: QliroContext, path: string, label: string, options?: GetOptions) =>
  get(context, ADMIN_PATH + path, label, options);

/** POST of the Admin API. The pair's key goes into the body, its secret signs the body as it is sent. */
export async function adminPost(
  context: QliroContext,
  operation: "MarkItemsAsShipped" | "ReturnItems" | "AddItemsToInvoice" | "cancelOrder",
  requestId: string,
  pair: KeyPair,
  fields: object,
): Promise<HttpAnswer | HttpFailure> {
  const body = JSON.stringify({ RequestId: requestId, MerchantApiKey: pair.key, ...fields });
  return context.http.send({
    method: "POST",
    url: urlOf(context, `${ADMIN_PATH}/${operation}`),
    headers: {
      accept: "application/json",
      "content-type": "application/json",
      authorization: await authorization(body, pair.secret),
    },
    body,
    label: operation,
  });
}

/** Codes that decide a read whatever the status is. Settlement periods are of section 10. */
const READ_CODES: Readonly<Record<string, (detail: string) => Read<never>>> = {
  ORDER_NOT_FOUND: () => ({ kind: "absent" }),
  MERCHANT_MISMATCH: () => ({ kind: "absent" }),
  UNAUTHORIZED: (detail) => ({ kind: "unauthorized", detail }),
  FORBIDDEN: (detail) => ({ kind: "unauthorized", detail }),
  PERIOD_NOT_SETTLED: (detail) => ({ kind: "later", code: "PERIOD_NOT_SETTLED", detail }),
};

/** Reads an answer: Qliro's own code first, then the status, then the body as the schema says. */
export function read<T>(context: QliroContext, answer: HttpAnswer | HttpFailure, schema: z.ZodType<T>): Read<T> {
  if (answer.kind === "answer" && answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
    const error = qliroError(answer.status, answer.body, context.credentials);
    const byCode = Object.hasOwn(READ_CODES, error.code) ? READ_CODES[error.code] : undefined;
    if (byCode) return byCode(error.detail);
    if (error.code !== "" && ![401, 403, 404].includes(answer.status)) {
      return { kind: "refused", code: "PLATFORM_REFUSED" satisfies ErrorCode, detail: error.detail };
    }
  }
  return readJson(answer, schema, context.now());
}

/** The order by Qliro's own id. An answer about another order counts as absent. */
export async function readOrder(context: QliroContext, orderId: string): Promise<Read<QliroOrder>> {
  if (!/^\d{1,19}$/.test(orderId)) return { kind: "absent" };
  const answer = await adminGet(context, `/orders/${orderId}`, "Get order");
  const found = read(context, answer, orderAnswer);
  return found.kind === "found" && found.value.OrderId !== orderId ? { kind: "absent" } : found;
}

/**
 * The order by the merchant's reference. The Admin API takes id and reference at one address, where a reference
 * of digits would be read as an id (section 6): such a one is looked up on the checkout side, which names the field.
 */
export async function readOrderByReference(context: QliroContext, reference: string): Promise<Read<QliroOrder>> {
  const escaped = encodeURIComponent(reference);
  if (/^\d+$/.test(reference)) {
    const answer = await get(
      context,
      `${CHECKOUT_PATH}/Orders?merchantReference=${escaped}`,
      "Find order by reference",
    );
    const id = read(context, answer, checkoutOrderAnswer);
    return id.kind === "found" ? sameReference(await readOrder(context, id.value.OrderId), reference) : id;
  }
  const answer = await adminGet(context, `/orders/${escaped}`, "Get order by reference");
  return sameReference(read(context, answer, orderAnswer), reference);
}

/** The order that a transaction belongs to (section 6.2). */
export async function readOrderByTransaction(context: QliroContext, id: string): Promise<Read<QliroOrder>> {
  if (!/^\d{1,19}$/.test(id)) return { kind: "absent" };
  const answer = await adminGet(context, `/paymentTransactions/${id}`, "Get payment transaction");
  const found = read(context, answer, transactionAnswer);
  return found.kind === "found" ? readOrder(context, found.value.OrderId) : found;
}

function sameReference(found: Read<QliroOrder>, reference: string): Read<QliroOrder> {
  if (found.kind !== "found") return found;
  return found.value.MerchantReference.toUpperCase() === reference.toUpperCase() ? found : { kind: "absent" };
}

/** Payouts of a period of at most 60 days that ends before today (section 10). Both dates inclusive. */
export async function readBatches(
  context: QliroContext,
  from: LocalDate,
  to: LocalDate,
): Promise<Read<SettlementBatch[]>> {
  const answer = await adminGet(context, batchesPath(from, to), "List settlement batches");
  const found = read(context, answer, batchesAnswer);
  // No payout in the period may well be a 404.
  if (found.kind === "absent") return { kind: "found", value: [] };
  return found.kind === "found" ? { kind: "found", value: found.value.SettlementBatches } : found;
}

/** The accepted lines of one payout, by its `Id` (not its `BatchId`). One answer holds them all. */
export async function readSettlements(context: QliroContext, batchKey: string): Promise<Read<Settlement[]>> {
  const path = `/settlements/GetSettlementsByBatchId?Id=${encodeURIComponent(batchKey)}`;
  const answer = await adminGet(context, path, "Get settlements of a batch", LARGE);
  const found = read(context, answer, settlementsAnswer);
  return found.kind === "found" ? { kind: "found", value: found.value.Settlements } : found;
}

/** Fee lines of a transfer, which the call above may leave out. */
export async function readFees(
  context: QliroContext,
  batchId: string,
  from: LocalDate,
  to: LocalDate,
): Promise<Read<Settlement[]>> {
  const period = `FromDate=${queryDate(from)}&ToDate=${queryDate(to)}`;
  const path = `/settlements?${period}&Types=Fee&BatchId=${encodeURIComponent(batchId)}`;
  const found = read(context, await adminGet(context, path, "Get fees of a batch", LARGE), settlementsAnswer);
  return found.kind === "found" ? { kind: "found", value: found.value.Settlements } : found;
}

/** A payout of a large merchant is one long answer. */
const LARGE = { timeoutMs: 60_000, bodyBytesMax: 32 * 1024 * 1024 };

const batchesPath = (from: LocalDate, to: LocalDate): string =>
  `/settlements/GetSettlementBatches?FromBatchDate=${queryDate(from)}&ToBatchDate=${queryDate(to)}`;

/** Qliro's query dates are `yyyy/mm/dd`; whether dashes are taken too is not documented. */
const queryDate = (date: LocalDate): string => encodeURIComponent(date.replaceAll("-", "/"));

/**
 * Whether Qliro accepts the secret: it lists yesterday's payouts, which changes nothing. A business error in
 * Qliro's own form proves the signature too. The API key is not part of a GET and is first tested by a capture.
 */
export async function verify(context: QliroContext): Promise<Read<{ detail: string }>> {
  const yesterday = addDays(localDate(context.now(), context.timezone), -1);
  const answer = await adminGet(context, batchesPath(yesterday, yesterday), "Check the credentials");
  const found = read(context, answer, batchesAnswer);
  if (found.kind === "later" && found.code !== "PERIOD_NOT_SETTLED") return found;
  if (found.kind === "unauthorized") return found;
  const code = answer.kind === "answer" ? qliroError(answer.status, answer.body, context.credentials).code : "";
  if (found.kind === "found" || code !== "") {
    return { kind: "found", value: { detail: "Qliro accepts the merchant API secret." } };
  }
  return found.kind === "refused" ? found : { kind: "refused", code: "PLATFORM_REFUSED", detail: "HTTP 404" };
}

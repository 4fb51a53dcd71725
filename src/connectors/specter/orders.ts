// Orders in Specter: create one and never two, recognise our own, cancel.
import type { CancelOrder, CommandCall, CreateOrder, ErpLine, LookUp, Outcome } from "../../domain/commands.ts";
import type { Read } from "../connector.ts";
import { cancelOrder, getOrder, submitOrder } from "./api.ts";
import { paymentTypeFor } from "./config.ts";
import { customerFor } from "./customers.ts";
import { type DraftedRows, differenceNote, draftRows, linesOf, orderFields } from "./draft.ts";
import { asStored, tidy } from "./key.ts";
import { personalTexts, refused } from "./refusals.ts";
import { isCancelled, orderAliases } from "./translate.ts";
import type { Failed, SpecterContext } from "./transport.ts";
import { quotedId, type SpecterOrder } from "./wire.ts";

const ORDER_ACTION = "newOrderSubmit";

/** Customer first, then the order under our number. */
export async function createOrder(context: SpecterContext, call: CommandCall<CreateOrder>): Promise<Outcome> {
  const { settings } = context;
  const order = call.payload;
  const { connector } = order.payment;
  const payType = paymentTypeFor(settings, connector);
  if (payType === null)
    return { kind: "refused", code: "PAYMENT_TYPE_NOT_CONFIGURED", detail: `settings.paymentTypes.${connector}` };
  const { totalMinor, currency } = order;
  const rows = draftRows(order.rows, { totalMinor, currency, named: true }, settings);
  const unnamed = rows.articleNumbers.indexOf("");
  if (unnamed >= 0)
    return { kind: "refused", code: "ARTICLE_MISSING_IN_ERP", detail: `row ${unnamed + 1} has no article number` };

  const customer = await customerFor(context, order);
  if (customer.kind !== "customer") return customer;
  const fields = orderFields(order, payType, rows.fields, settings);
  const answer = await submitOrder(context, customer.customerId, fields);
  if (answer.kind === "failed") {
    if (answer.code === "40") return duplicate(context, call, answer);
    return refusedOrder(answer, order, rows, Object.keys(fields));
  }
  if (answer.kind !== "ok") return answer;
  if (answer.id === "") return { kind: "unknown", detail: `${ORDER_ACTION}: accepted without an order number` };
  const note = differenceNote(rows.differenceMinor, currency);
  return { ...createdOrder(context, order, answer.id), ...(note === undefined ? {} : { note }) };
}

const refusedOrder = (failed: Failed, order: CreateOrder, rows: DraftedRows, fields: readonly string[]): Outcome =>
  refused(failed, {
    action: ORDER_ACTION,
    fields,
    articleNumbers: rows.articleNumbers,
    personal: personalTexts(order),
  });

const createdOrder = (context: SpecterContext, order: CreateOrder, orderNo: string) => ({
  kind: "done" as const,
  externalId: orderNo,
  lines: linesOf(order, context.settings),
  aliases: orderAliases(orderNo, tidy(order.orderNumber)),
});

/**
 * Code 40: our number exists already. Ours is only an order that carries our payment reference; without the call to
 * read it, only an earlier attempt of our own explains it (section 9).
 */
async function duplicate(context: SpecterContext, call: CommandCall<CreateOrder>, failed: Failed): Promise<Outcome> {
  const order = call.payload;
  const existing = quotedId(failed.message);
  const taken = numberTaken(order, existing);
  if (!context.settings.capabilities.getOrder) {
    if (existing === null || call.attempt <= 1) return taken;
    return { ...createdOrder(context, order, existing), note: "adopted: an earlier attempt had created it" };
  }
  const found = await findOwn(context, order);
  switch (found.kind) {
    case "found":
      return { ...adopted(context, order, found.value), note: "adopted: it carries our payment reference" };
    case "absent":
      return taken;
    case "later":
      return { kind: "unknown", detail: `the number exists; ${found.detail}` };
    case "refused":
    case "unauthorized":
      return found;
    default:
      return found satisfies never;
  }
}

const numberTaken = (order: CreateOrder, existing: string | null) => ({
  kind: "refused" as const,
  code: "ERP_ORDER_NUMBER_TAKEN" as const,
  detail: `external order number ${tidy(order.orderNumber)}${existing ? ` is on order ${existing}` : ""}`,
});

/** Our order by its external number; one with another payment reference is somebody else's, so ours is absent. */
async function findOwn(context: SpecterContext, order: CreateOrder): Promise<Read<SpecterOrder>> {
  const found = await getOrder(context, { externalOrderNo: tidy(order.orderNumber) });
  return found.kind === "found" && !isOwn(order, found.value) ? { kind: "absent" } : found;
}

const isOwn = (order: CreateOrder, existing: SpecterOrder): boolean =>
  existing.payTypeReference === asStored(order.payment.reference);

const adopted = (context: SpecterContext, order: CreateOrder, existing: SpecterOrder) => ({
  kind: "done" as const,
  externalId: existing.orderNo,
  lines: linesFrom(existing, linesOf(order, context.settings)),
  aliases: orderAliases(existing.orderNo, tidy(order.orderNumber)),
});

/** Our rows as they stand there: by row id where the article agrees, otherwise by article. */
function linesFrom(existing: SpecterOrder, sent: readonly ErpLine[]): ErpLine[] {
  const free = existing.rows.row.map((row, index) => ({ id: row.id || String(index + 1), articleNo: row.articleNo }));
  const take = (fits: (row: { id: string; articleNo: string }) => boolean) => {
    const at = free.findIndex(fits);
    return at < 0 ? null : (free.splice(at, 1)[0]?.id ?? null);
  };
  const placed = sent.map((line) => ({
    line,
    id: take((row) => row.id === line.line && row.articleNo === asStored(line.articleNumber)),
  }));
  return placed.flatMap(({ line, id }) => {
    const there = id ?? take((row) => row.articleNo === asStored(line.articleNumber));
    return there === null ? [] : [{ ...line, line: there }];
  });
}

/**
 * What became of an order whose answer was lost. A stranger's order under our number is an answer too: ours is not
 * there, and never will be. Without the call to read, repeating is guarded by our number.
 */
export async function lookUpOrder(context: SpecterContext, order: CreateOrder): Promise<LookUp> {
  if (!context.settings.capabilities.getOrder) return { kind: "repeat_is_safe" };
  const found = await getOrder(context, { externalOrderNo: tidy(order.orderNumber) });
  if (found.kind !== "found") return unlessFound(found);
  const outcome = isOwn(order, found.value)
    ? adopted(context, order, found.value)
    : numberTaken(order, found.value.orderNo);
  return { kind: "found", outcome };
}

/** Cancels what is not invoiced. Specter refuses (41) an order that is cancelled already: that one is done. */
export async function cancel(context: SpecterContext, command: CancelOrder): Promise<Outcome> {
  const orderNo = command.erpOrderNumber;
  const answer = await cancelOrder(context, orderNo, tidy(command.reason));
  if (answer.kind === "ok") return { kind: "done", externalId: orderNo };
  if (answer.kind !== "failed") return answer;
  if (answer.code === "41" && (await lookUpCancellation(context, command)).kind === "found")
    return { kind: "done", externalId: orderNo, note: "it was cancelled already" };
  return refused(answer, {
    action: "cancelOrderSubmit",
    fields: ["orderNo", "comment"],
    missing: { code: "ORDER_DELETED_IN_ERP", detail: `order ${orderNo}` },
  });
}

/** Whether a cancellation without an answer took effect. */
export async function lookUpCancellation(context: SpecterContext, command: CancelOrder): Promise<LookUp> {
  if (!context.settings.capabilities.getOrder) return { kind: "repeat_is_safe" };
  const order = await getOrder(context, { orderNo: command.erpOrderNumber });
  if (order.kind !== "found") return unlessFound(order);
  return isCancelled(order.value)
    ? { kind: "found", outcome: { kind: "done", externalId: command.erpOrderNumber } }
    : { kind: "absent" };
}

/** A read that found nothing, as a look-up. */
function unlessFound(read: Exclude<Read<never>, { kind: "found" }>): LookUp {
  switch (read.kind) {
    case "absent":
    case "unauthorized":
      return read;
    case "later": {
      const { detail, retryAfterMs } = read;
      return { kind: "unclear", detail, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
    }
    case "refused":
      return { kind: "unclear", detail: read.detail };
    default:
      return read satisfies never;
  }
}

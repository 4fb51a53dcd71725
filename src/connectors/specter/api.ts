// Specter's calls by name: action, entry point, seed and identifying fields of each. When Specter hands over its
// real description, calls change here; the remaining field names stand in draft.ts and customer-fields.ts.
//
// newCustomerSubmit, newOrderSubmit and the order change batch are seen in client code (reference/specter.md
// section 5); everything below the line is C2 and C3, NOT DOCUMENTED - our contract, each one a capability.
import type { Read } from "../connector.ts";
import { refusalDetail } from "./refusals.ts";
import {
  type Fields,
  notUnderstood,
  type ReadAnswer,
  read,
  type SpecterContext,
  type WriteAnswer,
  write,
} from "./transport.ts";
import { changesSchema, orderSchema, quotedId, type SpecterOrder } from "./wire.ts";

/** Numbers the fields of each row: `articleNo_1`, `noOfItems_1`, `articleNo_2`… from 1, without gaps. */
export const numbered = (rows: readonly Fields[]): Fields =>
  Object.fromEntries(
    rows.flatMap((row, index) => Object.entries(row).map(([name, value]) => [`${name}_${index + 1}`, value])),
  );

/**
 * Creates a customer, or overwrites the matched one: an order has no address of its own, so the customer must
 * carry that of the latest order (section 5.1). The seed is the name as sent, "first last" for a person.
 */
export const submitCustomer = (context: SpecterContext, name: string, fields: Fields): Promise<WriteAnswer> =>
  write(context, { action: "newCustomerSubmit", seed: name, fields }, { forceCustomerUpdate: "1" });

/** Creates an order (section 5.2). `externalOrderNo` makes a second one impossible; its check is never waived. */
export const submitOrder = (context: SpecterContext, customerId: string, fields: Fields): Promise<WriteAnswer> =>
  write(context, { action: "newOrderSubmit", seed: customerId, fields: { customerId, ...fields } });

export type Feed = "orders" | "invoices";

/** The batch protocol of section 6.2; that of invoices is C2. */
const FEEDS = {
  orders: { pull: "getOrdersExternalNeedUpdate", acknowledge: "updateOrdersFromBatch", schema: changesSchema.orders },
  invoices: {
    pull: "getInvoicesExternalNeedUpdate",
    acknowledge: "updateInvoicesFromBatch",
    schema: changesSchema.invoices,
  },
} as const;

export type Batch =
  | { kind: "rows"; orderNumbers: string[] }
  /** Code 99: an earlier batch is open; its id, where the message quotes one. */
  | { kind: "open"; batch: string | null }
  | Exclude<Read<never>, { kind: "found" | "absent" }>;

/** Opens a batch of changes under the given number. Nothing else can be pulled until it is acknowledged. */
export async function pullBatch(context: SpecterContext, feed: Feed, batchNo: string): Promise<Batch> {
  const { pull: action, schema } = FEEDS[feed];
  const answer = await read(context, { action, seed: batchNo, fields: { batchNo } });
  if (answer.kind === "failed") {
    if (answer.code === "99") return { kind: "open", batch: quotedId(answer.message) };
    return { kind: "refused", code: "PLATFORM_REFUSED", detail: refusalDetail(action, answer, []) };
  }
  if (answer.kind !== "ok") return answer;
  // A page of something else must not pass for an empty batch and be acknowledged.
  const known = feed in answer.root || "APIresponse" in answer.root || Object.keys(answer.root).length === 0;
  const rows = schema.safeParse(answer.root[feed]);
  if (!known || !rows.success) return notUnderstood(`${action}: the rows are not as documented`);
  return { kind: "rows", orderNumbers: rows.data.map((row) => row.orderNo) };
}

/** Acknowledges a batch. One that Specter no longer knows (30, assumed) was acknowledged before. */
export async function acknowledgeBatch(context: SpecterContext, feed: Feed, batchNo: string): Promise<Read<true>> {
  const { acknowledge: action } = FEEDS[feed];
  const answer = await read(context, { action, seed: batchNo, fields: { batchNo } });
  if (answer.kind === "failed") {
    if (answer.code === "30") return { kind: "found", value: true };
    return { kind: "refused", code: "PLATFORM_REFUSED", detail: refusalDetail(action, answer, []) };
  }
  if (answer.kind !== "ok") return answer;
  return "APIresponse" in answer.root ? { kind: "found", value: true } : notUnderstood(`${action}: no APIresponse`);
}

// --- NOT DOCUMENTED - our contract (C2, C3) ---------------------------------

/** Known to exist by its name only; seed and parameters are an assumption. */
export const checkAccountSettings = (context: SpecterContext): Promise<ReadAnswer> =>
  read(context, { action: "checkAccountSettings", seed: "", fields: {} });

/** Reads one order, its documents included. The seed is the number that is asked by. */
export async function getOrder(
  context: SpecterContext,
  by: { orderNo: string } | { externalOrderNo: string },
): Promise<Read<SpecterOrder>> {
  const action = "getOrder";
  const seed = "orderNo" in by ? by.orderNo : by.externalOrderNo;
  const answer = await read(context, { action, seed, fields: by });
  if (answer.kind === "failed") {
    if (answer.code === "30") return { kind: "absent" };
    return { kind: "refused", code: "PLATFORM_REFUSED", detail: refusalDetail(action, answer, []) };
  }
  if (answer.kind !== "ok") return answer;
  const order = Array.isArray(answer.root.order) ? answer.root.order[0] : undefined;
  const parsed = orderSchema.safeParse(order);
  if (parsed.success) return { kind: "found", value: parsed.data };
  const path = parsed.error.issues[0]?.path.map(String).join(".") || "order";
  return notUnderstood(`${action}: ${path} is not as agreed`);
}

export const cancelOrder = (context: SpecterContext, orderNo: string, comment: string): Promise<WriteAnswer> =>
  write(context, { action: "cancelOrderSubmit", seed: orderNo, fields: { orderNo, comment } });

/**
 * The invoice type of a delivered part ("Leveransfaktura"). An assumption: we invoice only what somebody
 * delivered; `S` would be the final invoice of an undelivered order, `F` a payment in advance.
 */
const DELIVERY_INVOICE = "L";

export const submitInvoice = (context: SpecterContext, orderNo: string, fields: Fields): Promise<WriteAnswer> =>
  write(context, {
    action: "newInvoiceSubmit",
    seed: orderNo,
    fields: { orderNo, invoiceType: DELIVERY_INVOICE, ...fields },
  });

/** `originalInvoiceId` is the link that makes the credit invoice belong to its invoice. */
export const submitCreditInvoice = (
  context: SpecterContext,
  originalInvoiceId: string,
  fields: Fields,
): Promise<WriteAnswer> =>
  write(context, {
    action: "newCreditInvoiceSubmit",
    seed: originalInvoiceId,
    fields: { originalInvoiceId, ...fields },
  });

export const submitPayment = (context: SpecterContext, invoiceId: string, fields: Fields): Promise<WriteAnswer> =>
  write(context, { action: "newInvoicePaymentSubmit", seed: invoiceId, fields: { invoiceId, ...fields } });

export const submitPayout = (context: SpecterContext, externalPayoutId: string, fields: Fields): Promise<WriteAnswer> =>
  write(context, {
    action: "newPaymentImportSubmit",
    seed: externalPayoutId,
    fields: { externalPayoutId, ...fields },
  });

// What the simulated platforms know, as a simulation reads it: parsed, so that a renamed field is an error and not a zero.
import { z } from "zod";
import type { Stage } from "./stage.ts";

const qliroOrder = z.object({
  orderId: z.number(),
  reference: z.string(),
  checkout: z.enum(["InProcess", "OnHold", "Completed", "Refused"]),
  totalMinor: z.number(),
  sums: z.object({
    reserved: z.number(),
    captured: z.number(),
    refunded: z.number(),
    released: z.number(),
    remaining: z.number(),
  }),
  transactions: z.array(
    z.object({
      id: z.number(),
      originalId: z.number().nullable(),
      type: z.string(),
      status: z.string(),
      amountMinor: z.number(),
      money: z.enum(["in", "out", "none"]),
      settledIn: z.number().nullable(),
    }),
  ),
  rowsLeft: z.array(z.object({ reference: z.string(), quantity: z.number(), type: z.string(), incMinor: z.number() })),
});
export type QliroOrder = z.infer<typeof qliroOrder>;

const batch = z.object({
  id: z.number(),
  batchId: z.string(),
  date: z.string(),
  totalMinor: z.number(),
  totalFeeMinor: z.number(),
  feesHidden: z.boolean(),
  lines: z.array(
    z.object({
      orderId: z.number().nullable(),
      transactionId: z.number().nullable(),
      type: z.string(),
      amountMinor: z.number(),
    }),
  ),
});
export type Batch = z.infer<typeof batch>;

const erpOrder = z.object({
  orderNo: z.number(),
  externalOrderNo: z.string(),
  payTypeIdentifier: z.string(),
  cancelled: z.boolean(),
  totalMinor: z.number(),
  rows: z.array(
    z.object({
      id: z.number(),
      articleNo: z.string(),
      quantityMilli: z.number(),
      priceMilli: z.number(),
      vatBps: z.number(),
      deliveredMilli: z.number(),
      invoicedMilli: z.number(),
    }),
  ),
});
export type ErpOrder = z.infer<typeof erpOrder>;

const invoice = z.object({
  invoiceId: z.number(),
  orderNo: z.number(),
  credit: z.boolean(),
  originalInvoiceId: z.number().nullable(),
  externalInvoiceNo: z.string(),
  totalMinor: z.number(),
  paidMinor: z.number(),
  rows: z.array(z.object({ articleNo: z.string(), quantityMilli: z.number(), priceMilli: z.number() })),
});
export type Invoice = z.infer<typeof invoice>;

const paymentImport = z.object({
  importId: z.number(),
  externalPayoutId: z.string(),
  bankAmountMinor: z.number(),
  rows: z.array(z.object({ kind: z.string(), invoiceId: z.number().nullable(), amountMinor: z.number() })),
});

const qliro = z.object({ orders: z.array(qliroOrder), batches: z.array(batch) });
const specter = z.object({
  orders: z.array(erpOrder),
  invoices: z.array(invoice),
  imports: z.array(paymentImport),
  articles: z.array(z.string()),
});

export interface Truth {
  qliro: z.infer<typeof qliro>;
  specter: z.infer<typeof specter>;
}

export const truthOf = (stage: Stage): Truth => ({
  qliro: qliro.parse(stage.control("qliro", { do: "show" })),
  specter: specter.parse(stage.control("specter", { do: "show" })),
});

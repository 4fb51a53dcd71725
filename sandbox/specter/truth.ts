// What the simulated Specter knows: accounts with their customers, orders, invoices, payments and change feeds, as plain JSON.
//
// Units: `…Milli` is thousandths (of a piece, or of the currency's major unit: unit prices have 3 decimals),
// `…Minor` is hundredths of the major unit, `vatBps` is basis points (2550 is 25.5 %).
import { z } from "zod";

const apiUser = z.object({ apiUserId: z.string(), apiUserKey: z.string() });

/**
 * What one account offers. The first seven are calls of "our contract" (reference/specter.md C2): not documented
 * by Specter, so each can be missing. The rest are open questions of C8, answered one way or the other.
 */
export const switches = z.strictObject({
  getOrder: z.boolean(),
  cancelOrderSubmit: z.boolean(),
  newInvoiceSubmit: z.boolean(),
  newCreditInvoiceSubmit: z.boolean(),
  newInvoicePaymentSubmit: z.boolean(),
  newPaymentImportSubmit: z.boolean(),
  getInvoicesExternalNeedUpdate: z.boolean(),
  /** Known by name only (section 5). */
  checkAccountSettings: z.boolean(),
  /** Invoices are shown with their rows. */
  invoiceRows: z.boolean(),
  /** A deleted order rings calltype 3 (section 6.4: usually it does not). */
  announcesRemoval: z.boolean(),
  /** A credit invoice rings calltype 2 as an invoice does (not documented). */
  announcesCreditInvoices: z.boolean(),
});
export type Switches = z.infer<typeof switches>;

export const DEFAULT_SWITCHES: Readonly<Switches> = {
  getOrder: true,
  cancelOrderSubmit: true,
  newInvoiceSubmit: true,
  newCreditInvoiceSubmit: true,
  newInvoicePaymentSubmit: true,
  newPaymentImportSubmit: true,
  getInvoicesExternalNeedUpdate: true,
  checkAccountSettings: true,
  invoiceRows: true,
  announcesRemoval: false,
  announcesCreditInvoices: true,
};

const customer = z.object({
  customerId: z.number(),
  form: z.enum(["C", "P"]),
  fields: z.record(z.string(), z.string()),
});
export type Customer = z.infer<typeof customer>;

const orderRow = z.object({
  /** 1..N, in the order they were sent. */
  id: z.number(),
  articleNo: z.string(),
  articleName: z.string(),
  articleComment: z.string(),
  quantityMilli: z.number(),
  priceMilli: z.number(),
  vatBps: z.number(),
  deliveredMilli: z.number(),
  invoicedMilli: z.number(),
});
export type OrderRow = z.infer<typeof orderRow>;

const order = z.object({
  orderNo: z.number(),
  externalOrderNo: z.string(),
  customerId: z.number(),
  orderDate: z.string(),
  currency: z.string(),
  payTypeIdentifier: z.string(),
  payTypeReference: z.string(),
  cancelled: z.boolean(),
  cancelComment: z.string(),
  rows: z.array(orderRow),
  /** `announced`: shown by an order batch already. */
  deliveries: z.array(z.object({ trackingNo: z.string(), announced: z.boolean() })),
  /** The remaining fields, as sent. */
  fields: z.record(z.string(), z.string()),
});
export type Order = z.infer<typeof order>;

const invoiceRow = z.object({
  orderRowId: z.number().nullable(),
  articleNo: z.string(),
  quantityMilli: z.number(),
  priceMilli: z.number(),
  vatBps: z.number(),
});
export type InvoiceRow = z.infer<typeof invoiceRow>;

const invoice = z.object({
  invoiceId: z.number(),
  orderNo: z.number(),
  credit: z.boolean(),
  originalInvoiceId: z.number().nullable(),
  /** L after a delivery, S final, F in advance; empty on a credit invoice. */
  type: z.enum(["L", "S", "F", ""]),
  date: z.string(),
  currency: z.string(),
  externalInvoiceNo: z.string(),
  reason: z.string(),
  rows: z.array(invoiceRow),
  /** Including VAT; negative on a credit invoice, as `vatMinor` and `paidMinor`. */
  totalMinor: z.number(),
  vatMinor: z.number(),
  paidMinor: z.number(),
});
export type Invoice = z.infer<typeof invoice>;

const payment = z.object({
  paymentId: z.number(),
  invoiceId: z.number(),
  paymentDate: z.string(),
  amountMinor: z.number(),
  currency: z.string(),
  payTypeIdentifier: z.string(),
  paymentReference: z.string(),
  externalPaymentId: z.string(),
});
export type Payment = z.infer<typeof payment>;

const importRow = z.object({
  kind: z.enum(["bankPayment", "creditSaleCost", "creditSaleCostVat"]),
  invoiceId: z.number().nullable(),
  amountMinor: z.number(),
  account: z.string(),
  paymentReference: z.string(),
  status: z.enum(["ok", "warning"]),
});
export type ImportRow = z.infer<typeof importRow>;

const paymentImport = z.object({
  importId: z.number(),
  externalPayoutId: z.string(),
  source: z.string(),
  payoutDate: z.string(),
  currency: z.string(),
  bankAmountMinor: z.number(),
  rows: z.array(importRow),
});
export type PaymentImport = z.infer<typeof paymentImport>;

const feed = z.object({
  /** Order numbers or invoice ids that changed since they were last put into a batch. */
  pending: z.array(z.number()),
  /** The one open batch, its content frozen. */
  open: z.object({ batchNo: z.string(), content: z.string() }).nullable(),
  lastAcknowledged: z.string().nullable(),
});
export type Feed = z.infer<typeof feed>;

const account = z.object({
  sbmId: z.string(),
  write: apiUser,
  read: apiUser,
  integrationKey: z.string(),
  currency: z.string(),
  payTypes: z.array(z.string()),
  /** Taken when an order names none. */
  defaultPayType: z.string(),
  articles: z.array(z.string()),
  callback: z.object({ url: z.string(), method: z.enum(["GET", "POST"]) }).nullable(),
  switches,
  /** Book-keeping up to and including this date is closed. */
  closedUntil: z.string().nullable(),
  /** So many further calls are answered with code 90. */
  busy: z.number(),
  next: z.object({
    customerId: z.number(),
    orderNo: z.number(),
    invoiceId: z.number(),
    paymentId: z.number(),
    importId: z.number(),
  }),
  customers: z.record(z.string(), customer),
  orders: z.record(z.string(), order),
  invoices: z.record(z.string(), invoice),
  payments: z.record(z.string(), payment),
  imports: z.record(z.string(), paymentImport),
  feeds: z.object({ orders: feed, invoices: feed, articles: feed, articleInfos: feed }),
  /** Parameters that successful calls carried and Specter does not know, by action: a misspelt field shows here. */
  ignoredParameters: z.record(z.string(), z.array(z.string())),
});
export type Account = z.infer<typeof account>;
export type FeedName = keyof Account["feeds"];

export const truth = z.object({ accounts: z.record(z.string(), account) });
export type Truth = z.infer<typeof truth>;

/** Looks only at accounts, never at what every object inherits. */
export const accountOf = (known: Truth, sbmId: string): Account | undefined =>
  Object.hasOwn(known.accounts, sbmId) ? known.accounts[sbmId] : undefined;

const emptyFeed = (): Feed => ({ pending: [], open: null, lastAcknowledged: null });

/** What an account has before anything happened. Numbers start as in the samples of the reference. */
export const emptyBooks = (): Pick<
  Account,
  "next" | "customers" | "orders" | "invoices" | "payments" | "imports" | "feeds" | "ignoredParameters"
> => ({
  next: { customerId: 1001, orderNo: 50012, invoiceId: 90031, paymentId: 70001, importId: 80001 },
  customers: {},
  orders: {},
  invoices: {},
  payments: {},
  imports: {},
  feeds: { orders: emptyFeed(), invoices: emptyFeed(), articles: emptyFeed(), articleInfos: emptyFeed() },
  ignoredParameters: {},
});

/** Takes the next number of a series. */
export function take(account: Account, series: keyof Account["next"]): number {
  const number = account.next[series];
  account.next[series] = number + 1;
  return number;
}

// A command is a thing to be done at a platform, imperative. Its payload says everything the call needs.

import type { ErrorCode } from "./errors.ts";
import type { Address, Alias, ConnectorId, Customer, LocalDate, OrderRow, RowKind } from "./observation.ts";

/** A row as an ERP document shall carry it. */
export interface DraftRow extends OrderRow {
  /** Article number wanted in the ERP; the connector maps shipping and discounts to the agreed articles. */
  articleNumber: string;
}

export interface CreateOrder {
  kind: "create_order";
  /** Our reference: the ERP's external order number, unique per merchant. */
  orderNumber: string;
  orderDate: LocalDate;
  currency: string;
  /** Delivery country, ISO 3166-1 alpha-2. */
  country: string;
  customer: Customer;
  billing: Address;
  shipping: Address;
  rows: DraftRow[];
  totalMinor: number;
  payment: {
    connector: ConnectorId;
    method: string;
    /** Prefix applied, e.g. `QLIRO-5452321`. */
    reference: string;
  };
}

export interface CancelOrder {
  kind: "cancel_order";
  erpOrderNumber: string;
  reason: string;
}

export interface CreateInvoice {
  kind: "create_invoice";
  erpOrderNumber: string;
  /** Our number of the invoice: the ERP refuses a second one. */
  externalNumber: string;
  date: LocalDate;
  currency: string;
  rows: { line: string | null; articleNumber: string; quantity: number; unitPriceMinor: number; vatRateBps: number }[];
  totalMinor: number;
}

export interface CreateCreditInvoice {
  kind: "create_credit_invoice";
  erpOrderNumber: string;
  /** The invoice this one credits: the link. */
  invoiceNumber: string;
  externalNumber: string;
  date: LocalDate;
  currency: string;
  reason: string;
  /** What is credited; prices and quantities positive. */
  rows: {
    articleNumber: string;
    description: string;
    quantity: number;
    unitPriceMinor: number;
    vatRateBps: number;
    kind: RowKind;
  }[];
  totalMinor: number;
}

export interface RegisterPayment {
  kind: "register_payment";
  invoiceNumber: string;
  date: LocalDate;
  /** Including VAT; negative for a refund on a credit invoice. */
  amountMinor: number;
  currency: string;
  reference: string;
  externalNumber: string;
}

/** One row of a payout import. Per document: bank + cost + VAT = what the document is settled with. */
export interface PayoutBookingRow {
  kind: "bank_payment" | "cost" | "cost_vat";
  /** The settled document; null for fees that belong to none. */
  invoiceNumber: string | null;
  amountMinor: number;
  account: string;
  reference: string;
}

export interface VoucherRow {
  account: string;
  debitMinor: number;
  creditMinor: number;
  text: string;
}

export interface BookPayout {
  kind: "book_payout";
  /** Unique per payout and version: the ERP refuses a second import. */
  externalNumber: string;
  source: ConnectorId;
  date: LocalDate;
  currency: string;
  bankAmountMinor: number;
  rows: PayoutBookingRow[];
  voucher: VoucherRow[];
}

interface PspRow {
  key: string;
  kind: RowKind;
  reference: string;
  description: string;
  quantity: number;
  unitPriceMinor: number;
  vatRateBps: number;
}

export interface CapturePayment {
  kind: "capture";
  paymentId: string;
  authorizationId: string;
  currency: string;
  rows: PspRow[];
  amountMinor: number;
}

export interface RefundPayment {
  kind: "refund";
  paymentId: string;
  captureId: string;
  /** The authorisation of the capture: one refund per authorisation is in flight. */
  authorizationId: string | null;
  currency: string;
  /** Empty when only an amount is refunded. */
  rows: PspRow[];
  amountMinor: number;
  /** Our own reference of the refund, for the platform's text fields; `[A-Za-z0-9_-]{1,25}`. */
  reference: string;
}

export interface CancelPayment {
  kind: "cancel_payment";
  paymentId: string;
}

export type AccountingCommand =
  | CreateOrder
  | CancelOrder
  | CreateInvoice
  | CreateCreditInvoice
  | RegisterPayment
  | BookPayout;
export type PaymentCommand = CapturePayment | RefundPayment | CancelPayment;
export type Command = AccountingCommand | PaymentCommand;
export type CommandKind = Command["kind"];

/** A command as a connector receives it for one attempt. */
export interface CommandCall<C extends Command = Command> {
  id: string;
  /** GUID kept from before the first attempt; renewed only after a look-up proved that nothing happened. */
  requestKey: string;
  payload: C;
  /** Ids of this kind at this platform that our books already account for: a look-up ignores them. */
  known: readonly string[];
  /** 1 for the first try. */
  attempt: number;
}

/** How the order rows stand in the ERP document, so that its later invoices can be read back. */
export interface ErpLine {
  line: string;
  key: string;
  articleNumber: string;
}

/** What became of one attempt. A lost answer is `unknown`, never a failure. */
export type Outcome =
  /** The effect exists; `externalId` names it. */
  | { kind: "done"; externalId: string; lines?: ErpLine[]; aliases?: Alias[]; note?: string }
  /** The platform took it on; these ids will show the result in an observation. */
  | { kind: "accepted"; externalIds: string[] }
  /** Sent, and no (clear) answer. `repeatDenied`: the platform refused our idempotency key as already used. */
  | { kind: "unknown"; detail: string; repeatDenied?: boolean }
  /** It surely did not happen; try again later. */
  | { kind: "later"; code: ErrorCode; detail: string; retryAfterMs?: number }
  /** It surely did not happen and will not heal by itself. */
  | { kind: "refused"; code: ErrorCode; detail: string }
  /** The credentials are not accepted; the whole connection pauses. */
  | { kind: "unauthorized"; detail: string };

/** What a look-up at the platform found out about an attempt without an answer. */
export type LookUp =
  /** Its effect; or what stands in its way for good. */
  | { kind: "found"; outcome: Extract<Outcome, { kind: "done" | "accepted" | "refused" }> }
  | { kind: "absent" }
  /** Cannot be looked up, but repeating is harmless: the platform refuses our external number a second time. */
  | { kind: "repeat_is_safe" }
  /** Not answered, or still in progress there: look again later. */
  | { kind: "unclear"; detail: string; retryAfterMs?: number }
  | { kind: "unauthorized"; detail: string };

// Everything the simulated Qliro knows: accounts, orders with their payment transactions, outcomes to come, payouts.
import { type AccountSwitches, accountSwitches, type PlatformSwitches, platformSwitches } from "./switches.ts";

export type RowType = "Product" | "Discount" | "Fee" | "Shipping";
export type ActionType = "Create" | "Reserve" | "Ship" | "Return" | "Release";
export type TransactionType =
  | "Preauthorization"
  | "Debit"
  | "Credit"
  | "Capture"
  | "Reversal"
  | "Refund"
  | "UpdateInvoice"
  | "Registration";
export type TransactionStatus =
  | "Created"
  | "InProcess"
  | "UserInteractionRequired"
  | "OnHold"
  | "Success"
  | "Error"
  | "Cancelled";
export type CheckoutStatus = "InProcess" | "OnHold" | "Completed" | "Refused";

export interface Row {
  reference: string;
  description: string;
  type: RowType;
  quantity: number;
  /** Per unit, in minor units; negative on discounts. */
  incMinor: number;
  exMinor: number;
  vatRateBps: number;
}

/** Rows that move in the ledger when their transaction succeeds. */
export interface Movement {
  action: ActionType;
  rows: Row[];
}

export interface Transaction {
  id: number;
  /** The transaction it works on: a capture's authorisation, a refund's capture. */
  originalId: number | null;
  type: TransactionType;
  /** Magnitude. */
  amountMinor: number;
  status: TransactionStatus;
  /** When the status last changed. */
  changedAt: number;
  movements: Movement[];
  /** Which way money moves for the merchant once it succeeds; `none` is never settled. */
  money: "in" | "out" | "none";
  /** The internal id of the batch that settled it. */
  settledIn: number | null;
  providerId: string;
  errorCode: string | null;
  errorText: string | null;
}

/** One line of OrderItemActions. */
export interface LedgerAction {
  id: number;
  action: ActionType;
  transactionId: number | null;
  row: Row;
}

export interface Person {
  firstName: string;
  lastName: string;
  email: string;
  phone: string;
  company: boolean;
  companyName: string | null;
  vatNumber: string | null;
}

export interface PostalAddress {
  firstName: string;
  lastName: string;
  companyName: string | null;
  street: string;
  postalCode: string;
  city: string;
  country: string;
}

export interface Order {
  id: number;
  /** The account's key. */
  account: string;
  reference: string;
  currency: string;
  country: string;
  language: string;
  checkout: CheckoutStatus;
  person: Person;
  billing: PostalAddress;
  shipping: PostalAddress;
  method: { name: string; subtype: string };
  /** Reserved and captured in one step. */
  debit: boolean;
  /** The rows as the customer left the checkout. */
  cart: Row[];
  actions: LedgerAction[];
  transactions: Transaction[];
  checkoutPushUrl: string | null;
  managementPushUrl: string | null;
  metadata: { key: string; value: string }[];
  upsold: boolean;
  placedAt: number;
}

export interface Account {
  key: string;
  secret: string;
  /** The pair that refunds may need (assumption of the simulated platform: "API Plus" is not documented). */
  plus: { key: string; secret: string } | null;
  /** Defaults kept at Qliro for orders that name no URL of their own. */
  checkoutPushUrl: string | null;
  managementPushUrl: string | null;
  switches: AccountSwitches;
  /** RequestIds seen, with when they are forgotten. */
  requestIds: Record<string, number>;
}

/** Transactions that get their outcome together; when one fails, those after it are cancelled. */
export interface Outcome {
  dueAt: number;
  orderId: number;
  transactionIds: number[];
  /** Goes to InProcess first. */
  interim: boolean;
}

/** The next transaction of this type will end in Error. */
export interface PlannedFailure {
  type: TransactionType;
  code: string;
  text: string;
}

export interface SettlementLine {
  orderId: number | null;
  transactionId: number | null;
  reference: string | null;
  action: "Debit" | "Credit";
  type: "Transaction" | "Fee" | "Chargeback";
  /** As shown, sign included. */
  amountMinor: number;
  country: string;
  method: { name: string; subtype: string };
  completedAt: number;
  vatRateBps: number | null;
  exVatMinor: number | null;
}

export interface Batch {
  /** Internal id. */
  id: number;
  /** The transfer's own id. */
  batchId: string;
  account: string;
  acquirer: string;
  /** `YYYY-MM-DD`. */
  date: string;
  currency: string;
  totalMinor: number;
  totalFeeMinor: number;
  lines: SettlementLine[];
  pending: SettlementLine[];
  rejected: SettlementLine[];
  /** Fee lines are only shown by /v2/settlements, not in the batch. */
  feesHidden: boolean;
}

export interface Truth {
  accounts: Record<string, Account>;
  orders: Record<string, Order>;
  /** Transaction id → order id. */
  orderOfTransaction: Record<string, number>;
  batches: Batch[];
  outcomes: Outcome[];
  failures: PlannedFailure[];
  next: { order: number; transaction: number; batch: number; upsell: number };
  switches: PlatformSwitches;
}

export const emptyTruth = (): Truth => ({
  accounts: {},
  orders: {},
  orderOfTransaction: {},
  batches: [],
  outcomes: [],
  failures: [],
  next: { order: 5_452_321, transaction: 454_211, batch: 778_812, upsell: 9_001 },
  switches: platformSwitches.parse({}),
});

export const newAccount = (key: string, secret: string): Account => ({
  key,
  secret,
  plus: null,
  checkoutPushUrl: null,
  managementPushUrl: null,
  switches: accountSwitches.parse({}),
  requestIds: {},
});

/** Qliro's own payment methods (invoice, part payment, account) as against cards and bank payments. */
export const isOwnMethod = (order: Order): boolean => order.method.name.startsWith("QLIRO");

export const findTransaction = (order: Order, id: number): Transaction | undefined =>
  order.transactions.find((transaction) => transaction.id === id);

// A merchant's choices as data: who leads what, which flows run, which accounts and patterns apply.
import type { CommandKind } from "./commands.ts";
import type { ErrorCode, Problem } from "./errors.ts";
import type { ConnectionId } from "./ids.ts";
import type { ConnectorId, ConnectorKind, LocalDate } from "./observation.ts";

export type Flow = "orders" | "invoices" | "refunds" | "payouts";
export type Flows = Record<Flow, boolean>;

export interface SalesAccount {
  /** Delivery country, ISO 3166-1 alpha-2. */
  country: string;
  vatRateBps: number;
  account: string;
  vatCode?: string | undefined;
}

/** How the VAT on one type of fee of one provider is treated: a choice, never a conclusion. */
export interface FeeTreatmentSetting {
  connectionId: ConnectionId;
  feeType: string;
  treatment: "as_stated" | "reverse_charge" | "exempt";
  /** For reverse charge; 2500 by default. */
  vatRateBps?: number | undefined;
}

export interface SettlementAccounts {
  payoutAccount: string;
  bankCostAccount: string;
  feeVatAccount: string;
  outgoingVatAccount?: string | undefined;
  receivableAccount?: string | undefined;
  roundingAccount?: string | undefined;
  differenceAccount?: string | undefined;
  fxGainAccount?: string | undefined;
  fxLossAccount?: string | undefined;
  reserveAccount?: string | undefined;
  chargebackAccount?: string | undefined;
  carryOverAccount?: string | undefined;
  /** Debited with the VAT that the buyer accounts for (2645); the account of VAT on fees where it is not mapped. */
  reverseChargeVatAccount?: string | undefined;
  /** Credited instead of the receivable where payouts are booked by voucher only (158x). */
  clearingAccount?: string | undefined;
  /** `invoice_payments` by default: every document is paid. `clearing`: one voucher against the clearing account. */
  bookingModel?: "invoice_payments" | "clearing" | undefined;
  /** Differences up to this become `rounding`; 0 by default. In minor units of the payout's currency. */
  roundingToleranceMinor?: number | undefined;
  /** A person approves the previewed voucher before anything is written. */
  requireApproval?: boolean | undefined;
  /** Above this, booking a line on an account takes a second person; without it, one person is enough. */
  writeOffLimitMinor?: number | undefined;
  /** Nights that a line may be expected before a person is called; 7 by default. */
  expectedNightsMax?: number | undefined;
  /** VAT on fees by provider and fee type; `*` stands for every type. Without an entry: as the provider states it. */
  feeTreatments?: readonly FeeTreatmentSetting[] | undefined;
  methods: { connectionId: ConnectionId; paymentMethod: string; account: string }[];
}

/** What decide() knows about one connection. */
export interface ConnectionPolicy {
  id: ConnectionId;
  connector: ConnectorId;
  kind: ConnectorKind;
  /** Off or refused credentials: its work waits. */
  paused: boolean;
  flows: Flows;
}

export interface PaymentPolicy extends ConnectionPolicy {
  referencePrefix: string;
  feeArticleNumber: string | null;
  /** Why a kind of command cannot run here; null when it can. */
  blocker(kind: CommandKind): ErrorCode | null;
}

export interface ShopPolicy extends ConnectionPolicy {
  createWhen: "placed" | "paid";
  /** How long a payment that was seen first waits for its shop order, in milliseconds. */
  holdMs: number;
}

export interface AccountingPolicy extends ConnectionPolicy {
  deliveryLead: "erp" | "psp";
  captureOn: "invoice" | "delivery";
  refundOnCreditInvoice: boolean;
  paymentTypeFor(connector: ConnectorId): string | null;
  roundingArticleNumber: string | null;
  /** Calls switched off: a person does them. */
  manual: readonly string[];
}

/** Everything decide() may ask about the merchant, made from the configuration once per change. */
export interface Policy {
  approved: boolean;
  timezone: string;
  /** e.g. `Q-{psp.merchantReference}`; the ERP's external order number. */
  orderNumberPattern: string;
  salesAccounts: readonly SalesAccount[];
  payment(connectionId: ConnectionId): PaymentPolicy | null;
  shop(connectionId: ConnectionId): ShopPolicy | null;
  /** Shops whose orders may be paid through this PSP connection, with their orders flow on. */
  shopsOf(connectionId: ConnectionId): readonly ShopPolicy[];
  /** Whether a connection to this PSP exists, so that its ledger tells about the money. */
  hasPayment(connector: ConnectorId): boolean;
  /** The merchant's ERP; null when none is connected. */
  accounting: AccountingPolicy | null;
}

/** The default order number: what the merchant calls the order at the PSP. */
export const DEFAULT_ORDER_NUMBER_PATTERN = "{psp.merchantReference}";

/** What an order number pattern may name, and where the value comes from. */
export const ORDER_NUMBER_FIELDS = {
  "psp.merchantReference": "the merchant's reference at the payment provider",
  "psp.orderId": "the payment provider's own order id",
  "shop.orderNumber": "the order number in the shop",
} as const;

export type OrderNumberField = keyof typeof ORDER_NUMBER_FIELDS;

/**
 * Fills an order number pattern. A field without a value for this order makes the whole pattern fall back to
 * `{psp.merchantReference}` or, without one, to the PSP's order id, so that an order never lacks a number.
 */
export function orderNumber(pattern: string, values: Partial<Record<OrderNumberField, string>>): string {
  let missing = false;
  const filled = pattern.replace(/\{([^}]*)\}/g, (_, field: string) => {
    const value = values[field as OrderNumberField];
    if (!value) missing = true;
    return value ?? "";
  });
  if (!missing && filled !== "") return filled;
  return values["psp.merchantReference"] ?? values["shop.orderNumber"] ?? values["psp.orderId"] ?? "";
}

/** Checks a pattern: only known fields, at least one of them, balanced braces, at most 60 characters. */
export function checkOrderNumberPattern(pattern: string): string | null {
  if (pattern.length > 60) return "at most 60 characters";
  const fields = [...pattern.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? "");
  if (/[{}]/.test(pattern.replace(/\{[^{}]*\}/g, ""))) return "every { needs its }";
  if (fields.length === 0) return `name at least one field: ${Object.keys(ORDER_NUMBER_FIELDS).join(", ")}`;
  const unknown = fields.find((field) => !Object.hasOwn(ORDER_NUMBER_FIELDS, field));
  return unknown === undefined
    ? null
    : `unknown field {${unknown}}; there are ${Object.keys(ORDER_NUMBER_FIELDS).join(", ")}`;
}

/** The account that sales to a country at a rate are booked on, or the problem that names the missing pair. */
export function salesAccount(
  accounts: readonly SalesAccount[],
  country: string,
  vatRateBps: number,
): { account: string } | Problem {
  const found = accounts.find((entry) => entry.country === country && entry.vatRateBps === vatRateBps);
  if (found) return { account: found.account };
  return { code: "SALES_ACCOUNT_MISSING", detail: `No account for country ${country} at ${vatRateBps / 100} % VAT.` };
}

export type { LocalDate };

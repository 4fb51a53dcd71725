// What a platform says *now* about one order, in our words. Connectors make observations, decide() reads them.
import type { ConnectionId } from "./ids.ts";

export type ConnectorKind = "psp" | "erp" | "shop";

/**
 * The connectors there are. Folder name = id = URL segment = database value.
 */
export type ConnectorId =
  | "qliro"
  | "klarna"
  | "svea"
  | "mollie"
  | "adyen"
  | "specter"
  | "fortnox"
  | "visma-spiris"
  | "visma-net"
  | "shopify"
  | "woocommerce"
  | "centra";

/** A calendar date in the merchant's time zone, `YYYY-MM-DD`. */
export type LocalDate = string;

/**
 * How strong an identifier is as evidence that two sightings are one order
 * (reference/join-keys.md section 3): 0 our own record, 1 the PSP's own id, 2 Shopify's payment id,
 * 3 the shop's own id in PSP metadata, 4 a human order number.
 */
export type Tier = 0 | 1 | 2 | 3 | 4;

/** An identifier some platform uses for an order. Claimed once per (connection, type, value). */
export interface Alias {
  /** `<connector>.<what>`, e.g. `qliro.order_id`, `specter.order_no`. */
  type: string;
  /** Normalised form, the one compared. */
  value: string;
  /** As the platform wrote it, where that differs. */
  raw?: string;
  tier: Tier;
}

export interface Address {
  companyName?: string;
  firstName?: string;
  lastName?: string;
  street?: string;
  street2?: string;
  postalCode?: string;
  city?: string;
  region?: string;
  /** ISO 3166-1 alpha-2, upper case. */
  country?: string;
}

export interface Customer {
  form: "person" | "company";
  companyName?: string;
  firstName?: string;
  lastName?: string;
  email?: string;
  phone?: string;
  /** Organisation number of a company; a personal number is never kept. */
  organisationNumber?: string;
  vatNumber?: string;
  language?: string;
}

export type RowKind = "product" | "shipping" | "fee" | "discount";

/** One row of an order. `key` is the row's identity: the same in every read of the same order. */
export interface OrderRow {
  key: string;
  kind: RowKind;
  /** Article number (SKU) or the platform's own row reference. */
  reference: string;
  description: string;
  /** Whole units, ≥ 1. */
  quantity: number;
  /** Including VAT, per unit; negative on discounts. */
  unitPriceMinor: number;
  vatRateBps: number;
}

/** A part of an order: so many units of these rows. */
export interface RowQuantity {
  key: string;
  quantity: number;
}

/** Only explicit success and explicit failure count as such; everything else is pending. */
export type MovementState = "pending" | "succeeded" | "failed";

interface Movement {
  /** The platform's id of this movement; an alias of the order. */
  externalId: string;
  amountMinor: number;
  state: MovementState;
  rows: RowQuantity[];
  /** Milliseconds since the epoch, where the platform says it unambiguously. */
  occurredAt?: number;
  /** The platform's own code and text of a failure. */
  failure?: string;
}

export interface Authorization extends Movement {
  /** What may still be captured of it: reserved − captured − released, as the platform's ledger says. */
  capturable: RowQuantity[];
  /** Reserved and captured in one step (direct bank payments). */
  immediate: boolean;
}

export interface Capture extends Movement {
  authorizationId: string | null;
  /** What may still be refunded by rows. */
  refundable: RowQuantity[];
}

export interface Refund extends Movement {
  captureId: string | null;
}

export interface Release extends Movement {
  authorizationId: string | null;
}

/** A payment at a PSP. Amounts are magnitudes ≥ 0. */
export interface PaymentObservation {
  source: "psp";
  connectionId: ConnectionId;
  connector: ConnectorId;
  /** The PSP's order id. */
  externalId: string;
  aliases: Alias[];
  /**
   * `pending`: the customer or the PSP is not finished; `accepted`: an order for the ERP;
   * `refused`: will never be one; `cancelled`: was accepted, and nothing of it is left to capture or captured.
   */
  state: "pending" | "accepted" | "refused" | "cancelled";
  currency: string;
  country: string;
  customer: Customer;
  billing: Address;
  shipping: Address;
  rows: OrderRow[];
  /** The PSP's name of the payment method. */
  method: string;
  /** What the merchant calls the order at the PSP, for the order number pattern: `{psp.merchantReference}`. */
  merchantReference: string;
  placedAt?: number;
  authorizations: Authorization[];
  captures: Capture[];
  refunds: Refund[];
  releases: Release[];
}

/** A row of an ERP document. Quantities and totals are magnitudes ≥ 0 on credit invoices too. */
export interface ErpRow {
  /** The ERP's id of the order row it comes from, where it says so. */
  line: string | null;
  articleNumber: string;
  quantity: number;
  vatRateBps: number;
  /** Row total including VAT; negative on discount rows. */
  totalMinor: number;
}

export interface ErpInvoice {
  number: string;
  kind: "invoice" | "credit_invoice";
  /** The invoice that a credit invoice credits, where the ERP links them. */
  originalNumber: string | null;
  /** Including VAT, magnitude. */
  totalMinor: number;
  vatMinor: number;
  currency: string;
  date: LocalDate | null;
  /** null where the ERP does not show the rows of an invoice. */
  rows: ErpRow[] | null;
}

/** An order in the ERP, with its documents. */
export interface ErpObservation {
  source: "erp";
  connectionId: ConnectionId;
  connector: ConnectorId;
  /** The ERP's order number. */
  externalId: string;
  aliases: Alias[];
  state: "open" | "cancelled" | "closed";
  currency: string;
  /** The ERP's payment type code on the order, as it stands now. */
  paymentType: string;
  delivery: "none" | "partial" | "full";
  /** Units delivered per order row, where the ERP shows them. */
  delivered: ErpRow[];
  invoices: ErpInvoice[];
}

/** A payment as the shop knows it: which gateway, and the reference the shop and the PSP share. */
export interface ShopPayment {
  /** The shop's id of the transaction. */
  externalId: string;
  /** The shop's own name of the gateway, as written. */
  gateway: string;
  /** The PSP this gateway belongs to; null where it is none of ours (gift card, manual). */
  connector: ConnectorId | null;
  kind: "authorization" | "sale" | "capture" | "refund" | "void";
  state: MovementState;
  amountMinor: number;
  currency: string;
}

/** Goods that left the warehouse, as the shop says. */
export interface Fulfilment {
  externalId: string;
  rows: RowQuantity[];
  occurredAt?: number;
}

/** A refund as the shop made or recorded it. */
export interface ShopRefund extends Movement {
  /** Money that is not explained by rows (shipping, discrepancy), part of `amountMinor`. */
  adjustmentMinor: number;
}

/** An order in a shop. Amounts are in the currency that the buyer paid in. */
export interface ShopObservation {
  source: "shop";
  connectionId: ConnectionId;
  connector: ConnectorId;
  /** The shop's order id. */
  externalId: string;
  aliases: Alias[];
  /** What merchant and buyer call the order, for the order number pattern: `{shop.orderNumber}`. */
  orderNumber: string;
  state: "open" | "cancelled";
  paid: "no" | "authorized" | "paid";
  /** A test order of the shop; it meets test connections only. */
  test: boolean;
  currency: string;
  country: string;
  customer: Customer;
  billing: Address;
  shipping: Address;
  rows: OrderRow[];
  /** What the buyer owes for the rows. */
  totalMinor: number;
  /** Part of the total paid by gift card or otherwise outside of any PSP. */
  paidElsewhereMinor: number;
  placedAt: number;
  payments: ShopPayment[];
  fulfilments: Fulfilment[];
  refunds: ShopRefund[];
}

export type Observation = PaymentObservation | ErpObservation | ShopObservation;

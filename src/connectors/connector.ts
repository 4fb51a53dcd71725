// The interface of a connector: our code for one platform. Words ↔ words; the engine acts.
//
// A facet that is absent is unsupported; nothing answers "not implemented" at run time.
import type { z } from "zod";
import type {
  AccountingCommand,
  CancelPayment,
  CapturePayment,
  Command,
  CommandCall,
  CommandKind,
  LookUp,
  Outcome,
  RefundPayment,
} from "../domain/commands.ts";
import type { ErrorCode } from "../domain/errors.ts";
import type {
  Alias,
  ConnectorId,
  ConnectorKind,
  ErpObservation,
  LocalDate,
  PaymentObservation,
  ShopObservation,
} from "../domain/observation.ts";
import type { PayoutHeader, PayoutLine, PayoutReference } from "../domain/payout.ts";

import type { Context, Environment, Read } from "./context.ts";

export type * from "./context.ts";

export type Flow = "orders" | "invoices" | "refunds" | "payouts";

// --- webhooks ---------------------------------------------------------------

export interface IncomingWebhook {
  method: "GET" | "POST";
  /** Path after the token, without slash; empty when there is none. */
  suffix: string;
  query: URLSearchParams;
  headers: Headers;
  body: Uint8Array;
}

/** What to look at. A webhook is a hint; the truth is fetched. */
export type Hint =
  /** Read this order. `type`/`value` are an alias of it. */
  | { kind: "order"; type: string; value: string }
  /** Pull this change feed. */
  | { kind: "changes"; feed: string }
  /** Keep this in the connection's memory before anything else: the payload carries a truth that cannot be fetched. */
  | { kind: "remember"; key: string; value: string }
  /** Nothing to do, and why (a known event that does not concern us, or an unknown one). */
  | { kind: "ignored"; reason: string }
  /** Authentic, but not understood. */
  | { kind: "unreadable"; reason: string };

export interface WebhookFacet<Credentials> {
  methods: readonly ("GET" | "POST")[];
  /** Accepted media types, lower case, without parameters; `""` stands for none given. */
  contentTypes: readonly string[];
  /** The credentials that `verify` needs; only these are unsealed on the accept path. */
  secrets: readonly (keyof Credentials & string)[];
  /**
   * Checks the platform's own signature where it has one. Fails closed: a platform that signs, without a
   * configured secret, is `forged`. Platforms that do not sign answer `authentic` (the URL token was checked).
   */
  verify(webhook: IncomingWebhook, secrets: Partial<Credentials>, now: number): Promise<"authentic" | "forged">;
  /**
   * The dedupe key: the same for a repeat of the same event, different for any other. Never throws; a body
   * that cannot be read gets a key made of `bodyHash` (hex SHA-256 of the raw body).
   */
  eventKey(webhook: IncomingWebhook, bodyHash: string): string;
  /** The platform's own acknowledgement. */
  acknowledge(webhook: IncomingWebhook): { status: number; headers: Record<string, string>; body: string };
  /** What a stored webhook asks us to look at. Pure; never throws. */
  hints(webhook: IncomingWebhook): Hint[];
  /** How a person sets the webhook up where no API can. */
  instructions(url: string): string;
  /**
   * Registers (or finds) the platform's subscriptions to `url`, and takes away those to other addresses of ours
   * (`ours` is the part of the URL that all of them share). Safe to repeat: it is also the health check.
   */
  register?(context: Context<Credentials, unknown>, url: string, ours: string): Promise<Read<{ detail: string }>>;
  /** Takes away the platform's subscriptions to addresses of ours. */
  unregister?(context: Context<Credentials, unknown>, ours: string): Promise<Read<true>>;
}

// --- change feeds -----------------------------------------------------------

/** One page of a pull feed. */
export interface ChangePage {
  hints: Hint[];
  /** Names the page when it is acknowledged; null when the platform needs no acknowledgement. */
  batch: string | null;
  more: boolean;
}

export type Pull =
  | { kind: "page"; page: ChangePage }
  /** An earlier batch was never acknowledged and its content may never have been stored. */
  | { kind: "open_batch"; batch: string }
  | { kind: "later"; code: ErrorCode; detail: string; retryAfterMs?: number }
  | { kind: "refused"; code: ErrorCode; detail: string }
  | { kind: "unauthorized"; detail: string };

/** For platforms that do not call, or not reliably. One puller at a time per connection. */
export interface ChangeFacet<Credentials, Settings> {
  feeds(settings: Settings): readonly string[];
  pollMinutes(settings: Settings): number;
  pull(context: Context<Credentials, Settings>, feed: string): Promise<Pull>;
  /** Called only after every row of the batch is stored. */
  acknowledge(context: Context<Credentials, Settings>, feed: string, batch: string): Promise<Read<true>>;
}

// --- payments, accounting, payouts -----------------------------------------

export interface PaymentFacet<Credentials, Settings> {
  /** Type of the alias that names an order here, e.g. `qliro.order_id`. */
  orderAlias: string;
  observe(context: Context<Credentials, Settings>, type: string, value: string): Promise<Read<PaymentObservation>>;
  capture(context: Context<Credentials, Settings>, call: CommandCall<CapturePayment>): Promise<Outcome>;
  refund(context: Context<Credentials, Settings>, call: CommandCall<RefundPayment>): Promise<Outcome>;
  cancel(context: Context<Credentials, Settings>, call: CommandCall<CancelPayment>): Promise<Outcome>;
  lookUp(
    context: Context<Credentials, Settings>,
    call: CommandCall<CapturePayment | RefundPayment | CancelPayment>,
  ): Promise<LookUp>;
  /** Why a kind of command cannot run with these credentials and settings; null when it can. */
  blocker(kind: CommandKind, credentials: Credentials, settings: Settings): ErrorCode | null;
  /** The merchant's choices that decide() needs. */
  policy(settings: Settings): {
    /** Prefix of the payment reference in the ERP. */
    referencePrefix: string;
    /** Article of fee rows in the ERP; null: a fee never becomes a row. */
    feeArticleNumber: string | null;
  };
}

/** A document of the ERP as a payout line may settle it. */
export interface FoundDocument {
  kind: "invoice" | "credit_invoice";
  number: string;
  /** Magnitude, including VAT. */
  totalMinor: number;
  currency: string;
  /** Milliseconds since the epoch; null where the ERP gives no date. */
  occurredAt: number | null;
  /** Those of the given references that it was found by. */
  references: PayoutReference[];
}

export interface AccountingFacet<Credentials, Settings> {
  orderAlias: string;
  observe(context: Context<Credentials, Settings>, type: string, value: string): Promise<Read<ErpObservation>>;
  execute(context: Context<Credentials, Settings>, call: CommandCall<AccountingCommand>): Promise<Outcome>;
  lookUp(context: Context<Credentials, Settings>, call: CommandCall<AccountingCommand>): Promise<LookUp>;
  /**
   * Invoices and credit invoices that carry one of these references, whoever made them: for payouts of orders that
   * are not in our books. References come plain and with the merchant's prefix, the merchant's own first. `absent`: none.
   */
  findDocuments?(
    context: Context<Credentials, Settings>,
    references: readonly PayoutReference[],
  ): Promise<Read<FoundDocument[]>>;
  /** Calls that are switched off on this connection: a person gets a manual task instead. */
  manual(settings: Settings): readonly (Command["kind"] | "observe_order")[];
  policy(settings: Settings): {
    /** Who confirms delivery: an ERP that invoices by itself leads, otherwise the shop or the PSP. */
    deliveryLead: "erp" | "psp";
    captureOn: "invoice" | "delivery";
    /** Credit invoices made in the ERP are refunded at the PSP. */
    refundOnCreditInvoice: boolean;
    /** The payment type code that orders paid through this PSP must carry; null: not configured. */
    paymentTypeFor(connector: ConnectorId): string | null;
    /** Articles that balance rounding and never concern the payment. */
    roundingArticleNumber: string | null;
  };
}

export interface StorefrontFacet<Credentials, Settings> {
  orderAlias: string;
  observe(context: Context<Credentials, Settings>, type: string, value: string): Promise<Read<ShopObservation>>;
  /**
   * Looks for the shop's order of a payment that was seen at a PSP first, by those of its identifiers that the shop
   * can search. Answers the value of `orderAlias`; `absent` when there is none (yet).
   */
  find(context: Context<Credentials, Settings>, aliases: readonly Alias[]): Promise<Read<string>>;
  policy(settings: Settings): {
    /** Whether the ERP order is made when the shop order is placed, or when it is paid. */
    createWhen: "placed" | "paid";
    /** How long a payment that was seen first waits for its shop order, in milliseconds. */
    holdMs: number;
  };
}

/** What an authorization server gave. Times in milliseconds since the epoch. */
export interface Tokens {
  accessToken: string;
  /** null where none is given (client credentials). */
  refreshToken: string | null;
  expiresAt: number;
}

/** Platforms that are connected by OAuth. Tokens live in the merchant object, sealed; refreshes are serial. */
export interface OAuthFacet<Credentials, Settings> {
  /** Key of our registered app in OAUTH_CLIENTS. */
  client: string;
  authorizeUrl(request: {
    clientId: string;
    redirectUri: string;
    state: string;
    /** PKCE S256 challenge; left out of the URL by platforms that do not support it. */
    codeChallenge: string;
    environment: Environment;
    origin(key: string, defaultOrigin: string): string;
  }): string;
  /** Exchanges the code of the callback. */
  exchange(
    context: Context<Credentials, Settings>,
    client: OAuthClient,
    grant: { code: string; redirectUri: string; codeVerifier: string },
  ): Promise<Read<Tokens>>;
  /** A new access token: by the refresh token, or by client credentials where the connection has them. */
  refresh(
    context: Context<Credentials, Settings>,
    client: OAuthClient | null,
    refreshToken: string | null,
  ): Promise<Read<Tokens>>;
}

export interface OAuthClient {
  clientId: string;
  clientSecret: string;
}

/** Payout lines come in pages, so that a payout of any size fits. */
export interface PayoutPage {
  lines: PayoutLine[];
  next: string | null;
  /** What the lines say about the header, where its amounts cannot be read without them. */
  restated?: Pick<PayoutHeader, "paidMinor" | "feeMinor" | "interpretation">;
}

export interface PayoutFacet<Credentials, Settings> {
  /** Type of the alias by which a capture or refund is named in payout lines, e.g. `qliro.transaction_id`. */
  movementAlias: string;
  /** Payouts made on `from`…`to`, both inclusive, in the merchant's time zone. */
  list(context: Context<Credentials, Settings>, from: LocalDate, to: LocalDate): Promise<Read<PayoutHeader[]>>;
  lines(
    context: Context<Credentials, Settings>,
    payout: PayoutHeader,
    cursor: string | null,
  ): Promise<Read<PayoutPage>>;
}

export interface PreflightItem {
  code: ErrorCode;
  title: string;
  ok: boolean;
  /** What was found, without personal data. */
  detail: string;
  fix: string;
}

// --- the connector ----------------------------------------------------------

export interface Connector<Credentials = never, Settings = never> {
  id: ConnectorId;
  kind: ConnectorKind;
  name: string;
  flows: readonly Flow[];
  /** What a person reads while connecting: where to find what, in a few sentences (Markdown). */
  guide: string;
  credentials: z.ZodType<Credentials>;
  settings: z.ZodType<Settings>;
  /** Hosts this connector may talk to; a request elsewhere is refused before it is sent. */
  origins: readonly { key: string; test: string; live: string }[];
  /** Requests the platform allows: a token bucket per connection. */
  rateLimit: { requests: number; perMs: number; concurrent: number };
  /** A harmless call that proves the credentials. */
  verify(context: Context<Credentials, Settings>): Promise<Read<{ detail: string }>>;
  webhooks?: WebhookFacet<Credentials>;
  changes?: ChangeFacet<Credentials, Settings>;
  payments?: PaymentFacet<Credentials, Settings>;
  accounting?: AccountingFacet<Credentials, Settings>;
  storefront?: StorefrontFacet<Credentials, Settings>;
  oauth?: OAuthFacet<Credentials, Settings>;
  /** Reads what the ERP must have (accounts, VAT codes, currencies, fiscal year, articles) and says what is missing. */
  preflight?(context: Context<Credentials, Settings>): Promise<Read<PreflightItem[]>>;
  payouts?: PayoutFacet<Credentials, Settings>;
}

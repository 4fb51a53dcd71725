// The directory's tables (D1): what all merchants share. Times are milliseconds since the epoch, booleans are 0 or 1.
import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { ConnectionId, MerchantId, OrderId, TokenId } from "../domain/ids.ts";
import type { ConnectorId, LocalDate } from "../domain/observation.ts";
import type { FeeTreatmentSetting } from "../domain/policy.ts";

export type Stage = "draft" | "in_review" | "approved";
export type Role = "admin" | "onboarding" | "support";
export type ConnectionStatus = "unverified" | "connected" | "failed";

const flag = (name: string) => integer(name, { mode: "boolean" }).notNull().default(false);

export const merchants = sqliteTable(
  "merchants",
  {
    id: text("id").$type<MerchantId>().primaryKey(),
    name: text("name").notNull(),
    country: text("country").notNull(),
    currency: text("currency").notNull(),
    timezone: text("timezone").notNull(),
    stage: text("stage").$type<Stage>().notNull(),
    orderNumberPattern: text("order_number_pattern").notNull(),
    /** Counts up on every change of the configuration. */
    configVersion: integer("config_version").notNull(),
    /** The version that the merchant's object is known to hold. */
    pushedVersion: integer("pushed_version").notNull().default(0),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    // A change that was planned against an older version writes 0 here, which undoes its whole batch: see change.ts.
    check("config_version_moved", sql`${table.configVersion} > 0`),
    index("merchants_stale").on(table.id).where(sql`${table.pushedVersion} < ${table.configVersion}`),
  ],
);

export const connections = sqliteTable(
  "connections",
  {
    id: text("id").$type<ConnectionId>().primaryKey(),
    merchantId: text("merchant_id").$type<MerchantId>().notNull(),
    connector: text("connector").$type<ConnectorId>().notNull(),
    label: text("label").notNull(),
    environment: text("environment").$type<"test" | "live">().notNull(),
    /** AES-256-GCM, bound to the connection id. */
    sealedCredentials: text("sealed_credentials").notNull(),
    /** Names of the credentials that are set, so that nothing is unsealed to show them. */
    credentialNames: text("credential_names", { mode: "json" }).$type<string[]>().notNull(),
    settings: text("settings", { mode: "json" }).$type<unknown>().notNull(),
    flowOrders: flag("flow_orders"),
    flowInvoices: flag("flow_invoices"),
    flowRefunds: flag("flow_refunds"),
    flowPayouts: flag("flow_payouts"),
    status: text("status").$type<ConnectionStatus>().notNull(),
    /** The catalogue code and particulars of the last failed verification. */
    problemCode: text("problem_code"),
    problemDetail: text("problem_detail"),
    checkedAt: integer("checked_at"),
    active: flag("active"),
    activatedAt: integer("activated_at"),
    /** Counts up whenever credentials or settings are saved. */
    revision: integer("revision").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    removedAt: integer("removed_at"),
  },
  (table) => [
    index("connections_of_merchant").on(table.merchantId, table.createdAt),
    index("connections_with_payouts").on(table.id).where(sql`${table.flowPayouts} = 1 and ${table.active} = 1`),
  ],
);

export const webhookTokens = sqliteTable(
  "webhook_tokens",
  {
    connectionId: text("connection_id").$type<ConnectionId>().notNull(),
    /** Hex SHA-256; the token itself is shown once and never kept. */
    hash: text("hash").notNull(),
    createdAt: integer("created_at").notNull(),
    /** null while it stands; the end of the overlap once it was rotated out. */
    expiresAt: integer("expires_at"),
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [primaryKey({ columns: [table.connectionId, table.hash] })],
);

export const salesAccounts = sqliteTable(
  "sales_accounts",
  {
    merchantId: text("merchant_id").$type<MerchantId>().notNull(),
    country: text("country").notNull(),
    vatRateBps: integer("vat_rate_bps").notNull(),
    account: text("account").notNull(),
    vatCode: text("vat_code"),
  },
  (table) => [primaryKey({ columns: [table.merchantId, table.country, table.vatRateBps] })],
);

export const settlementAccounts = sqliteTable("settlement_accounts", {
  merchantId: text("merchant_id").$type<MerchantId>().primaryKey(),
  payoutAccount: text("payout_account").notNull(),
  bankCostAccount: text("bank_cost_account").notNull(),
  feeVatAccount: text("fee_vat_account").notNull(),
  outgoingVatAccount: text("outgoing_vat_account"),
  receivableAccount: text("receivable_account"),
  roundingAccount: text("rounding_account"),
  differenceAccount: text("difference_account"),
  fxGainAccount: text("fx_gain_account"),
  fxLossAccount: text("fx_loss_account"),
  reserveAccount: text("reserve_account"),
  chargebackAccount: text("chargeback_account"),
  carryOverAccount: text("carry_over_account"),
  reverseChargeVatAccount: text("reverse_charge_vat_account"),
  clearingAccount: text("clearing_account"),
  bookingModel: text("booking_model").$type<"invoice_payments" | "clearing">(),
  roundingToleranceMinor: integer("rounding_tolerance_minor"),
  requireApproval: integer("require_approval", { mode: "boolean" }),
  writeOffLimitMinor: integer("write_off_limit_minor"),
  expectedNightsMax: integer("expected_nights_max"),
  feeTreatments: text("fee_treatments", { mode: "json" }).$type<FeeTreatmentSetting[]>(),
});

export const settlementMethods = sqliteTable(
  "settlement_methods",
  {
    merchantId: text("merchant_id").$type<MerchantId>().notNull(),
    connectionId: text("connection_id").$type<ConnectionId>().notNull(),
    paymentMethod: text("payment_method").notNull(),
    account: text("account").notNull(),
  },
  (table) => [primaryKey({ columns: [table.merchantId, table.connectionId, table.paymentMethod] })],
);

export const schedules = sqliteTable("schedules", {
  merchantId: text("merchant_id").$type<MerchantId>().primaryKey(),
  /** Local time of the payout run, `HH:MM`. */
  payoutTime: text("payout_time").notNull(),
  /** IANA name; null follows the merchant. */
  payoutTimezone: text("payout_timezone"),
});

export const payoutProgress = sqliteTable("payout_progress", {
  connectionId: text("connection_id").$type<ConnectionId>().primaryKey(),
  /** First local date that payout runs are made for. */
  activatedOn: text("activated_on").$type<LocalDate>().notNull(),
  lastFinishedOn: text("last_finished_on").$type<LocalDate>(),
});

/** External ids and ERP document numbers of orders across merchants. Rebuildable from the objects. */
export const orderIndex = sqliteTable(
  "order_index",
  {
    merchantId: text("merchant_id").$type<MerchantId>().notNull(),
    orderId: text("order_id").$type<OrderId>().notNull(),
    /** An alias type such as `qliro.order_id`, or `document.<kind>`. */
    type: text("type").notNull(),
    /** Lower case. */
    value: text("value").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.merchantId, table.orderId, table.type, table.value] }),
    index("order_index_by_value").on(table.value, table.merchantId),
  ],
);

export const apiTokens = sqliteTable(
  "api_tokens",
  {
    id: text("id").$type<TokenId>().primaryKey(),
    name: text("name").notNull(),
    hash: text("hash").notNull(),
    role: text("role").$type<Role>().notNull(),
    /** null: every merchant. */
    merchantId: text("merchant_id").$type<MerchantId>(),
    createdAt: integer("created_at").notNull(),
    lastUsedAt: integer("last_used_at"),
    revokedAt: integer("revoked_at"),
  },
  (table) => [uniqueIndex("api_tokens_by_hash").on(table.hash)],
);

/** Who changed what, when; before and after without secrets. Only appended to. */
export const audit = sqliteTable(
  "audit",
  {
    id: integer("id").primaryKey({ autoIncrement: true }),
    at: integer("at").notNull(),
    /** A token id, or `root`. */
    actor: text("actor").notNull(),
    role: text("role").$type<Role>().notNull(),
    merchantId: text("merchant_id").$type<MerchantId>(),
    /** What was done, e.g. `connection.update`. */
    action: text("action").notNull(),
    /** The id of the thing it was done to. */
    subject: text("subject").notNull(),
    before: text("before", { mode: "json" }).$type<unknown>(),
    after: text("after", { mode: "json" }).$type<unknown>(),
  },
  (table) => [index("audit_of_merchant").on(table.merchantId, table.id)],
);

export const idempotency = sqliteTable(
  "idempotency",
  {
    /** The API token's id, or `root`: two callers may use the same key. */
    tokenId: text("token_id").notNull(),
    key: text("key").notNull(),
    /** Hex SHA-256 of method, path and body. */
    fingerprint: text("fingerprint").notNull(),
    /** null while the first request is still at work. */
    status: integer("status"),
    /** The answer, sealed: it may hold a webhook URL with its token. */
    sealedBody: text("sealed_body"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.tokenId, table.key] }), index("idempotency_by_age").on(table.createdAt)],
);

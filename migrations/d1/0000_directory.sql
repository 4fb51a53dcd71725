CREATE TABLE `api_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`hash` text NOT NULL,
	`role` text NOT NULL,
	`merchant_id` text,
	`created_at` integer NOT NULL,
	`last_used_at` integer,
	`revoked_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_tokens_by_hash` ON `api_tokens` (`hash`);--> statement-breakpoint
CREATE TABLE `audit` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`role` text NOT NULL,
	`merchant_id` text,
	`action` text NOT NULL,
	`subject` text NOT NULL,
	`before` text,
	`after` text
);
--> statement-breakpoint
CREATE INDEX `audit_of_merchant` ON `audit` (`merchant_id`,`id`);--> statement-breakpoint
CREATE TABLE `connections` (
	`id` text PRIMARY KEY NOT NULL,
	`merchant_id` text NOT NULL,
	`connector` text NOT NULL,
	`label` text NOT NULL,
	`environment` text NOT NULL,
	`sealed_credentials` text NOT NULL,
	`credential_names` text NOT NULL,
	`settings` text NOT NULL,
	`flow_orders` integer DEFAULT false NOT NULL,
	`flow_invoices` integer DEFAULT false NOT NULL,
	`flow_refunds` integer DEFAULT false NOT NULL,
	`flow_payouts` integer DEFAULT false NOT NULL,
	`status` text NOT NULL,
	`problem_code` text,
	`problem_detail` text,
	`checked_at` integer,
	`active` integer DEFAULT false NOT NULL,
	`activated_at` integer,
	`revision` integer NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`removed_at` integer
);
--> statement-breakpoint
CREATE INDEX `connections_of_merchant` ON `connections` (`merchant_id`,`created_at`);--> statement-breakpoint
CREATE INDEX `connections_with_payouts` ON `connections` (`id`) WHERE "connections"."flow_payouts" = 1 and "connections"."active" = 1;--> statement-breakpoint
CREATE TABLE `idempotency` (
	`token_id` text NOT NULL,
	`key` text NOT NULL,
	`fingerprint` text NOT NULL,
	`status` integer,
	`sealed_body` text,
	`created_at` integer NOT NULL,
	PRIMARY KEY(`token_id`, `key`)
);
--> statement-breakpoint
CREATE INDEX `idempotency_by_age` ON `idempotency` (`created_at`);--> statement-breakpoint
CREATE TABLE `merchants` (
	`id` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`country` text NOT NULL,
	`currency` text NOT NULL,
	`timezone` text NOT NULL,
	`stage` text NOT NULL,
	`order_number_pattern` text NOT NULL,
	`config_version` integer NOT NULL,
	`pushed_version` integer DEFAULT 0 NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`deleted_at` integer,
	CONSTRAINT "config_version_moved" CHECK("merchants"."config_version" > 0)
);
--> statement-breakpoint
CREATE INDEX `merchants_stale` ON `merchants` (`id`) WHERE "merchants"."pushed_version" < "merchants"."config_version";--> statement-breakpoint
CREATE TABLE `order_index` (
	`merchant_id` text NOT NULL,
	`order_id` text NOT NULL,
	`type` text NOT NULL,
	`value` text NOT NULL,
	`updated_at` integer NOT NULL,
	PRIMARY KEY(`merchant_id`, `order_id`, `type`, `value`)
);
--> statement-breakpoint
CREATE INDEX `order_index_by_value` ON `order_index` (`value`,`merchant_id`);--> statement-breakpoint
CREATE TABLE `payout_progress` (
	`connection_id` text PRIMARY KEY NOT NULL,
	`activated_on` text NOT NULL,
	`last_finished_on` text
);
--> statement-breakpoint
CREATE TABLE `sales_accounts` (
	`merchant_id` text NOT NULL,
	`country` text NOT NULL,
	`vat_rate_bps` integer NOT NULL,
	`account` text NOT NULL,
	`vat_code` text,
	PRIMARY KEY(`merchant_id`, `country`, `vat_rate_bps`)
);
--> statement-breakpoint
CREATE TABLE `schedules` (
	`merchant_id` text PRIMARY KEY NOT NULL,
	`payout_time` text NOT NULL,
	`payout_timezone` text
);
--> statement-breakpoint
CREATE TABLE `settlement_accounts` (
	`merchant_id` text PRIMARY KEY NOT NULL,
	`payout_account` text NOT NULL,
	`bank_cost_account` text NOT NULL,
	`fee_vat_account` text NOT NULL,
	`outgoing_vat_account` text,
	`receivable_account` text,
	`rounding_account` text,
	`difference_account` text,
	`fx_gain_account` text,
	`fx_loss_account` text,
	`reserve_account` text,
	`chargeback_account` text
);
--> statement-breakpoint
CREATE TABLE `settlement_methods` (
	`merchant_id` text NOT NULL,
	`connection_id` text NOT NULL,
	`payment_method` text NOT NULL,
	`account` text NOT NULL,
	PRIMARY KEY(`merchant_id`, `connection_id`, `payment_method`)
);
--> statement-breakpoint
CREATE TABLE `webhook_tokens` (
	`connection_id` text NOT NULL,
	`hash` text NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer,
	PRIMARY KEY(`connection_id`, `hash`)
);

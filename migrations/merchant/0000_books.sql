CREATE TABLE `aliases` (
	`value` text NOT NULL,
	`type` text NOT NULL,
	`connection_id` text NOT NULL,
	`order_id` text NOT NULL,
	PRIMARY KEY(`value`, `type`, `connection_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `attempts` (
	`command_id` text NOT NULL,
	`number` integer NOT NULL,
	`at` integer NOT NULL,
	`outcome` text NOT NULL,
	`detail` text NOT NULL,
	`requests` text NOT NULL,
	PRIMARY KEY(`command_id`, `number`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `commands` (
	`id` text PRIMARY KEY NOT NULL,
	`subject` text NOT NULL,
	`demand` text NOT NULL,
	`connection_id` text NOT NULL,
	`kind` text NOT NULL,
	`payload` text NOT NULL,
	`state` text NOT NULL,
	`held_by` text,
	`code` text,
	`detail` text,
	`external_ids` text NOT NULL,
	`cause` integer,
	`request_key` text NOT NULL,
	`repeat_denied` integer NOT NULL,
	`attempts` integer NOT NULL,
	`look_ups` integer NOT NULL,
	`first_attempt_at` integer,
	`created_at` integer NOT NULL,
	`due_at` integer
) WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `commands_due` ON `commands` (`due_at`) WHERE "commands"."due_at" IS NOT NULL;--> statement-breakpoint
CREATE TABLE `entries` (
	`order_id` text NOT NULL,
	`seq` integer NOT NULL,
	`kind` text NOT NULL,
	`connection_id` text NOT NULL,
	`external_id` text NOT NULL,
	`amount_minor` integer NOT NULL,
	`rows` text NOT NULL,
	`answers` integer,
	`parent` text,
	`command_id` text,
	`at` integer NOT NULL,
	`vat_minor` integer,
	`text` text,
	PRIMARY KEY(`order_id`, `seq`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `index_queue` (
	`order_id` text PRIMARY KEY NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `jobs` (
	`key` text PRIMARY KEY NOT NULL,
	`due_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`data` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `looks` (
	`connection_id` text NOT NULL,
	`type` text NOT NULL,
	`value` text NOT NULL,
	`due_at` integer NOT NULL,
	`attempts` integer NOT NULL,
	`code` text,
	`detail` text,
	`webhooks` text NOT NULL,
	PRIMARY KEY(`connection_id`, `type`, `value`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `memory` (
	`connection_id` text NOT NULL,
	`key` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`connection_id`, `key`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `meta` (
	`key` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `orders` (
	`id` text PRIMARY KEY NOT NULL,
	`version` integer NOT NULL,
	`status` text NOT NULL,
	`currency` text NOT NULL,
	`total_minor` integer NOT NULL,
	`order_number` text,
	`erp_number` text,
	`placed_at` integer,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL,
	`document` text NOT NULL,
	`content` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payout_lines` (
	`payout_id` text NOT NULL,
	`number` integer NOT NULL,
	`external_id` text NOT NULL,
	`type` text NOT NULL,
	`amount_minor` integer NOT NULL,
	`currency` text NOT NULL,
	`fee_minor` integer NOT NULL,
	`fee_vat_minor` integer NOT NULL,
	`refs` text NOT NULL,
	`method` text NOT NULL,
	`occurred_at` integer,
	`state` text NOT NULL,
	`reason` text NOT NULL,
	`outcome` text,
	PRIMARY KEY(`payout_id`, `number`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payouts` (
	`id` text PRIMARY KEY NOT NULL,
	`connection_id` text NOT NULL,
	`external_id` text NOT NULL,
	`version` integer NOT NULL,
	`reference` text NOT NULL,
	`date` text NOT NULL,
	`currency` text NOT NULL,
	`paid_minor` integer NOT NULL,
	`fee_minor` integer,
	`interpretation` text,
	`state` text NOT NULL,
	`code` text,
	`detail` text,
	`lines_total_minor` integer NOT NULL,
	`matched_total_minor` integer NOT NULL,
	`open_total_minor` integer NOT NULL,
	`balanced` integer NOT NULL,
	`hash` text NOT NULL,
	`voucher_number` text,
	`voucher` text NOT NULL,
	`updated_at` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `payouts_key` ON `payouts` (`connection_id`,`external_id`);--> statement-breakpoint
CREATE TABLE `runs` (
	`id` text PRIMARY KEY NOT NULL,
	`connection_id` text NOT NULL,
	`date` text NOT NULL,
	`trigger` text NOT NULL,
	`state` text NOT NULL,
	`started_at` integer NOT NULL,
	`finished_at` integer,
	`found` integer NOT NULL,
	`booked` integer NOT NULL,
	`open` integer NOT NULL,
	`stopped` integer NOT NULL,
	`code` text,
	`detail` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE UNIQUE INDEX `runs_key` ON `runs` (`connection_id`,`date`);--> statement-breakpoint
CREATE TABLE `tasks` (
	`id` text PRIMARY KEY NOT NULL,
	`subject` text NOT NULL,
	`key` text NOT NULL,
	`code` text NOT NULL,
	`detail` text NOT NULL,
	`demand` text,
	`choices` text NOT NULL,
	`state` text NOT NULL,
	`created_at` integer NOT NULL,
	`done_at` integer,
	`note` text
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `webhooks` (
	`seq` integer PRIMARY KEY NOT NULL,
	`id` text NOT NULL,
	`connection_id` text NOT NULL,
	`received_at` integer NOT NULL,
	`method` text NOT NULL,
	`suffix` text NOT NULL,
	`query` text NOT NULL,
	`headers` text NOT NULL,
	`content_type` text NOT NULL,
	`bytes` integer NOT NULL,
	`body` blob,
	`state` text NOT NULL,
	`verdict` text NOT NULL,
	`duplicates` integer NOT NULL,
	`order_id` text
);
--> statement-breakpoint
CREATE UNIQUE INDEX `webhooks_id` ON `webhooks` (`id`);--> statement-breakpoint
CREATE INDEX `webhooks_order` ON `webhooks` (`order_id`) WHERE "webhooks"."order_id" IS NOT NULL;
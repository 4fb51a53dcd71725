CREATE TABLE `payout_acts` (
	`payout_id` text NOT NULL,
	`number` integer NOT NULL,
	`at` integer NOT NULL,
	`actor` text NOT NULL,
	`action` text NOT NULL,
	`line_id` text,
	`note` text NOT NULL,
	`before` text,
	`after` text,
	`rule_of` integer,
	PRIMARY KEY(`payout_id`, `number`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payout_changes` (
	`payout_id` text NOT NULL,
	`version` integer NOT NULL,
	`external_id` text NOT NULL,
	`before` text,
	`after` text,
	PRIMARY KEY(`payout_id`, `version`, `external_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payout_claims` (
	`claim` text PRIMARY KEY NOT NULL,
	`payout_id` text NOT NULL,
	`line_id` text NOT NULL,
	`priority` integer NOT NULL
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payout_finds` (
	`payout_id` text NOT NULL,
	`line_id` text NOT NULL,
	`documents` text NOT NULL,
	`revision` integer NOT NULL,
	PRIMARY KEY(`payout_id`, `line_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payout_stage` (
	`payout_id` text NOT NULL,
	`external_id` text NOT NULL,
	`number` integer NOT NULL,
	`line` text NOT NULL,
	PRIMARY KEY(`payout_id`, `external_id`)
) WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `payout_vouchers` (
	`payout_id` text NOT NULL,
	`version` integer NOT NULL,
	`part` integer NOT NULL,
	`state` text NOT NULL,
	`number` text,
	`bank_minor` integer NOT NULL,
	`after` text NOT NULL,
	`up_to` text NOT NULL,
	`fees` text NOT NULL,
	`rows` text NOT NULL,
	PRIMARY KEY(`payout_id`, `version`, `part`)
);
--> statement-breakpoint
CREATE TABLE `__new_payout_lines` (
	`payout_id` text NOT NULL,
	`external_id` text NOT NULL,
	`number` integer NOT NULL,
	`type` text NOT NULL,
	`amount_minor` integer NOT NULL,
	`currency` text NOT NULL,
	`fee_minor` integer NOT NULL,
	`fee_vat_minor` integer NOT NULL,
	`fee_type` text,
	`refs` text NOT NULL,
	`method` text NOT NULL,
	`occurred_at` integer,
	`state` text NOT NULL,
	`reason` text NOT NULL,
	`outcome` text,
	`proposal` text,
	PRIMARY KEY(`payout_id`, `external_id`)
) WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `__new_payout_lines`("payout_id", "external_id", "number", "type", "amount_minor", "currency", "fee_minor", "fee_vat_minor", "fee_type", "refs", "method", "occurred_at", "state", "reason", "outcome", "proposal") SELECT "payout_id", "external_id", "number", "type", "amount_minor", "currency", "fee_minor", "fee_vat_minor", NULL, "refs", "method", "occurred_at", "state", "reason", "outcome", NULL FROM `payout_lines`;--> statement-breakpoint
DROP TABLE `payout_lines`;--> statement-breakpoint
ALTER TABLE `__new_payout_lines` RENAME TO `payout_lines`;--> statement-breakpoint
ALTER TABLE `payouts` ADD `stage` text DEFAULT 'idle' NOT NULL;--> statement-breakpoint
ALTER TABLE `payouts` ADD `cursor` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `payouts` ADD `progress` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `payouts` ADD `moved` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `payouts` ADD `revision` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `payouts` ADD `line_count` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `payouts` ADD `booked_version` integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE `payouts` ADD `stated` text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE `payouts` ADD `approved_hash` text;--> statement-breakpoint
CREATE INDEX `entries_movements` ON `entries` (`amount_minor`,`at`) WHERE "entries"."kind" IN ('captured', 'refunded');--> statement-breakpoint
UPDATE `payouts` SET `line_count` = (SELECT count(*) FROM `payout_lines` WHERE `payout_lines`.`payout_id` = `payouts`.`id`), `booked_version` = CASE `state` WHEN 'booked' THEN `version` ELSE 0 END;--> statement-breakpoint
INSERT OR IGNORE INTO `payout_claims` SELECT json_extract(`settled`.`value`, '$.entryId'), `payout_id`, `external_id`, 0 FROM `payout_lines`, json_each(`outcome`, '$.match.documents') AS `settled`;

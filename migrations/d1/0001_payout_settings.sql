ALTER TABLE `settlement_accounts` ADD `carry_over_account` text;--> statement-breakpoint
ALTER TABLE `settlement_accounts` ADD `reverse_charge_vat_account` text;--> statement-breakpoint
ALTER TABLE `settlement_accounts` ADD `clearing_account` text;--> statement-breakpoint
ALTER TABLE `settlement_accounts` ADD `booking_model` text;--> statement-breakpoint
ALTER TABLE `settlement_accounts` ADD `rounding_tolerance_minor` integer;--> statement-breakpoint
ALTER TABLE `settlement_accounts` ADD `require_approval` integer;--> statement-breakpoint
ALTER TABLE `settlement_accounts` ADD `write_off_limit_minor` integer;--> statement-breakpoint
ALTER TABLE `settlement_accounts` ADD `expected_nights_max` integer;--> statement-breakpoint
ALTER TABLE `settlement_accounts` ADD `fee_treatments` text;
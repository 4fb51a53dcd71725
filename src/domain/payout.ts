// What a PSP says about one payout, in our words. Amounts are signed from the merchant's side: + is money in.
import type { LocalDate } from "./observation.ts";

export type PayoutLineType = "sale" | "refund" | "fee" | "chargeback" | "reserve" | "adjustment" | "carry_over";

/** A reference on a payout line; `type` as in aliases, e.g. `qliro.transaction_id`. Strongest first. */
export interface PayoutReference {
  type: string;
  value: string;
}

export interface PayoutHeader {
  /** The PSP's id of the payout: unique per connection. */
  externalId: string;
  /** What a person finds on the bank statement or in the PSP's portal. */
  reference: string;
  /** Date of the transfer, in the merchant's time zone. */
  date: LocalDate;
  currency: string;
  /** What reached the bank; negative when the PSP collected. */
  paidMinor: number;
  /** Sum of fees including their VAT where the PSP states it on the payout, as a magnitude. */
  feeMinor: number | null;
  /** How the platform's amounts were read, where its sign rules are not documented. */
  interpretation?: string;
}

export interface PayoutLine {
  /** The PSP's id of the line, or one made of its content: unique within the payout. */
  externalId: string;
  type: PayoutLineType;
  /** Gross of the fee on this line: sale > 0, refund < 0; a fee line of its own is negative. Including VAT. */
  amountMinor: number;
  currency: string;
  /** Fee taken on this line, ex VAT, as a magnitude; 0 when fees are lines of their own. */
  feeMinor: number;
  /** VAT on the fee as the PSP states it, as a magnitude. On a fee line: the VAT inside `amountMinor`. */
  feeVatMinor: number;
  /** What the PSP calls the fee on this line; the treatment of its VAT may depend on it. Without one: the method. */
  feeType?: string;
  references: PayoutReference[];
  method: string;
  occurredAt?: number;
}

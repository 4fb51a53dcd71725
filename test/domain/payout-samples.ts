// Payouts, lines and movements for the tests of the payout domain; every field can be replaced.
import type { PayoutHeader, PayoutLine } from "../../src/domain/payout.ts";
import type { Match, Settleable } from "../../src/domain/settlement.ts";
import type { VoucherAccounts } from "../../src/domain/voucher-accounts.ts";

export const CONNECTION = "con_qliro";
export const PAYOUT = "pay_1";

export const header = (paidMinor: number, other: Partial<PayoutHeader> = {}): PayoutHeader => ({
  externalId: "778812",
  reference: "20260114-001",
  date: "2026-01-14",
  currency: "SEK",
  paidMinor,
  feeMinor: null,
  ...other,
});

export const line = (externalId: string, amountMinor: number, other: Partial<PayoutLine> = {}): PayoutLine => ({
  externalId,
  type: amountMinor < 0 ? "refund" : "sale",
  amountMinor,
  currency: "SEK",
  feeMinor: 0,
  feeVatMinor: 0,
  references: [],
  method: "QLIRO_INVOICE",
  ...other,
});

/** A capture of our books with its invoice of the same amount; a refund with its credit invoice. */
export function movement(externalId: string, amountMinor: number, other: Partial<Settleable> = {}): Settleable {
  const kind = other.kind ?? "capture";
  return {
    source: "books",
    entryId: `ent_${externalId}`,
    orderId: "ord_1",
    kind,
    externalId,
    connectionId: CONNECTION,
    amountMinor,
    currency: "SEK",
    document: {
      kind: kind === "capture" ? "invoice" : "credit_invoice",
      number: `9${externalId}`,
      totalMinor: amountMinor,
    },
    references: [],
    settledByPayoutId: null,
    occurredAt: null,
    ...other,
  };
}

type DocumentAmount = [number: string, amountMinor: number];

/** A line settled with documents that leaves a difference. */
export const settlesWith = (
  difference: "rounding" | "fx",
  differenceMinor: number,
  ...documents: DocumentAmount[]
): Match => ({
  kind: "documents",
  documents: documents.map(([number, amountMinor]) => ({
    entryId: `ent_${number}`,
    orderId: "ord_1",
    kind: amountMinor < 0 ? "credit_invoice" : "invoice",
    number,
    amountMinor,
  })),
  difference,
  differenceMinor,
});

/** A line settled with documents, to the öre. */
export const settles = (...documents: DocumentAmount[]): Match => settlesWith("rounding", 0, ...documents);

export const accounts = (other: Partial<VoucherAccounts> = {}): VoucherAccounts => ({
  payoutAccount: "1930",
  bankCostAccount: "6570",
  feeVatAccount: "2641",
  methods: [],
  ...other,
});

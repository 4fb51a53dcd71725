// Which account each part of a payout goes to, from the merchant's settlement mapping; what is missing is collected.
import type { ConnectionId } from "./ids.ts";
import type { SettlementAccounts } from "./policy.ts";

/** The settlement mapping; the account of carried balances is a field of it. */
export type VoucherAccounts = SettlementAccounts;

type AccountField = Extract<keyof SettlementAccounts, `${string}Account`>;

export interface AccountBook {
  /** The account of a field; `""` when it is not mapped, which `missing` then names. Ask only for what is used. */
  of(field: AccountField): string;
  /**
   * Where the money of a payment method lands: the method's own settlement (interim) account, otherwise the payout
   * account. The receivable side is not touched by methods: a merchant who keeps the PSP's debt on 158x maps
   * `receivableAccount`, or the method's account when the money shall wait there.
   */
  bank(method: string): string;
  /** Payouts are booked by voucher only, against the clearing account. */
  clearing: boolean;
  /** Sorted names of the fields that were asked for and are not mapped. */
  missing(): string[];
}

/** BAS 1510, trade receivables (reference/se-accounting.md section 1), unless the merchant says otherwise. */
export const DEFAULT_RECEIVABLE_ACCOUNT = "1510";

function fallback(accounts: VoucherAccounts, field: AccountField): string {
  if (field === "receivableAccount") return DEFAULT_RECEIVABLE_ACCOUNT;
  return field === "reverseChargeVatAccount" ? accounts.feeVatAccount : "";
}

/** Opens the mapping for one connection. */
export function accountBook(accounts: VoucherAccounts, connectionId: ConnectionId): AccountBook {
  const missing = new Set<string>();
  const methods = new Map(
    accounts.methods
      .filter((entry) => entry.connectionId === connectionId && entry.account !== "")
      .map((entry) => [entry.paymentMethod, entry.account]),
  );
  const of = (field: AccountField): string => {
    const account = accounts[field] || fallback(accounts, field);
    if (account === "") missing.add(field);
    return account;
  };
  return {
    of,
    clearing: accounts.bookingModel === "clearing",
    bank: (method) => methods.get(method) ?? of("payoutAccount"),
    missing: () => [...missing].sort(),
  };
}

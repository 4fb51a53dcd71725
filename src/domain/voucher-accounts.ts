// Which account each part of a payout goes to, from the merchant's settlement mapping; what is missing is collected.
import type { ConnectionId } from "./ids.ts";
import type { SettlementAccounts } from "./policy.ts";

/** The settlement mapping, and the account of balances that the PSP carries from one payout to another. */
export interface VoucherAccounts extends SettlementAccounts {
  carryOverAccount?: string | undefined;
}

type AccountField = Exclude<keyof VoucherAccounts, "methods">;

export interface AccountBook {
  /** The account of a field; `""` when it is not mapped, which `missing` then names. Ask only for what is used. */
  of(field: AccountField): string;
  /**
   * Where the money of a payment method lands: the method's own settlement (interim) account, otherwise the payout
   * account. The receivable side is not touched by methods: a merchant who keeps the PSP's debt on 158x maps
   * `receivableAccount`, or the method's account when the money shall wait there.
   */
  bank(method: string): string;
  /** Sorted names of the fields that were asked for and are not mapped. */
  missing(): string[];
}

/** BAS 1510, trade receivables (reference/se-accounting.md section 1), unless the merchant says otherwise. */
export const DEFAULT_RECEIVABLE_ACCOUNT = "1510";

/** Opens the mapping for one connection. */
export function accountBook(accounts: VoucherAccounts, connectionId: ConnectionId): AccountBook {
  const missing = new Set<string>();
  const methods = new Map(
    accounts.methods
      .filter((entry) => entry.connectionId === connectionId && entry.account !== "")
      .map((entry) => [entry.paymentMethod, entry.account]),
  );
  const of = (field: AccountField): string => {
    const account = accounts[field] || (field === "receivableAccount" ? DEFAULT_RECEIVABLE_ACCOUNT : "");
    if (account === "") missing.add(field);
    return account;
  };
  return {
    of,
    bank: (method) => methods.get(method) ?? of("payoutAccount"),
    missing: () => [...missing].sort(),
  };
}

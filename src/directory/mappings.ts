// Mappings: which account a sale is booked on, which accounts a payout needs, and what an order is called in the ERP.
import { asc, eq } from "drizzle-orm";
import type { MerchantId } from "../domain/ids.ts";
import type { SalesAccount, SettlementAccounts } from "../domain/policy.ts";
import { type Change, type Committed, commitChange } from "./change.ts";
import { type Directory, insertable } from "./database.ts";
import { merchants, salesAccounts, settlementAccounts, settlementMethods } from "./schema.ts";

type SettlementRow = typeof settlementAccounts.$inferSelect;
type MethodRow = typeof settlementMethods.$inferSelect;

/** Replaces the whole mapping. */
export function replaceSalesAccounts(
  db: Directory,
  change: Change,
  items: readonly SalesAccount[],
): Promise<Committed> {
  const { merchantId } = change;
  const rows = items.map((item) => ({ ...item, vatCode: item.vatCode ?? null, merchantId }));
  return commitChange(db, change, [
    db.delete(salesAccounts).where(eq(salesAccounts.merchantId, merchantId)),
    ...insertable(rows, 5).map((part) => db.insert(salesAccounts).values(part)),
  ]);
}

/** Replaces the whole mapping, methods included. */
export function replaceSettlementAccounts(
  db: Directory,
  change: Change,
  { methods, ...accounts }: SettlementAccounts,
): Promise<Committed> {
  const { merchantId } = change;
  const rows = methods.map((method) => ({ ...method, merchantId }));
  return commitChange(db, change, [
    db.delete(settlementAccounts).where(eq(settlementAccounts.merchantId, merchantId)),
    db.delete(settlementMethods).where(eq(settlementMethods.merchantId, merchantId)),
    db.insert(settlementAccounts).values({
      ...accounts,
      feeTreatments: accounts.feeTreatments ? [...accounts.feeTreatments] : null,
      merchantId,
    }),
    ...insertable(rows, 4).map((part) => db.insert(settlementMethods).values(part)),
  ]);
}

export const setOrderNumberPattern = (db: Directory, change: Change, pattern: string): Promise<Committed> =>
  commitChange(db, change, [
    db.update(merchants).set({ orderNumberPattern: pattern }).where(eq(merchants.id, change.merchantId)),
  ]);

export async function readSalesAccounts(db: Directory, merchantId: MerchantId): Promise<SalesAccount[]> {
  return (await salesAccountRows(db, merchantId)).map(salesAccountOf);
}

export async function readSettlementAccounts(
  db: Directory,
  merchantId: MerchantId,
): Promise<SettlementAccounts | null> {
  const [accounts, methods] = await db.batch([
    settlementAccountRows(db, merchantId),
    settlementMethodRows(db, merchantId),
  ]);
  return settlementAccountsOf(accounts[0], methods);
}

// The queries and their translations are apart, so that the whole configuration can be read in one batch.

export const salesAccountRows = (db: Directory, merchantId: MerchantId) =>
  db
    .select()
    .from(salesAccounts)
    .where(eq(salesAccounts.merchantId, merchantId))
    .orderBy(asc(salesAccounts.country), asc(salesAccounts.vatRateBps));

export const settlementAccountRows = (db: Directory, merchantId: MerchantId) =>
  db.select().from(settlementAccounts).where(eq(settlementAccounts.merchantId, merchantId));

export const settlementMethodRows = (db: Directory, merchantId: MerchantId) =>
  db
    .select()
    .from(settlementMethods)
    .where(eq(settlementMethods.merchantId, merchantId))
    .orderBy(asc(settlementMethods.connectionId), asc(settlementMethods.paymentMethod));

export const salesAccountOf = (row: typeof salesAccounts.$inferSelect): SalesAccount => ({
  country: row.country,
  vatRateBps: row.vatRateBps,
  account: row.account,
  ...(row.vatCode === null ? {} : { vatCode: row.vatCode }),
});

export function settlementAccountsOf(
  row: SettlementRow | undefined,
  methods: readonly MethodRow[],
): SettlementAccounts | null {
  if (!row) return null;
  const { merchantId: _, payoutAccount, bankCostAccount, feeVatAccount, ...optional } = row;
  const given = Object.entries(optional).flatMap(([name, account]) => (account === null ? [] : [[name, account]]));
  return {
    payoutAccount,
    bankCostAccount,
    feeVatAccount,
    ...Object.fromEntries(given),
    methods: methods.map(({ connectionId, paymentMethod, account }) => ({ connectionId, paymentMethod, account })),
  };
}

// Makes settlement batches of what has not been settled yet. Signs and net or gross are NOT DOCUMENTED: switches.
import { divideRounded, vatInside } from "../../src/domain/money.ts";
import type { Account, Batch, Order, SettlementLine, Transaction, Truth } from "./truth.ts";

export interface SettleOptions {
  /** `YYYY-MM-DD`. */
  date: string;
  /**
   * `magnitude`: amounts without sign, Action gives the direction; `signed`: refunds and fees are negative.
   * `net`: TotalAmount is what reaches the bank; `gross`: TotalAmount is before fees.
   */
  convention: "magnitude_net" | "magnitude_gross" | "signed_net" | "signed_gross";
  fee: {
    /** Of each sale, excluding VAT. */
    percentBps: number;
    /** On each sale and refund, excluding VAT. */
    fixedMinor: number;
    vatRateBps: number;
    /** `per_line`: tied to the transaction; `per_batch`: one line without order; `hidden`: not in the batch's lines. */
    shown: "per_line" | "per_batch" | "hidden";
  };
  chargebacks: { orderId: number; amountMinor: number }[];
  /** Transactions shown as pending or rejected instead; they stay unsettled. */
  pending: number[];
  rejected: number[];
  /** Makes TotalAmount wrong by so much, to see what the reader does. */
  offByMinor: number;
}

interface Item {
  order: Order;
  transaction: Transaction | null;
  action: "Debit" | "Credit";
  type: "Transaction" | "Chargeback";
  amountMinor: number;
}

const ACQUIRERS: Readonly<Record<string, string>> = { CREDITCARDS: "Bambora", TRUSTLY: "Trustly", PAYPAL: "PayPal" };

/** Who transfers the money of a payment method. */
export const acquirerOf = (method: string): string =>
  method.startsWith("QLIRO") ? "Qliro" : (ACQUIRERS[method] ?? "Nets");

/** One batch per currency and acquirer; none when nothing is left to settle. */
export function settle(truth: Truth, account: Account, options: SettleOptions, now: number): Batch[] {
  const groups = new Map<string, Item[]>();
  for (const item of unsettled(truth, account, options)) {
    const group = `${item.order.currency} ${acquirerOf(item.order.method.name)}`;
    groups.set(group, [...(groups.get(group) ?? []), item]);
  }
  return [...groups].map(([group, items]) => {
    const [currency = "", acquirer = ""] = group.split(" ");
    return makeBatch(truth, account, { currency, acquirer }, items, options, now);
  });
}

function unsettled(truth: Truth, account: Account, options: SettleOptions): Item[] {
  const items: Item[] = [];
  for (const order of Object.values(truth.orders)) {
    if (order.account !== account.key) continue;
    for (const transaction of order.transactions) {
      if (transaction.money === "none" || transaction.status !== "Success" || transaction.settledIn !== null) continue;
      const action = transaction.money === "in" ? "Debit" : "Credit";
      items.push({ order, transaction, action, type: "Transaction", amountMinor: transaction.amountMinor });
    }
    for (const { orderId, amountMinor } of options.chargebacks) {
      if (orderId === order.id)
        items.push({ order, transaction: null, action: "Credit", type: "Chargeback", amountMinor });
    }
  }
  return items;
}

function makeBatch(
  truth: Truth,
  account: Account,
  { currency, acquirer }: { currency: string; acquirer: string },
  items: Item[],
  options: SettleOptions,
  now: number,
): Batch {
  const id = truth.next.batch;
  truth.next.batch += 1;
  const signed = options.convention.startsWith("signed");
  const show = (line: SettlementLine): SettlementLine =>
    signed && line.action === "Credit"
      ? { ...line, amountMinor: -line.amountMinor, exVatMinor: line.exVatMinor === null ? null : -line.exVatMinor }
      : line;
  const aside = (item: Item, ids: number[]) => item.transaction !== null && ids.includes(item.transaction.id);
  const settled = items.filter((item) => !aside(item, options.pending) && !aside(item, options.rejected));
  const fees = feeLines(settled, options.fee, now);
  const lines = [...settled.map((item) => line(item, now)), ...fees];
  for (const item of settled) if (item.transaction) item.transaction.settledIn = id;
  const feeMinor = fees.reduce((sum, fee) => sum + fee.amountMinor, 0);
  const grossMinor = settled.reduce((sum, item) => sum + (item.action === "Debit" ? 1 : -1) * item.amountMinor, 0);
  const net = options.convention.endsWith("net");
  const batch: Batch = {
    id,
    batchId: `${options.date.replaceAll("-", "")}-${String(id % 1000).padStart(3, "0")}`,
    account: account.key,
    acquirer,
    date: options.date,
    currency,
    totalMinor: grossMinor - (net ? feeMinor : 0) + options.offByMinor,
    totalFeeMinor: feeMinor,
    lines: lines.map(show),
    pending: items
      .filter((item) => aside(item, options.pending))
      .map((item) => ({ ...line(item, now), orderId: null })),
    rejected: items
      .filter((item) => aside(item, options.rejected))
      .map((item) => ({ ...line(item, now), orderId: null, reference: null })),
    feesHidden: options.fee.shown === "hidden",
  };
  truth.batches.push(batch);
  return batch;
}

const line = ({ order, transaction, action, type, amountMinor }: Item, now: number): SettlementLine => ({
  orderId: order.id,
  transactionId: transaction?.id ?? null,
  reference: order.reference,
  action,
  type,
  amountMinor,
  country: order.country,
  method: order.method,
  completedAt: transaction?.changedAt ?? now,
  vatRateBps: null,
  exVatMinor: null,
});

function feeLines(items: readonly Item[], fee: SettleOptions["fee"], now: number): SettlementLine[] {
  const lines = items
    .filter((item) => item.type === "Transaction")
    .map((item): SettlementLine => {
      const share = item.action === "Debit" ? divideRounded(item.amountMinor * fee.percentBps, 10_000) : 0;
      const exVatMinor = share + fee.fixedMinor;
      const amountMinor = divideRounded(exVatMinor * (10_000 + fee.vatRateBps), 10_000);
      const sale = line(item, now);
      return { ...sale, action: "Credit", type: "Fee", amountMinor, vatRateBps: fee.vatRateBps, exVatMinor };
    })
    .filter((each) => each.amountMinor !== 0);
  const [first] = lines;
  if (fee.shown !== "per_batch" || !first) return lines;
  const amountMinor = lines.reduce((sum, each) => sum + each.amountMinor, 0);
  const exVatMinor = amountMinor - vatInside(amountMinor, fee.vatRateBps);
  return [{ ...first, orderId: null, transactionId: null, reference: null, amountMinor, exVatMinor }];
}

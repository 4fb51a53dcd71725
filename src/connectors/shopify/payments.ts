// The order's transactions in our words: which PSP a gateway is, what was paid where, and the shared payment ids.
import type { ConnectorId, MovementState, ShopObservation, ShopPayment } from "../../domain/observation.ts";
import type { Amounts } from "./amounts.ts";
import type { ShopifySettings } from "./config.ts";
import type { Transaction } from "./wire.ts";

/** Words in gateway names that name a PSP. Kustom is Klarna's former checkout and lives in the same connector. */
const WORDS: Readonly<Record<string, ConnectorId>> = {
  klarna: "klarna",
  kustom: "klarna",
  qliro: "qliro",
  svea: "svea",
  mollie: "mollie",
  adyen: "adyen",
};

type Gateway = Pick<Transaction, "gateway" | "formattedGateway">;

/** The PSP behind a gateway: as the merchant set it, else by a word of its name. Null: none of ours. */
export function connectorOf(given: Gateway, gateways: ShopifySettings["gateways"]): ConnectorId | null {
  const names = [given.gateway, given.formattedGateway].map((name) => name.toLowerCase()).filter(Boolean);
  const chosen = Object.entries(gateways).find(([name]) => names.includes(name.toLowerCase()));
  if (chosen) return chosen[1];
  const words = names.flatMap((name) => name.split(/[^\p{L}\p{N}]+/u));
  return words.map((word) => (Object.hasOwn(WORDS, word) ? WORDS[word] : undefined)).find(Boolean) ?? null;
}

const KINDS: Readonly<Record<string, ShopPayment["kind"]>> = {
  AUTHORIZATION: "authorization",
  EMV_AUTHORIZATION: "authorization",
  SALE: "sale",
  CAPTURE: "capture",
  REFUND: "refund",
  VOID: "void",
};

/** Only explicit success and failure count as such; an unknown status may still become either. */
export function stateOf(status: string): MovementState {
  switch (status.toUpperCase()) {
    case "SUCCESS":
      return "succeeded";
    case "FAILURE":
    case "ERROR":
      return "failed";
    default:
      return "pending";
  }
}

/**
 * Every transaction that is a movement of money: change given in a till and suggestions are none. Amounts are what the
 * buyer paid in, whatever the ERP's currency, for that is what the PSP shows.
 */
export function paymentsOf(
  transactions: readonly Transaction[],
  paid: Amounts,
  gateways: ShopifySettings["gateways"],
): ShopPayment[] {
  return transactions.flatMap((transaction): ShopPayment[] => {
    const kind = KINDS[transaction.kind.toUpperCase()];
    if (kind === undefined) return [];
    return [
      {
        externalId: transaction.id,
        gateway: transaction.gateway || transaction.formattedGateway,
        connector: connectorOf(transaction, gateways),
        kind,
        state: stateOf(transaction.status),
        amountMinor: paid.minor(transaction.amountSet, `transaction ${transaction.id}`),
        currency: paid.currency,
      },
    ];
  });
}

/** Payment ids of payments that succeeded or may still: a declined try was never an order at the PSP. */
export const paymentIdsOf = (transactions: readonly Transaction[]): string[] =>
  transactions.flatMap(({ paymentId, status }) => (paymentId && stateOf(status) !== "failed" ? [paymentId] : []));

/** Gateways that are no PSP: the shop itself takes the payment (reference/shopify.md section 3.3). */
const OWN_GATEWAYS = new Set([
  "gift_card",
  "shopify_store_credit",
  "store_credit",
  "cash",
  "manual",
  "exchange-credit",
]);

const isOutsideOfPsps = (transaction: Transaction, gateways: ShopifySettings["gateways"]): boolean =>
  connectorOf(transaction, gateways) === null &&
  (transaction.manualPaymentGateway === true || OWN_GATEWAYS.has(transaction.gateway.toLowerCase()));

/** Payments that start something, as opposed to what is done with them later. */
const isRoot = ({ kind, parentTransaction }: Transaction): boolean =>
  /^((EMV_)?AUTHORIZATION|SALE)$/i.test(kind) || (/^CAPTURE$/i.test(kind) && !parentTransaction);

/** What was promised or paid by gift card, store credit, in cash or by hand; at most the total. */
export function paidElsewhere(
  transactions: readonly Transaction[],
  totalMinor: number,
  amounts: Amounts,
  gateways: ShopifySettings["gateways"],
): number {
  const outside = transactions.filter((one) => stateOf(one.status) === "succeeded" && isOutsideOfPsps(one, gateways));
  return Math.min(totalMinor, Math.max(0, worth(outside, amounts)));
}

/** Successful payments less what was taken back before it was money: voids, and change given in a till. */
function worth(transactions: readonly Transaction[], amounts: Amounts): number {
  return transactions.reduce((total, one) => {
    const amountMinor = amounts.minor(one.amountSet, `transaction ${one.id}`);
    if (isRoot(one)) return total + amountMinor;
    return /^(VOID|CHANGE)$/i.test(one.kind) ? total - amountMinor : total;
  }, 0);
}

/**
 * Whether the order is paid. "Partially paid" is said of a gift card beside an authorisation as well as of a deposit:
 * the transactions tell whether the whole is at least promised.
 */
export function paidState(
  status: string,
  transactions: readonly Transaction[],
  totalMinor: number,
  amounts: Amounts,
): ShopObservation["paid"] {
  switch (status.toUpperCase()) {
    case "PAID":
    case "PARTIALLY_REFUNDED":
    case "REFUNDED":
      return "paid";
    case "AUTHORIZED":
      return "authorized";
    case "PARTIALLY_PAID": {
      const succeeded = transactions.filter((one) => stateOf(one.status) === "succeeded");
      return worth(succeeded, amounts) >= totalMinor ? "authorized" : "no";
    }
    default:
      return "no";
  }
}

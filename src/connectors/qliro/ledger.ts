// Where each unit of each row stands at Qliro, from the append-only list of row movements and the transactions.
//
// Not documented, so read both ways (reference/qliro.md section 6.1): whether a Release or Return carries the id of
// its own transaction or of the one it undoes. Assumed: what belongs to a failed transaction did not move.
import type { MovementState, RowQuantity } from "../../domain/observation.ts";
import type { ItemAction, PaymentTransaction, QliroOrder, TransactionStatus } from "./wire.ts";

/** Qliro knows a row by its reference and its price with VAT (section 4). */
export const rowKey = (reference: string, unitPriceMinor: number): string => `${reference}|${unitPriceMinor}`;

/** Only explicit success and explicit failure count as such. */
export function movementState(status: TransactionStatus): MovementState {
  switch (status) {
    case "Success":
      return "succeeded";
    case "Error":
    case "Cancelled":
      return "failed";
    case "Created":
    case "InProcess":
    case "UserInteractionRequired":
    case "OnHold":
    case "Unknown":
      return "pending";
    default:
      return status satisfies never;
  }
}

/** Quantities per row; a row never goes below zero. */
export class Quantities {
  readonly #byKey = new Map<string, number>();

  get(key: string): number {
    return this.#byKey.get(key) ?? 0;
  }

  add(key: string, quantity: number): void {
    this.#byKey.set(key, this.get(key) + quantity);
  }

  /** Takes up to `quantity` and says how many it took. */
  take(key: string, quantity: number): number {
    const taken = Math.min(quantity, this.get(key));
    if (taken > 0) this.#byKey.set(key, this.get(key) - taken);
    return taken;
  }

  rows(): RowQuantity[] {
    return [...this.#byKey].filter(([, quantity]) => quantity > 0).map(([key, quantity]) => ({ key, quantity }));
  }
}

/** One authorisation, or one capture, with what it moved and what is left of it. */
export interface Account {
  id: string;
  /** Reserved by the authorisation, or shipped by the capture. */
  moved: Quantities;
  /** Still to capture, or still to refund by rows. */
  left: Quantities;
}

export interface Ledger {
  transactions: ReadonlyMap<string, PaymentTransaction>;
  authorizations: Map<string, Account>;
  captures: Map<string, Account & { authorizationId: string | null }>;
  /** Rows of each refund, by its transaction; missing where Qliro shows none. */
  returned: Map<string, Quantities>;
  /** Rows of each release, by its transaction. */
  released: Map<string, Quantities>;
  /** The movements that count, in order. */
  actions: (ItemAction & { key: string; owner: string | null })[];
}

const isAuthorization = (transaction: PaymentTransaction): boolean =>
  transaction.Type === "Preauthorization" || transaction.Type === "Debit";

export function ledgerOf(order: QliroOrder): Ledger {
  const ledger: Ledger = {
    transactions: new Map(order.PaymentTransactions.map((t) => [t.PaymentTransactionId, t])),
    authorizations: new Map(),
    captures: new Map(),
    returned: new Map(),
    released: new Map(),
    actions: [],
  };
  for (const transaction of order.PaymentTransactions) {
    const id = transaction.PaymentTransactionId;
    if (isAuthorization(transaction)) ledger.authorizations.set(id, account(id));
  }
  for (const transaction of order.PaymentTransactions) {
    const id = transaction.PaymentTransactionId;
    if (transaction.Type !== "Capture") continue;
    ledger.captures.set(id, { ...account(id), authorizationId: authorizationAbove(id, ledger) });
  }
  for (const action of counted(order, ledger.transactions)) apply(action, ledger);
  return ledger;
}

const account = (id: string): Account => ({ id, moved: new Quantities(), left: new Quantities() });

/** Movements in the order they were written, without those of failed transactions. */
function counted(order: QliroOrder, transactions: ReadonlyMap<string, PaymentTransaction>): ItemAction[] {
  const positions = order.OrderItemActions.map((action, index) => ({ action, position: action.Id ?? index }));
  return positions
    .sort((a, b) => a.position - b.position)
    .map(({ action }) => action)
    .filter((action) => {
      const transaction = transactions.get(action.PaymentTransactionId ?? "");
      return !transaction || movementState(transaction.Status) !== "failed";
    });
}

function apply(action: ItemAction, ledger: Ledger): void {
  const key = rowKey(action.MerchantReference, action.PricePerItemIncVat);
  const id = action.PaymentTransactionId;
  let owner: string | null = null;
  switch (action.ActionType) {
    case "Reserve": {
      // A row that an invoice update added is reserved by no authorisation: it is no row of the order.
      const into = ledger.authorizations.get(id ?? "") ?? (id === null ? only(ledger.authorizations) : undefined);
      if (!into) return;
      owner = into.id;
      into.moved.add(key, action.Quantity);
      into.left.add(key, action.Quantity);
      break;
    }
    case "Ship": {
      const capture = captureFor(id, ledger);
      if (!capture) return;
      owner = capture.id;
      capture.moved.add(key, action.Quantity);
      capture.left.add(key, action.Quantity);
      takeFrom(ledger.authorizations, capture.authorizationId, key, action.Quantity);
      break;
    }
    case "Release": {
      owner = authorizationAbove(id, ledger);
      takeFrom(ledger.authorizations, owner, key, action.Quantity);
      if (id !== null && ledger.transactions.get(id)?.Type === "Reversal")
        note(ledger.released, id, key, action.Quantity);
      break;
    }
    case "Return": {
      owner = captureAbove(id, ledger);
      takeFrom(ledger.captures, owner, key, action.Quantity);
      if (id !== null && id !== owner) note(ledger.returned, id, key, action.Quantity);
      break;
    }
    case "Create":
    case "Unknown":
      break;
    default:
      action.ActionType satisfies never;
  }
  ledger.actions.push({ ...action, key, owner });
}

/** The capture a Ship belongs to. Shipped under a Debit, or under an id without a transaction, it is one by itself. */
function captureFor(id: string | null, ledger: Ledger) {
  if (id === null) return only(ledger.captures);
  const known = ledger.captures.get(id);
  const transaction = ledger.transactions.get(id);
  if (known || (transaction && transaction.Type !== "Debit")) return known;
  const made = { ...account(id), authorizationId: transaction ? id : authorizationAbove(id, ledger) };
  ledger.captures.set(id, made);
  return made;
}

/** The authorisation that a transaction is, or goes back to; the only one there is where that is not said. */
export function authorizationAbove(id: string | null, ledger: Ledger): string | null {
  return climb(id, ledger, (step) => ledger.authorizations.has(step)) ?? only(ledger.authorizations)?.id ?? null;
}

/** The capture that a transaction is, or goes back to; the only one of its authorisation where that is not said. */
export function captureAbove(id: string | null, ledger: Ledger): string | null {
  const direct = climb(id, ledger, (step) => ledger.captures.has(step));
  if (direct !== null) return direct;
  const authorization = climb(id, ledger, (step) => ledger.authorizations.has(step));
  const candidates = [...ledger.captures.values()].filter(
    (capture) => authorization === null || capture.authorizationId === authorization,
  );
  if (candidates.length === 1) return candidates[0]?.id ?? null;
  // Money taken directly is given back against the debit itself.
  return authorization !== null && ledger.transactions.get(authorization)?.Type === "Debit" ? authorization : null;
}

/** Follows OriginalPaymentTransactionId until a step fits. */
function climb(id: string | null, ledger: Ledger, fits: (id: string) => boolean): string | null {
  const seen = new Set<string>();
  for (let step = id; step !== null && !seen.has(step); ) {
    if (fits(step)) return step;
    seen.add(step);
    step = ledger.transactions.get(step)?.OriginalPaymentTransactionId ?? null;
  }
  return null;
}

/** Takes units from the named account; where none is named, from the first ones that have some. */
function takeFrom(accounts: ReadonlyMap<string, Account>, id: string | null, key: string, quantity: number): void {
  const named = id === null ? undefined : accounts.get(id);
  let missing = quantity;
  for (const entry of named ? [named] : accounts.values()) missing -= entry.left.take(key, missing);
}

function note(by: Map<string, Quantities>, id: string, key: string, quantity: number): void {
  const quantities = by.get(id) ?? new Quantities();
  quantities.add(key, quantity);
  by.set(id, quantities);
}

const only = <T>(by: ReadonlyMap<string, T>): T | undefined => (by.size === 1 ? [...by.values()][0] : undefined);

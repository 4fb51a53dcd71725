// The customer's side: orders are placed, reviewed, completed or refused (reference/qliro.md sections 5 and 8.2).
import type { World } from "../platform.ts";
import { type CommandOf, feeRow } from "./commands.ts";
import { total } from "./ledger.ts";
import { change, create, writeActions } from "./outcomes.ts";
import { pushCheckoutStatus } from "./pushes.ts";
import type { Account, Order, PostalAddress, Row, Truth } from "./truth.ts";

const SUBTYPES: Readonly<Record<string, string>> = { QLIRO_INVOICE: "INVOICE", CREDITCARDS: "VISA" };

/** A customer goes through the checkout: to its end, into review, or not yet anywhere. */
export function place(truth: Truth, account: Account, command: CommandOf<"place">, world: World): Order {
  const id = truth.next.order;
  truth.next.order += 1;
  const postal = (given: CommandOf<"place">["billing"]): PostalAddress => ({
    ...given,
    firstName: given.firstName ?? command.customer.firstName,
    lastName: given.lastName ?? command.customer.lastName,
    companyName: given.companyName ?? command.customer.companyName,
    country: given.country ?? command.country,
  });
  const order: Order = {
    id,
    account: account.key,
    reference: command.reference ?? `SE-${id}`,
    currency: command.currency,
    country: command.country,
    language: command.language,
    checkout: "InProcess",
    person: command.customer,
    billing: postal(command.billing),
    shipping: postal(command.shipping ?? command.billing),
    method: { name: command.method, subtype: command.subtype ?? SUBTYPES[command.method] ?? command.method },
    debit: command.debit,
    cart: command.fee === undefined ? command.rows : [...command.rows, feeRow(command.fee)],
    actions: [],
    transactions: [],
    checkoutPushUrl: command.checkoutPushUrl === undefined ? account.checkoutPushUrl : command.checkoutPushUrl,
    managementPushUrl: command.managementPushUrl === undefined ? account.managementPushUrl : command.managementPushUrl,
    metadata: Object.entries(command.metadata).map(([key, value]) => ({ key, value })),
    upsold: false,
    placedAt: world.now(),
  };
  truth.orders[id] = order;
  if (truth.switches.createActions) writeCreateActions(order);
  if (command.onHold) hold(truth, account, order, world);
  else if (!command.inProcess) complete(truth, account, order, world);
  return order;
}

/** The payment goes into review. */
function hold(truth: Truth, account: Account, order: Order, world: World): void {
  const transaction = pay(truth, account, order, world);
  order.checkout = "OnHold";
  pushCheckoutStatus(truth, order, world);
  change(truth, order, transaction, "OnHold", world);
}

/** The payment is reserved, or taken: the order is complete. */
export function complete(truth: Truth, account: Account, order: Order, world: World): void {
  const transaction = order.transactions[0] ?? pay(truth, account, order, world);
  order.checkout = "Completed";
  order.placedAt = world.now();
  pushCheckoutStatus(truth, order, world);
  change(truth, order, transaction, "Success", world);
}

/** The review ends badly. */
export function refuseOrder(truth: Truth, order: Order, world: World): void {
  order.checkout = "Refused";
  pushCheckoutStatus(truth, order, world);
  for (const transaction of order.transactions) change(truth, order, transaction, "Cancelled", world);
}

function pay(truth: Truth, account: Account, order: Order, world: World) {
  const rows = order.cart.map((row) => ({ ...row }));
  const movements = [{ action: "Reserve" as const, rows }];
  const atOnce = order.debit && account.switches.debitShipping === "shipped_at_once";
  const transaction = create(
    truth,
    order,
    {
      type: order.debit ? "Debit" : "Preauthorization",
      originalId: null,
      amountMinor: total(order.cart),
      money: order.debit ? "in" : "none",
      movements: atOnce ? [...movements, { action: "Ship", rows: rows.map((row: Row) => ({ ...row })) }] : movements,
    },
    "Created",
    world,
  );
  if (truth.switches.actionsAppear === "on_acceptance") writeActions(truth, order, transaction);
  return transaction;
}

function writeCreateActions(order: Order): void {
  for (const row of order.cart) {
    order.actions.push({ id: order.actions.length + 1, action: "Create", transactionId: null, row: { ...row } });
  }
}

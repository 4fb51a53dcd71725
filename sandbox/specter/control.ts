// What people at Specter do: the control commands carried out (table in README.md).
import type { Control, ControlAnswer, World } from "../platform.ts";
import { isRefusal, type Refusal } from "./answers.ts";
import { type Command, command as commandSchema } from "./commands.ts";
import { type CreditRow, createCredit, creditsOf } from "./credits.ts";
import { createInvoice } from "./invoices.ts";
import { cancel, changed, deliver, findByExternalOrderNo, type Part, remove, today } from "./orders.ts";
import { showAccount, showOrder } from "./show.ts";
import { ring, type Trigger } from "./triggers.ts";
import {
  type Account,
  accountOf,
  DEFAULT_SWITCHES,
  emptyBooks,
  type Invoice,
  type Order,
  type Truth,
} from "./truth.ts";

type Of<Name extends Command["do"]> = Extract<Command, { do: Name }>;

const failed = (error: string): ControlAnswer => ({ ok: false, error });
const settled = (refusal: Refusal | null): ControlAnswer => (refusal ? failed(refusal.message) : { ok: true });

/** Carries a command out, or says why it makes no sense now; nothing is changed then. */
export function obey(truth: Truth, given: Control, world: World): ControlAnswer {
  const parsed = commandSchema.safeParse(given);
  if (!parsed.success) {
    return failed(
      parsed.error.issues.map((issue) => `${issue.path.join(".") || "command"}: ${issue.message}`).join("; "),
    );
  }
  const command = parsed.data;
  if (command.do === "account") return setAccount(truth, command);
  const accounts = Object.values(truth.accounts);
  const account = command.sbmId === undefined ? accounts[0] : accountOf(truth, command.sbmId);
  if (!account) return failed(command.sbmId === undefined ? "no account yet" : `no account ${command.sbmId}`);
  if (command.sbmId === undefined && accounts.length > 1) return failed("several accounts: name one by sbmId");
  return obeyAt(account, command, world);
}

function obeyAt(account: Account, command: Exclude<Command, Of<"account">>, world: World): ControlAnswer {
  switch (command.do) {
    case "articles":
      account.articles = [...new Set([...account.articles, ...command.add])].filter(
        (article) => !command.remove.includes(article),
      );
      return { ok: true, articles: [...account.articles] };
    case "set":
      account.switches = { ...account.switches, ...command.switches };
      return { ok: true, switches: { ...account.switches } };
    case "close_periods":
      account.closedUntil = command.until;
      return { ok: true };
    case "busy":
      account.busy = command.times;
      return { ok: true };
    case "credit":
      return credit(account, command, world);
    case "trigger":
      return trigger(account, command, world);
    case "show":
      if (command.orderNo === undefined && command.externalOrderNo === undefined) return showAccount(account);
      return withOrder(account, command, (order) => showOrder(account, order));
    case "deliver":
      return withOrder(account, command, (order) => {
        const refusal = deliver(order, partsOf(command.rows), command.trackingNo);
        if (!refusal) changed(account, order, world);
        return settled(refusal);
      });
    case "invoice":
      return withOrder(account, command, (order) => invoice(account, order, command, world));
    case "cancel":
      return withOrder(account, command, (order) => settled(cancel(account, order, command.comment, world)));
    case "remove":
      return withOrder(account, command, (order) => settled(remove(account, order, world)));
    case "set_payment_type":
      return withOrder(account, command, (order) => {
        order.payTypeIdentifier = command.code;
        changed(account, order, world);
        return { ok: true };
      });
    default:
      return command satisfies never;
  }
}

/** Makes an account, or gives an existing one new settings; its books stay. */
function setAccount(truth: Truth, command: Of<"account">): ControlAnswer {
  const { do: _, switches, read, ...settings } = command;
  const books = accountOf(truth, command.sbmId) ?? { ...emptyBooks(), closedUntil: null, busy: 0 };
  truth.accounts[command.sbmId] = Object.assign(books, settings, {
    read: read ?? settings.write,
    payTypes: [...new Set([...settings.payTypes, settings.defaultPayType])],
    switches: { ...DEFAULT_SWITCHES, ...switches },
  });
  return { ok: true, sbmId: command.sbmId };
}

function withOrder(
  account: Account,
  named: { orderNo?: string | undefined; externalOrderNo?: string | undefined },
  act: (order: Order) => ControlAnswer,
): ControlAnswer {
  const { orderNo, externalOrderNo } = named;
  if (orderNo === undefined && externalOrderNo === undefined)
    return failed("name the order: orderNo or externalOrderNo");
  const order = orderNo === undefined ? findByExternalOrderNo(account, externalOrderNo ?? "") : account.orders[orderNo];
  return order ? act(order) : failed(`no order ${orderNo ?? externalOrderNo}`);
}

const partsOf = (rows: { id: number; quantity: number }[] | undefined): Part[] | null =>
  rows ? rows.map((row) => ({ id: row.id, quantityMilli: row.quantity })) : null;

/** With `deliver`, the goods leave in the same step: one order trigger for both, then the invoice trigger. */
function invoice(account: Account, order: Order, command: Of<"invoice">, world: World): ControlAnswer {
  const parts = partsOf(command.rows);
  const before = structuredClone({ rows: order.rows, deliveries: order.deliveries });
  if (command.deliver) {
    const refusal = deliver(order, parts, command.trackingNo);
    if (refusal) return settled(refusal);
  }
  const date = command.date ?? today(world);
  const made = createInvoice(account, order, { type: command.type, date, externalInvoiceNo: "", parts }, world);
  if (!isRefusal(made)) return { ok: true, invoiceId: made.invoiceId };
  Object.assign(order, before);
  return failed(made.message);
}

/** Without rows everything that is not credited yet. */
function credit(account: Account, command: Of<"credit">, world: World): ControlAnswer {
  const original = account.invoices[command.invoiceId];
  if (!original) return failed(`no invoice ${command.invoiceId}`);
  const rows = command.rows ? chosenRows(original, command.rows) : restOf(account, original);
  if (typeof rows === "string") return failed(rows);
  if (rows?.length === 0) return failed(`invoice ${original.invoiceId} is credited already`);
  const date = command.date ?? today(world);
  const made = createCredit(account, original, { date, externalInvoiceNo: "", reason: command.reason, rows }, world);
  return isRefusal(made) ? failed(made.message) : { ok: true, invoiceId: made.invoiceId };
}

/** Price and rate of each named article as on the invoice; a sentence when it is not there. */
function chosenRows(
  original: Invoice,
  chosen: { articleNo: string; quantity: number; price?: number | undefined }[],
): CreditRow[] | string {
  const rows: CreditRow[] = [];
  for (const { articleNo, quantity, price } of chosen) {
    const invoiced = original.rows.find((row) => row.articleNo === articleNo);
    if (!invoiced) return `article ${articleNo} is not on invoice ${original.invoiceId}`;
    const { priceMilli, vatBps } = invoiced;
    rows.push({ articleNo, quantityMilli: quantity, priceMilli: price ?? priceMilli, vatBps });
  }
  return rows;
}

/** What earlier credit invoices left, article by article; null when there are none: the whole invoice. */
function restOf(account: Account, original: Invoice): CreditRow[] | null {
  const earlier = creditsOf(account, original).flatMap((made) => made.rows);
  if (earlier.length === 0) return null;
  const used = new Map<string, number>();
  for (const row of earlier) used.set(row.articleNo, (used.get(row.articleNo) ?? 0) + row.quantityMilli);
  return original.rows.flatMap(({ articleNo, quantityMilli, priceMilli, vatBps }) => {
    const taken = Math.min(quantityMilli, used.get(articleNo) ?? 0);
    used.set(articleNo, (used.get(articleNo) ?? 0) - taken);
    const left = quantityMilli - taken;
    return left > 0 ? [{ articleNo, quantityMilli: left, priceMilli, vatBps }] : [];
  });
}

/** Rings without a change, e.g. a trigger that comes twice or late. */
function trigger(account: Account, command: Of<"trigger">, world: World): ControlAnswer {
  const built = builtTrigger(command);
  if (!built)
    return failed(`${command.kind} needs orderNo${command.kind === "invoice_created" ? " and invoiceId" : ""}`);
  ring(account, built, world);
  return { ok: true };
}

function builtTrigger({ kind, orderNo, invoiceId }: Of<"trigger">): Trigger | null {
  switch (kind) {
    case "invoice_created":
      if (orderNo === undefined || invoiceId === undefined) return null;
      return { kind, orderNo: Number(orderNo), invoiceId: Number(invoiceId) };
    case "order_removed":
      return orderNo === undefined ? null : { kind, orderNo: Number(orderNo) };
    case "order_changed":
    case "stock_changed":
    case "article_changed":
      return { kind };
    default:
      return kind satisfies never;
  }
}

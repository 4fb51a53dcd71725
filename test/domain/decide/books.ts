// Keeps the books of one order in memory as the merchant object keeps them in SQLite, and plays its outbox.
import type { CommandKind, Outcome } from "../../../src/domain/commands.ts";
import { decide } from "../../../src/domain/decide.ts";
import type { Decision } from "../../../src/domain/decision.ts";
import type { ErrorCode } from "../../../src/domain/errors.ts";
import type { CommandId } from "../../../src/domain/ids.ts";
import type { Observation } from "../../../src/domain/observation.ts";
import { type CommandRecord, entriesOf, isFinal, type OrderBooks } from "../../../src/domain/order.ts";
import { choose, discard, resolve, settle } from "../../../src/domain/outcome.ts";
import type { AccountingPolicy, Flows, PaymentPolicy, Policy, ShopPolicy } from "../../../src/domain/policy.ts";
import { statusOf } from "../../../src/domain/status.ts";
import { ERP, Ledgers, Provider, PSP } from "./platforms.ts";

/** The shop connection of a policy that has one. */
export const SHOP = "con_shop";

const ALL_FLOWS: Flows = { orders: true, invoices: true, refunds: true, payouts: true };

export interface Choices extends Partial<Pick<Policy, "approved" | "salesAccounts" | "orderNumberPattern">> {
  payment?: Partial<PaymentPolicy>;
  accounting?: Partial<AccountingPolicy> | null;
  /** A linked shop; none unless given. */
  shop?: Partial<ShopPolicy>;
}

export function policyOf(choices: Choices = {}): Policy {
  const payment: PaymentPolicy = {
    id: PSP,
    connector: "qliro",
    kind: "psp",
    paused: false,
    flows: ALL_FLOWS,
    referencePrefix: "QLIRO-",
    feeArticleNumber: null,
    blocker: () => null,
    ...choices.payment,
  };
  const accounting: AccountingPolicy = {
    id: ERP,
    connector: "specter",
    kind: "erp",
    paused: false,
    flows: ALL_FLOWS,
    deliveryLead: "erp",
    captureOn: "invoice",
    refundOnCreditInvoice: true,
    paymentTypeFor: () => "QLIRO",
    roundingArticleNumber: "ROUND",
    manual: [],
    ...choices.accounting,
  };
  const shop: ShopPolicy = {
    id: SHOP,
    connector: "shopify",
    kind: "shop",
    paused: false,
    flows: ALL_FLOWS,
    createWhen: "placed",
    holdMs: 600_000,
    ...choices.shop,
  };
  return {
    approved: choices.approved ?? true,
    timezone: "Europe/Stockholm",
    orderNumberPattern: choices.orderNumberPattern ?? "{psp.merchantReference}",
    salesAccounts: choices.salesAccounts ?? [{ country: "SE", vatRateBps: 2500, account: "3001" }],
    payment: (id) => (id === PSP ? payment : null),
    shop: (id) => (choices.shop && id === SHOP ? shop : null),
    shopsOf: () => (choices.shop ? [shop] : []),
    hasPayment: (connector) => connector === payment.connector,
    accounting: choices.accounting === null ? null : accounting,
  };
}

const emptyBooks = (): OrderBooks => ({
  id: "ord_1",
  version: 0,
  currency: "",
  rows: [],
  content: null,
  orderNumber: null,
  payment: null,
  shop: null,
  erp: null,
  suspects: [],
  firstSeenAt: null,
  entries: [],
  commands: [],
  tasks: [],
});

export type Answer = "done" | "accepted" | "lost" | "unsent" | "later";
type Ended = Extract<Outcome, { kind: "done" | "accepted" | "refused" }>;

export class Books {
  order = emptyBooks();
  policy: Policy;
  now = 1_750_000_000_000;
  provider: Provider;
  erp: Ledgers;
  /** Every effect at a platform that we made, with the cause of its command. */
  effects: { kind: CommandKind; demand: string }[] = [];
  #keys = new Map<CommandId, number>();

  constructor(provider = new Provider(), choices: Choices = {}) {
    this.provider = provider;
    this.erp = new Ledgers();
    this.policy = policyOf(choices);
  }

  apply(decision: Decision): Decision {
    const { order } = decision;
    const made = decision.commands.map(
      (command, index): CommandRecord => ({
        ...command,
        id: `cmd_${order.commands.length + index + 1}`,
        heldBy: command.state === "pending" ? null : "decide",
        externalIds: [],
        attempts: 0,
      }),
    );
    for (const { id, renewKey } of decision.changes) if (renewKey) this.renewKey(id);
    this.order = {
      ...order,
      version: order.version + 1,
      commands: [...order.commands, ...made],
      tasks: [
        ...order.tasks.map((task) => ({ ...task, open: task.open && !decision.obsoleteTasks.includes(task.id) })),
        ...decision.tasks.map(({ key, problem }, index) => ({
          id: `tsk_${order.tasks.length + index + 1}` as const,
          key,
          code: problem.code,
          open: true,
        })),
      ],
    };
    return decision;
  }

  see = (observation: Observation | { source: "missing" } | null): Decision =>
    this.apply(decide(this.order, observation, this.policy, this.now));
  again = (): Decision => this.see(null);
  lookPsp = (): Decision => this.see(this.provider.observe());
  lookErp = (): Decision => {
    if (this.erp.orders.length === 0) return this.again();
    return this.see(this.erp.removed ? { source: "missing" } : this.erp.observe());
  };
  choosePolicy(choices: Choices): Decision {
    this.policy = policyOf(choices);
    return this.again();
  }

  // --- the outbox

  command(kind: CommandKind, state?: CommandRecord["state"]): CommandRecord {
    const all = this.order.commands.filter((c) => c.payload.kind === kind);
    const found = state ? all.find((c) => c.state === state) : (all.find((c) => !isFinal(c.state)) ?? all.at(-1));
    if (!found) throw new Error(`no ${state ?? ""} ${kind} among ${this.states().join(", ")}`);
    return found;
  }

  /** `kind state` of every command, in the order they were made. */
  states = (): string[] => this.order.commands.map((c) => `${c.payload.kind} ${c.state}`);
  openStates = (): string[] =>
    this.order.commands.filter((c) => !isFinal(c.state)).map((c) => `${c.payload.kind} ${c.state}`);
  problemOf = (kind: CommandKind): ErrorCode | undefined => this.command(kind).problem?.code;
  status = () => statusOf(this.order);
  counts(): Partial<Record<CommandKind, number>> {
    const counts: Partial<Record<CommandKind, number>> = {};
    for (const { kind } of this.effects) counts[kind] = (counts[kind] ?? 0) + 1;
    return counts;
  }

  set(command: CommandRecord, to: Partial<CommandRecord>): void {
    const commands = this.order.commands.map((c) => (c.id === command.id ? { ...c, ...to } : c));
    this.order = { ...this.order, commands };
  }

  renewKey = (id: CommandId): void => void this.#keys.set(id, (this.#keys.get(id) ?? 0) + 1);
  #key = (id: CommandId): string => `${id}/${this.#keys.get(id) ?? 0}`;

  /** A person presses retry on a parked command. */
  retry(kind: CommandKind): Decision {
    const command = this.command(kind, "parked");
    this.renewKey(command.id);
    this.set(command, { state: "pending", heldBy: null, problem: null });
    return this.again();
  }

  settle = (command: CommandRecord, outcome: Ended): Decision =>
    this.apply(settle(this.order, command.id, outcome, this.policy, this.now));
  resolve = (command: CommandRecord, externalId: string): Decision =>
    this.apply(resolve(this.order, command.id, externalId, "by hand", this.policy, this.now));
  discard = (command: CommandRecord): Decision =>
    this.apply(discard(this.order, command.id, "not wanted", this.policy, this.now));
  choose(choice: string): Decision {
    const tasks = this.order.tasks.map((t) => (t.code === "ORDER_DELETED_IN_ERP" ? { ...t, open: false } : t));
    this.order = { ...this.order, tasks };
    return this.apply(choose(this.order, ERP, choice, "chosen", this.policy, this.now));
  }

  /** Works one pending command. `lost`: it takes effect, the answer does not come. `unsent`: neither. */
  execute(kind: CommandKind, answer: Answer = "done"): Decision | null {
    return this.work(this.command(kind, "pending"), answer);
  }

  work(command: CommandRecord, answer: Answer): Decision | null {
    this.set(command, { attempts: command.attempts + 1, state: "sending", problem: null });
    if (answer === "later") {
      this.set(command, { attempts: command.attempts + 1, state: "pending" });
      return null;
    }
    const outcome = answer === "unsent" ? null : this.#act(command, answer === "accepted");
    if (answer === "lost" || answer === "unsent") {
      this.set(command, { attempts: command.attempts + 1, state: "unknown" });
      return null;
    }
    return outcome ? this.settle(command, outcome) : null;
  }

  /** Asks the platform what became of a command without an answer. */
  lookUp(command: CommandRecord): Decision | null {
    const found = this.#find(command);
    if (found) return this.settle(command, found);
    this.renewKey(command.id);
    this.set(command, { state: "pending" });
    return this.again();
  }

  /** Everything there is to do is done, everything to see is seen. */
  finish(): void {
    for (let round = 0; round < 30; round++) {
      const before = JSON.stringify([this.order.entries, this.states()]);
      this.provider.finish();
      for (const command of this.order.commands) if (command.state === "unknown") this.lookUp(command);
      this.lookPsp();
      this.lookErp();
      const next = this.order.commands.find((command) => command.state === "pending");
      if (next) this.work(next, "done");
      else if (before === JSON.stringify([this.order.entries, this.states()])) return;
    }
    throw new Error(`does not come to rest: ${this.states().join(", ")}`);
  }

  #act(command: CommandRecord, later: boolean): Ended {
    const { payload } = command;
    const key = this.#key(command.id);
    const state = later ? "pending" : "succeeded";
    const outcome = (id: string | null): Ended => {
      if (id === null) return { kind: "refused", code: "PLATFORM_REFUSED", detail: "cannot be" };
      this.effects.push({ kind: payload.kind, demand: command.demand });
      return later ? { kind: "accepted", externalIds: [id] } : { kind: "done", externalId: id };
    };
    const { provider, erp } = this;
    switch (payload.kind) {
      case "create_order": {
        const { number, lines } = erp.create(payload, key);
        this.effects.push({ kind: payload.kind, demand: command.demand });
        return { kind: "done", externalId: number, lines };
      }
      case "cancel_order":
        erp.state = "cancelled";
        erp.cancelledBy = key;
        return outcome(payload.erpOrderNumber);
      case "create_invoice":
        return outcome(erp.invoice(this.#keysOf(payload.rows), [], key));
      case "create_credit_invoice": {
        const rows = this.#keysOf(payload.rows);
        if (payload.totalMinor > erp.creditableMinor(payload.invoiceNumber)) return outcome(null);
        const byRows = rows.length > 0;
        return outcome(
          byRows
            ? erp.credit(payload.invoiceNumber, rows, key)
            : erp.creditAmount(payload.invoiceNumber, payload.totalMinor, key),
        );
      }
      case "capture":
        return outcome(provider.capture(payload.authorizationId, payload.rows, key, state));
      case "refund":
        return outcome(provider.refund(payload.captureId, payload.rows, payload.amountMinor, key, state));
      case "cancel_payment":
        return outcome(provider.cancel(key)[0] ?? null);
      case "register_payment":
      case "book_payout":
        throw new Error("belongs to no order");
      default:
        return payload satisfies never;
    }
  }

  #find(command: CommandRecord): Ended | null {
    const key = this.#key(command.id);
    const done = (id: string | undefined): Ended | null => (id ? { kind: "done", externalId: id } : null);
    const moved = (movements: Provider["captures"]): Ended | null => {
      const found = movements.find((m) => m.key === key);
      return found?.state === "pending" ? { kind: "accepted", externalIds: [found.id] } : done(found?.id);
    };
    switch (command.payload.kind) {
      case "create_order": {
        const number = this.erp.orders.find((o) => o.key === key)?.number;
        return number ? { kind: "done", externalId: number, lines: this.erp.erpLines() } : null;
      }
      case "cancel_order":
        return done(this.erp.cancelledBy === key ? command.payload.erpOrderNumber : undefined);
      case "create_invoice":
      case "create_credit_invoice":
        return done(this.erp.documents.find((d) => d.key === key)?.number);
      case "capture":
        return moved(this.provider.captures);
      case "refund":
        return moved(this.provider.refunds);
      case "cancel_payment":
        return moved(this.provider.releases);
      default:
        return null;
    }
  }

  #keysOf(rows: readonly { articleNumber: string; quantity: number }[]) {
    return rows.flatMap((r) => {
      const line = this.erp.lines.find((l) => l.articleNumber === r.articleNumber);
      return line ? [{ key: line.key, quantity: r.quantity }] : [];
    });
  }

  // --- what the ledger says

  facts = (): string[] =>
    this.order.entries
      .filter((entry) => entry.kind !== "noted")
      .map(({ kind, externalId, amountMinor, rows, parent }) => {
        const parts = [...rows].sort((a, b) => a.key.localeCompare(b.key)).map((r) => `${r.quantity}×${r.key}`);
        return [kind, externalId, amountMinor, parts.join("+"), parent ?? "-"].join(" ");
      })
      .sort();
  total = (kind: "captured" | "refunded" | "invoiced" | "credited"): number =>
    entriesOf(this.order, kind).reduce((sum, entry) => sum + entry.amountMinor, 0);
}

/** An order as far as the ERP: both sides seen, nothing to do. */
export function orderInErp(provider = new Provider(), choices: Choices = {}): Books {
  const books = new Books(provider, choices);
  books.lookPsp();
  books.execute("create_order");
  books.lookErp();
  return books;
}

// What a test or a person can let happen at the simulated Qliro: customers, the portal, payouts, and its switches.
import type { Control, ControlAnswer, World } from "../platform.ts";
import { place } from "./checkout.ts";
import { type CommandOf, commandSchema } from "./commands.ts";
import type { Deal } from "./deal.ts";
import { applyDue } from "./outcomes.ts";
import { onOrder, shown } from "./portal.ts";
import { settle } from "./settle.ts";
import { swedishDate } from "./settlement-queries.ts";
import { accountSwitches, platformSwitches } from "./switches.ts";
import { type Account, newAccount, type Order, type Truth } from "./truth.ts";

const no = (error: string): ControlAnswer => ({ ok: false, error });

/** Runs a control command. What is done in Qliro's own portal has its outcome at once; pushes go out as always. */
export function control(truth: Truth, given: Control, world: World): ControlAnswer {
  const parsed = commandSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return no(`${issue?.path.join(".") || "command"}: ${issue?.message ?? "not understood"}`);
  }
  applyDue(truth, world);
  const command = parsed.data;
  switch (command.do) {
    case "account":
      return saveAccount(truth, command);
    case "place": {
      const account = accountOf(truth, command.key);
      return account ? placed(place(truth, account, command, world)) : no(whichAccount(truth, command.key));
    }
    case "settle": {
      const account = accountOf(truth, command.key);
      return account ? settled(truth, account, command, world) : no(whichAccount(truth, command.key));
    }
    case "fail":
      for (let time = 0; time < command.times; time += 1) {
        truth.failures.push({ type: command.type, code: command.code, text: command.text });
      }
      return { ok: true, failures: truth.failures.length };
    case "set":
      return setSwitches(truth, command);
    case "show":
      if (command.orderId === undefined && command.reference === undefined) return showAll(truth);
      return withOrder(truth, command, world, (deal) => ({ ok: true, ...shown(deal.order) }));
    default:
      return withOrder(truth, command, world, (deal) => onOrder(deal, command));
  }
}

function saveAccount(truth: Truth, command: CommandOf<"account">): ControlAnswer {
  const account = truth.accounts[command.key] ?? newAccount(command.key, command.secret);
  account.secret = command.secret;
  const { plusKey, plusSecret } = command;
  if (plusKey !== undefined || plusSecret !== undefined) {
    if (Boolean(plusKey) !== Boolean(plusSecret)) return no("plusKey and plusSecret: give both or neither");
    account.plus = plusKey && plusSecret ? { key: plusKey, secret: plusSecret } : null;
  }
  if (command.checkoutPushUrl !== undefined) account.checkoutPushUrl = command.checkoutPushUrl;
  if (command.managementPushUrl !== undefined) account.managementPushUrl = command.managementPushUrl;
  const switches = accountSwitches.safeParse({ ...account.switches, ...command.switches });
  if (!switches.success) return no(`switches.${switches.error.issues[0]?.path.join(".")}: not a setting of it`);
  account.switches = switches.data;
  truth.accounts[command.key] = account;
  return { ok: true, key: account.key, switches: account.switches };
}

/** With `key`: switches of that account; without: of the platform. */
function setSwitches(truth: Truth, command: CommandOf<"set">): ControlAnswer {
  if (command.key === undefined) {
    const switches = platformSwitches.safeParse({ ...truth.switches, ...command.switches });
    if (!switches.success) return no(`switches: ${switches.error.issues[0]?.message ?? "not understood"}`);
    truth.switches = switches.data;
    return { ok: true, switches: truth.switches };
  }
  const account = truth.accounts[command.key];
  if (!account) return no(whichAccount(truth, command.key));
  const switches = accountSwitches.safeParse({ ...account.switches, ...command.switches });
  if (!switches.success) return no(`switches: ${switches.error.issues[0]?.message ?? "not understood"}`);
  account.switches = switches.data;
  return { ok: true, switches: account.switches };
}

/** The account named, or the only one there is. */
function accountOf(truth: Truth, key: string | undefined): Account | undefined {
  if (key !== undefined) return truth.accounts[key];
  const all = Object.values(truth.accounts);
  return all.length === 1 ? all[0] : undefined;
}

function whichAccount(truth: Truth, key: string | undefined): string {
  const keys = Object.keys(truth.accounts);
  if (keys.length === 0) return "key: there is no account yet; make one with the account command";
  return key === undefined
    ? `key: name one of ${keys.join(", ")}`
    : `key: no account ${key}; there is ${keys.join(", ")}`;
}

function withOrder(
  truth: Truth,
  named: { orderId?: number | undefined; reference?: string | undefined },
  world: World,
  run: (deal: Deal) => ControlAnswer,
): ControlAnswer {
  const order =
    named.orderId === undefined
      ? Object.values(truth.orders).findLast((each) => each.reference === named.reference)
      : truth.orders[named.orderId];
  if (!order) return no(`no order ${named.orderId ?? named.reference ?? "(name it by orderId or reference)"}`);
  const account = truth.accounts[order.account];
  return account ? run({ truth, account, order, world }) : no(`no account ${order.account}`);
}

function settled(truth: Truth, account: Account, command: CommandOf<"settle">, world: World): ControlAnswer {
  const { percent, fixed, vatRate, shown: feeShown } = command.fee;
  const batches = settle(
    truth,
    account,
    {
      date: command.date ?? swedishDate(world.now() - 86_400_000),
      convention: command.convention,
      fee: { percentBps: percent, fixedMinor: fixed, vatRateBps: vatRate, shown: feeShown },
      chargebacks: command.chargebacks.map(({ orderId, amount }) => ({ orderId, amountMinor: amount })),
      pending: command.pending,
      rejected: command.rejected,
      offByMinor: command.offBy,
    },
    world.now(),
  );
  return { ok: true, batches: structuredClone(batches) };
}

const placed = (order: Order): ControlAnswer => ({ ok: true, ...shown(order) });

const showAll = (truth: Truth): ControlAnswer => ({
  ok: true,
  accounts: Object.keys(truth.accounts),
  orders: Object.values(truth.orders).map(shown),
  batches: structuredClone(truth.batches),
  switches: truth.switches,
});

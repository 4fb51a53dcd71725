// The heart: compares what a platform shows with the order's books and the merchant's choices, and says what follows.
//
// Pure. The same observation twice yields nothing the second time: facts are recorded once by their id, and every
// demand is commanded once by its name. Late, early, doubled and reordered sightings therefore need no special code.
import { absorbErp, absorbMissing } from "./absorb-erp.ts";
import { absorbPayment } from "./absorb-payment.ts";
import { absorbShop } from "./absorb-shop.ts";
import type { Command, CommandKind } from "./commands.ts";
import { change, type Decision, type Draft, record, startDraft } from "./decision.ts";
import { awaitsShopUntil, type Demand, type DemandContext, demandsOf } from "./demands/index.ts";
import { type Problem, problem } from "./errors.ts";
import type { ConnectionId } from "./ids.ts";
import type { Observation } from "./observation.ts";
import {
  type CommandRecord,
  type CommandState,
  isFinal,
  isInFlight,
  isKnown,
  type NewEntry,
  type OrderBooks,
} from "./order.ts";
import type { Policy } from "./policy.ts";
import { orderTasks } from "./tasks.ts";

/** The ERP answered that it does not have the order. */
export interface MissingObservation {
  source: "missing";
}

/** How long an order must stay missing before that is believed, in milliseconds. */
const MISSING_CONFIRM_MS = 60_000;

/**
 * `observation` null decides again on the books alone: after a command ended, a setting changed, a person acted.
 * `now` in milliseconds since the epoch. `note` says why the observation belongs to this order, where that was found out.
 */
export function decide(
  order: OrderBooks,
  observation: Observation | MissingObservation | null,
  policy: Policy,
  now: number,
  note: string | null = null,
): Decision {
  const draft = startDraft(order, now);
  absorb(draft, observation, policy);
  if (note !== null && observation && observation.source !== "missing") noteDown(draft, observation, note);
  return conclude(draft, policy);
}

function noteDown(draft: Draft, { connectionId, externalId }: Observation, text: string): void {
  const name = `joined:${connectionId}:${externalId}`;
  if (!isKnown(draft.order, "noted", name)) record(draft, noted(connectionId, name, text));
}

function absorb(draft: Draft, observation: Observation | MissingObservation | null, policy: Policy): void {
  if (observation === null) return;
  switch (observation.source) {
    case "psp":
      absorbPayment(draft, observation);
      break;
    case "erp":
      absorbErp(draft, observation, policy);
      break;
    case "missing":
      absorbMissing(draft, MISSING_CONFIRM_MS);
      break;
    case "shop":
      absorbShop(draft, observation, policy);
      break;
    default:
      observation satisfies never;
  }
}

/** From the ledger as it now stands to commands and tasks. */
export function conclude(draft: Draft, policy: Policy): Decision {
  const { order } = draft;
  const payment = order.payment ? policy.payment(order.payment.connectionId) : null;
  const shop = order.shop ? policy.shop(order.shop.connectionId) : null;
  const context = { order, policy, payment, shop, accounting: policy.accounting, now: draft.now };
  holdForShop(draft, context);
  const demands = demandsOf(context);
  for (const demand of demands) meet(draft, demand, context);
  for (const command of order.commands)
    if (!demands.some((demand) => demand.name === command.demand) && isRevocable(command))
      change(draft, command, { state: "withdrawn", heldBy: null, problem: null });
  orderTasks(draft, policy);
  return draft;
}

/** How soon the shop is asked again for the order of a payment that came first, in milliseconds. */
const SHOP_SEARCHES_MS = [5_000, 30_000, 120_000, 300_000, 600_000] as const;

/** A payment that came before its shop order: the shop is asked, and when the hold is over that is written down. */
function holdForShop(draft: Draft, context: DemandContext): void {
  const { order, now } = context;
  if (order.erp || order.shop || order.payment?.state !== "accepted") return;
  const until = awaitsShopUntil(context);
  if (until === null) return;
  if (now < until) {
    const waited = now - (order.firstSeenAt ?? now);
    const next = SHOP_SEARCHES_MS.find((ms) => ms > waited) ?? waited + 600_000;
    draft.looks.push({ side: "shop", afterMs: Math.min(next - waited, until - now) });
    return;
  }
  if (!isKnown(order, "noted", CREATED_FROM_PAYMENT))
    record(
      draft,
      noted(
        order.payment.connectionId,
        CREATED_FROM_PAYMENT,
        "No shop order was found in time; the ERP order is made from the payment.",
      ),
    );
}

const noted = (connectionId: ConnectionId, externalId: string, text: string): NewEntry => ({
  kind: "noted",
  connectionId,
  externalId,
  amountMinor: 0,
  rows: [],
  answers: null,
  parent: null,
  commandId: null,
  vatMinor: null,
  text,
});

const CREATED_FROM_PAYMENT = "created_from_payment";

/** A command may be taken back while it surely had no effect. */
const isRevocable = (command: CommandRecord): boolean => !isFinal(command.state) && !isInFlight(command.state);

/** Makes the command of a demand, or brings the one that exists up to date. */
function meet(draft: Draft, demand: Demand, context: DemandContext): void {
  const hold = holdOf(demand, context);
  const existing = draft.order.commands.find((command) => command.demand === demand.name);
  if (!existing) {
    const { name, connectionId, payload, cause } = demand;
    draft.commands.push({ demand: name, connectionId, payload, cause, state: hold.state, problem: hold.problem });
    return;
  }
  if (isInFlight(existing.state) || (isFinal(existing.state) && existing.state !== "withdrawn")) return;
  if (existing.state === "parked" && existing.heldBy === "platform") return;
  // What was tried keeps its payload, because the platform may have seen it; what was taken back surely had no effect.
  const again = existing.state === "withdrawn";
  const fresh = (existing.attempts === 0 || again) && !sameJson(existing.payload, demand.payload);
  if (!fresh && existing.state === hold.state && sameJson(existing.problem, hold.problem)) return;
  change(draft, existing, {
    state: hold.state,
    heldBy: hold.state === "pending" ? null : "decide",
    problem: hold.problem,
    ...(fresh ? { payload: demand.payload } : {}),
    ...(again && existing.attempts > 0 ? { renewKey: true } : {}),
  });
}

type Hold = { state: Extract<CommandState, "pending" | "waiting" | "parked" | "manual">; problem: Problem | null };

/** Whether a demand can be worked now; if not, whether it waits by itself, needs a person, or is done by one. */
function holdOf(demand: Demand, context: DemandContext): Hold {
  const stop = demand.stop ?? gate(demand, context);
  if (stop) return { state: isWaiting(stop) ? "waiting" : "parked", problem: stop };
  const { accounting } = context;
  if (accounting?.id === demand.connectionId && accounting.manual.includes(demand.payload.kind))
    return { state: "manual", problem: problem("CAPABILITY_OFF", describe(demand.payload)) };
  return { state: "pending", problem: null };
}

const WAITING: readonly string[] = [
  "FLOW_DISABLED",
  "CONNECTION_PAUSED",
  "MERCHANT_NOT_LIVE",
  "AWAITING_OUTCOME",
  "PREVIOUS_REFUND_UNFINISHED",
  "REFUND_WITHOUT_INVOICE",
  "AWAITING_SHOP",
];

const isWaiting = (stop: Problem): boolean => WAITING.includes(stop.code);

/** What the merchant's settings say: approval, pauses, flows on both sides, credentials for the call. */
function gate(demand: Demand, { policy, payment, shop, accounting }: DemandContext): Problem | null {
  if (!policy.approved) return problem("MERCHANT_NOT_LIVE");
  // The shop leads on orders where there is one; money is between the PSP and the ERP.
  const source = shop && (demand.payload.kind === "create_order" || !payment) ? shop : payment;
  const sides = [source, accounting].filter((side) => side !== null);
  const target = sides.find((side) => side.id === demand.connectionId);
  if (!target) return problem("CONNECTION_MISSING", `Connection ${demand.connectionId} is not configured.`);
  if (target.paused) return problem("CONNECTION_PAUSED", `${target.connector} (${target.id}).`);
  const off = sides.find((side) => !side.flows[demand.flow]);
  if (off) return problem("FLOW_DISABLED", `The ${demand.flow} flow of ${off.connector} (${off.id}).`);
  const code = target.id === payment?.id ? payment.blocker(demand.payload.kind) : null;
  return code ? problem(code) : null;
}

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What a person is asked to do when the call for it is switched off. */
export function describe(command: Command): string {
  const words: Record<CommandKind, string> = {
    create_order: "Create the order",
    cancel_order: "Cancel the order",
    create_invoice: "Create the invoice",
    create_credit_invoice: "Create the credit invoice",
    register_payment: "Register the payment",
    book_payout: "Book the payout",
    capture: "Capture the payment",
    refund: "Refund the payment",
    cancel_payment: "Cancel the payment",
  };
  const about = "erpOrderNumber" in command ? ` of ERP order ${command.erpOrderNumber}` : "";
  const credited = command.kind === "create_credit_invoice" ? `, crediting invoice ${command.invoiceNumber}` : "";
  return `${words[command.kind]}${about}${credited}.`;
}

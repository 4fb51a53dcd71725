// Works the commands of one order or payout: intent is durable before each call, a lost answer is looked up before
// any second try, the answer becomes a fact.
import { and, eq, isNotNull, lte } from "drizzle-orm";
import type { AnyConnector } from "../connectors/registry.ts";
import type {
  AccountingCommand,
  CancelPayment,
  CapturePayment,
  Command,
  CommandCall,
  LookUp,
  Outcome,
  RefundPayment,
} from "../domain/commands.ts";
import { type Problem, problem } from "../domain/errors.ts";
import { newGuid } from "../domain/ids.ts";
import type { EntryKind, OrderBooks } from "../domain/order.ts";
import type { Trace } from "../transport/http.ts";
import { backoffMs, isExhausted, isHeldBack } from "./backoff.ts";
import type { Books, Core } from "./books.ts";
import { logDefect } from "./defects.ts";
import { contentOf, discreet, personalTexts, withPerson } from "./personal.ts";
import type { AnyContext, Link } from "./runtime.ts";
import { attempts, commands } from "./schema.ts";

export type CommandRow = typeof commands.$inferSelect;

/**
 * What a crash cut off between intent and answer is looked up after this long, in milliseconds: longer than the 20 s
 * that any request is given, so that none is still on its way.
 */
const SENDING_MAX_MS = 30_000;
/** The first look-up after a lost answer comes soon, so that the order is not held up. */
const LOOK_UP_MS = 1_000;

export const readCommand = (books: Books, id: string): CommandRow | undefined =>
  books.select().from(commands).where(eq(commands.id, id)).get();

/**
 * When the object wakes: commands that a former instance was sending when it was cut off. Their requests may still be
 * on the way, so they are looked up only later.
 */
export function awaitInterrupted(core: Core): void {
  const now = core.ports.now();
  core.books
    .update(commands)
    .set({ dueAt: now + SENDING_MAX_MS })
    .where(and(eq(commands.state, "sending"), isNotNull(commands.dueAt), lte(commands.dueAt, now)))
    .run();
}

/** What an attempt came to, for the order's or payout's books. */
export type Attempted =
  /** Nothing to decide: it stays due, or is tried again later. */
  | { kind: "again" }
  /** Decide: the effect is there, was taken on, or was refused. */
  | { kind: "ended"; outcome: Extract<Outcome, { kind: "done" | "accepted" | "refused" }> }
  /** The connection pauses. */
  | { kind: "unauthorized"; detail: string };

/** Tries one command, or looks up what became of the try before. Never throws for what a platform does. */
export async function attempt(core: Core, link: Link, row: CommandRow, known: readonly string[]): Promise<Attempted> {
  const content = contentOf(core.books, row.subject);
  const whole = { ...row, payload: withPerson(row.payload, content) };
  const call = { link, known, personal: personalTexts(content) };
  return row.state === "unknown" || row.state === "sending" ? lookUp(core, whole, call) : send(core, whole, call);
}

interface Calling {
  link: Link;
  known: readonly string[];
  /** Texts about the person of the order: no answer that repeats them is kept as it is. */
  personal: readonly string[];
}

async function send(core: Core, row: CommandRow, { link, known, personal }: Calling): Promise<Attempted> {
  const startedAt = core.ports.now();
  const number = row.attempts + 1;
  core.books
    .update(commands)
    .set({
      state: "sending",
      attempts: number,
      firstAttemptAt: row.firstAttemptAt ?? startedAt,
    })
    .where(eq(commands.id, row.id))
    .run();
  const traces: Trace[] = [];
  const said = await run(link, link.context(traces, personal), callOf(row, number, known));
  const outcome = discreet(said, [...link.secrets, ...personal]);
  const now = core.ports.now();
  const unsent = outcome.kind === "later" && traces.length === 0;
  if (unsent) {
    // Held back by ourselves (pace or breaker): not a try.
    const dueAt = now + Math.max(1, outcome.retryAfterMs ?? 1_000);
    update(core, row, { state: "pending", attempts: row.attempts, firstAttemptAt: row.firstAttemptAt, dueAt });
    return { kind: "again" };
  }
  writeAttempt(core, row.id, number + row.lookUps, startedAt, outcome.kind, detailOf(outcome), traces);
  switch (outcome.kind) {
    case "done":
    case "accepted":
    case "refused":
      return { kind: "ended", outcome };
    case "unauthorized":
      update(core, row, {
        state: "pending",
        dueAt: null,
        ...stop(problem("REAUTHORIZATION_REQUIRED", outcome.detail)),
      });
      return outcome;
    case "unknown":
      update(core, row, {
        state: "unknown",
        repeatDenied: outcome.repeatDenied === true,
        dueAt: now + LOOK_UP_MS,
        ...stop(problem("OUTCOME_UNCLEAR", outcome.detail)),
      });
      return { kind: "again" };
    case "later":
      return retryLater(core, row, number, outcome, isHeldBack(outcome, traces));
    default:
      return outcome satisfies never;
  }
}

type Later = Extract<Outcome, { kind: "later" }>;

function retryLater(core: Core, row: CommandRow, number: number, later: Later, held: boolean): Attempted {
  const now = core.ports.now();
  const { retryAfterMs } = later;
  const why = problem(later.code, later.detail);
  if (isExhausted(number, row.firstAttemptAt ?? now, now)) return exhausted(number, `${why.code} ${why.detail}`);
  update(core, row, {
    state: "pending",
    dueAt: now + (held ? Math.max(1, retryAfterMs ?? 1_000) : backoffMs(number, core.ports.random(), retryAfterMs)),
    ...stop(why),
  });
  return { kind: "again" };
}

/** Enough was tried: the books park it, and a person is asked. */
const exhausted = (tries: number, last: string): Attempted => ({
  kind: "ended",
  outcome: { kind: "refused", code: "RETRIES_EXHAUSTED", detail: `${tries} tries; the last one: ${last}` },
});

async function lookUp(core: Core, row: CommandRow, { link, known, personal }: Calling): Promise<Attempted> {
  const startedAt = core.ports.now();
  const number = row.lookUps + 1;
  core.books
    .update(commands)
    .set({ state: "unknown", lookUps: number, dueAt: startedAt + SENDING_MAX_MS })
    .where(eq(commands.id, row.id))
    .run();
  const traces: Trace[] = [];
  const said = await find(link, link.context(traces, personal), callOf(row, row.attempts, known));
  const found = discreet(said, [...link.secrets, ...personal]);
  const now = core.ports.now();
  if (found.kind === "unclear" && traces.length === 0) {
    update(core, row, {
      state: "unknown",
      lookUps: row.lookUps,
      dueAt: now + Math.max(1, found.retryAfterMs ?? 1_000),
    });
    return { kind: "again" };
  }
  const words = found.kind === "unclear" || found.kind === "unauthorized" ? found.detail : "";
  writeAttempt(core, row.id, row.attempts + number, startedAt, `look-up: ${found.kind}`, words, traces);
  switch (found.kind) {
    case "found":
      return { kind: "ended", outcome: found.outcome };
    case "absent":
    case "repeat_is_safe":
      return tryAgain(core, row, found.kind === "absent");
    case "unclear":
      update(core, row, {
        state: "unknown",
        dueAt: now + backoffMs(Math.min(number, 10), core.ports.random(), found.retryAfterMs),
        ...stop(problem("OUTCOME_UNCLEAR", found.detail)),
      });
      return { kind: "again" };
    case "unauthorized":
      update(core, row, { state: "unknown", dueAt: null });
      return found;
    default:
      return found satisfies never;
  }
}

/**
 * It is safe to try once more: at once the first time, then waiting longer with every try, so that a platform that
 * answers questions and takes no orders is not hammered; and not for ever.
 */
function tryAgain(core: Core, row: CommandRow, absent: boolean): Attempted {
  const now = core.ports.now();
  if (isExhausted(row.attempts, row.firstAttemptAt ?? now, now))
    return exhausted(row.attempts, "no answer, and no effect at the platform.");
  // Proven absent: a request key that the platform refuses as used is exchanged for a new one.
  const renew = absent && row.repeatDenied;
  const fresh = renew ? { requestKey: newGuid(core.ports.random), repeatDenied: false } : {};
  const wait = row.attempts < 2 ? 0 : backoffMs(row.attempts, core.ports.random());
  update(core, row, { state: "pending", dueAt: now + wait, ...fresh, ...stop(null) });
  return { kind: "again" };
}

const stop = (why: Problem | null) => ({ code: why?.code ?? null, detail: why?.detail ?? null });

function update(core: Core, row: CommandRow, to: Partial<CommandRow>): void {
  core.books.update(commands).set(to).where(eq(commands.id, row.id)).run();
  if (to.dueAt) core.clock.wakeBy(to.dueAt);
}

function writeAttempt(
  core: Core,
  commandId: string,
  number: number,
  at: number,
  outcome: string,
  detail: string,
  requests: Trace[],
) {
  const values = { commandId, number, at, outcome, detail, requests };
  core.books
    .insert(attempts)
    .values(values)
    .onConflictDoUpdate({ target: [attempts.commandId, attempts.number], set: values })
    .run();
}

const detailOf = (outcome: Outcome): string => {
  if (outcome.kind === "done") return outcome.note ?? outcome.externalId;
  return outcome.kind === "accepted" ? outcome.externalIds.join(", ") : outcome.detail;
};

const callOf = (row: CommandRow, number: number, known: readonly string[]): CommandCall => ({
  id: row.id,
  requestKey: row.requestKey,
  payload: row.payload,
  known,
  attempt: number,
});

const EFFECT: Record<Command["kind"], EntryKind | null> = {
  create_order: "ordered",
  cancel_order: "order_cancelled",
  create_invoice: "invoiced",
  create_credit_invoice: "credited",
  capture: "captured",
  refund: "refunded",
  cancel_payment: "released",
  register_payment: null,
  book_payout: null,
};

/** Ids of the command's kind that the books account for already: facts, and what other commands wait for. */
export function knownIds(order: OrderBooks, row: CommandRow): string[] {
  const effect = EFFECT[row.payload.kind];
  const facts = order.entries.filter((entry) => entry.kind === effect).map((entry) => entry.externalId);
  const others = order.commands.filter((command) => command.id !== row.id && command.payload.kind === row.payload.kind);
  return [...new Set([...facts, ...others.flatMap((command) => command.externalIds)])];
}

// --- which facet does what ---------------------------------------------------

const isFor = <K extends Command["kind"]>(
  call: CommandCall,
  kind: K,
): call is CommandCall<Extract<Command, { kind: K }>> => call.payload.kind === kind;

const isPayment = (call: CommandCall): call is CommandCall<CapturePayment | RefundPayment | CancelPayment> =>
  isFor(call, "capture") || isFor(call, "refund") || isFor(call, "cancel_payment");

const isAccounting = (call: CommandCall): call is CommandCall<AccountingCommand> => !isPayment(call);

async function run(link: Link, context: AnyContext, call: CommandCall): Promise<Outcome> {
  return guarded(
    () => {
      const { payments, accounting } = link.connector;
      if (payments && isFor(call, "capture")) return payments.capture(context, call);
      if (payments && isFor(call, "refund")) return payments.refund(context, call);
      if (payments && isFor(call, "cancel_payment")) return payments.cancel(context, call);
      if (accounting && isAccounting(call)) return accounting.execute(context, call);
      return Promise.resolve(unsupported(link.connector, call));
    },
    (detail) => ({ kind: "unknown", detail }),
  );
}

function find(link: Link, context: AnyContext, call: CommandCall): Promise<LookUp> {
  return guarded(
    () => {
      const { payments, accounting } = link.connector;
      if (payments && isPayment(call)) return payments.lookUp(context, call);
      if (accounting && isAccounting(call)) return accounting.lookUp(context, call);
      return Promise.resolve<LookUp>({ kind: "unclear", detail: "This connector cannot look it up." });
    },
    (detail) => ({ kind: "unclear", detail }),
  );
}

const unsupported = (connector: AnyConnector, call: CommandCall): Outcome => ({
  kind: "refused",
  code: "CONNECTION_MISSING",
  detail: `${connector.name} has no ${call.payload.kind}.`,
});

/** A connector that throws is a defect; what it was about to do may have happened, so it counts as unknown. */
async function guarded<T>(work: () => Promise<T>, lost: (detail: string) => T): Promise<T> {
  try {
    return await work();
  } catch (defect) {
    logDefect("call of a connector", defect);
    return lost("A defect in the connector; see the log.");
  }
}

// What a person can do to a stop: retry, resolve, discard, mark a task as done, replay a webhook.
import { and, eq } from "drizzle-orm";
import { decide } from "../domain/decide.ts";
import { change, type Decision, startDraft } from "../domain/decision.ts";
import { MERGE } from "../domain/demands/index.ts";
import { type ErrorCode, problem } from "../domain/errors.ts";
import type { CommandId, ConnectionId, OrderId } from "../domain/ids.ts";
import { type ClaimedAlias, isFinal, isInFlight, type OrderBooks } from "../domain/order.ts";
import { choose, discard, resolve } from "../domain/outcome.ts";
import type { Core } from "./books.ts";
import { pullKey } from "./changes.ts";
import { commandOf } from "./command-store.ts";
import { mergeOrders } from "./identity-store.ts";
import { wantJob } from "./jobs.ts";
import { wantLook } from "./look-store.ts";
import { findOrder, loadOrder, lookKeys, writeDecision } from "./order-store.ts";
import { type CommandRow, readCommand } from "./outbox.ts";
import { markBooked } from "./reconcile.ts";
import type { Answer } from "./rpc.ts";
import type { Runtime } from "./runtime.ts";
import { commands, tasks, webhooks } from "./schema.ts";
import { incomingOf, judgeWebhooks } from "./webhook-store.ts";

export type Acted = Answer<true>;

const done: Acted = { ok: true, value: true };
const refused = (code: ErrorCode, detail: string): Acted => ({ ok: false, problem: problem(code, detail) });

/** Failures that the platform itself reported: the next attempt is a new request. */
const PROVEN_FAILURES: readonly (string | null)[] = ["CAPTURE_FAILED", "REFUND_FAILED", "CANCEL_FAILED"];

export function retryCommand(core: Core, runtime: Runtime, id: string): Acted {
  const row = readCommand(core.books, id);
  if (!row) return refused("NOT_FOUND", `No command ${id}.`);
  const { state } = commandOf(row);
  if (isFinal(state)) return refused("CONFLICT", `The command is ${state}; there is nothing to retry.`);
  if (state === "manual") return refused("CONFLICT", "A person does this step: mark its task as done.");
  if (isInFlight(state)) {
    core.books.update(commands).set({ dueAt: core.ports.now() }).where(eq(commands.id, id)).run();
    core.clock.wakeBy(core.ports.now());
    if (state === "accepted") lookAtOrder(core, runtime, row.subject);
    return done;
  }
  if (!row.subject.startsWith("ord_")) return retryPayoutCommand(core, row);
  return withOrder(core, runtime, row.subject, (order) => {
    const draft = startDraft(order, core.ports.now());
    const command = draft.order.commands.find((candidate) => candidate.id === id);
    const proven = PROVEN_FAILURES.includes(row.code);
    if (command && (row.heldBy === "platform" || state === "pending"))
      change(draft, command, {
        state: "pending",
        heldBy: null,
        problem: null,
        ...(proven ? { renewKey: true, externalIds: [] } : {}),
      });
    const again = decide(draft.order, null, runtime.policy, core.ports.now());
    lookAtOrder(core, runtime, row.subject);
    return {
      ...again,
      changes: [
        ...draft.changes.filter((made) => !again.changes.some((later) => later.id === made.id)),
        ...again.changes,
      ],
    };
  });
}

function retryPayoutCommand(core: Core, row: CommandRow): Acted {
  core.books
    .update(commands)
    .set({ state: "pending", heldBy: null, code: null, detail: null, firstAttemptAt: null, dueAt: core.ports.now() })
    .where(eq(commands.id, row.id))
    .run();
  core.clock.wakeBy(core.ports.now());
  return done;
}

/** Reads both sides of an order again: what a person mended there is seen at once. */
function lookAtOrder(core: Core, runtime: Runtime, subject: string): void {
  const order = loadOrder(core.books, subject as OrderId);
  for (const side of ["payment", "erp", "shop"] as const)
    if (order?.[side]) for (const key of lookKeys(runtime, order, side)) wantLook(core, key, core.ports.now());
}

export function resolveCommand(core: Core, runtime: Runtime, id: string, externalId: string, note: string): Acted {
  const row = readCommand(core.books, id);
  if (!row) return refused("NOT_FOUND", `No command ${id}.`);
  const stop = notNow(row);
  if (stop) return stop;
  if (!row.subject.startsWith("ord_")) {
    endPayoutCommand(core, row, "resolved", [externalId]);
    core.storage.transactionSync(() => markBooked(core, runtime, row.subject, externalId));
    return done;
  }
  const connectionId = row.connectionId as ConnectionId;
  const type = runtime.links.get(connectionId)?.connector.accounting?.orderAlias;
  const claims: ClaimedAlias[] =
    row.kind === "create_order" && type ? [{ connectionId, type, value: externalId, tier: 0 }] : [];
  for (const alias of claims) {
    const owner = findOrder(core.books, connectionId, alias.type, externalId);
    if (owner !== null && owner !== row.subject)
      return refused("EXTERNAL_ID_CLAIMED", `${alias.type} ${externalId} belongs to ${owner}.`);
  }
  return withOrder(core, runtime, row.subject, (order) => {
    const decision = resolve(order, id as CommandId, externalId, note, runtime.policy, core.ports.now());
    return { ...decision, aliases: [...decision.aliases, ...claims] };
  });
}

export function discardCommand(core: Core, runtime: Runtime, id: string, note: string): Acted {
  const row = readCommand(core.books, id);
  if (!row) return refused("NOT_FOUND", `No command ${id}.`);
  const stop = notNow(row);
  if (stop) return stop;
  if (!row.subject.startsWith("ord_")) {
    endPayoutCommand(core, row, "discarded", []);
    return done;
  }
  return withOrder(core, runtime, row.subject, (order) =>
    discard(order, id as CommandId, note, runtime.policy, core.ports.now()),
  );
}

function notNow(row: CommandRow): Acted | null {
  const { state } = commandOf(row);
  if (isFinal(state)) return refused("CONFLICT", `The command is ${state} already.`);
  if (state === "sending") return refused("CONFLICT", "The command is being sent just now; try again in a moment.");
  return null;
}

function endPayoutCommand(core: Core, row: CommandRow, state: "resolved" | "discarded", externalIds: string[]): void {
  core.books
    .update(commands)
    .set({ state, heldBy: null, code: null, detail: null, externalIds, dueAt: null })
    .where(eq(commands.id, row.id))
    .run();
}

export function finishTask(
  core: Core,
  runtime: Runtime,
  id: string,
  input: { choice?: string | undefined; externalId?: string | undefined; note?: string | undefined },
): Acted {
  const task = core.books.select().from(tasks).where(eq(tasks.id, id)).get();
  if (!task) return refused("NOT_FOUND", `No task ${id}.`);
  if (task.state !== "open") return refused("CONFLICT", `The task is ${task.state} already.`);
  const { choice, externalId, note = "" } = input;
  if (task.choices.length > 0 && !task.choices.some((offer) => offer.id === choice))
    return refused("VALIDATION_FAILED", `choice: one of ${task.choices.map((offer) => offer.id).join(", ")}.`);
  if (task.demand !== null) {
    const command = core.books
      .select()
      .from(commands)
      .where(and(eq(commands.subject, task.subject), eq(commands.demand, task.demand)))
      .get();
    if (command && !externalId) return refused("VALIDATION_FAILED", "externalId: the number that the platform gave.");
    if (command && externalId) {
      const acted = resolveCommand(core, runtime, command.id, externalId, note);
      if (!acted.ok) return acted;
    }
  }
  core.books
    .update(tasks)
    .set({ state: "done", doneAt: core.ports.now(), note: [choice, externalId, note].filter(Boolean).join(" · ") })
    .where(eq(tasks.id, id))
    .run();
  if (!choice) return done;
  if (choice.startsWith(MERGE)) return merge(core, runtime, task.subject, choice.slice(MERGE.length), note);
  return withOrder(core, runtime, task.subject, (order) => {
    const connectionId = order.payment?.connectionId ?? order.erp?.connectionId;
    if (!connectionId) return null;
    return choose(order, connectionId, choice, note, runtime.policy, core.ports.now());
  });
}

/** A person says that two orders are one. */
function merge(core: Core, runtime: Runtime, a: string, b: string, note: string): Acted {
  return core.storage.transactionSync(() => {
    const [one, other] = [a, b].map((id) => loadOrder(core.books, id as OrderId));
    if (!one || !other) return refused("NOT_FOUND", `No order ${one ? b : a}.`);
    const merged = mergeOrders(core, one, other, `A person said so. ${note}`.trim());
    if (merged === "incident") return done;
    if (merged === "busy") return refused("CONFLICT", "A command of the other order is under way; try again shortly.");
    writeDecision(core, runtime, merged, decide(merged, null, runtime.policy, core.ports.now()));
    lookAtOrder(core, runtime, merged.id);
    return done;
  });
}

function withOrder(core: Core, runtime: Runtime, subject: string, act: (order: OrderBooks) => Decision | null): Acted {
  return core.storage.transactionSync(() => {
    const order = loadOrder(core.books, subject as OrderId);
    if (!order) return refused("NOT_FOUND", `No order ${subject}.`);
    const decision = act(order);
    if (decision && !writeDecision(core, runtime, order, decision))
      return refused("CONFLICT", "The order changed meanwhile; read it again.");
    return done;
  });
}

/** Does again what a stored webhook asks for: its reads are made now. Repeating it is harmless. */
export function replayWebhook(core: Core, runtime: Runtime, id: string): Acted {
  const row = core.books.select().from(webhooks).where(eq(webhooks.id, id)).get();
  if (!row) return refused("NOT_FOUND", `No webhook ${id}.`);
  if (row.body === null) return refused("CONFLICT", "The body was purged after the retention period.");
  const connectionId = row.connectionId as ConnectionId;
  const connector = runtime.links.get(connectionId)?.connector;
  if (!connector?.webhooks) return refused("CONNECTION_MISSING", "The connection was removed.");
  const now = core.ports.now();
  for (const hint of connector.webhooks.hints(incomingOf(row))) {
    if (hint.kind === "order") {
      judgeWebhooks(core.books, [row.seq], "waiting", "Replayed by a person.");
      wantLook(core, { connectionId, type: hint.type, value: hint.value }, now, [row.seq]);
    }
    if (hint.kind === "changes") wantJob(core, pullKey(connectionId, hint.feed), now);
  }
  return done;
}

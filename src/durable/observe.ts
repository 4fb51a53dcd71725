// Reads one order at one platform and lets decide() say what follows: observe, decide, record.
import type { Read } from "../connectors/connector.ts";
import { decide, type MissingObservation } from "../domain/decide.ts";
import { type Decision, isNothing } from "../domain/decision.ts";
import { type Problem, problem } from "../domain/errors.ts";
import type { OrderId } from "../domain/ids.ts";
import type { ErpObservation, PaymentObservation, ShopObservation } from "../domain/observation.ts";
import type { OrderBooks } from "../domain/order.ts";
import type { Trace } from "../transport/http.ts";
import { backoffMs, READ_LONGEST_MS } from "./backoff.ts";
import type { Core } from "./books.ts";
import { logDefect } from "./defects.ts";
import { fingerprintOf, type Resolved, rememberBuyer, resolveOrder } from "./identity-store.ts";
import { beginLook, endLook, type LookKey, postponeLook, readLook, wantLook } from "./look-store.ts";
import { aliasesOf, findOrder, loadOrder, lookKeys, SEARCH, writeDecision } from "./order-store.ts";
import { contentOf, discreet, personalTexts } from "./personal.ts";
import type { Link, Runtime } from "./runtime.ts";
import { addTask } from "./task-store.ts";
import { judgeWebhooks, type WebhookState } from "./webhook-store.ts";

export type Looked = { kind: "ended" } | { kind: "unauthorized"; detail: string };

/** Tries before an order that the platform does not know is given up: about half an hour. */
const UNKNOWN_TRIES_MAX = 8;
/** How often something that will not heal by itself is looked at again. */
const REFUSED_MS = 6 * 3_600_000;
const PAUSED_MS = 24 * 3_600_000;

/** Reads what `key` names. `webhooks` are the positions of the webhooks that asked for it. */
export async function look(core: Core, runtime: Runtime, key: LookKey, webhooks: number[]): Promise<Looked> {
  beginLook(core.books, key);
  const waiting = [...new Set([...(readLook(core.books, key)?.webhooks ?? []), ...webhooks])];
  const end = (state: WebhookState, verdict: string, orderId?: OrderId | null): Looked => {
    core.storage.transactionSync(() => {
      judgeWebhooks(core.books, waiting, state, verdict, orderId);
      endLook(core.books, key);
    });
    return { kind: "ended" };
  };
  const link = runtime.links.get(key.connectionId);
  if (!link) return end("ignored", "The connection was removed.");
  if (key.type === SEARCH) return searchShop(core, runtime, link, key);
  const order = findOrder(core.books, key.connectionId, key.type, key.value);
  const { payments, accounting, storefront } = link.connector;
  if (accounting && order === null) return end("ignored", "Not an order of ours.");
  if (accounting?.manual(link.settings).includes("observe_order")) {
    if (order) askToLook(core, order, key, link);
    return end("processed", "Reading orders is switched off; a task asks a person to look.", order);
  }
  if (link.problem) return postpone(core, key, webhooks, problem("CONNECTION_PAUSED", link.problem.detail), PAUSED_MS);
  const traces: Trace[] = [];
  const personal = personalTexts(contentOf(core.books, order));
  const said = await observed<PaymentObservation | ErpObservation | ShopObservation>(async () => {
    const context = link.context(traces, personal);
    const answer = await (payments ?? accounting ?? storefront)?.observe(context, key.type, key.value);
    return answer ?? { kind: "absent" };
  });
  const read = discreet(said, [...link.secrets, ...personal]);
  switch (read.kind) {
    case "found":
      return apply(core, runtime, key, waiting, read.value);
    case "absent":
      return accounting && order
        ? apply(core, runtime, key, waiting, { source: "missing" })
        : unknownThere(core, key, waiting, end);
    case "later": {
      const attempts = readLook(core.books, key)?.attempts ?? 0;
      const unsent = traces.length === 0;
      const waitMs = unsent
        ? Math.max(1, read.retryAfterMs ?? 1_000)
        : backoffMs(attempts + 1, core.ports.random(), read.retryAfterMs, READ_LONGEST_MS);
      return postpone(core, key, waiting, problem(read.code, read.detail), waitMs);
    }
    case "refused":
      return postpone(core, key, waiting, problem(read.code, read.detail), REFUSED_MS);
    case "unauthorized":
      postpone(core, key, waiting, problem("REAUTHORIZATION_REQUIRED", read.detail), PAUSED_MS);
      return read;
    default:
      return read satisfies never;
  }
}

function postpone(core: Core, key: LookKey, webhooks: number[], why: Problem, waitMs: number): Looked {
  core.storage.transactionSync(() => {
    postponeLook(core, key, core.ports.now() + waitMs, why, webhooks);
    judgeWebhooks(core.books, webhooks, "waiting", `${why.code}: ${why.detail}`);
  });
  return { kind: "ended" };
}

/** A defect of ours kept a read from being applied: it is made again later, and the others go on. */
export function lookAgain(core: Core, key: LookKey, webhooks: number[]): Looked {
  const attempts = (readLook(core.books, key)?.attempts ?? 0) + 1;
  const waitMs = backoffMs(attempts + 2, core.ports.random(), 0, READ_LONGEST_MS);
  return postpone(core, key, webhooks, problem("INTERNAL", "The order could not be worked on; see the log."), waitMs);
}

/** The platform does not know the order: perhaps not yet, so it is asked a few times more. */
function unknownThere(
  core: Core,
  key: LookKey,
  webhooks: number[],
  end: (state: WebhookState, verdict: string) => Looked,
): Looked {
  const attempts = (readLook(core.books, key)?.attempts ?? 0) + 1;
  const why = problem("ORDER_UNKNOWN_AT_PLATFORM", `${key.type} ${key.value} was not found.`);
  if (attempts >= UNKNOWN_TRIES_MAX) return end("ignored", `${why.code}: ${why.detail}`);
  return postpone(core, key, webhooks, why, backoffMs(attempts + 2, core.ports.random()));
}

/** A connector that throws is a defect; a read has no effect, so it is simply tried again later. */
async function observed<T>(read: () => Promise<Read<T>>): Promise<Read<T>> {
  try {
    return await read();
  } catch (defect) {
    logDefect("call of a connector", defect);
    return { kind: "later", code: "INTERNAL", detail: "A defect in the connector; see the log." };
  }
}

type Seen = PaymentObservation | ErpObservation | ShopObservation | MissingObservation;

/** How soon a sighting is read again that waits for a command of the order it joins. */
const BUSY_MS = 5_000;

/** Finds the order of a sighting, decides, and writes all of it in one transaction. */
export async function apply(
  core: Core,
  runtime: Runtime,
  key: LookKey,
  webhooks: number[],
  seen: Seen,
): Promise<Looked> {
  const fingerprint = seen.source === "psp" || seen.source === "shop" ? await fingerprintOf(seen) : null;
  const written = core.storage.transactionSync(() => {
    const found = orderFor(core, runtime, key, seen, fingerprint);
    if (found.kind !== "order") return found.kind;
    const { order: before, note } = found;
    const decision = decide(before, seen, runtime.policy, core.ports.now(), note);
    // Before the decision is written, because it may want the same read again, later.
    endLook(core.books, key);
    if (!writeDecision(core, runtime, before, decision)) return "taken";
    if (before.version === 0) rememberBuyer(core.books, before.id, fingerprint);
    if (note !== null) lookAtBothSides(core, runtime, decision.order);
    judgeWebhooks(core.books, webhooks, "processed", verdictOf(decision), before.id);
    return "written";
  });
  if (written === "written") return { kind: "ended" };
  if (written === "busy")
    return postpone(core, key, webhooks, problem("AWAITING_OUTCOME", "Joined after its command is answered."), BUSY_MS);
  const detail = "Its identifiers belong to two different orders.";
  return postpone(core, key, webhooks, problem("DUPLICATE_SUSPECTED", detail), REFUSED_MS);
}

/** The order an observation is about: by the platform's own ids, by evidence of the other side, or a new one. */
function orderFor(
  core: Core,
  runtime: Runtime,
  key: LookKey,
  seen: Seen,
  fingerprint: string | null,
): Resolved | { kind: "taken" } {
  if (seen.source === "psp" || seen.source === "shop") return resolveOrder(core, runtime, seen, fingerprint);
  const names = seen.source === "missing" ? [] : seen.aliases.filter((alias) => alias.tier <= 1);
  for (const alias of [{ type: key.type, value: key.value }, ...names]) {
    const id = findOrder(core.books, key.connectionId, alias.type, alias.value);
    const order = id ? loadOrder(core.books, id) : null;
    if (order) return { kind: "order", order, note: null };
  }
  return { kind: "taken" };
}

/** After two sightings were joined, what each platform knows is learned again, for the one order. */
function lookAtBothSides(core: Core, runtime: Runtime, order: OrderBooks): void {
  for (const side of ["payment", "shop"] as const)
    if (order[side]) for (const key of lookKeys(runtime, order, side)) wantLook(core, key, core.ports.now());
}

/** Asks a shop for the order of a payment that was seen first. */
async function searchShop(core: Core, runtime: Runtime, link: Link, key: LookKey): Promise<Looked> {
  const orderId = key.value as OrderId;
  const { storefront } = link.connector;
  const order = loadOrder(core.books, orderId);
  endLook(core.books, key);
  if (!storefront || !order || order.shop || order.erp) return { kind: "ended" };
  const traces: Trace[] = [];
  const found = link.problem
    ? ({ kind: "absent" } as const)
    : await observed(() => storefront.find(link.context(traces), aliasesOf(core.books, orderId)));
  if (found.kind === "found") {
    const shopKey = { connectionId: link.config.id, type: storefront.orderAlias, value: found.value };
    wantLook(core, shopKey, core.ports.now());
  }
  // Decided again in any case: it asks for the next search, or the hold is over.
  core.storage.transactionSync(() => {
    const current = loadOrder(core.books, orderId);
    if (current) writeDecision(core, runtime, current, decide(current, null, runtime.policy, core.ports.now()));
  });
  return found.kind === "unauthorized" ? found : { kind: "ended" };
}

/** What a decision came to, in one sentence for the webhook that led to it. */
export function verdictOf(decision: Decision): string {
  if (isNothing(decision)) return "Nothing new.";
  const facts = decision.entries.map((entry) => `${entry.kind} ${entry.externalId}`);
  const made = decision.commands.map(
    (command) => `${command.payload.kind} (${command.problem?.code ?? command.state})`,
  );
  const changed = decision.changes.map((change) => `a command is ${change.state}`);
  const tasks = decision.tasks.map((task) => `task ${task.problem.code}`);
  const parts = [
    facts.length > 0 ? `Recorded ${facts.join(", ")}.` : "",
    made.length > 0 ? `To do: ${made.join(", ")}.` : "",
    changed.length > 0 ? `Changed: ${[...new Set(changed)].join(", ")}.` : "",
    tasks.length > 0 ? `Asked a person: ${tasks.join(", ")}.` : "",
  ];
  return parts.filter((part) => part !== "").join(" ");
}

function askToLook(core: Core, order: OrderId, key: LookKey, link: Link): void {
  addTask(core, order, {
    key: `look:${key.value}:${core.ports.now()}`,
    problem: problem(
      "CAPABILITY_OFF",
      `Look at order ${key.value} in ${link.connector.name}: something about it changed.`,
    ),
  });
}

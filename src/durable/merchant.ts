// One merchant: the truth about its orders, and everything that is done for them, in order.
//
// The methods are thin; the rooms beside this file do the work. Everything public here can be called over RPC by the
// Worker, and by nobody else: the object has no fetch handler.
import { DurableObject } from "cloudflare:workers";
import type { Environment } from "../connectors/connector.ts";
import type { AnyConnector } from "../connectors/registry.ts";
import { type Problem, problem } from "../domain/errors.ts";
import type { ConnectionId, MerchantId, OrderId } from "../domain/ids.ts";
import type { LocalDate } from "../domain/observation.ts";
import type { Result } from "../domain/result.ts";
import { type Bindings, settingsOf } from "../env.ts";
import type { SharedHealth } from "../transport/breaker.ts";
import { type Acted, discardCommand, finishTask, replayWebhook, resolveCommand, retryCommand } from "./actions.ts";
import { AlarmClock } from "./alarm-clock.ts";
import { type Core, openBooks, updateBooks } from "./books.ts";
import type { MerchantConfig } from "./config.ts";
import { housekeeping } from "./configuration.ts";
import { Configured } from "./configured.ts";
import { registerWebhooks, unregisterWebhooks, verifyConnection } from "./connection-calls.ts";
import { logDefect } from "./defects.ts";
import { type DirectoryEntry, takeIndexQueue } from "./index-queue.ts";
import { awaitInterrupted } from "./outbox.ts";
import { approve, confirm, resolve, undo } from "./payout-acts.ts";
import { exportPayout } from "./payout-export.ts";
import { type RunRow, startRun } from "./payout-run.ts";
import type { NoteInput, ResolveInput } from "./payout-scene.ts";
import type { Ports } from "./ports.ts";
import type { AcceptedWebhook, Answer, MerchantRpc } from "./rpc.ts";
import type { Runtime } from "./runtime.ts";
import { commandView, listCommands } from "./view-commands.ts";
import { listOrders, orderView } from "./view-orders.ts";
import { listPayouts, listRuns, payoutLineView, payoutView, runView } from "./view-payouts.ts";
import { stateView } from "./view-state.ts";
import { listTasks, taskView } from "./view-tasks.ts";
import { listWebhooks, webhookView } from "./view-webhooks.ts";
import type { ListQuery } from "./views.ts";
import { storeWebhook } from "./webhook-store.ts";
import { Work } from "./work.ts";

/** What the object needs from outside itself, handed in by the front door. */
export interface Outside {
  ports: Ports;
  /** What all merchants know about a platform. */
  health(connector: AnyConnector, environment: Environment): SharedHealth | undefined;
  /** Tells the directory what orders are called. Rejects when it could not. */
  publish(merchantId: MerchantId, entries: DirectoryEntry[], gone: OrderId[]): Promise<void>;
  /** A scheduled payout run is finished. */
  runFinished(connectionId: ConnectionId, date: LocalDate): Promise<void>;
}

/** Armed before any work, so that a crash in the middle rings again. */
const SAFETY_MS = 15_000;
/** Pause after an alarm that found work due and could do nothing about it. */
const STUCK_MS = 1_000;
const INDEX_RETRY_MS = 60_000;

export abstract class MerchantObject extends DurableObject<Bindings> implements MerchantRpc {
  readonly #core: Core;
  readonly #outside: Outside;
  readonly #work: Work;
  readonly #configured: Configured;
  #indexDueAt: number | null = 0;

  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env);
    this.#outside = this.outside(env);
    const { storage } = ctx;
    this.#core = { storage, books: openBooks(storage), ports: this.#outside.ports, clock: new AlarmClock(storage) };
    this.#configured = new Configured(this.#core, settingsOf(env), (connector, environment) =>
      this.#outside.health(connector, environment),
    );
    this.#work = new Work(this.#core, {
      runtime: () => this.#configured.runtime(),
      pause: (connectionId, detail) =>
        this.#configured.pause(connectionId, problem("REAUTHORIZATION_REQUIRED", detail)),
      runFinished: (run) => this.#runFinished(run),
      housekeeping: (job) => housekeeping(this.#core, settingsOf(env).webhookRetentionDays, job),
    });
    void ctx.blockConcurrencyWhile(async () => {
      await updateBooks(this.#core.books);
      awaitInterrupted(this.#core);
      await this.#core.clock.load();
    });
  }

  /** Time, network and directory of this object. */
  protected abstract outside(env: Bindings): Outside;

  // --- the clock --------------------------------------------------------------

  override async alarm(): Promise<void> {
    const { clock, ports } = this.#core;
    clock.rang(ports.now() + SAFETY_MS);
    let worked = false;
    try {
      worked = await this.#work.run();
      await this.#publish();
    } catch (defect) {
      logDefect("alarm", defect);
    }
    this.#rearm(worked);
  }

  #rearm(worked: boolean): void {
    const { clock, ports } = this.#core;
    const times = [this.#work.nextDue(), this.#indexDueAt].filter((at) => at !== null);
    if (times.length === 0) clock.arm(null);
    else clock.arm(Math.max(Math.min(...times), ports.now() + (worked ? 0 : STUCK_MS)));
  }

  async sweep(): Promise<{ armed: boolean; overdue: number }> {
    const { clock, ports } = this.#core;
    await clock.load();
    const due = this.#work.nextDue();
    const lost = due !== null && (clock.armedAt === null || clock.armedAt > due + SAFETY_MS);
    if (lost) clock.arm(Math.max(due, ports.now()));
    return { armed: lost, overdue: this.#work.overdue(ports.now()) };
  }

  // --- configuration ----------------------------------------------------------

  async configure(config: MerchantConfig): Promise<{ version: number }> {
    return { version: this.#configured.take(config) };
  }

  /** The runtime, or a refusal for an object that was never configured. */
  async #ready(): Promise<Runtime> {
    const runtime = await this.#configured.runtime();
    if (!runtime) throw new Error("This merchant object holds no configuration.");
    return runtime;
  }

  // --- webhooks ---------------------------------------------------------------

  async receive(webhook: AcceptedWebhook): Promise<{ id: string; duplicate: boolean }> {
    const stored = storeWebhook(this.#core, webhook);
    this.#work.nudge();
    return stored;
  }

  // --- the directory ----------------------------------------------------------

  async #publish(): Promise<void> {
    const merchantId = this.#configured.config()?.merchantId;
    const batch = takeIndexQueue(this.#core.books);
    this.#indexDueAt = null;
    if (!merchantId || batch.orders.length === 0) return;
    try {
      await this.#outside.publish(merchantId, batch.entries, batch.gone);
      batch.done();
      if (batch.more) this.#indexDueAt = this.#core.ports.now();
    } catch {
      this.#indexDueAt = this.#core.ports.now() + INDEX_RETRY_MS;
    }
  }

  async #runFinished(run: RunRow): Promise<void> {
    if (run.state !== "finished" || run.trigger !== "schedule") return;
    try {
      await this.#outside.runFinished(run.connectionId as ConnectionId, run.date);
    } catch {
      // The clock asks again; the run answers that it is finished.
    }
  }

  // --- what people ask and do --------------------------------------------------

  async verify(connectionId: ConnectionId) {
    return verifyConnection(await this.#ready(), connectionId, this.#core.ports.now());
  }

  async registerWebhooks(connectionId: ConnectionId, url: string, ours: string) {
    return registerWebhooks(await this.#ready(), connectionId, url, ours);
  }

  async unregisterWebhooks(connectionId: ConnectionId, ours: string) {
    return unregisterWebhooks(await this.#ready(), connectionId, ours);
  }

  async state() {
    return stateView(this.#core, await this.#ready(), this.#work.nextDue());
  }

  async orders(query: ListQuery & { query?: string | undefined; status?: string | undefined }) {
    return listOrders(this.#core.books, query);
  }

  async order(id: string) {
    return orderView(this.#core.books, await this.#ready(), id);
  }

  async webhooks(query: ListQuery & { state?: string | undefined; connectionId?: string | undefined }) {
    return listWebhooks(this.#core.books, query);
  }

  async webhook(id: string) {
    return webhookView(this.#core.books, await this.#ready(), id);
  }

  async replayWebhook(id: string) {
    const acted = replayWebhook(this.#core, await this.#ready(), id);
    return shown(acted, webhookView(this.#core.books, await this.#ready(), id));
  }

  async commands(query: ListQuery & { state?: string | undefined }) {
    return listCommands(this.#core.books, query);
  }

  async command(id: string) {
    return commandView(this.#core.books, id);
  }

  async retryCommand(id: string) {
    const acted = retryCommand(this.#core, await this.#ready(), id);
    return shown(acted, commandView(this.#core.books, id));
  }

  async resolveCommand(id: string, input: { externalId: string; note: string }) {
    const acted = resolveCommand(this.#core, await this.#ready(), id, input.externalId, input.note);
    return shown(acted, commandView(this.#core.books, id));
  }

  async discardCommand(id: string, input: { note: string }) {
    const acted = discardCommand(this.#core, await this.#ready(), id, input.note);
    return shown(acted, commandView(this.#core.books, id));
  }

  async tasks(query: ListQuery & { state?: string | undefined }) {
    return listTasks(this.#core.books, query);
  }

  async taskDone(
    id: string,
    input: { choice?: string | undefined; externalId?: string | undefined; note?: string | undefined },
  ) {
    const acted = finishTask(this.#core, await this.#ready(), id, input);
    return shown(acted, taskView(this.#core.books, id));
  }

  async startPayoutRun(input: { connectionId: ConnectionId; date: LocalDate; trigger: "schedule" | "manual" }) {
    const runtime = await this.#ready();
    const link = runtime.links.get(input.connectionId);
    if (!link?.connector.payouts || !link.config.flows.payouts) {
      const stop = problem("FLOW_DISABLED", `The payouts flow of ${input.connectionId} is off or does not exist.`);
      return { ok: false as const, problem: stop };
    }
    const run = startRun(this.#core, input.connectionId, input.date, input.trigger);
    if (run.state === "finished") await this.#runFinished(run);
    return { ok: true as const, value: runView(run) };
  }

  async payoutRuns(query: ListQuery) {
    return listRuns(this.#core.books, query);
  }

  async payoutRun(id: string) {
    return listRuns(this.#core.books, { limit: 1, cursor: null, id }).items[0] ?? null;
  }

  async payouts(query: ListQuery & { state?: string | undefined }) {
    return listPayouts(this.#core.books, query);
  }

  async payout(id: string, linesCursor: string | null = null) {
    return payoutView(this.#core, await this.#ready(), id, linesCursor);
  }

  async resolveLine(payoutId: string, lineId: string, input: ResolveInput, actor: string) {
    const runtime = await this.#ready();
    const acted = resolve(this.#core, runtime, payoutId, lineId, input, actor);
    if (!acted.ok) return { ok: false as const, problem: acted.error };
    const line = payoutLineView(this.#core, runtime, payoutId, lineId);
    const { applied } = acted.value;
    return shown({ ok: true, value: true }, line && { ...line, applied });
  }

  async confirmLine(payoutId: string, lineId: string, input: NoteInput, actor: string) {
    const runtime = await this.#ready();
    const acted = confirm(this.#core, runtime, payoutId, lineId, input, actor);
    return this.#lineAfter(runtime, payoutId, lineId, acted);
  }

  async undoLine(payoutId: string, lineId: string, input: NoteInput, actor: string) {
    const runtime = await this.#ready();
    const acted = undo(this.#core, runtime, payoutId, lineId, input, actor);
    return this.#lineAfter(runtime, payoutId, lineId, acted);
  }

  #lineAfter(runtime: Runtime, payoutId: string, lineId: string, acted: Result<unknown, Problem>) {
    if (!acted.ok) return { ok: false as const, problem: acted.error };
    return shown({ ok: true, value: true }, payoutLineView(this.#core, runtime, payoutId, lineId));
  }

  async approvePayout(payoutId: string, input: NoteInput & { hash: string }, actor: string) {
    const acted = approve(this.#core, await this.#ready(), payoutId, input, actor);
    if (!acted.ok) return { ok: false as const, problem: acted.error };
    return { ok: true as const, value: { id: payoutId, state: "approved" } };
  }

  async exportPayout(payoutId: string, format: "csv" | "json") {
    return exportPayout(this.#core.books, payoutId, format);
  }
}

/** What was acted on, as it is now; or why the act was refused. */
function shown<T>(acted: Acted, view: T | null): Answer<T> {
  if (!acted.ok) return acted;
  return view === null ? { ok: false, problem: problem("NOT_FOUND") } : { ok: true, value: view };
}

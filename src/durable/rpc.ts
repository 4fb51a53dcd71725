// The merchant object's surface: what can be asked of it over RPC, and what it answers.
import type { Problem } from "../domain/errors.ts";
import type { ConnectionId, WebhookId } from "../domain/ids.ts";
import type { LocalDate } from "../domain/observation.ts";
import type { MerchantConfig } from "./config.ts";
import type { NoteInput, ResolveInput } from "./payout-scene.ts";
import type {
  CommandView,
  ListQuery,
  OrderSummary,
  OrderView,
  Page,
  PayoutLineView,
  PayoutSummary,
  PayoutView,
  ProblemView,
  RunView,
  StateView,
  TaskView,
  Timestamp,
  WebhookSummary,
  WebhookView,
} from "./views.ts";

/** A webhook as the front door hands it to the object: verified, capped, keyed. */
export interface AcceptedWebhook {
  connectionId: ConnectionId;
  /** Made of the connection and the connector's event key, so that a repeat has the same id; null: never a repeat. */
  id: WebhookId | null;
  method: "GET" | "POST";
  suffix: string;
  /** Query without the token. */
  query: string;
  headers: [string, string][];
  contentType: string;
  body: Uint8Array;
}

export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** What the platform's API said to a registration. `supported` false: a person does it. */
export interface Registration {
  supported: boolean;
  done: boolean;
  problem?: ProblemView;
}

/** The merchant object's surface. Every read and act a person or the clock can ask for. */
export interface MerchantRpc {
  /** Takes the configuration unless it is older than the one held. */
  configure(config: MerchantConfig): Promise<{ version: number }>;
  /** Durable when it returns. */
  receive(webhook: AcceptedWebhook): Promise<{ id: string; duplicate: boolean }>;
  state(): Promise<StateView>;
  /** A harmless call with the credentials of the connection. */
  verify(
    connectionId: ConnectionId,
  ): Promise<{ status: "connected" | "failed"; checkedAt: Timestamp; problem?: ProblemView }>;

  /** Registers the webhook at the platform where its API can. `ours` is what all our URLs of the connection begin with. */
  registerWebhooks(connectionId: ConnectionId, url: string, ours: string): Promise<Registration>;
  /** Takes our registrations at the platform away. */
  unregisterWebhooks(connectionId: ConnectionId, ours: string): Promise<Registration>;

  orders(query: ListQuery & { query?: string | undefined; status?: string | undefined }): Promise<Page<OrderSummary>>;
  order(id: string): Promise<OrderView | null>;
  webhooks(
    query: ListQuery & { state?: string | undefined; connectionId?: string | undefined },
  ): Promise<Page<WebhookSummary>>;
  webhook(id: string): Promise<WebhookView | null>;
  replayWebhook(id: string, actor: string): Promise<Answer<WebhookView>>;
  commands(query: ListQuery & { state?: string | undefined }): Promise<Page<CommandView>>;
  command(id: string): Promise<CommandView | null>;
  retryCommand(id: string, actor: string): Promise<Answer<CommandView>>;
  resolveCommand(id: string, input: { externalId: string; note: string }, actor: string): Promise<Answer<CommandView>>;
  discardCommand(id: string, input: { note: string }, actor: string): Promise<Answer<CommandView>>;
  tasks(query: ListQuery & { state?: string | undefined }): Promise<Page<TaskView>>;
  taskDone(
    id: string,
    input: { choice?: string | undefined; externalId?: string | undefined; note?: string | undefined },
    actor: string,
  ): Promise<Answer<TaskView>>;

  /** Starts (or finds) the run of one connection and local date; the same key never runs twice. */
  startPayoutRun(input: {
    connectionId: ConnectionId;
    date: LocalDate;
    trigger: "schedule" | "manual";
  }): Promise<Answer<RunView>>;
  payoutRuns(query: ListQuery): Promise<Page<RunView>>;
  payoutRun(id: string): Promise<RunView | null>;
  payouts(query: ListQuery & { state?: string | undefined }): Promise<Page<PayoutSummary>>;
  payout(id: string, linesCursor?: string | null): Promise<PayoutView | null>;
  /** A person settles an open line, or one that is booked, by a correction. */
  resolveLine(
    payoutId: string,
    lineId: string,
    input: ResolveInput,
    actor: string,
  ): Promise<Answer<PayoutLineView & { applied: number }>>;
  /** The second person's word on a decision above the limit. */
  confirmLine(payoutId: string, lineId: string, input: NoteInput, actor: string): Promise<Answer<PayoutLineView>>;
  /** Takes a decision back, by an act of its own. */
  undoLine(payoutId: string, lineId: string, input: NoteInput, actor: string): Promise<Answer<PayoutLineView>>;
  approvePayout(
    payoutId: string,
    input: { hash: string; note: string },
    actor: string,
  ): Promise<Answer<{ id: string; state: string }>>;
  /** The payout from beginning to end, for download. */
  exportPayout(payoutId: string, format: "csv" | "json"): Promise<ReadableStream<Uint8Array> | null>;

  /** Hourly: arms a lost alarm and looks for overdue work. */
  sweep(): Promise<{ armed: boolean; overdue: number }>;
}

// What the merchant object answers: plain JSON, in the shapes of the HTTP contract.
import type { Money } from "../domain/money.ts";
import type { LocalDate } from "../domain/observation.ts";

/** RFC 3339 UTC. */
export type Timestamp = string;

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export interface ListQuery {
  limit: number;
  cursor: string | null;
}

/** A stop as people see it: the catalogue's words and the particulars. */
export interface ProblemView {
  code: string;
  title: string;
  detail: string;
  cause: string;
  fix: string;
  severity: string;
}

export interface StateView {
  orders: { byStatus: Record<string, number> };
  webhooks: { received: number; duplicate: number; unreadable: number };
  commands: { pending: number; parked: number; oldestPendingSeconds: number | null };
  payouts: { lastRun: RunView | null; open: number };
  connections: {
    id: string;
    connector: string;
    status: string;
    breaker: "closed" | "open" | "half_open";
    lastWebhookAt: Timestamp | null;
    lastPullAt: Timestamp | null;
    problem: ProblemView | null;
  }[];
  tasks: { open: number };
  configVersion: number;
  nextAlarmAt: Timestamp | null;
}

export interface OrderSummary {
  id: string;
  status: string;
  currency: string;
  total: Money;
  orderNumber: string | null;
  erpNumber: string | null;
  placedAt: Timestamp | null;
  updatedAt: Timestamp;
}

export interface TimelineItem {
  at: Timestamp;
  kind: string;
  title: string;
  detail: string;
  webhookId?: string;
  commandId?: string;
}

export interface OrderView extends OrderSummary {
  lines: {
    key: string;
    kind: string;
    reference: string;
    description: string;
    quantity: number;
    unitPrice: Money;
    vatRateBps: number;
  }[];
  aliases: { connectionId: string; type: string; value: string; tier: number }[];
  sources: { connectionId: string; connector: string; kind: string; externalId: string; state: string }[];
  documents: {
    kind: "order" | "invoice" | "credit_invoice" | "payment" | "voucher";
    connectionId: string;
    number: string;
    amount: Money;
    links: { kind: string; number: string }[];
  }[];
  payment: { authorized: Money; captured: Money; refunded: Money; settled: Money };
  problems: (ProblemView & { commandId?: string; taskId?: string })[];
  timeline: TimelineItem[];
  nextDue: Timestamp | null;
}

export interface WebhookSummary {
  id: string;
  connectionId: string;
  receivedAt: Timestamp;
  state: "received" | "processed" | "ignored" | "unreadable" | "waiting";
  verdict: string;
  duplicates: number;
  orderId: string | null;
}

export interface WebhookView extends WebhookSummary {
  request: { method: string; path: string; headers: Record<string, string>; contentType: string; bytes: number };
  /** Personal data and secrets masked; null once the retention period has passed. */
  body: string | null;
  followed: { kind: string; detail: string }[];
}

export type CommandState =
  | "pending"
  | "sending"
  | "unknown"
  | "accepted"
  | "waiting"
  | "parked"
  | "manual"
  | "done"
  | "resolved"
  | "discarded"
  | "withdrawn";

export interface AttemptView {
  number: number;
  at: Timestamp;
  outcome: string;
  detail: string;
  requests: {
    label: string;
    method: string;
    url: string;
    status: number | null;
    durationMs: number;
    request: string;
    answer: string;
  }[];
}

export interface CommandView {
  id: string;
  kind: string;
  connectionId: string;
  orderId: string | null;
  payoutId: string | null;
  state: CommandState;
  amount: Money | null;
  externalIds: string[];
  problem: ProblemView | null;
  attempts: number;
  createdAt: Timestamp;
  dueAt: Timestamp | null;
  log?: AttemptView[];
}

export interface TaskView {
  id: string;
  code: string;
  title: string;
  /** What to do, in words. */
  instructions: string;
  orderId: string | null;
  commandId: string | null;
  payoutId: string | null;
  state: "open" | "done" | "obsolete";
  /** What can be chosen when it is marked as done; empty when there is nothing to choose. */
  choices: { id: string; title: string }[];
  createdAt: Timestamp;
  doneAt: Timestamp | null;
  note: string | null;
}

export interface RunView {
  id: string;
  connectionId: string;
  date: LocalDate;
  trigger: "schedule" | "manual";
  state: "running" | "finished" | "failed";
  startedAt: Timestamp;
  finishedAt: Timestamp | null;
  payouts: { found: number; booked: number; open: number; stopped: number };
  problem: ProblemView | null;
  /** While it runs: how far it is. */
  progress?: {
    stage: string;
    payoutsToFetch: number;
    linesFetched: number;
    payouts: { id: string; stage: string; linesDone: number; linesTotal: number }[];
  };
}

/** What a person may choose for an open line, and what speaks for it. */
export interface CandidateView {
  /** To be named in `resolve`. */
  id: string;
  kind: "capture" | "refund";
  orderId: string | null;
  documentKind: string | null;
  documentNumber: string | null;
  amount: Money;
  /** The line less this candidate. */
  difference: Money;
  /** In words, one for each thing that speaks for it or against it. */
  evidence: string[];
}

export interface PayoutLineView {
  id: string;
  type: string;
  amount: Money;
  fee: Money;
  feeVat: Money;
  method: string;
  reference: string;
  references: { type: string; value: string }[];
  occurredAt: Timestamp | null;
  state: string;
  reason: string;
  evidence: string | null;
  candidates: CandidateView[];
  /** A decision that waits for a second person. */
  proposal: { actor: string; act: number; reason: string } | null;
  match?: { orderId: string | null; documentKind: string; documentNumber: string };
  documents?: { orderId: string | null; documentKind: string; documentNumber: string; amount: Money }[];
}

interface ChangedView {
  type: string;
  amount: Money;
  reference: string;
}

export interface PayoutSummary {
  id: string;
  connectionId: string;
  externalId: string;
  reference: string;
  date: LocalDate;
  amount: Money;
  state: "fetched" | "open" | "booked" | "stopped";
  problem: ProblemView | null;
}

export interface PayoutView extends PayoutSummary {
  version: number;
  /** The version that is in the ERP; 0: none. */
  bookedVersion: number;
  stage: string;
  progress: { linesDone: number; linesTotal: number };
  lines: PayoutLineView[];
  linesNextCursor: string | null;
  /** The only voucher, or the first of several. Shown as a preview before it is booked. */
  voucher: { number?: string; rows: VoucherRowView[] };
  /** Every voucher of every version: parts, then corrections. */
  vouchers: {
    version: number;
    part: number;
    state: "planned" | "sent" | "booked";
    number: string | null;
    bank: Money;
    rows: VoucherRowView[];
  }[];
  proof: { linesTotal: Money; matchedTotal: Money; openTotal: Money; balanced: boolean; hash: string };
  /** What versions changed, the oldest first; `lineId` null: the header. */
  changes: { version: number; lineId: string | null; before: ChangedView | null; after: ChangedView | null }[];
  acts: {
    number: number;
    at: Timestamp;
    actor: string;
    action: string;
    lineId: string | null;
    note: string;
    before: string | null;
    after: string | null;
    ruleOf: number | null;
  }[];
}

export interface VoucherRowView {
  account: string;
  debit: Money;
  credit: Money;
  text: string;
}

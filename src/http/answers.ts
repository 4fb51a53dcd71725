// The merchant object's views as schemas, for the OpenAPI document; the compiler holds them against durable/views.ts.
import { z } from "@hono/zod-openapi";
import type {
  CommandView,
  OrderSummary,
  OrderView,
  PayoutLineView,
  PayoutSummary,
  PayoutView,
  RunView,
  StateView,
  TaskView,
  WebhookSummary,
  WebhookView,
} from "../durable/views.ts";
import { LocalDate, Money, ProblemView, Timestamp } from "./schemas.ts";

const moment = Timestamp.nullable();
const text = z.string();
const count = z.int();

export const Run = z
  .object({
    id: text,
    connectionId: text,
    date: LocalDate,
    trigger: z.enum(["schedule", "manual"]),
    state: z.enum(["running", "finished", "failed"]),
    startedAt: Timestamp,
    finishedAt: moment,
    payouts: z.object({ found: count, booked: count, open: count, stopped: count }),
    problem: ProblemView.nullable(),
    progress: z
      .object({
        stage: text,
        payoutsToFetch: count,
        linesFetched: count,
        payouts: z.array(z.object({ id: text, stage: text, linesDone: count, linesTotal: count })),
      })
      .optional(),
  })
  .openapi("PayoutRun") satisfies z.ZodType<RunView>;

export const State = z
  .object({
    orders: z.object({ byStatus: z.record(text, count) }),
    webhooks: z.object({ received: count, duplicate: count, unreadable: count }),
    commands: z.object({ pending: count, parked: count, oldestPendingSeconds: z.number().nullable() }),
    payouts: z.object({ lastRun: Run.nullable(), open: count }),
    connections: z.array(
      z.object({
        id: text,
        connector: text,
        status: text,
        breaker: z.enum(["closed", "open", "half_open"]),
        lastWebhookAt: moment,
        lastPullAt: moment,
        problem: ProblemView.nullable(),
      }),
    ),
    tasks: z.object({ open: count }),
    configVersion: count,
    nextAlarmAt: moment,
  })
  .openapi("State") satisfies z.ZodType<StateView>;

export const OrderListItem = z
  .object({
    id: text,
    status: text,
    currency: text,
    total: Money,
    orderNumber: text.nullable(),
    erpNumber: text.nullable(),
    placedAt: moment,
    updatedAt: Timestamp,
  })
  .openapi("OrderListItem") satisfies z.ZodType<OrderSummary>;

export const Order = OrderListItem.extend({
  lines: z.array(
    z.object({
      key: text,
      kind: text,
      reference: text,
      description: text,
      quantity: count,
      unitPrice: Money,
      vatRateBps: count,
    }),
  ),
  aliases: z.array(z.object({ connectionId: text, type: text, value: text, tier: count })),
  sources: z.array(z.object({ connectionId: text, connector: text, kind: text, externalId: text, state: text })),
  documents: z.array(
    z.object({
      kind: z.enum(["order", "invoice", "credit_invoice", "payment", "voucher"]),
      connectionId: text,
      number: text,
      amount: Money,
      links: z.array(z.object({ kind: text, number: text })),
    }),
  ),
  payment: z.object({ authorized: Money, captured: Money, refunded: Money, settled: Money }),
  problems: z.array(ProblemView.extend({ commandId: text.optional(), taskId: text.optional() })),
  timeline: z.array(
    z.object({
      at: Timestamp,
      kind: text,
      title: text,
      detail: text,
      webhookId: text.optional(),
      commandId: text.optional(),
    }),
  ),
  nextDue: moment,
}).openapi("Order") satisfies z.ZodType<OrderView>;

export const WebhookListItem = z
  .object({
    id: text,
    connectionId: text,
    receivedAt: Timestamp,
    state: z.enum(["received", "processed", "ignored", "unreadable", "waiting"]),
    verdict: text,
    duplicates: count,
    orderId: text.nullable(),
  })
  .openapi("WebhookListItem") satisfies z.ZodType<WebhookSummary>;

export const Webhook = WebhookListItem.extend({
  request: z.object({
    method: text,
    path: text,
    headers: z.record(text, text),
    contentType: text,
    bytes: count,
  }),
  body: text.nullable(),
  followed: z.array(z.object({ kind: text, detail: text })),
}).openapi("Webhook") satisfies z.ZodType<WebhookView>;

const Attempt = z.object({
  number: count,
  at: Timestamp,
  outcome: text,
  detail: text,
  requests: z.array(
    z.object({
      label: text,
      method: text,
      url: text,
      status: count.nullable(),
      durationMs: z.number(),
      request: text,
      answer: text,
    }),
  ),
});

export const Command = z
  .object({
    id: text,
    kind: text,
    connectionId: text,
    orderId: text.nullable(),
    payoutId: text.nullable(),
    state: z.enum([
      "pending",
      "sending",
      "unknown",
      "accepted",
      "waiting",
      "parked",
      "manual",
      "done",
      "resolved",
      "discarded",
      "withdrawn",
    ]),
    amount: Money.nullable(),
    externalIds: z.array(text),
    problem: ProblemView.nullable(),
    attempts: count,
    createdAt: Timestamp,
    dueAt: moment,
    log: z.array(Attempt).optional(),
  })
  .openapi("Command") satisfies z.ZodType<CommandView>;

export const Task = z
  .object({
    id: text,
    code: text,
    title: text,
    instructions: text,
    orderId: text.nullable(),
    commandId: text.nullable(),
    payoutId: text.nullable(),
    state: z.enum(["open", "done", "obsolete"]),
    choices: z.array(z.object({ id: text, title: text })),
    createdAt: Timestamp,
    doneAt: moment,
    note: text.nullable(),
  })
  .openapi("Task") satisfies z.ZodType<TaskView>;

export const PayoutListItem = z
  .object({
    id: text,
    connectionId: text,
    externalId: text,
    reference: text,
    date: LocalDate,
    amount: Money,
    state: z.enum(["fetched", "open", "booked", "stopped"]),
    problem: ProblemView.nullable(),
  })
  .openapi("PayoutListItem") satisfies z.ZodType<PayoutSummary>;

const VoucherRow = z.object({ account: text, debit: Money, credit: Money, text });
const Document = z.object({ orderId: text.nullable(), documentKind: text, documentNumber: text });
const Changed = z.object({ type: text, amount: Money, reference: text }).nullable();

export const PayoutLine = z
  .object({
    id: text,
    type: text,
    amount: Money,
    fee: Money,
    feeVat: Money,
    method: text,
    reference: text,
    references: z.array(z.object({ type: text, value: text })),
    occurredAt: moment,
    state: text,
    reason: text,
    evidence: text.nullable(),
    candidates: z.array(
      z.object({
        id: text,
        kind: z.enum(["capture", "refund"]),
        orderId: text.nullable(),
        documentKind: text.nullable(),
        documentNumber: text.nullable(),
        amount: Money,
        difference: Money,
        evidence: z.array(text),
      }),
    ),
    proposal: z.object({ actor: text, act: count, reason: text }).nullable(),
    match: Document.optional(),
    documents: z.array(Document.extend({ amount: Money })).optional(),
  })
  .openapi("PayoutLine") satisfies z.ZodType<PayoutLineView>;

export const Payout = PayoutListItem.extend({
  version: count,
  bookedVersion: count,
  stage: text,
  progress: z.object({ linesDone: count, linesTotal: count }),
  lines: z.array(PayoutLine),
  linesNextCursor: text.nullable(),
  voucher: z.object({ number: text.optional(), rows: z.array(VoucherRow) }),
  vouchers: z.array(
    z.object({
      version: count,
      part: count,
      state: z.enum(["planned", "sent", "booked"]),
      number: text.nullable(),
      bank: Money,
      rows: z.array(VoucherRow),
    }),
  ),
  proof: z.object({ linesTotal: Money, matchedTotal: Money, openTotal: Money, balanced: z.boolean(), hash: text }),
  changes: z.array(z.object({ version: count, lineId: text.nullable(), before: Changed, after: Changed })),
  acts: z.array(
    z.object({
      number: count,
      at: Timestamp,
      actor: text,
      action: text,
      lineId: text.nullable(),
      note: text,
      before: text.nullable(),
      after: text.nullable(),
      ruleOf: count.nullable(),
    }),
  ),
}).openapi("Payout") satisfies z.ZodType<PayoutView>;

// A merchant's object for tests of the API: it answers from fields that a test sets, and notes what it was asked.
import type { MerchantConfig } from "../../src/durable/config.ts";
import type { MerchantRpc } from "../../src/durable/rpc.ts";
import type {
  CommandView,
  OrderView,
  PayoutLineView,
  PayoutView,
  RunView,
  StateView,
  TaskView,
  WebhookView,
} from "../../src/durable/views.ts";

const AT = "2026-11-20T10:00:00.000Z";
const sek = (amountMinor: number) => ({ amountMinor, currency: "SEK" });

export const order: OrderView = {
  id: "ord_1",
  status: "open",
  currency: "SEK",
  total: sek(80000),
  orderNumber: "4711",
  erpNumber: "10001",
  placedAt: AT,
  updatedAt: AT,
  lines: [],
  aliases: [{ connectionId: "con_1", type: "qliro.merchant_reference", value: "4711", tier: 4 }],
  sources: [{ connectionId: "con_1", connector: "qliro", kind: "psp", externalId: "900", state: "accepted" }],
  documents: [],
  payment: { authorized: sek(80000), captured: sek(0), refunded: sek(0), settled: sek(0) },
  problems: [],
  timeline: [],
  nextDue: null,
};

export const webhook: WebhookView = {
  id: "whk_1",
  connectionId: "con_1",
  receivedAt: AT,
  state: "processed",
  verdict: "order read",
  duplicates: 0,
  orderId: "ord_1",
  request: { method: "POST", path: "/hooks/qliro/con_1/***", headers: {}, contentType: "application/json", bytes: 2 },
  body: "{}",
  followed: [],
};

export const command: CommandView = {
  id: "cmd_1",
  kind: "capture",
  connectionId: "con_1",
  orderId: "ord_1",
  payoutId: null,
  state: "parked",
  amount: sek(80000),
  externalIds: [],
  problem: null,
  attempts: 1,
  createdAt: AT,
  dueAt: null,
};

export const task: TaskView = {
  id: "tsk_1",
  code: "CAPABILITY_OFF",
  title: "A person does this step",
  instructions: "Make the invoice.",
  orderId: "ord_1",
  commandId: null,
  payoutId: null,
  state: "open",
  choices: [],
  createdAt: AT,
  doneAt: null,
  note: null,
};

export const run: RunView = {
  id: "run_1",
  connectionId: "con_1",
  date: "2026-11-20",
  trigger: "manual",
  state: "running",
  startedAt: AT,
  finishedAt: null,
  payouts: { found: 0, booked: 0, open: 0, stopped: 0 },
  problem: null,
};

export const payout: PayoutView = {
  id: "pay_1",
  connectionId: "con_1",
  externalId: "P1",
  reference: "P1",
  date: "2026-11-20",
  amount: sek(100),
  state: "booked",
  problem: null,
  version: 1,
  bookedVersion: 1,
  stage: "idle",
  progress: { linesDone: 0, linesTotal: 0 },
  lines: [],
  linesNextCursor: null,
  voucher: { rows: [] },
  vouchers: [],
  changes: [],
  acts: [],
  proof: { linesTotal: sek(100), matchedTotal: sek(100), openTotal: sek(0), balanced: true, hash: "ab" },
};

const payoutLine: PayoutLineView = {
  id: "l1",
  type: "sale",
  amount: sek(100),
  fee: sek(0),
  feeVat: sek(0),
  method: "CARD",
  reference: "",
  references: [],
  occurredAt: null,
  state: "resolved",
  reason: "",
  evidence: null,
  candidates: [],
  proposal: null,
};

const state: StateView = {
  orders: { byStatus: { open: 1 } },
  webhooks: { received: 1, duplicate: 0, unreadable: 0 },
  commands: { pending: 0, parked: 1, oldestPendingSeconds: null },
  payouts: { lastRun: null, open: 0 },
  connections: [],
  tasks: { open: 1 },
  configVersion: 1,
  nextAlarmAt: null,
};

export interface FakeObject extends MerchantRpc {
  /** Configurations taken, oldest first. */
  taken: MerchantConfig[];
  /** Every other call: the method and its arguments. */
  calls: { method: string; args: unknown[] }[];
  /** Makes `configure` throw while it is false. */
  reachable: boolean;
  verification: Awaited<ReturnType<MerchantRpc["verify"]>>;
  /** What the acts answer instead of going well. */
  refuses: { ok: false; problem: { code: "CONFLICT" | "OUTCOME_UNCLEAR" | "NOT_FOUND"; detail: string } } | null;
}

/** An object whose order, webhook, command, task, run and payout are the ones above, and no others. */
export function fakeObject(): FakeObject {
  const note = (method: string, ...args: unknown[]) => void object.calls.push({ method, args });
  const page = <T>(item: T) => ({ items: [item], nextCursor: null });
  const one = <T extends { id: string }>(item: T, id: string): T | null => (item.id === id ? item : null);
  const act = <T>(method: string, value: T, ...args: unknown[]) => {
    note(method, ...args);
    return object.refuses ?? ({ ok: true, value } as const);
  };
  const object: FakeObject = {
    taken: [],
    calls: [],
    reachable: true,
    verification: { status: "connected", checkedAt: AT },
    refuses: null,
    configure: async (config) => {
      if (!object.reachable) throw new Error("not reachable");
      object.taken.push(config);
      return { version: config.version };
    },
    receive: async () => ({ id: "whk_1", duplicate: false }),
    state: async () => state,
    verify: async (id) => {
      note("verify", id);
      return object.verification;
    },
    registerWebhooks: async (id, url, ours) => {
      note("registerWebhooks", id, url, ours);
      return { supported: true, done: true };
    },
    unregisterWebhooks: async (id, ours) => {
      note("unregisterWebhooks", id, ours);
      return { supported: true, done: true };
    },
    orders: async (query) => {
      note("orders", query);
      return page(order);
    },
    order: async (id) => one(order, id),
    webhooks: async (query) => {
      note("webhooks", query);
      return page(webhook);
    },
    webhook: async (id) => one(webhook, id),
    replayWebhook: async (...args) => act("replayWebhook", webhook, ...args),
    commands: async () => page(command),
    command: async (id) => one(command, id),
    retryCommand: async (...args) => act("retryCommand", command, ...args),
    resolveCommand: async (...args) => act("resolveCommand", command, ...args),
    discardCommand: async (...args) => act("discardCommand", command, ...args),
    tasks: async () => page(task),
    taskDone: async (...args) => act("taskDone", task, ...args),
    startPayoutRun: async (input) => act("startPayoutRun", run, input),
    payoutRuns: async () => page(run),
    payoutRun: async (id) => one(run, id),
    payouts: async () => page(payout),
    payout: async (id, linesCursor) => {
      note("payout", id, linesCursor);
      return one(payout, id);
    },
    resolveLine: async (...args) => act("resolveLine", { ...payoutLine, applied: 1 }, ...args),
    confirmLine: async (...args) => act("confirmLine", payoutLine, ...args),
    undoLine: async (...args) => act("undoLine", payoutLine, ...args),
    approvePayout: async (...args) => act("approvePayout", { id: "pay_1", state: "approved" }, ...args),
    exportPayout: async (id) => (id === payout.id ? new Blob(["[]"]).stream() : null),
    sweep: async () => ({ armed: false, overdue: 0 }),
  };
  return object;
}

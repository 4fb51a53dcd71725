// The settlement GETs and their period rules (reference/qliro.md section 10).
import type { World } from "../platform.ts";
import { errorAnswer, json, type Refusal, refuse } from "./answers.ts";
import type { Caller } from "./authentication.ts";
import { decimal } from "./pushes.ts";
import type { Batch, SettlementLine, Truth } from "./truth.ts";
import { enumerated } from "./views.ts";

const DAY_MS = 86_400_000;
const SWEDISH = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Stockholm", dateStyle: "short" });

/** Answers a settlement query; null when there is no such path. `path` begins with `/settlements`. */
export function settlementAnswer(
  truth: Truth,
  caller: Caller,
  path: string,
  query: URLSearchParams,
  world: World,
): Response | null {
  const own = truth.batches.filter((batch) => batch.account === caller.account.key);
  const refused = (refusal: Refusal) => errorAnswer(refusal, "admin", world);
  switch (path) {
    case "/settlements": {
      const period = readPeriod(truth, query, "FromDate", "ToDate", { daysMax: 61, code: "PERIOD_INVALID" }, world);
      return period.ok ? json(linesOf(truth, within(own, period), query)) : refused(period.refusal);
    }
    case "/settlements/GetSettlementBatches": {
      // ASSUMPTION: the listing has the limit of the bank transfer query; none is documented for it.
      const limit = { daysMax: 60, code: "PERIOD_LIMIT_EXCEEDED" };
      const period = readPeriod(truth, query, "FromBatchDate", "ToBatchDate", limit, world);
      if (!period.ok) return refused(period.refusal);
      const currency = query.get("CurrencyCode");
      const names = query.getAll("AcquirerNames");
      const batches = within(own, period)
        .filter((batch) => currency === null || batch.currency === currency)
        .filter((batch) => names.length === 0 || names.includes(batch.acquirer));
      return json({ SettlementBatches: batches.map(batchView) });
    }
    case "/settlements/GetSettlementsByBatchId": {
      const batch = own.find((each) => String(each.id) === query.get("Id"));
      return batch
        ? json(batchLines(truth, batch))
        : refused({ code: "INVALID_INPUT", text: "No such settlement batch", status: 404 });
    }
    case "/settlements/GetBankTransferBatchDetails": {
      const limit = { daysMax: 60, code: "PERIOD_LIMIT_EXCEEDED" };
      const period = readPeriod(truth, query, "FromBatchDate", "ToBatchDate", limit, world);
      if (!period.ok) return refused(period.refusal);
      // NOT DOCUMENTED: the shape of the grouping.
      return json({
        BankTransferBatches: within(own, period).map((batch) => ({ ...batchView(batch), ...batchLines(truth, batch) })),
      });
    }
    default:
      return null;
  }
}

type Period = { ok: true; from: string; to: string } | { ok: false; refusal: Refusal };

/** Both dates, inclusive, as `YYYY-MM-DD`; the day is counted in Sweden (assumption). */
function readPeriod(
  truth: Truth,
  query: URLSearchParams,
  fromName: string,
  toName: string,
  limit: { daysMax: number; code: string },
  world: World,
): Period {
  const from = readDate(truth, query.get(fromName));
  const to = readDate(truth, query.get(toName));
  if (from === null || to === null) {
    return refuse("INVALID_INPUT", `Property: ${from === null ? fromName : toName}, Message: yyyy/mm/dd is expected`);
  }
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  if (days < 1) return refuse("PERIOD_INVALID", "The period ends before it begins");
  if (days > limit.daysMax) return refuse(limit.code, `At most ${limit.daysMax} days`);
  if (to >= swedishDate(world.now())) return refuse("PERIOD_NOT_SETTLED", "The period is not settled yet");
  return { ok: true, from, to };
}

function readDate(truth: Truth, text: string | null): string | null {
  const separators = truth.switches.isoDatesAccepted ? "[/-]" : "/";
  const parts = new RegExp(`^(\\d{4})${separators}(\\d{2})${separators}(\\d{2})$`).exec(text ?? "");
  if (!parts) return null;
  const date = `${parts[1]}-${parts[2]}-${parts[3]}`;
  return Number.isNaN(Date.parse(date)) ? null : date;
}

/** The calendar date in Sweden, `YYYY-MM-DD`. */
export const swedishDate = (at: number): string => SWEDISH.format(at);

const within = (batches: readonly Batch[], period: { from: string; to: string }): Batch[] =>
  batches.filter((batch) => batch.date >= period.from && batch.date <= period.to);

const batchView = (batch: Batch): Record<string, unknown> => ({
  Id: batch.id,
  BatchId: batch.batchId,
  AcquirerName: batch.acquirer,
  BatchDate: `${batch.date}T00:00:00`,
  CurrencyCode: batch.currency,
  TotalAmount: decimal(batch.totalMinor),
  TotalFeeAmount: decimal(batch.totalFeeMinor),
  FxTotalAmount: null,
  FxCurrencyCode: null,
  FxRate: null,
});

function batchLines(truth: Truth, batch: Batch): Record<string, unknown> {
  const shown = batch.feesHidden ? batch.lines.filter((line) => line.type !== "Fee") : batch.lines;
  return answerOf(truth, {
    accepted: shown.map((line) => ({ batch, line })),
    pending: batch.pending.map((line) => ({ batch, line })),
    rejected: batch.rejected.map((line) => ({ batch, line })),
  });
}

interface Listed {
  batch: Batch;
  line: SettlementLine;
}

/** `/v2/settlements`: only Transaction lines and only accepted ones unless asked otherwise. */
function linesOf(truth: Truth, batches: readonly Batch[], query: URLSearchParams): Record<string, unknown> {
  const types = query.getAll("Types");
  const statuses = query.getAll("SettlementStatuses");
  const country = query.get("CountryCode");
  const currency = query.get("CurrencyCode");
  const batchId = query.get("BatchId");
  const method = query.get("PaymentMethodType");
  const matching = (lines: (batch: Batch) => SettlementLine[]): Listed[] =>
    batches
      .filter((batch) => batchId === null || batch.batchId === batchId)
      .filter((batch) => currency === null || batch.currency === currency)
      .flatMap((batch) => lines(batch).map((line) => ({ batch, line })))
      .filter(({ line }) => (types.length === 0 ? line.type === "Transaction" : types.includes(line.type)))
      .filter(({ line }) => method === null || line.method.name === method)
      .filter(({ line }) => country === null || line.country === country);
  const wanted = (status: string) => (statuses.length === 0 ? status === "Accepted" : statuses.includes(status));
  return answerOf(truth, {
    accepted: wanted("Accepted") ? matching((batch) => batch.lines) : [],
    pending: wanted("Pending") && country === null ? matching((batch) => batch.pending) : [],
    rejected: wanted("Rejected") && country === null ? matching((batch) => batch.rejected) : [],
  });
}

function answerOf(
  truth: Truth,
  listed: { accepted: Listed[]; pending: Listed[]; rejected: Listed[] },
): Record<string, unknown> {
  const view = (each: Listed) => lineView(truth, each);
  return {
    Settlements: listed.accepted.map(view),
    PendingSettlements: listed.pending.map(view),
    RejectedSettlements: listed.rejected.map(view),
    TotalSummary: summary([...listed.accepted, ...listed.pending, ...listed.rejected]),
    SettlementTransactionSummary: summary(listed.accepted),
    PendingTransactionsSummary: summary(listed.pending),
    RejectedTransactionsSummary: summary(listed.rejected),
  };
}

const lineView = (truth: Truth, { batch, line }: Listed): Record<string, unknown> => ({
  ...(line.orderId === null ? {} : { OrderId: line.orderId }),
  PaymentTransactionId: line.transactionId,
  ...(line.reference === null ? {} : { MerchantOrderReference: line.reference }),
  BatchId: batch.batchId,
  Action: enumerated(truth, "settlementAction", line.action),
  Type: enumerated(truth, "settlementType", line.type),
  CurrencyCode: batch.currency,
  Amount: decimal(line.amountMinor),
  CountryCode: line.country,
  AcquirerName: batch.acquirer,
  PaymentMethodType: line.method.name,
  PaymentMethodSubType: line.method.subtype,
  PspSettlementDate: `${batch.date}T00:00:00`,
  ImportSettlementDate: `${batch.date}T23:10:00`,
  TransactionCompletedDate: new Date(line.completedAt).toISOString().slice(0, 19),
  VatRate: line.vatRateBps === null ? null : decimal(line.vatRateBps),
  AmountExcludingVat: line.exVatMinor === null ? null : decimal(line.exVatMinor),
  FxRate: null,
  FxCurrencyCode: null,
  FxTotal: null,
});

function summary(listed: readonly Listed[]): Record<string, number> {
  const of = (keep: (line: SettlementLine) => boolean) => {
    const lines = listed.map((each) => each.line).filter(keep);
    return { sum: decimal(lines.reduce((sum, line) => sum + line.amountMinor, 0)), count: lines.length };
  };
  const debit = of((line) => line.type !== "Fee" && line.action === "Debit");
  const credit = of((line) => line.type !== "Fee" && line.action === "Credit");
  const fee = of((line) => line.type === "Fee");
  return {
    DebitTransactionsTotalSum: debit.sum,
    DebitTransactionsCount: debit.count,
    CreditTransactionsTotalSum: credit.sum,
    CreditTransactionsCount: credit.count,
    FeeTransactionsTotalSum: fee.sum,
    FeeTransactionsCount: fee.count,
  };
}

// Commands as people see them, with their attempts.
import { and, asc, desc, eq, lt } from "drizzle-orm";
import type { Command } from "../domain/commands.ts";
import type { Money } from "../domain/money.ts";
import type { CommandState } from "../domain/order.ts";
import type { Books } from "./books.ts";
import { type CommandRow, readCommand } from "./outbox.ts";
import { attempts, commands } from "./schema.ts";
import { money, pageOf, problemViewOrNull, timestamp, timestampOrNull } from "./view-problem.ts";
import type { AttemptView, CommandView, ListQuery, Page } from "./views.ts";

function amountOf(payload: Command): Money | null {
  switch (payload.kind) {
    case "capture":
    case "refund":
    case "register_payment":
      return money(payload.amountMinor, payload.currency);
    case "create_order":
    case "create_invoice":
    case "create_credit_invoice":
      return money(payload.totalMinor, payload.currency);
    case "book_payout":
      return money(payload.bankAmountMinor, payload.currency);
    case "cancel_order":
    case "cancel_payment":
      return null;
    default:
      return payload satisfies never;
  }
}

export const commandSummary = (row: CommandRow): CommandView => ({
  id: row.id,
  kind: row.kind,
  connectionId: row.connectionId,
  orderId: row.subject.startsWith("ord_") ? row.subject : null,
  payoutId: row.subject.startsWith("pay_") ? row.subject : null,
  // Written only by the outbox and by decisions.
  state: row.state as CommandState,
  amount: amountOf(row.payload),
  externalIds: row.externalIds,
  problem: problemViewOrNull(row),
  attempts: row.attempts,
  createdAt: timestamp(row.createdAt),
  dueAt: timestampOrNull(row.dueAt),
});

export function listCommands(books: Books, query: ListQuery & { state?: string | undefined }): Page<CommandView> {
  const rows = books
    .select()
    .from(commands)
    .where(
      and(
        query.state === undefined ? undefined : eq(commands.state, query.state),
        query.cursor === null ? undefined : lt(commands.id, query.cursor),
      ),
    )
    .orderBy(desc(commands.id))
    .limit(query.limit + 1)
    .all();
  return pageOf(rows, query.limit, commandSummary, (row) => row.id);
}

export const attemptsOf = (books: Books, commandId: string): AttemptView[] =>
  books
    .select()
    .from(attempts)
    .where(eq(attempts.commandId, commandId))
    .orderBy(asc(attempts.number))
    .all()
    .map((row) => ({
      number: row.number,
      at: timestamp(row.at),
      outcome: row.outcome,
      detail: row.detail,
      requests: row.requests.map((trace) => ({
        label: trace.label,
        method: trace.method,
        url: trace.url,
        status: trace.status,
        durationMs: trace.durationMs,
        request: trace.requestExcerpt,
        answer: trace.answerExcerpt,
      })),
    }));

export function commandView(books: Books, id: string): CommandView | null {
  const row = readCommand(books, id);
  return row ? { ...commandSummary(row), log: attemptsOf(books, id) } : null;
}

// From what the ERP shows to facts: cancellations, deliveries, invoices and credit invoices that the ledger lacks.
import { type Draft, record } from "./decision.ts";
import { captureFor, refundFor } from "./links.ts";
import type { ErpInvoice, ErpObservation, ErpRow, RowQuantity } from "./observation.ts";
import { commandsOf, type Entry, type EntryKind, entriesOf, isKnown, type OrderBooks } from "./order.ts";
import type { Policy } from "./policy.ts";

const HELD_LOOK_MS = 5_000;

export function absorbErp(draft: Draft, seen: ErpObservation, policy: Policy): void {
  const { order } = draft;
  const before = order.erp;
  order.erp = {
    connectionId: seen.connectionId,
    connector: seen.connector,
    externalId: seen.externalId,
    state: seen.state,
    paymentType: seen.paymentType,
    lines: before?.lines ?? [],
    rows: before?.rows ?? [],
    missingSince: null,
  };
  draft.aliases.push(...seen.aliases.map((alias) => ({ ...alias, connectionId: seen.connectionId })));
  if (seen.state === "cancelled" && !isKnown(order, "order_cancelled", seen.externalId)) {
    const own = commandsOf(order, "cancel_order").find((command) => command.attempts > 0);
    record(draft, erpFact(seen, "order_cancelled", seen.externalId, { commandId: own?.id ?? null }));
  }
  if (policy.accounting?.captureOn === "delivery") absorbDeliveries(draft, seen, policy);
  for (const invoice of seen.invoices) absorbInvoice(draft, seen, invoice, policy);
}

function absorbInvoice(draft: Draft, seen: ErpObservation, invoice: ErpInvoice, policy: Policy): void {
  const credit = invoice.kind === "credit_invoice";
  const kind: EntryKind = credit ? "credited" : "invoiced";
  if (isKnown(draft.order, kind, invoice.number)) return;
  const commands = commandsOf(draft.order, credit ? "create_credit_invoice" : "create_invoice");
  if (commands.some((command) => command.state === "unknown" || command.state === "sending")) {
    draft.looks.push({ side: "erp", afterMs: HELD_LOOK_MS });
    return;
  }
  const own = commands.find((command) => command.externalIds.includes(invoice.number));
  const mapped = mapErpRows(draft.order, invoice.rows, policy);
  const fact = {
    amountMinor: invoice.totalMinor,
    vatMinor: invoice.vatMinor,
    rows: mapped.rows,
    text: mapped.unmatched.length > 0 ? mapped.unmatched.join(", ") : null,
    parent: credit ? invoice.originalNumber : seen.externalId,
    commandId: own?.id ?? null,
  };
  const answers = own
    ? own.cause
    : credit
      ? (refundFor(draft.order, invoice)?.seq ?? null)
      : (captureFor(draft.order, invoice)?.seq ?? null);
  record(draft, erpFact(seen, kind, invoice.number, { ...fact, answers }));
}

/** Deliveries are told as running totals per row; what is new of them becomes a fact of its own. */
function absorbDeliveries(draft: Draft, seen: ErpObservation, policy: Policy): void {
  const { rows } = mapErpRows(draft.order, seen.delivered, policy);
  const before = entriesOf(draft.order, "delivered");
  const fresh = rows
    .map((row) => ({
      key: row.key,
      quantity:
        row.quantity -
        before.reduce((sum, entry) => sum + (entry.rows.find((r) => r.key === row.key)?.quantity ?? 0), 0),
    }))
    .filter((row) => row.quantity > 0);
  if (fresh.length === 0) return;
  const amountMinor = fresh.reduce(
    (sum, part) => sum + part.quantity * (draft.order.rows.find((row) => row.key === part.key)?.unitPriceMinor ?? 0),
    0,
  );
  const externalId = `${seen.externalId}#${before.length + 1}`;
  record(draft, erpFact(seen, "delivered", externalId, { rows: fresh, amountMinor, parent: seen.externalId }));
}

/** The order was not found in the ERP. A second look confirms it before it becomes a fact. */
export function absorbMissing(draft: Draft, confirmAfterMs: number): void {
  const { erp } = draft.order;
  if (!erp || erp.state === "deleted") return;
  if (erp.missingSince === null) {
    draft.order.erp = { ...erp, missingSince: draft.now };
    draft.looks.push({ side: "erp", afterMs: confirmAfterMs });
    return;
  }
  if (draft.now - erp.missingSince < confirmAfterMs) {
    draft.looks.push({ side: "erp", afterMs: confirmAfterMs });
    return;
  }
  draft.order.erp = { ...erp, state: "deleted" };
  record(draft, erpFact(erp, "order_deleted", erp.externalId, {}));
}

function erpFact(
  at: { connectionId: ErpObservation["connectionId"] },
  kind: EntryKind,
  externalId: string,
  given: Partial<Pick<Entry, "amountMinor" | "rows" | "answers" | "parent" | "commandId" | "vatMinor" | "text">>,
) {
  return {
    kind,
    connectionId: at.connectionId,
    externalId,
    amountMinor: 0,
    rows: [],
    answers: null,
    parent: null,
    commandId: null,
    vatMinor: null,
    text: null,
    ...given,
  };
}

/** Reads ERP rows back to the order's rows: by line where the ERP keeps it, else by article. */
function mapErpRows(
  order: OrderBooks,
  rows: readonly ErpRow[] | null,
  policy: Policy,
): { rows: RowQuantity[]; unmatched: string[] } {
  if (rows === null) return { rows: [], unmatched: [] };
  const lines = order.erp?.lines ?? [];
  const mapped: RowQuantity[] = [];
  const unmatched: string[] = [];
  for (const row of rows) {
    const line =
      lines.find((candidate) => row.line !== null && candidate.line === row.line) ??
      lines.find((candidate) => candidate.articleNumber === row.articleNumber);
    if (line) mapped.push({ key: line.key, quantity: row.quantity });
    else if (row.articleNumber !== policy.accounting?.roundingArticleNumber) unmatched.push(row.articleNumber);
  }
  return { rows: mapped, unmatched };
}

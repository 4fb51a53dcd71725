// From what the ERP shows to facts: cancellations, deliveries, invoices and credit invoices that the ledger lacks.
import type { ErpLine } from "./commands.ts";
import { type Draft, finish, record } from "./decision.ts";
import { captureFor, refundFor } from "./links.ts";
import type { ErpInvoice, ErpObservation, ErpRow, OrderRow, RowQuantity } from "./observation.ts";
import {
  commandsOf,
  type Entry,
  type EntryKind,
  entriesOf,
  isInFlight,
  isKnown,
  type OrderBooks,
  subtractRows,
} from "./order.ts";
import type { Policy } from "./policy.ts";

const HELD_LOOK_MS = 5_000;

export function absorbErp(draft: Draft, seen: ErpObservation, policy: Policy): void {
  const { order } = draft;
  const before = order.erp;
  order.erp = {
    connectionId: seen.connectionId,
    connector: seen.connector,
    externalId: seen.externalId,
    // A cancellation is final here: what of it was commanded cannot be taken back, and a late sighting is no news.
    state: isKnown(order, "order_cancelled", seen.externalId) ? "cancelled" : seen.state,
    paymentType: seen.paymentType,
    lines: before?.lines ?? [],
    rows: before?.rows ?? [],
    missingSince: null,
  };
  draft.aliases.push(...seen.aliases.map((alias) => ({ ...alias, connectionId: seen.connectionId })));
  if (isBeingCreated(draft)) {
    // How its rows stand in the ERP is told by the answer or the look-up; what happened to it is read after that, all
    // of it together: a cancellation without the invoices before it would release what they bill.
    draft.looks.push({ side: "erp", afterMs: HELD_LOOK_MS });
    return;
  }
  if (seen.state === "cancelled" && !isKnown(order, "order_cancelled", seen.externalId)) {
    const own = commandsOf(order, "cancel_order").find((command) => command.attempts > 0);
    record(draft, erpFact(seen, "order_cancelled", seen.externalId, { commandId: own?.id ?? null }));
    if (own?.state === "accepted") finish(draft, own, [seen.externalId]);
  }
  if (policy.accounting?.captureOn === "delivery") absorbDeliveries(draft, seen, policy);
  for (const invoice of seen.invoices) absorbInvoice(draft, seen, invoice, policy);
}

const isBeingCreated = ({ order }: Draft): boolean =>
  commandsOf(order, "create_order").some((command) => isInFlight(command.state));

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
  const mapped = mapErpRows(draft.order, invoice.rows, policy, roomFor(draft.order, invoice));
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
      : (captureFor(draft.order, fact)?.seq ?? null);
  record(draft, erpFact(seen, kind, invoice.number, { ...fact, answers }));
  if (own?.state === "accepted") finish(draft, own, [invoice.number]);
}

/** Deliveries are told as running totals per row; what is new of them becomes a fact of its own. */
function absorbDeliveries(draft: Draft, seen: ErpObservation, policy: Policy): void {
  const { rows } = mapErpRows(draft.order, seen.delivered, policy, orderedRows(draft.order));
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
  if (erp?.state !== "open") return;
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
  const times = entriesOf(draft.order, "order_deleted").length + 1;
  record(draft, erpFact(erp, "order_deleted", times === 1 ? erp.externalId : `${erp.externalId}#${times}`, {}));
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

/** The rows the ERP order was made from; the payment's, for an ERP order that somebody else made. */
const orderedRows = (order: OrderBooks): OrderRow[] => (order.erp?.rows.length ? order.erp.rows : order.rows);

/** The units an ERP document can be about: not invoiced yet, or invoiced and not credited yet. */
function roomFor(order: OrderBooks, invoice: ErpInvoice): RowQuantity[] {
  if (invoice.kind === "invoice")
    return subtractRows(
      orderedRows(order),
      entriesOf(order, "invoiced").map((entry) => entry.rows),
    );
  const invoiced = entriesOf(order, "invoiced").find((entry) => entry.externalId === invoice.originalNumber);
  return subtractRows(
    invoiced?.rows ?? orderedRows(order),
    entriesOf(order, "credited")
      .filter((entry) => entry.parent === invoice.originalNumber)
      .map((entry) => entry.rows),
  );
}

/** How the order's rows stand in the ERP; by article alone where the ERP order was made by somebody else. */
function linesOf(order: OrderBooks): ErpLine[] {
  if (order.erp?.lines.length) return order.erp.lines;
  return order.rows.map((row) => ({ line: "", key: row.key, articleNumber: row.reference }));
}

/**
 * Reads ERP rows back to the order's rows: by line where the ERP keeps it, else by article. Units of an article that
 * stands on several rows go where there is `room`, in the order of the rows.
 */
function mapErpRows(
  order: OrderBooks,
  rows: readonly ErpRow[] | null,
  policy: Policy,
  room: readonly RowQuantity[],
): { rows: RowQuantity[]; unmatched: string[] } {
  const lines = linesOf(order);
  const mapped: RowQuantity[] = [];
  const unmatched: string[] = [];
  for (const row of rows ?? []) {
    const line = lines.find((candidate) => row.line !== null && candidate.line === row.line);
    const candidates = line ? [line] : lines.filter((candidate) => candidate.articleNumber === row.articleNumber);
    let missing = row.quantity;
    for (const { key } of candidates) {
      const quantity = Math.min(missing, subtractRows(room, [mapped]).find((free) => free.key === key)?.quantity ?? 0);
      missing -= quantity;
      if (quantity > 0) mapped.push({ key, quantity });
    }
    // More than there is room for stays on the last row, and is told apart when it is captured.
    const last = candidates.at(-1);
    if (last && missing > 0) mapped.push({ key: last.key, quantity: missing });
    else if (!last && row.articleNumber !== policy.accounting?.roundingArticleNumber) unmatched.push(row.articleNumber);
  }
  return { rows: mapped, unmatched };
}

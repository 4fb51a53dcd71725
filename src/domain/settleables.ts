// What of an order's books a payout line may settle: its captures and refunds with their documents.

import { record, startDraft } from "./decision.ts";
import { invoicesOfCapture } from "./links.ts";
import { type Entry, entriesOf, type OrderBooks } from "./order.ts";
import type { PayoutReference } from "./payout.ts";
import type { Settleable, SettleableDocument } from "./settlement.ts";

/** All of an order's captures and refunds at one PSP connection. `references` are the order's aliases there. */
export function settleablesOf(
  order: OrderBooks,
  connectionId: string,
  references: readonly PayoutReference[],
  movementType: string,
): Settleable[] {
  const captures = entriesOf(order, "captured").flatMap((entry) => captureParts(order, entry));
  const refunds = entriesOf(order, "refunded").map(
    (entry): Part => ({ entry, document: creditOf(order, entry), part: null, amountMinor: entry.amountMinor }),
  );
  return [...captures, ...refunds]
    .filter(({ entry }) => entry.connectionId === connectionId)
    .map(({ entry, document, part, amountMinor }) => {
      const settled = standingSettlement(order, settlementKey(entry, part));
      const [settledByPayoutId, settledByLineId] = settled?.text?.split(" ") ?? [];
      return {
        source: "books",
        entryId: `${order.id}:${entry.seq}${part === null ? "" : `#${part}`}`,
        orderId: order.id,
        kind: entry.kind === "captured" ? "capture" : "refund",
        externalId: part === null ? entry.externalId : `${entry.externalId}#${part}`,
        connectionId,
        amountMinor,
        currency: order.currency,
        document,
        references: [
          ...references.filter((reference) => reference.type !== movementType),
          { type: movementType, value: entry.externalId },
        ],
        settledByPayoutId: settledByPayoutId ?? null,
        settledByLineId: settledByLineId ?? null,
        occurredAt: entry.at,
      };
    });
}

interface Part {
  entry: Entry;
  /** The invoice it is billed by, where a capture is billed by several. */
  part: string | null;
  amountMinor: number;
  document: SettleableDocument | null;
}

/** One capture may be billed by several invoices: each part settles its own. */
function captureParts(order: OrderBooks, entry: Entry): Part[] {
  const invoices = invoicesOfCapture(order, entry);
  if (invoices.length <= 1)
    return [{ entry, part: null, amountMinor: entry.amountMinor, document: invoiceOf(order, entry, invoices[0]) }];
  return invoices.map((invoice) => ({
    entry,
    part: invoice.externalId,
    amountMinor: invoice.amountMinor,
    document: { kind: "invoice" as const, number: invoice.externalId, totalMinor: invoice.amountMinor },
  }));
}

function invoiceOf(order: OrderBooks, capture: Entry, invoice: Entry | undefined): SettleableDocument | null {
  if (!invoice) return null;
  const shared = entriesOf(order, "captured").filter((other) => other.answers === invoice.seq).length > 1;
  return {
    kind: "invoice",
    number: invoice.externalId,
    totalMinor: invoice.amountMinor,
    ...(shared ? { shareMinor: capture.amountMinor } : {}),
  };
}

function creditOf(order: OrderBooks, refund: Entry): SettleableDocument | null {
  const credit = entriesOf(order, "credited").find(
    (entry) => entry.seq === refund.answers || entry.answers === refund.seq,
  );
  return credit ? { kind: "credit_invoice", number: credit.externalId, totalMinor: credit.amountMinor } : null;
}

const settlementKey = (entry: Entry, part: string | null): string =>
  part === null ? entry.externalId : `${entry.externalId}#${part}`;

/** The settlement of a movement that was not taken back since. */
function standingSettlement(order: OrderBooks, key: string): Entry | undefined {
  const last = entriesOf(order, "settled")
    .filter((fact) => fact.parent === key)
    .at(-1);
  return last && last.amountMinor >= 0 ? last : undefined;
}

export interface Settlement {
  entryId: string;
  payoutId: string;
  lineId: string;
  amountMinor: number;
  /** Takes an earlier settlement back, by a fact of its own. */
  reversed?: boolean;
}

/**
 * A payout was booked: these movements of the order are settled by it. Recorded once. Nothing is demanded because
 * money arrived, so the facts alone are the whole decision. Answers the books with the facts, and the facts.
 */
export function recordSettled(
  order: OrderBooks,
  settled: readonly Settlement[],
  now: number,
): { order: OrderBooks; entries: Entry[] } {
  const draft = startDraft(order, now);
  for (const { entryId, payoutId, lineId, amountMinor, reversed = false } of settled) {
    const [, seqText = "", part = null] = /:(\d+)(?:#(.*))?$/.exec(entryId) ?? [];
    const movement = order.entries.find((entry) => entry.seq === Number(seqText));
    if (!movement) continue;
    const key = settlementKey(movement, part ?? null);
    const text = `${payoutId} ${lineId}`;
    const standing = standingSettlement(draft.order, key);
    if (reversed ? standing?.text !== text : standing !== undefined) continue;
    const magnitude = Math.abs(amountMinor);
    record(draft, {
      kind: "settled",
      connectionId: movement.connectionId,
      externalId: `${payoutId}/${lineId}/${key}`,
      amountMinor: reversed ? 0 - magnitude : magnitude,
      rows: [],
      answers: movement.seq,
      parent: key,
      commandId: null,
      vatMinor: null,
      text,
    });
  }
  return { order: draft.order, entries: draft.entries };
}

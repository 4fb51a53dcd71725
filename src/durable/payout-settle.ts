// After the booking: the movements of the lines are settled in the books of their orders, a page at a time.
import { sql } from "drizzle-orm";
import type { OrderId } from "../domain/ids.ts";
import type { Entry } from "../domain/order.ts";
import { recordSettled, type Settlement } from "../domain/settleables.ts";
import type { Match } from "../domain/settlement.ts";
import { statusOf } from "../domain/status.ts";
import type { Core } from "./books.ts";
import { loadLedgers } from "./payout-candidates.ts";
import { bookedBefore, changedIds } from "./payout-changes.ts";
import {
  linesAfter,
  linesNamed,
  type PayoutLineRow,
  type PayoutRow,
  readPayout,
  updatePayout,
} from "./payout-store.ts";

const PAGE = 500;

/** Settles a page. Call inside a transaction. */
export function settlePage(core: Core, payout: PayoutRow): void {
  const correction = payout.bookedVersion > 0;
  const ids = correction ? changedIds(core.books, payout, payout.cursor, PAGE) : [];
  const rows = correction
    ? linesNamed(core.books, payout.id, ids)
    : linesAfter(core.books, payout.id, payout.cursor, PAGE);
  const reversed = correction
    ? [...bookedBefore(core.books, payout, ids)].flatMap(([id, before]) =>
        settlementsOf(payout, id, before?.match ?? null, true),
      )
    : [];
  const settled = rows.flatMap((row) => settlementsOf(payout, row.externalId, row.outcome?.match ?? null, false));
  writeSettlements(core, [...reversed, ...settled]);
  const page = correction ? ids : rows.map((row: PayoutLineRow) => row.externalId);
  const last = page.at(-1);
  if (last !== undefined && page.length === PAGE) {
    updatePayout(core, payout.id, { cursor: last, progress: payout.progress + page.length });
    return;
  }
  updatePayout(core, payout.id, { stage: "idle", cursor: "", progress: 0, bookedVersion: payout.version });
}

/** A payout of one page is settled in the same transaction that books it. */
export function finishSettling(core: Core, payout: PayoutRow): void {
  if (payout.lineCount > PAGE) return;
  settlePage(core, readPayout(core.books, payout.id) ?? payout);
}

function settlementsOf(
  payout: PayoutRow,
  lineId: string,
  match: Match | null,
  reversed: boolean,
): (Settlement & { orderId: OrderId })[] {
  if (match?.kind !== "documents") return [];
  return match.documents.flatMap(({ orderId, entryId, amountMinor }) =>
    orderId === null
      ? []
      : [{ orderId: orderId as OrderId, entryId, payoutId: payout.id, lineId, amountMinor, reversed }],
  );
}

/** Writes the facts of a page by a few statements; an order that needs attention keeps saying so. */
function writeSettlements(core: Core, settled: readonly (Settlement & { orderId: OrderId })[]): void {
  const { books } = core;
  const byOrder = Map.groupBy(settled, (each) => each.orderId);
  const facts: (Entry & { orderId: string })[] = [];
  const statuses: [string, string][] = [];
  for (const { order, status } of loadLedgers(core, byOrder.keys())) {
    const recorded = recordSettled(order, byOrder.get(order.id) ?? [], core.ports.now());
    if (recorded.entries.length === 0) continue;
    facts.push(...recorded.entries.map((entry) => ({ ...entry, orderId: order.id })));
    statuses.push([order.id, status === "attention" ? status : statusOf(recorded.order)]);
  }
  if (facts.length === 0) return;
  books.run(sql`
    insert into entries (order_id, seq, kind, connection_id, external_id, amount_minor, rows, answers, parent,
      command_id, at, vat_minor, text)
    select value ->> 'orderId', value ->> 'seq', value ->> 'kind', value ->> 'connectionId', value ->> 'externalId',
      value ->> 'amountMinor', value -> 'rows', value ->> 'answers', value ->> 'parent', null, value ->> 'at', null,
      value ->> 'text' from json_each(${JSON.stringify(facts)})`);
  const now = core.ports.now();
  for (const [id, status] of statuses)
    core.storage.sql.exec(
      "update orders set version = version + 1, status = ?, updated_at = ? where id = ?",
      status,
      now,
      id,
    );
  const json = JSON.stringify(statuses);
  books.run(sql`
    insert into index_queue (order_id) select value ->> 0 from json_each(${json}) where true on conflict do nothing`);
}

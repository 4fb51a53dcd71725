// After the booking: the movements of the lines are settled in the books of their orders, a page at a time.
import type { OrderId } from "../domain/ids.ts";
import { recordSettled, type Settlement } from "../domain/settleables.ts";
import type { Match } from "../domain/settlement.ts";
import type { Core } from "./books.ts";
import { loadOrder, writeDecision } from "./order-store.ts";
import { bookedBefore, changedIds } from "./payout-changes.ts";
import { partsOfVersion } from "./payout-plan.ts";
import {
  linesAfter,
  linesNamed,
  type PayoutLineRow,
  type PayoutRow,
  readPayout,
  updatePayout,
} from "./payout-store.ts";
import type { Runtime } from "./runtime.ts";

/** Orders are written one by one, so a page is smaller here. */
const PAGE = 200;

/** Settles a page. Call inside a transaction. */
export function settlePage(core: Core, runtime: Runtime, payout: PayoutRow): void {
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
  writeSettlements(core, runtime, [...reversed, ...settled]);
  const page = correction ? ids : rows.map((row: PayoutLineRow) => row.externalId);
  const last = page.at(-1);
  if (last !== undefined && page.length === PAGE) {
    updatePayout(core, payout.id, { cursor: last, progress: payout.progress + page.length });
    return;
  }
  updatePayout(core, payout.id, { stage: "idle", cursor: "", progress: 0, bookedVersion: payout.version });
}

/** A payout of one page is settled in the same transaction that books it. */
export function finishSettling(core: Core, runtime: Runtime, payout: PayoutRow): void {
  const parts = partsOfVersion(core.books, payout.id, payout.version).length;
  if (parts > 1 || payout.lineCount > PAGE) return;
  settlePage(core, runtime, readPayout(core.books, payout.id) ?? payout);
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

function writeSettlements(core: Core, runtime: Runtime, settled: readonly (Settlement & { orderId: OrderId })[]): void {
  for (const [orderId, of] of Map.groupBy(settled, (each) => each.orderId)) {
    const order = loadOrder(core.books, orderId);
    if (order) writeDecision(core, runtime, order, recordSettled(order, of, runtime.policy, core.ports.now()));
  }
}

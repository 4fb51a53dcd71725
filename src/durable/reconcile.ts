// One payout: match its lines against the books, prove the result, and command its booking when nothing is open.
import { problem } from "../domain/errors.ts";
import { newGuid, type OrderId } from "../domain/ids.ts";
import type { PayoutLine } from "../domain/payout.ts";
import { foot } from "../domain/payout-footing.ts";
import { matchLines } from "../domain/payout-matching.ts";
import { proof } from "../domain/payout-proof.ts";
import { recordSettled, settleablesOf } from "../domain/settleables.ts";
import type { Settleable } from "../domain/settlement.ts";
import { buildBooking } from "../domain/voucher.ts";
import type { Core } from "./books.ts";
import { aliasesOf, commandsOfSubject, loadOrder, numbered, ordersNamed, writeDecision } from "./order-store.ts";
import {
  headerOf,
  lineOf,
  linesOf,
  type PayoutLineRow,
  type PayoutRow,
  readPayout,
  stateOf,
  storeOutcome,
  unbookedPayouts,
  updatePayout,
} from "./payout-store.ts";
import type { Link, Runtime } from "./runtime.ts";
import { commands } from "./schema.ts";
import { addTask } from "./task-store.ts";

/** Matches and, when every line is settled, books. Safe to run again: the same facts give the same result. */
export async function reconcile(core: Core, runtime: Runtime, link: Link, payoutId: string): Promise<void> {
  const payout = readPayout(core.books, payoutId);
  if (!payout || payout.state === "booked") return;
  const rows = linesOf(core.books, payoutId);
  const lines = rows.map(lineOf);
  const footed = foot(headerOf(payout), lines);
  if (!footed.ok) {
    await prove(core, payout, "stopped", footed.error);
    return;
  }
  match(core, link, payout, rows, lines);
  await book(core, runtime, link, payout);
}

function match(core: Core, link: Link, payout: PayoutRow, rows: PayoutLineRow[], lines: PayoutLine[]): void {
  const claimed = claimsOfOthers(core, payout);
  const byOrder = new Map<OrderId, Settleable[]>();
  const candidatesFor = (line: PayoutLine): Settleable[] =>
    ordersNamed(core.books, link.config.id, line.references).flatMap((orderId) => {
      const known = byOrder.get(orderId) ?? candidatesOf(core, link, orderId, claimed);
      byOrder.set(orderId, known);
      return known;
    });
  const outcomes = matchLines(lines, candidatesFor, { payoutId: payout.id, connectionId: link.config.id });
  core.storage.transactionSync(() => {
    for (const row of rows) {
      const outcome = outcomes.get(row.externalId);
      if (outcome) storeOutcome(core.books, row, outcome);
    }
  });
}

function candidatesOf(core: Core, link: Link, orderId: OrderId, claimed: ReadonlyMap<string, string>): Settleable[] {
  const order = loadOrder(core.books, orderId);
  if (!order) return [];
  const references = aliasesOf(core.books, orderId).map(({ type, value }) => ({ type, value }));
  const movementType = `${link.connector.id}.transaction_id`;
  return settleablesOf(order, link.config.id, references, movementType).map((item) => {
    const other = claimed.get(item.entryId);
    return other === undefined ? item : { ...item, settledByPayoutId: other, settledByLineId: null };
  });
}

/** Movements that lines of other payouts settle already, though those payouts are not booked yet. */
function claimsOfOthers(core: Core, payout: PayoutRow): Map<string, string> {
  const claims = new Map<string, string>();
  for (const other of unbookedPayouts(core.books, payout.connectionId)) {
    if (other.id === payout.id) continue;
    for (const row of linesOf(core.books, other.id))
      if (row.outcome?.match?.kind === "documents")
        for (const document of row.outcome.match.documents) claims.set(document.entryId, other.id);
  }
  return claims;
}

async function book(core: Core, runtime: Runtime, link: Link, payout: PayoutRow): Promise<void> {
  const { accounting } = runtime.policy;
  if (!accounting)
    return prove(core, payout, "stopped", problem("CONNECTION_MISSING", "No ERP is connected to book in."));
  const prefix = runtime.policy.payment(link.config.id)?.referencePrefix ?? "";
  const lines = linesOf(core.books, payout.id).map((row) => ({
    line: lineOf(row),
    state: stateOf(row),
    match: row.outcome?.match ?? null,
    reference: `${prefix}${paymentReference(link, lineOf(row))}`,
  }));
  const open = lines.filter((line) => line.match === null).length;
  if (open > 0) {
    const detail = `${open} of ${lines.length} lines are open.`;
    return prove(
      core,
      payout,
      "open",
      problem(
        lines.every((line) => line.match !== null || line.state === "expected")
          ? "PAYOUT_LINE_EXPECTED"
          : "PAYOUT_LINES_OPEN",
        detail,
      ),
    );
  }
  const built = buildBooking({
    header: headerOf(payout),
    version: payout.version,
    source: link.connector.id,
    connectionId: link.config.id,
    lines,
    accounts: runtime.config.settlementAccounts,
    feeTreatment: { kind: "as_stated" },
  });
  if (!built.ok) return prove(core, payout, "stopped", built.error);
  await prove(core, { ...payout, voucher: built.value.voucher }, "open", null);
  core.storage.transactionSync(() => {
    if (commandsOfSubject(core.books, payout.id).some((command) => command.demand === `book_payout|v${payout.version}`))
      return;
    const gate = accounting.paused ? "CONNECTION_PAUSED" : !accounting.flows.payouts ? "FLOW_DISABLED" : null;
    const manual = gate === null && accounting.manual.includes("book_payout");
    const now = core.ports.now();
    const number = commandsOfSubject(core.books, payout.id).length + 1;
    core.books
      .insert(commands)
      .values({
        id: numbered("cmd", payout.id, number),
        subject: payout.id,
        demand: `book_payout|v${payout.version}`,
        connectionId: accounting.id,
        kind: "book_payout",
        payload: built.value,
        state: gate ? "waiting" : manual ? "manual" : "pending",
        heldBy: gate || manual ? "decide" : null,
        code: gate ?? (manual ? "CAPABILITY_OFF" : null),
        detail: null,
        externalIds: [],
        cause: null,
        requestKey: newGuid(core.ports.random),
        repeatDenied: false,
        attempts: 0,
        lookUps: 0,
        firstAttemptAt: null,
        createdAt: now,
        dueAt: gate || manual ? null : now,
      })
      .run();
    if (manual)
      addTask(core, payout.id, {
        key: `manual:book_payout|v${payout.version}`,
        problem: problem("CAPABILITY_OFF", `Book payout ${payout.reference} of ${payout.date} as its voucher shows.`),
      });
    core.clock.wakeBy(now);
  });
}

/** The PSP's order id: what the ERP carries as payment reference. */
const paymentReference = (link: Link, line: PayoutLine): string =>
  line.references.find((reference) => reference.type === link.connector.payments?.orderAlias)?.value ??
  line.references[0]?.value ??
  line.externalId;

/** Writes where the payout stands, with its proof. */
async function prove(
  core: Core,
  payout: PayoutRow,
  state: PayoutRow["state"],
  stop: ReturnType<typeof problem> | null,
): Promise<void> {
  const rows = linesOf(core.books, payout.id);
  const proven = rows.map((row) => ({ line: lineOf(row), state: stateOf(row), match: row.outcome?.match ?? null }));
  const voucher = payout.voucher.length > 0 ? payout.voucher : null;
  const result = await proof({ header: headerOf(payout), lines: proven, voucher });
  updatePayout(core, payout.id, {
    state,
    code: stop?.code ?? null,
    detail: stop?.detail ?? null,
    linesTotalMinor: result.linesTotalMinor,
    matchedTotalMinor: result.matchedTotalMinor,
    openTotalMinor: result.openTotalMinor,
    balanced: result.balanced,
    hash: result.hash,
    voucher: payout.voucher,
  });
}

/** The booking command ended well: the payout is booked and its movements are settled. */
export function markBooked(core: Core, runtime: Runtime, payoutId: string, voucherNumber: string): void {
  const payout = readPayout(core.books, payoutId);
  if (!payout || payout.state === "booked") return;
  const byOrder = new Map<OrderId, { entryId: string; payoutId: string; lineId: string; amountMinor: number }[]>();
  for (const row of linesOf(core.books, payoutId)) {
    if (row.outcome?.match?.kind !== "documents") continue;
    for (const document of row.outcome.match.documents) {
      if (document.orderId === null) continue;
      const orderId = document.orderId as OrderId;
      const settled = {
        entryId: document.entryId,
        payoutId,
        lineId: row.externalId,
        amountMinor: document.amountMinor,
      };
      byOrder.set(orderId, [...(byOrder.get(orderId) ?? []), settled]);
    }
  }
  for (const [orderId, settled] of byOrder) {
    const order = loadOrder(core.books, orderId);
    if (order) writeDecision(core, runtime, order, recordSettled(order, settled, runtime.policy, core.ports.now()));
  }
  updatePayout(core, payoutId, { state: "booked", voucherNumber, code: null, detail: null });
}

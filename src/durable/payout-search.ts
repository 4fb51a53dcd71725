// Asks the ERP for documents by every reference of a line, where our own books know nothing of it: merchants whose
// orders other software makes, and payments from before we came.

import { and, eq } from "drizzle-orm";
import type { FoundDocument } from "../connectors/connector.ts";
import type { ConnectionId } from "../domain/ids.ts";
import type { PayoutReference } from "../domain/payout.ts";
import type { Settleable } from "../domain/settlement.ts";
import type { Trace } from "../transport/http.ts";
import type { Core } from "./books.ts";
import { openLinesAfter, PAGE_LINES, type PayoutLineRow, type PayoutRow } from "./payout-store.ts";
import type { Link, Runtime } from "./runtime.ts";
import { payoutFinds } from "./schema-payouts.ts";

/** Questions to the ERP per step. */
const LINES_PER_STEP = 10;
/** Tries of a question that the ERP does not answer now; the next night asks again. */
const WAIT_MAX_MS = 60_000;

export type Searched =
  | { kind: "page"; cursor: string; found: boolean }
  | { kind: "ended"; found: boolean }
  | { kind: "later"; afterMs: number }
  | { kind: "unauthorized"; connectionId: ConnectionId; detail: string };

/** Searches for the lines after `payout.cursor`. `payout.moved` says whether an earlier page found something. */
export async function searchErp(core: Core, runtime: Runtime, link: Link, payout: PayoutRow): Promise<Searched> {
  const erp = runtime.policy.accounting ? runtime.links.get(runtime.policy.accounting.id) : undefined;
  const find = erp?.connector.accounting?.findDocuments;
  const found = payout.moved > 0;
  if (!erp || !find || erp.problem) return { kind: "ended", found };
  const page = openLinesAfter(core.books, payout.id, payout.cursor, PAGE_LINES);
  const wanted = page.filter((row) => isUnknown(row) && !isSearched(core, payout, row)).slice(0, LINES_PER_STEP);
  const prefix = runtime.policy.payment(link.config.id)?.referencePrefix ?? "";
  let any = found;
  for (const row of wanted) {
    const traces: Trace[] = [];
    const read = await find(erp.context(traces), withPrefix(row.references, prefix));
    switch (read.kind) {
      case "found":
      case "absent": {
        const documents = read.kind === "found" ? read.value.map((each) => settleableOf(each, row, erp, prefix)) : [];
        keepFinds(core, payout, row, documents);
        if (documents.length > 0) any = true;
        break;
      }
      case "later":
        if (traces.length > 0) return { kind: "ended", found: any };
        return { kind: "later", afterMs: Math.min(read.retryAfterMs ?? 1_000, WAIT_MAX_MS) };
      case "refused":
        return { kind: "ended", found: any };
      case "unauthorized":
        return { kind: "unauthorized", connectionId: erp.config.id, detail: read.detail };
      default:
        return read satisfies never;
    }
  }
  const last = wanted.length === LINES_PER_STEP ? wanted.at(-1) : page.length === PAGE_LINES ? page.at(-1) : undefined;
  return last ? { kind: "page", cursor: last.externalId, found: any } : { kind: "ended", found: any };
}

/** Nothing in our books answers to the line. */
const isUnknown = ({ type, state, outcome, references }: PayoutLineRow): boolean =>
  (type === "sale" || type === "refund") &&
  state === "expected" &&
  references.length > 0 &&
  outcome?.evidence === null &&
  outcome.candidates.length === 0;

const isSearched = (core: Core, payout: PayoutRow, row: PayoutLineRow): boolean =>
  core.books
    .select({ revision: payoutFinds.revision })
    .from(payoutFinds)
    .where(and(eq(payoutFinds.payoutId, payout.id), eq(payoutFinds.lineId, row.externalId)))
    .get()?.revision === payout.revision;

const withPrefix = (references: readonly PayoutReference[], prefix: string): PayoutReference[] =>
  [...references]
    .reverse()
    .flatMap(({ type, value }) => [{ type, value }, ...(prefix === "" ? [] : [{ type, value: `${prefix}${value}` }])]);

function settleableOf(found: FoundDocument, row: PayoutLineRow, erp: Link, prefix: string): Settleable {
  const texts = new Set(found.references.map((reference) => reference.value));
  const plain = row.references.filter(({ value }) => texts.has(value) || texts.has(`${prefix}${value}`));
  return {
    source: "erp",
    entryId: `erp:${found.kind}:${found.number}`,
    orderId: null,
    kind: found.kind === "invoice" ? "capture" : "refund",
    externalId: found.number,
    connectionId: erp.config.id,
    amountMinor: found.totalMinor,
    currency: found.currency,
    document: { kind: found.kind, number: found.number, totalMinor: found.totalMinor },
    references: [...plain, ...found.references],
    settledByPayoutId: null,
    occurredAt: found.occurredAt,
  };
}

function keepFinds(core: Core, payout: PayoutRow, row: PayoutLineRow, documents: Settleable[]): void {
  const values = { documents, revision: payout.revision };
  core.books
    .insert(payoutFinds)
    .values({ payoutId: payout.id, lineId: row.externalId, ...values })
    .onConflictDoUpdate({ target: [payoutFinds.payoutId, payoutFinds.lineId], set: values })
    .run();
}

// The vouchers of a payout before they are booked: what is shown as a preview is what is sent.
//
// A payout of many lines is booked in parts, each balanced by itself: one row of the store holds at most 2 MB, and an
// ERP takes no import of a hundred thousand rows. After the first booking only differences are booked, by
// counter-entries.
import { and, asc, desc, eq, gte, sql } from "drizzle-orm";
import type { BookPayout, VoucherRow } from "../domain/commands.ts";
import { type Problem, problem } from "../domain/errors.ts";
import { addReverseCharge, treatmentOf } from "../domain/fee-treatment.ts";
import { addMinor, netOf } from "../domain/payout-footing.ts";
import { err, ok, type Result } from "../domain/result.ts";
import { buildBooking } from "../domain/voucher.ts";
import type { BookingLine } from "../domain/voucher-postings.ts";
import type { Books, Core } from "./books.ts";
import { bookedBefore, changedIds, countChanged } from "./payout-changes.ts";
import {
  headerOf,
  lineOf,
  linesAfter,
  linesBetween,
  linesNamed,
  type PayoutLineRow,
  type PayoutRow,
} from "./payout-store.ts";
import type { Link, Runtime } from "./runtime.ts";
import { type BookedLine, payoutVouchers } from "./schema-payouts.ts";

export type VoucherPart = typeof payoutVouchers.$inferSelect;

/** Lines per voucher. */
export const PART_LINES = 1000;

export const partsOfVersion = (books: Books, payoutId: string, version: number): Omit<VoucherPart, "rows">[] =>
  books
    .select({
      payoutId: payoutVouchers.payoutId,
      version: payoutVouchers.version,
      part: payoutVouchers.part,
      state: payoutVouchers.state,
      number: payoutVouchers.number,
      bankMinor: payoutVouchers.bankMinor,
      after: payoutVouchers.after,
      upTo: payoutVouchers.upTo,
      fees: payoutVouchers.fees,
    })
    .from(payoutVouchers)
    .where(and(eq(payoutVouchers.payoutId, payoutId), eq(payoutVouchers.version, version)))
    .orderBy(asc(payoutVouchers.part))
    .all();

/** Parts of every version, the oldest first, without their rows. */
export const partsOfPayout = (books: Books, payoutId: string) =>
  books
    .select({
      version: payoutVouchers.version,
      part: payoutVouchers.part,
      state: payoutVouchers.state,
      number: payoutVouchers.number,
      bankMinor: payoutVouchers.bankMinor,
    })
    .from(payoutVouchers)
    .where(eq(payoutVouchers.payoutId, payoutId))
    .orderBy(asc(payoutVouchers.version), asc(payoutVouchers.part))
    .all();

export const countParts = (books: Books, payoutId: string, version: number): number =>
  books
    .select({ many: sql<number>`count(*)` })
    .from(payoutVouchers)
    .where(and(eq(payoutVouchers.payoutId, payoutId), eq(payoutVouchers.version, version)))
    .get()?.many ?? 0;

/** Fees counted up to the part before. */
export const feesBefore = (books: Books, payout: PayoutRow, part: number): [number, number][] =>
  books
    .select({ fees: payoutVouchers.fees })
    .from(payoutVouchers)
    .where(partIs(payout.id, payout.version, part - 1))
    .get()?.fees ?? [];

export const readPart = (books: Books, payoutId: string, version: number, part: number): VoucherPart | undefined =>
  books
    .select()
    .from(payoutVouchers)
    .where(partIs(payoutId, version, part))
    .get();

const partIs = (payoutId: string, version: number, part: number) =>
  and(eq(payoutVouchers.payoutId, payoutId), eq(payoutVouchers.version, version), eq(payoutVouchers.part, part));

export const setPart = (
  books: Books,
  { payoutId, version, part }: Pick<VoucherPart, "payoutId" | "version" | "part">,
  to: Partial<VoucherPart>,
): void => {
  books
    .update(payoutVouchers)
    .set(to)
    .where(partIs(payoutId, version, part))
    .run();
};

/** The first part of the payout's version in this state. */
export const partIn = (books: Books, payout: PayoutRow, state: VoucherPart["state"]): VoucherPart | undefined =>
  books
    .select()
    .from(payoutVouchers)
    .where(
      and(
        eq(payoutVouchers.payoutId, payout.id),
        eq(payoutVouchers.version, payout.version),
        eq(payoutVouchers.state, state),
      ),
    )
    .orderBy(asc(payoutVouchers.part))
    .limit(1)
    .get();

/** Every voucher of the payout's version, one after the other. */
export function* vouchersOf(books: Books, payout: PayoutRow): Generator<VoucherRow[]> {
  for (let part = 1; ; part += 1) {
    const found = readPart(books, payout.id, payout.version, part);
    if (!found) return;
    yield found.rows;
  }
}

/** What one voucher is made of. */
interface Range {
  part: number;
  of: number;
  after: string;
  upTo: string;
  fees: [number, number][];
}

export interface Planned {
  /** Whether that was the last part. */
  last: boolean;
  lines: number;
}

/** Plans the part after `payout.cursor` (the last line planned). Call inside a transaction. */
export function planPart(
  core: Core,
  runtime: Runtime,
  link: Link,
  payout: PayoutRow,
): Result<Planned & { upTo: string }, Problem> {
  const { books } = core;
  const before = lastPart(books, payout);
  const part = payout.cursor === "" ? 1 : (before?.part ?? 0) + 1;
  const ids = lineIds(books, payout, payout.cursor);
  const upTo = ids.at(-1) ?? payout.cursor;
  const last = ids.length < PART_LINES;
  if (ids.length === 0 && part > 1) {
    dropPartsFrom(books, payout, part);
    return ok({ last, lines: 0, upTo });
  }
  const of = Math.max(1, Math.ceil(countOf(books, payout) / PART_LINES));
  const feesBefore = part === 1 ? [] : (before?.fees ?? []);
  const range: Range = { part, of, after: payout.cursor, upTo, fees: feesBefore };
  const built = buildPart(core, runtime, link, payout, range);
  if (!built.ok) return built;
  const values = {
    payoutId: payout.id,
    version: payout.version,
    part,
    state: "planned" as const,
    number: null,
    rows: built.value.booking.voucher,
    bankMinor: built.value.booking.bankAmountMinor,
    after: range.after,
    upTo,
    fees: built.value.fees,
  };
  const known = readPart(books, payout.id, payout.version, part);
  if (!known) books.insert(payoutVouchers).values(values).run();
  else if (JSON.stringify(known) !== JSON.stringify({ ...known, ...values })) setPart(books, values, values);
  if (last) dropPartsFrom(books, payout, part + 1);
  return ok({ last, lines: ids.length, upTo });
}

const lastPart = (books: Books, payout: PayoutRow) =>
  books
    .select({ part: payoutVouchers.part, fees: payoutVouchers.fees })
    .from(payoutVouchers)
    .where(
      and(
        eq(payoutVouchers.payoutId, payout.id),
        eq(payoutVouchers.version, payout.version),
        eq(payoutVouchers.upTo, payout.cursor),
      ),
    )
    .orderBy(desc(payoutVouchers.part))
    .limit(1)
    .get();

function dropPartsFrom(books: Books, payout: PayoutRow, part: number): void {
  books
    .delete(payoutVouchers)
    .where(
      and(
        eq(payoutVouchers.payoutId, payout.id),
        eq(payoutVouchers.version, payout.version),
        gte(payoutVouchers.part, part),
      ),
    )
    .run();
}

const countOf = (books: Books, payout: PayoutRow): number =>
  payout.bookedVersion === 0 ? payout.lineCount : countChanged(books, payout);

/** The ids of the lines that the next voucher is about. */
const lineIds = (books: Books, payout: PayoutRow, after: string): string[] =>
  payout.bookedVersion === 0
    ? linesAfter(books, payout.id, after, PART_LINES).map((row) => row.externalId)
    : changedIds(books, payout, after, PART_LINES);

/** Builds the booking of a part. The same facts and settings give the same booking. */
export function buildPart(
  core: Core,
  runtime: Runtime,
  link: Link,
  payout: PayoutRow,
  range: Range,
): Result<{ booking: BookPayout; fees: [number, number][] }, Problem> {
  const { books } = core;
  const prefix = runtime.policy.payment(link.config.id)?.referencePrefix ?? "";
  const asLine = ({ line, match }: BookedLine): BookingLine[] =>
    line === null ? [] : [{ line, match, reference: `${prefix}${paymentReference(link, line)}` }];
  const ids = payout.bookedVersion === 0 ? [] : changedIds(books, payout, range.after, PART_LINES);
  const rows: PayoutLineRow[] =
    payout.bookedVersion === 0
      ? linesBetween(books, payout.id, range.after, range.upTo)
      : linesNamed(books, payout.id, ids);
  const lines = rows.flatMap((row) => asLine({ line: lineOf(row), match: row.outcome?.match ?? null }));
  const countered = [...bookedBefore(books, payout, ids).values()].flatMap((before) =>
    before?.match ? asLine(before) : [],
  );
  const sum = (of: readonly BookingLine[]) => of.reduce((total, { line }) => addMinor(total, netOf(line)), 0);
  const paidMinor = sum(lines) - sum(countered);
  const accounts = runtime.config.settlementAccounts;
  const feesBefore = new Map(range.fees);
  const built = buildBooking({
    header: { ...headerOf(payout), paidMinor },
    version: payout.version,
    source: link.connector.id,
    connectionId: link.config.id,
    lines,
    countered,
    accounts,
    part: { number: range.part, of: range.of, feesBefore },
  });
  if (!built.ok) return built;
  if (accounts === null) return err(problem("SETTLEMENT_ACCOUNT_MISSING"));
  const treatment = (line: BookingLine["line"]) => treatmentOf(accounts, link.config.id, line);
  const bare = (of: readonly BookingLine[]) => of.map(({ line }) => line);
  const added = addReverseCharge(feesBefore, bare(lines), treatment);
  return ok({ booking: built.value, fees: [...addReverseCharge(added, bare(countered), treatment, -1)] });
}

/** The PSP's order id: what the ERP carries as payment reference. */
const paymentReference = (link: Link, line: BookingLine["line"]): string =>
  line.references.find((reference) => reference.type === link.connector.payments?.orderAlias)?.value ??
  line.references[0]?.value ??
  line.externalId;

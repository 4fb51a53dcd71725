// The books of one payout: the rows of the ERP's payout import and one balanced voucher, made from settled lines.
import type { BookPayout } from "./commands.ts";
import { type Problem, problem } from "./errors.ts";
import { addReverseCharge, type FeeTreatment, type ReverseChargeFees, treatmentOf } from "./fee-treatment.ts";
import type { ConnectionId } from "./ids.ts";
import { formatAmount, multiplyDivide } from "./money.ts";
import type { ConnectorId } from "./observation.ts";
import type { PayoutHeader, PayoutLine } from "./payout.ts";
import { addMinor, feeOf, foot, netOf } from "./payout-footing.ts";
import { err, ok, type Result } from "./result.ts";
import { byText, type Match } from "./settlement.ts";
import { type AccountBook, accountBook, type VoucherAccounts } from "./voucher-accounts.ts";
import { type BookingLine, documentReferences, type Posting, postingsOf } from "./voucher-postings.ts";
import { ImportRows, Voucher } from "./voucher-rows.ts";

export interface BookingInput {
  header: PayoutHeader;
  /** From 1; every change of the payout after that is the next version. */
  version: number;
  source: ConnectorId;
  connectionId: ConnectionId;
  lines: readonly BookingLine[];
  accounts: VoucherAccounts | null;
  /**
   * A payout of many lines is booked in parts; `paidMinor` of the header is then the part's own. Fees whose VAT the
   * buyer accounts for are counted over the parts, so that rounding is the same as for the whole.
   */
  part?: { number: number; of: number; feesBefore: ReverseChargeFees };
  /** Lines as an earlier voucher booked them: their postings are taken back by counter-entries. */
  countered?: readonly BookingLine[];
}

type SettledLine = BookingLine & { match: Match };

/**
 * Makes the command that books a payout, or a part or a correction of one. Per document, bank + cost + VAT = what it
 * is settled with; what belongs to no document adds up to 0 per line; the bank rows add up to what was paid
 * (reference/specter.md C3). Reserves, chargebacks, carried balances, rounding and exchange differences are `cost`
 * rows on their own accounts, because that agreement has no other kind; so are counter-entries, because a document
 * that was paid cannot be unpaid there. The voucher balances. Nothing depends on the order of the lines.
 *
 * Errors: PAYOUT_CURRENCY_MISMATCH and PAYOUT_DOES_NOT_FOOT (see payout-footing), PAYOUT_LINES_OPEN while a line
 * settles nothing, PAYOUT_FEE_VAT_CONTRADICTS when the PSP deducted VAT that the fee treatment excludes,
 * SETTLEMENT_ACCOUNT_MISSING naming every account that is needed and not mapped.
 */
export function buildBooking(input: BookingInput): Result<BookPayout, Problem> {
  const { header } = input;
  const lines = sorted(input.lines);
  const countered = settledOf(sorted(input.countered ?? []));
  const takenBackMinor = countered.reduce((sum, { line }) => addMinor(sum, netOf(line)), 0);
  const footed = foot(
    { currency: header.currency, paidMinor: header.paidMinor + takenBackMinor },
    lines.map(({ line }) => line),
  );
  if (!footed.ok) return footed;
  const settled = settledOf(lines);
  if (settled.length < lines.length) return err(linesOpen(lines));
  if (input.accounts === null) {
    return err(problem("SETTLEMENT_ACCOUNT_MISSING", "No settlement accounts are mapped."));
  }
  const settings = input.accounts;
  const treatment = (line: PayoutLine) => treatmentOf(settings, input.connectionId, line);
  const contradiction = vatContradiction(lines, treatment, header.currency);
  if (contradiction) return err(contradiction);
  assertSettledOnce(settled);
  const accounts = accountBook(settings, input.connectionId);
  const documents = documentReferences(settled);
  const rows = new ImportRows();
  const voucher = new Voucher(titleOf(input));
  const add = (posting: Posting) => {
    rows.add(posting);
    voucher.add(posting);
  };
  const before = documentReferences(countered);
  for (const line of countered)
    for (const posting of postingsOf(line, accounts, before))
      add({ ...posting, amountMinor: 0 - posting.amountMinor, counter: true });
  for (const line of settled) for (const posting of postingsOf(line, accounts, documents)) add(posting);
  for (const posting of reverseChargePostings(input, treatment, accounts)) voucher.add(posting);
  const missing = accounts.missing();
  if (missing.length > 0) return err(problem("SETTLEMENT_ACCOUNT_MISSING", `Not mapped: ${missing.join(", ")}.`));
  const booking: BookPayout = {
    kind: "book_payout",
    externalNumber: bookingNumber(input.source, header, input.version, input.part?.number),
    source: input.source,
    date: header.date,
    currency: header.currency,
    bankAmountMinor: header.paidMinor,
    rows: rows.list(),
    voucher: voucher.list(),
  };
  assertSound(booking, accounts.clearing ? [] : settled);
  return ok(booking);
}

const sorted = (lines: readonly BookingLine[]): BookingLine[] =>
  [...lines].sort((a, b) => byText(a.line.externalId, b.line.externalId));

const settledOf = (lines: readonly BookingLine[]): SettledLine[] =>
  lines.filter((line): line is SettledLine => line.match !== null);

function titleOf({ source, header, version, part }: BookingInput): string {
  const which = part && part.of > 1 ? ` part ${part.number}/${part.of}` : "";
  return `${source.toUpperCase()} ${header.date} payout ${header.externalId}${version > 1 ? ` v${version}` : ""}${which}`;
}

/**
 * The number under which a payout is imported once: `qliro-2026-01-05-778`, from version 2 on with `-v2`, from part 2
 * on with `-p2`.
 */
export const bookingNumber = (
  source: ConnectorId,
  header: Pick<PayoutHeader, "date" | "externalId">,
  version: number,
  part = 1,
): string =>
  `${source}-${header.date}-${header.externalId}${version > 1 ? `-v${version}` : ""}${part > 1 ? `-p${part}` : ""}`;

function linesOpen(lines: readonly BookingLine[]): Problem {
  const open = lines.filter(({ match }) => match === null).map(({ line }) => line.externalId);
  const shown = open.slice(0, 5).join(", ");
  const more = open.length > 5 ? ` and ${open.length - 5} more` : "";
  return problem("PAYOUT_LINES_OPEN", `${open.length} of ${lines.length} lines are open: ${shown}${more}.`);
}

function vatContradiction(
  lines: readonly BookingLine[],
  treatment: (line: PayoutLine) => FeeTreatment,
  currency: string,
): Problem | undefined {
  const found = lines.find(({ line }) => feeOf(line).vatMinor !== 0 && treatment(line).kind !== "as_stated");
  if (!found) return undefined;
  const { vatMinor } = feeOf(found.line);
  return problem(
    "PAYOUT_FEE_VAT_CONTRADICTS",
    `Line ${found.line.externalId} states VAT of ${formatAmount(vatMinor, currency)} ${currency} on the fee; ` +
      `the setting is "${treatment(found.line).kind === "exempt" ? "exempt" : "reverse charge"}".`,
  );
}

/**
 * VAT that the buyer accounts for on the fees: deductible and payable, of the same amount. It moves no money, so it
 * stands in the voucher only. Rounded once per payout and rate: a part adds what the parts up to it come to.
 */
function reverseChargePostings(
  { lines, countered = [], part }: BookingInput,
  treatment: (line: PayoutLine) => FeeTreatment,
  accounts: AccountBook,
): Posting[] {
  const before = part?.feesBefore ?? new Map<number, number>();
  const linesOf = (of: readonly BookingLine[]) => of.map(({ line }) => line);
  const added = addReverseCharge(before, linesOf(lines), treatment);
  const after = addReverseCharge(added, linesOf(countered), treatment, -1);
  return [...after].flatMap(([vatRateBps, feesMinor]): Posting[] => {
    const vatOf = (minor: number) => multiplyDivide(minor, vatRateBps, 10_000);
    const vatMinor = vatOf(feesMinor) - vatOf(before.get(vatRateBps) ?? 0);
    if (vatMinor === 0) return [];
    const common = { document: null, lineId: "", reference: "" };
    const deductible = accounts.of("reverseChargeVatAccount");
    const payable = accounts.of("outgoingVatAccount");
    return [
      { ...common, role: "deductible reverse charge VAT", account: deductible, amountMinor: vatMinor },
      { ...common, role: "reverse charge VAT", account: payable, amountMinor: 0 - vatMinor },
    ];
  });
}

function assertSettledOnce(lines: readonly SettledLine[]): void {
  const seen = new Set<string>();
  for (const { line, match } of lines) {
    if (match.kind !== "documents") continue;
    for (const { entryId } of match.documents) {
      if (seen.has(entryId)) throw new Error(`Line ${line.externalId} settles ${entryId} a second time.`);
      seen.add(entryId);
    }
  }
}

/** Counts the result again from the other side. A difference is a defect of this file and must never be sent. */
function assertSound({ rows, voucher, bankAmountMinor }: BookPayout, lines: readonly SettledLine[]): void {
  const balance = voucher.reduce((sum, row) => addMinor(sum, row.debitMinor - row.creditMinor), 0);
  if (balance !== 0) throw new Error(`The voucher is off by ${balance}.`);
  const open = new Map<string | null, number>();
  let bankMinor = 0;
  for (const row of rows) {
    open.set(row.invoiceNumber, addMinor(open.get(row.invoiceNumber) ?? 0, row.amountMinor));
    if (row.kind === "bank_payment") bankMinor = addMinor(bankMinor, row.amountMinor);
  }
  for (const { match } of lines) {
    if (match.kind !== "documents") continue;
    for (const { number, amountMinor } of match.documents) {
      open.set(number, addMinor(open.get(number) ?? 0, 0 - amountMinor));
    }
  }
  for (const [number, restMinor] of open) {
    if (restMinor !== 0) throw new Error(`The rows of document ${number ?? "none"} are off by ${restMinor}.`);
  }
  if (bankMinor !== bankAmountMinor) throw new Error(`The bank rows add up to ${bankMinor}, not ${bankAmountMinor}.`);
}

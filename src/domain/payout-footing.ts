// Whether the lines of a payout add up to what was paid, to the minor unit, in one pass and without keeping them.
import { type Problem, problem } from "./errors.ts";
import { formatAmount } from "./money.ts";
import type { PayoutHeader, PayoutLine } from "./payout.ts";
import { err, ok, type Result } from "./result.ts";

type FootedHeader = Pick<PayoutHeader, "currency" | "paidMinor">;

export interface Footed {
  linesTotalMinor: number;
  lineCount: number;
}

export interface Footing {
  addLine(line: PayoutLine): void;
  finish(): Result<Footed, Problem>;
}

/** The fee of a line and its VAT, in minor units; > 0 is a cost, < 0 a fee given back. */
export function feeOf(line: PayoutLine): { costMinor: number; vatMinor: number } {
  if (line.type !== "fee") return { costMinor: line.feeMinor, vatMinor: line.feeVatMinor };
  // On a fee line the amount is the fee with its VAT inside; the VAT is given as a magnitude.
  const vatMinor = line.amountMinor <= 0 ? line.feeVatMinor : 0 - line.feeVatMinor;
  return { costMinor: 0 - line.amountMinor - vatMinor, vatMinor };
}

/** What a line adds to the transfer: its amount, less the fee and fee VAT taken on it. */
export const netOf = (line: PayoutLine): number =>
  line.type === "fee" ? line.amountMinor : line.amountMinor - line.feeMinor - line.feeVatMinor;

/** An exact sum of minor units. Leaving the safe integers is a defect and throws. */
export function addMinor(sumMinor: number, amountMinor: number): number {
  const total = sumMinor + amountMinor;
  if (!Number.isSafeInteger(total) || !Number.isSafeInteger(amountMinor)) {
    throw new RangeError("An amount is not an exact number of minor units.");
  }
  return total;
}

/**
 * Starts footing a payout. Errors of `finish`: PAYOUT_CURRENCY_MISMATCH when a line has another currency (first,
 * because such a sum means nothing), PAYOUT_DOES_NOT_FOOT with both sums and their difference. The verdict and
 * its words do not depend on the order of the lines.
 */
export function startFooting(header: FootedHeader): Footing {
  let linesTotalMinor = 0;
  let lineCount = 0;
  let foreignCount = 0;
  let foreign: PayoutLine | null = null;
  return {
    addLine(line) {
      lineCount += 1;
      if (line.currency === header.currency) {
        linesTotalMinor = addMinor(linesTotalMinor, netOf(line));
        return;
      }
      foreignCount += 1;
      if (foreign === null || line.externalId < foreign.externalId) foreign = line;
    },
    finish: () => judgeFooting(header, { linesTotalMinor, lineCount, foreign, foreignCount }),
  };
}

/** What was counted of a payout's lines; `foreign` is the line in another currency with the lowest id. */
export interface Counted extends Footed {
  foreign: Pick<PayoutLine, "externalId" | "currency"> | null;
  foreignCount: number;
}

/** The verdict on sums that were made elsewhere, e.g. by the store. Errors as `startFooting`. */
export function judgeFooting(header: FootedHeader, counted: Counted): Result<Footed, Problem> {
  const { linesTotalMinor, lineCount, foreign, foreignCount } = counted;
  if (foreign !== null) return err(currencyMismatch(header, foreign, foreignCount));
  if (linesTotalMinor !== header.paidMinor) return err(doesNotFoot(header, linesTotalMinor));
  return ok({ linesTotalMinor, lineCount });
}

/** Foots a payout whose lines are at hand. Errors as `startFooting`. */
export function foot(header: FootedHeader, lines: Iterable<PayoutLine>): Result<Footed, Problem> {
  const footing = startFooting(header);
  for (const line of lines) footing.addLine(line);
  return footing.finish();
}

const currencyMismatch = (
  header: FootedHeader,
  line: Pick<PayoutLine, "externalId" | "currency">,
  count: number,
): Problem =>
  problem(
    "PAYOUT_CURRENCY_MISMATCH",
    `The payout is in ${header.currency}, line ${line.externalId} in ${line.currency}; ` +
      `lines in another currency: ${count}.`,
  );

function doesNotFoot(header: FootedHeader, linesTotalMinor: number): Problem {
  const print = (minor: number) => `${formatAmount(minor, header.currency)} ${header.currency}`;
  return problem(
    "PAYOUT_DOES_NOT_FOOT",
    `The lines add up to ${print(linesTotalMinor)}, ${print(header.paidMinor)} was paid: ` +
      `a difference of ${print(linesTotalMinor - header.paidMinor)}.`,
  );
}

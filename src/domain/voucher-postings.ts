// What each line of a payout moves on which account. The postings of one line always add up to zero.
import { allocate } from "./money.ts";
import type { PayoutLine } from "./payout.ts";
import { feeOf, netOf } from "./payout-footing.ts";
import type { Match } from "./settlement.ts";
import type { AccountBook } from "./voucher-accounts.ts";

/** A payout line as it is booked. */
export interface BookingLine {
  line: PayoutLine;
  /** null: the line is open, and the payout cannot be booked. */
  match: Match | null;
  /** As the ERP shall show it, prefix applied: `QLIRO-4510023`. */
  reference: string;
}

export interface DocumentName {
  kind: "invoice" | "credit_invoice";
  number: string;
}

/** In the order in which they stand in a voucher. */
export const ROLES = [
  "bank",
  "fee",
  "fee VAT",
  "reserve",
  "chargeback",
  "carry over",
  "named account",
  "rounding",
  "exchange difference",
  "clearing",
  "receivable",
  "deductible reverse charge VAT",
  "reverse charge VAT",
] as const;
export type Role = (typeof ROLES)[number];

export interface Posting {
  role: Role;
  account: string;
  /** Debit > 0, credit < 0. */
  amountMinor: number;
  document: DocumentName | null;
  lineId: string;
  reference: string;
  /** Takes back what an earlier voucher booked: it names no document in the ERP's import. */
  counter?: true;
}

export const documentKey = ({ kind, number }: DocumentName): string => `${kind} ${number}`;

/** The documents that the lines settle, with the reference of the line that settles each. */
export function documentReferences(lines: readonly BookingLine[]): Map<string, string> {
  const references = new Map<string, string>();
  for (const { match, reference } of lines) {
    if (match?.kind !== "documents") continue;
    for (const document of match.documents) {
      const key = documentKey(document);
      if (!references.has(key)) references.set(key, reference);
    }
  }
  return references;
}

/** A share of a line: one document's, or the whole line when it settles none. */
interface Share {
  document: DocumentName | null;
  counter: { role: Role; account: string; amountMinor: number }[];
  costMinor: number;
  vatMinor: number;
  bankMinor: number;
}

/**
 * The postings of one settled line. A line that settles several documents shares its fee, VAT and difference among
 * them by amount, without losing a minor unit. A fee joins its document only if `settled` has it, because an import
 * must add up to each document it names.
 */
export function postingsOf(
  { line, match, reference }: BookingLine & { match: Match },
  accounts: AccountBook,
  settled: ReadonlyMap<string, string>,
): Posting[] {
  const bankAccount = accounts.bank(line.method);
  return sharesOf(line, match, accounts, settled).flatMap((share) => {
    const { document } = share;
    const common = {
      document,
      lineId: line.externalId,
      reference: (document && settled.get(documentKey(document))) ?? reference,
    };
    const postings: Posting[] = [{ ...common, role: "bank", account: bankAccount, amountMinor: share.bankMinor }];
    if (share.costMinor !== 0) {
      postings.push({ ...common, role: "fee", account: accounts.of("bankCostAccount"), amountMinor: share.costMinor });
    }
    if (share.vatMinor !== 0) {
      postings.push({ ...common, role: "fee VAT", account: accounts.of("feeVatAccount"), amountMinor: share.vatMinor });
    }
    for (const counter of share.counter) postings.push({ ...common, ...counter });
    return postings.filter((posting) => posting.amountMinor !== 0);
  });
}

function sharesOf(
  line: PayoutLine,
  match: Match,
  accounts: AccountBook,
  settled: ReadonlyMap<string, string>,
): Share[] {
  const { costMinor, vatMinor } = feeOf(line);
  const whole = { document: null, costMinor, vatMinor, bankMinor: netOf(line), counter: [] };
  const against = (role: Role, account: string): Share[] => [
    { ...whole, counter: [{ role, account, amountMinor: 0 - line.amountMinor }] },
  ];
  switch (match.kind) {
    case "documents":
      return documentShares(line, match, accounts);
    case "fee":
      return [
        { ...whole, document: match.document && settled.has(documentKey(match.document)) ? match.document : null },
      ];
    case "balance":
      switch (match.balance) {
        case "reserve":
          return against("reserve", accounts.of("reserveAccount"));
        case "chargeback":
          return against("chargeback", accounts.of("chargebackAccount"));
        case "carry_over":
          return against("carry over", accounts.of("carryOverAccount"));
        default:
          return match.balance satisfies never;
      }
    case "account":
      return against("named account", match.account);
    case "accounts":
      return [
        {
          ...whole,
          counter: match.rows.map(({ account, amountMinor }) => ({
            role: "named account" as const,
            account,
            amountMinor: 0 - amountMinor,
          })),
        },
      ];
    default:
      return match satisfies never;
  }
}

function documentShares(
  line: PayoutLine,
  match: Extract<Match, { kind: "documents" }>,
  accounts: AccountBook,
): Share[] {
  const { documents, differenceMinor } = match;
  const { costMinor, vatMinor } = feeOf(line);
  const weights = documents.map((document) => Math.abs(document.amountMinor));
  const costs = allocate(costMinor, weights);
  const vats = allocate(vatMinor, weights);
  const differences = allocate(differenceMinor, weights);
  return documents.map((document, index) => {
    const [cost = 0, vat = 0, gap = 0] = [costs[index], vats[index], differences[index]];
    const receivable = {
      role: accounts.clearing ? ("clearing" as const) : ("receivable" as const),
      account: accounts.of(accounts.clearing ? "clearingAccount" : "receivableAccount"),
      amountMinor: 0 - document.amountMinor,
    };
    return {
      document: accounts.clearing ? null : document,
      costMinor: cost,
      vatMinor: vat,
      bankMinor: document.amountMinor + gap - cost - vat,
      counter: gap === 0 ? [receivable] : [{ ...gapAccount(match, gap, accounts), amountMinor: 0 - gap }, receivable],
    };
  });
}

/** `gapMinor` > 0: more came than the document says. */
function gapAccount(
  { difference, account = "" }: Extract<Match, { kind: "documents" }>,
  gapMinor: number,
  accounts: AccountBook,
): { role: Role; account: string } {
  switch (difference) {
    case "rounding":
      return { role: "rounding", account: accounts.of("roundingAccount") };
    case "fx":
      return { role: "exchange difference", account: accounts.of(gapMinor > 0 ? "fxGainAccount" : "fxLossAccount") };
    case "account":
      return { role: "named account", account };
    default:
      return difference satisfies never;
  }
}

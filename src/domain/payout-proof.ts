// The proof of a payout: what is settled, what is open, whether it all adds up, and a hash over everything it says.
import type { VoucherRow } from "./commands.ts";
import type { PayoutHeader, PayoutLine } from "./payout.ts";
import { addMinor, netOf } from "./payout-footing.ts";
import { byText, type LineState, type Match } from "./settlement.ts";

export interface ProvenLine {
  line: PayoutLine;
  state: LineState;
  /** null: the line is open. */
  match: Match | null;
}

export interface Proof {
  /** Sum of what the lines add to the transfer, after fees and their VAT. */
  linesTotalMinor: number;
  matchedTotalMinor: number;
  openTotalMinor: number;
  /** The lines add up to what was paid, there is a voucher, and its debits are its credits. */
  balanced: boolean;
  /** SHA-256, 64 hex digits. */
  hash: string;
}

interface Subject<Lines, Vouchers> {
  header: PayoutHeader;
  lines: Lines;
  /** null while there is none yet. */
  voucher: Vouchers;
}

/** The vouchers of a payout: one, or for a payout of many lines one after the other. */
type Vouchers = Iterable<readonly VoucherRow[]> | AsyncIterable<readonly VoucherRow[]>;

/** Proves a payout whose lines are at hand, in any order. */
export const proof = ({
  header,
  lines,
  voucher,
}: Subject<readonly ProvenLine[], readonly VoucherRow[] | null>): Promise<Proof> =>
  proofOfSorted({
    header,
    lines: [...lines].sort((a, b) => byText(a.line.externalId, b.line.externalId)),
    voucher: voucher && [voucher],
  });

/** Lines per link of the hash chain. Part of the format: another number makes other hashes. */
const CHUNK_LINES = 1000;

/**
 * Proves a payout whose lines come one by one in ascending order of their ids (by code points; throws otherwise), so
 * that a payout of any size can be proven. The same facts give the same hash as `proof`.
 *
 * The hash is a chain of SHA-256 over a text of JSON arrays with fixed places: header, lines by id in links of 1000,
 * one link per voucher with its rows sorted. Amounts are integers. The reasons of the lines are not part of it: their wording may improve.
 */
export async function proofOfSorted({
  header,
  lines,
  voucher,
}: Subject<Iterable<ProvenLine> | AsyncIterable<ProvenLine>, Vouchers | null>): Promise<Proof> {
  const totals = { matched: 0, open: 0 };
  let previousId: string | null = null;
  let hash = await link("", [headerText(header)]);
  let chunk: string[] = [];
  for await (const proven of lines) {
    const { line, match } = proven;
    if (previousId !== null && byText(previousId, line.externalId) >= 0) {
      throw new Error(`Line ${line.externalId} does not come after line ${previousId}.`);
    }
    previousId = line.externalId;
    const part = match === null ? "open" : "matched";
    totals[part] = addMinor(totals[part], netOf(line));
    chunk.push(lineText(proven));
    if (chunk.length === CHUNK_LINES) {
      hash = await link(hash, chunk);
      chunk = [];
    }
  }
  if (chunk.length > 0) hash = await link(hash, chunk);
  if (voucher === null) hash = await link(hash, [canonical(["voucher", 0])]);
  let restMinor = 0;
  for await (const part of voucher ?? []) {
    const rows = part.map((row) => canonical([row.account, row.debitMinor, row.creditMinor, row.text]));
    hash = await link(hash, [canonical(["voucher", 1]), ...rows.sort(byText)]);
    const partMinor = part.reduce((sum, row) => addMinor(sum, row.debitMinor - row.creditMinor), 0);
    if (partMinor !== 0) restMinor = partMinor;
  }
  const linesTotalMinor = addMinor(totals.matched, totals.open);
  return {
    linesTotalMinor,
    matchedTotalMinor: totals.matched,
    openTotalMinor: totals.open,
    balanced: voucher !== null && restMinor === 0 && linesTotalMinor === header.paidMinor,
    hash,
  };
}

async function link(previous: string, texts: readonly string[]): Promise<string> {
  const bytes = new TextEncoder().encode([previous, ...texts].join("\n"));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

type Canonical = string | number | null | readonly Canonical[];

/** JSON of nested arrays; a number that is not a safe integer is a defect. */
const canonical = (value: readonly Canonical[]): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "number" && !Number.isSafeInteger(part)) throw new RangeError("Only integers can be proven.");
    return part;
  });

const headerText = (header: PayoutHeader): string =>
  canonical([
    "payout-proof/1",
    header.externalId,
    header.reference,
    header.date,
    header.currency,
    header.paidMinor,
    header.feeMinor,
    header.interpretation ?? null,
  ]);

const lineText = ({ line, state, match }: ProvenLine): string =>
  canonical([
    line.externalId,
    line.type,
    line.amountMinor,
    line.currency,
    line.feeMinor,
    line.feeVatMinor,
    line.method,
    line.references.map(({ type, value }) => [type, value]),
    line.occurredAt ?? null,
    state,
    match && matchParts(match),
    ...(line.feeType === undefined ? [] : [line.feeType]),
  ]);

function matchParts(match: Match): Canonical[] {
  switch (match.kind) {
    case "documents": {
      const documents = match.documents.map(({ entryId, kind, number, amountMinor }) => [
        entryId,
        kind,
        number,
        amountMinor,
      ]);
      documents.sort((a, b) => byText(canonical(a), canonical(b)));
      const named = match.account === undefined ? [] : [match.account];
      return ["documents", match.difference, match.differenceMinor, documents, ...named];
    }
    case "fee":
      return ["fee", match.document?.kind ?? null, match.document?.number ?? null];
    case "balance":
      return ["balance", match.balance];
    case "account":
      return ["account", match.account];
    case "accounts":
      return ["accounts", match.rows.map(({ account, amountMinor }) => [account, amountMinor])];
    default:
      return match satisfies never;
  }
}

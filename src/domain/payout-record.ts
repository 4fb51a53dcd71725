// A payout as records for the outside world: everything its proof is made of, and the check that anyone can repeat.
import type { VoucherRow } from "./commands.ts";
import type { PayoutHeader, PayoutLine } from "./payout.ts";
import { addMinor, startFooting } from "./payout-footing.ts";
import { type Proof, type ProvenLine, proofOfSorted } from "./payout-proof.ts";
import type { LineState, Match } from "./settlement.ts";

export const EXPORT_FORMAT = "junipeer-payout/1";

/** One record of an export: the header first, then lines by id, vouchers by number, acts, and the proof last. */
export type PayoutRecord =
  | {
      record: "header";
      format: typeof EXPORT_FORMAT;
      payoutId: string;
      version: number;
      state: string;
      /** Whether the proof covers a voucher: a payout with open lines has none. */
      proven: boolean;
      header: PayoutHeader;
    }
  | { record: "line"; line: PayoutLine; state: LineState; reason: string; match: Match | null }
  | { record: "voucher"; version: number; part: number; number: string | null; current: boolean; rows: VoucherRow[] }
  | { record: "act"; number: number; at: string; actor: string; action: string; lineId: string | null; note: string }
  | { record: "proof"; proof: Proof };

export interface Verification {
  lines: number;
  vouchers: number;
  /** The proof made of the export alone. */
  proof: Proof;
  /** What is wrong, in words; empty when everything holds. */
  faults: string[];
}

/** Recomputes an export from its records, one by one: totals, balance, hash, and that nothing is settled twice. */
export async function verifyRecords(records: AsyncIterable<PayoutRecord>): Promise<Verification> {
  const faults: string[] = [];
  const tally = { lines: 0, vouchers: 0 };
  const source = new Pushback(records[Symbol.asyncIterator]());
  const first = await source.next();
  if (first?.record !== "header") return refused("The export does not begin with its header.");
  if (first.format !== EXPORT_FORMAT) return refused(`The format ${first.format} is not known.`);
  const { header } = first;
  const footing = startFooting(header);
  const settled = new Set<string>();
  const lines = async function* (): AsyncGenerator<ProvenLine> {
    for await (const record of source.while("line")) {
      tally.lines += 1;
      footing.addLine(record.line);
      noteSettled(record, settled, faults);
      yield { line: record.line, state: record.state, match: record.match };
    }
  };
  const vouchers = async function* (): AsyncGenerator<VoucherRow[]> {
    for await (const record of source.while("voucher")) {
      tally.vouchers += 1;
      const rest = record.rows.reduce((sum, row) => addMinor(sum, row.debitMinor - row.creditMinor), 0);
      if (rest !== 0) faults.push(`Voucher v${record.version} part ${record.part} is off by ${rest}.`);
      if (record.current) yield record.rows;
    }
  };
  const proof = await proofOfSorted({ header, lines: lines(), voucher: first.proven ? vouchers() : null });
  for await (const _ of source.while("voucher")) tally.vouchers += 1;
  const footed = footing.finish();
  if (!footed.ok) faults.push(footed.error.detail);
  for await (const _ of source.while("act"));
  const last = await source.next();
  if (last?.record !== "proof") faults.push("The export ends without a proof.");
  else faults.push(...differences(last.proof, proof));
  return { ...tally, proof, faults };
}

function noteSettled(
  { line, match }: Extract<PayoutRecord, { record: "line" }>,
  settled: Set<string>,
  faults: string[],
) {
  if (match?.kind !== "documents") return;
  for (const { entryId } of match.documents) {
    if (settled.has(entryId)) faults.push(`Line ${line.externalId} settles ${entryId} a second time.`);
    settled.add(entryId);
  }
}

const differences = (stated: Proof, found: Proof): string[] =>
  (["linesTotalMinor", "matchedTotalMinor", "openTotalMinor", "balanced", "hash"] as const).flatMap((field) =>
    stated[field] === found[field] ? [] : [`${field}: the export says ${stated[field]}, it comes to ${found[field]}.`],
  );

const refused = (fault: string): Verification => ({
  lines: 0,
  vouchers: 0,
  proof: { linesTotalMinor: 0, matchedTotalMinor: 0, openTotalMinor: 0, balanced: false, hash: "" },
  faults: [fault],
});

/** Reads records of one kind and leaves the next one where it is. */
class Pushback {
  readonly #source: AsyncIterator<PayoutRecord>;
  #kept: PayoutRecord | null = null;

  constructor(source: AsyncIterator<PayoutRecord>) {
    this.#source = source;
  }

  async next(): Promise<PayoutRecord | null> {
    const kept = await this.peek();
    this.#kept = null;
    return kept;
  }

  async peek(): Promise<PayoutRecord | null> {
    if (this.#kept) return this.#kept;
    const read = await this.#source.next();
    this.#kept = read.done ? null : read.value;
    return this.#kept;
  }

  async *while<K extends PayoutRecord["record"]>(kind: K): AsyncGenerator<Extract<PayoutRecord, { record: K }>> {
    for (;;) {
      const record = await this.peek();
      if (!record || !isKind(record, kind)) return;
      this.#kept = null;
      yield record;
    }
  }
}

const isKind = <K extends PayoutRecord["record"]>(
  record: PayoutRecord,
  kind: K,
): record is Extract<PayoutRecord, { record: K }> => record.record === kind;

// What a person decides about a payout line: match, split, write off, or mark as foreign. Checked to the minor unit.
import { type Problem, problem } from "./errors.ts";
import { allocate } from "./money.ts";
import type { PayoutLine } from "./payout.ts";
import type { SettlementAccounts } from "./policy.ts";
import { err, ok, type Result } from "./result.ts";
import { byText, type LineOutcome, type Match, type Settleable, type SettledDocument, signed } from "./settlement.ts";
import { names, print } from "./settlement-verdicts.ts";

/** Where what is left between a line and its documents goes. `fx`: `bookedMinor` is what leaves the receivable. */
export type ChosenDifference =
  | { kind: "rounding" }
  | { kind: "fx"; bookedMinor?: number | undefined }
  | { kind: "account"; account: string };

/** A share of the line for one document: a candidate, or any document by its number. Signed like the line. */
export interface ChosenPart {
  candidate?: string | undefined;
  document?: { kind: "invoice" | "credit_invoice"; number: string } | undefined;
  amountMinor: number;
}

export type Resolution =
  | { action: "match"; candidates: string[]; difference?: ChosenDifference | undefined }
  | { action: "split"; parts: ChosenPart[]; rest?: { account: string } | undefined }
  | { action: "write_off"; account?: string | undefined; rows?: { account: string; amountMinor: number }[] | undefined }
  | { action: "foreign"; account?: string | undefined };

export interface Resolved {
  outcome: LineOutcome & { match: Match };
  /** What goes to accounts on a person's word alone, as a magnitude: the write-off limit is about this. */
  exposedMinor: number;
  /** Movements of which only a share is settled. */
  shared: string[];
}

type Settings = Pick<SettlementAccounts, "differenceAccount" | "roundingToleranceMinor">;

const invalid = (detail: string) => err(problem("VALIDATION_FAILED", detail));

/**
 * The outcome of a decision. `candidates` are those that the line may choose from, with who holds them. Errors:
 * VALIDATION_FAILED where amounts do not come out or a candidate does not exist, CONFLICT where a document is settled
 * already, PAYOUT_CURRENCY_MISMATCH, PAYOUT_LINE_EXPECTED where a movement has no document yet,
 * SETTLEMENT_ACCOUNT_MISSING where a foreign payment has nowhere to go.
 */
export function resolveLine(
  line: PayoutLine,
  candidates: readonly Settleable[],
  resolution: Resolution,
  settings: Settings,
): Result<Resolved, Problem> {
  if (line.type === "fee") return invalid("A fee needs no decision: its accounts are those of the settlement mapping.");
  switch (resolution.action) {
    case "match":
      return matched(line, candidates, resolution, settings);
    case "split":
      return split(line, candidates, resolution);
    case "write_off":
      return writtenOff(line, resolution);
    case "foreign": {
      const account = resolution.account ?? settings.differenceAccount;
      if (!account) return err(problem("SETTLEMENT_ACCOUNT_MISSING", "Not mapped: differenceAccount."));
      return decided(line, "foreign", `Not ours, on account ${account}.`, { kind: "account", account });
    }
    default:
      return resolution satisfies never;
  }
}

function decided(
  line: PayoutLine,
  state: "resolved" | "foreign",
  reason: string,
  match: Match,
  exposedMinor = Math.abs(line.amountMinor),
  shared: string[] = [],
): Result<Resolved, Problem> {
  return ok({ outcome: { state, reason, evidence: null, candidates: [], match }, exposedMinor, shared });
}

function matched(
  line: PayoutLine,
  candidates: readonly Settleable[],
  { candidates: ids, difference }: Extract<Resolution, { action: "match" }>,
  settings: Settings,
): Result<Resolved, Problem> {
  const chosen: Settleable[] = [];
  for (const id of new Set(ids)) {
    const found = choose(candidates, id);
    if (!found.ok) return found;
    chosen.push(found.value);
  }
  if (chosen.length === 0) return invalid("candidates: name at least one.");
  const abroad = chosen.find((item) => item.currency !== line.currency);
  if (abroad && difference?.kind !== "fx")
    return err(problem("PAYOUT_CURRENCY_MISMATCH", `The line is in ${line.currency}, ${names([abroad])} is not.`));
  const own = chosen.map(documentOf);
  const given = difference?.kind === "fx" ? difference.bookedMinor : undefined;
  if (abroad && given === undefined)
    return invalid(`difference.bookedMinor: what the documents are booked with, in ${line.currency}.`);
  const documents = given === undefined ? own : shareOut(own, given);
  const differenceMinor = line.amountMinor - sum(documents);
  if (differenceMinor !== 0 && difference === undefined)
    return invalid(
      `The line differs from ${names(chosen)} by ${print(differenceMinor, line.currency)}; say where it goes.`,
    );
  const kind = difference?.kind ?? "rounding";
  const tolerance = settings.roundingToleranceMinor ?? 0;
  if (kind === "rounding" && Math.abs(differenceMinor) > tolerance)
    return invalid(`Rounding is allowed up to ${print(tolerance, line.currency)}.`);
  const account = difference?.kind === "account" ? { account: difference.account } : {};
  const match: Match = { kind: "documents", documents, difference: kind, differenceMinor, ...account };
  const exposed = kind === "account" ? Math.abs(differenceMinor) : 0;
  const shared = chosen.filter((item) => item.document?.shareMinor !== undefined).map((item) => item.entryId);
  return decided(line, "resolved", `Settles ${numbers(documents)}.`, match, exposed, shared);
}

function choose(candidates: readonly Settleable[], id: string): Result<Settleable, Problem> {
  const found = candidates.find((item) => item.entryId === id);
  if (!found) return invalid(`candidates: ${id} is none of this line's.`);
  if (found.settledByPayoutId !== null)
    return err(problem("CONFLICT", `${names([found])} is settled by ${found.settledByPayoutId} already.`));
  if (found.document === null)
    return err(problem("PAYOUT_LINE_EXPECTED", `${names([found])} has no document in the ERP yet.`));
  return ok(found);
}

function documentOf(item: Settleable): SettledDocument {
  const { entryId, orderId, kind, document } = item;
  if (document === null) throw new Error(`${entryId} has no document.`);
  const amountMinor = signed(kind, document.shareMinor ?? document.totalMinor);
  return { entryId, orderId, kind: document.kind, number: document.number, amountMinor };
}

/** Gives documents in another currency their shares of what they are booked with, to the minor unit. */
function shareOut(documents: readonly SettledDocument[], bookedMinor: number): SettledDocument[] {
  const shares = allocate(
    bookedMinor,
    documents.map((document) => Math.abs(document.amountMinor)),
  );
  return documents.map((document, index) => ({ ...document, amountMinor: shares[index] ?? 0 }));
}

function split(
  line: PayoutLine,
  candidates: readonly Settleable[],
  { parts, rest }: Extract<Resolution, { action: "split" }>,
): Result<Resolved, Problem> {
  const documents: SettledDocument[] = [];
  for (const part of parts) {
    const found = partOf(line, candidates, part);
    if (!found.ok) return found;
    documents.push(found.value);
  }
  if (documents.length === 0) return invalid("parts: name at least one.");
  const twice = documents.find(
    (each, index) => documents.findIndex((other) => other.entryId === each.entryId) !== index,
  );
  if (twice) return invalid(`parts: ${twice.kind} ${twice.number} stands there twice.`);
  const differenceMinor = line.amountMinor - sum(documents);
  if (differenceMinor !== 0 && !rest)
    return invalid(`The parts leave ${print(differenceMinor, line.currency)}; name an account for the rest.`);
  const account = rest && differenceMinor !== 0 ? { account: rest.account } : {};
  const match: Match = {
    kind: "documents",
    documents: documents.sort((a, b) => byText(a.number, b.number) || byText(a.entryId, b.entryId)),
    difference: rest && differenceMinor !== 0 ? "account" : "rounding",
    differenceMinor,
    ...account,
  };
  const shared = documents.map((document) => document.entryId);
  return decided(line, "resolved", `Split over ${numbers(documents)}.`, match, Math.abs(differenceMinor), shared);
}

function partOf(
  line: PayoutLine,
  candidates: readonly Settleable[],
  part: ChosenPart,
): Result<SettledDocument, Problem> {
  const { candidate, document, amountMinor } = part;
  if (amountMinor === 0) return invalid("parts: an amount of 0 settles nothing.");
  if (candidate !== undefined) {
    const found = choose(candidates, candidate);
    if (!found.ok) return found;
    const whole = documentOf(found.value);
    if (Math.sign(whole.amountMinor) !== Math.sign(amountMinor) || Math.abs(amountMinor) > Math.abs(whole.amountMinor))
      return invalid(`parts: ${whole.kind} ${whole.number} takes up to ${print(whole.amountMinor, line.currency)}.`);
    return ok({ ...whole, amountMinor });
  }
  if (!document) return invalid("parts: name a candidate or a document.");
  const entryId = `document:${document.kind}:${document.number}:${line.externalId}`;
  return ok({ entryId, orderId: null, kind: document.kind, number: document.number, amountMinor });
}

function writtenOff(
  line: PayoutLine,
  { account, rows }: Extract<Resolution, { action: "write_off" }>,
): Result<Resolved, Problem> {
  if (rows === undefined)
    return account === undefined
      ? invalid("account: where the line is written off.")
      : decided(line, "resolved", `Written off on account ${account}.`, { kind: "account", account });
  const total = rows.reduce((all, row) => all + row.amountMinor, 0);
  if (total !== line.amountMinor)
    return invalid(
      `rows: they add up to ${print(total, line.currency)}, not ${print(line.amountMinor, line.currency)}.`,
    );
  const where = rows.map((row) => row.account).join(", ");
  return decided(line, "resolved", `Written off on accounts ${where}.`, { kind: "accounts", rows });
}

const sum = (documents: readonly SettledDocument[]): number =>
  documents.reduce((total, document) => total + document.amountMinor, 0);

const numbers = (documents: readonly SettledDocument[]): string =>
  documents.map(({ kind, number }) => `${kind === "invoice" ? "invoice" : "credit invoice"} ${number}`).join(", ");

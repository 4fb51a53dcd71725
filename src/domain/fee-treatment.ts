// How the VAT on a fee is treated: the merchant's setting per provider and fee type, never a conclusion.
import type { ConnectionId } from "./ids.ts";
import type { PayoutLine } from "./payout.ts";
import { addMinor, feeOf } from "./payout-footing.ts";
import type { SettlementAccounts } from "./policy.ts";

/**
 * `as_stated`: the PSP deducted the VAT that its lines state. `reverse_charge`: the PSP deducted none, and the buyer
 * accounts for it. `exempt`: there is none (reference/se-accounting.md section 3).
 */
export type FeeTreatment = { kind: "as_stated" } | { kind: "reverse_charge"; vatRateBps: number } | { kind: "exempt" };

const DEFAULT_RATE_BPS = 2500;

/** What the setting says about the fee on a line: its type first, then `*`, then as the provider states it. */
export function treatmentOf(
  settings: Pick<SettlementAccounts, "feeTreatments">,
  connectionId: ConnectionId,
  line: Pick<PayoutLine, "feeType" | "method">,
): FeeTreatment {
  const own = (settings.feeTreatments ?? []).filter((entry) => entry.connectionId === connectionId);
  const type = line.feeType ?? line.method;
  const entry = own.find((each) => each.feeType === type) ?? own.find((each) => each.feeType === "*");
  if (!entry) return { kind: "as_stated" };
  if (entry.treatment !== "reverse_charge") return { kind: entry.treatment };
  return { kind: "reverse_charge", vatRateBps: entry.vatRateBps ?? DEFAULT_RATE_BPS };
}

/** Fees that the buyer accounts for the VAT of, in minor units, by rate in basis points. */
export type ReverseChargeFees = ReadonlyMap<number, number>;

/** Adds the fees of these lines to those counted before; `sign` −1 takes them out. */
export function addReverseCharge(
  before: ReverseChargeFees,
  lines: Iterable<PayoutLine>,
  treatment: (line: PayoutLine) => FeeTreatment,
  sign: 1 | -1 = 1,
): Map<number, number> {
  const fees = new Map(before);
  for (const line of lines) {
    const { costMinor } = feeOf(line);
    const found = costMinor === 0 ? null : treatment(line);
    if (found?.kind !== "reverse_charge") continue;
    fees.set(found.vatRateBps, addMinor(fees.get(found.vatRateBps) ?? 0, sign * costMinor));
  }
  return fees;
}

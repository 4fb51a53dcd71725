// Qliro's payouts: settlement batches, their lines and their fees (reference/qliro.md section 10).
import type { LocalDate } from "../../domain/observation.ts";
import type { PayoutHeader } from "../../domain/payout.ts";
import type { PayoutFacet, Read } from "../connector.ts";
import { type QliroContext, readBatches, readFees, readSettlements } from "./api.ts";
import type { QliroCredentials, QliroSettings } from "./config.ts";
import { addDays, localDate, periods } from "./dates.ts";
import { headerOf, lacksFees, readBatch } from "./settlements.ts";
import type { Settlement, SettlementBatch } from "./wire.ts";

/** Documented for two of the settlement calls; asked of all of them. */
const PERIOD_DAYS_MAX = 60;
/** Fees are looked for around the day of the transfer: which of their dates is filtered by is not documented. */
const FEES_DAYS_BEFORE = 30;
const FEES_DAYS_AFTER = 14;

export const payouts: PayoutFacet<QliroCredentials, QliroSettings> = {
  movementAlias: "qliro.transaction_id",
  async list(context, from, to) {
    const batches = new Map<string, SettlementBatch>();
    // Qliro refuses a period that includes today; an empty one needs no question.
    for (const period of periods(from, earlier(to, yesterday(context)), PERIOD_DAYS_MAX)) {
      const found = await readBatches(context, period.from, period.to);
      if (found.kind !== "found") return found;
      for (const batch of found.value) batches.set(batch.Id, batch);
    }
    const headers = [...batches.values()].map(headerOf);
    return { kind: "found", value: headers.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0)) };
  },

  async lines(context, payout) {
    const found = await readSettlements(context, payout.externalId);
    if (found.kind !== "found") return found;
    const fees = await feesOf(context, payout, found.value);
    if (fees.kind !== "found") return fees;
    const { lines, restated } = readBatch(payout, [...found.value, ...fees.value]);
    return { kind: "found", value: { lines, next: null, restated } };
  },
};

/**
 * Fee lines that the batch states but does not list. Not documented whether a batch always lists them; the other
 * call may hold those of several batches of one transfer, so they count only when they add up to the stated fee.
 */
async function feesOf(
  context: QliroContext,
  payout: PayoutHeader,
  settlements: readonly Settlement[],
): Promise<Read<Settlement[]>> {
  const none = { kind: "found", value: [] } as const satisfies Read<Settlement[]>;
  if (!lacksFees(payout, settlements)) return { ...none, value: [] };
  const from = addDays(payout.date, -FEES_DAYS_BEFORE);
  const to = earlier(addDays(payout.date, FEES_DAYS_AFTER), yesterday(context));
  if (to < from) return { ...none, value: [] };
  const found = await readFees(context, payout.reference, from, to);
  switch (found.kind) {
    case "found": {
      const fees = found.value.filter((line) => line.Type === "Fee" && line.CurrencyCode === payout.currency);
      const total = fees.reduce((sum, line) => sum + line.Amount, 0);
      return { kind: "found", value: Math.abs(total) === payout.feeMinor ? fees : [] };
    }
    case "later":
    case "unauthorized":
      return found;
    case "absent":
    case "refused":
      return { ...none, value: [] };
    default:
      return found satisfies never;
  }
}

const yesterday = (context: QliroContext): LocalDate => addDays(localDate(context.now(), context.timezone), -1);

const earlier = (a: LocalDate, b: LocalDate): LocalDate => (a < b ? a : b);

// A refund of an amount without rows: a negative discount on the captured items (reference/qliro.md section 6.3).
import type { CommandCall, Outcome, RefundPayment } from "../../domain/commands.ts";
import { allocate, vatInside } from "../../domain/money.ts";
import type { PaymentObservation } from "../../domain/observation.ts";
import { type QliroContext, readOrder } from "./api.ts";
import { observed } from "./lookup.ts";

/** An id as Qliro writes it, a JSON number; one that a number cannot hold exactly stays a text. */
export const wireId = (id: string): number | string => (Number.isSafeInteger(Number(id)) ? Number(id) : id);

/** Qliro's transaction behind a capture id of ours: a debit's has our own suffix. */
export const transactionOf = (captureId: string): number | string => wireId(captureId.split("#")[0] ?? captureId);

interface DiscountItem {
  MerchantReference: string;
  Description: string;
  Type: "Discount";
  Quantity: 1;
  PricePerItemIncVat: number;
  PricePerItemExVat: number;
}

/**
 * The discount as order items, one per VAT rate, so that no item has a rate of its own making. The rates are those
 * of the refunded rows, or of what the capture shipped, in proportion. Reads the order only for the latter.
 */
export async function discountRows(
  context: QliroContext,
  call: CommandCall<RefundPayment>,
): Promise<DiscountItem[] | Outcome> {
  const { rows, paymentId, captureId, amountMinor, reference } = call.payload;
  if (rows.length > 0) return items(amountMinor, reference, grossByRate(rows));
  const seen = await observed(context, await readOrder(context, paymentId));
  switch (seen.kind) {
    case "found":
      return items(amountMinor, reference, grossByRate(capturedRows(seen.value, captureId)));
    case "absent":
      return { kind: "refused", code: "ORDER_UNKNOWN_AT_PLATFORM", detail: `Qliro has no order ${paymentId}.` };
    case "later":
    case "refused":
    case "unauthorized":
      return seen;
    default:
      return seen satisfies never;
  }
}

/** What a capture shipped, priced; the whole order's rows where the ledger shows no shipment. */
function capturedRows(seen: PaymentObservation, captureId: string) {
  const capture = seen.captures.find((entry) => entry.externalId === captureId);
  const shipped = (capture?.rows ?? []).flatMap(({ key, quantity }) => {
    const row = seen.rows.find((candidate) => candidate.key === key);
    return row ? [{ ...row, quantity }] : [];
  });
  return shipped.length > 0 ? shipped : seen.rows;
}

/** Gross per VAT rate, highest rate first. Rates whose rows cancel out carry nothing. */
function grossByRate(
  rows: readonly { quantity: number; unitPriceMinor: number; vatRateBps: number }[],
): [number, number][] {
  const gross = new Map<number, number>();
  for (const row of rows) {
    gross.set(row.vatRateBps, (gross.get(row.vatRateBps) ?? 0) + row.quantity * row.unitPriceMinor);
  }
  return [...gross].filter(([, minor]) => minor > 0).sort(([a], [b]) => b - a);
}

function items(amountMinor: number, reference: string, rates: [number, number][]): DiscountItem[] | Outcome {
  if (rates.length === 0) {
    return { kind: "refused", code: "CAPABILITY_OFF", detail: "Nothing at Qliro tells the VAT rate of this amount." };
  }
  const parts = allocate(
    amountMinor,
    rates.map(([, minor]) => minor),
  );
  return rates.flatMap(([rateBps], index) => {
    const part = parts[index] ?? 0;
    if (part === 0) return [];
    return {
      // Qliro tells rows apart by reference and price, so a second rate needs a reference of its own.
      MerchantReference: rates.length > 1 ? `${reference}-${rateBps}` : reference,
      Description: "Refund",
      Type: "Discount",
      Quantity: 1,
      PricePerItemIncVat: -part / 100,
      PricePerItemExVat: -(part - vatInside(part, rateBps)) / 100,
    };
  });
}

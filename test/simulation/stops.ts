// Which stop is right after what happened to an order. A stop that nothing in its story explains is a defect.
import { hasMark, type OrderFacts } from "./order-facts.ts";

/** Whether the story of an order explains that something of it stopped with this code. */
export function reasonOf(code: string, facts: OrderFacts): boolean {
  switch (code) {
    case "PAYMENT_METHOD_NOT_DEDICATED":
      return (
        facts.erp.some((order) => order.payTypeIdentifier !== "QL") ||
        (hasMark(facts, "removed") && hasMark(facts, "payment type"))
      );
    case "CAPTURE_EXCEEDS_AUTHORIZATION":
      return hasMark(facts, "portal capture", "portal cancel", "rows changed", "chose to cancel");
    // Tried before somebody cancelled: the attempt stays as it was, and Qliro refuses it.
    case "PLATFORM_REFUSED":
      return hasMark(facts, "portal cancel") && facts.stops.some(({ kind }) => kind === "capture");
    case "INVOICE_ROWS_NOT_PAID":
    case "INVOICE_AMOUNT_DIFFERS":
      return hasMark(facts, "rows changed");
    case "REFUND_WITHOUT_INVOICE":
      return hasMark(facts, "portal capture");
    case "CREDIT_WITHOUT_CAPTURE":
    case "REFUND_EXCEEDS_CAPTURE":
      return hasMark(facts, "portal refund", "discarded", "portal cancel", "rows changed", "portal capture");
    case "CAPTURE_FAILED":
    case "REFUND_FAILED":
    case "CANCEL_FAILED":
      return hasMark(facts, "declined");
    case "AWAITING_OUTCOME":
    case "PREVIOUS_REFUND_UNFINISHED":
      return facts.stops.some((stop) => stop.state === "parked");
    case "ERP_WRONG_STATE":
      // The article of a refunded amount is that of discounts, and an invoice gives back no more of it than it has.
      return hasMark(facts, "amount refund") || (facts.credits.length > 0 && hasMark(facts, "portal refund"));
    default:
      return false;
  }
}

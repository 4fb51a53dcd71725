// All demands of an order, in the order in which they are worked.
import { cancelDemands } from "./cancel.ts";
import { captureDemands } from "./capture.ts";
import { orderDemands } from "./create-order.ts";
import { creditDemands } from "./credit.ts";
import type { Demand, DemandContext } from "./demand.ts";
import { invoiceDemands } from "./invoice.ts";
import { refundDemands } from "./refund.ts";

export { CANCEL_AT_PSP } from "./cancel.ts";
export { awaitsShopUntil, KEEP_APART, MERGE, openSuspect } from "./create-order.ts";
export type { Demand, DemandContext } from "./demand.ts";

export function demandsOf(context: DemandContext): Demand[] {
  const captures = captureDemands(context);
  return [
    ...orderDemands(context),
    ...captures,
    ...invoiceDemands(context),
    ...refundDemands(context),
    ...creditDemands(context),
    ...cancelDemands(context, captures),
  ];
}

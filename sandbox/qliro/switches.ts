// The switches of the simulated Qliro: what differs between merchants, and what the reference leaves open.
import { z } from "zod";

/** Differs per merchant account. */
export const accountSwitches = z.strictObject({
  /** ASSUMPTION: refund calls must be signed by the Plus pair (the reference documents no such credential). */
  plusRequired: z.boolean().default(true),
  /** ASSUMPTION (section 10.3): the fee row joins the first capture by itself. */
  alwaysCaptureFee: z.boolean().default(false),
  /** ASSUMPTION (section 10.3): the fee row joins the first return of its capture by itself. */
  alwaysCreditFee: z.boolean().default(false),
  /**
   * NOT DOCUMENTED (section 6.4): what MarkItemsAsShipped means for a direct payment. `ship_expected`: it moves the
   * rows and no money; `shipped_at_once`: the rows are shipped from the start; `not_supported`: it is refused.
   */
  debitShipping: z.enum(["ship_expected", "shipped_at_once", "not_supported"]).default("ship_expected"),
});

/** Holds for the whole platform. */
export const platformSwitches = z.strictObject({
  /** How long a transaction takes from Created to its outcome. */
  outcomeDelayMs: z.int().min(0).default(0),
  /** Every change on the way is shown and pushed: Created, InProcess, then the outcome. */
  interimStatuses: z.boolean().default(false),
  /** NOT DOCUMENTED (section 7): the code of the denial of a used RequestId. */
  requestIdDeniedCode: z.string().default("REQUEST_ID_ALREADY_USED"),
  /** NOT DOCUMENTED: whether a rejected call uses its RequestId up. */
  requestIdKept: z.enum(["every_call", "accepted_calls"]).default("every_call"),
  /** Section 6.1: declared as integers, seen as strings. */
  enums: z.enum(["strings", "integers"]).default("strings"),
  /** NOT DOCUMENTED: whether ledger rows are written before their transaction has its outcome. */
  actionsAppear: z.enum(["on_success", "on_acceptance"]).default("on_success"),
  /** NOT DOCUMENTED: whether the ledger opens with Create rows. */
  createActions: z.boolean().default(false),
  /** NOT DOCUMENTED: the transaction id on a Return row. */
  returnActionNames: z.enum(["refund", "capture"]).default("refund"),
  /** Both mean refunded (section 8.3). */
  refundType: z.enum(["Refund", "Credit"]).default("Refund"),
  /** NOT DOCUMENTED (section 8.3): the type that AddItemsToInvoice makes. */
  additionType: z.enum(["UpdateInvoice", "Refund", "Credit", "Capture"]).default("UpdateInvoice"),
  /** Section 8.3: amounts of refund-like pushes may be negative. */
  refundPushAmounts: z.enum(["positive", "negative"]).default("positive"),
  /** Section 9: older orders carry no VatRate. */
  vatRateShown: z.boolean().default(true),
  /** NOT DOCUMENTED: the zone of Timestamp. Minutes east of UTC. */
  timestampOffsetMinutes: z.int().min(-720).max(840).default(0),
  /** NOT DOCUMENTED (section 10): whether settlement queries take `yyyy-mm-dd` too. */
  isoDatesAccepted: z.boolean().default(false),
});

export type AccountSwitches = z.output<typeof accountSwitches>;
export type PlatformSwitches = z.output<typeof platformSwitches>;

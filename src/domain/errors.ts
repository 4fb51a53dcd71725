// The catalogue: every stop a person can meet, with its cause, its fix, and who can act.
//
// Expected outcomes are values of `Problem`; only defects throw. A code names a situation a person can recognise.

export type Actor = "merchant" | "onboarding" | "support" | "platform" | "developer";
export type Severity = "info" | "waiting" | "warning" | "error";

export interface CatalogueEntry {
  title: string;
  cause: string;
  fix: string;
  severity: Severity;
  actor: Actor;
  /** HTTP status when the code answers an API call. */
  status?: number;
}

export const CATALOGUE = {
  // --- asked for in the wrong way
  VALIDATION_FAILED: {
    title: "Some fields are not right",
    cause: "The request did not have the shape that this call needs. Nothing was changed.",
    fix: "Correct the fields named in `errors` and send the request again.",
    severity: "error",
    actor: "developer",
    status: 400,
  },
  NOT_FOUND: {
    title: "There is nothing at this address",
    cause: "The address, or an id in it, does not exist or is not visible to this token.",
    fix: "Check the id; list the parent collection to see what there is.",
    severity: "error",
    actor: "developer",
    status: 404,
  },
  UNAUTHENTICATED: {
    title: "Sign-in is needed",
    cause: "The call had no bearer token, or one that is unknown or was revoked.",
    fix: "Send `Authorization: Bearer <token>` with a token made at /api/v1/tokens or the ADMIN_TOKEN.",
    severity: "error",
    actor: "developer",
    status: 401,
  },
  FORBIDDEN: {
    title: "This token may not do that",
    cause: "The token's role, or the merchant it is bound to, does not allow this call.",
    fix: "Use a token with the role that the call names, or ask an administrator for one.",
    severity: "error",
    actor: "support",
    status: 403,
  },
  CONFLICT: {
    title: "The present state does not allow this",
    cause: "Something changed meanwhile, or an earlier step is missing.",
    fix: "Read the resource again and act on what it shows now.",
    severity: "error",
    actor: "support",
    status: 409,
  },
  FLOW_OVERLAP: {
    title: "Shop and payment provider would both create orders",
    cause: "The orders flow is on for a shop connection and for a PSP connection of the same merchant.",
    fix: "Leave orders to the shop (recommended), or send `acceptOverlap: true`: then orders are joined, never doubled.",
    severity: "warning",
    actor: "onboarding",
    status: 409,
  },
  NOT_READY: {
    title: "The merchant is not ready yet",
    cause: "At least one required item of the readiness list is not done.",
    fix: "Do the items named in `detail`, then try again.",
    severity: "error",
    actor: "onboarding",
    status: 409,
  },
  STAGE_REQUIRED: {
    title: "The merchant is not at that stage",
    cause: "Webhooks are activated only for approved merchants, and approval follows a review.",
    fix: "Request review, then approve, then activate.",
    severity: "error",
    actor: "onboarding",
    status: 409,
  },
  FLOW_UNSUPPORTED: {
    title: "This connector has no such flow",
    cause: "A flow was switched on that the platform does not offer.",
    fix: "See `flows` of the connector in GET /api/v1/connectors.",
    severity: "error",
    actor: "onboarding",
    status: 400,
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: "This Idempotency-Key belongs to another request",
    cause: "The same key was sent before with a different method, path or body.",
    fix: "Use a new key for a new request, or repeat the first request unchanged.",
    severity: "error",
    actor: "developer",
    status: 409,
  },
  PAYLOAD_TOO_LARGE: {
    title: "The body is too large",
    cause: "A webhook body may be 1 MiB at most.",
    fix: "Send less in one request.",
    severity: "error",
    actor: "platform",
    status: 413,
  },
  UNSUPPORTED_MEDIA_TYPE: {
    title: "Not what this platform sends",
    cause: "The content type or method is not one that this platform uses for webhooks.",
    fix: "Check that the URL was given to the right platform.",
    severity: "error",
    actor: "platform",
    status: 415,
  },
  TOO_MANY_REQUESTS: {
    title: "Too many refused requests",
    cause: "Many requests with a wrong token or signature came in a short time.",
    fix: "Wait as long as Retry-After says; check the webhook URL at the platform.",
    severity: "error",
    actor: "platform",
    status: 429,
  },
  WEBHOOK_REFUSED: {
    title: "Webhook refused",
    cause: "The token or the signature is wrong.",
    fix: "Copy the webhook URL and the signing secret again; rotate the token if it may have leaked.",
    severity: "error",
    actor: "platform",
    status: 401,
  },
  UNAVAILABLE: {
    title: "Could not be stored just now",
    cause: "The store did not answer. Nothing was lost and nothing was done.",
    fix: "Send the same request again after Retry-After.",
    severity: "error",
    actor: "platform",
    status: 503,
  },
  INTERNAL: {
    title: "A defect on our side",
    cause: "Something happened that the program did not expect.",
    fix: "Report the requestId; repeating the request is safe with the same Idempotency-Key.",
    severity: "error",
    actor: "developer",
    status: 500,
  },

  // --- talking to a platform
  NETWORK_NO_ANSWER: {
    title: "The platform did not answer",
    cause: "The request was sent and the connection ended without an answer. It may have taken effect.",
    fix: "Nothing to do: it is looked up at the platform before it is tried again.",
    severity: "waiting",
    actor: "platform",
  },
  PLATFORM_UNAVAILABLE: {
    title: "The platform is not available",
    cause: "The platform answers with server errors, or many calls to it failed and we pause.",
    fix: "Nothing to do: the work waits and goes on by itself.",
    severity: "waiting",
    actor: "platform",
  },
  RATE_LIMITED: {
    title: "The platform asks us to slow down",
    cause: "The platform's request limit was reached.",
    fix: "Nothing to do: the work goes on when the platform allows it.",
    severity: "waiting",
    actor: "platform",
  },
  URL_REFUSED: {
    title: "This address must not be called",
    cause:
      "The address is not HTTPS, is private or loopback, carries credentials, or is not one of the platform's hosts.",
    fix: "Give the platform's public HTTPS address.",
    severity: "error",
    actor: "onboarding",
    status: 400,
  },
  PLATFORM_ANSWER_NOT_UNDERSTOOD: {
    title: "The platform answered something we cannot read",
    cause: "The answer does not have the documented form. Nothing was concluded from it.",
    fix: "Retry; if it stays, report it with the answer shown on the attempt.",
    severity: "error",
    actor: "developer",
  },
  PLATFORM_REFUSED: {
    title: "The platform refuses this",
    cause: "The platform answered that the request is not allowed as it stands; its own words are in the detail.",
    fix: "Correct what the platform names, then retry; or resolve by hand and note what was done.",
    severity: "error",
    actor: "support",
  },
  REAUTHORIZATION_REQUIRED: {
    title: "The connection must be authorised again",
    cause: "The platform no longer accepts the credentials of this connection.",
    fix: "Open the connection, give the credentials again, and verify. Waiting work then goes on by itself.",
    severity: "error",
    actor: "onboarding",
  },
  CREDENTIALS_REFUSED: {
    title: "The platform does not accept these credentials",
    cause: "The harmless test call was answered with 401 or 403.",
    fix: "Check that key and secret belong together and to this environment (test or live).",
    severity: "error",
    actor: "onboarding",
    status: 400,
  },
  CONNECTION_PAUSED: {
    title: "The connection is paused",
    cause: "It was switched off, or its credentials were refused.",
    fix: "Switch it on, or give valid credentials; what waits then goes on by itself.",
    severity: "waiting",
    actor: "onboarding",
  },
  FLOW_DISABLED: {
    title: "The flow is switched off",
    cause: "This work belongs to a flow that is off for the connection. Off means waiting, not lost.",
    fix: "Switch the flow on and it goes on by itself, or discard it with a note.",
    severity: "waiting",
    actor: "onboarding",
  },
  MERCHANT_NOT_LIVE: {
    title: "The merchant is not approved yet",
    cause: "Nothing is written to a platform before the merchant is approved.",
    fix: "Request review and approve; what waits then goes on by itself.",
    severity: "waiting",
    actor: "onboarding",
  },
  CONNECTION_MISSING: {
    title: "There is no connection to do this with",
    cause: "The merchant has no connected ERP (or payment provider) for this step.",
    fix: "Add and verify the connection; what waits then goes on by itself.",
    severity: "error",
    actor: "onboarding",
  },
  RETRIES_EXHAUSTED: {
    title: "Tried for days without success",
    cause: "At least 50 tries over at least 8 days failed; the last answer is on the attempt.",
    fix: "Read the last answer, mend its cause, then retry; or resolve by hand.",
    severity: "error",
    actor: "support",
  },
  OUTCOME_UNCLEAR: {
    title: "It is not known whether this took effect",
    cause: "A call got no answer and the platform could not yet be asked what became of it.",
    fix: "Nothing to do: it is looked up again. It is not repeated before that.",
    severity: "waiting",
    actor: "platform",
  },
  AWAITING_SHOP: {
    title: "Waits for its shop order",
    cause: "The payment was seen before the order in the linked shop, and the shop leads on what the order contains.",
    fix: "Nothing to do: the shop is asked, and after the hold the ERP order is made from the payment.",
    severity: "waiting",
    actor: "platform",
  },
  AWAITING_OUTCOME: {
    title: "The platform is still working on it",
    cause: "The platform accepted the request and has not said yet how it ended.",
    fix: "Nothing to do: the platform's next message, or our next look, ends it.",
    severity: "waiting",
    actor: "platform",
  },
  PREVIOUS_REFUND_UNFINISHED: {
    title: "Waits for the refund before it",
    cause: "One refund per authorisation is made at a time, and the one before is not finished.",
    fix: "Nothing to do, unless the one before is parked: then settle that one first.",
    severity: "waiting",
    actor: "platform",
  },
  CREDENTIALS_UNREADABLE: {
    title: "The stored credentials cannot be opened",
    cause: "They were sealed under another master key, or the stored text was changed.",
    fix: "Set MASTER_KEY_PREVIOUS to the key they were sealed under, or give the credentials again.",
    severity: "error",
    actor: "support",
    status: 409,
  },

  // --- orders
  ORDER_UNKNOWN_AT_PLATFORM: {
    title: "The platform does not know this order",
    cause:
      "The order was announced, but reading it answers that there is none: another environment, another account, or forged.",
    fix: "Check environment and account of the connection; otherwise discard.",
    severity: "warning",
    actor: "support",
  },
  SALES_ACCOUNT_MISSING: {
    title: "No sales account for this country and VAT rate",
    cause: "The order has a row whose delivery country and VAT rate have no sales account mapped.",
    fix: "Add the pair named in the detail to the sales account mapping; the order then goes on by itself.",
    severity: "error",
    actor: "onboarding",
  },
  PAYMENT_TYPE_NOT_CONFIGURED: {
    title: "No ERP payment type for this payment provider",
    cause: "The ERP connection has no payment type code for the provider that was paid with.",
    fix: "Set the code in the ERP connection's payment types; the order then goes on by itself.",
    severity: "error",
    actor: "onboarding",
  },
  PAYMENT_METHOD_NOT_DEDICATED: {
    title: "The order's payment type is not the provider's",
    cause:
      "In the ERP the order carries a payment type other than the one dedicated to the payment provider (often `fak`), so it stays unsent there.",
    fix: "Set the order's payment type in the ERP to the code named in the detail, then trigger again (save the order, or press retry).",
    severity: "error",
    actor: "merchant",
  },
  ARTICLE_MISSING_IN_ERP: {
    title: "An article does not exist in the ERP",
    cause: "The ERP accepts only rows whose article number it knows.",
    fix: "Create the article named in the detail in the ERP, then retry.",
    severity: "error",
    actor: "merchant",
  },
  ERP_ORDER_NUMBER_TAKEN: {
    title: "The ERP already has an order with this number",
    cause: "Another order in the ERP carries our order number, and it is not known to be ours.",
    fix: "Compare the two. If it is the same order, resolve with its ERP number; otherwise change the number there and retry.",
    severity: "error",
    actor: "support",
  },
  ERP_WRONG_STATE: {
    title: "The ERP document is not in the right state",
    cause: "The ERP says that the document was already invoiced, cancelled or closed.",
    fix: "Look at the document in the ERP; resolve or discard with a note.",
    severity: "error",
    actor: "support",
  },
  ORDER_CHANGED_AFTER_ERP: {
    title: "The order changed after it reached the ERP",
    cause: "Rows or amounts at the payment provider differ from what the ERP order was made from.",
    fix: "Change the ERP order by hand to match, then mark the task as done.",
    severity: "warning",
    actor: "merchant",
  },
  ORDER_DELETED_IN_ERP: {
    title: "The order is gone from the ERP",
    cause: "The order was deleted in the ERP (not cancelled); the ERP does not announce deletions.",
    fix: "Choose: cancel what is left at the payment provider, or keep the payment. Nothing is cancelled by itself.",
    severity: "error",
    actor: "merchant",
  },
  DUPLICATE_SUSPECTED: {
    title: "Two sightings may be one order",
    cause: "The evidence that joins them is not strong enough to merge by itself, or contradicts.",
    fix: "Compare the evidence, then merge or keep apart.",
    severity: "warning",
    actor: "support",
  },
  DUPLICATE_IN_ERP: {
    title: "One order reached the ERP twice",
    cause: "Two orders turned out to be one after both had an ERP order. Nothing is cancelled by itself.",
    fix: "Cancel the younger ERP order (credit it if it is invoiced), then mark the task as done.",
    severity: "error",
    actor: "merchant",
  },
  EXTERNAL_ID_CLAIMED: {
    title: "This id belongs to another order",
    cause: "The id given is already an identifier of another order of this merchant.",
    fix: "Check the id; an ERP document can belong to one order only.",
    severity: "error",
    actor: "support",
    status: 409,
  },

  // --- invoices, captures, refunds
  INVOICE_ROWS_NOT_PAID: {
    title: "The invoice has rows that were not paid for",
    cause: "A row of the ERP invoice is not among the rows of the payment, so it cannot be captured.",
    fix: "Charge it another way or credit it in the ERP; then resolve the capture with a note.",
    severity: "error",
    actor: "merchant",
  },
  INVOICE_AMOUNT_DIFFERS: {
    title: "Invoice and payment differ",
    cause: "The invoice's total is not what its rows cost in the payment (difference in the detail).",
    fix: "Correct the price in the ERP (credit and invoice again), or resolve with a note.",
    severity: "error",
    actor: "merchant",
  },
  CAPTURE_EXCEEDS_AUTHORIZATION: {
    title: "More is invoiced than is reserved",
    cause: "The payment provider's reservation does not cover the invoiced rows.",
    fix: "Reserve more (a new payment) or credit the surplus in the ERP; then retry.",
    severity: "error",
    actor: "merchant",
  },
  CAPTURE_FAILED: {
    title: "The payment provider could not capture",
    cause: "The provider accepted the capture and later reported that it failed; its reason is in the detail.",
    fix: "Retry if the reason is passing; otherwise contact the customer or the provider.",
    severity: "error",
    actor: "merchant",
  },
  REFUND_FAILED: {
    title: "The payment provider could not refund",
    cause: "The provider accepted the refund and later reported that it failed. Later refunds of this payment wait.",
    fix: "Retry if the reason is passing; otherwise refund another way and resolve with a note.",
    severity: "error",
    actor: "merchant",
  },
  CANCEL_FAILED: {
    title: "The payment provider could not cancel",
    cause: "The provider reported that releasing the reservation failed; its reason is in the detail.",
    fix: "Retry; otherwise cancel in the provider's portal and resolve with a note.",
    severity: "error",
    actor: "support",
  },
  REFUND_EXCEEDS_CAPTURE: {
    title: "More is credited than was captured",
    cause: "The credit invoice is larger than what is left to refund of its capture.",
    fix: "Check the credit invoice; refund the rest another way and resolve with a note.",
    severity: "error",
    actor: "merchant",
  },
  CREDIT_WITHOUT_CAPTURE: {
    title: "A credit invoice without a capture to refund",
    cause: "The credit invoice does not name an invoice whose payment was captured here.",
    fix: "Link the credit invoice to its invoice in the ERP, or refund by hand and resolve.",
    severity: "error",
    actor: "merchant",
  },
  REFUND_WITHOUT_INVOICE: {
    title: "A refund waits for its invoice",
    cause: "The provider refunded a capture whose invoice is not known yet.",
    fix: "Nothing to do if the invoice is on its way; otherwise invoice the order in the ERP.",
    severity: "waiting",
    actor: "merchant",
  },
  PAYMENT_ON_HOLD: {
    title: "The payment is under review",
    cause: "The payment provider is still checking the payment and refuses changes meanwhile.",
    fix: "Nothing to do: it is tried again.",
    severity: "waiting",
    actor: "platform",
  },
  QLIRO_PLUS_CREDENTIALS_REQUIRED: {
    title: "Refunds at Qliro need API Plus credentials",
    cause: "The refunds flow is on, but the connection has no API Plus key and secret, which sign refund calls.",
    fix: "Ask Qliro for API Plus credentials, save them on the connection, then retry. Nothing is lost meanwhile.",
    severity: "error",
    actor: "onboarding",
  },
  CAPABILITY_OFF: {
    title: "A person does this step",
    cause: "The call for this step is switched off on the connection, because the platform does not document it.",
    fix: "Do what the task says in the platform, then mark it as done with the number it got.",
    severity: "info",
    actor: "merchant",
  },

  // --- payouts
  SETTLEMENT_ACCOUNT_MISSING: {
    title: "A settlement account is missing",
    cause: "Booking a payout needs the accounts for bank, fees and VAT on fees, and not all are mapped.",
    fix: "Complete the settlement account mapping; the payout is booked in the next run.",
    severity: "error",
    actor: "onboarding",
  },
  PAYOUT_DOES_NOT_FOOT: {
    title: "The payout's lines do not add up",
    cause: "The sum of the lines is not the amount that was paid out. Nothing was booked.",
    fix: "Compare with the provider's report. A corrected report is fetched by itself; otherwise contact the provider.",
    severity: "error",
    actor: "merchant",
  },
  PAYOUT_CURRENCY_MISMATCH: {
    title: "The payout mixes currencies",
    cause: "A line's currency is not the payout's, or not its invoice's.",
    fix: "Book this line by hand and resolve it.",
    severity: "error",
    actor: "merchant",
  },
  PAYOUT_LINE_EXPECTED: {
    title: "The other side is not there yet",
    cause: "A line of the payout belongs to a sale or refund whose invoice or credit invoice is not in the books yet.",
    fix: "Nothing to do at first: it is looked for again every night. Invoice the order in the ERP if it stays.",
    severity: "waiting",
    actor: "merchant",
  },
  ERP_PERIOD_CLOSED: {
    title: "The accounting period is closed",
    cause: "The ERP refuses a date in a closed period or a year that does not exist.",
    fix: "Open the period in the ERP, or choose a later booking date, then retry.",
    severity: "error",
    actor: "merchant",
  },
  PAYOUT_CHANGED_AFTER_BOOKING: {
    title: "The provider changed a payout that is booked",
    cause:
      "The provider now states another amount or date for a payout whose voucher was made. The voucher was not touched.",
    fix: "Compare both in the provider's report, correct the difference by a voucher in the ERP, then mark the task as done.",
    severity: "error",
    actor: "merchant",
  },
  PERIOD_NOT_SETTLED: {
    title: "The provider has not settled this day yet",
    cause: "The provider does not answer for a period that includes today.",
    fix: "Nothing to do: the next run asks again.",
    severity: "waiting",
    actor: "platform",
  },
  PAYOUT_LINES_OPEN: {
    title: "Some lines of the payout are open",
    cause: "At least one line has not found what it settles. A payout is booked whole, so nothing was booked yet.",
    fix: "See the reason on each open line. Expected ones are looked for again every night; a person settles the others.",
    severity: "waiting",
    actor: "merchant",
  },
  PAYOUT_FEE_VAT_CONTRADICTS: {
    title: "The VAT on fees is not as set",
    cause: "The provider deducted VAT on its fees, but the setting says that its fees carry none in the payout.",
    fix: "Set the VAT treatment of the provider's fees as its agreement says; the payout is booked in the next run.",
    severity: "error",
    actor: "onboarding",
  },
  PAYOUT_AWAITS_APPROVAL: {
    title: "The voucher awaits approval",
    cause: "Every line is settled and the voucher is shown as a preview. The settings ask for a person's word first.",
    fix: "Look at the preview and approve the payout; what is booked is exactly what was shown.",
    severity: "waiting",
    actor: "merchant",
  },
  PAYOUT_LINE_OVERDUE: {
    title: "A line has been expected for too long",
    cause: "The invoice or credit invoice that a line of the payout waits for has not come for several nights.",
    fix: "Invoice the order in the ERP, or settle the line by hand: match, split, write off, or mark as foreign.",
    severity: "error",
    actor: "merchant",
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof CATALOGUE;

/** A stop, as a value: the situation and what is particular about this one. Never holds secrets or personal data. */
export interface Problem {
  code: ErrorCode;
  /** Names the field, the value's shape and what would be right. */
  detail: string;
}

export const problem = (code: ErrorCode, detail = ""): Problem => ({ code, detail });

export const catalogueEntry = (code: ErrorCode): CatalogueEntry => CATALOGUE[code];

/** Whether a text is a code of the catalogue (for values read back from a store). */
export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(CATALOGUE, text);

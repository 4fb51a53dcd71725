// Qliro's error answers, and what each code means for a command (reference/qliro.md section 6.5).
import type { Outcome } from "../../domain/commands.ts";
import type { ErrorCode } from "../../domain/errors.ts";
import { bodyText, parseJson } from "../shared/answers.ts";
import type { QliroCredentials } from "./config.ts";
import { errorAnswer } from "./wire.ts";

export interface QliroError {
  /** Empty when the body has none. */
  code: string;
  message: string;
  /** For a person: code, Qliro's own words and its support reference, without secrets and personal data. */
  detail: string;
}

const TEXT_CHARS_MAX = 200;

/** Masks e-mail addresses and what looks like a personal number, and cuts. */
export const withoutPersonalData = (text: string): string =>
  text
    .replace(/[^\s"'<>]+@[^\s"'<>]+/g, "…")
    .replace(/\b(\d{6}|\d{8})[-+]?\d{3}[0-9A-Za-z]\b/g, "…")
    .slice(0, TEXT_CHARS_MAX);

/** Reads an error body; one that is not as documented gives an error without a code. */
export function qliroError(status: number, body: Uint8Array, credentials: QliroCredentials): QliroError {
  const parsed = parseJson(bodyText(body), errorAnswer);
  if (!parsed.ok) return { code: "", message: "", detail: `HTTP ${status}` };
  const { ErrorCode, ErrorMessage, DetailedErrorMessage, ErrorReference } = parsed.value;
  const message = ErrorMessage || DetailedErrorMessage;
  const code = /^[A-Z0-9_]{1,80}$/.test(ErrorCode) ? ErrorCode : "";
  const words = withoutPersonalData(withoutSecrets(message, credentials));
  const reference = /^[0-9a-f-]{8,40}$/i.test(ErrorReference) ? `reference ${ErrorReference}` : "";
  return { code, message, detail: [`HTTP ${status}`, code, words, reference].filter(Boolean).join(" · ") };
}

function withoutSecrets(text: string, credentials: QliroCredentials): string {
  const secrets = Object.values(credentials).filter((value) => value.length >= 4);
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, "…"), text);
}

/** What a refused command needs next. */
export type Verdict =
  /** Final, or to be tried later: nothing more to find out. */
  | { kind: "outcome"; outcome: Outcome }
  /** Nothing is left to do; the effect has no id of its own. */
  | { kind: "nothing_left" }
  /**
   * Perhaps done already: the ledger decides, and `otherwise` holds when it shows nothing. `debitIsDone`: it also
   * means that a payment taken directly needs no capture (assumed, section 6.4).
   */
  | { kind: "verify"; otherwise: Outcome; debitIsDone: boolean };

export type Operation = "capture" | "refund" | "cancel_payment";

/** What asking for more than there is means. */
const EXCEEDS = {
  capture: "CAPTURE_EXCEEDS_AUTHORIZATION",
  refund: "REFUND_EXCEEDS_CAPTURE",
  cancel_payment: "PLATFORM_REFUSED",
} as const satisfies Record<Operation, ErrorCode>;

/** Wrong now and wrong on every repetition. */
const PERMANENT: ReadonlySet<string> = new Set([
  "INVALID_ITEM",
  "ITEM_SHIPPED_WITH_DIFFERENT_PRICEEXVAT_DESCRIPTION",
  "INVALID_REQUEST_TOTAL_AMOUNT",
  "CURRENCY_MISMATCH",
  "INVALID_INPUT",
  "INVALID_REQUEST",
  "ORDER_EXPIRED",
  "ORDER_COMPLETED",
  "PAYMENT_METHOD_NOT_CONFIGURED",
  "MERCHANT_URL_NOT_SET",
]);

/** What a refused command needs next. `attempt` is 1 for the first try. */
export function judge(operation: Operation, error: QliroError, attempt: number): Verdict {
  const { code, detail, message } = error;
  const refuse = (as: ErrorCode): Verdict => ({ kind: "outcome", outcome: { kind: "refused", code: as, detail } });
  if (isRepeatDenial(message)) return repeatDenied(detail);
  if (PERMANENT.has(code)) return refuse("PLATFORM_REFUSED");
  switch (code) {
    case "NO_ITEMS_LEFT_IN_RESERVATION":
      return verify(EXCEEDS[operation], detail, true);
    case "NO_QUALIFIED_ITEMS_TO_MANAGE":
    case "NO_SHIPPED_ITEMS_AVAILABLE":
    case "EXCEEDING_QUANTITY":
      return verify(EXCEEDS[operation], detail, false);
    case "ORDER_HAS_BEEN_CANCELLED":
    case "NO_ITEMS_TO_CANCEL":
      return operation === "cancel_payment" ? { kind: "nothing_left" } : refuse("PLATFORM_REFUSED");
    case "INVALID_PAYMENT_TYPE":
    case "PAYMENT_REFERENCE_IS_INCORRECT":
    case "NO_PAYMENT_TRANSACTION":
      return verify("PLATFORM_REFUSED", detail, false);
    case "PAYMENT_ONHOLD":
      return { kind: "outcome", outcome: { kind: "later", code: "PAYMENT_ON_HOLD", detail } };
    case "OPERATION_NOT_SUPPORTED":
      return isBusy(message) ? busy(operation, detail) : verify("PLATFORM_REFUSED", detail, true);
    case "ORDER_NOT_FOUND":
    case "MERCHANT_MISMATCH":
      return refuse("ORDER_UNKNOWN_AT_PLATFORM");
    case "UNAUTHORIZED":
    case "FORBIDDEN":
      return { kind: "outcome", outcome: { kind: "unauthorized", detail } };
    case "SYSTEM_ERROR":
      // Also said of a price with more than two decimals, which no repetition heals.
      if (/decimal/i.test(message)) return refuse("PLATFORM_REFUSED");
      return { kind: "outcome", outcome: { kind: "unknown", detail } };
    default:
      // NOT DOCUMENTED: the code that denies a repeated RequestId (section 7). An unknown one on a repetition may be it.
      return attempt > 1 ? repeatDenied(detail) : refuse("PLATFORM_REFUSED");
  }
}

const verify = (code: ErrorCode, detail: string, debitIsDone: boolean): Verdict => ({
  kind: "verify",
  otherwise: { kind: "refused", code, detail },
  debitIsDone,
});

const repeatDenied = (detail: string): Verdict => ({
  kind: "outcome",
  outcome: { kind: "unknown", detail, repeatDenied: true },
});

/** Text is all there is to tell that the RequestId was used before, should a known code carry that denial. */
const isRepeatDenial = (message: string): boolean =>
  /request.?id/i.test(message) && /already|duplicate|used|unique|exists/i.test(message);

/** Text is all there is to tell "not now" from "never" (section 6.5). */
const isBusy = (message: string): boolean =>
  /(being|is|still|currently)\s+(being\s+)?process|in.?progress|in.?process\b|pending|another (payment )?transaction|ongoing/i.test(
    message,
  );

function busy(operation: Operation, detail: string): Verdict {
  const code = operation === "refund" ? "PREVIOUS_REFUND_UNFINISHED" : "AWAITING_OUTCOME";
  return { kind: "outcome", outcome: { kind: "later", code, detail } };
}

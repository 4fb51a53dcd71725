import { describe, expect, it } from "vitest";
import { qliroCredentials } from "../../../src/connectors/qliro/config.ts";
import { judge, type Operation, qliroError, type Verdict } from "../../../src/connectors/qliro/failures.ts";
import { MAIN } from "./context.ts";

const error = (code: string, message = "") => ({ code, message, detail: `HTTP 400 · ${code}` });

/** A verdict in one word: the outcome's kind and code, or what has to be found out and what holds otherwise. */
function word(verdict: Verdict): string {
  switch (verdict.kind) {
    case "nothing_left":
      return "nothing left";
    case "verify": {
      const code = verdict.otherwise.kind === "refused" ? verdict.otherwise.code : verdict.otherwise.kind;
      return `verify${verdict.debitIsDone ? "+debit" : ""} else ${code}`;
    }
    case "outcome": {
      const { outcome } = verdict;
      if (outcome.kind === "unknown") return outcome.repeatDenied ? "unknown, repeat denied" : "unknown";
      return "code" in outcome ? `${outcome.kind} ${outcome.code}` : outcome.kind;
    }
    default:
      return verdict satisfies never;
  }
}

const words = (code: string, message = "", attempt = 1) =>
  (["capture", "refund", "cancel_payment"] as const satisfies Operation[]).map((operation) =>
    word(judge(operation, error(code, message), attempt)),
  );
const all = (text: string) => [text, text, text];

/** Every documented code, for capture, refund and cancel. */
const TABLE: Record<string, string[]> = {
  NO_ITEMS_LEFT_IN_RESERVATION: [
    "verify+debit else CAPTURE_EXCEEDS_AUTHORIZATION",
    "verify+debit else REFUND_EXCEEDS_CAPTURE",
    "verify+debit else PLATFORM_REFUSED",
  ],
  ORDER_HAS_BEEN_CANCELLED: ["refused PLATFORM_REFUSED", "refused PLATFORM_REFUSED", "nothing left"],
  NO_ITEMS_TO_CANCEL: ["refused PLATFORM_REFUSED", "refused PLATFORM_REFUSED", "nothing left"],
  NO_QUALIFIED_ITEMS_TO_MANAGE: [
    "verify else CAPTURE_EXCEEDS_AUTHORIZATION",
    "verify else REFUND_EXCEEDS_CAPTURE",
    "verify else PLATFORM_REFUSED",
  ],
  NO_SHIPPED_ITEMS_AVAILABLE: [
    "verify else CAPTURE_EXCEEDS_AUTHORIZATION",
    "verify else REFUND_EXCEEDS_CAPTURE",
    "verify else PLATFORM_REFUSED",
  ],
  EXCEEDING_QUANTITY: [
    "verify else CAPTURE_EXCEEDS_AUTHORIZATION",
    "verify else REFUND_EXCEEDS_CAPTURE",
    "verify else PLATFORM_REFUSED",
  ],
  PAYMENT_ONHOLD: all("later PAYMENT_ON_HOLD"),
  OPERATION_NOT_SUPPORTED: all("verify+debit else PLATFORM_REFUSED"),
  INVALID_ITEM: all("refused PLATFORM_REFUSED"),
  ITEM_SHIPPED_WITH_DIFFERENT_PRICEEXVAT_DESCRIPTION: all("refused PLATFORM_REFUSED"),
  INVALID_REQUEST_TOTAL_AMOUNT: all("refused PLATFORM_REFUSED"),
  CURRENCY_MISMATCH: all("refused PLATFORM_REFUSED"),
  INVALID_INPUT: all("refused PLATFORM_REFUSED"),
  INVALID_REQUEST: all("refused PLATFORM_REFUSED"),
  INVALID_PAYMENT_TYPE: all("verify else PLATFORM_REFUSED"),
  PAYMENT_REFERENCE_IS_INCORRECT: all("verify else PLATFORM_REFUSED"),
  NO_PAYMENT_TRANSACTION: all("verify else PLATFORM_REFUSED"),
  ORDER_NOT_FOUND: all("refused ORDER_UNKNOWN_AT_PLATFORM"),
  MERCHANT_MISMATCH: all("refused ORDER_UNKNOWN_AT_PLATFORM"),
  UNAUTHORIZED: all("unauthorized"),
  FORBIDDEN: all("unauthorized"),
  ORDER_EXPIRED: all("refused PLATFORM_REFUSED"),
  ORDER_COMPLETED: all("refused PLATFORM_REFUSED"),
  PAYMENT_METHOD_NOT_CONFIGURED: all("refused PLATFORM_REFUSED"),
  MERCHANT_URL_NOT_SET: all("refused PLATFORM_REFUSED"),
  SYSTEM_ERROR: all("unknown"),
};

describe("what Qliro's codes mean for a command", () => {
  for (const [code, expected] of Object.entries(TABLE)) {
    it(`judges ${code} the same on every attempt`, () => {
      expect(words(code)).toEqual(expected);
      expect(words(code, "", 2)).toEqual(expected);
    });
  }

  it("takes an unknown code on a repetition for a denied RequestId, and on a first try for a refusal", () => {
    expect(words("SOMETHING_NEW")).toEqual(all("refused PLATFORM_REFUSED"));
    expect(words("SOMETHING_NEW", "", 2)).toEqual(all("unknown, repeat denied"));
    expect(words("", "", 2)).toEqual(all("unknown, repeat denied"));
  });

  it("knows a denied RequestId by its words, whatever code carries it", () => {
    expect(words("INVALID_REQUEST", "Property: RequestId, Message: RequestId has already been used", 2)).toEqual(
      all("unknown, repeat denied"),
    );
    expect(words("INVALID_INPUT", "Property: RequestId, Message: must be a GUID")).toEqual(
      all("refused PLATFORM_REFUSED"),
    );
  });

  it("waits while another transaction is being processed", () => {
    const expected = ["later AWAITING_OUTCOME", "later PREVIOUS_REFUND_UNFINISHED", "later AWAITING_OUTCOME"];
    expect(words("OPERATION_NOT_SUPPORTED", "Another transaction is being processed")).toEqual(expected);
    expect(words("OPERATION_NOT_SUPPORTED", "Evaluation, previous return is in progress")).toEqual(expected);
    expect(words("OPERATION_NOT_SUPPORTED", "Not supported by this payment processor")).toEqual(
      all("verify+debit else PLATFORM_REFUSED"),
    );
  });

  it("does not repeat a price with too many decimals", () => {
    expect(words("SYSTEM_ERROR", "no more than two decimal places")).toEqual(all("refused PLATFORM_REFUSED"));
  });
});

describe("reading an error body", () => {
  const read = (body: string) => qliroError(400, new TextEncoder().encode(body), qliroCredentials.parse(MAIN));

  it("reads the text under either name, and no code where there is none", () => {
    expect(read('{"ErrorCode":"INVALID_ITEM","ErrorMessage":"a"}')).toMatchObject({
      code: "INVALID_ITEM",
      message: "a",
    });
    expect(read('{"ErrorCode":"INVALID_ITEM","DetailedErrorMessage":"b"}')).toMatchObject({ message: "b" });
    expect(read("")).toEqual({ code: "", message: "", detail: "HTTP 400" });
    expect(read('{"ErrorCode":"<script>"}')).toMatchObject({ code: "" });
  });
});

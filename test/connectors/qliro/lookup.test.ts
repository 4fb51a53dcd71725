import { describe, expect, it } from "vitest";
import { qliroSettings } from "../../../src/connectors/qliro/config.ts";
import { findIn, lookUp } from "../../../src/connectors/qliro/lookup.ts";
import { observationOf } from "../../../src/connectors/qliro/translate.ts";
import { orderAnswer } from "../../../src/connectors/qliro/wire.ts";
import type { CancelPayment, CapturePayment, CommandCall, RefundPayment } from "../../../src/domain/commands.ts";
import type { PaymentObservation } from "../../../src/domain/observation.ts";
import { contextWith } from "./context.ts";
import cancelled from "./golden/order-cancelled.json";
import partlyCaptured from "./golden/order-partly-captured.json";
import plain from "./golden/order-plain.json";
import refunded from "./golden/order-refund.json";
import twoAuthorizations from "./golden/order-two-authorizations.json";

function seenOf(order: unknown): PaymentObservation {
  const seen = observationOf(orderAnswer.parse(order), "con_test", qliroSettings.parse({}));
  if (!seen.ok) throw new Error(seen.error);
  return seen.value;
}

const rowOf = (key: string, quantity: number) => {
  const [reference = "", price] = key.split("|");
  return {
    key,
    kind: "product" as const,
    reference,
    description: "",
    quantity,
    unitPriceMinor: Number(price),
    vatRateBps: 2500,
  };
};
const about = <P extends CapturePayment | RefundPayment | CancelPayment>(
  payload: P,
  known: string[] = [],
): CommandCall<P> => ({ id: "cmd_1", requestKey: "key", payload, known, attempt: 1 });
const capture = (rows: [string, number][], amountMinor: number, known: string[] = [], authorizationId = "454211") =>
  about<CapturePayment>(
    {
      kind: "capture",
      paymentId: "5452321",
      authorizationId,
      currency: "SEK",
      rows: rows.map(([key, quantity]) => rowOf(key, quantity)),
      amountMinor,
    },
    known,
  );
const refund = (rows: [string, number][], amountMinor: number, known: string[] = [], captureId = "454302") =>
  about<RefundPayment>(
    {
      kind: "refund",
      paymentId: "5452321",
      captureId,
      authorizationId: "454211",
      currency: "SEK",
      rows: rows.map(([key, quantity]) => rowOf(key, quantity)),
      amountMinor,
      reference: "R1",
    },
    known,
  );
const cancel = (known: string[] = []) => about<CancelPayment>({ kind: "cancel_payment", paymentId: "5452321" }, known);

const HAT = "SKU-1|37550";
const done = (externalId: string) => ({ kind: "found", outcome: { kind: "done", externalId } });
const accepted = (...externalIds: string[]) => ({ kind: "found", outcome: { kind: "accepted", externalIds } });
const ABSENT = { kind: "absent" };

/** The partly captured order, with its capture as told. */
function captureAs(fields: object, rows = partlyCaptured.order.OrderItemActions): PaymentObservation {
  const [preauthorization, made] = partlyCaptured.order.PaymentTransactions;
  return seenOf({
    ...partlyCaptured.order,
    PaymentTransactions: [preauthorization, { ...made, ...fields }],
    OrderItemActions: rows,
  });
}
const WITHOUT_SHIP = partlyCaptured.order.OrderItemActions.filter((action) => action.ActionType !== "Ship");

describe("looking up a capture", () => {
  it("finds one with the same rows on the same authorisation", () => {
    expect(findIn(seenOf(partlyCaptured.order), capture([[HAT, 1]], 37550))).toEqual(done("454302"));
    expect(findIn(captureAs({ Status: "InProcess" }), capture([[HAT, 1]], 37550))).toEqual(accepted("454302"));
  });

  it("does not take one that the books have, that is of other rows, or that is of another authorisation", () => {
    const seen = seenOf(partlyCaptured.order);
    expect(findIn(seen, capture([[HAT, 1]], 37550, ["454302"]))).toEqual(ABSENT);
    expect(findIn(seen, capture([[HAT, 2]], 75100))).toEqual(ABSENT);
    expect(findIn(seen, capture([["SHIP|4900", 1]], 4900))).toEqual(ABSENT);
    expect(findIn(seenOf(twoAuthorizations.order), capture([[HAT, 2]], 75100, [], "454290"))).toEqual(ABSENT);
    expect(findIn(seenOf(plain.order), capture([[HAT, 1]], 37550))).toEqual(ABSENT);
  });

  it("does not take one that failed", () => {
    expect(findIn(captureAs({ Status: "Error" }), capture([[HAT, 1]], 37550))).toEqual(ABSENT);
  });

  it("goes by the amount while the ledger has no rows of it", () => {
    expect(findIn(captureAs({ Status: "Created" }, WITHOUT_SHIP), capture([[HAT, 1]], 37550))).toEqual(
      accepted("454302"),
    );
    expect(findIn(captureAs({}, WITHOUT_SHIP), capture([[HAT, 1]], 37550))).toEqual(done("454302"));
  });

  it("is unclear while one that may be ours is in progress", () => {
    for (const Status of ["Created", "InProcess", "OnHold", "UserInteractionRequired"]) {
      const seen = captureAs({ Status, Amount: 404.5 }, WITHOUT_SHIP);
      expect(findIn(seen, capture([[HAT, 1]], 37550))).toMatchObject({ kind: "unclear" });
    }
    expect(findIn(captureAs({ Amount: 404.5 }, WITHOUT_SHIP), capture([[HAT, 1]], 37550))).toEqual(ABSENT);
  });

  it("knows its own capture when Qliro added the fee to it, and leaves it to the next reading what it came to", () => {
    const fee = { MerchantReference: "InvoiceFee", Description: "", Type: "Fee", Quantity: 1, PricePerItemIncVat: 29 };
    const moved = (Id: number, ActionType: string, PaymentTransactionId: number) => ({
      ...fee,
      Id,
      ActionType,
      PaymentTransactionId,
      PricePerItemExVat: 23.2,
      VatRate: 25,
    });
    const actions = [...partlyCaptured.order.OrderItemActions, moved(8, "Reserve", 454211), moved(9, "Ship", 454302)];
    const seen = captureAs({ Amount: 404.5 }, actions);
    expect(findIn(seen, capture([[HAT, 1]], 37550))).toEqual(accepted("454302"));
  });
});

describe("looking up a refund", () => {
  it("finds one by rows, and one of an amount by the amount", () => {
    const seen = seenOf(refunded.order);
    expect(findIn(seen, refund([[HAT, 1]], 37550))).toEqual(done("454410"));
    expect(findIn(seen, refund([], 10000))).toEqual(done("454411"));
    expect(findIn(seen, refund([], 10000, ["454411"]))).toEqual(ABSENT);
    expect(findIn(seen, refund([[HAT, 2]], 75100))).toEqual(ABSENT);
    expect(findIn(seen, refund([[HAT, 1]], 37550, [], "999"))).toEqual(ABSENT);
  });
});

describe("looking up a cancellation", () => {
  it("is done when nothing is left to capture", () => {
    expect(findIn(seenOf(cancelled.order), cancel())).toEqual(done("454500"));
    expect(findIn(seenOf(cancelled.order), cancel(["454500"]))).toEqual(done("cancel:5452321"));
  });

  it("is absent while something is left and nothing is on its way", () => {
    expect(findIn(seenOf(plain.order), cancel())).toEqual(ABSENT);
  });

  it("is accepted while a release is on its way", () => {
    const [preauthorization, reversal] = cancelled.order.PaymentTransactions;
    const seen = seenOf({
      ...cancelled.order,
      PaymentTransactions: [preauthorization, { ...reversal, Status: "InProcess" }],
    });
    expect(findIn(seen, cancel())).toEqual(accepted("454500"));
  });
});

describe("a look-up at Qliro", () => {
  it("reads the order once and answers from its ledger", async () => {
    const context = contextWith([{ on: "GET /v2/orders/5452321", answer: partlyCaptured.order }]);
    expect(await lookUp(context, capture([[HAT, 1]], 37550))).toEqual(done("454302"));
  });

  it("concludes nothing from an order it cannot read", async () => {
    const answered = (step: object) => lookUp(contextWith([step]), cancel());
    expect(await answered({ fail: "no_answer" })).toMatchObject({ kind: "unclear" });
    expect(await answered({ status: 500 })).toMatchObject({ kind: "unclear" });
    expect(await answered({ status: 429, headers: { "retry-after": "9" } })).toMatchObject({
      kind: "unclear",
      retryAfterMs: 9000,
    });
    expect(await answered({ status: 404 })).toMatchObject({ kind: "unclear" });
    expect(await answered({ answer: "{}" })).toMatchObject({ kind: "unclear" });
    expect(await answered({ status: 401 })).toMatchObject({ kind: "unauthorized" });
  });
});

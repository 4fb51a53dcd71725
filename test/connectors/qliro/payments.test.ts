import { describe, expect, it } from "vitest";
import { authorization } from "../../../src/connectors/qliro/api.ts";
import { payments } from "../../../src/connectors/qliro/payments.ts";
import type { CancelPayment, CapturePayment, CommandCall, RefundPayment } from "../../../src/domain/commands.ts";
import type { ScriptStep } from "../kit/http.ts";
import { contextWith, MAIN, PLUS } from "./context.ts";
import debit from "./golden/order-debit.json";
import partlyCaptured from "./golden/order-partly-captured.json";
import plain from "./golden/order-plain.json";
import refundedOnce from "./golden/order-refund.json";

const HAT = {
  key: "SKU-1|37550",
  kind: "product" as const,
  reference: "SKU-1",
  description: "Wool hat",
  quantity: 1,
  unitPriceMinor: 37550,
  vatRateBps: 2500,
};
const KEY = "d92b8c60-6781-4946-9854-e70b27452d5a";

const call = <P extends CapturePayment | RefundPayment | CancelPayment>(
  payload: P,
  given: Partial<CommandCall<P>> = {},
): CommandCall<P> => ({ id: "cmd_01JHABCDEFGH", requestKey: KEY, payload, known: [], attempt: 1, ...given });

const captureOf = (payload: Partial<CapturePayment> = {}, given: Partial<CommandCall<CapturePayment>> = {}) =>
  call<CapturePayment>(
    {
      kind: "capture",
      paymentId: "5452321",
      authorizationId: "454211",
      currency: "SEK",
      rows: [HAT],
      amountMinor: 37550,
      ...payload,
    },
    given,
  );
const refundOf = (payload: Partial<RefundPayment> = {}, given: Partial<CommandCall<RefundPayment>> = {}) =>
  call<RefundPayment>(
    {
      kind: "refund",
      paymentId: "5452321",
      captureId: "454302",
      authorizationId: "454211",
      currency: "SEK",
      rows: [HAT],
      amountMinor: 37550,
      reference: "REFUND-1",
      ...payload,
    },
    given,
  );
const cancelOf = (given: Partial<CommandCall<CancelPayment>> = {}) =>
  call<CancelPayment>({ kind: "cancel_payment", paymentId: "5452321" }, given);

const started = (...transactions: [number, string | number][]) => ({
  PaymentTransactions: transactions.map(([PaymentTransactionId, Status]) => ({ PaymentTransactionId, Status })),
});
const refusal = (ErrorCode: string, ErrorMessage = ""): ScriptStep => ({
  status: 400,
  answer: { ErrorCode, ErrorMessage },
});
const ledger = (order: object): ScriptStep => ({ on: "GET /v2/orders/5452321", answer: order });

describe("a capture", () => {
  it("is one shipment of exactly these rows on its authorisation", async () => {
    const rows = [
      { ...HAT, quantity: 2, unitPriceMinor: 37555 },
      { ...HAT, kind: "discount" as const, reference: "CAMPAIGN", unitPriceMinor: -10010 },
      { ...HAT, kind: "shipping" as const, reference: "SHIP", unitPriceMinor: 4900 },
      { ...HAT, kind: "fee" as const, reference: "InvoiceFee", unitPriceMinor: 2900 },
    ];
    const context = contextWith([
      { on: "POST /checkout/adminapi/v2/MarkItemsAsShipped", answer: started([454302, "Created"]) },
    ]);
    expect(await payments.capture(context, captureOf({ rows }))).toEqual({ kind: "accepted", externalIds: ["454302"] });
    const [sent] = context.http.sent;
    expect(sent?.json).toEqual({
      RequestId: KEY,
      MerchantApiKey: "ACME_SE",
      OrderId: 5452321,
      Currency: "SEK",
      Shipments: [
        {
          PaymentTransactionId: 454211,
          OrderItems: [
            { MerchantReference: "SKU-1", Type: "Product", Quantity: 2, PricePerItemIncVat: 375.55 },
            { MerchantReference: "CAMPAIGN", Type: "Discount", Quantity: 1, PricePerItemIncVat: -100.1 },
            { MerchantReference: "SHIP", Type: "Shipping", Quantity: 1, PricePerItemIncVat: 49 },
            { MerchantReference: "InvoiceFee", Type: "Fee", Quantity: 1, PricePerItemIncVat: 29 },
          ],
        },
      ],
    });
    expect(sent?.headers?.authorization).toBe(await authorization(sent?.text ?? "", MAIN.apiSecret));
  });

  it("ends as its transactions say: a failed one is refused, none is unknown, and every other is accepted", async () => {
    const outcome = (answer: unknown) => payments.capture(contextWith([{ answer }]), captureOf());
    expect(await outcome(started([454302, "InProcess"]))).toEqual({ kind: "accepted", externalIds: ["454302"] });
    expect(await outcome(started([454302, "Success"]))).toEqual({ kind: "accepted", externalIds: ["454302"] });
    expect(await outcome(started([454302, 4]))).toEqual({ kind: "accepted", externalIds: ["454302"] });
    expect(await outcome(started([454302, "Error"]))).toMatchObject({ kind: "refused", code: "CAPTURE_FAILED" });
    expect(await outcome(started([454302, "Success"], [454303, "Created"]))).toEqual({
      kind: "accepted",
      externalIds: ["454302", "454303"],
    });
    expect(await outcome({ PaymentTransactions: [{ PaymentTransactionId: 454302 }] })).toMatchObject({
      kind: "accepted",
    });
    expect(await outcome(started())).toMatchObject({ kind: "unknown" });
    expect(await outcome("<html>")).toMatchObject({ kind: "unknown" });
  });

  it("is unknown when the answer is lost or is a server error, and surely not done when it was never sent", async () => {
    const outcome = (step: ScriptStep) => payments.capture(contextWith([step]), captureOf());
    expect(await outcome({ fail: "no_answer" })).toMatchObject({ kind: "unknown" });
    expect(await outcome({ status: 500 })).toMatchObject({ kind: "unknown" });
    expect(await outcome({ fail: "not_sent" })).toMatchObject({ kind: "later" });
    expect(await outcome({ status: 429, headers: { "retry-after": "7" } })).toMatchObject({
      kind: "later",
      code: "RATE_LIMITED",
      retryAfterMs: 7000,
    });
    expect(await outcome({ status: 401 })).toMatchObject({ kind: "unauthorized" });
    expect(await outcome({ status: 403 })).toMatchObject({ kind: "unauthorized" });
  });

  it("that Qliro has no items left for is done when the ledger shows it", async () => {
    const context = contextWith([refusal("NO_ITEMS_LEFT_IN_RESERVATION"), ledger(partlyCaptured.order)]);
    expect(await payments.capture(context, captureOf())).toEqual({ kind: "done", externalId: "454302" });
  });

  it("that Qliro has no items left for is refused when the ledger shows only what we know of", async () => {
    const context = contextWith([refusal("NO_ITEMS_LEFT_IN_RESERVATION"), ledger(partlyCaptured.order)]);
    expect(await payments.capture(context, captureOf({}, { known: ["454302"] }))).toMatchObject({
      kind: "refused",
      code: "CAPTURE_EXCEEDS_AUTHORIZATION",
    });
  });

  it("stays unknown when the ledger does not answer either", async () => {
    const context = contextWith([refusal("NO_ITEMS_LEFT_IN_RESERVATION"), { fail: "no_answer" }]);
    expect(await payments.capture(context, captureOf())).toMatchObject({ kind: "unknown" });
  });

  it("of a direct payment is done by itself, under an id that a refund finds back", async () => {
    for (const code of ["OPERATION_NOT_SUPPORTED", "NO_ITEMS_LEFT_IN_RESERVATION"]) {
      const context = contextWith([refusal(code), ledger(debit.order)]);
      expect(await payments.capture(context, captureOf())).toEqual({ kind: "done", externalId: "454211#ABCDEFGH" });
    }
    const refused = contextWith([refusal("OPERATION_NOT_SUPPORTED"), ledger(plain.order)]);
    expect(await payments.capture(refused, captureOf())).toMatchObject({ kind: "refused", code: "PLATFORM_REFUSED" });
    const refund = contextWith([{ answer: started([454501, "Created"]) }]);
    await payments.refund(refund, refundOf({ captureId: "454211#ABCDEFGH" }));
    expect(refund.http.sent[0]?.json).toMatchObject({ Returns: [{ PaymentTransactionId: 454211 }] });
  });

  it("waits for a review and for another transaction", async () => {
    expect(await payments.capture(contextWith([refusal("PAYMENT_ONHOLD")]), captureOf())).toMatchObject({
      kind: "later",
      code: "PAYMENT_ON_HOLD",
    });
    const busy = contextWith([refusal("OPERATION_NOT_SUPPORTED", "Another transaction is being processed")]);
    expect(await payments.capture(busy, captureOf())).toMatchObject({ kind: "later", code: "AWAITING_OUTCOME" });
  });

  it("whose repeated RequestId is denied is unknown until it was looked up", async () => {
    const denied = refusal("REQUEST_ALREADY_HANDLED", "This request was handled before");
    expect(await payments.capture(contextWith([denied]), captureOf({}, { attempt: 2 }))).toMatchObject({
      kind: "unknown",
      repeatDenied: true,
    });
    expect(await payments.capture(contextWith([denied]), captureOf())).toMatchObject({ kind: "refused" });
  });
});

describe("a refund", () => {
  it("of rows returns them on their capture, signed with the API Plus pair", async () => {
    const context = contextWith([{ on: "POST /v2/ReturnItems", answer: started([454410, "Created"]) }]);
    expect(await payments.refund(context, refundOf())).toEqual({ kind: "accepted", externalIds: ["454410"] });
    const [sent] = context.http.sent;
    expect(sent?.json).toEqual({
      RequestId: KEY,
      MerchantApiKey: "ACME_PLUS",
      OrderId: 5452321,
      Currency: "SEK",
      Returns: [
        {
          PaymentTransactionId: 454302,
          OrderItems: [{ MerchantReference: "SKU-1", Type: "Product", Quantity: 1, PricePerItemIncVat: 375.5 }],
        },
      ],
    });
    expect(sent?.headers?.authorization).toBe(await authorization(sent?.text ?? "", PLUS.plusApiSecret));
  });

  it("without the API Plus pair sends nothing", async () => {
    const context = contextWith([], { credentials: MAIN });
    expect(await payments.refund(context, refundOf())).toMatchObject({
      kind: "refused",
      code: "QLIRO_PLUS_CREDENTIALS_REQUIRED",
    });
    expect(context.http.sent).toHaveLength(0);
  });

  it("with an API Plus pair that Qliro does not accept stops refunds, not the connection", async () => {
    for (const step of [{ status: 401 }, refusal("UNAUTHORIZED")]) {
      expect(await payments.refund(contextWith([step]), refundOf())).toMatchObject({
        kind: "refused",
        code: "QLIRO_PLUS_CREDENTIALS_REQUIRED",
      });
    }
  });

  it("of an amount adds a negative discount with the rate of what was captured", async () => {
    const context = contextWith([
      ledger(partlyCaptured.order),
      { on: "POST /v2/AddItemsToInvoice", answer: started([454411, "Created"]) },
    ]);
    const outcome = await payments.refund(context, refundOf({ rows: [], amountMinor: 10000 }));
    expect(outcome).toEqual({ kind: "accepted", externalIds: ["454411"] });
    expect(context.http.sent[1]?.json).toMatchObject({
      MerchantApiKey: "ACME_PLUS",
      Additions: [
        {
          PaymentTransactionId: 454302,
          OrderItems: [
            {
              MerchantReference: "REFUND-1",
              Description: "Refund",
              Type: "Discount",
              Quantity: 1,
              PricePerItemIncVat: -100,
              PricePerItemExVat: -80,
            },
          ],
        },
      ],
    });
  });

  it("of less than its rows splits the amount by their VAT rates, to the last öre", async () => {
    const rows = [HAT, { ...HAT, key: "SKU-2|11200", reference: "SKU-2", unitPriceMinor: 11200, vatRateBps: 1200 }];
    const context = contextWith([{ on: "POST /v2/AddItemsToInvoice", answer: started([454411, "Created"]) }]);
    await payments.refund(context, refundOf({ rows, amountMinor: 10001 }));
    expect(context.http.sent[0]?.json).toMatchObject({
      Additions: [
        {
          OrderItems: [
            { MerchantReference: "REFUND-1-2500", PricePerItemIncVat: -77.03, PricePerItemExVat: -61.62 },
            { MerchantReference: "REFUND-1-1200", PricePerItemIncVat: -22.98, PricePerItemExVat: -20.52 },
          ],
        },
      ],
    });
  });

  it("of an amount is left to a person where the setting says so, or where no rate is known", async () => {
    const amount = refundOf({ rows: [], amountMinor: 10000 });
    const byHand = contextWith([], { settings: { amountRefunds: "by_hand" } });
    expect(await payments.refund(byHand, amount)).toMatchObject({ kind: "refused", code: "CAPABILITY_OFF" });
    const noRows = contextWith([ledger({ ...partlyCaptured.order, OrderItemActions: [] })]);
    expect(await payments.refund(noRows, amount)).toMatchObject({ kind: "refused", code: "CAPABILITY_OFF" });
    const unread = contextWith([{ status: 503 }]);
    expect(await payments.refund(unread, amount)).toMatchObject({ kind: "later" });
    const gone = contextWith([{ status: 404 }]);
    expect(await payments.refund(gone, amount)).toMatchObject({ kind: "refused", code: "ORDER_UNKNOWN_AT_PLATFORM" });
  });

  it("waits while another return is in progress, and is done when the ledger shows it", async () => {
    const busy = contextWith([refusal("OPERATION_NOT_SUPPORTED", "Another return is being processed")]);
    expect(await payments.refund(busy, refundOf())).toMatchObject({
      kind: "later",
      code: "PREVIOUS_REFUND_UNFINISHED",
    });
    const repeated = contextWith([refusal("NO_SHIPPED_ITEMS_AVAILABLE"), ledger(refundedOnce.order)]);
    expect(await payments.refund(repeated, refundOf())).toEqual({ kind: "done", externalId: "454410" });
  });
});

describe("a cancellation", () => {
  it("names the order only and is signed with the main pair", async () => {
    const context = contextWith([{ on: "POST /v2/cancelOrder", answer: started([454500, "Created"]) }]);
    expect(await payments.cancel(context, cancelOf())).toEqual({ kind: "accepted", externalIds: ["454500"] });
    expect(context.http.sent[0]?.json).toEqual({ RequestId: KEY, MerchantApiKey: "ACME_SE", OrderId: 5452321 });
  });

  it("of what is cancelled already is done", async () => {
    for (const code of ["ORDER_HAS_BEEN_CANCELLED", "NO_ITEMS_TO_CANCEL"]) {
      expect(await payments.cancel(contextWith([refusal(code)]), cancelOf())).toEqual({
        kind: "done",
        externalId: "cancel:5452321",
      });
    }
  });

  it("that Qliro reports as failed is refused as such", async () => {
    const context = contextWith([{ answer: started([454500, "Cancelled"]) }]);
    expect(await payments.cancel(context, cancelOf())).toMatchObject({ kind: "refused", code: "CANCEL_FAILED" });
  });
});

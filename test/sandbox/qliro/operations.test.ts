// Captures, cancellations and refunds at the simulated Qliro: each rule of reference/qliro.md section 6.4.
import { beforeEach, describe, expect, it } from "vitest";
import { createMerchant, giveBack, HATS, hats, type Merchant, PARCEL, parcel, placeHats, ship } from "./merchant.ts";

let merchant: Merchant;
beforeEach(() => {
  merchant = createMerchant();
});

const order = async (orderId: number) => (await merchant.get(`/adminapi/v2/orders/${orderId}`)).body;
const left = (orderId: number) => merchant.control({ do: "show", orderId }).sums;

describe("MarkItemsAsShipped", () => {
  it("answers Created, and the capture has succeeded at the next look", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    const shipped = await ship(merchant, orderId, authorisationId, [hats(1)]);
    expect(shipped.status).toBe(200);
    expect(shipped.body).toEqual({ PaymentTransactions: [{ PaymentTransactionId: shipped.id, Status: "Created" }] });
    const capture = (await order(orderId)).PaymentTransactions[1];
    expect(capture).toMatchObject({
      PaymentTransactionId: shipped.id,
      OriginalPaymentTransactionId: authorisationId,
      Type: "Capture",
      Amount: 375.5,
      Status: "Success",
    });
  });

  it("stays Created for as long as outcomes are told to take, and counts in-flight rows as gone", async () => {
    merchant.control({ do: "set", switches: { outcomeDelayMs: 5_000 } });
    const { orderId, authorisationId } = placeHats(merchant);
    const shipped = await ship(merchant, orderId, authorisationId, [hats(2), parcel]);
    const status = async () => (await merchant.get(`/adminapi/v2/paymentTransactions/${shipped.id}`)).body.Status;
    expect(await status()).toBe("Created");
    const again = await ship(merchant, orderId, authorisationId, [hats(1)]);
    expect(again.body.ErrorCode).toBe("NO_ITEMS_LEFT_IN_RESERVATION");
    expect((await order(orderId)).OrderItemActions).toHaveLength(2);
    merchant.clock.now += 5_000;
    expect(await status()).toBe("Success");
    expect((await order(orderId)).OrderItemActions).toHaveLength(4);
  });

  it("gives rows of a failed capture back to the reservation", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    merchant.control({ do: "fail", type: "Capture" });
    const failed = await ship(merchant, orderId, authorisationId, [hats(2)]);
    expect(failed.status).toBe(200);
    const shown = await merchant.get(`/adminapi/v2/paymentTransactions/${failed.id}`);
    expect(shown.body).toMatchObject({ Status: "Error", ErrorCode: "PROVIDER_DECLINED" });
    expect((await ship(merchant, orderId, authorisationId, [hats(2)])).status).toBe(200);
  });

  it("knows a row by reference, unit price and type, and only as many as are left", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    const code = async (row: Record<string, unknown>) =>
      (await ship(merchant, orderId, authorisationId, [row])).body.ErrorCode;
    expect(await code({ ...hats(1), PricePerItemIncVat: 375.49 })).toBe("INVALID_ITEM");
    expect(await code({ ...hats(1), Type: "Fee" })).toBe("INVALID_ITEM");
    expect(await code(hats(3))).toBe("EXCEEDING_QUANTITY");
    expect(await code({ ...hats(1), PricePerItemExVat: 300 })).toBe(
      "ITEM_SHIPPED_WITH_DIFFERENT_PRICEEXVAT_DESCRIPTION",
    );
    expect(await code({ ...hats(1), Quantity: 0 })).toBe("INVALID_INPUT");
    expect(await code({ ...hats(1), PricePerItemIncVat: "375.50" })).toBe("INVALID_INPUT");
    expect(await code({ ...hats(1), PricePerItemIncVat: 375.501 })).toBe("SYSTEM_ERROR");
  });

  it("refuses a wrong transaction id in three different ways", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    const other = placeHats(merchant, { reference: "SE-10002" });
    const captured = await ship(merchant, orderId, authorisationId, [hats(1)]);
    const code = async (id: number) => (await ship(merchant, orderId, id, [hats(1)])).body.ErrorCode;
    expect(await code(1)).toBe("NO_PAYMENT_TRANSACTION");
    expect(await code(other.authorisationId)).toBe("PAYMENT_REFERENCE_IS_INCORRECT");
    expect(await code(captured.id)).toBe("INVALID_PAYMENT_TYPE");
  });

  it("finds the authorisation itself when the shipment names none", async () => {
    const { orderId } = placeHats(merchant);
    expect((await ship(merchant, orderId, null, [hats(2), parcel])).status).toBe(200);
    expect(left(orderId)).toMatchObject({ captured: 80_000, remaining: 0 });
  });

  it("refuses another currency", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    const answer = await merchant.post("/adminapi/v2/MarkItemsAsShipped", {
      OrderId: orderId,
      Currency: "EUR",
      Shipments: [{ PaymentTransactionId: authorisationId, OrderItems: [hats(1)] }],
    });
    expect(answer.body.ErrorCode).toBe("CURRENCY_MISMATCH");
  });

  it("leaves the fee row alone, unless the account always captures the fee", async () => {
    const plain = placeHats(merchant, { fee: 29 });
    const shipped = await ship(merchant, plain.orderId, plain.authorisationId, [hats(2), parcel]);
    expect((await order(plain.orderId)).PaymentTransactions[1]).toMatchObject({ Amount: 800 });
    expect(shipped.status).toBe(200);
    expect(left(plain.orderId).remaining).toBe(2_900);
    merchant.control({ do: "set", key: "ACME_SE", switches: { alwaysCaptureFee: true, alwaysCreditFee: true } });
    const always = placeHats(merchant, { reference: "SE-10002", fee: 29 });
    const capture = await ship(merchant, always.orderId, always.authorisationId, [hats(2)]);
    expect((await order(always.orderId)).PaymentTransactions[1]).toMatchObject({ Amount: 780 });
    await giveBack(merchant, always.orderId, capture.id, [hats(1)]);
    expect((await order(always.orderId)).PaymentTransactions[2]).toMatchObject({ Amount: 404.5 });
  });

  it("waits while the payment is on hold", async () => {
    const { orderId, authorisationId } = placeHats(merchant, { onHold: true });
    expect((await ship(merchant, orderId, authorisationId, [hats(1)])).body.ErrorCode).toBe("PAYMENT_ONHOLD");
    merchant.control({ do: "complete", orderId });
    expect((await ship(merchant, orderId, authorisationId, [hats(1)])).status).toBe(200);
  });
});

describe("cancelOrder", () => {
  const cancel = (orderId: number) => merchant.post("/adminapi/v2/cancelOrder", { OrderId: orderId });

  it("releases only what is not captured", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    await ship(merchant, orderId, authorisationId, [hats(1)]);
    expect((await cancel(orderId)).status).toBe(200);
    const shown = await order(orderId);
    expect(shown.PaymentTransactions[2]).toMatchObject({
      Type: "Reversal",
      Amount: 424.5,
      OriginalPaymentTransactionId: authorisationId,
    });
    expect(shown.OrderItemActions.filter((each: { ActionType: string }) => each.ActionType === "Release")).toHaveLength(
      2,
    );
    expect((await cancel(orderId)).body.ErrorCode).toBe("NO_ITEMS_TO_CANCEL");
    expect((await ship(merchant, orderId, authorisationId, [hats(1)])).body.ErrorCode).toBe(
      "NO_ITEMS_LEFT_IN_RESERVATION",
    );
  });

  it("knows an order that is cancelled already", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    await cancel(orderId);
    expect((await cancel(orderId)).body.ErrorCode).toBe("ORDER_HAS_BEEN_CANCELLED");
    expect((await ship(merchant, orderId, authorisationId, [hats(1)])).body.ErrorCode).toBe("ORDER_HAS_BEEN_CANCELLED");
  });

  it("has nothing to cancel once everything is captured", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    await ship(merchant, orderId, authorisationId, [hats(2), parcel]);
    merchant.network.tick();
    expect((await cancel(orderId)).body.ErrorCode).toBe("NO_ITEMS_TO_CANCEL");
  });

  it("refunds a direct payment besides", async () => {
    const { orderId } = placeHats(merchant, { debit: true, method: "TRUSTLY" });
    await cancel(orderId);
    const types = (await order(orderId)).PaymentTransactions.map((each: { Type: string }) => each.Type);
    expect(types).toEqual(["Debit", "Reversal", "Refund"]);
    expect(left(orderId).refunded).toBe(80_000);
  });

  it("can be tried again as a reversal when the release failed", async () => {
    const { orderId } = placeHats(merchant);
    merchant.control({ do: "fail", type: "Reversal" });
    const failed = (await cancel(orderId)).body.PaymentTransactions[0].PaymentTransactionId;
    const retry = await merchant.post("/adminapi/v2/retryReversalPaymentTransaction", { PaymentReference: failed });
    expect(retry.body).toMatchObject({ Status: "Created" });
    merchant.network.tick();
    expect(left(orderId)).toMatchObject({ released: 80_000, remaining: 0 });
  });
});

describe("refunds", () => {
  const captured = async () => {
    const placed = placeHats(merchant);
    const capture = await ship(merchant, placed.orderId, placed.authorisationId, [hats(2), parcel]);
    merchant.network.tick();
    return { ...placed, captureId: capture.id };
  };

  it("need the Plus pair, unless the account is told otherwise", async () => {
    const { orderId, captureId } = await captured();
    const body = {
      OrderId: orderId,
      Currency: "SEK",
      Returns: [{ PaymentTransactionId: captureId, OrderItems: [hats(1)] }],
    };
    const refused = await merchant.post("/adminapi/v2/ReturnItems", body);
    expect([refused.status, refused.body.ErrorCode]).toEqual([403, "FORBIDDEN"]);
    expect((await merchant.post("/adminapi/v2/ReturnItems", body, true)).status).toBe(200);
    merchant.control({ do: "set", key: "ACME_SE", switches: { plusRequired: false } });
    merchant.network.tick();
    expect((await merchant.post("/adminapi/v2/ReturnItems", body)).status).toBe(200);
  });

  it("go to the capture, one at a time per authorisation", async () => {
    merchant.control({ do: "set", switches: { outcomeDelayMs: 1_000 } });
    const placed = placeHats(merchant);
    const one = await ship(merchant, placed.orderId, placed.authorisationId, [hats(1)]);
    const two = await ship(merchant, placed.orderId, placed.authorisationId, [hats(1)]);
    merchant.clock.now += 1_000;
    merchant.network.tick();
    expect((await giveBack(merchant, placed.orderId, placed.authorisationId, [hats(1)])).body.ErrorCode).toBe(
      "INVALID_PAYMENT_TYPE",
    );
    expect((await giveBack(merchant, placed.orderId, one.id, [hats(1)])).status).toBe(200);
    const busy = await giveBack(merchant, placed.orderId, two.id, [hats(1)]);
    expect(busy.body).toMatchObject({ ErrorCode: "OPERATION_NOT_SUPPORTED" });
    expect(busy.body.ErrorMessage).toContain("transaction is being processed");
    merchant.clock.now += 1_000;
    expect((await giveBack(merchant, placed.orderId, two.id, [hats(1)])).status).toBe(200);
  });

  it("keep fees and negative discounts back", async () => {
    const { orderId, captureId } = await captured();
    const fee = { MerchantReference: "ReturnFee", Description: "Fee", PricePerItemIncVat: 50, PricePerItemExVat: 40 };
    const discount = { MerchantReference: "D", Description: "D", PricePerItemIncVat: -10, PricePerItemExVat: -8 };
    await giveBack(merchant, orderId, captureId, [hats(1)], { Fees: [fee], Discounts: [discount] });
    expect((await order(orderId)).PaymentTransactions[2]).toMatchObject({ Type: "Refund", Amount: 315.5 });
    const positive = { Discounts: [{ ...discount, PricePerItemIncVat: 10 }] };
    expect((await giveBack(merchant, orderId, captureId, [hats(1)], positive)).body.ErrorCode).toBe("INVALID_INPUT");
  });

  it("never exceed what was shipped", async () => {
    const { orderId, captureId } = await captured();
    expect((await giveBack(merchant, orderId, captureId, [hats(3)])).body.ErrorCode).toBe("EXCEEDING_QUANTITY");
    await giveBack(merchant, orderId, captureId, [hats(2), parcel]);
    merchant.network.tick();
    expect((await giveBack(merchant, orderId, captureId, [hats(1)])).body.ErrorCode).toBe("NO_SHIPPED_ITEMS_AVAILABLE");
    expect(left(orderId)).toMatchObject({ captured: 80_000, refunded: 80_000 });
  });

  it("of an amount are a negative row on the invoice, up to what is left of the capture", async () => {
    const { orderId, captureId } = await captured();
    const add = (price: number) =>
      merchant.post(
        "/adminapi/v2/AddItemsToInvoice",
        {
          OrderId: orderId,
          Currency: "SEK",
          Additions: [
            {
              PaymentTransactionId: captureId,
              OrderItems: [
                {
                  MerchantReference: "REFUND-1",
                  Description: "Goodwill",
                  Type: "Discount",
                  Quantity: 1,
                  PricePerItemIncVat: price,
                  PricePerItemExVat: price,
                },
              ],
            },
          ],
        },
        true,
      );
    expect((await add(100)).body.ErrorCode).toBe("INVALID_INPUT");
    expect((await add(-800.01)).body.ErrorCode).toBe("INVALID_REQUEST_TOTAL_AMOUNT");
    expect((await add(-100)).status).toBe(200);
    merchant.network.tick();
    expect(left(orderId).refunded).toBe(10_000);
    expect((await add(-700.01)).body.ErrorCode).toBe("INVALID_REQUEST_TOTAL_AMOUNT");
  });

  it("that fail leave the rows refundable", async () => {
    const { orderId, captureId } = await captured();
    merchant.control({ do: "fail", type: "Refund" });
    await giveBack(merchant, orderId, captureId, [hats(2)]);
    merchant.network.tick();
    expect(left(orderId).refunded).toBe(0);
    expect((await giveBack(merchant, orderId, captureId, [hats(2)])).status).toBe(200);
  });
});

describe("changes to an order", () => {
  const update = (orderId: number, rows: unknown[]) =>
    merchant.post("/adminapi/v2/UpdateItems", { OrderId: orderId, Currency: "SEK", Updates: [{ OrderItems: rows }] });
  const cap = {
    MerchantReference: "SKU-2",
    Description: "Cap",
    Type: "Product",
    Quantity: 1,
    PricePerItemIncVat: 125,
    PricePerItemExVat: 100,
  };

  it("make a new authorisation and reverse the old one", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    expect((await update(orderId, [cap])).body.PaymentTransactions).toHaveLength(2);
    const shown = await order(orderId);
    expect(shown.PaymentTransactions.map((each: { Type: string }) => each.Type)).toEqual([
      "Preauthorization",
      "Preauthorization",
      "Reversal",
    ]);
    expect(left(orderId)).toMatchObject({ remaining: 12_500, released: 80_000 });
    expect((await ship(merchant, orderId, authorisationId, [hats(1)])).body.ErrorCode).toBe(
      "NO_ITEMS_LEFT_IN_RESERVATION",
    );
  });

  it("cancel the reversal when the new authorisation fails", async () => {
    const { orderId } = placeHats(merchant);
    merchant.control({ do: "fail", type: "Preauthorization" });
    await update(orderId, [cap]);
    merchant.network.tick();
    expect(left(orderId)).toMatchObject({ remaining: 80_000, released: 0 });
  });

  it("are closed for other methods once something is shipped", async () => {
    const card = placeHats(merchant, { method: "CREDITCARDS" });
    await ship(merchant, card.orderId, card.authorisationId, [hats(1)]);
    expect((await update(card.orderId, [cap])).body.ErrorCode).toBe("OPERATION_NOT_SUPPORTED");
    const own = placeHats(merchant, { reference: "SE-10002" });
    await ship(merchant, own.orderId, own.authorisationId, [hats(2), parcel]);
    merchant.network.tick();
    expect((await update(own.orderId, [cap])).body.ErrorCode).toBe("NO_QUALIFIED_ITEMS_TO_MANAGE");
  });

  it("by upsell add a second authorisation", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    const answer = await merchant.post("/merchantapi/Upsell", { OrderId: orderId, Currency: "SEK", OrderItems: [cap] });
    expect(answer.status).toBe(200);
    expect(merchant.pushes().at(-1)).toMatchObject({
      NotificationType: "UpsellStatus",
      OriginalPaymentTransactionId: authorisationId,
      ReplacesOriginalPaymentTransaction: false,
      Status: "Success",
    });
    expect(left(orderId).remaining).toBe(92_500);
  });
});

describe("the portal", () => {
  it("captures, cancels the rest and refunds an amount, each with its push", () => {
    const { orderId } = placeHats(merchant);
    merchant.control({ do: "capture", orderId, rows: [{ reference: "SKU-1" }] });
    merchant.control({ do: "cancel", orderId });
    merchant.control({ do: "refund", orderId, amount: 75.5 });
    expect(left(orderId)).toEqual({
      reserved: 80_000,
      captured: 37_550,
      refunded: 7_550,
      released: 42_450,
      remaining: 0,
    });
    const seen = merchant.pushes().map((push) => `${push.PaymentType ?? push.NotificationType} ${push.Status}`);
    expect(seen).toEqual([
      "CustomerCheckoutStatus Completed",
      "Preauthorization Success",
      "Capture Success",
      "Reversal Success",
      "UpdateInvoice Success",
    ]);
  });

  it("returns rows that lie in several captures, one after the other", () => {
    const { orderId } = placeHats(merchant);
    merchant.control({ do: "capture", orderId, rows: [{ reference: "SKU-1" }] });
    merchant.control({ do: "capture", orderId });
    merchant.control({ do: "refund", orderId, rows: [{ reference: "SKU-1", quantity: 2 }] });
    expect(left(orderId)).toMatchObject({ captured: 80_000, refunded: 75_100 });
    expect(() => merchant.control({ do: "refund", orderId, rows: [{ reference: "SKU-1" }] })).toThrow("0 of 1");
  });

  it("ships a direct payment without moving money", () => {
    const { orderId } = placeHats(merchant, { debit: true, method: "TRUSTLY", rows: [HATS, PARCEL] });
    merchant.control({ do: "capture", orderId });
    expect(merchant.control({ do: "settle" }).batches).toMatchObject([{ acquirer: "Trustly" }]);
    expect(merchant.control({ do: "settle" }).batches).toEqual([]);
  });
});

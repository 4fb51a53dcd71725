// What the simulated Qliro shows and pushes about an order: reference/qliro.md sections 5, 6.1, 6.2 and 8.
import { beforeEach, describe, expect, it } from "vitest";
import { qliroPlatform } from "../../../sandbox/qliro/index.ts";
import { createMerchant, giveBack, hats, type Merchant, placeHats, ship } from "./merchant.ts";

let merchant: Merchant;
beforeEach(() => {
  merchant = createMerchant();
});

const admin = async (orderId: number) => (await merchant.get(`/adminapi/v2/orders/${orderId}`)).body;

describe("the admin order", () => {
  it("shows the ledger and the transactions, and neither status nor total", async () => {
    const { orderId, authorisationId } = placeHats(merchant, { metadata: { tenant: "t_123" } });
    const shown = await admin(orderId);
    expect(Object.keys(shown)).not.toContain("TotalPrice");
    expect(shown.OrderItemActions[0]).toEqual({
      Id: 1,
      ActionType: "Reserve",
      PaymentTransactionId: authorisationId,
      MerchantReference: "SKU-1",
      Description: "Wool hat",
      Type: "Product",
      Quantity: 2,
      PricePerItemIncVat: 375.5,
      PricePerItemExVat: 300.4,
      VatRate: 25,
    });
    expect(shown.PaymentTransactions).toEqual([
      expect.objectContaining({
        PaymentTransactionId: authorisationId,
        OriginalPaymentTransactionId: null,
        Type: "Preauthorization",
        Amount: 800,
        Status: "Success",
        Timestamp: "2026-01-15T10:00:00.000",
        PaymentMethodName: "QLIRO_INVOICE",
        PaymentMethodSubtypeCode: "INVOICE",
      }),
    ]);
    expect(shown.MerchantProvidedMetadata).toEqual([{ Key: "tenant", Value: "t_123" }]);
  });

  it("is found by reference too, an order id going first", async () => {
    const first = placeHats(merchant);
    const second = placeHats(merchant, { reference: String(first.orderId) });
    expect((await merchant.get("/adminapi/v2/orders/SE-10001")).body.OrderId).toBe(first.orderId);
    expect((await merchant.get(`/adminapi/v2/orders/${first.orderId}`)).body.OrderId).not.toBe(second.orderId);
  });

  it("speaks in integers, without VAT rates, and opens with Create rows when told to", async () => {
    merchant.control({ do: "set", switches: { enums: "integers", vatRateShown: false, createActions: true } });
    const { orderId } = placeHats(merchant, { customer: { company: true } });
    const shown = await admin(orderId);
    expect(shown.OrderItemActions.map((each: { ActionType: number }) => each.ActionType)).toEqual([0, 0, 1, 1]);
    expect(shown.OrderItemActions[1]).toMatchObject({ Type: 3 });
    expect(shown.OrderItemActions[1]).not.toHaveProperty("VatRate");
    expect(shown.PaymentTransactions[0]).toMatchObject({ Type: 0, Status: 4 });
    expect(shown.Customer.JuridicalType).toBe(1);
  });

  it("writes rows before their transaction has its outcome when told to, and keeps them after a failure", async () => {
    merchant.control({ do: "set", switches: { actionsAppear: "on_acceptance", outcomeDelayMs: 1_000 } });
    const { orderId, authorisationId } = placeHats(merchant);
    merchant.control({ do: "fail", type: "Capture" });
    const failed = await ship(merchant, orderId, authorisationId, [hats(2)]);
    const last = async () => (await admin(orderId)).OrderItemActions.at(-1);
    expect(await last()).toMatchObject({ ActionType: "Ship", PaymentTransactionId: failed.id });
    merchant.clock.now += 1_000;
    expect(await last()).toMatchObject({ ActionType: "Ship", PaymentTransactionId: failed.id });
    expect(merchant.control({ do: "show", orderId }).sums).toMatchObject({ captured: 0, remaining: 80_000 });
  });
});

describe("the merchant order", () => {
  it("has the checkout status, and its rows once the customer is finished", async () => {
    const { orderId } = placeHats(merchant, { inProcess: true });
    const read = async () => (await merchant.get(`/merchantapi/Orders/${orderId}`)).body;
    expect(await read()).toMatchObject({ CustomerCheckoutStatus: "InProcess", OrderItems: [], TotalPrice: 800 });
    merchant.control({ do: "complete", orderId });
    const shown = await read();
    expect(shown).toMatchObject({
      CustomerCheckoutStatus: "Completed",
      PaymentMethod: { PaymentMethodName: "QLIRO_INVOICE", PaymentTypeCode: "INVOICE" },
    });
    expect(shown.OrderItems).toHaveLength(2);
    expect(shown.OrderItems[0].PaymentTransactionId).toBeGreaterThan(0);
  });
});

describe("pushes", () => {
  it("tell a completed checkout and the reservation", () => {
    const { orderId, authorisationId } = placeHats(merchant);
    expect(merchant.pushes()).toEqual([
      {
        OrderId: orderId,
        MerchantReference: "SE-10001",
        Status: "Completed",
        Timestamp: "2026-01-15T10:00:00.000",
        NotificationType: "CustomerCheckoutStatus",
        PaymentTransactionId: authorisationId,
      },
      expect.objectContaining({
        OrderId: orderId,
        PaymentTransactionId: authorisationId,
        OriginalPaymentTransactionId: null,
        PaymentReference: String(authorisationId),
        PaymentType: "Preauthorization",
        Status: "Success",
        Amount: 800,
        Currency: "SEK",
        Timestamp: "2026-01-15T10:00:00.000",
      }),
    ]);
  });

  it("tell a review and its end, good or bad", () => {
    const good = placeHats(merchant, { onHold: true });
    merchant.control({ do: "complete", orderId: good.orderId });
    const bad = placeHats(merchant, { onHold: true });
    merchant.control({ do: "refuse", orderId: bad.orderId });
    const said = (orderId: number) =>
      merchant
        .pushes()
        .filter((push) => push.OrderId === orderId)
        .map((push) => `${push.PaymentType ?? "Checkout"} ${push.Status}`);
    expect(said(good.orderId)).toEqual([
      "Checkout OnHold",
      "Preauthorization OnHold",
      "Checkout Completed",
      "Preauthorization Success",
    ]);
    expect(said(bad.orderId).slice(2)).toEqual(["Checkout Refused", "Preauthorization Cancelled"]);
  });

  it("tell every status on the way, negative refunds and another zone when told to", async () => {
    const { orderId, authorisationId } = placeHats(merchant);
    merchant.control({
      do: "set",
      switches: {
        interimStatuses: true,
        refundPushAmounts: "negative",
        timestampOffsetMinutes: 60,
        refundType: "Credit",
      },
    });
    const capture = await ship(merchant, orderId, authorisationId, [hats(1)]);
    merchant.network.tick();
    await giveBack(merchant, orderId, capture.id, [hats(1)]);
    merchant.network.tick();
    const seen = merchant.pushes().slice(2);
    expect(seen.map((push) => `${push.PaymentType} ${push.Status} ${push.Amount}`)).toEqual([
      "Capture Created 375.5",
      "Capture InProcess 375.5",
      "Capture Success 375.5",
      "Credit Created -375.5",
      "Credit InProcess -375.5",
      "Credit Success -375.5",
    ]);
    expect(seen[0]?.Timestamp).toBe("2026-01-15T11:00:00.000");
  });

  it("go where the order says, and later ones where they are re-pointed", async () => {
    const { orderId } = placeHats(merchant, {
      managementPushUrl: "https://shop.example.com/om",
      checkoutPushUrl: null,
    });
    const url = "https://hooks.example.com/new";
    await merchant.post("/adminapi/v2/orderPushUrl/OrderManagement", {
      OrderId: orderId,
      MerchantOrderManagementStatusPushUrl: url,
    });
    merchant.control({ do: "capture", orderId });
    expect(merchant.network.pending().map((delivery) => delivery.webhook.url)).toEqual([
      "https://shop.example.com/om",
      url,
    ]);
  });

  it("count as received only with 200 and the word received", () => {
    expect(qliroPlatform.acknowledged(200, '{"CallbackResponse":"received"}')).toBe(true);
    expect(qliroPlatform.acknowledged(200, '{ "CallbackResponse": "received" }')).toBe(true);
    expect(qliroPlatform.acknowledged(201, '{"CallbackResponse":"received"}')).toBe(false);
    expect(qliroPlatform.acknowledged(200, '{"CallbackResponse":"pending"}')).toBe(false);
    expect(qliroPlatform.acknowledged(200, "OK")).toBe(false);
  });
});

describe("a snapshot", () => {
  it("brings everything back", async () => {
    merchant.control({ do: "set", switches: { outcomeDelayMs: 5_000 } });
    const { orderId, authorisationId } = placeHats(merchant);
    await ship(merchant, orderId, authorisationId, [hats(1)]);
    const saved = JSON.parse(JSON.stringify(merchant.network.snapshot()));
    const other = createMerchant();
    other.network.restore(saved);
    other.clock.now += 5_000;
    const shown = (await other.get(`/adminapi/v2/orders/${orderId}`)).body;
    expect(shown.PaymentTransactions[1]).toMatchObject({ Type: "Capture", Status: "Success" });
    expect(other.pushes()).toHaveLength(3);
  });
});

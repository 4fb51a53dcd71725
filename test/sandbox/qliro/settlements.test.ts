// Payouts of the simulated Qliro and the rules of asking for them: reference/qliro.md section 10.
import { beforeEach, describe, expect, it } from "vitest";
import { createMerchant, type Merchant, placeHats } from "./merchant.ts";

let merchant: Merchant;
beforeEach(() => {
  merchant = createMerchant();
});

const batches = (from: string, to: string) =>
  merchant.get(
    `/adminapi/v2/settlements/GetSettlementBatches?FromBatchDate=${encodeURIComponent(from)}&ToBatchDate=${encodeURIComponent(to)}`,
  );
const lines = async (id: number) =>
  (await merchant.get(`/adminapi/v2/settlements/GetSettlementsByBatchId?Id=${id}`)).body;

/** One order captured whole, one hat refunded: 800.00 in, 375.50 out. */
function trade() {
  const { orderId } = placeHats(merchant);
  merchant.control({ do: "capture", orderId });
  merchant.control({ do: "refund", orderId, rows: [{ reference: "SKU-1" }] });
  return orderId;
}

const settle = (more: Record<string, unknown> = {}) => merchant.control({ do: "settle", ...more }).batches;

describe("settle", () => {
  it("pays out yesterday what was captured and refunded, once", async () => {
    const orderId = trade();
    const [batch] = settle();
    // 2.5 % of 800.00 is 20.00, and 25 % VAT on it: 25.00.
    expect((await batches("2026/01/14", "2026/01/14")).body.SettlementBatches).toEqual([
      {
        Id: batch.id,
        BatchId: batch.batchId,
        AcquirerName: "Qliro",
        BatchDate: "2026-01-14T00:00:00",
        CurrencyCode: "SEK",
        TotalAmount: 399.5,
        TotalFeeAmount: 25,
        FxTotalAmount: null,
        FxCurrencyCode: null,
        FxRate: null,
      },
    ]);
    const shown = await lines(batch.id);
    expect(
      shown.Settlements.map((line: Record<string, unknown>) => [line.OrderId, line.Type, line.Action, line.Amount]),
    ).toEqual([
      [orderId, "Transaction", "Debit", 800],
      [orderId, "Transaction", "Credit", 375.5],
      [orderId, "Fee", "Credit", 25],
    ]);
    expect(shown.Settlements[2]).toMatchObject({
      VatRate: 25,
      AmountExcludingVat: 20,
      MerchantOrderReference: "SE-10001",
    });
    expect(shown.TotalSummary).toEqual({
      DebitTransactionsTotalSum: 800,
      DebitTransactionsCount: 1,
      CreditTransactionsTotalSum: 375.5,
      CreditTransactionsCount: 1,
      FeeTransactionsTotalSum: 25,
      FeeTransactionsCount: 1,
    });
    expect(settle()).toEqual([]);
  });

  it("follows each convention of signs, net and gross", () => {
    const totals = ["magnitude_net", "magnitude_gross", "signed_net", "signed_gross"].map((convention) => {
      trade();
      const [batch] = settle({ convention });
      const sum = batch.lines.reduce((total: number, line: { amountMinor: number }) => total + line.amountMinor, 0);
      return [convention, batch.totalMinor, sum];
    });
    expect(totals).toEqual([
      ["magnitude_net", 39_950, 120_050],
      ["magnitude_gross", 42_450, 120_050],
      ["signed_net", 39_950, 39_950],
      ["signed_gross", 42_450, 39_950],
    ]);
  });

  it("puts fees on one line of the batch, or hides them from it", async () => {
    trade();
    const [together] = settle({ fee: { shown: "per_batch" } });
    const [fee] = (await lines(together.id)).Settlements.slice(-1);
    expect(fee).toMatchObject({ Type: "Fee", Amount: 25, PaymentTransactionId: null });
    expect(fee).not.toHaveProperty("OrderId");
    trade();
    const [hidden] = settle({ date: "2026-01-13", fee: { shown: "hidden" } });
    const shown = await lines(hidden.id);
    expect(shown.TotalSummary.FeeTransactionsCount).toBe(0);
    const query = `FromDate=2026%2F01%2F13&ToDate=2026%2F01%2F13&BatchId=${hidden.batchId}`;
    const all = async (types: string) => (await merchant.get(`/adminapi/v2/settlements?${query}${types}`)).body;
    expect((await all("")).Settlements).toHaveLength(2);
    expect((await all("&Types=Fee")).Settlements).toMatchObject([{ Type: "Fee", Amount: 25 }]);
    expect((await all("&Types=Fee&Types=Transaction")).Settlements).toHaveLength(3);
  });

  it("takes chargebacks, keeps pending and rejected lines apart, and can be made not to foot", async () => {
    const orderId = trade();
    const other = placeHats(merchant, { reference: "SE-10002" }).orderId;
    const [, captureId] = merchant
      .control({ do: "capture", orderId: other })
      .transactions.map((t: { id: number }) => t.id);
    const [batch] = settle({
      chargebacks: [{ orderId, amount: 100 }],
      pending: [captureId],
      offBy: 0.01,
      fee: { percent: 0 },
    });
    expect(batch.totalMinor).toBe(80_000 - 37_550 - 10_000 + 1);
    const shown = await lines(batch.id);
    expect(shown.Settlements.at(-1)).toMatchObject({ Type: "Chargeback", Action: "Credit", Amount: 100 });
    expect(shown.PendingSettlements).toMatchObject([{ PaymentTransactionId: captureId }]);
    expect(shown.PendingSettlements[0]).not.toHaveProperty("OrderId");
    expect(settle({ fee: { percent: 0 } })).toMatchObject([{ totalMinor: 80_000 }]);
  });

  it("settles a direct payment by its Debit transaction", async () => {
    const { orderId, authorisationId } = placeHats(merchant, { debit: true, method: "TRUSTLY" });
    merchant.control({ do: "capture", orderId });
    const [batch] = settle();
    expect((await lines(batch.id)).Settlements[0]).toMatchObject({
      PaymentTransactionId: authorisationId,
      AcquirerName: "Trustly",
    });
  });
});

describe("a settlement query", () => {
  const code = async (from: string, to: string) => (await batches(from, to)).body.ErrorCode;

  it("is refused while the period includes today in Sweden", async () => {
    expect(await code("2026/01/10", "2026/01/15")).toBe("PERIOD_NOT_SETTLED");
    expect((await batches("2026/01/10", "2026/01/14")).status).toBe(200);
    merchant.clock.now = Date.parse("2026-01-15T23:30:00Z");
    expect((await batches("2026/01/10", "2026/01/15")).status).toBe(200);
  });

  it("is refused when it is too long, turned round, or not written yyyy/mm/dd", async () => {
    expect(await code("2025/11/15", "2026/01/14")).toBe("PERIOD_LIMIT_EXCEEDED");
    expect(await code("2026/01/14", "2026/01/13")).toBe("PERIOD_INVALID");
    expect(await code("2026-01-13", "2026-01-14")).toBe("INVALID_INPUT");
    const long = "/adminapi/v2/settlements?FromDate=2025%2F11%2F14&ToDate=2026%2F01%2F14";
    expect((await merchant.get(long)).body.ErrorCode).toBe("PERIOD_INVALID");
  });

  it("takes ISO dates where that is switched on", async () => {
    merchant.control({ do: "set", switches: { isoDatesAccepted: true } });
    expect((await batches("2026-01-13", "2026-01-14")).status).toBe(200);
  });

  it("shows nobody else's payout", async () => {
    trade();
    const [batch] = settle();
    merchant.control({ do: "account", key: "OTHER", secret: "other" });
    const path = `/adminapi/v2/settlements/GetSettlementsByBatchId?Id=${batch.id}`;
    expect((await merchant.get(path, "other")).status).toBe(404);
    expect((await merchant.get(path.replace(/\d+$/, "1"))).status).toBe(404);
  });
});

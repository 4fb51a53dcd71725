import { describe, expect, it } from "vitest";
import { addDays, localDate, periods } from "../../../src/connectors/qliro/dates.ts";
import { payouts } from "../../../src/connectors/qliro/payouts.ts";
import { contextWith, NOW } from "./context.ts";
import actionNet from "./golden/settlement-action-net.json";
import feeAsOneLine from "./golden/settlement-fee-as-one-line.json";

const LIST = "GET /v2/settlements/GetSettlementBatches";
const LINES = "GET /v2/settlements/GetSettlementsByBatchId?Id=778812";
const FEES = "GET /v2/settlements?FromDate=2025%2F12%2F15&ToDate=2026%2F01%2F14&Types=Fee&BatchId=20260114-001";
const [, , feeLine] = actionNet.answer.Settlements;
const query = (from: string, to: string) => `${LIST}?FromBatchDate=${from}&ToBatchDate=${to}`;

describe("listing payouts", () => {
  it("asks by slashed dates and gives the batches by date", async () => {
    const later = { ...actionNet.batch, Id: 778900, BatchDate: "2026-01-14T00:00:00", BatchId: null };
    const earlier = { ...actionNet.batch, BatchDate: "2026-01-09T00:00:00" };
    const context = contextWith([
      { on: query("2026%2F01%2F08", "2026%2F01%2F14"), answer: { SettlementBatches: [later, earlier] } },
    ]);
    const listed = await payouts.list(context, "2026-01-08", "2026-01-14");
    expect(listed).toMatchObject({
      kind: "found",
      value: [
        {
          externalId: "778812",
          reference: "20260114-001",
          date: "2026-01-09",
          currency: "SEK",
          paidMinor: 26550,
          feeMinor: 1000,
        },
        { externalId: "778900", reference: "778900", date: "2026-01-14" },
      ],
    });
  });

  it("never asks for today, as the merchant's calendar has it", async () => {
    const context = contextWith([{ on: query("2026%2F01%2F08", "2026%2F01%2F14"), answer: { SettlementBatches: [] } }]);
    expect(await payouts.list(context, "2026-01-08", "2026-01-20")).toEqual({ kind: "found", value: [] });
    // 23:30 UTC is already the 16th in Stockholm, so the 15th may be asked for.
    const midnight = contextWith([{ on: query("2026%2F01%2F08", "2026%2F01%2F15"), answer: {} }], {
      now: NOW + 3_600_000,
    });
    expect(await payouts.list(midnight, "2026-01-08", "2026-01-20")).toEqual({ kind: "found", value: [] });
  });

  it("asks nothing when the period is only today", async () => {
    const context = contextWith([]);
    expect(await payouts.list(context, "2026-01-15", "2026-01-15")).toEqual({ kind: "found", value: [] });
    expect(context.http.sent).toHaveLength(0);
  });

  it("cuts a long period and gives each batch once", async () => {
    const answer = { SettlementBatches: [actionNet.batch] };
    const context = contextWith([
      { on: query("2025%2F10%2F01", "2025%2F11%2F29"), answer },
      { on: query("2025%2F11%2F30", "2026%2F01%2F14"), answer },
    ]);
    const listed = await payouts.list(context, "2025-10-01", "2026-01-14");
    expect(listed.kind === "found" && listed.value).toHaveLength(1);
    expect(context.http.remaining()).toBe(0);
  });

  it("tells a period that is not settled from one that is wrong", async () => {
    const answered = (status: number, ErrorCode: string) =>
      payouts.list(contextWith([{ status, answer: { ErrorCode } }]), "2026-01-08", "2026-01-14");
    expect(await answered(400, "PERIOD_NOT_SETTLED")).toMatchObject({ kind: "later", code: "PERIOD_NOT_SETTLED" });
    expect(await answered(400, "PERIOD_INVALID")).toMatchObject({ kind: "refused", code: "PLATFORM_REFUSED" });
    expect(await answered(400, "PERIOD_LIMIT_EXCEEDED")).toMatchObject({ kind: "refused" });
    expect(await answered(401, "")).toMatchObject({ kind: "unauthorized" });
    expect(await answered(404, "")).toEqual({ kind: "found", value: [] });
  });

  it("refuses a list with an amount that is not exact", async () => {
    const answer = { SettlementBatches: [{ ...actionNet.batch, TotalAmount: 10.001 }] };
    expect(await payouts.list(contextWith([{ answer }]), "2026-01-08", "2026-01-14")).toMatchObject({
      kind: "refused",
      code: "PLATFORM_ANSWER_NOT_UNDERSTOOD",
    });
  });
});

describe("the lines of a payout", () => {
  it("are fetched by the batch's own id, in one page", async () => {
    const context = contextWith([{ on: LINES, answer: actionNet.answer }]);
    expect(await payouts.lines(context, actionNet.header, null)).toEqual({
      kind: "found",
      value: { lines: actionNet.lines, next: null, restated: actionNet.restated },
    });
  });

  it("are completed by the fees of the transfer where the batch hides them", async () => {
    const context = contextWith([
      { on: LINES, answer: feeAsOneLine.answer },
      { on: FEES, answer: { Settlements: [feeLine] } },
    ]);
    const page = await payouts.lines(context, feeAsOneLine.header, null);
    expect(page.kind === "found" && page.value.lines).toEqual(actionNet.lines);
  });

  it("get one fee line of the batch where the fees cannot be had or are not this batch's", async () => {
    const expected = { lines: feeAsOneLine.lines, next: null, restated: feeAsOneLine.restated };
    const steps = [
      { answer: { Settlements: [] } },
      { answer: { Settlements: [feeLine, feeLine] } },
      { status: 404 },
      { status: 400, answer: { ErrorCode: "PERIOD_INVALID" } },
    ];
    for (const step of steps) {
      const context = contextWith([{ on: LINES, answer: feeAsOneLine.answer }, step]);
      expect(await payouts.lines(context, feeAsOneLine.header, null)).toEqual({ kind: "found", value: expected });
    }
  });

  it("wait when the fees may be had later", async () => {
    const context = contextWith([{ on: LINES, answer: feeAsOneLine.answer }, { status: 503 }]);
    expect(await payouts.lines(context, feeAsOneLine.header, null)).toMatchObject({ kind: "later" });
  });

  it("are absent for a batch that Qliro does not know", async () => {
    expect(await payouts.lines(contextWith([{ status: 404 }]), actionNet.header, null)).toEqual({ kind: "absent" });
  });
});

describe("dates", () => {
  it("follow the merchant's calendar, over summer time and new year", () => {
    expect(localDate(Date.UTC(2026, 5, 30, 22, 0), "Europe/Stockholm")).toBe("2026-07-01");
    expect(localDate(Date.UTC(2025, 11, 31, 22, 59), "Europe/Stockholm")).toBe("2025-12-31");
    expect(addDays("2026-03-01", -1)).toBe("2026-02-28");
    expect(addDays("2026-12-31", 1)).toBe("2027-01-01");
  });

  it("are cut without gap or overlap", () => {
    expect(periods("2026-01-01", "2026-01-05", 2)).toEqual([
      { from: "2026-01-01", to: "2026-01-02" },
      { from: "2026-01-03", to: "2026-01-04" },
      { from: "2026-01-05", to: "2026-01-05" },
    ]);
    expect(periods("2026-01-02", "2026-01-01", 2)).toEqual([]);
  });
});

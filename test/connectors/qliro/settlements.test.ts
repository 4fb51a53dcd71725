import { describe, expect, it } from "vitest";
import { headerOf, readBatch } from "../../../src/connectors/qliro/settlements.ts";
import { batchesAnswer, settlementsAnswer } from "../../../src/connectors/qliro/wire.ts";
import actionGross from "./golden/settlement-action-gross.json";
import actionNet from "./golden/settlement-action-net.json";
import chargebackCost from "./golden/settlement-chargeback-cost.json";
import doesNotFoot from "./golden/settlement-does-not-foot.json";
import feeAsOneLine from "./golden/settlement-fee-as-one-line.json";
import feesCost from "./golden/settlement-fees-cost.json";
import repeated from "./golden/settlement-repeated-lines.json";
import signedFeesCost from "./golden/settlement-signed-fees-cost.json";
import signedGross from "./golden/settlement-signed-gross.json";
import signedNet from "./golden/settlement-signed-net.json";

const FOOTING = {
  "magnitudes with Action, total after fees": actionNet,
  "magnitudes with Action, total before fees, enums as numbers": actionGross,
  "fees that cost whatever their Action": feesCost,
  "signed amounts, total after fees": signedNet,
  "signed amounts, total before fees": signedGross,
  "signed amounts with fees as magnitudes": signedFeesCost,
  "chargebacks that cost whatever their Action": chargebackCost,
  "a fee that only the batch states": feeAsOneLine,
  "several lines about one transaction": repeated,
};
const GOLDEN = { ...FOOTING, "a batch that no reading adds up": doesNotFoot };

type Golden = (typeof GOLDEN)[keyof typeof GOLDEN];
const read = (golden: Golden, answer: unknown = golden.answer) => {
  const [batch] = batchesAnswer.parse({ SettlementBatches: [golden.batch] }).SettlementBatches;
  if (!batch) throw new Error("no batch");
  const header = headerOf(batch);
  return { header, ...readBatch(header, settlementsAnswer.parse(answer).Settlements) };
};

describe("a batch of settlements", () => {
  for (const [name, golden] of Object.entries(GOLDEN)) {
    it(`reads ${name}`, () => {
      const { header, lines, restated } = read(golden);
      expect({ header, lines, restated }).toEqual({
        header: golden.header,
        lines: golden.lines,
        restated: golden.restated,
      });
    });
  }

  it("adds up to the paid amount in every reading", () => {
    for (const golden of Object.values(FOOTING)) {
      const { lines, restated } = read(golden);
      expect(lines.reduce((sum, line) => sum + line.amountMinor, 0)).toBe(restated.paidMinor);
    }
  });

  it("does not add up, and says so, when no reading fits", () => {
    const { lines, restated } = read(doesNotFoot);
    expect(lines.reduce((sum, line) => sum + line.amountMinor, 0)).not.toBe(restated.paidMinor);
    expect(restated.interpretation).toContain("no reading");
  });

  it("gives the same lines the same ids when they come in another order", () => {
    const shuffled = { Settlements: [...repeated.answer.Settlements].reverse() };
    const ids = (lines: { externalId: string; amountMinor: number }[]) =>
      lines.map((line) => `${line.externalId}=${line.amountMinor}`).sort();
    expect(ids(read(repeated, shuffled).lines)).toEqual(ids(read(repeated).lines));
    expect(new Set(read(repeated).lines.map((line) => line.externalId)).size).toBe(5);
  });

  it("takes neither pending nor rejected settlements for money", () => {
    for (const golden of Object.values(GOLDEN)) {
      expect(golden.answer.PendingSettlements).toHaveLength(1);
      expect(read(golden).lines.some((line) => line.externalId.startsWith("999001"))).toBe(false);
    }
  });

  it("reads a header that was restated before in the same way again", () => {
    const { header, lines, restated } = read(actionGross);
    const again = readBatch({ ...header, ...restated }, settlementsAnswer.parse(actionGross.answer).Settlements);
    expect(again.lines).toEqual(lines);
    expect(again.restated.paidMinor).toBe(restated.paidMinor);
  });
});

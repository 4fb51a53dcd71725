import { describe, expect, it } from "vitest";
import { accounting } from "../../../src/connectors/specter/accounting.ts";
import { CANCEL, CREDIT, INVOICE, PAYMENT, PAYOUT } from "./commands.ts";
import commandsGolden from "./golden/commands.json";
import orderXml from "./golden/order.xml?raw";
import { call, connection, says, sentForms } from "./kit.ts";

describe("the other commands", () => {
  const commands = [CANCEL, INVOICE, CREDIT, PAYMENT, PAYOUT] as const;

  it("send the golden forms and take the number from the answer", async () => {
    for (const payload of commands) {
      const { context, http } = connection([says("1;777;OK; fine")]);
      const externalId = payload.kind === "cancel_order" ? "50012" : "777";
      expect(await accounting.execute(context, call(payload))).toMatchObject({ kind: "done", externalId });
      expect(sentForms(http)).toEqual(commandsGolden[payload.kind]);
    }
  });

  it("take a duplicate (40) for what an earlier attempt made", async () => {
    for (const payload of commands.slice(1)) {
      const { context } = connection([says("0;40;exists as '90031'")]);
      expect(await accounting.execute(context, call(payload))).toMatchObject({
        kind: "done",
        externalId: "90031",
        note: "an earlier attempt had made it",
      });
      expect(await accounting.execute(connection([says("0;40;exists")]).context, call(payload))).toMatchObject({
        kind: "refused",
        code: "PLATFORM_REFUSED",
      });
    }
  });

  it("say which document is gone (30), and that a state is wrong (41)", async () => {
    const asked = async (index: number, ...answers: string[]) => {
      const payload = commands[index];
      return payload && accounting.execute(connection(answers.map(says)).context, call(payload));
    };
    expect(await asked(0, "0;30;x")).toEqual({ kind: "refused", code: "ORDER_DELETED_IN_ERP", detail: "order 50012" });
    expect(await asked(1, "0;30;x")).toEqual({ kind: "refused", code: "ORDER_DELETED_IN_ERP", detail: "order 50012" });
    expect(await asked(2, "0;30;x")).toMatchObject({
      code: "PLATFORM_REFUSED",
      detail: "newCreditInvoiceSubmit: invoice 90031 is not found (code 30)",
    });
    expect(await asked(3, "0;41;x")).toMatchObject({ code: "ERP_WRONG_STATE" });
    expect(await asked(0, "0;41;invoiced", orderXml)).toMatchObject({ code: "ERP_WRONG_STATE" });
  });

  it("take an order that was cancelled already for cancelled", async () => {
    const { context } = connection([says("0;41;state"), says(orderXml.replace('statusId="2"', 'statusId="5"'))]);
    expect(await accounting.execute(context, call(CANCEL))).toMatchObject({ kind: "done", externalId: "50012" });
  });

  it("are unknown without an answer, and without a number in it", async () => {
    for (const payload of commands.slice(1)) {
      for (const step of [{ fail: "no_answer" as const }, { status: 502 }, says("1;;OK")])
        expect(await accounting.execute(connection([step]).context, call(payload))).toMatchObject({ kind: "unknown" });
    }
  });

  it("never credit or invoice everything for want of rows", async () => {
    const run = (payload: typeof INVOICE | typeof CREDIT) => accounting.execute(connection([]).context, call(payload));
    expect(await run({ ...INVOICE, rows: [] })).toMatchObject({ kind: "refused" });
    expect(await run({ ...CREDIT, rows: [] })).toMatchObject({ kind: "refused" });
    expect(await run({ ...INVOICE, rows: INVOICE.rows.map((row) => ({ ...row, line: null })) })).toMatchObject({
      kind: "refused",
    });
  });

  it("leave the payment type out where more than one provider is configured", async () => {
    const { context, http } = connection([says("1;1;OK")], { paymentTypes: { qliro: "QL", svea: "SV" } });
    await accounting.execute(context, call(PAYMENT));
    expect(http.sent[0]?.text).not.toContain("payTypeIdentifier");
  });
});

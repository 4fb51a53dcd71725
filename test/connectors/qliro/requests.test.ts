import { describe, expect, it } from "vitest";
import { authorization } from "../../../src/connectors/qliro/api.ts";
import { payments } from "../../../src/connectors/qliro/payments.ts";
import type { PaymentCommand } from "../../../src/domain/commands.ts";
import type { ScriptStep } from "../kit/http.ts";
import { contextWith, MAIN, PLUS } from "./context.ts";
import golden from "./golden/commands.json";
import partlyCaptured from "./golden/order-partly-captured.json";

const HAT = {
  key: "SKU-1|37550",
  kind: "product" as const,
  reference: "SKU-1",
  description: "Wool hat",
  quantity: 2,
  unitPriceMinor: 37550,
  vatRateBps: 2500,
};
const DISCOUNT = {
  ...HAT,
  key: "d",
  kind: "discount" as const,
  reference: "CAMPAIGN",
  quantity: 1,
  unitPriceMinor: -10010,
};
const FREIGHT = { ...HAT, key: "s", kind: "shipping" as const, reference: "SHIP", quantity: 1, unitPriceMinor: 4900 };
const AT = { paymentId: "5452321", currency: "SEK" };
const BACK = { ...AT, kind: "refund" as const, captureId: "454302", authorizationId: "454211", reference: "REFUND-1" };

const COMMANDS: Record<keyof typeof golden, { payload: PaymentCommand; before?: ScriptStep[] }> = {
  "capture of rows, a discount and freight": {
    payload: { ...AT, kind: "capture", authorizationId: "454211", rows: [HAT, DISCOUNT, FREIGHT], amountMinor: 69990 },
  },
  "refund of rows": { payload: { ...BACK, rows: [{ ...HAT, quantity: 1 }], amountMinor: 37550 } },
  "refund of an amount": {
    payload: { ...BACK, rows: [], amountMinor: 10000 },
    before: [{ answer: partlyCaptured.order }],
  },
  cancellation: { payload: { kind: "cancel_payment", paymentId: "5452321" } },
};

describe("a command as Qliro gets it", () => {
  it.each(Object.entries(COMMANDS))("%s is the golden request", async (name, { payload, before = [] }) => {
    const started = { PaymentTransactions: [{ PaymentTransactionId: 454400, Status: "Created" }] };
    const context = contextWith([...before, { answer: started }]);
    const call = { id: "cmd_01JHABCDEFGH", requestKey: "d92b8c60-6781-4946-9854-e70b27452d5a", known: [], attempt: 1 };
    const outcome =
      payload.kind === "capture"
        ? await payments.capture(context, { ...call, payload })
        : payload.kind === "refund"
          ? await payments.refund(context, { ...call, payload })
          : await payments.cancel(context, { ...call, payload });
    expect(outcome).toEqual({ kind: "accepted", externalIds: ["454400"] });
    const sent = context.http.sent.at(-1);
    const expected = Object.entries(golden).find(([known]) => known === name)?.[1];
    expect({ request: `${sent?.method} ${sent?.url}`, body: sent?.json }).toEqual({
      request: expected?.request,
      body: expected?.body,
    });
    const secret = expected?.signedBy === "plus" ? PLUS.plusApiSecret : MAIN.apiSecret;
    expect(sent?.headers?.authorization).toBe(await authorization(sent?.text ?? "", secret));
  });
});

import { describe, expect, it } from "vitest";
import { z } from "zod";
import { plusPair, policyOf, qliroCredentials, qliroSettings } from "../../../src/connectors/qliro/config.ts";
import { qliro } from "../../../src/connectors/qliro/index.ts";
import { MAIN, PLUS } from "./context.ts";

describe("Qliro's configuration", () => {
  it("needs key and secret, and nothing else", () => {
    expect(qliroCredentials.safeParse(MAIN).success).toBe(true);
    expect(qliroCredentials.safeParse({ apiKey: "ACME_SE" }).error?.issues[0]?.path).toEqual(["apiSecret"]);
    expect(qliroCredentials.safeParse({ ...MAIN, apiKey: " " }).success).toBe(false);
    expect(qliroSettings.parse({})).toEqual({ amountRefunds: "discount", invoiceUpdates: "refund" });
  });

  it("takes an empty text of an optional field as absent", () => {
    expect(policyOf(qliroSettings.parse({ feeArticleNumber: "", paymentReferencePrefix: "" }))).toEqual({
      referencePrefix: "",
      feeArticleNumber: null,
    });
    expect(policyOf(qliroSettings.parse({ feeArticleNumber: "FEE", paymentReferencePrefix: "QLIRO-" }))).toEqual({
      referencePrefix: "QLIRO-",
      feeArticleNumber: "FEE",
    });
    expect(plusPair(qliroCredentials.parse({ ...MAIN, plusApiKey: "", plusApiSecret: "" }))).toBeNull();
  });

  it("blocks refunds, and only refunds, until both halves of the API Plus pair are there", () => {
    const blocker = (kind: "refund" | "capture" | "cancel_payment", plus: object) =>
      qliro.payments?.blocker(kind, qliroCredentials.parse({ ...MAIN, ...plus }), qliroSettings.parse({}));
    expect(blocker("refund", {})).toBe("QLIRO_PLUS_CREDENTIALS_REQUIRED");
    expect(blocker("refund", { plusApiKey: "ACME_PLUS" })).toBe("QLIRO_PLUS_CREDENTIALS_REQUIRED");
    expect(blocker("refund", PLUS)).toBeNull();
    expect(blocker("capture", {})).toBeNull();
    expect(blocker("cancel_payment", {})).toBeNull();
  });

  it("describes every field for a form, and marks every credential as secret", () => {
    const schema = z.toJSONSchema(qliro.credentials, { io: "input" });
    const fields = Object.values(schema.properties ?? {});
    expect(fields).toHaveLength(4);
    for (const field of fields) {
      expect(field).toMatchObject({ title: expect.any(String), description: expect.any(String), secret: true });
    }
    const settings = Object.values(z.toJSONSchema(qliro.settings, { io: "input" }).properties ?? {});
    for (const field of settings) expect(field).toMatchObject({ title: expect.any(String) });
  });
});

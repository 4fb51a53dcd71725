import { describe, expect, it } from "vitest";
import { z } from "zod";
import { credentialsSchema, paymentTypeFor, settingsSchema } from "../../../src/connectors/specter/config.ts";
import { CREDENTIALS, settings } from "./kit.ts";

const secretFields = (schema: z.ZodType): string[] => {
  const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
  return Object.entries(properties).flatMap(([name, field]) =>
    typeof field === "object" && field.secret === true ? [name] : [],
  );
};

describe("credentials", () => {
  it("take the SBM id as a number or as digits, and keep it as text", () => {
    expect(credentialsSchema.parse({ ...CREDENTIALS, sbmId: 1234 }).sbmId).toBe("1234");
    expect(credentialsSchema.parse({ ...CREDENTIALS, sbmId: " 0012 " }).sbmId).toBe("0012");
    for (const sbmId of ["12a", "", undefined, 1.5, null]) {
      expect(credentialsSchema.safeParse({ ...CREDENTIALS, sbmId }).error?.issues.map((issue) => issue.path)).toEqual([
        ["sbmId"],
      ]);
    }
  });

  it("count empty optional fields as absent, as a form sends them", () => {
    const parsed = credentialsSchema.parse({ ...CREDENTIALS, readApiUserId: "", readApiUserKey: "", relaySecret: "" });
    expect(parsed).toEqual(CREDENTIALS);
  });

  it("want the id and the key of a read user together", () => {
    const parsed = credentialsSchema.safeParse({ ...CREDENTIALS, readApiUserId: "78" });
    expect(parsed.error?.issues.map((issue) => issue.path)).toEqual([["readApiUserKey"]]);
  });

  it("mark what is secret, and only that", () => {
    expect(secretFields(credentialsSchema)).toEqual(["apiUserKey", "readApiUserKey", "integrationKey", "relaySecret"]);
    expect(secretFields(settingsSchema)).toEqual([]);
  });
});

describe("settings", () => {
  it("need only the shipping article; the rest has defaults", () => {
    expect(settingsSchema.parse({ shippingArticleNumber: "FRAKT" })).toEqual({
      shippingArticleNumber: "FRAKT",
      paymentTypes: {},
      captureOn: "invoice",
      pollMinutes: 10,
      refundOnCreditInvoice: true,
      sendOrderMail: false,
      capabilities: {
        getOrder: true,
        cancelOrder: true,
        createInvoice: true,
        createCreditInvoice: true,
        registerPayment: true,
        importPayout: true,
        invoiceChanges: true,
      },
    });
    expect(settingsSchema.safeParse({}).success).toBe(false);
  });

  it("count empty texts as absent, also in the payment types", () => {
    const parsed = settings({
      webshopId: "",
      discountArticleNumber: "",
      captureOn: "",
      pollMinutes: "",
      stockSiteId: "",
      paymentTypes: { qliro: "QL", svea: "" },
    });
    expect(parsed).toEqual(settings());
  });

  it("name every bad field by its path", () => {
    const parsed = settingsSchema.safeParse({
      shippingArticleNumber: "F",
      pollMinutes: 61,
      captureOn: "never",
      paymentTypes: { paypal: "PL" },
      capabilities: { getOrder: "no" },
    });
    expect(parsed.error?.issues.map((issue) => issue.path.join(".")).sort()).toEqual([
      "capabilities.getOrder",
      "captureOn",
      "paymentTypes",
      "pollMinutes",
    ]);
  });

  it("know the code of a provider, and say when there is none", () => {
    expect(paymentTypeFor(settings(), "qliro")).toBe("QL");
    expect(paymentTypeFor(settings(), "mollie")).toBeNull();
  });

  it("have a title for every field of the form", () => {
    for (const schema of [credentialsSchema, settingsSchema])
      for (const field of Object.values(z.toJSONSchema(schema, { io: "input" }).properties ?? {}))
        expect(field).toHaveProperty("title");
  });
});

import { describe, expect, it } from "vitest";
import { specter } from "../../../src/connectors/specter/index.ts";
import { connection, says, XML_OK, xmlError } from "./kit.ts";

describe("the Specter connector", () => {
  it("is an ERP with all flows, talking to one host", () => {
    expect(specter).toMatchObject({
      id: "specter",
      kind: "erp",
      flows: ["orders", "invoices", "refunds", "payouts"],
      rateLimit: { requests: 2, perMs: 1000, concurrent: 1 },
    });
    expect(specter.origins).toEqual([
      { key: "specter", test: "https://api.specter.se", live: "https://api.specter.se" },
    ]);
  });

  it("proves the credentials by asking for an order that does not exist", async () => {
    const { context, http } = connection([xmlError("30", "none")]);
    expect(await specter.verify(context)).toMatchObject({ kind: "found" });
    expect(http.sent[0]?.url).toContain("action=getOrder&sbmId=1234&orderNo=0&");
  });

  it("says when the credentials are refused or nothing answers", async () => {
    expect(await specter.verify(connection([xmlError("10", "key")]).context)).toMatchObject({ kind: "unauthorized" });
    expect(await specter.verify(connection([{ status: 503 }]).context)).toMatchObject({ kind: "later" });
    expect(await specter.verify(connection([says("<html/>")]).context)).toMatchObject({ kind: "refused" });
  });

  it("falls back to checkAccountSettings where reading orders is off", async () => {
    const given = { capabilities: { getOrder: false } };
    const { context, http } = connection([XML_OK], given);
    expect(await specter.verify(context)).toMatchObject({ kind: "found" });
    expect(http.sent[0]?.label).toBe("checkAccountSettings");
    expect(await specter.verify(connection([xmlError("20", "x")], given).context)).toMatchObject({
      kind: "refused",
      detail: "checkAccountSettings: code 20",
    });
    expect(await specter.verify(connection([says("<html/>")], given).context)).toMatchObject({ kind: "refused" });
  });
});

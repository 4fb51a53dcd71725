import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSalesAccountsCsv, salesAccountsCsv } from "../../src/http/sales-accounts-csv.ts";
import { makeMerchant, testApi } from "../kit/api.ts";

describe("the sales account mapping as CSV", () => {
  it("reads what it wrote, rates with decimals included", () => {
    const item = fc.record({
      country: fc.constantFrom("SE", "DE", "FI"),
      vatRateBps: fc.integer({ min: 0, max: 10_000 }),
      account: fc.stringMatching(/^[1-9]\d{3}$/),
    });
    fc.assert(
      fc.property(fc.array(item), (items) => {
        expect(parseSalesAccountsCsv(salesAccountsCsv(items))).toMatchObject({ items, errors: [] });
      }),
    );
    expect(salesAccountsCsv([{ country: "FI", vatRateBps: 2550, account: "3106" }])).toBe(
      "country,vatRate,account,vatCode\nFI,25.5,3106,",
    );
  });

  it("reads a spreadsheet of a Swedish office", () => {
    const text = "Country;VAT rate;Account;VAT code\r\nfi;25,5 %;3106;FI255\r\nse;25;3001;\r\n";
    expect(parseSalesAccountsCsv(text)).toMatchObject({
      items: [
        { country: "FI", vatRateBps: 2550, account: "3106", vatCode: "FI255" },
        { country: "SE", vatRateBps: 2500, account: "3001" },
      ],
      errors: [],
    });
  });

  it("replaces the mapping, or names every wrong line and changes nothing", async () => {
    const api = await testApi();
    const merchant = await makeMerchant(api);
    const path = `/api/v1/merchants/${merchant}/mappings/sales-accounts`;
    const good = await api.call("POST", `${path}/import`, {
      body: { csv: "country,vatRate,account\nSE,25,3001\nFI,25.5,3106" },
    });
    expect(good.status, good.text).toBe(200);
    const bad = "country,vatRate,account\nSE,25,3001\nXXX,a lot,12\nSE,25,3002";
    const refused = await api.call("POST", `${path}/import`, { body: { csv: bad } });
    expect(refused.status).toBe(400);
    expect(refused.body.errors.map((error: { path: string }) => error.path)).toContain("csv.line 3.vatRate");
    const exported = await api.call("GET", `${path}/export`);
    expect(exported.body.csv).toBe("country,vatRate,account,vatCode\nFI,25.5,3106,\nSE,25,3001,");
  });
});

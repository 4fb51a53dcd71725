// The sales account mapping as CSV: what people keep in a spreadsheet. Rates are percent, with decimals where they have some.
import Papa from "papaparse";
import { formatDecimal, parseDecimal } from "../domain/money.ts";
import type { SalesAccount } from "../domain/policy.ts";
import type { FieldError } from "./problem.ts";

const COLUMNS = ["country", "vatRate", "account", "vatCode"] as const;

/** One row per pair; `25.5` is 25.5 %. Fields that a spreadsheet would take for a formula do not occur. */
export const salesAccountsCsv = (items: readonly SalesAccount[]): string =>
  Papa.unparse(
    {
      fields: [...COLUMNS],
      data: items.map((item) => [item.country, percent(item.vatRateBps), item.account, item.vatCode ?? ""]),
    },
    { newline: "\n" },
  );

const percent = (bps: number): string => formatDecimal(bps, 2).replace(/\.?0+$/, "");

/** An item that is still to be validated by the schema of the mapping. */
export interface RawItem {
  country: string;
  vatRateBps: number;
  account: string;
  vatCode?: string;
}

/**
 * Reads CSV with a header row, by column name in any order, comma or semicolon; a rate may be written `25,5 %`. Every
 * wrong line is named; `lines` says which line each item stands on.
 */
export function parseSalesAccountsCsv(text: string): { items: RawItem[]; lines: number[]; errors: FieldError[] } {
  const parsed = Papa.parse<Record<string, string>>(text.trim(), {
    header: true,
    skipEmptyLines: true,
    transformHeader: (name) =>
      name
        .trim()
        .toLowerCase()
        .replace(/[^a-z]/g, ""),
  });
  const present = parsed.meta.fields ?? [];
  const missing = ["country", "vatrate", "account"].filter((name) => !present.includes(name));
  if (missing.length > 0)
    return {
      items: [],
      lines: [],
      errors: [
        { path: "csv", message: `needs the columns country, vatRate and account; missing: ${missing.join(", ")}` },
      ],
    };
  const items: RawItem[] = [];
  const lines: number[] = [];
  const errors: FieldError[] = [];
  parsed.data.forEach((row, index) => {
    const rate = parseDecimal((row.vatrate ?? "").replace(/[%\s]/g, "").replace(",", "."), 2);
    if (!rate.ok) {
      errors.push({
        path: `csv.line ${index + 2}.vatRate`,
        message: "a percentage with at most two decimals, such as 25 or 25.5",
      });
      return;
    }
    const vatCode = (row.vatcode ?? "").trim();
    lines.push(index + 2);
    items.push({
      country: (row.country ?? "").trim().toUpperCase(),
      vatRateBps: rate.value,
      account: (row.account ?? "").trim(),
      ...(vatCode === "" ? {} : { vatCode }),
    });
  });
  return { items, lines, errors };
}

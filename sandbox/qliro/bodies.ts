// The bodies of Qliro's mutations, parsed at the border (reference/qliro.md section 6), prices to minor units.
import { z } from "zod";
import { divideRounded, parseDecimal } from "../../src/domain/money.ts";
import { evaluation, type Refusal, refuse } from "./answers.ts";
import type { NamedRow } from "./pick.ts";
import type { Row, RowType } from "./truth.ts";

/** More than two decimals is a SYSTEM_ERROR there (sections 6.4 and 6.5), so it is marked instead of refused. */
const TOO_PRECISE = "no more than two decimal places";

const hundredths = z.number().transform((value, context) => {
  const parsed = parseDecimal(value, 2);
  if (parsed.ok) return parsed.value;
  context.addIssue({
    code: "custom",
    message: parsed.error.reason === "too_many_decimals" ? TOO_PRECISE : "not a price",
  });
  return z.NEVER;
});

const ROW_TYPES: readonly RowType[] = ["Product", "Discount", "Fee", "Shipping"];
const rowType = z.union([
  z.enum(["Product", "Discount", "Fee", "Shipping"]),
  z
    .int()
    .min(0)
    .max(3)
    .transform((index): RowType => ROW_TYPES[index] ?? "Product"),
]);

const invoiceLines = z.array(z.string().max(115)).max(5).nullish();

const item = z.object({
  MerchantReference: z.string().min(1).max(200),
  Type: rowType,
  Quantity: z.int().min(1),
  PricePerItemIncVat: hundredths,
  PricePerItemExVat: hundredths.nullish(),
  Description: z.string().max(4000).nullish(),
  VatRate: hundredths.nullish(),
  Metadata: z.object({ HeaderLines: invoiceLines, FooterLines: invoiceLines }).nullish(),
});

const fullItem = item.extend({ Description: z.string().min(1).max(4000), PricePerItemExVat: hundredths });
const keptBack = z.object({
  MerchantReference: z.string().min(1).max(200),
  Description: z.string().max(4000),
  PricePerItemIncVat: hundredths,
  PricePerItemExVat: hundredths,
});

const id = z.int().positive();
const head = {
  RequestId: z.guid(),
  MerchantApiKey: z.string().min(1).max(50),
  OrderId: id,
};
const withCurrency = { ...head, Currency: z.string().regex(/^[A-Z]{3}$/) };

export const markItemsAsShipped = z.object({
  ...withCurrency,
  Shipments: z.array(z.object({ PaymentTransactionId: id.nullish(), OrderItems: z.array(item).min(1) })).min(1),
});
export const returnItems = z.object({
  ...withCurrency,
  Returns: z
    .array(
      z.object({
        PaymentTransactionId: id,
        OrderItems: z.array(item).min(1),
        Fees: z.array(keptBack).nullish(),
        Discounts: z.array(keptBack).nullish(),
      }),
    )
    .min(1),
});
export const cancelOrder = z.object(head);
export const updateItems = z.object({
  ...withCurrency,
  Updates: z.array(z.object({ PaymentTransactionId: id.nullish(), OrderItems: z.array(fullItem).min(1) })).min(1),
});
export const addItemsToInvoice = z.object({
  ...withCurrency,
  Additions: z.array(z.object({ PaymentTransactionId: id, OrderItems: z.array(fullItem).min(1) })).min(1),
});
export const updateMerchantReference = z.object({ ...head, NewMerchantReference: z.string() });
export const orderPushUrl = z.object({ ...head, MerchantOrderManagementStatusPushUrl: z.url() });
export const retryReversal = z.object({
  RequestId: z.guid(),
  MerchantApiKey: z.string().min(1).max(50),
  PaymentReference: z.union([id, z.string().regex(/^\d+$/).transform(Number)]),
});
export const upsell = z.object({ ...withCurrency, OrderItems: z.array(fullItem).min(1) });

type Item = z.output<typeof item>;
type FullItem = z.output<typeof fullItem>;

export type Parsed<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

/** Parses a body, or refuses it as INVALID_INPUT with the path of the first bad field. */
export function parseBody<S extends z.ZodType>(schema: S, body: unknown): Parsed<z.output<S>> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return { ok: true, value: parsed.data };
  const precise = parsed.error.issues.find((issue) => issue.message === TOO_PRECISE);
  const issue = precise ?? parsed.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  if (precise) return refuse("SYSTEM_ERROR", `${path}: ${TOO_PRECISE}`, 500);
  return evaluation("INVALID_INPUT", path, issue?.message ?? "invalid");
}

export const namedRow = (from: Item): NamedRow => ({
  reference: from.MerchantReference,
  type: from.Type,
  quantity: from.Quantity,
  incMinor: from.PricePerItemIncVat,
  ...(from.PricePerItemExVat == null ? {} : { exMinor: from.PricePerItemExVat }),
  ...(from.Description == null ? {} : { description: from.Description }),
});

/** A whole row; the sign of its price must suit its type (section 5). */
export function fullRow(from: FullItem): Parsed<Row> {
  const discount = from.Type === "Discount";
  if (discount ? from.PricePerItemIncVat > 0 : from.PricePerItemIncVat < 0) {
    return evaluation("INVALID_INPUT", "PricePerItemIncVat", `Wrong sign for a ${from.Type}`);
  }
  if (Math.abs(from.PricePerItemIncVat) < Math.abs(from.PricePerItemExVat)) {
    return evaluation("INVALID_INPUT", "PricePerItemExVat", "Greater than the price including VAT");
  }
  return {
    ok: true,
    value: {
      reference: from.MerchantReference,
      description: from.Description,
      type: from.Type,
      quantity: from.Quantity,
      incMinor: from.PricePerItemIncVat,
      exMinor: from.PricePerItemExVat,
      vatRateBps: from.VatRate ?? impliedRate(from.PricePerItemIncVat, from.PricePerItemExVat),
    },
  };
}

export function fullRows(items: readonly FullItem[]): Parsed<Row[]> {
  const rows: Row[] = [];
  for (const each of items) {
    const row = fullRow(each);
    if (!row.ok) return row;
    rows.push(row.value);
  }
  return { ok: true, value: rows };
}

/** The VAT rate two prices imply, to the whole percent, in basis points. */
const impliedRate = (incMinor: number, exMinor: number): number =>
  exMinor === 0 ? 0 : divideRounded((incMinor - exMinor) * 100 * Math.sign(exMinor), Math.abs(exMinor)) * 100;

// Our orders, invoices and payouts as Specter's form fields: articles, net prices, field lengths, rounding. Pure.
import type { BookPayout, CreateCreditInvoice, CreateInvoice, CreateOrder, ErpLine } from "../../domain/commands.ts";
import { exponentOf, formatAmount, formatDecimal } from "../../domain/money.ts";
import type { RowKind } from "../../domain/observation.ts";
import { err, ok, type Result } from "../../domain/result.ts";
import { numbered } from "./api.ts";
import type { SpecterSettings } from "./config.ts";
import { fullName, languageCode } from "./customer-fields.ts";
import { cut, tidy } from "./key.ts";
import { netPrice, sentRowTotalMinor, vatPercent } from "./prices.ts";
import type { Fields } from "./transport.ts";

interface Row {
  kind: RowKind;
  articleNumber: string;
  description: string;
  quantity: number;
  unitPriceMinor: number;
  vatRateBps: number;
}

export interface DraftedRows {
  fields: Fields;
  articleNumbers: string[];
  /** What is still missing to the wanted total after the rounding row, in minor units. */
  differenceMinor: number;
}

/**
 * Rows as numbered fields. Where Specter's arithmetic would miss the wanted total by less than one currency unit,
 * a row of the rounding article makes up for it (section 8). That this row has no VAT is an assumption.
 */
export function draftRows(
  rows: readonly Row[],
  document: { totalMinor: number; currency: string; named: boolean },
  settings: SpecterSettings,
): DraftedRows {
  const { totalMinor, currency, named } = document;
  let predictedMinor = 0;
  const drafted = rows.map((row) => {
    const price = netPrice(row.unitPriceMinor, row.vatRateBps, currency);
    predictedMinor += sentRowTotalMinor(row.quantity, price, row.vatRateBps, currency);
    return {
      articleNo: articleNumberOf(row, settings),
      articleName: named ? tidy(row.description) || undefined : undefined,
      priceExclVAT: price.text,
      noOfItems: String(row.quantity),
      vatPercent: vatPercent(row.vatRateBps),
    };
  });
  const differenceMinor = totalMinor - predictedMinor;
  const article = settings.roundingArticleNumber;
  const roundable = differenceMinor !== 0 && Math.abs(differenceMinor) < 10 ** exponentOf(currency);
  if (article !== undefined && roundable) {
    const { text } = netPrice(differenceMinor, 0, currency);
    const articleName = named ? "Öresavrundning" : undefined;
    drafted.push({ articleNo: article, articleName, priceExclVAT: text, noOfItems: "1", vatPercent: "0" });
  }
  return {
    fields: numbered(drafted),
    articleNumbers: drafted.map((row) => row.articleNo),
    differenceMinor: article !== undefined && roundable ? 0 : differenceMinor,
  };
}

/** Freight and discounts are ordinary rows of agreed articles (section 5.2). */
export function articleNumberOf(row: Pick<Row, "kind" | "articleNumber">, settings: SpecterSettings): string {
  switch (row.kind) {
    case "shipping":
      return settings.shippingArticleNumber;
    case "discount":
      return settings.discountArticleNumber ?? tidy(row.articleNumber);
    case "product":
    case "fee":
      return tidy(row.articleNumber);
    default:
      return row.kind satisfies never;
  }
}

/** The order rows get the ids 1…N in the order they are sent. A rounding row comes after them and is nobody's. */
export const linesOf = (order: CreateOrder, settings: SpecterSettings): ErpLine[] =>
  order.rows.map((row, index) => ({
    line: String(index + 1),
    key: row.key,
    articleNumber: articleNumberOf(row, settings),
  }));

/** The fields of an order besides its customer (section 5.2). `ignoreExternalOrderNoControl` is never among them. */
export function orderFields(order: CreateOrder, payType: string, rows: Fields, settings: SpecterSettings): Fields {
  const { customer } = order;
  return {
    externalOrderNo: tidy(order.orderNumber),
    orderDate: order.orderDate,
    customerReference: (customer.form === "company" && cut(fullName(customer), 70)) || undefined,
    customerOrderReference: cut(order.orderNumber, 50),
    currency: order.currency,
    language: languageCode(customer.language),
    payTypeIdentifier: payType,
    payTypeReference: tidy(order.payment.reference),
    stocksiteid: settings.stockSiteId,
    sendOrderMail: settings.sendOrderMail ? "1" : "0",
    ...rows,
  };
}

/** The fields of an invoice of order rows. Every row must say which: "no rows" would mean all that was delivered. */
export function invoiceFields(invoice: CreateInvoice): Result<Fields, string> {
  if (invoice.rows.length === 0) return err("an invoice without rows would invoice everything delivered");
  const unplaced = invoice.rows.findIndex((row) => row.line === null);
  if (unplaced >= 0) return err(`row ${unplaced + 1} does not say which order row it comes from`);
  const rows = invoice.rows.map((row) => ({ orderRowId: row.line ?? "", noOfItems: String(row.quantity) }));
  return ok({ invoiceDate: invoice.date, externalInvoiceNo: tidy(invoice.externalNumber), ...numbered(rows) });
}

/** The fields of a credit invoice besides its rows. */
export const creditFields = (credit: CreateCreditInvoice): Fields => ({
  externalInvoiceNo: tidy(credit.externalNumber),
  invoiceDate: credit.date,
  reason: tidy(credit.reason),
});

const PAYOUT_KINDS = { bank_payment: "bankPayment", cost: "creditSaleCost", cost_vat: "creditSaleCostVat" } as const;

/** The fields of a payout import (C3): header and the three kinds of rows; amounts signed, dot decimal. */
export const payoutFields = (payout: BookPayout): Fields => ({
  source: payout.source.toUpperCase(),
  payoutDate: payout.date,
  currency: payout.currency,
  bankAmount: formatAmount(payout.bankAmountMinor, payout.currency),
  ...numbered(
    payout.rows.map((row) => ({
      kind: PAYOUT_KINDS[row.kind],
      invoiceId: row.invoiceNumber ?? undefined,
      amount: formatAmount(row.amountMinor, payout.currency),
      account: row.account,
      paymentReference: tidy(row.reference) || undefined,
    })),
  ),
});

/** A difference in words, for the note on an order whose total Specter will compute otherwise. */
export const differenceNote = (differenceMinor: number, currency: string): string | undefined =>
  differenceMinor === 0
    ? undefined
    : `Specter's total will differ from the payment by ${formatDecimal(-differenceMinor, exponentOf(currency))} ${currency}`;

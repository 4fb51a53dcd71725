// Mappings: sales accounts, settlement accounts, order numbers. Each is replaced whole, or not at all.
import { z } from "@hono/zod-openapi";
import { listConnections } from "../../directory/connections.ts";
import {
  readSalesAccounts,
  readSettlementAccounts,
  replaceSalesAccounts,
  replaceSettlementAccounts,
  setOrderNumberPattern,
} from "../../directory/mappings.ts";
import { checkOrderNumberPattern, type SettlementAccounts } from "../../domain/policy.ts";
import { ok } from "../../domain/result.ts";
import { CONFIGURE, READ } from "../authenticate.ts";
import { save, unconditional } from "../changes.ts";
import { merchantOperation, room } from "../operation.ts";
import { orderNumberExamples } from "../order-number-examples.ts";
import type { FieldError } from "../problem.ts";
import { parseSalesAccountsCsv, salesAccountsCsv } from "../sales-accounts-csv.ts";
import { Account, Country } from "../schemas.ts";
import { fieldsOf } from "../validate.ts";

const tag = "mappings";
const ITEMS_MAX = 500;
const FULL_RATE_BPS = 10_000;

const SALES = "/api/v1/merchants/{m}/mappings/sales-accounts";
const SETTLEMENT = "/api/v1/merchants/{m}/mappings/settlement-accounts";
const ORDER_NUMBER = "/api/v1/merchants/{m}/mappings/order-number";

const rateMessage = "a whole number of basis points from 0 to 10000 (25 % is 2500)";

const SalesAccounts = z
  .strictObject({
    items: z
      .array(
        z.strictObject({
          country: Country,
          vatRateBps: z
            .int({ error: rateMessage })
            .min(0, { error: rateMessage })
            .max(FULL_RATE_BPS, { error: rateMessage }),
          account: Account,
          vatCode: z.string().trim().min(1).max(20).optional(),
        }),
      )
      .max(ITEMS_MAX),
  })
  .openapi("SalesAccounts");

/** Names every entry whose key an earlier entry has too. */
function duplicates(raw: unknown, list: string, fields: readonly string[]): FieldError[] {
  const seen = new Map<string, number>();
  const items = Array.isArray(raw) ? raw.map(fieldsOf) : [];
  return items.flatMap((item, index) => {
    const key = JSON.stringify(fields.map((field) => item[field]));
    const first = seen.get(key);
    if (first === undefined) seen.set(key, index);
    const words = fields.map((field) => String(item[field])).join(" and ");
    return first === undefined ? [] : [{ path: `${list}.${index}`, message: `${words} is mapped at ${first} already` }];
  });
}

const putSales = merchantOperation({
  method: "put",
  path: SALES,
  tag,
  summary: "Replace the sales accounts by delivery country and VAT rate",
  may: CONFIGURE,
  body: SalesAccounts,
  answer: SalesAccounts,
  check: (_, raw) => duplicates(raw.items, "items", ["country", "vatRateBps"]),
  run: async (call, { body }) => {
    const before = { items: await readSalesAccounts(call.db, call.merchant.id) };
    const plan = unconditional(call, { action: "mapping.sales", subject: call.merchant.id, before, after: body });
    const saved = await save(call, replaceSalesAccounts(call.db, plan, body.items));
    return saved.ok ? ok({ items: await readSalesAccounts(call.db, call.merchant.id) }) : saved;
  },
});

const getSales = merchantOperation({
  method: "get",
  path: SALES,
  tag,
  summary: "Read the sales accounts",
  may: READ,
  answer: SalesAccounts,
  run: async ({ db, merchant }) => ok({ items: await readSalesAccounts(db, merchant.id) }),
});

const Csv = z.strictObject({ csv: z.string().min(1).max(200_000) }).openapi("SalesAccountsCsv");

const importSales = merchantOperation({
  method: "post",
  path: `${SALES}/import`,
  tag,
  summary: "Replace the sales accounts by a CSV text with the columns country, vatRate, account, vatCode",
  may: CONFIGURE,
  body: Csv,
  answer: SalesAccounts,
  check: (_, raw) => csvErrors(typeof raw.csv === "string" ? raw.csv : ""),
  run: async (call, { body }) => {
    const { items } = parseSalesAccountsCsv(body.csv);
    const before = { items: await readSalesAccounts(call.db, call.merchant.id) };
    const plan = unconditional(call, { action: "mapping.sales", subject: call.merchant.id, before, after: { items } });
    const saved = await save(call, replaceSalesAccounts(call.db, plan, SalesAccounts.parse({ items }).items));
    return saved.ok ? ok({ items: await readSalesAccounts(call.db, call.merchant.id) }) : saved;
  },
});

/** What is wrong with a CSV text, line by line: its form, then what the mapping's own schema says. */
function csvErrors(text: string): FieldError[] {
  const { items, lines, errors } = parseSalesAccountsCsv(text);
  const checked = SalesAccounts.safeParse({ items });
  const named = checked.success
    ? []
    : checked.error.issues.map((issue) => ({
        path: `csv.line ${lines[Number(issue.path[1])] ?? 1}.${String(issue.path[2] ?? "")}`,
        message: issue.message,
      }));
  return [...errors, ...named, ...duplicates(items, "csv", ["country", "vatRateBps"])];
}

const exportSales = merchantOperation({
  method: "get",
  path: `${SALES}/export`,
  tag,
  summary: "Read the sales accounts as CSV text",
  may: READ,
  answer: z.object({ csv: z.string() }),
  run: async ({ db, merchant }) => ok({ csv: salesAccountsCsv(await readSalesAccounts(db, merchant.id)) }),
});

const optional = Account.optional();

const Settlement = z
  .strictObject({
    payoutAccount: Account,
    bankCostAccount: Account,
    feeVatAccount: Account,
    outgoingVatAccount: optional,
    receivableAccount: optional,
    roundingAccount: optional,
    differenceAccount: optional,
    fxGainAccount: optional,
    fxLossAccount: optional,
    reserveAccount: optional,
    chargebackAccount: optional,
    carryOverAccount: optional,
    reverseChargeVatAccount: optional,
    clearingAccount: optional,
    bookingModel: z.enum(["invoice_payments", "clearing"]).optional(),
    roundingToleranceMinor: z.int().min(0).max(10_000).optional(),
    requireApproval: z.boolean().optional(),
    writeOffLimitMinor: z.int().min(0).optional(),
    expectedNightsMax: z.int().min(1).max(365).optional(),
    feeTreatments: z
      .array(
        z.strictObject({
          connectionId: z.templateLiteral(["con_", z.string()]),
          feeType: z.string().trim().min(1).max(100),
          treatment: z.enum(["as_stated", "reverse_charge", "exempt"]),
          vatRateBps: z
            .int({ error: rateMessage })
            .min(0, { error: rateMessage })
            .max(FULL_RATE_BPS, { error: rateMessage })
            .optional(),
        }),
      )
      .max(ITEMS_MAX)
      .optional(),
    methods: z
      .array(
        z.strictObject({
          connectionId: z.templateLiteral(["con_", z.string()]),
          paymentMethod: z.string().trim().min(1).max(100),
          account: Account,
        }),
      )
      .max(ITEMS_MAX),
  })
  .openapi("SettlementAccounts") satisfies z.ZodType<SettlementAccounts>;

const putSettlement = merchantOperation({
  method: "put",
  path: SETTLEMENT,
  tag,
  summary: "Replace the accounts that payouts are booked on",
  may: CONFIGURE,
  body: Settlement,
  answer: Settlement,
  check: async ({ db, merchant }, raw) => {
    const known: string[] = (await listConnections(db, merchant.id)).map((row) => row.id);
    const strangers = (["methods", "feeTreatments"] as const).flatMap((list) =>
      (Array.isArray(raw[list]) ? raw[list].map(fieldsOf) : []).flatMap(({ connectionId }, index) =>
        typeof connectionId === "string" && !known.includes(connectionId)
          ? [{ path: `${list}.${index}.connectionId`, message: "the merchant has no such connection" }]
          : [],
      ),
    );
    return [
      ...strangers,
      ...duplicates(raw.methods, "methods", ["connectionId", "paymentMethod"]),
      ...duplicates(raw.feeTreatments, "feeTreatments", ["connectionId", "feeType"]),
    ];
  },
  run: async (call, { body }) => {
    const before = await readSettlementAccounts(call.db, call.merchant.id);
    const plan = unconditional(call, { action: "mapping.settlement", subject: call.merchant.id, before, after: body });
    const saved = await save(call, replaceSettlementAccounts(call.db, plan, body));
    return saved.ok ? ok(body) : saved;
  },
});

const getSettlement = merchantOperation({
  method: "get",
  path: SETTLEMENT,
  tag,
  summary: "Read the accounts that payouts are booked on; null while there are none",
  may: READ,
  answer: z.object({ accounts: Settlement.nullable() }),
  run: async ({ db, merchant }) => ok({ accounts: await readSettlementAccounts(db, merchant.id) }),
});

const OrderNumber = z.object({ pattern: z.string(), examples: z.array(z.string()) }).openapi("OrderNumberPattern");

const putOrderNumber = merchantOperation({
  method: "put",
  path: ORDER_NUMBER,
  tag,
  summary: "Set what orders are called in the ERP, and see it on real orders",
  may: CONFIGURE,
  body: z.strictObject({ pattern: z.string() }),
  answer: OrderNumber,
  check: (_, raw) => {
    const wrong = typeof raw.pattern === "string" ? checkOrderNumberPattern(raw.pattern) : null;
    return wrong === null ? [] : [{ path: "pattern", message: wrong }];
  },
  run: async (call, { body: { pattern } }) => {
    const before = { pattern: call.merchant.orderNumberPattern };
    const told = { action: "mapping.order-number", subject: call.merchant.id, before, after: { pattern } };
    const saved = await save(call, setOrderNumberPattern(call.db, unconditional(call, told), pattern));
    return saved.ok ? ok({ pattern, examples: await orderNumberExamples(call.object, pattern) }) : saved;
  },
});

const getOrderNumber = merchantOperation({
  method: "get",
  path: ORDER_NUMBER,
  tag,
  summary: "Read what orders are called in the ERP",
  may: READ,
  answer: OrderNumber,
  run: async ({ object, merchant: { orderNumberPattern: pattern } }) =>
    ok({ pattern, examples: await orderNumberExamples(object, pattern) }),
});

export const mappings = room([
  putSales,
  getSales,
  importSales,
  exportSales,
  putSettlement,
  getSettlement,
  putOrderNumber,
  getOrderNumber,
]);

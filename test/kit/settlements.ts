// Payouts as a test wants them: real settlements of the simulated Qliro, changed on their way to us.

import { exports } from "cloudflare:workers";
import { expect } from "vitest";
import type { PayoutView } from "../../src/durable/views.ts";
import { virtual } from "./virtual.ts";
import { ADMIN, type Json, type World } from "./world.ts";

export const MINUTE = 60_000;
export const QUARTER = 15 * MINUTE;
export const HOUR = 60 * MINUTE;

/** 23:00 in Stockholm, in winter. */
export const NIGHT = (day: number): number => Date.UTC(2030, 0, day, 22);

/** A line of a Qliro settlement; amounts in öre. */
export interface Line {
  order?: number | null;
  transaction?: number | null;
  reference?: string;
  /** Debit: money in. */
  action?: "Debit" | "Credit";
  type?: "Transaction" | "Fee" | "Chargeback" | "Sponsoring";
  amountMinor: number;
  exVatMinor?: number;
  currency?: string;
  method?: string;
}

const wire = (line: Line, model: Json): Json => ({
  ...model,
  OrderId: line.order ?? null,
  PaymentTransactionId: line.transaction ?? null,
  MerchantOrderReference: line.reference ?? null,
  Action: line.action ?? "Debit",
  Type: line.type ?? "Transaction",
  Amount: line.amountMinor / 100,
  AmountExcludingVat: line.exVatMinor === undefined ? null : line.exVatMinor / 100,
  VatRate: null,
  CurrencyCode: line.currency ?? "SEK",
  PaymentMethodType: line.method ?? "QLIRO_INVOICE",
});

const signedMinor = (line: Json): number => (line.Action === "Debit" ? 1 : -1) * Math.round(line.Amount * 100);

/** Changes the lines of every settlement; the total follows them unless `total` says otherwise. */
export function tamper(
  world: World,
  change: (lines: Json[], make: (line: Line) => Json) => Json[],
  total?: number,
): void {
  virtual.fetch = async (request) => {
    const url = new URL(request.url);
    const response = await world.network.fetch(request);
    if (!url.pathname.includes("GetSettlement") || response.status !== 200) return response;
    const body: Json = await response.json();
    if (url.pathname.endsWith("GetSettlementsByBatchId")) {
      const [model = {}] = body.Settlements;
      body.Settlements = change(body.Settlements, (line) => wire(line, model));
      return Response.json(body);
    }
    const batches = world.control("qliro", { do: "show" }).batches ?? [];
    for (const stated of body.SettlementBatches ?? []) {
      const batch = batches.find((each: Json) => each.id === stated.Id);
      const lines = (batch?.lines ?? []).map((each: Json) => ({
        OrderId: each.orderId,
        PaymentTransactionId: each.transactionId,
        MerchantOrderReference: each.reference,
        Action: each.action,
        Type: each.type,
        Amount: each.amountMinor / 100,
      }));
      const after = change(lines, (line) => wire(line, {}));
      stated.TotalAmount = (total ?? after.reduce((sum: number, line: Json) => sum + signedMinor(line), 0)) / 100;
    }
    return Response.json(body);
  };
}

export const row = (priceMinor: number) => [
  { reference: "SKU-1", description: "Wool hat", quantity: 1, price: priceMinor / 100, vatRate: 25 },
];

/** Places an order and invoices it in the ERP, so that it is captured. Answers its ids. */
export async function sell(world: World, reference: string, priceMinor: number) {
  world.control("qliro", { do: "place", reference, rows: row(priceMinor) });
  await world.advance(MINUTE);
  const invoice = world.control("specter", { do: "invoice", externalOrderNo: reference, deliver: true });
  await world.advance(QUARTER);
  const order = await world.order(reference);
  expect(order.status, reference).toBe("invoiced");
  const shown = world.control("qliro", { do: "show", reference });
  const capture = shown.transactions.find((each: Json) => each.money === "in");
  return {
    orderId: shown.orderId as number,
    transactionId: capture.id as number,
    invoice: invoice.invoiceId as number,
  };
}

/** The run of one night, from the clock's question to the end of its bookings. */
export async function night(world: World, day: number): Promise<void> {
  if (NIGHT(day) > virtual.now) await world.advance(NIGHT(day) - virtual.now);
  await world.tick();
  await world.advance(QUARTER);
}

export async function onlyPayout(world: World): Promise<PayoutView> {
  const payouts = await world.payouts();
  expect(payouts).toHaveLength(1);
  const [payout] = payouts;
  if (!payout) throw new Error("There is one payout.");
  return payout;
}

/** State and reason of the line that begins with this id. */
export function lineNamed(payout: PayoutView, id: string): PayoutView["lines"][number] {
  const found = payout.lines.find((line) => line.id === id);
  if (!found) throw new Error(`No line ${id} among ${payout.lines.map((line) => line.id).join(", ")}`);
  return found;
}

export const statesOf = (payout: PayoutView): Record<string, string> =>
  Object.fromEntries(payout.lines.map((line) => [line.id, line.state]));

/** Rows of all vouchers together, by account; debit > 0. Accounts that come to nothing are left out. */
export function balances(payout: PayoutView): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const { account, debit, credit } of payout.vouchers.flatMap((voucher) => voucher.rows))
    sums[account] = (sums[account] ?? 0) + debit.amountMinor - credit.amountMinor;
  return Object.fromEntries(Object.entries(sums).filter(([, minor]) => minor !== 0));
}

/** Somebody else: a token of their own. */
export async function secondPerson(world: World) {
  const send = async (path: string, token: string, body: unknown) => {
    const response = await exports.default.fetch(`http://edge.test/api/v1${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Json };
  };
  const made = await send("/tokens", ADMIN, { name: "Second", role: "support", merchantId: world.merchant });
  expect(made.status, JSON.stringify(made.body)).toBeLessThan(300);
  return (path: string, body: unknown) => send(`/merchants/${world.merchant}${path}`, made.body.token, body);
}

/** The text of a download. */
export async function download(world: World, payoutId: string, format: "csv" | "json"): Promise<string> {
  const response = await exports.default.fetch(
    `http://edge.test/api/v1/merchants/${world.merchant}/payouts/${payoutId}/export?format=${format}`,
    { headers: { authorization: `Bearer ${ADMIN}` } },
  );
  expect(response.status).toBe(200);
  return response.text();
}

export const ACCOUNTS = {
  payoutAccount: "1930",
  bankCostAccount: "6570",
  feeVatAccount: "2641",
  differenceAccount: "2999",
  chargebackAccount: "1689",
  roundingAccount: "3740",
  methods: [],
};

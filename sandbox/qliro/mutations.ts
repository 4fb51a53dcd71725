// Every mutation of the two APIs by its path: what its body means to the operations (section 6).
import type { z } from "zod";
import type { World } from "../platform.ts";
import { type Mutation, type Schema, serve } from "./admission.ts";
import { rename, updateItems, upsell } from "./amend.ts";
import { accepted, type Done, json, refuse } from "./answers.ts";
import type { Caller } from "./authentication.ts";
import * as bodies from "./bodies.ts";
import { cancel, retryReversal } from "./cancel.ts";
import { capture } from "./capture.ts";
import type { Deal } from "./deal.ts";
import { type Addition, addToInvoice, type Return, returnItems } from "./refund.ts";
import type { Truth } from "./truth.ts";

/** Ties the type parameter so that the table below can hold different bodies. */
const mutation = <S extends Schema>(given: Mutation<S>) => ({
  api: given.api,
  serve: (truth: Truth, caller: Caller, body: unknown, world: World) => serve(given, truth, caller, body, world),
});

const orderOf = (body: { OrderId: number }) => ({ orderId: body.OrderId });
const currencyOf = (body: { Currency: string }) => body.Currency;

/** Every mutation by its path. */
export const MUTATIONS: Readonly<Record<string, ReturnType<typeof mutation>>> = {
  "/checkout/adminapi/v2/MarkItemsAsShipped": mutation({
    api: "admin",
    schema: bodies.markItemsAsShipped,
    order: orderOf,
    currency: currencyOf,
    refunds: false,
    run: (deal, body) =>
      capture(
        deal,
        body.Shipments.map((shipment) => ({
          transactionId: shipment.PaymentTransactionId ?? null,
          rows: shipment.OrderItems.map(bodies.namedRow),
        })),
      ),
  }),
  "/checkout/adminapi/v2/ReturnItems": mutation({
    api: "admin",
    schema: bodies.returnItems,
    order: orderOf,
    currency: currencyOf,
    refunds: true,
    run: refundRows,
  }),
  "/checkout/adminapi/v2/AddItemsToInvoice": mutation({
    api: "admin",
    schema: bodies.addItemsToInvoice,
    order: orderOf,
    currency: currencyOf,
    refunds: true,
    run(deal, body) {
      const additions: Addition[] = [];
      for (const addition of body.Additions) {
        const rows = bodies.fullRows(addition.OrderItems);
        if (!rows.ok) return rows;
        additions.push({ transactionId: addition.PaymentTransactionId, rows: rows.value });
      }
      return addToInvoice(deal, additions);
    },
  }),
  "/checkout/adminapi/v2/cancelOrder": mutation({
    api: "admin",
    schema: bodies.cancelOrder,
    order: orderOf,
    refunds: false,
    run: cancel,
  }),
  "/checkout/adminapi/v2/UpdateItems": mutation({
    api: "admin",
    schema: bodies.updateItems,
    order: orderOf,
    currency: currencyOf,
    refunds: false,
    run(deal, body) {
      const updates = [];
      for (const update of body.Updates) {
        const rows = bodies.fullRows(update.OrderItems);
        if (!rows.ok) return rows;
        updates.push({ transactionId: update.PaymentTransactionId ?? null, rows: rows.value });
      }
      return updateItems(deal, updates);
    },
  }),
  "/checkout/adminapi/v2/updatemerchantreference": mutation({
    api: "admin",
    schema: bodies.updateMerchantReference,
    order: orderOf,
    refunds: false,
    run: (deal, body) => rename(deal, body.NewMerchantReference),
    answer: (done) => (done.transactions.length === 0 ? json({}) : accepted(done.transactions)),
  }),
  "/checkout/adminapi/v2/orderPushUrl/OrderManagement": mutation({
    api: "admin",
    schema: bodies.orderPushUrl,
    order: orderOf,
    refunds: false,
    run(deal, body) {
      deal.order.managementPushUrl = body.MerchantOrderManagementStatusPushUrl;
      return { ok: true, transactions: [] };
    },
    answer: () => json({}),
  }),
  "/checkout/adminapi/v2/retryReversalPaymentTransaction": mutation({
    api: "admin",
    schema: bodies.retryReversal,
    order: (body) => ({ transactionId: body.PaymentReference }),
    refunds: false,
    run: (deal, body) => retryReversal(deal, body.PaymentReference),
    answer: ({ transactions: [made] }) =>
      json({ PaymentTransactionId: made?.id ?? null, Status: made?.status ?? null }),
  }),
  "/checkout/merchantapi/Upsell": mutation({
    api: "merchant",
    schema: bodies.upsell,
    order: orderOf,
    currency: currencyOf,
    refunds: false,
    run(deal, body) {
      const rows = bodies.fullRows(body.OrderItems);
      return rows.ok ? upsell(deal, rows.value, false) : rows;
    },
  }),
};

function refundRows(deal: Deal, body: z.output<typeof bodies.returnItems>): Done {
  const returns: Return[] = [];
  for (const entry of body.Returns) {
    const fees = (entry.Fees ?? []).map((fee) => fee.PricePerItemIncVat);
    const discounts = (entry.Discounts ?? []).map((discount) => discount.PricePerItemIncVat);
    if (fees.some((fee) => fee < 0)) return refuse("INVALID_INPUT", "Property: Fees, Message: must be positive");
    if (discounts.some((discount) => discount >= 0)) {
      return refuse("INVALID_INPUT", "Property: Discounts, Message: must be negative");
    }
    returns.push({
      transactionId: entry.PaymentTransactionId,
      rows: entry.OrderItems.map(bodies.namedRow),
      feesMinor: fees.reduce((sum, fee) => sum + fee, 0),
      discountsMinor: discounts.reduce((sum, discount) => sum + discount, 0),
    });
  }
  return returnItems(deal, returns);
}

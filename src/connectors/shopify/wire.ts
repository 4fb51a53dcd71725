// What Shopify answers and sends, as zod schemas: names of reference/shopify.md sections 2 to 5. Enums stay texts.
import { z } from "zod";

const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() ?? "");

/** `gid://shopify/Order/6021457707331` or the bare number, as digits. */
export const id = z.union([z.string(), z.number().int().nonnegative()]).transform((given, context) => {
  const digits = /^(?:gid:\/\/shopify\/[A-Za-z]+\/)?(\d{1,20})(?:\?.*)?$/.exec(String(given))?.[1];
  // A number beyond 2^53 has lost digits while it was read.
  if (digits !== undefined && (typeof given === "string" || Number.isSafeInteger(given))) return digits;
  context.addIssue({ code: "custom", message: "not an id of Shopify" });
  return z.NEVER;
});

const amount = z.object({ amount: z.union([z.string(), z.number()]), currencyCode: z.string() });

/** One amount in the shop's currency and in the buyer's. */
const bag = z.object({ shopMoney: amount.nullish(), presentmentMoney: amount.nullish() });
export type MoneyBag = z.output<typeof bag>;

const fieldOf = (given: unknown, name: string): unknown =>
  typeof given === "object" && given !== null ? Reflect.get(given, name) : undefined;

/** A plain list, or a connection by its nodes or edges. Only nothing at all is an empty list. */
const nodes = <T extends z.ZodType>(item: T) =>
  z.preprocess((given) => {
    if (given === null || given === undefined) return [];
    const edges = fieldOf(given, "edges");
    return fieldOf(given, "nodes") ?? (Array.isArray(edges) ? edges.map((edge) => fieldOf(edge, "node")) : given);
  }, z.array(item));

const page = z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullish() });
export type Page = z.output<typeof page>;
const NO_PAGE: Page = { hasNextPage: false };

/** A connection with the question whether there is more of it. */
const connection = <T extends z.ZodType>(item: T) =>
  z.preprocess(
    (given) => ({ items: given, page: fieldOf(given, "pageInfo") ?? NO_PAGE }),
    z.object({ items: nodes(item), page }),
  );

// --- orders -----------------------------------------------------------------

const rate = z.union([z.number(), z.string()]).nullish();
const taxLine = z.object({ rate, priceSet: bag });
const discountAllocation = z.object({ allocatedAmountSet: bag });
const whole = z.number().int().nonnegative();

const lineItem = z.object({
  id,
  sku: text,
  title: text,
  variantTitle: text,
  quantity: whole,
  currentQuantity: whole.nullish(),
  isGiftCard: z.boolean().nullish(),
  originalUnitPriceSet: bag,
  discountAllocations: nodes(discountAllocation),
  taxLines: nodes(taxLine),
});
export type LineItem = z.output<typeof lineItem>;
export type TaxLine = z.output<typeof taxLine>;

const shippingLine = z.object({
  // Shipping that was added outside of the checkout may have no id.
  id: id.nullish(),
  code: text,
  title: text,
  originalPriceSet: bag,
  discountAllocations: nodes(discountAllocation),
  taxLines: nodes(taxLine),
});
export type ShippingLine = z.output<typeof shippingLine>;

const transaction = z.object({
  id,
  kind: text,
  status: text,
  gateway: text,
  formattedGateway: text,
  // Opaque and case-sensitive: kept to the letter.
  paymentId: z.string().nullish(),
  manualPaymentGateway: z.boolean().nullish(),
  amountSet: bag,
  parentTransaction: z.object({ id }).nullish(),
});
export type Transaction = z.output<typeof transaction>;

const refund = z.object({
  id,
  createdAt: text,
  refundLineItems: connection(
    z.object({ quantity: whole, lineItem: z.object({ id }), subtotalSet: bag.nullish(), totalTaxSet: bag.nullish() }),
  ),
  refundShippingLines: nodes(
    z.object({
      shippingLine: z.object({ id: id.nullish() }).nullish(),
      subtotalAmountSet: bag,
      taxAmountSet: bag.nullish(),
    }),
  ),
  transactions: connection(z.object({ id, kind: text, status: text, amountSet: bag })),
});
export type Refund = z.output<typeof refund>;

const fulfillment = z.object({
  id,
  status: text,
  createdAt: text,
  fulfillmentLineItems: connection(z.object({ quantity: whole.nullish(), lineItem: z.object({ id }) })),
});
export type Fulfillment = z.output<typeof fulfillment>;

const address = z
  .object({
    firstName: text,
    lastName: text,
    company: text,
    address1: text,
    address2: text,
    zip: text,
    city: text,
    provinceCode: text,
    countryCodeV2: text,
    phone: text,
  })
  .nullish();
export type ShopifyAddress = z.output<typeof address>;

const currency = z.string().regex(/^[A-Za-z]{3}$/);

const order = z.object({
  id,
  name: text,
  confirmationNumber: text,
  checkoutToken: text,
  createdAt: text,
  processedAt: text,
  cancelledAt: text,
  test: z.boolean().nullish(),
  edited: z.boolean().nullish(),
  taxesIncluded: z.boolean(),
  currencyCode: currency,
  presentmentCurrencyCode: currency.nullish(),
  displayFinancialStatus: text,
  email: text,
  phone: text,
  customerLocale: text,
  customer: z.object({ firstName: text, lastName: text }).nullish(),
  billingAddress: address,
  shippingAddress: address,
  totalPriceSet: bag,
  currentTotalPriceSet: bag.nullish(),
  totalTipReceivedSet: bag.nullish(),
  lineItems: connection(lineItem),
  shippingLines: connection(shippingLine),
  transactions: nodes(transaction),
  refunds: nodes(refund),
  fulfillments: nodes(fulfillment),
});

export const orderData = z.object({
  order: order.nullable(),
  shop: z.object({ shopAddress: z.object({ countryCodeV2: text }).nullish() }).nullish(),
});

/** An order with all of its lines, and the country of the shop (for orders without an address). */
export interface ShopifyOrder extends Omit<z.output<typeof order>, "lineItems" | "shippingLines"> {
  lineItems: LineItem[];
  shippingLines: ShippingLine[];
  shopCountry: string;
}
export type ReadOrder = z.output<typeof order>;

export const moreLinesData = z.object({ order: z.object({ lineItems: connection(lineItem) }).nullable() });

// --- lists ------------------------------------------------------------------

export const foundOrdersData = z.object({
  orders: nodes(
    z.object({ id, name: text, transactions: nodes(z.object({ paymentId: z.string().nullish(), status: text })) }),
  ),
});
export type FoundOrder = z.output<typeof foundOrdersData>["orders"][number];

export const changedOrdersData = z.object({ orders: connection(z.object({ id, updatedAt: z.string().min(1) })) });

export const verifyData = z.object({
  shop: z.object({ name: text }),
  currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }).nullish(),
});

// --- subscriptions ----------------------------------------------------------

export const subscriptionsData = z.object({
  webhookSubscriptions: connection(
    z.object({
      id: z.string(),
      topic: z.string(),
      // Subscriptions to a queue have no address of this kind.
      endpoint: z.object({ callbackUrl: z.string().nullish() }).nullish(),
    }),
  ),
});

const userErrors = nodes(z.object({ field: z.array(z.string()).nullish(), message: text }));
export type UserErrors = z.output<typeof userErrors>;

export const createdData = z.object({ webhookSubscriptionCreate: z.object({ userErrors }).nullable() });
export const deletedData = z.object({ webhookSubscriptionDelete: z.object({ userErrors }).nullable() });

// --- webhook bodies: REST resources, of which only the order's id is used ----

/** The id of the body's own resource, as GraphQL writes it, and as a number (which may be too large for one). */
export const webhookBody = z.object({
  id: id.nullish().catch(null),
  admin_graphql_api_id: z.string().nullish().catch(null),
  order_id: id.nullish().catch(null),
  // NOT DOCUMENTED - assumption: the form of the summary that orders/edited sends.
  order_edit: z
    .object({ order_id: id.nullish().catch(null) })
    .nullish()
    .catch(null),
});

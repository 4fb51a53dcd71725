// The reference order in the shape of GraphQL (reference/shopify.md section 4), and its parts to build others from.
import { orderData, type ReadOrder, type ShopifyOrder } from "../../../src/connectors/shopify/wire.ts";

export const ORDER_GID = "gid://shopify/Order/6021457707331";

export const sek = (amount: string) => ({
  shopMoney: { amount, currencyCode: "SEK" },
  presentmentMoney: { amount, currencyCode: "SEK" },
});

/** SEK in the shop, EUR for the buyer. */
export const both = (shop: string, presentment: string) => ({
  shopMoney: { amount: shop, currencyCode: "SEK" },
  presentmentMoney: { amount: presentment, currencyCode: "EUR" },
});

const vat = (rate: number, amount: string) => ({ rate, priceSet: sek(amount) });

export const SHIRT = {
  id: "gid://shopify/LineItem/15339201",
  sku: "TS-BLK-M",
  title: "T-shirt",
  variantTitle: "Svart / M",
  quantity: 2,
  currentQuantity: 2,
  isGiftCard: false,
  originalUnitPriceSet: sek("249.0"),
  discountAllocations: [{ allocatedAmountSet: sek("49.8") }],
  taxLines: [vat(0.25, "89.64")],
};

export const BOOK = {
  id: "gid://shopify/LineItem/15339202",
  sku: "BOK-01",
  title: "Bok",
  variantTitle: null,
  quantity: 1,
  currentQuantity: 1,
  isGiftCard: false,
  originalUnitPriceSet: sek("106.0"),
  discountAllocations: [],
  taxLines: [vat(0.06, "6.0")],
};

export const FREIGHT = {
  id: "gid://shopify/ShippingLine/4455",
  code: "postnord_mypack",
  title: "PostNord ombud",
  originalPriceSet: sek("49.0"),
  discountAllocations: [],
  taxLines: [vat(0.25, "9.8")],
};

export const AUTHORIZATION = {
  id: "gid://shopify/OrderTransaction/7654321001",
  kind: "AUTHORIZATION",
  status: "SUCCESS",
  gateway: "Klarna",
  formattedGateway: "Klarna",
  paymentId: "u0nwmSrNntjIWozmNslK5Tlq",
  manualPaymentGateway: false,
  processedAt: "2026-10-05T12:03:10Z",
  amountSet: sek("603.2"),
  parentTransaction: null,
};

export const ADDRESS = {
  firstName: "Anna",
  lastName: "Berg",
  company: null,
  address1: "Storgatan 1",
  address2: null,
  zip: "11122",
  city: "Stockholm",
  provinceCode: null,
  countryCodeV2: "SE",
  phone: null,
};

export const connection = (nodes: readonly unknown[]) => ({ pageInfo: { hasNextPage: false, endCursor: null }, nodes });

export const REFERENCE_ORDER = {
  id: ORDER_GID,
  legacyResourceId: "6021457707331",
  name: "#1001",
  confirmationNumber: "XPAV284CT",
  checkoutToken: "bd5a8aa1ecd019dd3520ff791ee3a24c",
  createdAt: "2026-10-05T12:03:11Z",
  processedAt: "2026-10-05T12:03:10Z",
  cancelledAt: null,
  test: false,
  edited: false,
  taxesIncluded: true,
  currencyCode: "SEK",
  presentmentCurrencyCode: "SEK",
  displayFinancialStatus: "AUTHORIZED",
  email: "anna@example.se",
  phone: null,
  customerLocale: "sv-SE",
  customer: { firstName: "Anna", lastName: "Berg" },
  billingAddress: ADDRESS,
  shippingAddress: ADDRESS,
  totalPriceSet: sek("603.2"),
  currentTotalPriceSet: sek("603.2"),
  totalTipReceivedSet: sek("0.0"),
  lineItems: connection([SHIRT, BOOK]),
  shippingLines: connection([FREIGHT]),
  transactions: [AUTHORIZATION],
  refunds: [] as unknown[],
  fulfillments: [] as unknown[],
};

/** The reference order with some of its fields as given. */
export const orderWith = (given: object = {}): object => ({ ...REFERENCE_ORDER, ...given });

export const orderAnswer = (order: unknown) => ({ order, shop: { shopAddress: { countryCodeV2: "SE" } } });

/** An order as `readOrder` gives it. */
export function asRead(given: object = {}, shopCountry = "SE"): ShopifyOrder {
  const order = orderData.parse({ order: orderWith(given) }).order as ReadOrder;
  return { ...order, lineItems: order.lineItems.items, shippingLines: order.shippingLines.items, shopCountry };
}

/** A refund: line items by [line, quantity, subtotal], freight by its amount, money by [amount, status]. */
export const refund = (
  id: number,
  lines: readonly [line: { id: string }, quantity: number, subtotal: string][],
  money: readonly [amount: string, status?: string][],
  more: { freight?: string; createdAt?: string } = {},
) => ({
  id: `gid://shopify/Refund/${id}`,
  createdAt: more.createdAt ?? "2026-10-12T07:00:00Z",
  refundLineItems: connection(
    lines.map(([line, quantity, subtotal]) => ({
      quantity,
      lineItem: { id: line.id },
      subtotalSet: sek(subtotal),
      totalTaxSet: sek("0.0"),
    })),
  ),
  refundShippingLines: connection(
    more.freight === undefined
      ? []
      : [{ shippingLine: { id: FREIGHT.id }, subtotalAmountSet: sek(more.freight), taxAmountSet: sek("0.0") }],
  ),
  transactions: connection(
    money.map(([amount, status], index) => ({
      id: `gid://shopify/OrderTransaction/${id}${index}`,
      kind: "REFUND",
      status: status ?? "SUCCESS",
      amountSet: sek(amount),
    })),
  ),
});

export const fulfillment = (
  id: number,
  lines: readonly [line: { id: string }, quantity: number][],
  status = "SUCCESS",
) => ({
  id: `gid://shopify/Fulfillment/${id}`,
  status,
  createdAt: "2026-10-06T08:00:00Z",
  fulfillmentLineItems: connection(lines.map(([line, quantity]) => ({ quantity, lineItem: { id: line.id } }))),
});

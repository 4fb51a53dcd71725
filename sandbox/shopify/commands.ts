// The control commands the simulated Shopify takes, as schemas: a misspelt argument is an error, not a guess.
import { z } from "zod";
import { WEBHOOK_TOPICS } from "./topics.ts";

/** A decimal in major units of the order's presentment currency; read once that is known. */
const amount = z.union([z.string(), z.number()]).transform(String);
/** Percent as basis points: 25, "25.5". */
const percent = z
  .union([z.string(), z.number()])
  .transform(Number)
  .refine(
    (value) => value >= 0 && value <= 100 && Number.isInteger(Math.round(value * 10_000) / 100),
    "not a percentage",
  )
  .transform((value) => Math.round(value * 100));
const currency = z.string().regex(/^[A-Z]{3}$/);
const text = z.string().min(1);

/** The shop a command is for; not needed while there is one only. */
const at = { shop: z.string().optional() };
/** The order a command is for: by id, or by name (the latest of that name). */
const one = {
  ...at,
  orderId: z.union([z.string(), z.number()]).transform(Number).optional(),
  name: z.string().optional(),
};

const switches = z.strictObject({
  totalsAfterEdit: z.enum(["as_placed", "edited"]).optional(),
  adjustmentSign: z.enum(["negative", "positive"]).optional(),
  shippingRefunds: z.enum(["refund_shipping_lines", "order_adjustments"]).optional(),
});

const shop = z.strictObject({
  do: z.literal("shop"),
  shopDomain: z.string().regex(/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/),
  accessToken: text,
  clientSecret: text,
  title: text.optional(),
  currency: currency.default("SEK"),
  taxesIncluded: z.boolean().default(true),
  taxTitle: text.default("Moms"),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default("SE"),
  timezone: text.default("Europe/Stockholm"),
  utcOffsetMinutes: z.int().default(120),
  orderNamePrefix: z.string().default("#"),
  orderNameSuffix: z.string().default(""),
  nextOrderNumber: z.int().min(1).optional(),
  scopes: z
    .array(text)
    .default(["read_orders", "read_all_orders", "read_fulfillments", "read_customers", "read_products"]),
  apiVersion: z
    .string()
    .regex(/^\d{4}-(01|04|07|10)$/)
    .default("2026-07"),
  restoreRate: z.number().positive().default(100),
  switches: switches.default({}),
});

const lines = z
  .array(
    z.strictObject({
      sku: z.string().nullable().default(null),
      title: text.default("Vara"),
      variantTitle: z.string().nullable().default(null),
      quantity: z.int().min(1).default(1),
      price: amount,
      /** Percent; null: not taxable. */
      vatRate: percent.nullable().default(2500),
      /** Off this line alone. */
      discount: amount.optional(),
      giftCard: z.boolean().default(false),
      requiresShipping: z.boolean().default(true),
    }),
  )
  .max(250);

const shipping = z.strictObject({
  code: text.default("standard"),
  title: text.default("Frakt"),
  price: amount,
  vatRate: percent.nullable().default(2500),
  discount: amount.optional(),
});

const discount = z.strictObject({
  type: z.enum(["discount_code", "automatic", "manual"]).default("discount_code"),
  name: text.default("RABATT"),
  percent: percent.optional(),
  amount: amount.optional(),
});

const kind = z.enum(["authorization", "sale"]);
const payment = z.strictObject({
  gateway: text.default("Klarna"),
  /** Left out: a token of 24 characters, none for a gift card, a manual gateway or a failure; null: none. */
  paymentId: text.nullable().optional(),
  kind: kind.default("authorization"),
  status: z.enum(["success", "pending", "failure", "error"]).default("success"),
  /** Left out: what is still to pay. */
  amount: amount.optional(),
});

const person = z.strictObject({
  email: z.string().nullable().default("anna@example.se"),
  phone: z.string().nullable().default(null),
  firstName: z.string().nullable().default("Anna"),
  lastName: z.string().nullable().default("Berg"),
});
const address = z.strictObject({
  firstName: z.string().nullable().optional(),
  lastName: z.string().nullable().optional(),
  company: z.string().nullable().default(null),
  address1: z.string().nullable().default("Storgatan 1"),
  address2: z.string().nullable().default(null),
  zip: z.string().nullable().default("11122"),
  city: z.string().nullable().default("Stockholm"),
  countryCode: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .optional(),
  phone: z.string().nullable().default(null),
});

const order = z.strictObject({
  ...at,
  do: z.literal("order"),
  /** Left out: the shop's next number with its prefix and suffix. */
  name: text.optional(),
  lines: lines.min(1),
  shipping: z.array(shipping).default([]),
  discounts: z.array(discount).default([]),
  tip: amount.optional(),
  gateway: text.default("Klarna"),
  paymentId: text.nullable().optional(),
  kind: kind.default("authorization"),
  /** How the one payment stands; `none`: the transaction comes later, by `pay`. */
  payment: z.enum(["success", "pending", "none"]).default("success"),
  /** In place of the one payment: every attempt in its order. */
  payments: z.array(payment).optional(),
  /** So much is paid by a gift card first. */
  giftCard: amount.optional(),
  test: z.boolean().default(false),
  taxesIncluded: z.boolean().optional(),
  presentmentCurrency: currency.optional(),
  /** Shop money for one unit of presentment money. */
  rate: z.number().positive().default(1),
  customer: person.nullable().prefault({}),
  billing: address.nullable().prefault({}),
  delivery: address.nullable().prefault({}),
  sourceName: text.default("web"),
  sourceIdentifier: z.string().nullable().default(null),
  poNumber: z.string().nullable().default(null),
  note: z.string().nullable().default(null),
  noteAttributes: z.array(z.strictObject({ name: text, value: z.string() })).default([]),
  tags: z.array(text).default([]),
  locale: text.default("sv-SE"),
  /** `order_transactions/create` goes out before `orders/create`. */
  transactionsFirst: z.boolean().default(false),
});

const rows = z
  .array(
    z
      .strictObject({ sku: text.optional(), lineId: z.int().optional(), quantity: z.int().min(1).default(1) })
      .refine((row) => (row.sku === undefined) !== (row.lineId === undefined), "name the line by sku or lineId"),
  )
  .min(1);

export const commandSchema = z.discriminatedUnion("do", [
  shop,
  order,
  z.strictObject({
    ...one,
    do: z.literal("pay"),
    gateway: text.optional(),
    paymentId: text.nullable().optional(),
    kind: kind.default("authorization"),
    status: z.enum(["success", "failure", "error"]).default("success"),
    amount: amount.optional(),
  }),
  z.strictObject({ ...one, do: z.literal("capture"), amount: amount.optional() }),
  z.strictObject({
    ...one,
    do: z.literal("fulfil"),
    rows: rows.optional(),
    tracking: z
      .strictObject({
        company: z.string().nullable().default(null),
        number: z.string().nullable().default(null),
        url: z.string().nullable().default(null),
      })
      .nullable()
      .default(null),
  }),
  z.strictObject({
    ...one,
    do: z.literal("refund"),
    rows: rows.optional(),
    /** Freight that goes back: an amount, or all that is left. */
    shipping: z.union([z.literal(true), amount]).optional(),
    /** Money that goes back; left out: what rows and freight come to. */
    amount: amount.optional(),
    /** False: nothing goes back, the rows only come off. */
    transaction: z.boolean().default(true),
    restockType: z.enum(["return", "cancel", "no_restock"]).default("return"),
    note: z.string().nullable().default(null),
  }),
  z.strictObject({
    ...one,
    do: z.literal("cancel"),
    reason: z.enum(["customer", "declined", "fraud", "inventory", "other", "staff"]).default("customer"),
  }),
  z.strictObject({ ...one, do: z.literal("edit"), add: lines.default([]), remove: rows.optional() }),
  z.strictObject({ ...one, do: z.literal("rename"), to: text }),
  z.strictObject({ ...one, do: z.literal("tag"), tags: z.array(text) }),
  z.strictObject({
    ...at,
    do: z.literal("subscribe"),
    topic: z.enum(WEBHOOK_TOPICS),
    url: z.url(),
    includeFields: z.array(text).default([]),
  }),
  z.strictObject({ ...at, do: z.literal("unsubscribe"), topic: z.enum(WEBHOOK_TOPICS).optional() }),
  z.strictObject({ ...at, do: z.literal("uninstall") }),
  z.strictObject({ ...at, do: z.literal("drain"), left: z.number().min(0).default(0) }),
  z.strictObject({ ...at, do: z.literal("set"), switches }),
  z.strictObject({ ...one, do: z.literal("show") }),
]);

export type Command = z.output<typeof commandSchema>;
export type CommandOf<Name extends Command["do"]> = Extract<Command, { do: Name }>;

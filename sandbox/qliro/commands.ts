// The control commands of the simulated Qliro, parsed at the border; sandbox/README.md has them as a table.
import { z } from "zod";
import { divideRounded, multiplyDivide, parseDecimal } from "../../src/domain/money.ts";
import { accountSwitches } from "./switches.ts";
import type { Row } from "./truth.ts";

/** Decimal major units, including VAT, as a number or a text. */
const price = z.union([z.number(), z.string()]).transform((value, context) => {
  const parsed = parseDecimal(value, 2);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: "custom", message: "a decimal with at most two decimals is expected" });
  return z.NEVER;
});

const rowSchema = z
  .strictObject({
    reference: z.string().min(1).max(200),
    description: z.string().optional(),
    type: z.enum(["Product", "Discount", "Fee", "Shipping"]).default("Product"),
    quantity: z.int().min(1).default(1),
    /** Per unit, including VAT. */
    price,
    /** Per unit, excluding VAT; computed from the rate where it is not given. */
    priceExVat: price.optional(),
    /** Percent. */
    vatRate: price.default(2500),
  })
  .transform(
    (row): Row => ({
      reference: row.reference,
      description: row.description ?? row.reference,
      type: row.type,
      quantity: row.quantity,
      incMinor: row.price,
      exMinor: row.priceExVat ?? multiplyDivide(row.price, 10_000, 10_000 + row.vatRate),
      vatRateBps: row.vatRate,
    }),
  );
const rows = z.array(rowSchema).min(1).max(200);

/** A row of an order as a person names it: without a price, the first of that reference. */
const namedRows = z
  .array(z.strictObject({ reference: z.string(), quantity: z.int().min(1).default(1), price: price.optional() }))
  .min(1);

const optionalUrl = z.url().nullable().optional();
const order = { orderId: z.int().optional(), reference: z.string().optional() };

const person = z.strictObject({
  firstName: z.string().default("Test"),
  lastName: z.string().default("Persson"),
  email: z.string().default("test.persson@example.com"),
  phone: z.string().default("+46700000000"),
  company: z.boolean().default(false),
  companyName: z.string().nullable().default(null),
  vatNumber: z.string().nullable().default(null),
});
const address = z.strictObject({
  firstName: z.string().optional(),
  lastName: z.string().optional(),
  companyName: z.string().nullable().default(null),
  street: z.string().default("Testgatan 1"),
  postalCode: z.string().default("11122"),
  city: z.string().default("Stockholm"),
  country: z.string().optional(),
});

const account = z.strictObject({
  do: z.literal("account"),
  key: z.string().min(1).max(50),
  secret: z.string().min(1),
  plusKey: z.string().min(1).max(50).nullable().optional(),
  plusSecret: z.string().min(1).nullable().optional(),
  checkoutPushUrl: optionalUrl,
  managementPushUrl: optionalUrl,
  switches: z.partialRecord(accountSwitches.keyof(), z.unknown()).default({}),
});

const place = z.strictObject({
  do: z.literal("place"),
  /** Needed when there are several accounts. */
  key: z.string().optional(),
  reference: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,25}$/)
    .optional(),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default("SEK"),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/)
    .default("SE"),
  language: z.string().default("sv-se"),
  rows,
  customer: person.prefault({}),
  billing: address.prefault({}),
  shipping: address.optional(),
  method: z.string().default("QLIRO_INVOICE"),
  subtype: z.string().optional(),
  /** Left out: the account's default; null: no push at all. */
  checkoutPushUrl: optionalUrl,
  managementPushUrl: optionalUrl,
  metadata: z.record(z.string().max(50), z.string().max(250)).default({}),
  inProcess: z.boolean().default(false),
  onHold: z.boolean().default(false),
  debit: z.boolean().default(false),
  /** An invoice fee that Qliro adds as a row of its own, including VAT. */
  fee: price.optional(),
});

const settle = z.strictObject({
  do: z.literal("settle"),
  key: z.string().optional(),
  date: z.iso.date().optional(),
  convention: z.enum(["magnitude_net", "magnitude_gross", "signed_net", "signed_gross"]).default("magnitude_net"),
  fee: z
    .strictObject({
      /** Percent of each sale, excluding VAT. */
      percent: price.default(250),
      /** On each sale and refund, excluding VAT. */
      fixed: price.default(0),
      vatRate: price.default(2500),
      shown: z.enum(["per_line", "per_batch", "hidden"]).default("per_line"),
    })
    .prefault({}),
  chargebacks: z.array(z.strictObject({ orderId: z.int(), amount: price })).default([]),
  pending: z.array(z.int()).default([]),
  rejected: z.array(z.int()).default([]),
  offBy: price.default(0),
});

const fail = z.strictObject({
  do: z.literal("fail"),
  type: z.enum(["Preauthorization", "Debit", "Credit", "Capture", "Reversal", "Refund", "UpdateInvoice"]),
  code: z.string().default("PROVIDER_DECLINED"),
  text: z.string().default("The provider declined"),
  times: z.int().min(1).max(100).default(1),
});

export const commandSchema = z.discriminatedUnion("do", [
  account,
  place,
  z.strictObject({ do: z.literal("complete"), ...order }),
  z.strictObject({ do: z.literal("refuse"), ...order }),
  z.strictObject({ do: z.literal("capture"), ...order, rows: namedRows.optional() }),
  z.strictObject({ do: z.literal("refund"), ...order, rows: namedRows.optional(), amount: price.optional() }),
  z.strictObject({ do: z.literal("cancel"), ...order }),
  z.strictObject({ do: z.literal("update"), ...order, transactionId: z.int().optional(), rows }),
  z.strictObject({ do: z.literal("upsell"), ...order, rows, replaces: z.boolean().default(false) }),
  z.strictObject({ do: z.literal("rename"), ...order, to: z.string() }),
  settle,
  fail,
  z.strictObject({ do: z.literal("set"), key: z.string().optional(), switches: z.record(z.string(), z.unknown()) }),
  z.strictObject({ do: z.literal("show"), ...order }),
]);

export type Command = z.output<typeof commandSchema>;
export type CommandOf<Name extends Command["do"]> = Extract<Command, { do: Name }>;

/** The row Qliro adds for its invoice fee (reference/qliro.md section 10.3); 25 % VAT. */
export const feeRow = (incMinor: number): Row => ({
  reference: "InvoiceFee",
  description: "Faktureringsavgift",
  type: "Fee",
  quantity: 1,
  incMinor,
  exMinor: divideRounded(incMinor * 10_000, 12_500),
  vatRateBps: 2500,
});

// What Qliro sends and answers, as zod schemas. Enums arrive as words or as numbers (reference/qliro.md section 6.1).
import { z } from "zod";
import { divideRounded, exponentOf, parseDecimal } from "../../domain/money.ts";

/** A word of a list, its index, or `Unknown`: new values are tolerated, never guessed. */
const lenient = <const W extends readonly string[]>(words: W) =>
  z.union([z.string(), z.number()]).transform((given): W[number] | "Unknown" => {
    const text = String(given);
    return (/^\d+$/.test(text) ? words[Number(text)] : words.find((word) => word === text)) ?? "Unknown";
  });

const transactionTypes = [
  "Preauthorization",
  "Debit",
  "Credit",
  "Capture",
  "Reversal",
  "Refund",
  "UpdateInvoice",
  "Registration",
] as const;
const statuses = [
  "Created",
  "InProcess",
  "UserInteractionRequired",
  "OnHold",
  "Success",
  "Error",
  "Cancelled",
] as const;

export const transactionType = lenient(transactionTypes);
export const transactionStatus = lenient(statuses);
export type TransactionType = z.output<typeof transactionType>;
export type TransactionStatus = z.output<typeof transactionStatus>;

/** An int64 id as a text of digits. */
const id = z.union([z.number().int().nonnegative(), z.string().regex(/^\d{1,19}$/)]).transform(String);
/** Null where missing; 0 stands for none. */
const optionalId = id.nullish().transform((value) => (value === undefined || value === "0" ? null : value));
/** Decimal major units, read exactly as minor units: more than two decimals is not as documented (section 9). */
const amount = z.union([z.number(), z.string()]).transform((given, context) => {
  const parsed = parseDecimal(given, 2);
  if (parsed.ok) return parsed.value;
  context.addIssue({ code: "custom", message: `amount: ${parsed.error.reason}` });
  return z.NEVER;
});
/** Prices without VAT and VAT rates only serve to know a rate, so longer decimals are rounded: hundredths. */
const roundedHundredths = z.union([z.number(), z.string()]).transform((given, context) => {
  const parsed = parseDecimal(given, 8);
  if (parsed.ok) return divideRounded(parsed.value, 1_000_000);
  context.addIssue({ code: "custom", message: `number: ${parsed.error.reason}` });
  return z.NEVER;
});
const text = z
  .string()
  .nullish()
  .transform((value) => value?.trim() ?? "");
const currency = z
  .string()
  .regex(/^[A-Za-z]{3}$/)
  .transform((value) => value.toUpperCase())
  // Two decimals everywhere is what makes `amount` minor units.
  .refine((value) => exponentOf(value) === 2);
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);

// --- orders -----------------------------------------------------------------

const itemAction = z.object({
  Id: z.number().nullish(),
  ActionType: lenient(["Create", "Reserve", "Ship", "Return", "Release"]),
  PaymentTransactionId: optionalId,
  MerchantReference: z.string(),
  Description: text,
  Type: lenient(["Product", "Discount", "Fee", "Shipping"]),
  Quantity: z.number().int(),
  PricePerItemIncVat: amount,
  PricePerItemExVat: roundedHundredths.nullish(),
  VatRate: roundedHundredths.nullish(),
});

const paymentTransaction = z.object({
  PaymentTransactionId: id,
  OriginalPaymentTransactionId: optionalId,
  Type: transactionType,
  Amount: amount,
  Status: transactionStatus,
  Timestamp: text,
  PaymentMethodName: text,
  ProviderResultCode: text,
  ProviderResultDescription: text,
  ErrorCode: text,
  ErrorCodeDescription: text,
});

const address = z
  .object({
    CompanyName: text,
    FirstName: text,
    LastName: text,
    Street: text,
    Street2: text,
    PostalCode: text,
    City: text,
    Area: text,
    CountryCode: text,
  })
  .nullish();

/** GET /v2/orders/{id} (section 6.1). */
export const orderAnswer = z.object({
  OrderId: id,
  MerchantReference: text,
  Currency: currency,
  Country: text,
  OrderItemActions: list(itemAction),
  PaymentTransactions: list(paymentTransaction),
  Customer: z
    .object({
      CompanyName: text,
      FirstName: text,
      LastName: text,
      Email: text,
      MobileNumber: text,
      PersonalNumber: text,
      VatNumber: text,
      JuridicalType: lenient(["Physical", "Company"]).nullish(),
    })
    .nullish(),
  BillingAddress: address,
  ShippingAddress: address,
});
export type QliroOrder = z.output<typeof orderAnswer>;
export type ItemAction = QliroOrder["OrderItemActions"][number];
export type PaymentTransaction = QliroOrder["PaymentTransactions"][number];
export type QliroAddress = QliroOrder["BillingAddress"];

/** GET /Orders?merchantReference= of the checkout side: only the id is used. */
export const checkoutOrderAnswer = z.object({ OrderId: id });
/** GET /v2/paymentTransactions/{id} (section 6.2): only the order's id is used. */
export const transactionAnswer = z.object({ OrderId: id });

/** The 200 of every mutation: what was started (section 6.3). */
export const mutationAnswer = z.object({
  PaymentTransactions: list(z.object({ PaymentTransactionId: id, Status: transactionStatus.nullish() })),
});
export type MutationAnswer = z.output<typeof mutationAnswer>;

/** Error bodies of both APIs (section 6.5). */
export const errorAnswer = z.object({
  ErrorCode: text,
  ErrorMessage: text,
  DetailedErrorMessage: text,
  ErrorReference: text,
});

// --- settlements ------------------------------------------------------------

const batch = z.object({
  Id: id,
  BatchId: z.union([z.string(), z.number()]).nullish(),
  BatchDate: z.string().regex(/^\d{4}-\d{2}-\d{2}/),
  CurrencyCode: currency,
  TotalAmount: amount,
  TotalFeeAmount: amount.nullish(),
});
/** GET /v2/settlements/GetSettlementBatches (section 10.1). */
export const batchesAnswer = z.object({ SettlementBatches: list(batch) });
export type SettlementBatch = z.output<typeof batch>;

const settlement = z.object({
  OrderId: optionalId,
  PaymentTransactionId: optionalId,
  MerchantOrderReference: text,
  Action: lenient(["Debit", "Credit"]).nullish(),
  Type: lenient(["Transaction", "Fee", "Chargeback"]),
  CurrencyCode: currency,
  Amount: amount,
  AcquirerName: text,
  PaymentMethodType: text,
  TransactionCompletedDate: text,
  VatRate: roundedHundredths.nullish(),
  AmountExcludingVat: amount.nullish(),
});
/** Accepted lines only: pending and rejected ones moved no money (section 10.2). */
export const settlementsAnswer = z.object({ Settlements: list(settlement) });
export type Settlement = z.output<typeof settlement>;

// --- pushes -----------------------------------------------------------------

const textOrNumber = z
  .union([z.string(), z.number()])
  .nullish()
  .transform((value) => (value === null || value === undefined ? "" : String(value)));

/** Every push in one: the discriminating fields decide what it is (section 14). All but the order id may miss. */
export const push = z.object({
  OrderId: optionalId,
  NotificationType: text,
  EventType: text,
  PaymentType: textOrNumber,
  PaymentTransactionId: optionalId,
  PaymentReference: textOrNumber,
  Status: textOrNumber,
  Timestamp: text,
});
export type Push = z.output<typeof push>;

// Orders and transactions as Qliro's APIs show them (reference/qliro.md sections 5, 6.1 and 6.2).
import { isLive, total } from "./ledger.ts";
import { decimal, timestamp } from "./pushes.ts";
import type { LedgerAction, Order, Person, PostalAddress, Row, Transaction, Truth } from "./truth.ts";

/** The integer forms of the enumerations, by position. */
const ENUMS = {
  transactionType: [
    "Preauthorization",
    "Debit",
    "Credit",
    "Capture",
    "Reversal",
    "Refund",
    "UpdateInvoice",
    "Registration",
  ],
  status: ["Created", "InProcess", "UserInteractionRequired", "OnHold", "Success", "Error", "Cancelled"],
  action: ["Create", "Reserve", "Ship", "Return", "Release"],
  rowType: ["Product", "Discount", "Fee", "Shipping"],
  juridical: ["Physical", "Company"],
  settlementAction: ["Debit", "Credit"],
  settlementType: ["Transaction", "Fee", "Chargeback"],
} as const;

/** An enumeration's value in the form the platform is switched to. */
export const enumerated = (truth: Truth, name: keyof typeof ENUMS, value: string): string | number =>
  truth.switches.enums === "strings" ? value : (ENUMS[name] as readonly string[]).indexOf(value); // widened to look a value up

const percent = (bps: number): number => decimal(bps);

/** `GET /v2/orders/{…}`: no overall status and no total; both follow from the rows and transactions. */
export function adminOrder(truth: Truth, order: Order, now: number): Record<string, unknown> {
  return {
    OrderId: order.id,
    MerchantReference: order.reference,
    Currency: order.currency,
    Country: order.country,
    OrderItemActions: order.actions.map((action) => actionView(truth, action)),
    Customer: customer(truth, order.person, false),
    BillingAddress: address(order.billing, true),
    ShippingAddress: address(order.shipping, true),
    PaymentTransactions: order.transactions.map((each) => ({
      ...transactionView(truth, order, each),
      OriginalPaymentTransactionId: each.originalId,
      Type: enumerated(truth, "transactionType", each.type),
      Status: enumerated(truth, "status", each.status),
    })),
    IdentityVerification: { RequireIdentityVerification: false, IdentityVerified: false },
    Upsell: upsell(truth, order, now),
    MerchantProvidedMetadata: order.metadata.map(({ key, value }) => ({ Key: key, Value: value })),
  };
}

/** `GET /v2/paymentTransactions/{id}`: flat, with strings. */
export const transactionView = (truth: Truth, order: Order, transaction: Transaction): Record<string, unknown> => ({
  PaymentTransactionId: transaction.id,
  OrderId: order.id,
  Type: transaction.type,
  Amount: decimal(transaction.amountMinor),
  Currency: order.currency,
  Status: transaction.status,
  ProviderTransactionId: transaction.providerId,
  ProviderResultCode: null,
  ProviderResultDescription: transaction.errorText,
  PaymentMethodName: order.method.name,
  PaymentMethodSubtypeCode: order.method.subtype,
  Timestamp: timestamp(truth, transaction.changedAt),
  ErrorCode: transaction.errorCode,
  ErrorCodeDescription: transaction.errorText,
});

/** `GET /Orders/{id}` of the Merchant API. */
export function merchantOrder(truth: Truth, order: Order, now: number): Record<string, unknown> {
  const reserved = order.transactions
    .filter(isLive)
    .flatMap((each) =>
      each.movements
        .filter((movement) => movement.action === "Reserve")
        .flatMap(({ rows }) => rows.map((row) => ({ row, transactionId: each.id }))),
    );
  const final = order.checkout === "Completed" || order.checkout === "OnHold";
  return {
    OrderId: order.id,
    MerchantReference: order.reference,
    TotalPrice: decimal(total(order.cart)),
    Currency: order.currency,
    Country: order.country,
    Language: order.language,
    CustomerCheckoutStatus: order.checkout,
    Customer: customer(truth, order.person, true),
    BillingAddress: address(order.billing, false),
    ShippingAddress: address(order.shipping, false),
    OrderItems: final
      ? reserved.map(({ row, transactionId }) => ({
          ...rowView(truth, row),
          PaymentTransactionId: transactionId,
        }))
      : [],
    PaymentMethod: { PaymentMethodName: order.method.name, PaymentTypeCode: order.method.subtype },
    MerchantProvidedMetadata: order.metadata.map(({ key, value }) => ({ Key: key, Value: value })),
    Upsell: upsell(truth, order, now),
    OrderHtmlSnippet: "<div>The simulated checkout</div>",
    PaymentLink: null,
  };
}

const actionView = (truth: Truth, { id, action, transactionId, row }: LedgerAction): Record<string, unknown> => ({
  Id: id,
  ActionType: enumerated(truth, "action", action),
  PaymentTransactionId: transactionId,
  ...rowView(truth, row),
});

const rowView = (truth: Truth, row: Row): Record<string, unknown> => ({
  MerchantReference: row.reference,
  Description: row.description,
  Type: enumerated(truth, "rowType", row.type),
  Quantity: row.quantity,
  PricePerItemIncVat: decimal(row.incMinor),
  PricePerItemExVat: decimal(row.exMinor),
  ...(truth.switches.vatRateShown ? { VatRate: percent(row.vatRateBps) } : {}),
});

const customer = (truth: Truth, person: Person, whole: boolean): Record<string, unknown> => ({
  FirstName: person.firstName,
  LastName: person.lastName,
  Email: person.email,
  MobileNumber: person.phone,
  ...(whole ? { PersonalNumber: null } : {}),
  ...(person.vatNumber === null ? {} : { VatNumber: person.vatNumber }),
  JuridicalType: enumerated(truth, "juridical", person.company ? "Company" : "Physical"),
});

const address = (postal: PostalAddress, withCountry: boolean): Record<string, unknown> => ({
  FirstName: postal.firstName,
  LastName: postal.lastName,
  ...(postal.companyName === null ? {} : { CompanyName: postal.companyName }),
  Street: postal.street,
  PostalCode: postal.postalCode,
  City: postal.city,
  ...(withCountry ? { CountryCode: postal.country } : {}),
});

/** ASSUMPTION: upsell is open for ten minutes after the order was placed. */
export const UPSELL_OPEN_MS = 600_000;

const upsell = (truth: Truth, order: Order, now: number): Record<string, unknown> => {
  const until = order.placedAt + UPSELL_OPEN_MS;
  return {
    IsUpsellOrder: order.upsold,
    EligibleForUpsell: order.checkout === "Completed" && now < until,
    EligibleForUpsellUntil: timestamp(truth, until),
  };
};

// The part of Shopify's Admin schema about orders, lines, payments, refunds and fulfilments; names as in the pinned versions.

export const ORDERS = `
scalar DateTime scalar Decimal scalar URL scalar JSON scalar UnsignedInt64
scalar CurrencyCode scalar CountryCode

type MoneyV2 { amount: Decimal! currencyCode: CurrencyCode! }
type MoneyBag { shopMoney: MoneyV2! presentmentMoney: MoneyV2! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Attribute { key: String! value: String }
type Count { count: Int! precision: CountPrecision! }
enum CountPrecision { EXACT AT_LEAST }
interface Node { id: ID! }

type Order implements Node {
  id: ID! legacyResourceId: UnsignedInt64! name: String! number: Int! confirmationNumber: String checkoutToken: String
  createdAt: DateTime! updatedAt: DateTime! processedAt: DateTime! cancelledAt: DateTime closedAt: DateTime
  cancelReason: OrderCancelReason closed: Boolean! confirmed: Boolean! edited: Boolean! test: Boolean!
  fullyPaid: Boolean! unpaid: Boolean! refundable: Boolean! capturable: Boolean!
  sourceIdentifier: String sourceName: String poNumber: String note: String tags: [String!]!
  customAttributes: [Attribute!]! email: String phone: String customerLocale: String
  currencyCode: CurrencyCode! presentmentCurrencyCode: CurrencyCode! taxesIncluded: Boolean! taxExempt: Boolean!
  displayFinancialStatus: OrderDisplayFinancialStatus displayFulfillmentStatus: OrderDisplayFulfillmentStatus!
  paymentGatewayNames: [String!]! discountCode: String discountCodes: [String!]!
  subtotalPriceSet: MoneyBag totalDiscountsSet: MoneyBag totalShippingPriceSet: MoneyBag! totalTaxSet: MoneyBag
  totalPriceSet: MoneyBag! originalTotalPriceSet: MoneyBag! totalTipReceivedSet: MoneyBag!
  currentSubtotalPriceSet: MoneyBag! currentTotalDiscountsSet: MoneyBag! currentShippingPriceSet: MoneyBag!
  currentTotalTaxSet: MoneyBag! currentTotalPriceSet: MoneyBag!
  cartDiscountAmountSet: MoneyBag totalReceivedSet: MoneyBag! totalRefundedSet: MoneyBag!
  totalRefundedShippingSet: MoneyBag! totalOutstandingSet: MoneyBag! totalCapturableSet: MoneyBag!
  netPaymentSet: MoneyBag! refundDiscrepancySet: MoneyBag! totalCashRoundingAdjustment: CashRoundingAdjustment!
  subtotalLineItemsQuantity: Int! currentSubtotalLineItemsQuantity: Int!
  taxLines: [TaxLine!]! currentTaxLines: [TaxLine!]!
  lineItems(first: Int, last: Int, after: String, before: String, reverse: Boolean = false): LineItemConnection!
  shippingLine: ShippingLine
  shippingLines(first: Int, last: Int, after: String, before: String, reverse: Boolean = false,
    includeRemovals: Boolean = false): ShippingLineConnection!
  discountApplications(first: Int, last: Int, after: String, before: String,
    reverse: Boolean = false): DiscountApplicationConnection!
  transactions(first: Int, capturable: Boolean, manuallyResolvable: Boolean): [OrderTransaction!]!
  transactionsCount: Count refunds(first: Int): [Refund!]! fulfillments(first: Int): [Fulfillment!]!
  fulfillmentsCount: Count customer: Customer billingAddress: MailingAddress shippingAddress: MailingAddress
  displayAddress: MailingAddress billingAddressMatchesShippingAddress: Boolean! statusPageUrl: URL!
}
connection Order
enum OrderCancelReason { CUSTOMER DECLINED FRAUD INVENTORY OTHER STAFF }
enum OrderDisplayFinancialStatus { AUTHORIZED EXPIRED PAID PARTIALLY_PAID PARTIALLY_REFUNDED PENDING REFUNDED VOIDED }
enum OrderDisplayFulfillmentStatus {
  FULFILLED IN_PROGRESS ON_HOLD OPEN PARTIALLY_FULFILLED PENDING_FULFILLMENT REQUEST_DECLINED RESTOCKED SCHEDULED
  UNFULFILLED
}
enum OrderSortKeys {
  CREATED_AT CURRENT_TOTAL_PRICE CUSTOMER_NAME DESTINATION FINANCIAL_STATUS FULFILLMENT_STATUS ID ORDER_NUMBER PO_NUMBER
  PROCESSED_AT RELEVANCE TOTAL_ITEMS_QUANTITY TOTAL_PRICE UPDATED_AT
}
type CashRoundingAdjustment { paymentSet: MoneyBag! refundSet: MoneyBag! }
type TaxLine {
  title: String! rate: Float ratePercentage: Float priceSet: MoneyBag! channelLiable: Boolean source: String
}

type LineItem implements Node {
  id: ID! title: String! variantTitle: String name: String! sku: String vendor: String
  quantity: Int! currentQuantity: Int! refundableQuantity: Int! unfulfilledQuantity: Int! nonFulfillableQuantity: Int!
  originalUnitPriceSet: MoneyBag! originalTotalSet: MoneyBag! discountedUnitPriceSet: MoneyBag!
  discountedUnitPriceAfterAllDiscountsSet: MoneyBag! discountedTotalSet(withCodeDiscounts: Boolean = false): MoneyBag!
  totalDiscountSet: MoneyBag! unfulfilledDiscountedTotalSet: MoneyBag! unfulfilledOriginalTotalSet: MoneyBag!
  discountAllocations: [DiscountAllocation!]! taxLines(first: Int): [TaxLine!]! taxable: Boolean!
  isGiftCard: Boolean! requiresShipping: Boolean! restockable: Boolean! merchantEditable: Boolean!
  customAttributes: [Attribute!]! product: Product variant: ProductVariant
}
connection LineItem
type Product implements Node { id: ID! title: String! legacyResourceId: UnsignedInt64! }
type ProductVariant implements Node { id: ID! title: String! sku: String legacyResourceId: UnsignedInt64! }

type DiscountAllocation { allocatedAmountSet: MoneyBag! discountApplication: DiscountApplication! }
interface DiscountApplication {
  allocationMethod: DiscountApplicationAllocationMethod! index: Int! targetSelection: DiscountApplicationTargetSelection!
  targetType: DiscountApplicationTargetType! value: PricingValue!
}
type DiscountCodeApplication implements DiscountApplication {
  allocationMethod: DiscountApplicationAllocationMethod! index: Int! targetSelection: DiscountApplicationTargetSelection!
  targetType: DiscountApplicationTargetType! value: PricingValue! code: String!
}
type AutomaticDiscountApplication implements DiscountApplication {
  allocationMethod: DiscountApplicationAllocationMethod! index: Int! targetSelection: DiscountApplicationTargetSelection!
  targetType: DiscountApplicationTargetType! value: PricingValue! title: String!
}
type ManualDiscountApplication implements DiscountApplication {
  allocationMethod: DiscountApplicationAllocationMethod! index: Int! targetSelection: DiscountApplicationTargetSelection!
  targetType: DiscountApplicationTargetType! value: PricingValue! title: String! description: String
}
connection DiscountApplication
enum DiscountApplicationAllocationMethod { ACROSS EACH ONE }
enum DiscountApplicationTargetSelection { ALL ENTITLED EXPLICIT }
enum DiscountApplicationTargetType { LINE_ITEM SHIPPING_LINE }
union PricingValue = MoneyV2 | PricingPercentageValue
type PricingPercentageValue { percentage: Float! }

type ShippingLine {
  id: ID title: String! code: String source: String carrierIdentifier: String custom: Boolean! isRemoved: Boolean!
  originalPriceSet: MoneyBag! discountedPriceSet: MoneyBag! currentDiscountedPriceSet: MoneyBag!
  discountAllocations: [DiscountAllocation!]! taxLines: [TaxLine!]!
}
connection ShippingLine

type OrderTransaction implements Node {
  id: ID! kind: OrderTransactionKind! status: OrderTransactionStatus! gateway: String formattedGateway: String
  amountSet: MoneyBag! totalUnsettledSet: MoneyBag authorizationCode: String authorizationExpiresAt: DateTime
  paymentId: String parentTransaction: OrderTransaction processedAt: DateTime createdAt: DateTime! receiptJson: JSON
  errorCode: OrderTransactionErrorCode test: Boolean! manualPaymentGateway: Boolean! manuallyCapturable: Boolean!
  multiCapturable: Boolean! order: Order
}
connection OrderTransaction
enum OrderTransactionKind { AUTHORIZATION CAPTURE CHANGE EMV_AUTHORIZATION REFUND SALE SUGGESTED_REFUND VOID }
enum OrderTransactionStatus { AWAITING_RESPONSE ERROR FAILURE PENDING SUCCESS UNKNOWN }
enum OrderTransactionErrorCode { CARD_DECLINED EXPIRED_CARD GENERIC_ERROR PROCESSING_ERROR }

type Refund implements Node {
  id: ID! legacyResourceId: UnsignedInt64! createdAt: DateTime updatedAt: DateTime! note: String order: Order!
  totalRefundedSet: MoneyBag!
  refundLineItems(first: Int, last: Int, after: String, before: String,
    reverse: Boolean = false): RefundLineItemConnection!
  refundShippingLines(first: Int, last: Int, after: String, before: String,
    reverse: Boolean = false): RefundShippingLineConnection!
  orderAdjustments(first: Int, last: Int, after: String, before: String,
    reverse: Boolean = false): OrderAdjustmentConnection!
  transactions(first: Int, last: Int, after: String, before: String,
    reverse: Boolean = false): OrderTransactionConnection!
}
type RefundLineItem {
  id: ID lineItem: LineItem! quantity: Int! restockType: RefundLineItemRestockType! restocked: Boolean!
  priceSet: MoneyBag! subtotalSet: MoneyBag! totalTaxSet: MoneyBag!
}
connection RefundLineItem
enum RefundLineItemRestockType { CANCEL LEGACY_RESTOCK NO_RESTOCK RETURN }
type RefundShippingLine implements Node {
  id: ID! shippingLine: ShippingLine! subtotalAmountSet: MoneyBag! taxAmountSet: MoneyBag!
}
connection RefundShippingLine
type OrderAdjustment implements Node {
  id: ID! amountSet: MoneyBag! taxAmountSet: MoneyBag! reason: OrderAdjustmentDiscrepancyReason
}
connection OrderAdjustment
enum OrderAdjustmentDiscrepancyReason { BALANCE_ADJUSTMENT CUSTOMER DAMAGE RESTOCK REFUND_DISCREPANCY SHIPPING_REFUND }

type Fulfillment implements Node {
  id: ID! legacyResourceId: UnsignedInt64! name: String! status: FulfillmentStatus!
  displayStatus: FulfillmentDisplayStatus createdAt: DateTime! updatedAt: DateTime! deliveredAt: DateTime
  inTransitAt: DateTime estimatedDeliveryAt: DateTime totalQuantity: Int! requiresShipping: Boolean! order: Order!
  trackingInfo(first: Int): [FulfillmentTrackingInfo!]!
  fulfillmentLineItems(first: Int, last: Int, after: String, before: String,
    reverse: Boolean = false): FulfillmentLineItemConnection!
}
enum FulfillmentStatus { CANCELLED ERROR FAILURE SUCCESS }
enum FulfillmentDisplayStatus { CANCELED CONFIRMED DELIVERED FULFILLED IN_TRANSIT NOT_DELIVERED SUBMITTED }
type FulfillmentTrackingInfo { company: String number: String url: URL }
type FulfillmentLineItem implements Node {
  id: ID! lineItem: LineItem! quantity: Int originalTotalSet: MoneyBag! discountedTotalSet: MoneyBag!
}
connection FulfillmentLineItem

type Customer implements Node {
  id: ID! legacyResourceId: UnsignedInt64! email: String phone: String firstName: String lastName: String
  displayName: String! locale: String! defaultEmailAddress: CustomerEmailAddress
  defaultPhoneNumber: CustomerPhoneNumber
}
type CustomerEmailAddress { emailAddress: String! }
type CustomerPhoneNumber { phoneNumber: String! }
type MailingAddress implements Node {
  id: ID! firstName: String lastName: String name: String company: String address1: String address2: String zip: String
  city: String province: String provinceCode: String country: String countryCodeV2: CountryCode phone: String
}
`;

// Specter as the merchant's books: which command becomes which call, and what a person does where a call is off.
import type { Command } from "../../domain/commands.ts";
import type { AccountingFacet } from "../connector.ts";
import { getOrder } from "./api.ts";
import { type Capability, paymentTypeFor, type SpecterCredentials, type SpecterSettings } from "./config.ts";
import { bookPayout, createCreditInvoice, createInvoice, registerPayment } from "./documents.ts";
import { findDocuments } from "./finding.ts";
import { cancel, createOrder, lookUpCancellation, lookUpOrder } from "./orders.ts";
import { EXTERNAL_ORDER_ALIAS, ORDER_ALIAS, toObservation } from "./translate.ts";
import { notUnderstood } from "./transport.ts";

type Step = Command["kind"] | "observe_order";

/** The undocumented call behind each step. Creating orders is documented and cannot be off. */
const CAPABILITIES: readonly (readonly [Step, Capability])[] = [
  ["observe_order", "getOrder"],
  ["cancel_order", "cancelOrder"],
  ["create_invoice", "createInvoice"],
  ["create_credit_invoice", "createCreditInvoice"],
  ["register_payment", "registerPayment"],
  ["book_payout", "importPayout"],
];

/** The engine makes a manual task before it comes here; asked all the same, the answer says which switch is off. */
function blocked(settings: SpecterSettings, step: Step) {
  const off = CAPABILITIES.find(
    ([blockedStep, capability]) => blockedStep === step && !settings.capabilities[capability],
  );
  return off && ({ kind: "refused", code: "CAPABILITY_OFF", detail: `settings.capabilities.${off[1]}` } as const);
}

export const accounting: AccountingFacet<SpecterCredentials, SpecterSettings> = {
  orderAlias: ORDER_ALIAS,

  async observe(context, type, value) {
    const off = blocked(context.settings, "observe_order");
    if (off) return off;
    if (type !== ORDER_ALIAS && type !== EXTERNAL_ORDER_ALIAS)
      return { kind: "refused", code: "PLATFORM_REFUSED", detail: "Specter reads orders by order number only" };
    const order = await getOrder(context, type === ORDER_ALIAS ? { orderNo: value } : { externalOrderNo: value });
    if (order.kind !== "found") return order;
    const observation = toObservation(order.value, context.connectionId);
    return observation.ok
      ? { kind: "found", value: observation.value }
      : notUnderstood(`getOrder: ${observation.error} is not as agreed`);
  },

  async execute(context, call) {
    const { payload } = call;
    const off = blocked(context.settings, payload.kind);
    if (off) return off;
    switch (payload.kind) {
      case "create_order":
        return createOrder(context, { ...call, payload });
      case "cancel_order":
        return cancel(context, payload);
      case "create_invoice":
        return createInvoice(context, payload);
      case "create_credit_invoice":
        return createCreditInvoice(context, payload);
      case "register_payment":
        return registerPayment(context, payload);
      case "book_payout":
        return bookPayout(context, payload);
      default:
        return payload satisfies never;
    }
  },

  async lookUp(context, call) {
    const { payload } = call;
    switch (payload.kind) {
      case "create_order":
        return lookUpOrder(context, payload);
      case "cancel_order":
        return lookUpCancellation(context, payload);
      case "create_invoice":
      case "create_credit_invoice":
      case "register_payment":
      case "book_payout":
        return { kind: "repeat_is_safe" };
      default:
        return payload satisfies never;
    }
  },

  findDocuments(context, references) {
    const off = blocked(context.settings, "observe_order");
    return off ? Promise.resolve(off) : findDocuments(context, references);
  },

  manual: (settings) =>
    CAPABILITIES.filter(([, capability]) => !settings.capabilities[capability]).map(([step]) => step),

  policy: (settings) => ({
    deliveryLead: "erp",
    captureOn: settings.captureOn,
    refundOnCreditInvoice: settings.refundOnCreditInvoice,
    paymentTypeFor: (connector) => paymentTypeFor(settings, connector),
    roundingArticleNumber: settings.roundingArticleNumber ?? null,
  }),
};

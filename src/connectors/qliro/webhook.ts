// Qliro's pushes: what they are about, when two are the same, and the answer Qliro waits for (reference/qliro.md
// section 8). They are not signed: the token in the URL is all the proof, so the body is only ever a hint.
import type { Hint, IncomingWebhook, WebhookFacet } from "../connector.ts";
import { bodyText, parseJson } from "../shared/answers.ts";
import type { QliroCredentials } from "./config.ts";
import { ORDER_ID } from "./references.ts";
import { type Push, push, transactionType } from "./wire.ts";

const ACKNOWLEDGEMENT = JSON.stringify({ CallbackResponse: "received" });

export const webhooks: WebhookFacet<QliroCredentials> = {
  methods: ["POST"],
  contentTypes: ["application/json", "text/json", ""],
  secrets: [],

  async verify() {
    return "authentic";
  },

  eventKey(webhook, bodyHash) {
    const read = readPush(webhook);
    const sort = read.ok ? sortOf(read.value) : null;
    if (!read.ok || sort === null || read.value.OrderId === null) return `qliro:body:${bodyHash}`;
    const { OrderId, Status, Timestamp } = read.value;
    // Fields cannot hold a colon that would make two events look like one: only the last one may.
    const parts = [OrderId, sort, transactionId(read.value), Status].map((part) => part.replaceAll(":", "_"));
    const key = `qliro:${parts.join(":")}:${Timestamp}`;
    return key.length <= KEY_CHARS_MAX ? key : `qliro:body:${bodyHash}`;
  },

  acknowledge: () => ({
    status: 200,
    headers: { "content-type": "application/json" },
    body: ACKNOWLEDGEMENT,
  }),

  hints(webhook) {
    const read = readPush(webhook);
    return [read.ok ? hintOf(read.value) : { kind: "unreadable", reason: read.error }];
  },

  instructions: (url) =>
    `Give Qliro this address twice: ${url} — as \`MerchantCheckoutStatusPushUrl\` and as ` +
    "`MerchantOrderManagementStatusPushUrl`. Whoever creates the orders at Qliro sends both with every order (in a " +
    "shop plugin this is usually a setting); Qliro can also set them as the defaults of the merchant account, which " +
    "count only for orders that bring none of their own. Do not use this address as `MerchantOrderValidationUrl`: " +
    "that one must be answered by the shop within five seconds. The address contains a secret: share it with Qliro only.",
};

const KEY_CHARS_MAX = 200;

const readPush = (webhook: IncomingWebhook) => parseJson(bodyText(webhook.body), push);

/** What the push is, by the field that says so (section 14); null when none does. */
function sortOf(value: Push): string | null {
  if (value.NotificationType !== "") return value.NotificationType;
  if (value.PaymentType !== "") return paymentType(value) ?? value.PaymentType;
  return value.EventType === "" ? null : value.EventType;
}

/** Null for one that is not documented. */
function paymentType(value: Push): string | null {
  const known = transactionType.parse(value.PaymentType);
  return known === "Unknown" ? null : known;
}

/** `PaymentReference` is the older name of the same id (section 4). */
const transactionId = (value: Push): string => value.PaymentTransactionId ?? value.PaymentReference;

function hintOf(value: Push): Hint {
  const order: Hint | null = value.OrderId === null ? null : { kind: "order", type: ORDER_ID, value: value.OrderId };
  if (value.NotificationType !== "") return checkoutHint(value, order);
  if (value.PaymentType !== "") {
    if (paymentType(value) === null) return { kind: "ignored", reason: "A payment type that is not documented." };
    return order ?? { kind: "unreadable", reason: "A payment status without an order id." };
  }
  if (value.EventType === "SHIPPING_PROVIDER_UPDATE") {
    return { kind: "ignored", reason: "A shipping provider's notification says nothing about the payment." };
  }
  if (value.EventType !== "") return { kind: "ignored", reason: "A notification of a kind that is not documented." };
  if (order) return { kind: "ignored", reason: "Names an order, but not what happened to it." };
  return { kind: "ignored", reason: "Not about an order (such as a saved card)." };
}

function checkoutHint(value: Push, order: Hint | null): Hint {
  switch (value.NotificationType) {
    case "CustomerCheckoutStatus":
      if (value.Status === "InProcess")
        return { kind: "ignored", reason: "The customer has not finished the checkout." };
      return order ?? { kind: "unreadable", reason: "A checkout status without an order id." };
    case "UpsellStatus":
      return order ?? { kind: "unreadable", reason: "An upsell status without an order id." };
    default:
      return { kind: "ignored", reason: "A notification type that is not documented." };
  }
}

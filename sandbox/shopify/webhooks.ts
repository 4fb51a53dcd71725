// The webhooks of the simulated Shopify: signed, addressed to every subscription of the topic (section 2).
import type { World } from "../platform.ts";
import { fulfilmentBody, orderBody, refundBody, shopBody, transactionBody } from "./bodies.ts";
import { hmacBase64 } from "./hmac.ts";
import { uuid } from "./random.ts";
import { headerOf, type WebhookTopic } from "./topics.ts";
import type { Fulfilment, Order, Refund, Shop, Subscription, Transaction } from "./truth.ts";

/** Sends a body to every subscription of its topic; one event, one delivery each. */
export function tell(shop: Shop, topic: WebhookTopic, body: Record<string, unknown>, world: World): void {
  if (!shop.installed) return;
  const eventId = uuid(world);
  for (const subscription of shop.subscriptions) {
    if (subscription.topic !== topic) continue;
    const text = JSON.stringify(chosen(body, subscription));
    world.send({
      url: subscription.url,
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-shopify-topic": headerOf(topic),
        "x-shopify-hmac-sha256": hmacBase64(shop.clientSecret, text),
        "x-shopify-shop-domain": shop.domain,
        "x-shopify-api-version": shop.apiVersion,
        "x-shopify-webhook-id": uuid(world),
        "x-shopify-event-id": eventId,
        "x-shopify-triggered-at": new Date(world.now()).toISOString(),
        ...(subscription.name === null ? {} : { "x-shopify-name": subscription.name }),
      },
      body: text,
    });
  }
}

/** Only the fields a subscription asked for; all of them where it named none. */
function chosen(body: Record<string, unknown>, { includeFields }: Subscription): Record<string, unknown> {
  if (includeFields.length === 0) return body;
  return Object.fromEntries(Object.entries(body).filter(([name]) => includeFields.includes(name)));
}

export function tellOrder(shop: Shop, order: Order, topic: WebhookTopic, world: World): void {
  tell(shop, topic, orderBody(shop, order), world);
}

export function tellTransactions(shop: Shop, order: Order, transactions: readonly Transaction[], world: World): void {
  for (const transaction of transactions)
    tell(shop, "ORDER_TRANSACTIONS_CREATE", transactionBody(shop, order, transaction), world);
}

export function tellRefund(shop: Shop, order: Order, refund: Refund | null, world: World): void {
  if (refund) tell(shop, "REFUNDS_CREATE", refundBody(shop, order, refund), world);
}

export function tellFulfilment(shop: Shop, order: Order, fulfilment: Fulfilment, world: World): void {
  tell(shop, "FULFILLMENTS_CREATE", fulfilmentBody(shop, order, fulfilment), world);
}

export function tellUninstalled(shop: Shop, world: World): void {
  tell(shop, "APP_UNINSTALLED", shopBody(shop), world);
}

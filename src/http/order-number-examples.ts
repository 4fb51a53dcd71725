// Shows an order number pattern on real orders of the merchant, or on a sample while there are none.
import { type OrderNumberField, orderNumber } from "../domain/policy.ts";
import type { MerchantRpc } from "../durable/rpc.ts";
import type { OrderView } from "../durable/views.ts";

const EXAMPLES_MAX = 3;

const SAMPLE: Record<OrderNumberField, string> = {
  "psp.merchantReference": "12345",
  "psp.orderId": "987654321",
  "shop.orderNumber": "1001",
};

/** What the pattern's fields are for one order. */
function valuesOf(order: OrderView): Partial<Record<OrderNumberField, string>> {
  const source = (kind: string) => order.sources.find((entry) => entry.kind === kind);
  const alias = (name: string) => order.aliases.find((entry) => entry.type.endsWith(name))?.value;
  const found = {
    "psp.merchantReference": alias(".merchant_reference"),
    "psp.orderId": source("psp")?.externalId,
    "shop.orderNumber": alias(".order_number"),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

/** Up to three order numbers as the pattern makes them. An object that does not answer yields the sample. */
export async function orderNumberExamples(object: MerchantRpc, pattern: string): Promise<string[]> {
  const sample = [orderNumber(pattern, SAMPLE)];
  try {
    const { items } = await object.orders({ limit: EXAMPLES_MAX, cursor: null });
    const orders = await Promise.all(items.map((item) => object.order(item.id)));
    const examples = orders.flatMap((order) => (order ? [orderNumber(pattern, valuesOf(order))] : []));
    return examples.some((example) => example !== "") ? examples.filter((example) => example !== "") : sample;
  } catch {
    return sample;
  }
}

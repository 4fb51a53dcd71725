// The callbacks Specter makes to the registered URL: hints without signature (reference/specter.md section 6.3).
import type { World } from "../platform.ts";
import type { Account } from "./truth.ts";

export type Trigger =
  | { kind: "stock_changed" }
  /** `orderId` is taken to be the order number. */
  | { kind: "invoice_created"; orderNo: number; invoiceId: number }
  | { kind: "order_removed"; orderNo: number }
  | { kind: "order_changed" }
  | { kind: "article_changed" };

/** The integrator's numbering, and what Specter appends to the URL. */
function calltypeOf(trigger: Trigger): { calltype: number; appended: Record<string, string> } {
  switch (trigger.kind) {
    case "stock_changed":
      return { calltype: 1, appended: {} };
    case "invoice_created":
      return { calltype: 2, appended: { orderId: String(trigger.orderNo), invoiceId: String(trigger.invoiceId) } };
    case "order_removed":
      return { calltype: 3, appended: { orderNo: String(trigger.orderNo) } };
    case "order_changed":
      return { calltype: 4, appended: {} };
    case "article_changed":
      return { calltype: 5, appended: {} };
    default:
      return trigger satisfies never;
  }
}

/** Rings the account's callback URL; an account without one stays silent. */
export function ring(account: Account, trigger: Trigger, world: World): void {
  if (!account.callback) return;
  const { calltype, appended } = calltypeOf(trigger);
  const url = new URL(account.callback.url);
  url.searchParams.set("calltype", String(calltype));
  if (account.callback.method === "GET") {
    for (const [name, value] of Object.entries(appended)) url.searchParams.set(name, value);
    world.send({ url: url.href, method: "GET", headers: {}, body: "" });
    return;
  }
  world.send({
    url: url.href,
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(appended).toString(),
  });
}

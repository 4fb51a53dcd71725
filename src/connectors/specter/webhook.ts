// Specter's triggers: told apart by `calltype` in the URL we hand out, unsigned, and never more than a hint.
//
// Source: reference/specter.md section 6.3. The signed JSON of a relay is C5, NOT DOCUMENTED - our contract.
import { z } from "zod";
import type { Hint, IncomingWebhook, WebhookFacet } from "../connector.ts";
import type { SpecterCredentials } from "./config.ts";
import { ORDER_ALIAS } from "./translate.ts";

const SIGNATURE_HEADER = "x-specter-signature";
const TOLERANCE_MS = 300_000;
/** Longer than any number Specter gives out: a stranger's text does not become a key without end. */
const NUMBER_CHARACTERS_MAX = 64;

const mediaType = (webhook: IncomingWebhook): string =>
  (webhook.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";

/** A relay's event: whatever claims to be one must prove it, so both marks count. */
const isRelayed = (webhook: IncomingWebhook): boolean =>
  webhook.headers.has(SIGNATURE_HEADER) || mediaType(webhook) === "application/json";

/** Query and form parameters under lower-case names; the query, which is ours, comes first. */
function parameters(webhook: IncomingWebhook): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const form = new URLSearchParams(new TextDecoder().decode(webhook.body));
  for (const [name, value] of [...webhook.query, ...form]) {
    const key = name.trim().toLowerCase();
    const short = value.trim().slice(0, NUMBER_CHARACTERS_MAX);
    if (!found.has(key) && short !== "") found.set(key, short);
  }
  return found;
}

const relayedSchema = z.object({
  id: z.string().min(1).max(200),
  type: z.string(),
  data: z.object({ orderNo: z.union([z.string(), z.number()]).optional() }).default({}),
});

function relayed(webhook: IncomingWebhook): z.infer<typeof relayedSchema> | null {
  try {
    return relayedSchema.safeParse(JSON.parse(new TextDecoder().decode(webhook.body))).data ?? null;
  } catch {
    return null;
  }
}

const order = (value: string): Hint => ({ kind: "order", type: ORDER_ALIAS, value });
const ignored = (reason: string): Hint => ({ kind: "ignored", reason });
const unreadable = (reason: string): Hint => ({ kind: "unreadable", reason });

function triggerHints(given: ReadonlyMap<string, string>): Hint[] {
  const orderId = given.get("orderid");
  const orderNo = given.get("orderno");
  switch (given.get("calltype")) {
    case "1":
      return [ignored("stock changed; stock is not synchronised")];
    case "2":
      return [orderId ? order(orderId) : unreadable("an invoice was created, but orderId is missing")];
    case "3":
      return [orderNo ? order(orderNo) : unreadable("an order was removed, but orderNo is missing")];
    case "4":
      return [
        { kind: "changes", feed: "orders" },
        { kind: "changes", feed: "invoices" },
      ];
    case "5":
      return [ignored("an article changed; articles are not synchronised")];
    default:
      return [ignored("no calltype from 1 to 5")];
  }
}

function relayedHints(webhook: IncomingWebhook): Hint[] {
  const event = relayed(webhook);
  if (!event) return [unreadable("the relayed event is not JSON with id, type and data")];
  if (/^(stock|article)\./.test(event.type)) return [ignored("stock and articles are not synchronised")];
  if (!/^(order|creditinvoice)\./.test(event.type)) return [ignored("an unknown type of event")];
  const orderNo = String(event.data.orderNo ?? "").trim();
  return [orderNo === "" ? unreadable("the relayed event names no order") : order(orderNo)];
}

/** `t=<unix seconds>,v1=<hex>`; several `v1` while the secret is being changed. */
function readSignature(header: string): { seconds: string; digests: Uint8Array[] } | null {
  const parts = header.split(",").map((part) => part.trim());
  const seconds = parts.find((part) => part.startsWith("t="))?.slice(2) ?? "";
  const digests = parts.filter((part) => /^v1=[0-9a-f]{64}$/i.test(part)).map((part) => fromHex(part.slice(3)));
  return /^\d{1,12}$/.test(seconds) && digests.length > 0 ? { seconds, digests } : null;
}

const fromHex = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** Checks HMAC-SHA256 over `t.body`; the comparison is the runtime's own, in constant time. */
async function isSignedBy(secret: string, webhook: IncomingWebhook, now: number): Promise<boolean> {
  const signature = readSignature(webhook.headers.get(SIGNATURE_HEADER) ?? "");
  if (!signature || Math.abs(now - Number(signature.seconds) * 1000) > TOLERANCE_MS) return false;
  const text = new TextEncoder();
  const start = text.encode(`${signature.seconds}.`);
  const signed = new Uint8Array(start.length + webhook.body.length);
  signed.set(start);
  signed.set(webhook.body, start.length);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", text.encode(secret), algorithm, false, ["verify"]);
  for (const digest of signature.digests) if (await crypto.subtle.verify("HMAC", key, digest, signed)) return true;
  return false;
}

export const webhooks: WebhookFacet<SpecterCredentials> = {
  methods: ["GET", "POST"],
  contentTypes: ["", "application/x-www-form-urlencoded", "application/json", "text/plain"],
  secrets: ["relaySecret"],

  async verify(webhook, { relaySecret }, now) {
    // Specter itself signs nothing: the token in the URL, checked before this, is all there is.
    if (!isRelayed(webhook)) return "authentic";
    return relaySecret && (await isSignedBy(relaySecret, webhook, now)) ? "authentic" : "forged";
  },

  /**
   * Two triggers name a fact that happens once: an invoice made (2) and an order removed (3). The others only say
   * "something changed", and the same words an hour later mean a new change. Dedupe is permanent, so a key for
   * them would swallow the second change: the empty key means "never a duplicate".
   */
  eventKey(webhook, bodyHash) {
    if (isRelayed(webhook)) return relayed(webhook)?.id ?? `body:${bodyHash}`;
    const given = parameters(webhook);
    const [orderId, invoiceId, orderNo] = [given.get("orderid"), given.get("invoiceid"), given.get("orderno")];
    const calltype = given.get("calltype");
    if (calltype === "2" && orderId && invoiceId) return `invoice_created:${orderId}:${invoiceId}`;
    if (calltype === "3" && orderNo) return `order_removed:${orderNo}`;
    return "";
  },

  acknowledge: () => ({ status: 200, headers: { "content-type": "text/plain" }, body: "1;Done" }),

  hints: (webhook) => (isRelayed(webhook) ? relayedHints(webhook) : triggerHints(parameters(webhook))),

  instructions: (url) =>
    [
      "Send these addresses to Specter and ask them to register one trigger for each. Keep them secret: the last part is a password.",
      "",
      `- invoice created: \`${url}?calltype=2\``,
      `- order removed: \`${url}?calltype=3\``,
      `- order changed: \`${url}?calltype=4\``,
      `- stock changed (not needed): \`${url}?calltype=1\``,
      `- article changed (not needed): \`${url}?calltype=5\``,
      "",
      "Everything works without triggers too; changes are then seen when Specter is polled.",
    ].join("\n"),
};

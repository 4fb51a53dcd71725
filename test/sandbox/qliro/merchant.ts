// A merchant with an account at the simulated Qliro: signs calls as the reference says, and reads the answers.
import { createNetwork, type Network } from "../../../sandbox/inprocess.ts";
import { qliroPlatform } from "../../../sandbox/qliro/index.ts";

export const KEY = "ACME_SE";
export const SECRET = "exampleMerchantApiSecret0123456789";
export const PLUS_KEY = "ACME_PLUS";
export const PLUS_SECRET = "examplePlusSecret0123456789";
export const ORIGIN = "https://qliro.test";
export const START = Date.parse("2026-01-15T10:00:00Z");

/** Whatever came back: the status, and the body where it was JSON. */
export interface Answer {
  status: number;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes and compare them to literals
  body: any;
}

export interface Merchant {
  network: Network;
  clock: { now: number };
  get(path: string, secret?: string): Promise<Answer>;
  /** Adds RequestId and MerchantApiKey, signs and sends; `plus` signs with the Plus pair. */
  post(path: string, body: Record<string, unknown>, plus?: boolean): Promise<Answer>;
  raw(path: string, init: RequestInit): Promise<Answer>;
  /** A control command; throws where it is refused. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read answers of many shapes and compare them to literals
  control(command: { do: string } & Record<string, unknown>): any;
  /** Bodies of the pushes that wait, in the order of sending. */
  pushes(): Record<string, unknown>[];
}

const encoder = new TextEncoder();

/** Independent of the platform's own code on purpose. */
export async function sign(rawBody: string, secret: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", encoder.encode(rawBody + secret));
  return `Qliro ${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

/** A network with the simulated Qliro and one account; the clock stands still unless it is moved. */
export function createMerchant(seed = 1): Merchant {
  const clock = { now: START };
  let state = seed;
  const random = () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  const network = createNetwork({ now: () => clock.now, random });
  network.add(qliroPlatform, ORIGIN);
  let requests = 0;
  const read = async (response: Response): Promise<Answer> => {
    const text = await response.text();
    return { status: response.status, text, body: text.startsWith("{") ? JSON.parse(text) : null };
  };
  const merchant: Merchant = {
    network,
    clock,
    async get(path, secret = SECRET) {
      return merchant.raw(path, { headers: { authorization: await sign("", secret) } });
    },
    async post(path, body, plus = false) {
      requests += 1;
      const head = {
        RequestId: `00000000-0000-4000-8000-${String(requests).padStart(12, "0")}`,
        MerchantApiKey: plus ? PLUS_KEY : KEY,
      };
      const text = JSON.stringify({ ...head, ...body });
      return merchant.raw(path, {
        method: "POST",
        headers: { authorization: await sign(text, plus ? PLUS_SECRET : SECRET), "content-type": "application/json" },
        body: text,
      });
    },
    raw: async (path, init) => read(await network.fetch(`${ORIGIN}/checkout${path}`, init)),
    control(command) {
      const answer = network.control("qliro", command);
      if (!answer.ok) throw new Error(String(answer.error));
      return answer;
    },
    pushes: () => network.pending().map((delivery) => JSON.parse(delivery.webhook.body)),
  };
  merchant.control({
    do: "account",
    key: KEY,
    secret: SECRET,
    plusKey: PLUS_KEY,
    plusSecret: PLUS_SECRET,
    checkoutPushUrl: "https://hooks.example.com/checkout",
    managementPushUrl: "https://hooks.example.com/om",
  });
  return merchant;
}

export const HATS = { reference: "SKU-1", description: "Wool hat", quantity: 2, price: 375.5, vatRate: 25 };
export const PARCEL = { reference: "SHIP", description: "Parcel", type: "Shipping", price: 49, vatRate: 25 };

/** Rows as the calls name them. */
export const hats = (quantity: number) => ({
  MerchantReference: "SKU-1",
  Type: "Product",
  Quantity: quantity,
  PricePerItemIncVat: 375.5,
});
export const parcel = { MerchantReference: "SHIP", Type: "Shipping", Quantity: 1, PricePerItemIncVat: 49 };

/** Places an order of two hats and a parcel; with the ids a test needs. */
export function placeHats(merchant: Merchant, more: Record<string, unknown> = {}) {
  const placed = merchant.control({ do: "place", reference: "SE-10001", rows: [HATS, PARCEL], ...more });
  return { orderId: Number(placed.orderId), authorisationId: Number(placed.transactions[0]?.id) };
}

/** Marks rows of an order as shipped; the answer's first transaction id, or the error code. */
export async function ship(merchant: Merchant, orderId: number, authorisationId: number | null, rows: unknown[]) {
  const answer = await merchant.post("/adminapi/v2/MarkItemsAsShipped", {
    OrderId: orderId,
    Currency: "SEK",
    Shipments: [{ PaymentTransactionId: authorisationId, OrderItems: rows }],
  });
  return { ...answer, id: Number(answer.body?.PaymentTransactions?.[0]?.PaymentTransactionId) };
}

/** Returns rows of a capture, signed by the Plus pair. */
export async function giveBack(
  merchant: Merchant,
  orderId: number,
  captureId: number,
  rows: unknown[],
  more: Record<string, unknown> = {},
) {
  const answer = await merchant.post(
    "/adminapi/v2/ReturnItems",
    { OrderId: orderId, Currency: "SEK", Returns: [{ PaymentTransactionId: captureId, OrderItems: rows, ...more }] },
    true,
  );
  return { ...answer, id: Number(answer.body?.PaymentTransactions?.[0]?.PaymentTransactionId) };
}

// Sightings of payments and shop orders, and a merchant's real books to write them into: for tests of identity, without
// platforms.

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { AnyConnector } from "../../src/connectors/registry.ts";
import type { ConnectionId, MerchantId, OrderId } from "../../src/domain/ids.ts";
import type {
  Alias,
  ConnectorId,
  OrderRow,
  PaymentObservation,
  ShopObservation,
  Tier,
} from "../../src/domain/observation.ts";
import { isFinal, type OrderBooks } from "../../src/domain/order.ts";
import { settle } from "../../src/domain/outcome.ts";
import type { AccountingPolicy, Flows, PaymentPolicy, Policy, ShopPolicy } from "../../src/domain/policy.ts";
import { AlarmClock } from "../../src/durable/alarm-clock.ts";
import { type Core, openBooks, updateBooks } from "../../src/durable/books.ts";
import { apply } from "../../src/durable/observe.ts";
import { aliasesOf, loadOrder, writeDecision } from "../../src/durable/order-store.ts";
import type { Link, Runtime } from "../../src/durable/runtime.ts";
import { orders } from "../../src/durable/schema.ts";
import { resetVirtual, virtual, virtualPorts } from "./virtual.ts";

export const PSP: ConnectionId = "con_psp";
export const SHOP: ConnectionId = "con_shop";
export const SHOP_2: ConnectionId = "con_shop2";
export const ERP: ConnectionId = "con_erp";

const FLOWS: Flows = { orders: true, invoices: true, refunds: true, payouts: true };

export const alias = (type: string, value: string, tier: Tier, raw?: string): Alias => ({
  type,
  value,
  tier,
  ...(raw === undefined ? {} : { raw }),
});

const row = (key: string, unitPriceMinor: number): OrderRow => ({
  key,
  kind: "product",
  reference: "SKU-1",
  description: "Wool hat",
  quantity: 1,
  unitPriceMinor,
  vatRateBps: 2500,
});

const BUYER = {
  customer: { form: "person" as const, firstName: "Anna", lastName: "Berg", email: "anna@example.se" },
  billing: { country: "SE" },
  shipping: { country: "SE" },
};

/** A payment of 603.20 SEK at a PSP. */
export function payment(
  connector: ConnectorId,
  externalId: string,
  references: Alias[],
  over: Partial<PaymentObservation> & { amountMinor?: number } = {},
): PaymentObservation {
  const { amountMinor = 60320, ...rest } = over;
  const rows = [row("SKU-1|psp", amountMinor)];
  const units = [{ key: "SKU-1|psp", quantity: 1 }];
  return {
    source: "psp",
    connectionId: PSP,
    connector,
    externalId,
    aliases: [alias(`${connector}.order_id`, externalId, 1), ...references],
    state: "accepted",
    currency: "SEK",
    country: "SE",
    ...BUYER,
    rows,
    method: "CARD",
    merchantReference: references[0]?.raw ?? references[0]?.value ?? externalId,
    placedAt: virtual.now,
    authorizations: [
      {
        externalId: `${externalId}-a`,
        amountMinor,
        state: "succeeded",
        rows: units,
        capturable: units,
        immediate: false,
      },
    ],
    captures: [],
    refunds: [],
    releases: [],
    ...rest,
  };
}

/** An order of 603.20 SEK in a shop, paid through a gateway. */
export function shopOrder(
  connector: ConnectorId,
  externalId: string,
  references: Alias[],
  over: Partial<ShopObservation> & { through?: ConnectorId | null } = {},
): ShopObservation {
  const { through = "klarna", ...rest } = over;
  const totalMinor = rest.totalMinor ?? 60320;
  return {
    source: "shop",
    connectionId: SHOP,
    connector,
    externalId,
    aliases: [alias(`${connector}.order_id`, externalId, 1), ...references],
    orderNumber: externalId,
    state: "open",
    paid: "authorized",
    test: false,
    currency: "SEK",
    country: "SE",
    ...BUYER,
    rows: [row(`line:${externalId}`, totalMinor)],
    totalMinor,
    paidElsewhereMinor: 0,
    placedAt: virtual.now,
    payments:
      through === null
        ? []
        : [
            {
              externalId: `${externalId}-t`,
              gateway: through,
              connector: through,
              kind: "authorization",
              state: "succeeded",
              amountMinor: totalMinor,
              currency: "SEK",
            },
          ],
    fulfilments: [],
    refunds: [],
    ...rest,
  };
}

export interface Given {
  psp?: ConnectorId;
  shops?: { id: ConnectionId; connector: ConnectorId; environment?: "test" | "live" }[];
  holdMs?: number;
  createWhen?: "placed" | "paid";
  deliveryLead?: "erp" | "psp";
}

export interface Ledger {
  see(seen: PaymentObservation | ShopObservation): Promise<void>;
  orders(): Promise<OrderBooks[]>;
  names(id: OrderId): Promise<string[]>;
  /** Commands to create an ERP order that will run or ran, over all orders. */
  creations(): Promise<string[]>;
  /** The ERP answers the order's creation with this number. */
  created(order: OrderBooks, erpNumber: string): Promise<void>;
}

/** Empty books with one PSP, one or more shops and an ERP; sightings are written as the object writes them. */
export async function ledger(name: string, given: Given = {}): Promise<Ledger> {
  resetVirtual(1);
  const stub = env.MERCHANT.get(env.MERCHANT.idFromName(`mer_${name}` satisfies MerchantId));
  const runtime = runtimeOf(given);
  const inside = <T>(work: (core: Core) => T | Promise<T>): Promise<T> =>
    runInDurableObject(stub, async (_, state) => {
      const { storage } = state;
      const core: Core = { storage, books: openBooks(storage), ports: virtualPorts, clock: new AlarmClock(storage) };
      await updateBooks(core.books);
      return work(core);
    });
  const all = () =>
    inside((core) =>
      core.books
        .select({ id: orders.id })
        .from(orders)
        .all()
        .flatMap(({ id }) => loadOrder(core.books, id as OrderId) ?? []),
    );
  return {
    see: (seen) =>
      inside(async (core) => {
        const key = { connectionId: seen.connectionId, type: `${seen.connector}.order_id`, value: seen.externalId };
        await apply(core, runtime, key, [], seen);
      }),
    orders: all,
    names: (id) => inside((core) => aliasesOf(core.books, id).map(({ type, value }) => `${type}=${value}`)),
    created: (order, erpNumber) =>
      inside((core) => {
        const command = order.commands.find(({ payload }) => payload.kind === "create_order");
        if (!command) throw new Error("the order has no ERP order to create");
        const outcome = { kind: "done" as const, externalId: erpNumber };
        const decision = settle(order, command.id, outcome, runtime.policy, virtual.now);
        core.storage.transactionSync(() => writeDecision(core, runtime, order, decision));
      }),
    creations: async () =>
      (await all()).flatMap((order) =>
        order.commands
          .filter((command) => command.payload.kind === "create_order")
          .filter((command) => !isFinal(command.state) && command.state === "pending")
          .map(() => order.id),
      ),
  };
}

function runtimeOf(given: Given): Runtime {
  const psp = given.psp ?? "klarna";
  const shops = given.shops ?? [{ id: SHOP, connector: "shopify" as const }];
  const payments: PaymentPolicy = {
    id: PSP,
    connector: psp,
    kind: "psp",
    paused: false,
    flows: FLOWS,
    referencePrefix: "",
    feeArticleNumber: null,
    blocker: () => null,
  };
  const shopPolicies = shops.map(
    ({ id, connector }): ShopPolicy => ({
      id,
      connector,
      kind: "shop",
      paused: false,
      flows: FLOWS,
      createWhen: given.createWhen ?? "placed",
      holdMs: given.holdMs ?? 600_000,
    }),
  );
  const accounting: AccountingPolicy = {
    id: ERP,
    connector: "specter",
    kind: "erp",
    paused: false,
    flows: FLOWS,
    deliveryLead: given.deliveryLead ?? "erp",
    captureOn: "invoice",
    refundOnCreditInvoice: true,
    paymentTypeFor: () => "PSP",
    roundingArticleNumber: null,
    manual: [],
  };
  const link = (id: ConnectionId, connector: Partial<AnyConnector>, environment: "test" | "live" = "live") =>
    // Only what identity asks of a link.
    [id, { config: { id, environment }, connector } as unknown as Link] as const;
  const policy: Policy = {
    approved: true,
    timezone: "Europe/Stockholm",
    orderNumberPattern: "{shop.orderNumber}",
    salesAccounts: [{ country: "SE", vatRateBps: 2500, account: "3001" }],
    payment: (id) => (id === PSP ? payments : null),
    shop: (id) => shopPolicies.find((shop) => shop.id === id) ?? null,
    shopsOf: () => shopPolicies,
    hasPayment: (connector) => connector === psp,
    accounting,
  };
  const links = new Map<ConnectionId, Link>([
    link(PSP, { id: psp, kind: "psp", payments: { orderAlias: `${psp}.order_id` } as AnyConnector["payments"] }),
    ...shops.map(({ id, connector, environment }) =>
      link(
        id,
        {
          id: connector,
          kind: "shop",
          storefront: { orderAlias: `${connector}.order_id` } as AnyConnector["storefront"],
        },
        environment,
      ),
    ),
  ]);
  return { config: {} as Runtime["config"], policy, links };
}

// What a test or a person can let happen at the simulated Shopify: shops, customers, the admin, and time going by.
import type { Control, ControlAnswer, World } from "../platform.ts";
import { fullCalls, fullPoints } from "./buckets.ts";
import { placeOrder } from "./checkout.ts";
import { type CommandOf, commandSchema } from "./commands.ts";
import { type OrderCommand, onOrder } from "./order-commands.ts";
import { shown } from "./show.ts";
import { subscribe } from "./subscriptions.ts";
import { type Order, ordersOf, type Shop, type ShopSwitches, type Truth, takeId } from "./truth.ts";
import { tellUninstalled } from "./webhooks.ts";

const no = (error: string): ControlAnswer => ({ ok: false, error });

/** Runs a control command; its webhooks go out in the order of the facts. */
export function control(truth: Truth, given: Control, world: World): ControlAnswer {
  const parsed = commandSchema.safeParse(given);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return no(`${issue?.path.join(".") || "command"}: ${issue?.message ?? "not understood"}`);
  }
  const command = parsed.data;
  switch (command.do) {
    case "shop":
      return saveShop(truth, command, world);
    case "show":
      if (command.orderId !== undefined || command.name !== undefined) return withOrder(truth, command, world);
      return withShop(truth, command.shop, (shop) => showShop(truth, shop));
    case "order":
      return withShop(truth, command.shop, (shop) => placeOrder(truth, shop, command, world));
    case "subscribe":
      return withShop(truth, command.shop, (shop) => subscribeBy(truth, shop, command, world));
    case "unsubscribe":
      return withShop(truth, command.shop, (shop) => {
        const { topic } = command;
        shop.subscriptions = topic ? shop.subscriptions.filter((each) => each.topic !== topic) : [];
        return { ok: true, subscriptions: shop.subscriptions.length };
      });
    case "uninstall":
      return withShop(truth, command.shop, (shop) => uninstall(shop, world));
    case "drain":
      return withShop(truth, command.shop, (shop) => {
        shop.points = { left: command.left, at: world.now() };
        return { ok: true, left: command.left };
      });
    case "set":
      return withShop(truth, command.shop, (shop) => {
        shop.switches = switched(shop.switches, command.switches);
        return { ok: true, switches: shop.switches };
      });
    default:
      return withOrder(truth, command, world);
  }
}

const switched = (now: ShopSwitches, wanted: CommandOf<"set">["switches"]): ShopSwitches => ({
  totalsAfterEdit: wanted.totalsAfterEdit ?? now.totalsAfterEdit,
  adjustmentSign: wanted.adjustmentSign ?? now.adjustmentSign,
  shippingRefunds: wanted.shippingRefunds ?? now.shippingRefunds,
});

const DEFAULT_SWITCHES: ShopSwitches = {
  totalsAfterEdit: "as_placed",
  adjustmentSign: "negative",
  shippingRefunds: "refund_shipping_lines",
};

/** Makes a shop, or gives one new settings and installs the app again; its orders and subscriptions stay. */
function saveShop(truth: Truth, command: CommandOf<"shop">, world: World): ControlAnswer {
  const known = truth.shops[command.shopDomain];
  const same = Object.values(truth.shops).find((each) => each.accessToken === command.accessToken && each !== known);
  if (same) return no(`accessToken: ${same.domain} has the same`);
  const { do: _, shopDomain: domain, title, switches, nextOrderNumber, ...settings } = command;
  truth.shops[domain] = {
    id: known?.id ?? takeId(truth),
    domain,
    name: title ?? domain.replace(".myshopify.com", ""),
    ...settings,
    installed: true,
    nextOrderNumber: nextOrderNumber ?? known?.nextOrderNumber ?? 1_001,
    subscriptions: known?.subscriptions ?? [],
    points: fullPoints(settings.restoreRate, world.now()),
    calls: fullCalls(world.now()),
    switches: switched(known?.switches ?? DEFAULT_SWITCHES, switches),
  };
  return { ok: true, shopDomain: domain };
}

function subscribeBy(truth: Truth, shop: Shop, command: CommandOf<"subscribe">, world: World): ControlAnswer {
  const { topic, url, includeFields } = command;
  const wanted = { topic, url, includeFields, metafieldNamespaces: [], filter: null, name: null };
  const made = subscribe(truth, shop, wanted, world.now());
  return made.ok ? { ok: true, subscriptionId: made.subscription.id } : no(`url: ${made.error}`);
}

function uninstall(shop: Shop, world: World): ControlAnswer {
  if (!shop.installed) return no("the app is not installed");
  tellUninstalled(shop, world);
  shop.installed = false;
  shop.subscriptions = [];
  return { ok: true, shopDomain: shop.domain };
}

/** The shop named, or the only one there is. */
function withShop(truth: Truth, domain: string | undefined, run: (shop: Shop) => ControlAnswer): ControlAnswer {
  const all = Object.values(truth.shops);
  const shop = domain === undefined && all.length === 1 ? all[0] : truth.shops[domain ?? ""];
  if (shop) return run(shop);
  if (all.length === 0) return no("shop: there is no shop yet; make one with the shop command");
  return no(`shop: name one of ${all.map((each) => each.domain).join(", ")}`);
}

function withOrder(truth: Truth, command: OrderCommand | CommandOf<"show">, world: World): ControlAnswer {
  const order = findOrder(truth, command);
  const shop = order && truth.shops[order.shop];
  if (!order || !shop) return no(`no order ${command.orderId ?? command.name ?? "(name it by orderId or name)"}`);
  return command.do === "show" ? { ok: true, ...shown(shop, order) } : onOrder({ truth, shop, order, world }, command);
}

function findOrder(
  truth: Truth,
  { orderId, name, shop }: { orderId?: number | undefined; name?: string | undefined; shop?: string | undefined },
): Order | undefined {
  const isMeant = (order: Order) => (shop === undefined || order.shop === shop) && order.name === name;
  return orderId === undefined ? Object.values(truth.orders).findLast(isMeant) : truth.orders[orderId];
}

/** Never the token or the secret. */
function showShop(truth: Truth, shop: Shop): ControlAnswer {
  const { accessToken: _token, clientSecret: _secret, ...rest } = shop;
  return { ok: true, shop: rest, orders: ordersOf(truth, shop).map((order) => shown(shop, order)) };
}

// The world of the first route with a shop in front of it: simulated Shopify, connected, overlapping on purpose.
import { expect } from "vitest";
import { shopifyPlatform } from "../../sandbox/shopify/index.ts";
import { type Json, makeWorld, type World, type WorldOptions } from "./world.ts";

export const SHOP_DOMAIN = "kaffe.myshopify.com";

const SHOP = {
  shopDomain: SHOP_DOMAIN,
  accessToken: "shpat_canary_0123456789abcdef",
  clientSecret: "shpss_canary_0123456789abcdef",
};

export interface ShopWorld extends World {
  shopify: string;
  shop(command: { do: string } & Record<string, unknown>): Json;
}

export interface ShopWorldOptions extends WorldOptions {
  shopifySettings?: object;
  /** The orders flow of the PSP beside the shop's. */
  pspOrders?: boolean;
  orderNumberPattern?: string;
}

export const FLOWS = { orders: true, invoices: true, refunds: true, payouts: true };

/** Shop and PSP both run their orders flow, unless said otherwise. */
export async function makeShopWorld(options: ShopWorldOptions = {}): Promise<ShopWorld> {
  const world = await makeWorld(options);
  world.network.add(shopifyPlatform, `https://${SHOP_DOMAIN}`);
  const shop = (command: { do: string } & Record<string, unknown>): Json => {
    const answer = world.network.control("shopify", command);
    if (!answer.ok) throw new Error(`shopify ${command.do}: ${answer.error}`);
    return answer;
  };
  shop({ do: "shop", ...SHOP, orderNamePrefix: "#" });
  const must = async (method: string, path: string, body?: unknown): Promise<Json> => {
    const answer = await world.api(method, path, body);
    expect(answer.status, `${method} ${path} ${JSON.stringify(answer.body)}`).toBeLessThan(300);
    return answer.body;
  };
  const { shopDomain, accessToken, clientSecret } = SHOP;
  const shopify = (
    await must("POST", "/connections", {
      connector: "shopify",
      environment: "test",
      credentials: { shopDomain, accessToken, webhookSecret: clientSecret },
      settings: { gateways: { "Qliro One": "qliro" }, ...options.shopifySettings },
    })
  ).id;
  expect((await must("POST", `/connections/${shopify}/verify`)).status).toBe("connected");
  if (options.pspOrders === false) await must("PUT", `/connections/${world.qliro}/flows`, { ...FLOWS, orders: false });
  const shopFlows = { orders: true, invoices: false, refunds: false, payouts: false };
  if (options.pspOrders !== false)
    expect((await world.api("PUT", `/connections/${shopify}/flows`, shopFlows)).body.code).toBe("FLOW_OVERLAP");
  await must("PUT", `/connections/${shopify}/flows`, { ...shopFlows, acceptOverlap: true });
  await must("PUT", "/mappings/order-number", { pattern: options.orderNumberPattern ?? "{shop.orderNumber}" });
  const activated = await must("POST", `/connections/${shopify}/webhooks/activate`);
  expect(activated).toMatchObject({ registered: true });
  return { ...world, shopify, shop };
}

/** A payment token as Shopify makes them; Qliro takes at most 25 letters and digits. */
export const token = (random: () => number): string =>
  Array.from({ length: 24 }, () => "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ"[Math.floor(random() * 48)]).join(
    "",
  );

import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  cleanShopDomain,
  policyOf,
  shopifyCredentials,
  shopifySettings,
} from "../../../src/connectors/shopify/config.ts";
import { connectorOf } from "../../../src/connectors/shopify/payments.ts";
import { CREDENTIALS } from "./context.ts";

describe("the shop domain", () => {
  it.each([
    "acme-sweden.myshopify.com",
    " ACME-Sweden.MyShopify.com ",
    "https://acme-sweden.myshopify.com",
    "https://acme-sweden.myshopify.com/",
    "http://acme-sweden.myshopify.com/admin/orders?x=1",
    "https://admin.shopify.com/store/acme-sweden/settings",
  ])("is understood in %j", (shopDomain) => {
    expect(shopifyCredentials.parse({ ...CREDENTIALS, shopDomain }).shopDomain).toBe("acme-sweden.myshopify.com");
  });

  it.each([
    "acme.se",
    "acme",
    "",
    "myshopify.com",
    ".myshopify.com",
    "evil.example/acme.myshopify.com",
    "acme.myshopify.com.evil.example",
    "a@b.myshopify.com",
    "acme.myshopify.com:8443",
    "a.b.myshopify.com",
  ])("is refused in %j", (shopDomain) => {
    const parsed = shopifyCredentials.safeParse({ ...CREDENTIALS, shopDomain });
    expect(parsed.error?.issues.map(({ path }) => path)).toEqual([["shopDomain"]]);
  });

  it("cleaned twice is cleaned once", () => {
    const once = cleanShopDomain("https://admin.shopify.com/store/acme");
    expect(cleanShopDomain(once)).toBe(once);
  });
});

describe("credentials", () => {
  it("mark what is secret, and count empty optional ones as absent", () => {
    const { properties = {} } = z.toJSONSchema(shopifyCredentials, { io: "input" });
    const secret = Object.entries(properties).flatMap(([name, field]) =>
      typeof field === "object" && field.secret === true ? [name] : [],
    );
    expect(secret).toEqual(["accessToken", "webhookSecret", "previousWebhookSecret"]);
    expect(shopifyCredentials.parse({ ...CREDENTIALS, previousWebhookSecret: "" })).toEqual(CREDENTIALS);
  });
});

describe("settings", () => {
  it("are all optional", () => {
    expect(shopifySettings.parse({})).toEqual({
      createWhen: "placed",
      holdMinutes: 10,
      pollMinutes: 30,
      currency: "presentment",
      gateways: {},
      includeTestOrders: false,
      apiVersion: "2026-07",
    });
    const empty = { createWhen: "", holdMinutes: "", apiVersion: "", currency: "" };
    expect(shopifySettings.parse(empty)).toEqual(shopifySettings.parse({}));
    expect(policyOf(shopifySettings.parse({ createWhen: "paid", holdMinutes: "3" }))).toEqual({
      createWhen: "paid",
      holdMs: 180_000,
    });
  });

  it("name every bad field by its path", () => {
    const parsed = shopifySettings.safeParse({
      apiVersion: "2026-13",
      holdMinutes: -1,
      createWhen: "never",
      gateways: { "Kort & Swish": "paypal" },
    });
    expect(parsed.error?.issues.map(({ path }) => path.join(".")).sort()).toEqual([
      "apiVersion",
      "createWhen",
      "gateways.Kort & Swish",
      "holdMinutes",
    ]);
    for (const apiVersion of ["2023-10", "unstable", "../x"])
      expect(shopifySettings.safeParse({ apiVersion }).success, apiVersion).toBe(false);
  });

  it("have a title for every field of the form", () => {
    for (const schema of [shopifyCredentials, shopifySettings])
      for (const field of Object.values(z.toJSONSchema(schema, { io: "input" }).properties ?? {}))
        expect(field).toHaveProperty("title");
  });
});

describe("a gateway", () => {
  const provider = (gateway: string, gateways: object = {}, formattedGateway = "") =>
    connectorOf({ gateway, formattedGateway }, shopifySettings.parse({ gateways }).gateways);

  it.each([
    ["Klarna", "klarna"],
    ["klarna_payments", "klarna"],
    ["KUSTOM CHECKOUT", "klarna"],
    ["Qliro One", "qliro"],
    ["Svea Checkout", "svea"],
    ["Mollie - iDEAL", "mollie"],
    ["Adyen Payments", "adyen"],
    ["shopify_payments", null],
    ["gift_card", null],
    ["Sveavägen Present", null],
    ["constructor", null],
    ["", null],
  ])("named %j is %s", (gateway, connector) => {
    expect(provider(gateway)).toBe(connector);
  });

  it("is what the merchant says, by either of its names and in any case", () => {
    expect(provider("Kort & Swish", { "kort & swish": "qliro" })).toBe("qliro");
    expect(provider("Klarna", { Klarna: "adyen" })).toBe("adyen");
    expect(provider("custom-1", { "Kort & Swish": "svea" }, "Kort & Swish")).toBe("svea");
  });
});

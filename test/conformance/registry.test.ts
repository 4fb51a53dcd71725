// What every connector promises about itself: its name, its facets, its forms, the places it talks to.
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { type AnyConnector, registry } from "../../src/connectors/registry.ts";
import type { ConnectorKind } from "../../src/domain/observation.ts";
import { complete, fixtureNames, kindsOf, subjects } from "./fixture.ts";

const folders = Object.keys(import.meta.glob("/src/connectors/*/index.ts")).map((path) => path.split("/")[3]);

const goldenFiles = import.meta.glob("/test/connectors/*/golden/*.{json,xml}", { query: "?raw" });

/** The facet without which a flow has nobody to carry it. */
const FACET_OF_FLOW: Record<ConnectorKind, Record<"orders" | "invoices" | "refunds" | "payouts", string>> = {
  psp: { orders: "payments", invoices: "payments", refunds: "payments", payouts: "payouts" },
  erp: { orders: "accounting", invoices: "accounting", refunds: "accounting", payouts: "accounting" },
  shop: { orders: "storefront", invoices: "storefront", refunds: "storefront", payouts: "payouts" },
};
const FOREIGN_FACETS: Record<ConnectorKind, string[]> = {
  psp: ["accounting", "storefront"],
  erp: ["payments", "storefront", "payouts"],
  shop: ["accounting"],
};

interface Field {
  type?: string;
  title?: string;
  secret?: boolean;
  description?: string;
}
interface Form {
  properties: Record<string, Field>;
  required: string[];
}

const Form: z.ZodType<Form> = z.object({
  properties: z.record(
    z.string(),
    z.object({
      type: z.string().optional(),
      title: z.string().optional(),
      secret: z.boolean().optional(),
      description: z.string().optional(),
    }),
  ),
  required: z.array(z.string()).default([]),
});
const formOf = (schema: z.ZodType): Form => Form.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));

describe("the registry", () => {
  it("lists every connector once, under the name of its folder", () => {
    const ids = registry.map((connector) => connector.id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...ids].sort()).toEqual(folders.filter((folder) => folder !== "shared").sort());
  });

  it("has a fixture for every connector, and no fixture for anything else", () => {
    expect(subjects.filter(({ fixture }) => !fixture).map(({ connector }) => connector.id)).toEqual([]);
    expect([...fixtureNames].sort()).toEqual(registry.map((connector) => connector.id).sort());
    for (const { id, fixture } of complete) expect(fixture.id).toBe(id);
  });
});

describe.each(complete)("$id", ({ connector, fixture }) => {
  const credentials = formOf(connector.credentials);
  const settings = formOf(connector.settings);

  it("has the facets of its kind, and one for every flow it lists", () => {
    expect(connector.flows.length).toBeGreaterThan(0);
    expect(new Set(connector.flows).size).toBe(connector.flows.length);
    for (const flow of connector.flows) expect(connector, flow).toHaveProperty(FACET_OF_FLOW[connector.kind][flow]);
    for (const facet of FOREIGN_FACETS[connector.kind]) expect(connector).not.toHaveProperty(facet);
  });

  it("has a sample of everything it can do", () => {
    expect(Boolean(fixture.webhooks)).toBe(connector.webhooks !== undefined);
    expect(Boolean(fixture.payouts)).toBe(connector.payouts !== undefined);
    expect(Boolean(fixture.changes)).toBe(connector.changes !== undefined);
    const observes = connector.payments ?? connector.accounting ?? connector.storefront;
    expect(fixture.orders.length > 0).toBe(observes !== undefined);
    expect(fixture.commands.map(({ kind }) => kind).sort()).toEqual(kindsOf(connector).sort());
  });

  it("has golden files for what it translates, both ways", () => {
    const names = Object.keys(goldenFiles)
      .filter((path) => path.split("/")[3] === connector.id)
      .map((path) => path.split("/").at(-1) ?? "");
    const has = (pattern: RegExp): boolean => names.some((name) => pattern.test(name));
    expect(has(/^order/), "orders as observations").toBe(true);
    expect(has(/^commands\.json$/), "commands as requests").toBe(kindsOf(connector).length > 0);
    if (connector.payouts) expect(has(/^(settlement|payout)/), "payouts as lines").toBe(true);
    if (connector.changes) expect(has(/changes/), "change feeds").toBe(true);
  });

  it("is explained to people", () => {
    expect(connector.name).toMatch(/^\p{Lu}/u);
    expect(connector.guide.split(/\s+/).length).toBeGreaterThan(20);
    if (!connector.webhooks) return;
    const url = "https://edge.example/hooks/x/con_1/token";
    expect(connector.webhooks.instructions(url)).toContain(url);
  });

  it("talks only to https origins, each under a key of its own", () => {
    expect(connector.origins.length).toBeGreaterThan(0);
    const keys = connector.origins.map(({ key }) => key);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { test, live } of connector.origins)
      for (const origin of [test, live]) {
        expect(new URL(origin).protocol).toBe("https:");
        expect(new URL(origin).origin).toBe(origin);
      }
  });

  it("paces itself by positive whole numbers", () => {
    for (const value of Object.values(connector.rateLimit)) {
      expect(Number.isSafeInteger(value)).toBe(true);
      expect(value).toBeGreaterThan(0);
    }
  });

  it("labels every credential and setting, and marks every key, secret, password and token as secret", () => {
    for (const [name, field] of Object.entries({ ...settings.properties, ...credentials.properties }))
      expect(field.title, name).toMatch(/\S/);
    for (const [name, field] of Object.entries(credentials.properties))
      if (/(?:key|secret|password|token|hmac)$/i.test(name)) expect(field.secret, name).toBe(true);
    for (const [name, field] of Object.entries(settings.properties)) expect(field.secret, name).toBeUndefined();
  });

  it("verifies webhooks with credentials that there are", () => {
    const named = connector.webhooks?.secrets ?? [];
    for (const name of named) expect(credentials.properties, name).toHaveProperty(name);
    // A shop's webhooks are told apart by its name, too; that alone proves nothing.
    if (named.length > 0) expect(named.some((name) => credentials.properties[name]?.secret === true)).toBe(true);
  });

  it("takes the fixture: every credential, and the required settings only", () => {
    expect(Object.keys(fixture.credentials).sort()).toEqual(Object.keys(credentials.properties).sort());
    expect(connector.credentials.safeParse(fixture.credentials)).toMatchObject({ success: true });
    expect(Object.keys(fixture.settings).sort()).toEqual([...settings.required].sort());
    expect(connector.settings.safeParse(fixture.settings)).toMatchObject({ success: true });
  });

  it("refuses a required credential or setting that is missing or empty", () => {
    for (const name of credentials.required)
      for (const over of [{ [name]: "" }, { [name]: "   " }, { [name]: undefined }])
        expect(connector.credentials.safeParse({ ...fixture.credentials, ...over }).success, name).toBe(false);
    for (const name of settings.required)
      for (const over of [{ [name]: "" }, { [name]: undefined }])
        expect(connector.settings.safeParse({ ...fixture.settings, ...over }).success, name).toBe(false);
  });

  it("takes an empty text in an optional setting or credential for none", () => {
    for (const [name, field] of Object.entries(settings.properties)) {
      if (field.type !== "string" || settings.required.includes(name)) continue;
      const without = { ...fixture.settings, ...fixture.workingSettings };
      const parsed = connector.settings.safeParse({ ...without, [name]: "" });
      // A choice of words has no empty word; the form leaves it out.
      if (!parsed.success) expect(JSON.stringify(parsed.error.issues), name).toContain("invalid_value");
      else expect(choices(connector, parsed.data), name).toEqual(choices(connector, connector.settings.parse(without)));
    }
    const optional = Object.keys(credentials.properties).filter((name) => !credentials.required.includes(name));
    const required = Object.fromEntries(credentials.required.map((name) => [name, fixture.credentials[name]]));
    const bare = connector.credentials.parse(required);
    const empty = connector.credentials.parse({
      ...required,
      ...Object.fromEntries(optional.map((name) => [name, ""])),
    });
    const open = connector.settings.parse(fixture.settings);
    for (const kind of kindsOf(connector))
      expect(connector.payments?.blocker(kind, empty, open)).toBe(connector.payments?.blocker(kind, bare, open));
  });
});

/** What the engine gets to know of settings. */
function choices(connector: AnyConnector, settings: unknown): unknown {
  const accounting = connector.accounting?.policy(settings);
  return {
    payments: connector.payments?.policy(settings),
    accounting: accounting && {
      ...accounting,
      paymentTypeFor: registry.map(({ id }) => accounting.paymentTypeFor(id)),
    },
    manual: connector.accounting?.manual(settings),
    feeds: connector.changes?.feeds(settings),
    pollMinutes: connector.changes?.pollMinutes(settings),
  };
}

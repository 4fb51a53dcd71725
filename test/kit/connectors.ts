// Three small connectors for tests of the API: a PSP, an ERP and a shop. They describe themselves and call nobody.
import { z } from "zod";
import type { Connector } from "../../src/connectors/connector.ts";
import type { AnyConnector } from "../../src/connectors/registry.ts";

const never = async (): Promise<never> => {
  throw new Error("a test of the API calls no platform");
};

const shared = {
  origins: [],
  rateLimit: { requests: 1, perMs: 1000, concurrent: 1 },
  verify: never,
  guide: "Ask the platform for keys.",
} as const;

const pspCredentials = z.object({
  apiKey: z.string().min(1, { error: "must not be empty" }).meta({ title: "API key", secret: true }),
  apiSecret: z.string().min(8, { error: "at least 8 characters" }).meta({ title: "API secret", secret: true }),
  plusApiKey: z.string().optional().meta({ title: "API Plus key", secret: true }),
});

const pspSettings = z.object({ feeArticleNumber: z.string().max(20).optional(), prefix: z.string().default("") });

const psp: Connector<z.infer<typeof pspCredentials>, z.infer<typeof pspSettings>> = {
  ...shared,
  id: "qliro",
  kind: "psp",
  name: "Qliro",
  flows: ["orders", "invoices", "refunds", "payouts"],
  credentials: pspCredentials,
  settings: pspSettings,
  webhooks: {
    methods: ["POST"],
    contentTypes: ["application/json"],
    secrets: [],
    verify: async () => "authentic",
    eventKey: (_, bodyHash) => bodyHash,
    acknowledge: () => ({ status: 200, headers: {}, body: "" }),
    hints: () => [],
    instructions: (url) => `Enter ${url} at the platform.`,
  },
  payments: {
    orderAlias: "qliro.order_id",
    observe: never,
    capture: never,
    refund: never,
    cancel: never,
    lookUp: never,
    blocker: (kind, credentials) =>
      kind === "refund" && credentials.plusApiKey === undefined ? "QLIRO_PLUS_CREDENTIALS_REQUIRED" : null,
    policy: (settings) => ({ referencePrefix: settings.prefix, feeArticleNumber: settings.feeArticleNumber ?? null }),
  },
  payouts: { movementAlias: "qliro.transaction_id", list: never, lines: never },
};

const erpSettings = z.object({ paymentTypes: z.record(z.string(), z.string()).default({}) });

const erp: Connector<{ userKey: string }, z.infer<typeof erpSettings>> = {
  ...shared,
  id: "specter",
  kind: "erp",
  name: "Specter",
  flows: ["orders", "invoices", "refunds", "payouts"],
  credentials: z.object({ userKey: z.string().min(1) }),
  settings: erpSettings,
  accounting: {
    orderAlias: "specter.order_no",
    observe: never,
    execute: never,
    lookUp: never,
    manual: () => [],
    policy: (settings) => ({
      deliveryLead: "erp",
      captureOn: "invoice",
      refundOnCreditInvoice: true,
      paymentTypeFor: (connector) => settings.paymentTypes[connector] ?? null,
      roundingArticleNumber: null,
    }),
  },
};

const shop: Connector<{ accessToken: string }, Record<string, never>> = {
  ...shared,
  id: "shopify",
  kind: "shop",
  name: "Shopify",
  flows: ["orders"],
  credentials: z.object({ accessToken: z.string().min(1) }),
  settings: z.object({}) as z.ZodType<Record<string, never>>,
};

export const testConnectors: readonly AnyConnector[] = [psp, erp, shop];

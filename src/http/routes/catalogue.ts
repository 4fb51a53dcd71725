// What there is to connect to, and search across merchants.
import { z } from "@hono/zod-openapi";
import type { AnyConnector } from "../../connectors/registry.ts";
import { searchOrders } from "../../directory/order-index.ts";
import { ok } from "../../domain/result.ts";
import { READ } from "../authenticate.ts";
import { jsonSchemas } from "../credentials.ts";
import { operation, room } from "../operation.ts";
import { ListQuery, pageOf } from "../schemas.ts";

const FACETS = [
  "webhooks",
  "changes",
  "payments",
  "accounting",
  "payouts",
] as const satisfies readonly (keyof AnyConnector)[];

const JsonSchema = z.record(z.string(), z.unknown()).openapi({ description: "JSON Schema" });

const ConnectorAnswer = z
  .object({
    id: z.string(),
    kind: z.enum(["psp", "erp", "shop"]),
    name: z.string(),
    flows: z.array(z.enum(["orders", "invoices", "refunds", "payouts"])),
    capabilities: z.array(z.enum(FACETS)),
    credentials: JsonSchema,
    settings: JsonSchema,
    guide: z.string(),
  })
  .openapi("Connector");

const connectorAnswer = (connector: AnyConnector): z.infer<typeof ConnectorAnswer> => {
  const { credentials, settings } = jsonSchemas(connector);
  return {
    id: connector.id,
    kind: connector.kind,
    name: connector.name,
    flows: [...connector.flows],
    capabilities: FACETS.filter((facet) => connector[facet] !== undefined),
    credentials: { ...credentials },
    settings: { ...settings },
    guide: connector.guide,
  };
};

const connectors = operation({
  method: "get",
  path: "/api/v1/connectors",
  tag: "catalogue",
  summary: "The connectors there are, with the forms of their credentials and settings",
  may: READ,
  answer: z.object({ items: z.array(ConnectorAnswer), nextCursor: z.null() }),
  run: ({ deps }) => ok({ items: deps.connectors.map(connectorAnswer), nextCursor: null }),
});

const FoundOrder = z
  .object({
    merchantId: z.string(),
    merchantName: z.string(),
    orderId: z.string(),
    references: z.array(z.object({ type: z.string(), value: z.string() })),
  })
  .openapi("FoundOrder");

const search = operation({
  method: "get",
  path: "/api/v1/search",
  tag: "orders",
  summary: "Find orders of every merchant that the token may see, by the beginning of any identifier",
  may: READ,
  query: ListQuery.extend({ q: z.string({ error: "say what to look for" }).trim().min(2).max(200) }),
  answer: pageOf(FoundOrder),
  run: async ({ db, caller }, { query: { q, limit, cursor } }) =>
    ok(await searchOrders(db, q, caller.merchantId, { limit, cursor })),
});

export const catalogue = room([connectors, search]);

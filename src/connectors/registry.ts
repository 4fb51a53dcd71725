// The connectors there are, in the order they are shown. The one list that names them all.
import type { Connector } from "./connector.ts";
import { qliro } from "./qliro/index.ts";
import { shopify } from "./shopify/index.ts";
import { specter } from "./specter/index.ts";

/**
 * A connector whose credentials and settings are not known by type. A `Connector<C, S>` fits without a cast: schemas
 * only give values out, and TypeScript compares method parameters both ways. That second part is not sound by itself,
 * so there is one rule: hand a facet only what the same connector's schemas have parsed.
 */
export type AnyConnector = Connector<Record<string, unknown>, unknown>;

export const registry: readonly AnyConnector[] = [qliro, specter, shopify];

/** The connector with this id, or null. */
export const findConnector = (id: string, connectors: readonly AnyConnector[] = registry): AnyConnector | null =>
  connectors.find((connector) => connector.id === id) ?? null;

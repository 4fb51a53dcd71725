// A connection as the API shows it: which credentials are set, never what they are.
import { z } from "@hono/zod-openapi";
import { type AnyConnector, findConnector } from "../connectors/registry.ts";
import { type Connection, flowsOf, getConnection } from "../directory/connections.ts";
import { listTokens, type WebhookToken } from "../directory/webhook-tokens.ts";
import { catalogueEntry, isErrorCode } from "../domain/errors.ts";
import { isId } from "../domain/ids.ts";
import { ok, type Result } from "../domain/result.ts";
import type { MerchantCall } from "./operation.ts";
import { type Refusal, refusal } from "./problem.ts";
import { Flows, optionalTimestamp, ProblemView, Timestamp, timestamp } from "./schemas.ts";

export const ConnectionAnswer = z
  .object({
    id: z.string(),
    connector: z.string(),
    kind: z.enum(["psp", "erp", "shop"]).nullable(),
    label: z.string(),
    environment: z.enum(["test", "live"]),
    credentialsSet: z.array(z.string()),
    settings: z.unknown(),
    flows: Flows,
    status: z.enum(["unverified", "connected", "failed"]),
    checkedAt: Timestamp.nullable(),
    problem: ProblemView.nullable(),
    revision: z.int(),
    webhooks: z.object({
      active: z.boolean(),
      activatedAt: Timestamp.nullable(),
      tokens: z.array(
        z.object({ createdAt: Timestamp, lastUsedAt: Timestamp.nullable(), expiresAt: Timestamp.nullable() }),
      ),
    }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .openapi("Connection");

type Answer = z.infer<typeof ConnectionAnswer>;

export function connectionAnswer(row: Connection, tokens: WebhookToken[], connectors: readonly AnyConnector[]): Answer {
  return {
    id: row.id,
    connector: row.connector,
    kind: findConnector(row.connector, connectors)?.kind ?? null,
    label: row.label,
    environment: row.environment,
    credentialsSet: row.credentialNames,
    settings: row.settings,
    flows: flowsOf(row),
    status: row.status,
    checkedAt: optionalTimestamp(row.checkedAt),
    problem: lastProblem(row),
    revision: row.revision,
    webhooks: {
      active: row.active,
      activatedAt: optionalTimestamp(row.activatedAt),
      tokens: tokens.map((token) => ({
        createdAt: timestamp(token.createdAt),
        lastUsedAt: optionalTimestamp(token.lastUsedAt),
        expiresAt: optionalTimestamp(token.expiresAt),
      })),
    },
    createdAt: timestamp(row.createdAt),
    updatedAt: timestamp(row.updatedAt),
  };
}

/** Why the last verification failed, in the words of the catalogue. */
function lastProblem(row: Connection): Answer["problem"] {
  const { problemCode: code, problemDetail } = row;
  if (code === null || !isErrorCode(code)) return null;
  const { title, cause, fix, severity } = catalogueEntry(code);
  return { code, title, detail: problemDetail ?? "", cause, fix, severity };
}

/** The connection of the path, or 404. */
export async function connectionOf(call: MerchantCall, id: string): Promise<Result<Connection, Refusal>> {
  const row = isId("con", id) ? await getConnection(call.db, call.merchant.id, id) : null;
  return row ? ok(row) : refusal("NOT_FOUND", "There is no such connection.");
}

/** The connection as it stands now, with its tokens. */
export async function freshAnswer(call: MerchantCall, id: string): Promise<Result<Answer, Refusal>> {
  const found = await connectionOf(call, id);
  if (!found.ok) return found;
  const tokens = await listTokens(call.db, found.value.id, call.now);
  return ok(connectionAnswer(found.value, tokens, call.deps.connectors));
}

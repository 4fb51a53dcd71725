// Connections: one merchant's configured connectors. Credentials go in, are sealed, and never come out.
import { z } from "@hono/zod-openapi";
import { findConnector } from "../../connectors/registry.ts";
import {
  type Connection,
  type ConnectionSecrets,
  createConnection,
  getConnection,
  listConnections,
  recordVerification,
  removeConnection,
  updateConnection,
} from "../../directory/connections.ts";
import { listTokens } from "../../directory/webhook-tokens.ts";
import { type ConnectionId, isId, newId } from "../../domain/ids.ts";
import { ok } from "../../domain/result.ts";
import { CONFIGURE, READ } from "../authenticate.ts";
import { planned, save, unconditional, upToDate } from "../changes.ts";
import { ConnectionAnswer, connectionAnswer, connectionOf, freshAnswer } from "../connection-answer.ts";
import { merged, namesSet, partErrors } from "../credentials.ts";
import { type MerchantCall, merchantOperation, room } from "../operation.ts";
import { type FieldError, refusal } from "../problem.ts";
import { Name, ProblemView, Timestamp } from "../schemas.ts";
import { fieldsOf } from "../validate.ts";

const tag = "connections";
const COLLECTION = "/api/v1/merchants/{m}/connections";
const ITEM = "/api/v1/merchants/{m}/connections/{c}";

const Fields = z.record(z.string(), z.unknown(), { error: "an object" });

/** Seals what a connector's schemas made of the input. The check before has shown that they accept it. */
async function sealed(
  call: MerchantCall,
  connectorId: string,
  id: ConnectionId,
  given: { credentials: unknown; settings: unknown },
): Promise<ConnectionSecrets> {
  const connector = findConnector(connectorId, call.deps.connectors);
  if (!connector) throw new Error(`no connector ${connectorId}`);
  const credentials = connector.credentials.parse(given.credentials);
  return {
    sealedCredentials: await call.vault.seal(JSON.stringify(credentials), id),
    credentialNames: namesSet(credentials),
    settings: connector.settings.parse(given.settings),
  };
}

const create = merchantOperation({
  method: "post",
  path: COLLECTION,
  tag,
  summary: "Connect a platform; every flow is off and the credentials are not yet verified",
  may: CONFIGURE,
  body: z.strictObject({
    connector: z.string(),
    label: Name.optional(),
    environment: z.enum(["test", "live"], { error: "test or live" }),
    credentials: Fields,
    settings: Fields.optional(),
  }),
  status: 201,
  answer: ConnectionAnswer,
  check: ({ deps }, raw): FieldError[] => {
    if (typeof raw.connector !== "string") return [];
    const connector = findConnector(raw.connector, deps.connectors);
    const known = deps.connectors.map(({ id }) => id).join(", ");
    if (!connector) return [{ path: "connector", message: `one of ${known}` }];
    return [
      ...partErrors(connector, "credentials", raw.credentials ?? {}),
      ...partErrors(connector, "settings", raw.settings ?? {}),
    ];
  },
  run: async (call, { body }) => {
    const connector = findConnector(body.connector, call.deps.connectors);
    if (!connector) return refusal("NOT_FOUND");
    const id = newId("con", call.now, call.deps.random);
    const { label = connector.name, environment } = body;
    const secrets = await sealed(call, connector.id, id, {
      credentials: body.credentials,
      settings: body.settings ?? {},
    });
    const after = { connector: connector.id, label, environment, credentials: secrets.credentialNames };
    const plan = unconditional(call, { action: "connection.create", subject: id, after });
    const input = { id, merchantId: call.merchant.id, connector: connector.id, label, environment, ...secrets };
    const saved = await save(call, createConnection(call.db, plan, input));
    return saved.ok ? freshAnswer(call, id) : saved;
  },
});

const list = merchantOperation({
  method: "get",
  path: COLLECTION,
  tag,
  summary: "List the merchant's connections",
  may: READ,
  answer: z.object({ items: z.array(ConnectionAnswer), nextCursor: z.null() }),
  run: async ({ db, merchant, now, deps }) => {
    const rows = await listConnections(db, merchant.id);
    const items = await Promise.all(
      rows.map(async (row) => connectionAnswer(row, await listTokens(db, row.id, now), deps.connectors)),
    );
    return ok({ items, nextCursor: null });
  },
});

const read = merchantOperation({
  method: "get",
  path: ITEM,
  tag,
  summary: "Read a connection",
  may: READ,
  answer: ConnectionAnswer,
  run: (call, { params }) => freshAnswer(call, params.c),
});

/**
 * What credentials and settings would be after an update. Credentials that cannot be opened any more (a master key is
 * gone) count as none: the check then asks for every one that is needed.
 */
async function afterUpdate(call: MerchantCall, row: Connection, update: Record<string, unknown>) {
  const opened = await call.vault.open(row.sealedCredentials, row.id);
  return {
    credentials: merged(opened.ok ? JSON.parse(opened.value) : {}, fieldsOf(update.credentials)),
    settings: merged(row.settings, fieldsOf(update.settings)),
  };
}

const touchesSecrets = (update: Record<string, unknown>) =>
  update.credentials !== undefined || update.settings !== undefined;

const change = merchantOperation({
  method: "patch",
  path: ITEM,
  tag,
  summary: "Change label, credentials or settings; fields are merged, null removes an optional one",
  may: CONFIGURE,
  body: z.strictObject({ label: Name.optional(), credentials: Fields.optional(), settings: Fields.optional() }),
  answer: ConnectionAnswer,
  check: async (call, raw, { c }) => {
    const row = isId("con", c) ? await getConnection(call.db, call.merchant.id, c) : null;
    const connector = row && findConnector(row.connector, call.deps.connectors);
    if (!row || !connector || !touchesSecrets(raw)) return [];
    const after = await afterUpdate(call, row, raw);
    return (["credentials", "settings"] as const).flatMap((part) => partErrors(connector, part, after[part]));
  },
  run: async (call, { params, body }) => {
    const found = await connectionOf(call, params.c);
    if (!found.ok) return found;
    const row = found.value;
    const secrets = touchesSecrets(body)
      ? await sealed(call, row.connector, row.id, await afterUpdate(call, row, body))
      : undefined;
    const plan = planned(call, {
      action: "connection.update",
      subject: row.id,
      before: { label: row.label, settings: row.settings },
      after: {
        label: body.label ?? row.label,
        settings: secrets?.settings ?? row.settings,
        credentialsChanged: Object.keys(body.credentials ?? {}),
      },
    });
    const saved = await save(call, updateConnection(call.db, plan, row, { label: body.label, secrets }));
    return saved.ok ? freshAnswer(call, row.id) : saved;
  },
});

const remove = merchantOperation({
  method: "delete",
  path: ITEM,
  tag,
  summary: "Remove a connection; its webhook URLs end at once, its history stays",
  may: CONFIGURE,
  status: 204,
  answer: z.null(),
  run: async (call, { params }) => {
    const found = await connectionOf(call, params.c);
    if (!found.ok) return found;
    const { id, connector, label } = found.value;
    const plan = planned(call, { action: "connection.remove", subject: id, before: { connector, label } });
    const saved = await save(call, removeConnection(call.db, plan, id));
    return saved.ok ? ok(null) : saved;
  },
});

const verify = merchantOperation({
  method: "post",
  path: `${ITEM}/verify`,
  tag,
  summary: "Make a harmless call with the credentials",
  may: CONFIGURE,
  answer: z.object({
    status: z.enum(["connected", "failed"]),
    checkedAt: Timestamp,
    problem: ProblemView.optional(),
  }),
  run: async (call, { params }) => {
    const found = await connectionOf(call, params.c);
    if (!found.ok) return found;
    const object = await upToDate(call);
    if (!object.ok) return object;
    const outcome = await object.value.verify(found.value.id);
    await recordVerification(call.db, found.value, {
      status: outcome.status,
      checkedAt: Date.parse(outcome.checkedAt),
      problem: outcome.problem ?? null,
    });
    return ok(outcome);
  },
});

export const connections = room([create, list, read, change, remove, verify]);

// API tokens: made, listed, revoked. The token itself is shown once, when it is made.
import { z } from "@hono/zod-openapi";
import { getMerchant } from "../../directory/merchants.ts";
import { type ApiToken, createToken, listTokens, revokeToken } from "../../directory/tokens.ts";
import { isId, newId } from "../../domain/ids.ts";
import { ok } from "../../domain/result.ts";
import { hashToken, newToken } from "../../sealing.ts";
import { ADMINISTER } from "../authenticate.ts";
import { operation, room } from "../operation.ts";
import { refusal } from "../problem.ts";
import { ListQuery, Name, optionalTimestamp, pageOf, Timestamp, timestamp } from "../schemas.ts";

const tag = "tokens";

const roleMessage = "admin, onboarding or support";

const TokenAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    role: z.enum(["admin", "onboarding", "support"]),
    merchantId: z.string().nullable(),
    createdAt: Timestamp,
    lastUsedAt: Timestamp.nullable(),
  })
  .openapi("ApiToken");

const tokenAnswer = (row: ApiToken): z.infer<typeof TokenAnswer> => ({
  id: row.id,
  name: row.name,
  role: row.role,
  merchantId: row.merchantId,
  createdAt: timestamp(row.createdAt),
  lastUsedAt: optionalTimestamp(row.lastUsedAt),
});

const create = operation({
  method: "post",
  path: "/api/v1/tokens",
  tag,
  summary: "Make a token with a role, optionally bound to one merchant",
  may: ADMINISTER,
  body: z.strictObject({
    name: Name.default("API token"),
    role: z.enum(["admin", "onboarding", "support"], { error: roleMessage }),
    merchantId: z.string().nullish(),
  }),
  status: 201,
  answer: TokenAnswer.extend({ token: z.string() }),
  // A merchant that the caller may not see is as absent as one that does not exist.
  check: async ({ db, caller }, { merchantId }) => {
    const unbound = merchantId === undefined || merchantId === null;
    if (unbound && caller.merchantId === null) return [];
    const wrong = (message: string) => [{ path: "merchantId", message }];
    if (unbound) return wrong("this token makes tokens of its own merchant only: name it");
    if (typeof merchantId !== "string") return [];
    const visible = caller.merchantId === null || caller.merchantId === merchantId;
    const exists = visible && isId("mer", merchantId) && (await getMerchant(db, merchantId)) !== null;
    return exists ? [] : wrong("there is no such merchant");
  },
  run: async ({ db, caller, now, deps }, { body }) => {
    const token = newToken();
    const { name, role } = body;
    const merchantId = body.merchantId && isId("mer", body.merchantId) ? body.merchantId : null;
    const id = newId("tok", now, deps.random);
    const input = { id, name, role, merchantId, hash: await hashToken(token) };
    return ok({ ...tokenAnswer(await createToken(db, input, { actor: caller, now })), token });
  },
});

const list = operation({
  method: "get",
  path: "/api/v1/tokens",
  tag,
  summary: "List the tokens that were not revoked",
  may: ADMINISTER,
  query: ListQuery,
  answer: pageOf(TokenAnswer),
  run: async ({ db, caller }, { query }) => {
    const page = await listTokens(db, caller.merchantId, query);
    return ok({ items: page.items.map(tokenAnswer), nextCursor: page.nextCursor });
  },
});

const revoke = operation({
  method: "delete",
  path: "/api/v1/tokens/{t}",
  tag,
  summary: "Revoke a token at once",
  may: ADMINISTER,
  status: 204,
  answer: z.null(),
  run: async ({ db, caller, now }, { params }) => {
    const revoked =
      isId("tok", params.t) && (await revokeToken(db, params.t, caller.merchantId, { actor: caller, now }));
    return revoked ? ok(null) : refusal("NOT_FOUND", "There is no such token.");
  },
});

export const tokens = room([create, list, revoke]);

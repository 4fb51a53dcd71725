// Merchants: create, read, change, delete.
import { z } from "@hono/zod-openapi";
import { listAudit } from "../../directory/audit.ts";
import {
  createMerchant,
  deleteMerchant,
  getMerchant,
  listMerchants,
  type Merchant,
  updateMerchant,
} from "../../directory/merchants.ts";
import { newId } from "../../domain/ids.ts";
import { ok } from "../../domain/result.ts";
import { CONFIGURE, READ } from "../authenticate.ts";
import { planned, push, reread, save } from "../changes.ts";
import { merchantOperation, operation, room } from "../operation.ts";
import { refusal } from "../problem.ts";
import { Country, Currency, ListQuery, Name, pageOf, Timestamp, Timezone, timestamp } from "../schemas.ts";

const tag = "merchants";

const fields = { name: Name, country: Country, currency: Currency, timezone: Timezone };

export const MerchantAnswer = z
  .object({
    id: z.string(),
    name: z.string(),
    country: z.string(),
    currency: z.string(),
    timezone: z.string(),
    stage: z.enum(["draft", "in_review", "approved"]),
    configVersion: z.int(),
    /** The version that the merchant's object is known to hold. */
    pushedVersion: z.int(),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .openapi("Merchant");

export const merchantAnswer = (row: Merchant): z.infer<typeof MerchantAnswer> => ({
  id: row.id,
  name: row.name,
  country: row.country,
  currency: row.currency,
  timezone: row.timezone,
  stage: row.stage,
  configVersion: row.configVersion,
  pushedVersion: row.pushedVersion,
  createdAt: timestamp(row.createdAt),
  updatedAt: timestamp(row.updatedAt),
});

const create = operation({
  method: "post",
  path: "/api/v1/merchants",
  tag,
  summary: "Create a merchant in stage draft",
  may: CONFIGURE,
  body: z.strictObject(fields),
  status: 201,
  answer: MerchantAnswer,
  run: async (call, { body }) => {
    if (call.caller.merchantId !== null) return refusal("FORBIDDEN", "This token is bound to one merchant.");
    const id = newId("mer", call.now, call.deps.random);
    const created = await createMerchant(call.db, { ...body, id }, { actor: call.caller, now: call.now });
    await push(call, id);
    return ok(merchantAnswer((await getMerchant(call.db, id)) ?? created));
  },
});

const list = operation({
  method: "get",
  path: "/api/v1/merchants",
  tag,
  summary: "List the merchants that the token may see, newest first",
  may: READ,
  query: ListQuery,
  answer: pageOf(MerchantAnswer),
  run: async ({ db, caller }, { query }) => {
    const page = await listMerchants(db, caller.merchantId, query);
    return ok({ items: page.items.map(merchantAnswer), nextCursor: page.nextCursor });
  },
});

const read = merchantOperation({
  method: "get",
  path: "/api/v1/merchants/{m}",
  tag,
  summary: "Read a merchant",
  may: READ,
  answer: MerchantAnswer,
  run: ({ merchant }) => ok(merchantAnswer(merchant)),
});

const change = merchantOperation({
  method: "patch",
  path: "/api/v1/merchants/{m}",
  tag,
  summary: "Change name, country, currency or time zone",
  may: CONFIGURE,
  body: z.strictObject(fields).partial(),
  answer: MerchantAnswer,
  run: async (call, { body }) => {
    const { merchant } = call;
    const names = Object.keys(body);
    const before = Object.fromEntries(Object.entries(merchant).filter(([name]) => names.includes(name)));
    const plan = planned(call, { action: "merchant.update", subject: merchant.id, before, after: body });
    const saved = await save(call, updateMerchant(call.db, plan, body));
    return saved.ok ? ok(merchantAnswer(await reread(call))) : saved;
  },
});

const remove = merchantOperation({
  method: "delete",
  path: "/api/v1/merchants/{m}",
  tag,
  summary: "Delete a merchant; its connections are removed and its webhook URLs end at once",
  may: CONFIGURE,
  status: 204,
  answer: z.null(),
  run: async (call) => {
    const { merchant } = call;
    const plan = planned(call, { action: "merchant.delete", subject: merchant.id, before: { name: merchant.name } });
    const saved = await save(call, deleteMerchant(call.db, plan));
    return saved.ok ? ok(null) : saved;
  },
});

const AuditAnswer = z
  .object({
    id: z.string(),
    at: Timestamp,
    actor: z.string(),
    role: z.string(),
    action: z.string(),
    subject: z.string(),
    before: z.unknown(),
    after: z.unknown(),
  })
  .openapi("AuditEntry");

const audit = merchantOperation({
  method: "get",
  path: "/api/v1/merchants/{m}/audit",
  tag,
  summary: "Who changed what, newest first; secrets are never part of it",
  may: READ,
  query: ListQuery.extend({
    cursor: z
      .string()
      .regex(/^\d{1,15}$/, { error: "a cursor of this list" })
      .optional()
      .transform((text) => text ?? null),
  }),
  answer: pageOf(AuditAnswer),
  run: async ({ db, merchant }, { query }) => {
    const page = await listAudit(db, merchant.id, query);
    const items = page.items.map(({ merchantId: _, ...row }) => ({
      ...row,
      id: String(row.id),
      at: timestamp(row.at),
    }));
    return ok({ items, nextCursor: page.nextCursor });
  },
});

export const merchants = room([create, list, read, change, remove, audit]);

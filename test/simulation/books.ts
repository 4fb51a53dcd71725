// The object's own books, read from its tables.
import { z } from "zod";
import type { Stage } from "./stage.ts";

const json = z.string().transform((text): unknown => JSON.parse(text));

const entry = z.object({
  order_id: z.string(),
  seq: z.number(),
  kind: z.string(),
  external_id: z.string(),
  amount_minor: z.number(),
  answers: z.number().nullable(),
  parent: z.string().nullable(),
  command_id: z.string().nullable(),
});
export type BookEntry = z.infer<typeof entry>;

const command = z.object({
  id: z.string(),
  subject: z.string(),
  demand: z.string(),
  kind: z.string(),
  state: z.string(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  attempts: z.number(),
  payload: json,
});
export type BookCommand = z.infer<typeof command>;

const order = z.object({
  id: z.string(),
  status: z.string(),
  order_number: z.string().nullable(),
  erp_number: z.string().nullable(),
  document: json.pipe(
    z.object({
      payment: z.object({ externalId: z.string(), state: z.string() }).nullable(),
      erp: z.object({ externalId: z.string(), state: z.string(), paymentType: z.string().nullable() }).nullable(),
    }),
  ),
});
export type BookOrder = z.infer<typeof order>;

const task = z.object({
  id: z.string(),
  subject: z.string(),
  code: z.string(),
  detail: z.string(),
  state: z.string(),
  choices: json.pipe(z.array(z.object({ id: z.string() }))),
});
const webhook = z.object({ seq: z.number(), id: z.string(), state: z.string(), verdict: z.string() });
const look = z.object({ type: z.string(), value: z.string(), due_at: z.number(), code: z.string().nullable() });
const payout = z.object({
  id: z.string(),
  external_id: z.string(),
  state: z.string(),
  code: z.string().nullable(),
  detail: z.string().nullable(),
  paid_minor: z.number(),
  balanced: z.number(),
  hash: z.string(),
  voucher: json.pipe(z.array(z.object({ account: z.string(), debitMinor: z.number(), creditMinor: z.number() }))),
});
export type BookPayout = z.infer<typeof payout>;
const payoutLine = z.object({
  payout_id: z.string(),
  external_id: z.string(),
  type: z.string(),
  amount_minor: z.number(),
  state: z.string(),
  reason: z.string(),
});

export interface Books {
  orders: BookOrder[];
  entries: BookEntry[];
  commands: BookCommand[];
  tasks: z.infer<typeof task>[];
  webhooks: z.infer<typeof webhook>[];
  looks: z.infer<typeof look>[];
  payouts: BookPayout[];
  payoutLines: z.infer<typeof payoutLine>[];
}

export async function booksOf(stage: Stage): Promise<Books> {
  const all = async <T>(schema: z.ZodType<T>, table: string) =>
    z.array(schema).parse(await stage.rows(`SELECT * FROM ${table}`));
  return {
    orders: await all(order, "orders ORDER BY id"),
    entries: await all(entry, "entries ORDER BY order_id, seq"),
    commands: await all(command, "commands ORDER BY id"),
    tasks: await all(task, "tasks ORDER BY id"),
    webhooks: await all(webhook, "webhooks ORDER BY seq"),
    looks: await all(look, "looks"),
    payouts: await all(payout, "payouts ORDER BY id"),
    payoutLines: await all(payoutLine, "payout_lines ORDER BY payout_id, number"),
  };
}

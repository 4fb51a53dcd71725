// The control commands the simulated Specter takes, as schemas: a misspelt argument is an error, not a guess.
import { z } from "zod";
import { parseMilli } from "./amounts.ts";
import { switches } from "./truth.ts";

const id = z.union([z.string(), z.number()]).transform(String);
const number = id.refine((text) => /^\d+$/.test(text), "not a number");
const date = z.iso.date();

/** A number or decimal text in thousandths. */
const milli = z.union([z.string(), z.number()]).transform((given, context) => {
  const parsed = parseMilli(given);
  if (parsed !== null) return parsed;
  context.addIssue({ code: "custom", message: "not a decimal with up to 3 decimals" });
  return z.NEVER;
});
const quantity = milli.refine((value) => value > 0, "must be more than 0");

/** Article numbers: no spaces, commas or letters outside ASCII (section 11). */
const articleNo = z.string().regex(/^[!-+\--~]+$/, "an article number has no spaces, commas or special letters");

const apiUser = z.strictObject({ apiUserId: id, apiUserKey: z.string().min(1) });

/** The account a command is for; not needed while there is one only. */
const at = { sbmId: id.optional() };
/** The order a command is for, by either number. */
const one = { ...at, orderNo: number.optional(), externalOrderNo: z.string().optional() };

export const accountCommand = z.strictObject({
  do: z.literal("account"),
  sbmId: id,
  write: apiUser,
  read: apiUser.optional(),
  integrationKey: z.string().min(1),
  currency: z.string().default("SEK"),
  articles: z.array(articleNo).default([]),
  payTypes: z.array(z.string()).default(["fak", "I", "PP", "KG", "QL"]),
  defaultPayType: z.string().default("fak"),
  callback: z
    .strictObject({ url: z.url(), method: z.enum(["GET", "POST"]).default("GET") })
    .nullable()
    .default(null),
  switches: switches.partial().default({}),
});

const parts = z.array(z.strictObject({ id: z.number(), quantity })).optional();

export const command = z.discriminatedUnion("do", [
  accountCommand,
  z.strictObject({
    ...at,
    do: z.literal("articles"),
    add: z.array(articleNo).default([]),
    remove: z.array(z.string()).default([]),
  }),
  z.strictObject({ ...at, do: z.literal("set"), switches: switches.partial() }),
  z.strictObject({ ...at, do: z.literal("close_periods"), until: date.nullable() }),
  z.strictObject({ ...at, do: z.literal("busy"), times: z.number().int().min(0) }),
  z.strictObject({ ...one, do: z.literal("deliver"), rows: parts, trackingNo: z.string().default("") }),
  z.strictObject({
    ...one,
    do: z.literal("invoice"),
    rows: parts,
    type: z.enum(["L", "S", "F"]).default("L"),
    deliver: z.boolean().default(false),
    trackingNo: z.string().default(""),
    date: date.optional(),
  }),
  z.strictObject({
    ...at,
    do: z.literal("credit"),
    invoiceId: number,
    rows: z
      .array(
        z.strictObject({
          articleNo: z.string(),
          quantity,
          /** Unit price excluding VAT; the invoice's own when left out. */
          price: milli.optional(),
        }),
      )
      .optional(),
    reason: z.string().default(""),
    date: date.optional(),
  }),
  z.strictObject({ ...one, do: z.literal("cancel"), comment: z.string().default("") }),
  z.strictObject({ ...one, do: z.literal("remove") }),
  z.strictObject({ ...one, do: z.literal("set_payment_type"), code: z.string().min(1) }),
  z.strictObject({
    ...at,
    do: z.literal("trigger"),
    kind: z.enum(["stock_changed", "invoice_created", "order_removed", "order_changed", "article_changed"]),
    orderNo: number.optional(),
    invoiceId: number.optional(),
  }),
  z.strictObject({ ...one, do: z.literal("show") }),
]);
export type Command = z.infer<typeof command>;

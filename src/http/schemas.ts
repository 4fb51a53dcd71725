// The words of the API as schemas: what is asked, and the shapes that many answers share.
import { z } from "@hono/zod-openapi";
import { isTimezone } from "../domain/schedule.ts";

export const ListQuery = z.object({
  limit: z.coerce
    .number({ error: "a whole number from 1 to 200" })
    .int({ error: "a whole number from 1 to 200" })
    .min(1, { error: "a whole number from 1 to 200" })
    .max(200, { error: "a whole number from 1 to 200" })
    .default(50),
  cursor: z
    .string()
    .max(300)
    .optional()
    .transform((text) => text ?? null),
});

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export const Timestamp = z.string().meta({ format: "date-time" });
export const LocalDate = z.string().meta({ format: "date" });

/** RFC 3339 of a moment in milliseconds. */
export const timestamp = (moment: number): string => new Date(moment).toISOString();
export const optionalTimestamp = (moment: number | null): string | null => (moment === null ? null : timestamp(moment));

export const Money = z
  .object({ amountMinor: z.int(), currency: z.string() })
  .openapi("Money", { description: "An integer number of minor units and an ISO 4217 code." });

/** A date that the calendar has, `YYYY-MM-DD`. */
export const DateInput = z.iso.date({ error: "a date such as 2026-11-20" });

export const Name = z.string().trim().min(1, { error: "must not be empty" }).max(200);
export const Note = z.string().trim().min(1, { error: "say why" }).max(2000);
const countryMessage = "two capital letters (ISO 3166-1), such as SE";

/** Groupings and a placeholder that the runtime has names for, and that no order is delivered to. */
const NO_COUNTRY = ["EU", "EZ", "UN", "ZZ"];

/** Whether the runtime knows the country by this very code: UK is another name of GB, and no code of its own. */
function isCountry(code: string): boolean {
  const [canonical] = Intl.getCanonicalLocales(`und-${code}`);
  const name = new Intl.DisplayNames("en", { type: "region", fallback: "none" }).of(code);
  return canonical === `und-${code}` && name !== undefined && !NO_COUNTRY.includes(code);
}

export const Country = z
  .string()
  .regex(/^[A-Z]{2}$/, { error: countryMessage, abort: true })
  .refine(isCountry, { error: countryMessage });
export const Currency = z.string().regex(/^[A-Z]{3}$/, { error: "three capital letters (ISO 4217), such as SEK" });
export const Timezone = z.string().max(60).refine(isTimezone, { error: "an IANA time zone, such as Europe/Stockholm" });
export const Account = z.string().regex(/^\d{3,8}$/, { error: "an account of 3 to 8 digits" });

export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    hint: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .openapi("Problem", { description: "Problem details, RFC 9457. `code` names an entry of /docs/errors." });

/** A stop as people see it. */
export const ProblemView = z
  .object({
    code: z.string(),
    title: z.string(),
    detail: z.string(),
    cause: z.string(),
    fix: z.string(),
    severity: z.string(),
  })
  .openapi("Stop");

export const Flows = z
  .object({ orders: z.boolean(), invoices: z.boolean(), refunds: z.boolean(), payouts: z.boolean() })
  .openapi("Flows");

// The payout schedule: at which local time the runs start.
import { z } from "@hono/zod-openapi";
import { readSchedule, setSchedule } from "../../directory/schedules.ts";
import { ok } from "../../domain/result.ts";
import { CONFIGURE, READ } from "../authenticate.ts";
import { save, unconditional } from "../changes.ts";
import { type MerchantCall, merchantOperation, room } from "../operation.ts";
import { Timezone } from "../schemas.ts";

const path = "/api/v1/merchants/{m}/schedule";
const tag = "onboarding";

const Time = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: "a time such as 23:00" });

const Schedule = z.object({ payouts: z.object({ time: z.string(), timezone: z.string() }) }).openapi("Schedule");

async function current({ db, merchant }: MerchantCall): Promise<z.infer<typeof Schedule>> {
  const { time, timezone } = await readSchedule(db, merchant.id);
  return { payouts: { time, timezone: timezone ?? merchant.timezone } };
}

const put = merchantOperation({
  method: "put",
  path,
  tag,
  summary: "Set the local time of the payout runs; the time zone defaults to the merchant's",
  may: CONFIGURE,
  body: z.strictObject({ payouts: z.strictObject({ time: Time, timezone: Timezone.optional() }) }),
  answer: Schedule,
  run: async (call, { body: { payouts } }) => {
    const before = await current(call);
    const plan = unconditional(call, { action: "schedule.set", subject: call.merchant.id, before, after: { payouts } });
    const schedule = { time: payouts.time, timezone: payouts.timezone ?? null };
    const saved = await save(call, setSchedule(call.db, plan, schedule));
    return saved.ok ? ok(await current(call)) : saved;
  },
});

const get = merchantOperation({
  method: "get",
  path,
  tag,
  summary: "Read the payout schedule",
  may: READ,
  answer: Schedule,
  run: async (call) => ok(await current(call)),
});

export const schedule = room([put, get]);

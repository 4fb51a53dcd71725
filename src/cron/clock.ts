// What the clock asks: which payout runs are due, and which objects lost their alarm. Cron Triggers are UTC, so no
// hour is named here; each connection has its own local time.
import { pushStale } from "../directory/config.ts";
import { type DirectoryPage, openDirectory } from "../directory/database.ts";
import { forgetKeys } from "../directory/idempotency.ts";
import { approvedMerchants } from "../directory/merchants.ts";
import { resealConnections } from "../directory/reseal.ts";
import { dueConnections } from "../directory/schedules.ts";
import type { ConnectionId, MerchantId } from "../domain/ids.ts";
import type { LocalDate } from "../domain/observation.ts";
import { dueDates } from "../domain/schedule.ts";
import { type Bindings, merchantStub, settingsOf } from "../env.ts";

/** Work for the queue: small messages, so that no invocation has more to do than the runtime allows. */
export type Errand =
  | { kind: "payouts"; merchantId: MerchantId; connectionId: ConnectionId; dates: LocalDate[] }
  | { kind: "sweep"; merchantIds: MerchantId[] };

/** The cron expression of the hourly sweep, as wrangler.toml has it. */
export const SWEEP_CRON = "7 * * * *";

const PAGE = 500;
const MESSAGES_PER_SEND = 100;
const MERCHANTS_PER_SWEEP = 25;
/** Missed days that are caught up at most. */
const DAYS_MAX = 31;
const STALE_PUSHES = 100;
const RESEALS = 500;

/** One tick. `now` is the trigger's scheduled time, in milliseconds: the clock of everything that follows. */
export async function tick(env: Bindings, cron: string, now: number): Promise<void> {
  await sendDuePayouts(env, now);
  if (cron === SWEEP_CRON || cron === "") await sendSweeps(env, now);
}

async function sendDuePayouts(env: Bindings, now: number): Promise<void> {
  const db = openDirectory(env.DB);
  let cursor: string | null = null;
  do {
    const page = await dueConnections(db, now, { limit: PAGE, cursor });
    const errands = page.items.flatMap((due): Errand[] => {
      const dates = dueDates({
        now,
        timezone: due.timezone,
        time: due.payoutTime,
        lastFinished: due.lastFinishedOn,
        activatedOn: due.activatedOn,
        maxDays: DAYS_MAX,
      });
      const { merchantId, connectionId } = due;
      return dates.length > 0 ? [{ kind: "payouts", merchantId, connectionId, dates }] : [];
    });
    await send(env, errands);
    cursor = page.nextCursor;
  } while (cursor !== null);
}

async function sendSweeps(env: Bindings, now: number): Promise<void> {
  const db = openDirectory(env.DB);
  const push = { db, stub: (merchantId: MerchantId) => merchantStub(env, merchantId) };
  await pushStale(push, STALE_PUSHES);
  await forgetKeys(db, now);
  const { masterKeys } = settingsOf(env);
  if (masterKeys.previous !== null) await resealConnections(push, masterKeys, { limit: RESEALS, cursor: null, now });
  let cursor: string | null = null;
  do {
    const page: DirectoryPage<MerchantId> = await approvedMerchants(db, { limit: PAGE, cursor });
    const errands: Errand[] = [];
    for (let start = 0; start < page.items.length; start += MERCHANTS_PER_SWEEP)
      errands.push({ kind: "sweep", merchantIds: page.items.slice(start, start + MERCHANTS_PER_SWEEP) });
    await send(env, errands);
    cursor = page.nextCursor;
  } while (cursor !== null);
}

async function send(env: Bindings, errands: readonly Errand[]): Promise<void> {
  for (let start = 0; start < errands.length; start += MESSAGES_PER_SEND)
    await env.PAYOUT_RUNS.sendBatch(errands.slice(start, start + MESSAGES_PER_SEND).map((body) => ({ body })));
}

/** Does one errand. Rejects when an object could not be reached; the queue brings it again. */
export async function runErrand(env: Bindings, errand: Errand): Promise<void> {
  switch (errand.kind) {
    case "payouts": {
      const merchant = merchantStub(env, errand.merchantId);
      for (const date of errand.dates)
        await merchant.startPayoutRun({ connectionId: errand.connectionId, date, trigger: "schedule" });
      return;
    }
    case "sweep":
      for (const merchantId of errand.merchantIds) await merchantStub(env, merchantId).sweep();
      return;
    default:
      errand satisfies never;
  }
}

// The clock's question at the scale of many merchants: how many calls one invocation makes, and that nothing is asked
// of a merchant twice for one night.
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { type Errand, tick } from "../../src/cron/clock.ts";
import { recordRunFinished } from "../../src/directory/schedules.ts";
import { addDays, instantOf, localDate } from "../../src/domain/schedule.ts";
import { migratedDirectory } from "../kit/directory.ts";

const MERCHANTS = 5_000;
/** Calls that one tick may make for so many merchants: pages of 500 from D1, batches of 100 into the queue. */
const TICK_CALLS_MAX = 70;
/** The consumer takes ten messages at most, each a call per due date. */
const ERRANDS_PER_BATCH = 10;
const SUBREQUESTS_MAX = 1_000;

async function fill(count: number, timezone: string, activatedOn: string): Promise<void> {
  await migratedDirectory();
  const numbers = JSON.stringify(Array.from({ length: count }, (_, index) => String(index).padStart(5, "0")));
  const run = (statement: string) => env.DB.prepare(statement).bind(numbers, timezone).run();
  await env.DB.prepare("delete from payout_progress").run();
  await env.DB.prepare("delete from connections").run();
  await env.DB.prepare("delete from merchants").run();
  await run(`insert into merchants (id, name, country, currency, timezone, stage, order_number_pattern, config_version,
      pushed_version, created_at, updated_at)
    select 'mer_' || value, 'M', 'SE', 'SEK', ?2, 'approved', '{psp.orderId}', 1, 1, 0, 0 from json_each(?1)`);
  await run(`insert into connections (id, merchant_id, connector, label, environment, sealed_credentials,
      credential_names, settings, flow_payouts, status, active, revision, created_at, updated_at)
    select 'con_' || value, 'mer_' || value, 'qliro', ?2, 'test', '', '[]', '{}', 1, 'connected', 1, 1, 0, 0
    from json_each(?1)`);
  await env.DB.prepare(
    "insert into payout_progress (connection_id, activated_on) select 'con_' || value, ?2 from json_each(?1)",
  )
    .bind(numbers, activatedOn)
    .run();
}

/** Ticks with a queue and a database that count. */
async function counted(now: number) {
  const errands: Errand[] = [];
  const calls = { queue: 0, database: 0, batchMost: 0 };
  const queue = {
    sendBatch: async (messages: { body: Errand }[]) => {
      calls.queue += 1;
      calls.batchMost = Math.max(calls.batchMost, messages.length);
      errands.push(...messages.map(({ body }) => body));
    },
  };
  const DB = new Proxy(env.DB, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => {
        if (name === "prepare" || name === "batch") calls.database += 1;
        return member.apply(target, args);
      };
    },
  });
  await tick({ ...env, DB, PAYOUT_RUNS: queue } as never, "*/15 * * * *", now);
  return { errands: errands.filter((errand) => errand.kind === "payouts"), calls };
}

it("fans 5,000 merchants of one 23:00 out within a stated number of calls", async () => {
  await fill(MERCHANTS, "Europe/Stockholm", "2026-11-20");
  const due = instantOf("2026-11-20", "23:00", "Europe/Stockholm");
  expect((await counted(due - 1)).errands).toEqual([]);
  const { errands, calls } = await counted(due);
  expect(errands).toHaveLength(MERCHANTS);
  expect(new Set(errands.map((errand) => errand.connectionId)).size).toBe(MERCHANTS);
  expect(calls.batchMost).toBeLessThanOrEqual(100);
  expect(calls.queue + calls.database).toBeLessThanOrEqual(TICK_CALLS_MAX);
  const heaviest = [...errands].sort((a, b) => b.dates.length - a.dates.length).slice(0, ERRANDS_PER_BATCH);
  expect(heaviest.reduce((sum, errand) => sum + errand.dates.length, 0)).toBeLessThanOrEqual(SUBREQUESTS_MAX);
});

it("stays within the subrequests of a consumer when every merchant missed a month", async () => {
  await fill(20, "Europe/Stockholm", "2026-09-01");
  const { errands } = await counted(instantOf("2026-11-20", "23:00", "Europe/Stockholm"));
  const calls = errands.slice(0, ERRANDS_PER_BATCH).reduce((sum, errand) => sum + errand.dates.length, 0);
  expect(calls).toBeLessThanOrEqual(SUBREQUESTS_MAX);
  for (const errand of errands) expect(errand.dates).toEqual([...errand.dates].sort());
});

it.each([
  "Europe/Stockholm",
  "Europe/Helsinki",
  "Europe/London",
  "Atlantic/Reykjavik",
  // Skips 23:00 in spring and repeats it in autumn.
  "America/Nuuk",
])(
  "asks once for every local date of 2026 and 2027 in %s, however often the clock rings",
  { timeout: 120_000 },
  async (timezone) => {
    await fill(1, timezone, "2026-01-01");
    const asked: string[] = [];
    let now = instantOf("2026-01-01", "22:45", timezone);
    const end = instantOf("2027-12-31", "23:00", timezone);
    const db = await migratedDirectory();
    while (now <= end) {
      for (const at of [now, now + 15 * 60_000]) {
        const { errands } = await counted(at);
        for (const errand of errands) {
          asked.push(...errand.dates);
          for (const date of errand.dates) {
            expect(localDate(at, timezone) >= date).toBe(true);
            await recordRunFinished(db, errand.connectionId, date);
          }
        }
      }
      const next = addDays(localDate(now + 60 * 60_000, timezone), 1);
      now = instantOf(next, "23:00", timezone) - 10 * 60_000;
      if (localDate(now, timezone) < next && asked.length > 800) break;
    }
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked).toEqual([...asked].sort());
    expect(asked[0]).toBe("2026-01-01");
    expect(asked.length).toBeGreaterThanOrEqual(729);
  },
);

// Nights: Qliro settles, the clock asks for the runs of every local date that has none yet.
import type { ControlAnswer } from "../../sandbox/platform.ts";
import { addDays, localDate } from "../../src/domain/schedule.ts";
import { START, virtual } from "../kit/virtual.ts";
import { type Action, type Play, say } from "./play.ts";
import { QLIRO } from "./setup.ts";

const DAY_MS = 86_400_000;
const ZONE = "Europe/Stockholm";

/** The next 23:00 in Stockholm, in winter time. */
const nextNight = (now: number): number => {
  const tonight = Math.floor(now / DAY_MS) * DAY_MS + 22 * 3_600_000;
  return tonight > now ? tonight : tonight + DAY_MS;
};

export function settleAtQliro(play: Play): ControlAnswer {
  const offBy = play.dice.chance(0.04) ? 1 : 0;
  const { convention, fee } = play.stage.conditions.settlement;
  const answer = play.stage.control("qliro", { do: "settle", convention, fee, offBy });
  if (answer.ok && offBy !== 0 && Array.isArray(answer.batches))
    for (const batch of answer.batches) play.spoiltBatches.add(Number(batch.id));
  return answer;
}

/** Starts what the clock would start now: one run per local date without a finished one. */
export async function startDueRuns(play: Play): Promise<string[]> {
  const finished = (await play.stage.rows("SELECT date FROM runs WHERE state = 'finished'")).map((row) => row.date);
  const today = localDate(virtual.now, ZONE);
  const started: string[] = [];
  for (let date = localDate(START, ZONE); date <= today; date = addDays(date, 1)) {
    if (finished.includes(date)) continue;
    const run = await play.stage.merchant.startPayoutRun({ connectionId: QLIRO, date, trigger: "schedule" });
    if (run.ok) started.push(date);
  }
  return started;
}

async function night(play: Play): Promise<string> {
  await play.stage.jump(nextNight(virtual.now) - virtual.now);
  const settled = settleAtQliro(play);
  const started = await startDueRuns(play);
  say(play, `night: settle ${settled.ok ? "" : settled.error}, runs ${started.join()}`);
  await play.stage.advance(play.dice.int(0, 20) * 60_000);
  return "the night is over";
}

async function askAgain(play: Play): Promise<string> {
  const date = localDate(virtual.now, ZONE);
  const run = await play.stage.merchant.startPayoutRun({ connectionId: QLIRO, date, trigger: "manual" });
  return `a person starts the run of ${date}: ${run.ok ? run.value.state : run.problem.code}`;
}

export const payoutActions: Action[] = [
  { name: "night", weight: 3, run: night },
  { name: "ask again", weight: 1, run: askAgain },
];

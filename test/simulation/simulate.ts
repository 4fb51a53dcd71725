// Plays one seed from the first order to the quiet end, and says what does not hold then.
import { resetVirtual, virtual } from "../kit/virtual.ts";
import { type Body, insideObject, LifeIsOver, throughRuntime } from "./bodies.ts";
import { type Books, booksOf } from "./books.ts";
import { makeDice } from "./dice.ts";
import { erpActions } from "./erp-actions.ts";
import { brokenAtTheEnd } from "./invariants.ts";
import { paymentActions } from "./payment-actions.ts";
import { payoutActions, settleAtQliro, startDueRuns } from "./payouts.ts";
import { finishTasks, mendPaymentTypes, peopleActions, retryParked } from "./people-actions.ts";
import { type Action, type Play, say, truth } from "./play.ts";
import { ARTICLES, drawConditions, QLIRO, qliroCredentials, RARE } from "./setup.ts";
import { openStage } from "./stage.ts";
import { setCredentials, troubleActions } from "./trouble-actions.ts";
import type { Truth } from "./truth.ts";

/** How a seed ended. */
export interface Ending {
  play: Play;
  truth: Truth;
  books: Books;
  /** The same a day later, in which nobody did anything. */
  later: { truth: Truth; books: Books };
  /** Calls made before that day. */
  callsBefore: number;
}

export interface Verdict {
  seed: number;
  /** Sentences, one per thing that does not hold; empty when all is well. */
  broken: string[];
  trace: string[];
  /** Every call that changed something at a platform, in order. */
  calls: string[];
}

const ACTIONS: Action[] = [...paymentActions, ...erpActions, ...troubleActions, ...peopleActions, ...payoutActions];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** `way` is how the object is reached; what happens is the same but for deaths in the middle of a step. */
export function simulate(seed: number, way: "through runtime" | "inside object", name = ""): Promise<Verdict> {
  resetVirtual(seed);
  const open = way === "inside object" ? insideObject : throughRuntime;
  const logged = logOf(console);
  return open(`mer_SIM${seed}${name}`, (body) => playSeed(seed, body, logged.defects)).finally(logged.end);
}

/** What the object logs as a defect of its own; what a dead object stumbles over is none. */
function logOf(target: Pick<Console, "error">) {
  const defects: string[] = [];
  const { error } = target;
  target.error = (text: unknown) => {
    if (!String(text).includes(LifeIsOver.name)) defects.push(`a defect was logged: ${text}`);
  };
  const end = () => {
    target.error = error;
  };
  return { defects, end };
}

async function playSeed(seed: number, body: Body, defects: readonly string[]): Promise<Verdict> {
  const dice = makeDice(seed * 7919 + 17);
  const conditions = drawConditions(dice);
  const stage = await openStage(seed, conditions, body);
  stage.evicting = conditions.evicting;
  stage.travel = {
    order: conditions.travel.shuffled ? "shuffled" : "due",
    duplicate: conditions.travel.duplicate,
    lose: conditions.travel.lose,
  };
  const play: Play = {
    seed,
    stage,
    dice,
    stories: [],
    articles: [...ARTICLES],
    spoiltBatches: new Set(),
    revoked: new Set(),
    pushesLost: false,
    trace: [JSON.stringify(conditions)],
  };
  const broken = await act(play)
    .then(() => quieten(play))
    .then(() => end(play))
    .then(brokenAtTheEnd)
    .catch((defect: unknown) => [defect instanceof Error ? (defect.stack ?? defect.message) : "not an error"]);
  const calls = stage.calls.map(({ at, platform, name, answer }) => `${at} ${platform} ${name} ${answer}`);
  return { seed, broken: [...broken, ...defects], trace: play.trace, calls };
}

/** Things happen, in any order, and time passes between them, or does not. */
async function act(play: Play): Promise<void> {
  const { dice, stage } = play;
  const possible = ACTIONS.filter((action) => (action.trouble ?? 0) <= stage.conditions.trouble);
  const weights = possible.map((action) => action.weight * dice.pick([0.3, 1, 1, 3]));
  say(play, (await placeFirst(play)) ?? "");
  for (let step = dice.int(12, 36); step > 0; step -= 1) {
    const action = possible[dice.weighted(weights)];
    const happened = (await action?.run(play)) ?? null;
    if (happened !== null) {
      say(play, happened);
      await pass(play);
    }
  }
}

const placeFirst = async (play: Play) => (await paymentActions[0]?.run(play)) ?? null;

async function pass({ dice, stage }: Play): Promise<void> {
  const way = dice.weighted([25, 35, 15, 12, 8, 3]);
  if (way === 1) await stage.settle();
  if (way === 2) await stage.advance(dice.int(1, 60) * 1_000);
  if (way === 3) await stage.advance(dice.int(1, 40) * MINUTE);
  if (way === 4) await stage.jump(dice.int(1, 6) * HOUR);
  if (way === 5) await stage.jump(dice.int(6, 72) * HOUR);
}

/** Faults stop, everything is put right that people would put right, and time passes until nothing is under way. */
async function quieten(play: Play): Promise<void> {
  const { stage } = play;
  say(play, "— quiet —");
  for (const platform of ["qliro", "specter"] as const) {
    stage.network.faults(platform).length = 0;
    setCredentials(play, platform, true);
  }
  stage.control("specter", { do: "busy", times: 0 });
  stage.control("specter", { do: "articles", add: [RARE] });
  stage.travel = {};
  stage.doom = null;
  const sealedCredentials = await qliroCredentials(true);
  await stage.configure((config) => {
    for (const connection of config.connections) {
      connection.flows = { orders: true, invoices: true, refunds: true, payouts: true };
      connection.revision += 1;
      if (connection.id === QLIRO) connection.sealedCredentials = sealedCredentials;
    }
  });
  if (play.pushesLost) for (const story of play.stories) await stage.ring(story.orderId, story.reference);
  say(play, mendPaymentTypes(play));
  await stage.merchant.sweep();
  await days(play);
  for (let round = 0; round < 2; round += 1) {
    say(play, (await finishTasks(play)) ?? "no tasks");
    say(play, (await retryParked(play)) ?? "nothing parked");
    await days(play);
  }
  settleAtQliro(play);
  say(play, `runs ${(await startDueRuns(play)).join()}`);
  await stage.jump(MINUTE);
  await days(play);
}

async function days({ stage }: Play): Promise<void> {
  await stage.advance(2 * MINUTE);
  for (const ms of [HOUR, 13 * HOUR, 25 * HOUR]) await stage.jump(ms);
  await stage.merchant.sweep();
}

async function end(play: Play): Promise<Ending> {
  const { stage } = play;
  const first = { truth: truth(play), books: await booksOf(stage) };
  const callsBefore = stage.calls.length;
  say(play, "— a day without anybody —");
  virtual.now += 1;
  for (const ms of [HOUR, 6 * HOUR, 17 * HOUR, 2 * HOUR]) await stage.jump(ms);
  await stage.merchant.sweep();
  await startDueRuns(play);
  await stage.jump(HOUR);
  return { play, ...first, later: { truth: truth(play), books: await booksOf(stage) }, callsBefore };
}

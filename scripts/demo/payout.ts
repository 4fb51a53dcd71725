// The end of the story: Qliro pays out, 23:00 comes in Stockholm, the payout is booked, and a second run changes nothing.

import { instantOf, localDate } from "../../src/domain/schedule.ts";
import type { PayoutSummary, PayoutView, RunView } from "../../src/durable/views.ts";
import { Stop } from "../local/stop.mjs";
import { amountText, payoutTables } from "./show.ts";
import type { Telling } from "./story.ts";
import { untilSeen } from "./system.ts";

const TIMEZONE = "Europe/Stockholm";
const PAYOUT_TIME = "23:00";
/** The Cron Trigger that asks which payout runs are due, as wrangler.toml has it. */
const CRON = "*/15 * * * *";

interface Batch {
  batchId: string;
  date: string;
  currency: string;
  totalMinor: number;
}

/** Answers the payout's tables. */
export async function tellPayout(telling: Telling): Promise<string[]> {
  const { system, step, seen } = telling;
  step("Qliro settles what it owes, less 2.5 % fee");
  const { batches } = await system.control<{ batches: Batch[] }>("qliro", { do: "settle", fee: { percent: 2.5 } });
  const [batch] = batches;
  if (!batch) throw new Stop("The simulated Qliro had nothing to settle, although an order was captured.");
  const paid = amountText({ amountMinor: batch.totalMinor, currency: batch.currency });
  seen(`batch ${batch.batchId} of ${batch.date}: ${paid}`);

  await runTonight(telling);
  const booked = await untilBooked(telling, batch);
  seen(`payout ${booked.reference} is booked as voucher ${booked.voucher.number ?? "?"}; proof ${booked.proof.hash}`);
  const imports = await countImports(telling);

  step("Somebody starts the run once more");
  await runAgain(telling);
  const again = await readPayout(telling, booked.id);
  const after = await countImports(telling);
  if (again.proof.hash !== booked.proof.hash || after !== imports)
    throw new Stop(
      `The second run changed something: proof ${again.proof.hash}, ${after} imports instead of ${imports}.`,
    );
  seen(`nothing changed: the same proof, and still ${imports} payout import${imports === 1 ? "" : "s"} in Specter`);
  return payoutTables(again);
}

/** Lets 23:00 of today come; when today's run was made already, it is run by hand. */
async function runTonight(telling: Telling): Promise<void> {
  const { system, step, seen, now } = telling;
  const today = localDate(now(), TIMEZONE);
  if ((await runOf(telling, today))?.trigger === "schedule") {
    step(`The payout run of ${today} was made by an earlier demo, so it is started by hand`);
    await runAgain(telling);
    return;
  }
  const at = instantOf(today, PAYOUT_TIME, TIMEZONE);
  step(`It becomes ${PAYOUT_TIME} in Stockholm: the Cron Trigger fires as if it were ${new Date(at).toISOString()}`);
  await system.tick(CRON, at);
  const run = await untilSeen(
    `the payout run of ${today} does not end`,
    async () => ended(await runOf(telling, today)),
    async () => "",
  );
  tellRun(run, seen);
}

const runOf = async ({ system, path, qliro }: Telling, date: string): Promise<RunView | null> => {
  const { items } = await system.get<{ items: RunView[] }>(`${path}/payout-runs?limit=50`);
  return items.find((run) => run.date === date && run.connectionId === qliro) ?? null;
};

const ended = (run: RunView | null): RunView | null => (run && run.state !== "running" ? run : null);

function tellRun({ date, state, payouts, problem }: RunView, seen: (line: string) => void): void {
  if (state === "failed") throw new Stop(`The payout run of ${date} failed: ${problem?.title}. ${problem?.detail}`);
  seen(`the run of ${date} found ${payouts.found}, booked ${payouts.booked}, left ${payouts.open} open`);
}

async function runAgain({ system, path, qliro, seen }: Telling): Promise<void> {
  const { runId } = await system.send<{ runId: string }>("POST", `${path}/payout-runs`, { connectionId: qliro });
  const run = await untilSeen(
    "the payout run does not end",
    async () => ended(await system.get<RunView>(`${path}/payout-runs/${runId}`)),
    async () => "",
  );
  tellRun(run, seen);
}

const readPayout = ({ system, path }: Telling, id: string) => system.get<PayoutView>(`${path}/payouts/${id}`);

async function untilBooked(telling: Telling, batch: Batch): Promise<PayoutView> {
  const { system, path } = telling;
  const find = async (): Promise<PayoutView | null> => {
    const { items } = await system.get<{ items: PayoutSummary[] }>(`${path}/payouts?limit=200`);
    const found = items.find((payout) => payout.reference === batch.batchId);
    return found ? readPayout(telling, found.id) : null;
  };
  return untilSeen(
    `payout ${batch.batchId} is not booked`,
    async () => {
      const payout = await find();
      return payout?.state === "booked" ? payout : null;
    },
    async () => whyNot(await find()),
  );
}

function whyNot(payout: PayoutView | null): string {
  if (!payout) return "The router has not fetched it.";
  const reasons = payout.lines.filter((line) => line.state !== "matched").map((line) => `${line.type}: ${line.reason}`);
  return [`It is ${payout.state}.`, payout.problem?.title ?? "", ...reasons].filter(Boolean).join(" ");
}

async function countImports({ system }: Telling): Promise<number> {
  const { imports } = await system.control<{ imports: object[] }>("specter", { do: "show" });
  return imports.length;
}

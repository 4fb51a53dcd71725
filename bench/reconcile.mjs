// What reconciling a payout costs per line, at several sizes: the slope should be flat. Beside it, as the limit, a plain
// hash join of the same lines in memory. Sizes are arguments: `node bench/reconcile.mjs 10000 100000 1000000`.
import { readdirSync, readFileSync } from "node:fs";
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from "miniflare";
import { build, COMPATIBILITY_DATE, modulesOf } from "./runtime.mjs";

const FILL = 5_000;
const STAGES = ["match", "search", "plan", "judge", "book", "settle"];

const folder = build("bench/reconcile.ts", "bench/reconcile.toml").folder;
const sizes = process.argv.slice(2).map(Number);
if (sizes.length === 0) sizes.push(10_000, 30_000, 100_000);

/** Resident memory of our workerd processes, in megabytes. */
function memoryMb() {
  let most = 0;
  for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    try {
      const status = readFileSync(`/proc/${pid}/status`, "utf8");
      if (!/^Name:\s+workerd/m.test(status) || !new RegExp(`^PPid:\\s+${process.pid}$`, "m").test(status)) continue;
      most = Math.max(most, Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      // It ended meanwhile.
    }
  }
  return most;
}

async function measure(lines) {
  const worker = {
    name: "bench",
    modules: modulesOf(folder),
    modulesRoot: folder,
    compatibilityDate: COMPATIBILITY_DATE,
    durableObjects: { BENCH: { className: "Bench", useSQLite: true } },
    unsafeDirectSockets: [{}],
  };
  const miniflare = new Miniflare(convertV4MiniflareOptions({ log: new NoOpLog(), workers: [worker] }));
  const origin = await miniflare.unsafeGetDirectURL("bench");
  let peakMb = 0;
  const ask = async (path) => {
    const response = await fetch(new URL(path, origin));
    const text = await response.text();
    peakMb = Math.max(peakMb, memoryMb());
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text.slice(0, 300)}`);
    return JSON.parse(text);
  };
  const timed = async (work) => {
    const start = performance.now();
    await work();
    return performance.now() - start;
  };
  for (let from = 0; from < lines; from += FILL) await ask(`/fill?from=${from}&to=${Math.min(lines, from + FILL)}`);
  const baseMb = memoryMb();
  peakMb = baseMb;
  const stages = {};
  stages.fetch = await timed(async () => {
    for (let from = 0; from < lines; from += FILL)
      await ask(`/take?from=${from}&to=${Math.min(lines, from + FILL)}&of=${lines}`);
  });
  let now = await ask("/show");
  while (now.stage !== "idle") {
    const stage = STAGES.includes(now.stage) ? now.stage : "book";
    // Stages of booking alternate with the ERP's answers.
    const until = stage === "book" ? "" : stage;
    const ms = await timed(async () => {
      now = await ask(`/step?steps=${stage === "book" ? 2 : 10}&until=${until}`);
    });
    stages[stage] = (stages[stage] ?? 0) + ms;
  }
  if (now.state !== "booked") throw new Error(`${lines} lines end ${now.state}: ${now.code} ${now.detail}`);
  const mostMb = peakMb;
  const joinMs = await timed(() => ask(`/join?to=${lines}`));
  await miniflare.dispose();
  const totalMs = Object.values(stages).reduce((sum, ms) => sum + ms, 0);
  return { lines, stages, totalMs, joinMs, baseMb, peakMb: mostMb };
}

const results = [];
for (const lines of sizes) {
  const result = await measure(lines);
  results.push(result);
  const perLine = (ms) => `${((ms * 1000) / lines).toFixed(1)} µs`;
  const parts = Object.entries(result.stages).map(([stage, ms]) => `${stage} ${perLine(ms)}`);
  console.log(
    `${lines} lines: ${(result.totalMs / 1000).toFixed(1)} s, ${perLine(result.totalMs)} per line (${parts.join(", ")}); ` +
      `hash join in memory ${perLine(result.joinMs)} per line; ` +
      `workerd ${result.baseMb.toFixed(0)} MB before, ${result.peakMb.toFixed(0)} MB at most`,
  );
}
const [first, last] = [results.at(0), results.at(-1)];
if (first && last && first !== last) {
  const slope = last.totalMs / last.lines / (first.totalMs / first.lines);
  console.log(`Slope: a line among ${last.lines} costs ${slope.toFixed(2)} times a line among ${first.lines}.`);
  console.log(`Beside the hash join: ${(last.totalMs / last.joinMs).toFixed(0)} times its time.`);
}

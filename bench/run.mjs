// The measurements of `npm run bench`: each number stands beside a baseline of the same run, and its ratio is the result.
import { spawnSync } from "node:child_process";
import { measureAccept } from "./accept.mjs";
import { startWorld } from "./runtime.mjs";

const BUDGET = 0.8;

const sideText = ({ perSecond, p50Ms, p99Ms }) =>
  `${Math.round(perSecond)} per second (p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms)`;

const world = await startWorld();
try {
  console.log("Accept path, beside a bare object that inserts one row per request:");
  const kinds = {
    "a push that asks for no work": "NotDocumented",
    "a push that asks for work": "CustomerCheckoutStatus",
  };
  for (const [title, kind] of Object.entries(kinds)) {
    const { ours, bare, ratio } = await measureAccept(world, kind);
    console.log(`  ${title}: ratio ${ratio.toFixed(2)}, budget ${BUDGET}`);
    console.log(`    ours ${sideText(ours)}\n    bare ${sideText(bare)}`);
  }
} finally {
  await world.runtime.dispose();
}

console.log("Reconciliation, beside a hash join of the same lines in memory:");
const { status } = spawnSync(process.execPath, ["bench/reconcile.mjs", ...process.argv.slice(2)], { stdio: "inherit" });
process.exitCode = status ?? 1;

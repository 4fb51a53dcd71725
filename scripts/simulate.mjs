// Plays more seeds of the simulation than `npm test` does: `npm run simulate -- --seeds 500 [--from 1]`, or one of them
// again with everything that happened in it: `npm run simulate -- --seed 17 --trace`.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";

const options = {
  seeds: { type: "string" },
  from: { type: "string" },
  seed: { type: "string" },
  trace: { type: "boolean", default: false },
};

/** The options as whole numbers, or a sentence that says what is wrong. */
function read(args) {
  const { values } = parseArgs({ args, options });
  for (const name of ["seeds", "from", "seed"])
    if (values[name] !== undefined && !/^[1-9]\d{0,8}$/.test(values[name]))
      throw new Error(`--${name} takes a number.`);
  return values.seed === undefined
    ? { from: values.from ?? "1", seeds: values.seeds ?? "300", trace: values.trace }
    : { from: values.seed, seeds: "1", trace: values.trace };
}

let wanted;
try {
  wanted = read(process.argv.slice(2));
} catch (mistake) {
  console.error(`${mistake.message} Usage: npm run simulate -- --seeds N [--from K] | --seed X [--trace]`);
  process.exit(2);
}

const { status } = spawnSync(
  "node_modules/.bin/node",
  ["node_modules/vitest/vitest.mjs", "run", "test/simulation/on-demand.test.ts"],
  {
    stdio: "inherit",
    env: {
      ...process.env,
      VITE_SIMULATE_FROM: wanted.from,
      VITE_SIMULATE_SEEDS: wanted.seeds,
      ...(wanted.trace ? { VITE_SIMULATE_TRACE: "1" } : {}),
    },
  },
);
process.exit(status ?? 1);

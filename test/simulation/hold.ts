// One test per seed, named after it, so that a failing one says which to replay.
import { expect, it } from "vitest";
import { simulate } from "./simulate.ts";

const SEED_MS_MAX = 120_000;

/** What happened is shown only where it is asked for, or where there is one seed. */
export function holds(seed: number, way: Parameters<typeof simulate>[1], trace = false): void {
  it(`holds for seed ${seed}`, { timeout: SEED_MS_MAX }, async () => {
    const verdict = await simulate(seed, way);
    if (trace) console.log(verdict.trace.join("\n"));
    const replay = `npm run simulate -- --seed ${seed} --trace`;
    expect(verdict.broken, `seed ${seed}; replay it with ${replay}`).toEqual([]);
  });
}

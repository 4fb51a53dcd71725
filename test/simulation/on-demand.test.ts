import { describe } from "vitest";
import { z } from "zod";
import { holds } from "./hold.ts";

/** Set by scripts/simulate.mjs. */
const wanted = z
  .object({
    VITE_SIMULATE_FROM: z.coerce.number().int().default(1),
    VITE_SIMULATE_SEEDS: z.coerce.number().int().default(0),
    VITE_SIMULATE_TRACE: z.string().optional(),
  })
  .parse(import.meta.env);

describe.runIf(wanted.VITE_SIMULATE_SEEDS > 0)("the seeds asked for", () => {
  for (let index = 0; index < wanted.VITE_SIMULATE_SEEDS; index += 1)
    holds(wanted.VITE_SIMULATE_FROM + index, "inside object", wanted.VITE_SIMULATE_TRACE !== undefined);
});

import { describe } from "vitest";
import { holds } from "./hold.ts";
import { SEEDS } from "./seeds.ts";

describe("whatever happens to orders, lines and the object, and once everything is quiet", () => {
  for (const seed of SEEDS.filter((each) => each % 2 === 0)) holds(seed, "inside object");
});

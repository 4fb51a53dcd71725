import { describe, expect, it } from "vitest";
import { holds } from "./hold.ts";
import { simulate } from "./simulate.ts";

describe("with the runtime's own alarms, evictions and calls", () => {
  for (const seed of [1001, 1002, 1003]) holds(seed, "through runtime");
});

describe("a seed", () => {
  it("replays exactly", async () => {
    const [first, second] = [await simulate(1004, "inside object"), await simulate(1004, "inside object", "again")];
    expect(second.calls).toEqual(first.calls);
    expect(second.trace).toEqual(first.trace);
  });
});

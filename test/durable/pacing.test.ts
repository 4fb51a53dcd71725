import { expect, it } from "vitest";
import type { ConnectionId } from "../../src/domain/ids.ts";
import { Pacing } from "../../src/durable/pacing.ts";
import { createBucket } from "../../src/transport/bucket.ts";

const SLOW: ConnectionId = "con_slow";
const OTHER: ConnectionId = "con_other";

/** Two requests a second, and a clock to turn. */
function given() {
  const clock = { now: 10_000 };
  const bucket = createBucket({ requests: 2, perMs: 1_000, concurrent: 1 }, () => clock.now);
  const pacing = new Pacing(() => clock.now);
  const survey = () => pacing.survey(new Map([[SLOW, { bucket }]]));
  survey();
  return { clock, bucket, pacing, survey };
}

it("lets begin only what finds room for all its requests", () => {
  const { pacing } = given();
  expect(pacing.admit(SLOW, 2)).not.toBeNull();
  expect(pacing.admit(SLOW, 1)).toBeNull();
});

it("keeps the requests still to come of a step under way", () => {
  const { bucket, pacing, survey } = given();
  const place = pacing.admit(SLOW, 2);
  bucket.take();
  survey();
  expect(pacing.admit(SLOW, 1)).toBeNull();
  if (place) pacing.release(place);
  expect(pacing.admit(SLOW, 1)).not.toBeNull();
});

it("says when there is room again, and that only for what was held back", () => {
  const { clock, bucket, pacing, survey } = given();
  bucket.take();
  clock.now += 300;
  survey();
  expect(pacing.admit(SLOW, 2)).toBeNull();
  expect(pacing.held).toEqual([SLOW]);
  expect(pacing.soonest(SLOW, 0)).toBe(11_000);
  expect(pacing.soonest(OTHER, 5)).toBe(5);
  clock.now = 11_000;
  survey();
  expect(pacing.held).toEqual([]);
  expect(pacing.admit(SLOW, 2)).not.toBeNull();
});

it("lets a step that needs more than the window holds begin when the window is empty", () => {
  const { pacing } = given();
  expect(pacing.admit(SLOW, 5)).not.toBeNull();
});

it("never holds back what has no pace", () => {
  expect(given().pacing.admit(OTHER, 100)).not.toBeNull();
});

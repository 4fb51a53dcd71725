// The clock, the chance and the network that the objects under test live with. One world at a time.
import type { Outside } from "../../src/durable/merchant.ts";
import type { Ports } from "../../src/durable/ports.ts";

interface Virtual {
  now: number;
  random: () => number;
  fetch: (request: Request) => Promise<Response>;
  /** Stands in for what else the objects reach: the directory, the shared health of platforms. */
  outside: Partial<Outside>;
}

/** 2030-01-15 09:00 UTC: later than any real clock that runs these tests, so that no alarm rings by itself. */
export const START = Date.UTC(2030, 0, 15, 9);

const unplugged = async (): Promise<Response> => {
  throw new Error("no network in this test");
};

export const virtual: Virtual = { now: START, random: Math.random, fetch: unplugged, outside: {} };

export const virtualPorts: Ports = {
  now: () => virtual.now,
  random: () => virtual.random(),
  fetch: (request) => virtual.fetch(request),
};

/** mulberry32: small, fast, and the same everywhere for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Starts from the beginning with this seed. */
export function resetVirtual(seed: number): void {
  virtual.now = START;
  virtual.random = seededRandom(seed);
  virtual.fetch = unplugged;
  virtual.outside = {};
}

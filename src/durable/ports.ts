// Time, randomness and the network of the merchant object, handed in so that tests and simulations choose them.
import { network } from "../transport/network.ts";

export interface Ports {
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  fetch(request: Request): Promise<Response>;
  /** Lets so many milliseconds pass. Absent where time is virtual. */
  sleep?(ms: number): Promise<void>;
}

/** A number in [0, 1) of 48 random bits. */
function secureRandom(): number {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  return bytes.reduce((value, byte) => value * 256 + byte, 0) / 2 ** 48;
}

export const systemPorts: Ports = {
  now: () => Date.now(),
  random: secureRandom,
  fetch: network,
  sleep: (ms) => scheduler.wait(ms),
};

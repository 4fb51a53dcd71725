// Choices of a simulation, all from one seed.
import { seededRandom } from "../kit/virtual.ts";

export interface Dice {
  /** In [0, 1). */
  random(): number;
  chance(probability: number): boolean;
  /** A whole number from `least` to `most`, both included. */
  int(least: number, most: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** One of the list, or nothing when it is empty. */
  one<T>(list: readonly T[]): T | undefined;
  /** An index, the heavier ones more often; all weights are ≥ 0 and one is more. */
  weighted(weights: readonly number[]): number;
}

export function makeDice(seed: number): Dice {
  const random = seededRandom(seed);
  const dice: Dice = {
    random,
    chance: (probability) => random() < probability,
    int: (least, most) => least + Math.floor(random() * (most - least + 1)),
    pick: (list) => list[Math.floor(random() * list.length)] ?? list[0],
    one: (list) => list[Math.floor(random() * list.length)],
    weighted(weights) {
      let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
      const found = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      return Math.max(0, found);
    },
  };
  return dice;
}

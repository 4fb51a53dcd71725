// The seeds of every test run; more by `npm run simulate -- --seeds N`.

const COUNT = 200;

export const SEEDS: readonly number[] = Array.from({ length: COUNT }, (_, index) => index + 1);

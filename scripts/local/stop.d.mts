// Types of stop.mjs for the TypeScript beside it.

/** Thrown with a sentence that says what is wrong and what to do. */
export class Stop extends Error {}
export function runCommand(command: () => Promise<void>): Promise<void>;

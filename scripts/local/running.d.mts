// Types of running.mjs for the TypeScript beside it.

export interface Running {
  pid: number;
  /** Origins, e.g. `http://127.0.0.1:8787`. */
  router: string;
  sandbox: string;
}
export function readRunning(): Running | null;

// The note about what runs now, for `npm run demo` and for a second `npm start`.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { LOCAL, RUNNING } from "./places.mjs";
import { Stop } from "./stop.mjs";

/** @returns {{ pid: number, router: string, sandbox: string } | null} null when nothing runs */
export function readRunning() {
  if (!existsSync(RUNNING)) return null;
  try {
    const note = JSON.parse(readFileSync(RUNNING, "utf8"));
    // Signal 0 only asks whether the process is there.
    process.kill(note.pid, 0);
    return note;
  } catch {
    return null;
  }
}

/** As `readRunning`; throws a sentence when nothing runs. */
export function expectRunning() {
  const running = readRunning();
  if (running) return running;
  throw new Stop("Nothing runs yet: start the system with npm start in another terminal, then try again.");
}

export function noteRunning(origins) {
  mkdirSync(LOCAL, { recursive: true });
  writeFileSync(RUNNING, JSON.stringify({ pid: process.pid, ...origins }));
}

export const forgetRunning = () => rmSync(RUNNING, { force: true });

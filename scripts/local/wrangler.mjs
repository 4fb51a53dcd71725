// Runs wrangler: once for a command, or as a Worker that stays. What it says goes to a log and is shown on failure.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { logOf, NODE, ROOT, WRANGLER } from "./places.mjs";
import { Stop } from "./stop.mjs";

const READY_MS = 90_000;
const LOOK_MS = 200;
const STOP_MS = 5_000;

/** Without questions, reports or the colours that make a log hard to read. */
const QUIET = { CI: "true", WRANGLER_SEND_METRICS: "false", NO_COLOR: "1", FORCE_COLOR: "0" };

/** In a process group of its own: Ctrl-C reaches only us, and the group can be stopped as one. */
function launch(name, args) {
  const log = openSync(logOf(name), "w");
  const child = spawn(NODE, [WRANGLER, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...QUIET },
    stdio: ["ignore", log, log],
    detached: true,
  });
  closeSync(log);
  const ended = new Promise((resolve) => {
    child.once("error", () => resolve(127));
    child.once("exit", (code) => resolve(code ?? 1));
  });
  return { pid: child.pid, ended };
}

/** Runs one wrangler command to its end; throws `sentence` and what the log says when it fails. */
export async function runWrangler(name, args, sentence) {
  const code = await launch(name, args).ended;
  if (code !== 0) throw new Stop(`${sentence}\n${tellingLines(name)}`);
}

/** Starts a Worker under `wrangler dev`. */
export function startWorker(name, port, args) {
  const fixed = ["dev", "--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"];
  const { pid, ended } = launch(name, [...fixed, "--show-interactive-dev-session=false", ...args]);
  let running = true;
  const gone = ended.then(() => {
    running = false;
  });
  return { name, port, pid, gone, isRunning: () => running };
}

/** Waits until the Worker answers at `path`. */
export async function untilReady(worker, path) {
  const until = Date.now() + READY_MS;
  while (Date.now() < until) {
    if (!worker.isRunning()) throw new Stop(`The ${worker.name} did not start:\n${tellingLines(worker.name)}`);
    // wrangler waits for somebody to mend the source; whoever starts the system does not.
    if (readLog(worker.name).includes("Build failed"))
      throw new Stop(`The ${worker.name} cannot be built:\n${tellingLines(worker.name)}`);
    if (await answers(`http://127.0.0.1:${worker.port}${path}`)) return;
    await sleep(LOOK_MS);
  }
  throw new Stop(`The ${worker.name} did not answer within ${READY_MS / 1000} s:\n${tellingLines(worker.name)}`);
}

async function answers(url) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** Stops a Worker and everything it started. */
export async function stopWorker(worker) {
  signalGroup(worker.pid, "SIGTERM");
  await Promise.race([worker.gone, sleep(STOP_MS, undefined, { ref: false })]);
  // Even when wrangler itself is gone: a runtime it left behind would keep the port.
  signalGroup(worker.pid, "SIGKILL");
}

function signalGroup(pid, signal) {
  try {
    if (pid !== undefined) process.kill(-pid, signal);
  } catch {
    // Nobody is left in the group.
  }
}

const ESCAPE = String.fromCharCode(27);
const COLOURS = new RegExp(`${ESCAPE}\\[[0-9;]*m`, "g");
const readLog = (name) => readFileSync(logOf(name), "utf8").replace(COLOURS, "");

/** What is always there and says nothing: wrangler's banner, and its errors when there is no internet. */
const NOISE =
  /workers\.cloudflare\.com|Request\.cf|GetAddrInfoReqWrap|^\s+at |stack:|^\s*$|⛅|^─+$|^env\.|Logs were written/;

/** The part of a log that says what went wrong: its errors, or else its end. */
export function tellingLines(name) {
  const lines = readLog(name)
    .split("\n")
    .filter((line) => !NOISE.test(line));
  const first = lines.findIndex((line) => line.includes("ERROR"));
  const telling = first < 0 ? lines.slice(-3) : lines.slice(first, first + 5);
  return [...telling.map((line) => `  ${line.trim()}`), `  (all of it: ${relative(ROOT, logOf(name))})`].join("\n");
}

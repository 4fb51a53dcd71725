// Makes node_modules follow package-lock.json. It runs on Node 20, before anything is installed.
import { spawn } from "node:child_process";
import { createWriteStream, existsSync, mkdirSync, readFileSync, statSync, utimesSync } from "node:fs";
import { delimiter, join, relative } from "node:path";
import { LOCAL, logOf, NODE, ROOT } from "./places.mjs";
import { Stop } from "./stop.mjs";

const NODE_OLDEST = [20, 11];
const LOCKFILE = join(ROOT, "package-lock.json");
/** npm writes it at the end of an install. */
const INSTALLED = join(ROOT, "node_modules", ".package-lock.json");
/** Quiet, and done with a dead network in seconds instead of minutes. */
const NPM_CI = [
  "ci",
  "--no-audit",
  "--no-fund",
  "--loglevel=error",
  "--fetch-retries=2",
  "--fetch-retry-mintimeout=1000",
  "--fetch-retry-maxtimeout=5000",
];
const NETWORK = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT/;

/** Installs when something is missing or older than the lockfile; otherwise returns at once. */
export async function ensureInstalled() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < NODE_OLDEST[0] || (major === NODE_OLDEST[0] && minor < NODE_OLDEST[1]))
    throw new Stop(`Node ${process.versions.node} is too old: install Node ${NODE_OLDEST.join(".")} or newer.`);
  if (isInstalled()) return;
  console.log("Installing packages; the first time takes a minute ...");
  const log = logOf("install");
  mkdirSync(LOCAL, { recursive: true });
  const code = await npm(NPM_CI, log);
  if (code !== 0) throw new Stop(whyNot(readFileSync(log, "utf8"), log));
  // npm leaves an unchanged file alone; the next start shall not install again.
  const now = new Date();
  utimesSync(INSTALLED, now, now);
}

function isInstalled() {
  if (!existsSync(INSTALLED) || !existsSync(NODE)) return false;
  return statSync(INSTALLED).mtimeMs >= statSync(LOCKFILE).mtimeMs;
}

/** npm as the person has it, never run by the Node inside node_modules, which it is about to replace. */
function npm(args, log) {
  const own = join(ROOT, "node_modules");
  const path = (process.env.PATH ?? "").split(delimiter).filter((part) => !part.startsWith(own));
  const output = createWriteStream(log);
  return new Promise((resolve) => {
    const child = spawn("npm", args, {
      cwd: ROOT,
      env: { ...process.env, PATH: path.join(delimiter) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.pipe(output, { end: false });
    child.stderr.pipe(output, { end: false });
    child.once("error", () => output.end("npm was not found", () => resolve(127)));
    child.once("close", (code) => output.end(() => resolve(code ?? 1)));
  });
}

function whyNot(output, log) {
  if (NETWORK.test(output))
    return "The packages could not be fetched: no package registry answers. Connect to the network and try again.";
  const line = output.split("\n").find((each) => /^npm (error|ERR!) (?!code)/.test(each)) ?? "npm ci failed";
  return `The packages could not be installed: ${line.replace(/^npm (error|ERR!) /, "")} (all of it: ${relative(ROOT, log)}).`;
}

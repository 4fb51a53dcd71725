// `npm start`: the router and the simulated platforms on this machine, with a demo merchant that is live.
//
// Plain JavaScript, because it runs on Node 20 before anything is installed; the rest runs on the Node that comes with
// the packages.
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { ensureDevVars, platformBaseUrls } from "./local/dev-vars.mjs";
import { ensureInstalled } from "./local/install.mjs";
import { LOCAL, NODE, ROOT, ROUTER_STATE, SANDBOX_STATE } from "./local/places.mjs";
import { chosenPorts, expectFree } from "./local/ports.mjs";
import { forgetRunning, noteRunning, readRunning } from "./local/running.mjs";
import { runCommand, Stop } from "./local/stop.mjs";
import { runWrangler, startWorker, stopWorker, tellingLines, untilReady } from "./local/wrangler.mjs";

const SIMULATED = ["shopify", "qliro", "specter"];

/** Starts both Workers, makes sure of the demo merchant, and stays until Ctrl-C or until one of them ends. */
async function serve(ports, vars) {
  const origins = { router: `http://127.0.0.1:${ports.router}`, sandbox: `http://127.0.0.1:${ports.sandbox}` };
  const asked = askedToStop();
  console.log("Starting the router and the sandbox ...");
  const router = startWorker("router", ports.router, ["--persist-to", ROUTER_STATE, ...routerVars(origins, vars)]);
  const sandbox = startWorker("sandbox", ports.sandbox, ["-c", "sandbox/wrangler.toml", "--persist-to", SANDBOX_STATE]);
  try {
    if (await stopped(asked, Promise.all([untilReady(router, "/health"), untilReady(sandbox, "/")]))) return;
    noteRunning(origins);
    if (await stopped(asked, prepareMerchant())) return;
    console.log(whereToLook(origins, vars));
    const ended = await Promise.race([asked, ...[router, sandbox].map((worker) => worker.gone.then(() => worker))]);
    if (ended !== "stop")
      throw new Stop(`The ${ended.name} ended by itself, so everything was stopped:\n${tellingLines(ended.name)}`);
    console.log("\nStopping ...");
  } finally {
    await Promise.all([stopWorker(router), stopWorker(sandbox)]);
    forgetRunning();
  }
}

/** What follows from the ports, unless .dev.vars says otherwise. */
function routerVars(origins, vars) {
  const stands = Object.fromEntries(SIMULATED.map((id) => [id, `${origins.sandbox}/${id}`]));
  const urls = JSON.stringify({ ...stands, ...platformBaseUrls(vars) });
  const origin = vars.PUBLIC_ORIGIN || origins.router;
  return ["--var", `PUBLIC_ORIGIN:${origin}`, "--var", `PLATFORM_BASE_URLS:${urls}`];
}

/** Answers "stop" on the first Ctrl-C or polite kill. */
function askedToStop() {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => resolve("stop"));
  });
}

/** Waits for a step, or for the wish to stop; what becomes of the step then is nobody's business. */
async function stopped(asked, step) {
  step.catch(() => undefined);
  return (await Promise.race([step, asked])) === "stop";
}

/** In a process of its own, because it is TypeScript. It says itself what went wrong. */
function prepareMerchant() {
  console.log("Making sure of the demo merchant ...");
  return new Promise((resolve, reject) => {
    const child = spawn(NODE, ["scripts/prepare.mjs"], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve("ready");
      else reject(new Stop("The demo merchant could not be made ready, so nothing was started."));
    });
  });
}

const whereToLook = ({ router, sandbox }, vars) => `
Junipeer at the edge is running.

  Router     ${router}
  API        ${router}/docs   (OpenAPI: ${router}/openapi.json)
  Sandbox    ${sandbox}   (the simulated Shopify, Qliro and Specter)
  Token      ${vars.ADMIN_TOKEN}

Try next, in another terminal:
  npm run demo
  curl -H "Authorization: Bearer ${vars.ADMIN_TOKEN}" ${router}/api/v1/merchants

Data and logs are in .local; Ctrl-C stops both.`;

await runCommand(async () => {
  const ports = chosenPorts(process.argv.slice(2), process.env);
  const other = readRunning();
  if (other) throw new Stop(`npm start runs here already, at ${other.router} (process ${other.pid}): stop it first.`);
  await expectFree(ports);
  await ensureInstalled();
  mkdirSync(LOCAL, { recursive: true });
  const vars = ensureDevVars();
  console.log("Applying the migrations of the directory ...");
  await runWrangler(
    "migrations",
    ["d1", "migrations", "apply", "DB", "--local", "--persist-to", ROUTER_STATE],
    "The migrations could not be applied to the local database: mend the migration, or delete .local to begin anew.",
  );
  await serve(ports, vars);
});

// Which ports the two Workers listen on, and whether nobody else does.
import { createServer } from "node:net";
import { parseArgs } from "node:util";
import { Stop } from "./stop.mjs";

const ROUTER_PORT = 8787;
const SANDBOX_PORT = 8788;

/** The ports from `--port`, `--sandbox-port`, PORT and SANDBOX_PORT. */
export function chosenPorts(args, env) {
  const given = readArgs(args);
  return {
    router: portFrom(given.port ?? env.PORT, ROUTER_PORT, "PORT"),
    sandbox: portFrom(given["sandbox-port"] ?? env.SANDBOX_PORT, SANDBOX_PORT, "SANDBOX_PORT"),
  };
}

function readArgs(args) {
  try {
    return parseArgs({ args, options: { port: { type: "string" }, "sandbox-port": { type: "string" } } }).values;
  } catch {
    throw new Stop("npm start knows two options: npm start -- --port 8787 --sandbox-port 8788.");
  }
}

function portFrom(text, usual, name) {
  if (text === undefined || text === "") return usual;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new Stop(`${name} is ${text}, which is no port: give a number from 1 to 65535.`);
}

/** Throws a sentence when a port is taken. */
export async function expectFree(ports) {
  if (ports.router === ports.sandbox)
    throw new Stop(`The router and the sandbox cannot share port ${ports.router}: give each its own.`);
  await expectFreePort(ports.router, "router", "PORT");
  await expectFreePort(ports.sandbox, "sandbox", "SANDBOX_PORT");
}

async function expectFreePort(port, name, variable) {
  const code = await tryListening(port);
  if (code === null) return;
  if (code !== "EADDRINUSE") throw new Stop(`The ${name} may not listen on port ${port} (${code}): choose another.`);
  throw new Stop(
    `Port ${port} for the ${name} is taken: stop what runs there, or choose another: ${variable}=${port + 10} npm start`,
  );
}

function tryListening(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (cause) => resolve(cause.code ?? "unknown"));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(null)));
  });
}

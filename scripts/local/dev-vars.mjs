// The local secrets in .dev.vars: made when missing, kept when there, refused with a sentence when wrong.
import { randomBytes } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { DEV_VARS } from "./places.mjs";
import { Stop } from "./stop.mjs";

const HEADER = `# Local secrets and settings; git ignores this file, and npm start adds what is missing.
# PUBLIC_ORIGIN and PLATFORM_BASE_URLS follow from the ports; a line here counts more.
`;

/** What is made up when it is missing. */
const SECRETS = {
  ADMIN_TOKEN: () => `local-${randomBytes(18).toString("base64url")}`,
  MASTER_KEY: () => randomBytes(32).toString("base64"),
};

/**
 * The settings in .dev.vars, after adding the secrets that were missing.
 * @returns {Record<string, string>} name to value
 */
export function ensureDevVars() {
  if (!existsSync(DEV_VARS)) writeFileSync(DEV_VARS, HEADER, { mode: 0o600 });
  const text = readFileSync(DEV_VARS, "utf8");
  const missing = Object.entries(SECRETS).filter(([name]) => !(name in parse(text)));
  const lines = missing.map(([name, make]) => `${name}=${make()}\n`).join("");
  const separator = text === "" || text.endsWith("\n") ? "" : "\n";
  if (lines !== "") appendFileSync(DEV_VARS, separator + lines);
  const values = parse(text + separator + lines);
  check(values);
  return values;
}

function parse(text) {
  const values = {};
  for (const line of text.split("\n")) {
    const found = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (found) values[found[1]] = found[2].replace(/^(['"`])(.*)\1$/, "$2");
  }
  return values;
}

/** What the router would refuse, said before it starts. */
function check(values) {
  const wrong = (name, what) => new Stop(`${name} in .dev.vars ${what}: mend the line, or delete it and start again.`);
  if (values.ADMIN_TOKEN === "") throw wrong("ADMIN_TOKEN", "is empty");
  if (!/^[\x21-\x7e]+$/.test(values.ADMIN_TOKEN)) throw wrong("ADMIN_TOKEN", "has characters that no header can carry");
  const key = values.MASTER_KEY;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(key) || Buffer.from(key, "base64").length !== 32)
    throw wrong("MASTER_KEY", "is not the base64 of 32 bytes");
  platformBaseUrls(values);
}

/** The platforms' stand-ins that .dev.vars names. */
export function platformBaseUrls(values) {
  try {
    const urls = JSON.parse(values.PLATFORM_BASE_URLS ?? "{}");
    if (typeof urls === "object" && urls !== null && !Array.isArray(urls)) return urls;
  } catch {
    // Said below.
  }
  throw new Stop(
    `PLATFORM_BASE_URLS in .dev.vars is not a JSON object: write it like '{"qliro":"http://127.0.0.1:9001"}'.`,
  );
}

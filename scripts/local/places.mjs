// Where things are: the project, the tools it brings along, and the git-ignored folder of everything local.
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const inRoot = (...parts) => join(ROOT, ...parts);

/** The Node that wrangler and vitest want; it comes with the packages. */
export const NODE = inRoot("node_modules", ".bin", "node");
export const WRANGLER = inRoot("node_modules", "wrangler", "bin", "wrangler.js");

export const DEV_VARS = inRoot(".dev.vars");
export const LOCAL = inRoot(".local");
/** What runs now: origins and process ids. */
export const RUNNING = join(LOCAL, "running.json");
/** What is known of the demo merchant: its webhook URLs, which are shown only once. */
export const DEMO = join(LOCAL, "demo.json");
export const ROUTER_STATE = join(LOCAL, "router");
export const SANDBOX_STATE = join(LOCAL, "sandbox");

export const logOf = (name) => join(LOCAL, `${name}.log`);

// npm run verify-payout -- <file>: recomputes totals, balance and hash of a payout from its export (CSV or JSON) alone.
//
// The check itself is TypeScript, which the Node that this project brings along runs as it is.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const node = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
const check = fileURLToPath(new URL("./verify-payout.ts", import.meta.url));
const ran = spawnSync(node, ["--disable-warning=ExperimentalWarning", check, ...process.argv.slice(2)], {
  stdio: "inherit",
});
process.exit(ran.status ?? 1);

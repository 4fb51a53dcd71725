// Installs what is missing; `npm test` and `npm run check` begin with it.
import { ensureInstalled } from "./local/install.mjs";
import { runCommand } from "./local/stop.mjs";

await runCommand(ensureInstalled);

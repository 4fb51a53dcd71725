// Opens the running system for the demo, and keeps what is known of the demo merchant between starts.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { ensureMerchant } from "../demo/merchant.ts";
import { openSystem } from "../demo/system.ts";
import { ensureDevVars } from "./dev-vars.mjs";
import { DEMO } from "./places.mjs";
import { expectRunning } from "./running.mjs";

/** The running system with its demo merchant, which is mended where somebody took something away. */
export async function openDemo(say) {
  const running = expectRunning();
  const vars = ensureDevVars();
  const system = openSystem(running, vars.ADMIN_TOKEN);
  const publicOrigin = (vars.PUBLIC_ORIGIN || running.router).replace(/\/$/, "");
  const known = readNotes();
  const { merchant, remembered } = await ensureMerchant({ system, publicOrigin, known, withShop: true, say });
  writeFileSync(DEMO, JSON.stringify(remembered), { mode: 0o600 });
  return { system, merchant };
}

function readNotes() {
  const empty = { hooks: {} };
  if (!existsSync(DEMO)) return empty;
  try {
    return { ...empty, ...JSON.parse(readFileSync(DEMO, "utf8")) };
  } catch {
    return empty;
  }
}

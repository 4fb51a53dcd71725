// Generates the types of the bindings from wrangler.toml alone, so that they are the same with and without .dev.vars.
import { mkdirSync } from "node:fs";
import { devNull } from "node:os";
import { LOCAL } from "./local/places.mjs";
import { runCommand } from "./local/stop.mjs";
import { runWrangler } from "./local/wrangler.mjs";

await runCommand(async () => {
  mkdirSync(LOCAL, { recursive: true });
  const args = ["types", "--include-runtime=false", "--env-file", devNull];
  await runWrangler("types", args, "The types of the bindings could not be generated:");
});

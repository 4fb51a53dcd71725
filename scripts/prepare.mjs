// Makes sure of the demo merchant; `npm start` runs it once both Workers answer.
import { openDemo } from "./local/demo-notes.mjs";
import { runCommand } from "./local/stop.mjs";

await runCommand(async () => {
  await openDemo((line) => console.log(`  ${line}`));
});

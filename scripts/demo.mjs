// `npm run demo`: the story from the checkout to the booked payout, against what `npm start` runs.
import { expectRunning } from "./local/running.mjs";
import { runCommand } from "./local/stop.mjs";

await runCommand(async () => {
  expectRunning();
  // Loaded only now: TypeScript needs the Node that `npm start` installs.
  const { openDemo } = await import("./local/demo-notes.mjs");
  const { tellStory } = await import("./demo/story.ts");
  const say = (line) => console.log(line);
  const { system, merchant } = await openDemo((line) => say(`(${line})`));
  await tellStory(system, merchant, say, Date.now);
});

// `npm run demo`: the story from the checkout to the booked payout, against what `npm start` runs.
import { tellStory } from "./demo/story.ts";
import { openDemo } from "./local/demo-notes.mjs";
import { runCommand } from "./local/stop.mjs";

await runCommand(async () => {
  const say = (line) => console.log(line);
  const { system, merchant } = await openDemo((line) => say(`(${line})`));
  await tellStory(system, merchant, say, Date.now);
});

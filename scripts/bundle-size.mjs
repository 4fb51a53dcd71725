// Measures what `wrangler deploy --dry-run --outdir` wrote, gzipped, and fails when it is over the budget.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { runCommand, Stop } from "./local/stop.mjs";

/** The Worker must stay this small (bytes). */
const BUNDLE_BYTES_MAX = 600_000;

/** Written beside the Worker for people, and not uploaded. */
const ASIDE = /\.map$|^README\.md$/;

await runCommand(async () => {
  const [folder = ""] = process.argv.slice(2);
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !ASIDE.test(entry.name));
  if (files.length === 0) throw new Stop(`There is no bundle in ${folder}.`);
  const bytes = gzipSync(Buffer.concat(files.map((file) => readFileSync(join(file.parentPath, file.name))))).length;
  const share = Math.round((100 * bytes) / BUNDLE_BYTES_MAX);
  console.log(`Bundle: ${kilobytes(bytes)} gzipped, ${share} % of ${kilobytes(BUNDLE_BYTES_MAX)}`);
  if (bytes > BUNDLE_BYTES_MAX)
    throw new Stop("The bundle is over its budget: leave something out of src, or load less.");
});

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

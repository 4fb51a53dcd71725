// The check of scripts/verify-payout.mjs: reads an export record by record, so that a file of any size fits.
import { factsOfCsv } from "../src/domain/payout-csv.ts";
import { type PayoutRecord, verifyRecords } from "../src/domain/payout-record.ts";

// Run by Node alone; the project's types are those of the Worker's runtime.
interface NodeProcess {
  argv: string[];
  exitCode: number;
}
const { createReadStream } = (await import("node:fs" as string)) as {
  createReadStream(path: string, encoding: string): AsyncIterable<string>;
};
const { process } = globalThis as unknown as { process: NodeProcess };

async function* linesOf(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  yield rest;
}

/** Records of the JSON export: one per line between the brackets. */
async function* factsOfJson(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of linesOf(pieces)) {
    const text = line.trim().replace(/,$/, "");
    if (text.startsWith("{")) yield text;
  }
}

async function* recordsOf(path: string): AsyncGenerator<PayoutRecord> {
  const pieces = createReadStream(path, "utf8");
  // What does not have the shape of a record makes the check fail, which is its purpose.
  for await (const text of path.endsWith(".csv") ? factsOfCsv(pieces) : factsOfJson(pieces))
    yield JSON.parse(text) as PayoutRecord;
}

const [, , path] = process.argv;
if (path === undefined) {
  console.error("npm run verify-payout -- <file.csv|file.json>");
  process.exitCode = 2;
} else {
  const { lines, vouchers, proof, faults } = await verifyRecords(recordsOf(path));
  console.log(`${lines} lines, ${vouchers} vouchers`);
  console.log(`lines total ${proof.linesTotalMinor}, matched ${proof.matchedTotalMinor}, open ${proof.openTotalMinor}`);
  console.log(`balanced ${proof.balanced ? "yes" : "no"}`);
  console.log(`hash ${proof.hash}`);
  for (const fault of faults) console.log(`WRONG: ${fault}`);
  console.log(faults.length === 0 ? "The export proves what it says." : "The export does not hold.");
  process.exitCode = faults.length === 0 ? 0 : 1;
}

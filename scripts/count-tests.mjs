// Prints the closing line of .ci/run, from the report that vitest wrote: `N passed, N failed`.
import { existsSync, readFileSync } from "node:fs";

const [file = ""] = process.argv.slice(2);
if (!existsSync(file)) {
  console.log("The tests did not run; what stopped them counts as one failure.");
  console.log("0 passed, 1 failed");
  process.exitCode = 1;
} else {
  const report = JSON.parse(readFileSync(file, "utf8"));
  // A file that cannot even be loaded has no tests to count.
  const unloaded = report.testResults.filter((each) => each.status === "failed" && each.assertionResults.length === 0);
  const failed = report.numFailedTests + unloaded.length;
  const left = report.numPendingTests + report.numTodoTests;
  if (left > 0) console.log(`${left} skipped`);
  console.log(`${report.numPassedTests} passed, ${failed} failed`);
  if (failed > 0 || !report.success) process.exitCode = 1;
}

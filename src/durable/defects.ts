// The log of defects in the object: where one happened, without its message, because messages of the database quote
// what was to be stored and messages of parsers quote what was read.

/** Prints the kind of a defect and its place in the code. `during` says what was being done. */
export function logDefect(during: string, defect: unknown): void {
  const frames = defect instanceof Error ? (defect.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line)) : [];
  const at = frames.slice(0, 8).map((line) => line.trim());
  console.error(
    JSON.stringify({ level: "error", during, name: defect instanceof Error ? defect.name : "not an error", at }),
  );
}

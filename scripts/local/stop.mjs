// What ends a command early: one sentence for the person who typed it, and exit code 1.

/** Thrown with a sentence that says what is wrong and what to do. */
export class Stop extends Error {
  name = "Stop";
}

/**
 * Runs a command. A `Stop` is printed as its sentence; anything else is a defect and keeps its stack.
 * @param {() => Promise<void>} command
 */
export async function runCommand(command) {
  try {
    await command();
  } catch (cause) {
    console.error(cause instanceof Stop ? `\n${cause.message}` : cause);
    process.exitCode = 1;
  }
}

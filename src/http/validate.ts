// Holds a request against its schemas and names every field that is not right.
import type { z } from "zod";
import type { FieldError } from "./problem.ts";

/** Every issue as a field error; unknown keys become one error each. `prefix` goes before the path. */
export function fieldErrors(error: z.ZodError, prefix: readonly string[] = []): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path.map(String)];
    if (issue.code !== "unrecognized_keys") return [{ path: path.join("."), message: issue.message }];
    return issue.keys.map((key) => ({ path: [...path, key].join("."), message: "there is no such field" }));
  });
}

/** A JSON text as a value; an empty body counts as `{}`, so that a call without arguments needs none. */
export function parseBody(text: string): { ok: true; value: unknown } | { ok: false } {
  if (text.trim() === "") return { ok: true, value: {} };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false };
  }
}

/** The fields of a JSON object; of anything else, none. */
export const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};

/** One error per path: the first message stands, so that a field that fails twice is named once. */
export function distinct(errors: readonly FieldError[]): FieldError[] {
  const seen = new Set<string>();
  return errors.filter(({ path }) => !seen.has(path) && seen.add(path));
}

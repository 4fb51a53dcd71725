// What stands in the place of a masked value, and how spans of a text are replaced by it.

export const MASK = "***";

/** Start (inclusive) and end (exclusive) of something to mask. */
export type Span = readonly [number, number];

/** Replaces every span by the mask; spans may overlap and come in any order. */
export function maskSpans(text: string, spans: readonly Span[]): string {
  const ordered = [...spans].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  let masked = "";
  let at = 0;
  for (const [start, end] of ordered) {
    if (start >= at) masked += text.slice(at, start) + MASK;
    at = Math.max(at, end);
  }
  return masked + text.slice(at);
}

// Prints rows as a table for a terminal: a heading, a line, and columns as wide as their widest text.

export interface Column {
  title: string;
  /** Numbers stand right. */
  right?: boolean;
}

/** The lines of a table; columns without any text are left out. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string[] {
  const shown = columns.map((column, at) => ({ ...column, at })).filter(({ at }) => rows.some((row) => row[at]));
  const widthOf = (at: number, title: string) => Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0));
  const widths = shown.map(({ at, title }) => widthOf(at, title));
  const line = (texts: readonly string[]): string =>
    texts
      .map((text, place) => (shown[place]?.right ? text.padStart(widths[place] ?? 0) : text.padEnd(widths[place] ?? 0)))
      .join("  ")
      .trimEnd();
  return [
    line(shown.map(({ title }) => title)),
    widths.map((width) => "─".repeat(width)).join("  "),
    ...rows.map((row) => line(shown.map(({ at }) => row[at] ?? ""))),
  ];
}

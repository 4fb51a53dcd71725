// Every file of src/ as text, with its imports, and as code without comments and texts, so that rules can be held against it.
/// <reference types="vite/types/importMeta.d.ts" />

const texts: Record<string, string> = import.meta.glob("/src/**/*.{ts,tsx}", {
  query: "?raw",
  import: "default",
  eager: true,
});

export interface Import {
  /** As written: a package, or a relative path. */
  specifier: string;
  /** Path from the root of the repository where it is relative, otherwise null. */
  path: string | null;
  /** Only types come over it: nothing is left of it at run time. */
  typeOnly: boolean;
}

export interface Source {
  /** From the root of the repository, e.g. `src/domain/money.ts`. */
  path: string;
  text: string;
  /** Without comments, and with empty texts and patterns. */
  code: string;
  lines: number;
  imports: Import[];
}

const STATEMENT = /^(?:import|export)\s+(type\s+)?(?:([^"';]*?)\s*from\s*)?"([^"]+)";/gm;
const DYNAMIC = /(\btype\b[^=;]*=\s*|:\s*)?\bimport\(\s*"([^"]+)"\s*\)/g;

/** Static, re-exporting and dynamic imports of a file. */
export function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  for (const [, type, names = "", specifier = ""] of text.matchAll(STATEMENT))
    found.push(imported(path, specifier, type !== undefined || onlyTypes(names)));
  for (const [, asType, specifier = ""] of text.matchAll(DYNAMIC))
    found.push(imported(path, specifier, asType !== undefined));
  return found;
}

function onlyTypes(names: string): boolean {
  const listed = /^\{([\s\S]*)\}$/.exec(names.trim())?.[1];
  if (listed === undefined) return false;
  const each = listed
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  return each.length > 0 && each.every((name) => name.startsWith("type "));
}

function imported(path: string, specifier: string, typeOnly: boolean): Import {
  if (!specifier.startsWith(".")) return { specifier, path: null, typeOnly };
  return { specifier, path: new URL(specifier, `file:///${path}`).pathname.slice(1), typeOnly };
}

/** A slash after one of these starts a pattern; after anything else it divides. */
const BEFORE_PATTERN = /(?:[=(,:;!&|?{}[\n>+]|\breturn|^)\s*$/;

/** The code alone: comments become spaces, texts `""` and patterns `//`, so that their words mislead nobody. */
export function codeOf(text: string): string {
  let code = "";
  let at = 0;
  /** Depth of braces inside each open `${`. */
  const holes: number[] = [];
  const skipTo = (end: RegExp): string => {
    end.lastIndex = at;
    const match = end.exec(text);
    at = match ? match.index + match[0].length : text.length;
    return match?.[0] ?? "";
  };
  while (at < text.length) {
    const character = text.charAt(at);
    const two = text.slice(at, at + 2);
    const depth = holes.at(-1);
    if (two === "//") {
      skipTo(/(?=\n)/g);
    } else if (two === "/*") {
      skipTo(/\*\//g);
    } else if (character === '"' || character === "'") {
      at += 1;
      skipTo(character === '"' ? /(?<!\\)(?:\\\\)*"|(?=\n)/g : /(?<!\\)(?:\\\\)*'|(?=\n)/g);
      code += '""';
    } else if (character === "`" || (character === "}" && depth === 0)) {
      if (character === "}") holes.pop();
      code += character === "}" ? ")" : "";
      at += 1;
      const end = skipTo(/(?<!\\)(?:\\\\)*(?:`|\$\{)/g);
      if (end.endsWith("{")) holes.push(0);
      code += end.endsWith("{") ? "(" : '""';
    } else if (character === "/" && text.charAt(at + 1) !== ">" && BEFORE_PATTERN.test(code.slice(-40))) {
      at += 1;
      skipTo(/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\[])*\//y);
      code += "//";
    } else {
      if (depth !== undefined && character === "{") holes[holes.length - 1] = depth + 1;
      if (depth !== undefined && character === "}") holes[holes.length - 1] = depth - 1;
      code += character;
      at += 1;
    }
  }
  return code;
}

/** Every file of src/, by path. */
export const sources: readonly Source[] = Object.entries(texts)
  .map(([key, text]) => {
    const path = key.slice(1);
    return { path, text, code: codeOf(text), lines: text.trimEnd().split("\n").length, imports: importsOf(path, text) };
  })
  .sort((a, b) => (a.path < b.path ? -1 : 1));

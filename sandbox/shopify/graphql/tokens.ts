// The words of a GraphQL text, each with its place (GraphQL specification, October 2021, section 2.1).

export interface Place {
  line: number;
  column: number;
}

export type TokenKind = "punctuator" | "name" | "int" | "float" | "string" | "end";

export interface Token {
  kind: TokenKind;
  /** As written; for a string its value. */
  text: string;
  at: Place;
}

/** Thrown while a text is read and caught where reading began: never seen outside this folder. */
export class Unreadable extends Error {
  readonly at: Place;

  constructor(message: string, at: Place) {
    super(message);
    this.at = at;
  }
}

const WORD =
  /(?<blank>[\s,\uFEFF]+|#[^\n\r]*)|(?<punctuator>\.\.\.|[!$&():=@[\]{|}])|(?<name>[_A-Za-z][_0-9A-Za-z]*)|(?<float>-?(?:0|[1-9]\d*)(?:\.\d+(?:[eE][+-]?\d+)?|[eE][+-]?\d+))|(?<int>-?(?:0|[1-9]\d*))|(?<block>"""(?:\\"""|[^"]|"(?!""))*""")|(?<string>"(?:\\.|[^"\\\n\r])*")/y;

/** Splits a text into words; the last one is the end. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(WORD);
  let line = 1;
  let lineStart = 0;
  let offset = 0;
  while (offset < text.length) {
    const at = { line, column: offset - lineStart + 1 };
    pattern.lastIndex = offset;
    const found = pattern.exec(text);
    if (!found) throw new Unreadable(`unexpected ${JSON.stringify(text[offset])}`, at);
    const token = tokenOf(found, at);
    if (token) tokens.push(token);
    for (let index = offset; index < pattern.lastIndex; index += 1) {
      if (text[index] !== "\n") continue;
      line += 1;
      lineStart = index + 1;
    }
    offset = pattern.lastIndex;
  }
  tokens.push({ kind: "end", text: "", at: { line, column: offset - lineStart + 1 } });
  return tokens;
}

function tokenOf(found: RegExpExecArray, at: Place): Token | null {
  const groups = found.groups ?? {};
  if (groups.blank !== undefined) return null;
  if (groups.block !== undefined) return { kind: "string", text: blockText(groups.block), at };
  if (groups.string !== undefined) return { kind: "string", text: stringText(groups.string, at), at };
  for (const kind of ["punctuator", "name", "float", "int"] as const) {
    const text = groups[kind];
    if (text !== undefined) return { kind, text, at };
  }
  return null;
}

/** GraphQL's escapes are JSON's. */
function stringText(quoted: string, at: Place): string {
  try {
    return String(JSON.parse(quoted.replaceAll("\t", "\\t")));
  } catch {
    throw new Unreadable("bad escape in a string", at);
  }
}

/** A block string without its common indentation and without blank first and last lines. */
function blockText(quoted: string): string {
  const lines = quoted
    .slice(3, -3)
    .replaceAll('\\"""', '"""')
    .split(/\r\n|\n|\r/);
  const indents = lines.slice(1).flatMap((line) => (line.trim() === "" ? [] : [line.length - line.trimStart().length]));
  const common = indents.length === 0 ? 0 : Math.min(...indents);
  const cut = lines.map((line, index) => (index === 0 ? line : line.slice(common)));
  while (cut[0]?.trim() === "") cut.shift();
  while (cut.at(-1)?.trim() === "") cut.pop();
  return cut.join("\n");
}

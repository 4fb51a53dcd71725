// Masks personal data in JSON by field name. Works token by token, so that broken and cut-off JSON is masked too.
import { isHarmlessKey, isPersonalKey, isPersonKey } from "./keys.ts";
import { MASK } from "./mask.ts";

interface Frame {
  kind: "object" | "list";
  /** The name of the value read next; in a list, the list's own name. */
  key: string;
  /** Everything in here describes a person. */
  person: boolean;
  /** A sibling `"name": "<personal field>"` was read: the `value` beside it is personal. */
  pairPersonal: boolean;
}

const PAIR_NAMES = new Set(["name", "key", "label", "fieldname"]);

/** Masks by field name; `nested` is applied to string values that hold a document of their own. */
export function maskJson(text: string, nested: (text: string) => string | null): string {
  const frames: Frame[] = [{ kind: "list", key: "", person: false, pairPersonal: false }];
  let masked = "";
  let at = 0;
  while (at < text.length) {
    const token = tokenAt(text, at);
    const frame = frames.at(-1) ?? { kind: "list", key: "", person: false, pairPersonal: false };
    masked += emitted(token, frame, frames, text.slice(at + token.length), nested);
    at += token.length;
  }
  return masked;
}

/** The token at a place: a run of white space, a string with its quotes, one mark, or a bare word or number. */
function tokenAt(text: string, at: number): string {
  const first = text.charAt(at);
  if (first === '"') return stringAt(text, at);
  if ("{}[],:".includes(first)) return first;
  let end = at + 1;
  const blank = isBlank(first);
  while (end < text.length && isBlank(text.charAt(end)) === blank && !'"{}[],:'.includes(text.charAt(end))) end += 1;
  return text.slice(at, end);
}

const isBlank = (character: string): boolean => character.trim() === "";

function stringAt(text: string, at: number): string {
  let end = at + 1;
  while (end < text.length && text.charAt(end) !== '"') end += text.charAt(end) === "\\" ? 2 : 1;
  return text.slice(at, end + 1);
}

function emitted(
  token: string,
  frame: Frame,
  frames: Frame[],
  rest: string,
  nested: (text: string) => string | null,
): string {
  switch (token.charAt(0)) {
    case "{":
    case "[":
      frames.push({
        kind: token === "{" ? "object" : "list",
        key: token === "{" ? "" : frame.key,
        person: frame.person || isPersonKey(frame.key),
        pairPersonal: false,
      });
      return token;
    case "}":
    case "]":
      if (frames.length > 1) frames.pop();
      return token;
    case ",":
      if (frame.kind === "object") frame.key = "";
      return token;
    case ":":
      return token;
    default:
      if (isBlank(token)) return token;
      return token.startsWith('"') && frame.kind === "object" && isKey(frame, rest)
        ? keyRead(token, frame)
        : valueMasked(token, frame, nested);
  }
}

const isKey = (frame: Frame, rest: string): boolean => frame.key === "" && /^\s*(:|$)/.test(rest.slice(0, 64));

function keyRead(token: string, frame: Frame): string {
  // An empty name must not look like "no name read yet".
  frame.key = unquoted(token) || '""';
  return token;
}

function valueMasked(token: string, frame: Frame, nested: (text: string) => string | null): string {
  if (token === "true" || token === "false" || token === "null") return token;
  const name = frame.key.toLowerCase();
  const personal =
    isPersonalKey(frame.key) ||
    (frame.person && !isHarmlessKey(frame.key)) ||
    (frame.pairPersonal && name.includes("value"));
  // A masked number becomes a string, so that whole JSON stays JSON.
  if (personal || (!token.startsWith('"') && token.includes(MASK))) return `"${MASK}"`;
  if (!token.startsWith('"')) return token;
  const content = unquoted(token);
  if (PAIR_NAMES.has(name) && isPersonalKey(content)) frame.pairPersonal = true;
  const inner = nested(content);
  return inner === null ? token : JSON.stringify(inner);
}

/** The text of a string token, also when it was cut off (inside an escape, at worst). */
function unquoted(token: string): string {
  for (const candidate of [token, `${token}"`, `${token.replace(/\\[^\\]{0,5}$/, "")}"`]) {
    try {
      const value: unknown = JSON.parse(candidate);
      if (typeof value === "string") return value;
    } catch {
      // Not a whole JSON string: the next candidate, or the text as it stands.
    }
  }
  return token.slice(1).replace(/"$/, "");
}

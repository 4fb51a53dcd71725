// Reads a text as the encodings of the web would, remembering where in the text each decoded byte came from.
//
// Everything here is a "byte string": one character per UTF-8 byte, so that one search serves every alphabet.
import type { Span } from "./mask.ts";

/** A decoded reading; byte `i` came from `[starts[i], ends[i])` of the text. */
export interface View {
  bytes: string;
  span(from: number, to: number): Span;
}

/** What a decoder found at one place: the bytes, and how many characters of the text they took. */
type Decoded = { bytes: string; length: number } | null;

interface Encoding {
  /** The character that every escape of this encoding begins with. */
  mark: string;
  decode(text: string, at: number): Decoded;
}

const encoder = new TextEncoder();

export function toByteString(text: string): string {
  return fromBytes(encoder.encode(text));
}

/** Bytes as a byte string. */
export function fromBytes(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

/** A byte string as text; bytes that are not UTF-8 become the replacement character. */
export const toText = (byteString: string): string =>
  new TextDecoder().decode(Uint8Array.from(byteString, (character) => character.charCodeAt(0)));

/** How many encodings deep we look: JSON inside JSON, a form value inside XML, twice percent-encoded. */
const DEPTH_MAX = 2;

/** The readings of a byte string: as it stands, and through up to two encodings whose marks occur in it. */
export function viewsOf(text: string): View[] {
  const views: View[] = [{ bytes: text, span: (from, to) => [from, to] }];
  let outer = views;
  for (let depth = 0; depth < DEPTH_MAX; depth += 1) {
    outer = outer.flatMap((view) => DECODERS.filter(({ mark }) => view.bytes.includes(mark)).map((d) => read(view, d)));
    views.push(...outer);
  }
  return views;
}

function read(outer: View, { mark, decode }: Encoding): View {
  const text = outer.bytes;
  const pieces: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let at = 0;
  while (at < text.length) {
    const decoded = (text.charAt(at) === mark ? decode(text, at) : null) ?? { bytes: text.charAt(at), length: 1 };
    for (let n = 0; n < decoded.bytes.length; n += 1) {
      starts.push(at);
      ends.push(at + decoded.length);
    }
    pieces.push(decoded.bytes);
    at += decoded.length;
  }
  return {
    bytes: pieces.join(""),
    span: (from, to) => outer.span(starts[from] ?? 0, ends[to - 1] ?? text.length),
  };
}

/** `%C3%A4`. */
function percent(text: string, at: number): Decoded {
  const hex = text.slice(at + 1, at + 3);
  return /^[0-9a-f]{2}$/i.test(hex) ? { bytes: String.fromCharCode(Number.parseInt(hex, 16)), length: 3 } : null;
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** JSON escapes; a pair of surrogates is one character. */
function jsonEscape(text: string, at: number): Decoded {
  const short = SHORT_ESCAPES[text.charAt(at + 1)];
  if (short !== undefined) return { bytes: short, length: 2 };
  const unit = unicodeEscape(text, at);
  if (unit === null) return null;
  const low = unit >= 0xd800 && unit < 0xdc00 ? unicodeEscape(text, at + 6) : null;
  if (low === null) return { bytes: toByteString(String.fromCharCode(unit)), length: 6 };
  return { bytes: toByteString(String.fromCharCode(unit, low)), length: 12 };
}

function unicodeEscape(text: string, at: number): number | null {
  const match = /^\\u([0-9a-f]{4})$/i.exec(text.slice(at, at + 6));
  return match === null ? null : Number.parseInt(match[1] ?? "", 16);
}

const NAMED_ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** XML entities: the five named ones and numbers in both bases. */
function entity(text: string, at: number): Decoded {
  const match = /^&(?:#(\d{1,10})|#[xX]([0-9a-fA-F]{1,8})|(amp|lt|gt|quot|apos));/.exec(text.slice(at, at + 16));
  if (match === null) return null;
  const [whole, decimal, hex, name] = match;
  if (name !== undefined) return { bytes: NAMED_ENTITIES[name] ?? "", length: whole.length };
  const code = decimal === undefined ? Number.parseInt(hex ?? "0", 16) : Number(decimal);
  return code > 0x10ffff ? null : { bytes: toByteString(String.fromCodePoint(code)), length: whole.length };
}

/** Percent-encoding and forms differ in what a plus sign means, so each has its own reading. */
const DECODERS: readonly Encoding[] = [
  { mark: "%", decode: percent },
  { mark: "+", decode: () => ({ bytes: " ", length: 1 }) },
  { mark: "\\", decode: jsonEscape },
  { mark: "&", decode: entity },
];

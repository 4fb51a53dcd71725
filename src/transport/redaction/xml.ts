// Masks personal data in XML by element and attribute name. Tolerates documents that are broken or cut off.
import { isMasked } from "./keys.ts";
import { MASK } from "./mask.ts";

const ATTRIBUTE = /(\s)([^\s=<>"'/]+)(\s*=\s*)("[^"]*("|$)|'[^']*('|$))/g;

export function maskXml(text: string): string {
  const path: string[] = [];
  let masked = "";
  let at = 0;
  while (at < text.length) {
    const piece = pieceAt(text, at);
    at += piece.length;
    masked += piece.startsWith("<") ? markupMasked(piece, path) : contentMasked(piece, path);
  }
  return masked;
}

/** The piece at a place: text up to the next mark, or one mark. */
function pieceAt(text: string, at: number): string {
  if (text.charAt(at) !== "<") return upTo(text, at, "<", 0);
  if (text.startsWith("<!--", at)) return upTo(text, at, "-->", 3);
  if (text.startsWith("<![CDATA[", at)) return upTo(text, at, "]]>", 3);
  return upTo(text, at, ">", 1);
}

function upTo(text: string, at: number, end: string, length: number): string {
  const found = text.indexOf(end, at);
  return found === -1 ? text.slice(at) : text.slice(at, found + length);
}

const contentMasked = (content: string, path: readonly string[]): string =>
  content.trim() !== "" && isMasked(path) ? MASK : content;

function markupMasked(mark: string, path: string[]): string {
  if (mark.startsWith("<!--")) return `<!--${MASK}-->`;
  if (mark.startsWith("<![CDATA[")) return isMasked(path) ? `<![CDATA[${MASK}]]>` : mark;
  if (mark.startsWith("<?") || mark.startsWith("<!")) return mark;
  const name = localName(/^<\/?\s*([^\s/>]+)/.exec(mark)?.[1] ?? "");
  if (mark.startsWith("</")) {
    const opened = path.lastIndexOf(name);
    if (opened !== -1) path.length = opened;
    return mark;
  }
  const own = [...path, name];
  if (!mark.endsWith("/>")) path.push(name);
  return mark.replace(ATTRIBUTE, (whole, blank: string, attribute: string, equals: string) =>
    isMasked([...own, localName(attribute)]) && !attribute.startsWith("xmlns")
      ? `${blank}${attribute}${equals}"${MASK}"`
      : whole,
  );
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

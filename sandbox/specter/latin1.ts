// ISO-8859-1 on the wire: form and query decoding, and answer bodies. Specter knows no UTF-8 (reference/specter.md section 3).

const HEX_PAIR = /^[0-9A-Fa-f]{2}$/;

/** Bytes as characters U+0000…U+00FF. (`TextDecoder("latin1")` would be windows-1252.) */
export function fromLatin1(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Characters as bytes; what Latin-1 cannot hold becomes `?`. */
export const toLatin1 = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(text, (character) => {
    const point = character.codePointAt(0) ?? 63;
    return point < 256 ? point : 63;
  });

/** `a=1&b=%E5` → pairs. Each percent pair is one Latin-1 character; a stray percent sign stays. */
export function decodeForm(encoded: string): [name: string, value: string][] {
  return encoded
    .split("&")
    .filter((part) => part !== "")
    .map((part) => {
      const equals = part.indexOf("=");
      return equals < 0
        ? [decodePart(part), ""]
        : [decodePart(part.slice(0, equals)), decodePart(part.slice(equals + 1))];
    });
}

const decodePart = (part: string): string =>
  part
    .replaceAll("+", " ")
    .replace(/%(.{2})/g, (whole, pair: string) =>
      HEX_PAIR.test(pair) ? String.fromCharCode(Number.parseInt(pair, 16)) : whole,
    );

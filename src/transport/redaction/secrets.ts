// Masks known secret values wherever they stand: plain, percent- or form-encoded, JSON- or XML-escaped, in Base64.
import { MASK, maskSpans, type Span } from "./mask.ts";
import { toByteString, toText, viewsOf } from "./views.ts";

/** Shorter values are not masked: they would blot out half of every text and hide nothing. */
export const SECRET_BYTES_MIN = 4;

/** No encoding we look through writes a byte longer than this. */
const ENCODED_BYTES_MAX = 16;

/** The most bytes that one of these secrets can take up in an encoded text. */
export const longestEncoded = (secrets: readonly string[]): number =>
  Math.max(0, ...secrets.map((secret) => toByteString(secret).length)) * ENCODED_BYTES_MAX;

/** Masks the secrets in a text. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  const needles = needlesOf(secrets);
  return needles.length === 0 ? text : toText(maskNeedles(toByteString(text), needles));
}

/** Masks the secrets in a byte string (see views.ts). */
export function maskSecretBytes(byteString: string, secrets: readonly string[]): string {
  const needles = needlesOf(secrets);
  return needles.length === 0 ? byteString : maskNeedles(byteString, needles);
}

function maskNeedles(byteString: string, needles: readonly string[]): string {
  const spans: Span[] = [];
  for (const view of viewsOf(byteString)) {
    for (const needle of needles) {
      for (let at = view.bytes.indexOf(needle); at !== -1; at = view.bytes.indexOf(needle, at + 1)) {
        spans.push(view.span(at, at + needle.length));
      }
    }
  }
  return spans.length === 0 ? byteString : maskSpans(byteString, spans);
}

/** What to search for: each secret as bytes, and as it looks inside Base64 at each of the three alignments. */
function needlesOf(secrets: readonly string[]): string[] {
  const needles = new Set<string>();
  for (const secret of secrets) {
    const bytes = toByteString(secret);
    if (bytes.length < SECRET_BYTES_MIN || bytes === MASK) continue;
    needles.add(bytes);
    for (const fragment of [0, 1, 2].map((alignment) => base64Fragment(bytes, alignment))) {
      needles.add(fragment);
      needles.add(fragment.replaceAll("+", "-").replaceAll("/", "_"));
    }
  }
  return [...needles];
}

/** The Base64 characters that depend on these bytes alone when `alignment` other bytes stand before them. */
function base64Fragment(bytes: string, alignment: number): string {
  const encoded = btoa("\0".repeat(alignment) + bytes);
  return encoded.slice(Math.ceil((alignment * 8) / 6), Math.floor(((alignment + bytes.length) * 8) / 6));
}

// Makes bodies, headers and addresses fit to be stored and shown: no secret, no personal data, no more than asked for.
//
// Pure. Secrets are masked by value in every encoding of redaction/views.ts and in Base64; personal data by field name
// in JSON, forms and XML, and by shape everywhere. What is not text is described, never shown.
import { maskForm } from "./redaction/form.ts";
import { maskJson } from "./redaction/json.ts";
import { MASK } from "./redaction/mask.ts";
import { longestEncoded, maskSecretBytes, maskSecrets } from "./redaction/secrets.ts";
import { LONGEST_SHAPE, maskShapes } from "./redaction/shapes.ts";
import { fromBytes, toText } from "./redaction/views.ts";
import { maskXml } from "./redaction/xml.ts";

/** A document inside a document inside a document: deeper ones are masked whole. */
const NESTING_MAX = 3;

/** Redacts a text whose kind is not known, e.g. an error message. */
export const redactText = (text: string, secrets: readonly string[]): string => maskShapes(maskSecrets(text, secrets));

/**
 * Redacts a body and cuts it to `bytesMax` bytes of UTF-8. `contentType` is the header's value, or "" when there is
 * none; JSON, XML and forms are also recognised by how they begin.
 */
export function redactBody(
  body: Uint8Array,
  contentType: string,
  secrets: readonly string[],
  bytesMax: number,
): string {
  const type = contentType.toLowerCase();
  if (isBinary(body, type)) return truncated(`[binary, ${body.length} bytes]`, bytesMax);
  // Only what can be shown is worked on. The end of the cut may hold half a secret, so it is dropped once masked.
  const margin = longestEncoded(secrets) + LONGEST_SHAPE;
  const window = body.subarray(0, bytesMax + margin);
  const masked = maskShapes(toText(maskSecretBytes(fromBytes(window), secrets)));
  const kept = window.length < body.length ? withoutEnd(masked, margin) : masked;
  return truncated(maskDocument(kept, type, 0), bytesMax);
}

function isBinary(body: Uint8Array, type: string): boolean {
  return (
    /^(image|audio|video|font)\/|^application\/(octet-stream|pdf|zip|gzip)|^multipart\//.test(type) || body.includes(0)
  );
}

function maskDocument(text: string, type: string, depth: number): string {
  const start = text.trimStart().slice(0, 200);
  const nested = (inner: string): string | null => nestedDocument(inner, depth + 1);
  if (type.includes("json") || /^[{[]/.test(start)) return maskJson(text, nested);
  if (type.includes("xml") || type.includes("html") || start.startsWith("<")) return maskXml(text);
  if (type.includes("x-www-form-urlencoded") || /^[\w.[\]%-]+=\S*$/.test(start)) return maskForm(text, nested);
  return text;
}

function nestedDocument(text: string, depth: number): string | null {
  if (!/^\s*[{[<]/.test(text)) return null;
  return depth > NESTING_MAX ? MASK : maskShapes(maskDocument(text, "", depth));
}

const withoutEnd = (text: string, bytes: number): string =>
  truncated(text, new TextEncoder().encode(text).length - bytes);

/** Cuts on a character boundary; a cut text ends with an ellipsis that is counted. */
function truncated(text: string, bytesMax: number): string {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length <= bytesMax) return text;
  if (bytesMax < 3) return "";
  let end = Math.min(bytes.length, bytesMax - 3);
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return `${new TextDecoder().decode(bytes.subarray(0, end))}…`;
}

const SECRET_HEADER = /auth|token|secret|key|sign|hmac|passw|credential|session|cookie|digest/i;
const PERSONAL_HEADER = /^(forwarded|from|x-forwarded-for|x-real-ip|true-client-ip|cf-.*ip.*|.*client-ip)$/i;
/** Named like a secret, yet harmless, and what support looks for. */
const HARMLESS_HEADER = /^(x-|centra-)?(idempotency|request)-key$/i;
/** Schemes that may be shown before the masked value. */
const SCHEME = /^(Basic|Bearer|Digest|Qliro|Svea) /i;

/** Redacts headers; names come out in lower case. */
export function redactHeaders(
  headers: Headers | Readonly<Record<string, string>>,
  secrets: readonly string[],
): Record<string, string> {
  const redacted: Record<string, string> = {};
  const entries = headers instanceof Headers ? [...headers] : Object.entries(headers);
  for (const [name, value] of entries) {
    const lower = name.toLowerCase();
    const hidden = PERSONAL_HEADER.test(lower) || (SECRET_HEADER.test(lower) && !HARMLESS_HEADER.test(lower));
    redacted[lower] = hidden ? `${SCHEME.exec(value)?.[0] ?? ""}${MASK}` : redactText(value, secrets);
  }
  return redacted;
}

/** Query parameters whose values may be shown; every other value is masked. */
const SHOWN_PARAMETERS = new Set(
  [
    "action calltype type topic event feed id ids orderid order_id orderno order_no ordernumber invoiceid invoiceno",
    "batchno paymentid payment_id captureid refundid settlementid payoutid merchantreference from to fromdate todate",
    "date year financialyear periodid status state page per_page pagesize pagenumber pageindex size limit offset",
    "sortby sortorder orderby order updated_at_min modified_after modifiedsince modifiedsinceutc lastmodified",
    "lastmodifieddatetime dates_are_gmt dp usexml expand fields testmode includewithholding",
  ].flatMap((line) => line.split(" ")),
);

/**
 * Redacts an address: user name, password and fragment go, query values are masked unless their name is known to be
 * harmless, the token of a webhook URL of ours is masked, and secrets and personal shapes go wherever they stand.
 */
export function redactUrl(url: string, secrets: readonly string[]): string {
  if (!URL.canParse(url)) return "[not an address]";
  const { protocol, host, pathname, searchParams } = new URL(url);
  const path = pathname
    .replace(/^(\/hooks\/[^/]+\/[^/]+\/)[^/]+/, `$1${MASK}`)
    .split("/")
    .map(segmentRedacted)
    .join("/");
  const query = [...searchParams].map(([name, value]) => {
    const shown = SHOWN_PARAMETERS.has(name.toLowerCase()) && redactText(value, secrets) === value;
    return `${encodeURIComponent(name)}=${shown ? encodeURIComponent(value) : MASK}`;
  });
  return redactText(`${protocol}//${host}${path}${query.length === 0 ? "" : `?${query.join("&")}`}`, secrets);
}

function segmentRedacted(segment: string): string {
  try {
    const decoded = decodeURIComponent(segment);
    return maskShapes(decoded) === decoded ? segment : MASK;
  } catch {
    return MASK;
  }
}

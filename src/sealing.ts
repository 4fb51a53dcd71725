// Seals credentials at rest, and makes and compares the digests by which tokens are known.
//
// A sealed text is `v1.<key id>.<iv>.<ciphertext>`: AES-256-GCM, 96-bit random IV, base64url. The additional data binds
// it to its form, its key and its owner (the connection id), so that it opens nowhere else.
import { type Problem, problem } from "./domain/errors.ts";
import { err, ok, type Result } from "./domain/result.ts";

const VERSION = "v1";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TOKEN_BYTES = 32;

interface ImportedKey {
  /** The first 8 hex digits of the key's SHA-256: names the key without saying anything of use about it. */
  id: string;
  key: CryptoKey;
}

/** Imported keys by their base64. There are two at most in one deployment; tests have a few more. */
const imported = new Map<string, Promise<ImportedKey>>();
const IMPORTED_MAX = 16;

/** The bytes of a base64 MASTER_KEY. The error names the form that is wanted, never the value. */
export function parseMasterKey(base64: string): Result<Uint8Array, Problem> {
  const bytes = fromBase64(base64.trim());
  if (bytes === null) return err(problem("INTERNAL", "MASTER_KEY must be base64; this value is not."));
  if (bytes.length === KEY_BYTES) return ok(bytes);
  return err(problem("INTERNAL", `MASTER_KEY must hold exactly ${KEY_BYTES} bytes; this one holds ${bytes.length}.`));
}

/**
 * Seals a text under a base64 master key for one owner (`aad`, e.g. the connection id). Throws on a key that
 * `parseMasterKey` refuses: settings are checked before.
 */
export async function seal(plainText: string, masterKey: string, aad: string): Promise<string> {
  const { id, key } = await importedKey(masterKey);
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const additionalData = boundTo(id, aad);
  const data = new TextEncoder().encode(plainText);
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, data);
  return [VERSION, id, toBase64Url(iv), toBase64Url(new Uint8Array(sealed))].join(".");
}

/**
 * Opens a sealed text with the key that its id names: the current one or the one before. Errors:
 * `CREDENTIALS_UNREADABLE` for another form, an unknown key, another owner, or a changed text; the detail says which.
 */
export async function unseal(
  sealed: string,
  masterKeys: readonly (string | null)[],
  aad: string,
): Promise<Result<string, Problem>> {
  const [version, keyId = "", ivText = "", cipherText = "", ...rest] = sealed.split(".");
  const iv = fromBase64(ivText);
  const data = fromBase64(cipherText);
  if (version !== VERSION || rest.length > 0 || iv?.length !== IV_BYTES || data === null) {
    return unreadable("The sealed text does not have the form that this version writes.");
  }
  const keys = await Promise.all(masterKeys.filter((key) => key !== null).map(importedKey));
  const found = keys.find(({ id }) => id === keyId);
  if (!found) return unreadable("It was sealed under a key that is neither MASTER_KEY nor MASTER_KEY_PREVIOUS.");
  try {
    const algorithm = { name: "AES-GCM", iv, additionalData: boundTo(keyId, aad) };
    const opened = await crypto.subtle.decrypt(algorithm, found.key, data);
    return ok(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(opened));
  } catch {
    return unreadable("The sealed text was changed, or belongs to another connection.");
  }
}

/** Whether a sealed text is under another key than the current one, and is to be sealed anew. */
export async function needsReseal(sealed: string, currentKey: string): Promise<boolean> {
  return !sealed.startsWith(`${VERSION}.${(await importedKey(currentKey)).id}.`);
}

const unreadable = (detail: string): Result<never, Problem> => err(problem("CREDENTIALS_UNREADABLE", detail));

const boundTo = (keyId: string, aad: string): Uint8Array => new TextEncoder().encode(`${VERSION}.${keyId}.${aad}`);

function importedKey(base64: string): Promise<ImportedKey> {
  const known = imported.get(base64);
  if (known) return known;
  if (imported.size >= IMPORTED_MAX) imported.clear();
  const importing = importKey(base64);
  imported.set(base64, importing);
  return importing;
}

async function importKey(base64: string): Promise<ImportedKey> {
  const bytes = parseMasterKey(base64);
  if (!bytes.ok) throw new Error(bytes.error.detail);
  const digest = await crypto.subtle.digest("SHA-256", bytes.value);
  const key = await crypto.subtle.importKey("raw", bytes.value, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { id: toHex(new Uint8Array(digest)).slice(0, 8), key };
}

/** The hex SHA-256 by which a token is stored and found. */
export async function hashToken(token: string): Promise<string> {
  return toHex(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))));
}

/** A new token: 32 random bytes as base64url. */
export const newToken = (
  randomBytes: (length: number) => Uint8Array = (length) => crypto.getRandomValues(new Uint8Array(length)),
): string => toBase64Url(randomBytes(TOKEN_BYTES));

/**
 * Compares two digests in constant time. Meant for digests of `hashToken`: their length is no secret, and anything
 * of another length is simply different.
 */
export function equalDigests(a: string, b: string): boolean {
  const [left, right] = [new TextEncoder().encode(a), new TextEncoder().encode(b)];
  return left.byteLength === right.byteLength && crypto.subtle.timingSafeEqual(left, right);
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX[byte];
  return text;
}

function toBase64Url(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** Base64 or base64url; null when it is neither. */
function fromBase64(text: string): Uint8Array | null {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return null;
  }
}

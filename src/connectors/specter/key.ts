// Specter's text rules: everything is ISO-8859-1, and every call carries an MD5 over secrets and one seed.
//
// Source: reference/specter.md section 3. The key has no time in it, so a URL that carries it works for ever:
// nothing here, and nothing made from it, may reach a detail, a log or a printed address.

export interface KeySecrets {
  sbmId: string;
  apiUserKey: string;
  integrationKey: string;
}

/** One line of text as Specter takes it: composed, without control characters, trimmed, single spaces. */
export const tidy = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Zs}]+/gu, " ")
    .trim();

/** `tidy`, cut to a field's length. Every character becomes one byte, so characters are what is counted. */
export const cut = (text: string, charactersMax: number): string =>
  Array.from(tidy(text)).slice(0, charactersMax).join("").trimEnd();

/** Latin-1 bytes. A character outside Latin-1 becomes `?`, as Specter itself would store it. */
export const latin1 = (text: string): Uint8Array =>
  Uint8Array.from(Array.from(text.normalize("NFC")), (character) => {
    const code = character.codePointAt(0) ?? QUESTION_MARK;
    return code < 256 ? code : QUESTION_MARK;
  });

const QUESTION_MARK = 63;

/** What Specter will hold after it stored a text: for comparing what was sent with what is read. */
export const asStored = (text: string): string => String.fromCharCode(...latin1(tidy(text)));

/** Form fields, percent-encoded over Latin-1 bytes. Absent fields are left out; an empty one is sent, and clears. */
export const formEncode = (fields: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encodeText(name)}=${encodeText(value ?? "")}`)
    .join("&");

const encodeText = (text: string): string => Array.from(latin1(text), encodeByte).join("");

function encodeByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z0-9\-_.]/.test(character)) return character;
  return byte === 32 ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
}

/** The `key` parameter of API version 2: MD5(IntegrationKey + MD5(ApiUserKey + sbmId + seed)), lower-case hex. */
export async function specterKey(secrets: KeySecrets, seed: string): Promise<string> {
  const trimmed = seed.trim().replace(/ {2,}/g, " ");
  const inner = await hexDigest("MD5", latin1(secrets.apiUserKey + secrets.sbmId + trimmed));
  return hexDigest("MD5", latin1(secrets.integrationKey + inner));
}

/** Lower-case hex of a digest. MD5 is a Workers addition to WebCrypto, here only because Specter asks for it. */
export async function hexDigest(algorithm: "MD5" | "SHA-256", bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest(algorithm, bytes);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

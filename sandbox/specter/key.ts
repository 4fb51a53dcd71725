// The `key` parameter: two nested md5 digests over the secrets and one seed (reference/specter.md section 3).
import { toLatin1 } from "./latin1.ts";

export interface KeySecrets {
  sbmId: string;
  apiUserKey: string;
  integrationKey: string;
}

/** The key a call must carry, in lower-case hex. The seed is trimmed and its runs of spaces are collapsed. */
export async function specterKey(secrets: KeySecrets, seed: string): Promise<string> {
  const inner = await md5(secrets.apiUserKey + secrets.sbmId + seed.trim().replace(/ {2,}/g, " "));
  return md5(secrets.integrationKey + inner);
}

/** MD5 of the Latin-1 bytes; WebCrypto offers it on Workers. */
async function md5(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("MD5", toLatin1(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

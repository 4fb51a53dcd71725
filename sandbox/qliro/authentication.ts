// Who is calling: the token is the digest of the raw body and a secret (reference/qliro.md section 3).
import type { Account, Truth } from "./truth.ts";

export interface Caller {
  account: Account;
  /** Which of the account's pairs signed. */
  pair: "ordinary" | "plus";
  /** The MerchantApiKey of that pair. */
  key: string;
}

const encoder = new TextEncoder();

/** `Qliro ` and the base64 of SHA-256 over the UTF-8 of raw body and secret; a GET hashes the secret alone. */
export async function token(rawBody: string, secret: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(rawBody + secret)));
  return `Qliro ${btoa(String.fromCharCode(...digest))}`;
}

/** The caller whose secret makes the token; null means 401. `claimedKey` is only tried first, for speed. */
export async function authenticate(
  truth: Truth,
  authorization: string | null,
  rawBody: string,
  claimedKey?: string,
): Promise<Caller | null> {
  if (!authorization?.startsWith("Qliro ")) return null;
  const callers = Object.values(truth.accounts).flatMap(pairsOf);
  callers.sort((a, b) => Number(b.key === claimedKey) - Number(a.key === claimedKey));
  for (const caller of callers) {
    if ((await token(rawBody, secretOf(caller))) === authorization) return caller;
  }
  return null;
}

const secretOf = ({ account, pair }: Caller): string =>
  pair === "plus" && account.plus ? account.plus.secret : account.secret;

function pairsOf(account: Account): Caller[] {
  const ordinary: Caller = { account, pair: "ordinary", key: account.key };
  return account.plus ? [ordinary, { account, pair: "plus", key: account.plus.key }] : [ordinary];
}

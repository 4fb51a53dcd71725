// Who calls: the root token, or a token of the directory, with its role and the merchant it is bound to.
import type { Actor } from "../directory/change.ts";
import type { Directory } from "../directory/database.ts";
import type { Role } from "../directory/schema.ts";
import { findToken, touchApiToken } from "../directory/tokens.ts";
import type { MerchantId } from "../domain/ids.ts";
import { equalDigests, hashToken } from "../sealing.ts";

export interface Caller extends Actor {
  /** The one merchant that the token sees; null: every merchant. */
  merchantId: MerchantId | null;
}

export const ROOT = "root";

/** Who may do what. `support` reads everything and may replay, retry and resolve; it changes no configuration. */
export const READ = ["admin", "onboarding", "support"] as const satisfies readonly Role[];
export const ACT = READ;
export const CONFIGURE = ["admin", "onboarding"] as const satisfies readonly Role[];
export const ADMINISTER = ["admin"] as const satisfies readonly Role[];

/** The caller behind an `Authorization` header; null for none, an unknown or a revoked token. */
export async function authenticate(
  header: string | undefined,
  adminToken: string,
  db: Directory,
  now: number,
): Promise<Caller | null> {
  const token = /^Bearer +([\x21-\x7e]{1,200})$/i.exec(header ?? "")?.[1];
  if (token === undefined) return null;
  const hash = await hashToken(token);
  // Digests are compared, so that neither the content nor the length of the root token shows in the time taken.
  if (equalDigests(hash, await hashToken(adminToken))) return { id: ROOT, role: "admin", merchantId: null };
  const found = await findToken(db, hash);
  if (!found) return null;
  await touchApiToken(db, found, now);
  return { id: found.id, role: found.role, merchantId: found.merchantId };
}

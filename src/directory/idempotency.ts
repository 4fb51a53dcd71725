// Idempotency keys: the first request with a key acts, a repeat gets the first one's answer. Keys live 24 hours.
import { and, eq, lt, or, sql } from "drizzle-orm";
import type { Directory } from "./database.ts";
import { idempotency } from "./schema.ts";

export const KEY_LIFE_MS = 24 * 3_600_000;

/** A request that has not ended after this long died with its isolate; a repeat may act in its place. */
const ABANDONED_AFTER_MS = 60_000;

export interface KeyedRequest {
  tokenId: string;
  key: string;
  /** Hex SHA-256 of method, path and body. */
  fingerprint: string;
  now: number;
}

export type Claim =
  /** The request may act; it must end with `keepAnswer` or `releaseKey`. */
  | { kind: "first" }
  /** The key was used for the same request; this was the answer. */
  | { kind: "repeat"; status: number; sealedBody: string }
  | { kind: "other_request" }
  | { kind: "in_progress" };

const keyed = ({ tokenId, key }: KeyedRequest) => and(eq(idempotency.tokenId, tokenId), eq(idempotency.key, key));

/** Claims a key for one request. Of several at once, exactly one is `first`. */
export async function claimKey(db: Directory, request: KeyedRequest): Promise<Claim> {
  const { now, tokenId, key, fingerprint } = request;
  const outlived = lt(idempotency.createdAt, now - KEY_LIFE_MS);
  const abandoned = and(sql`${idempotency.status} is null`, lt(idempotency.createdAt, now - ABANDONED_AFTER_MS));
  const [, inserted, found] = await db.batch([
    db.delete(idempotency).where(and(keyed(request), or(outlived, abandoned))),
    db
      .insert(idempotency)
      .values({ tokenId, key, fingerprint, createdAt: now })
      .onConflictDoNothing()
      .returning({ key: idempotency.key }),
    db.select().from(idempotency).where(keyed(request)),
  ]);
  if (inserted.length > 0) return { kind: "first" };
  const row = found[0];
  if (row && row.fingerprint !== fingerprint) return { kind: "other_request" };
  if (!row || row.status === null || row.sealedBody === null) return { kind: "in_progress" };
  return { kind: "repeat", status: row.status, sealedBody: row.sealedBody };
}

/** Keeps the answer for repeats. */
export async function keepAnswer(
  db: Directory,
  request: KeyedRequest,
  answer: { status: number; sealedBody: string },
): Promise<void> {
  await db.update(idempotency).set(answer).where(keyed(request));
}

/** Frees the key: the request had no effect, and a repeat shall act. */
export async function releaseKey(db: Directory, request: KeyedRequest): Promise<void> {
  await db.delete(idempotency).where(and(keyed(request), sql`${idempotency.status} is null`));
}

/** Forgets keys whose life is over. For the hourly sweep. */
export async function forgetKeys(db: Directory, now: number): Promise<void> {
  await db.delete(idempotency).where(lt(idempotency.createdAt, now - KEY_LIFE_MS));
}

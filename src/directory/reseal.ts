// Master key rotation: seals anew what an earlier key sealed, so that the earlier key can be taken away.
import { and, asc, eq, gt, isNull } from "drizzle-orm";
import type { ConnectionId } from "../domain/ids.ts";
import { needsReseal, seal, unseal } from "../sealing.ts";
import { type Actor, commitChange } from "./change.ts";
import { type Push, pushConfig } from "./config.ts";
import type { Connection } from "./connections.ts";
import { connections } from "./schema.ts";

/** The clock acts, not a person. */
const SYSTEM: Actor = { id: "system", role: "admin" };

export interface Resealed {
  resealed: number;
  /** Sealed under a key that is neither the current nor the previous one: a person must give the credentials again. */
  unreadable: ConnectionId[];
  /** Where to go on; null at the end. */
  nextCursor: ConnectionId | null;
}

/** Goes over at most `limit` connections. Run it until `nextCursor` is null; then MASTER_KEY_PREVIOUS may go. */
export async function resealConnections(
  push: Push,
  keys: { current: string; previous: string | null },
  page: { limit: number; cursor: ConnectionId | null; now: number },
): Promise<Resealed> {
  const rows = await push.db
    .select()
    .from(connections)
    .where(and(isNull(connections.removedAt), page.cursor === null ? undefined : gt(connections.id, page.cursor)))
    .orderBy(asc(connections.id))
    .limit(page.limit);
  const outcome: Resealed = {
    resealed: 0,
    unreadable: [],
    nextCursor: rows.length < page.limit ? null : (rows.at(-1)?.id ?? null),
  };
  for (const row of rows) {
    if (!(await needsReseal(row.sealedCredentials, keys.current))) continue;
    const opened = await unseal(row.sealedCredentials, [keys.current, keys.previous], row.id);
    if (!opened.ok) outcome.unreadable.push(row.id);
    else {
      await replaceSeal(push, row, await seal(opened.value, keys.current, row.id), page.now);
      outcome.resealed += 1;
    }
  }
  return outcome;
}

/** Credentials that were saved meanwhile are under the current key already and stay as they are. */
async function replaceSeal(push: Push, row: Connection, sealedCredentials: string, now: number): Promise<void> {
  const change = { actor: SYSTEM, now, merchantId: row.merchantId, action: "connection.reseal", subject: row.id };
  const update = push.db
    .update(connections)
    .set({ sealedCredentials })
    .where(and(eq(connections.id, row.id), eq(connections.sealedCredentials, row.sealedCredentials)));
  await commitChange(push.db, { ...change, expectedVersion: null }, [update]);
  await pushConfig(push, row.merchantId);
}

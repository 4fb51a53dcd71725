// Reads that are wanted later, or could not be done at once. One row per (connection, identifier).
import { and, eq, lte, notInArray, sql } from "drizzle-orm";
import type { Problem } from "../domain/errors.ts";
import type { ConnectionId } from "../domain/ids.ts";
import { type Books, type Core, prepared } from "./books.ts";
import { looks } from "./schema.ts";

/** What to read: an order, by an identifier of one platform. */
export interface LookKey {
  connectionId: ConnectionId;
  type: string;
  value: string;
}

export type LookRow = typeof looks.$inferSelect;

const isKey = ({ connectionId, type, value }: LookKey) =>
  and(eq(looks.connectionId, connectionId), eq(looks.type, type), eq(looks.value, value));

/**
 * Reads that were wanted since they began: what they see may be older than the want, so their row stays. Memory is
 * enough: a read that is cut off has dropped nothing.
 */
const wantedMeanwhile = new WeakMap<Books, Set<string>>();

const nameOf = ({ connectionId, type, value }: LookKey): string => `${connectionId} ${type} ${value}`;

/** The read begins: from now on, who wants it wants another one. */
export const beginLook = (books: Books, key: LookKey): void => {
  wantedMeanwhile.get(books)?.delete(nameOf(key));
};

/** Wants a read at `dueAt` (milliseconds) or earlier; one that is wanted already becomes no later. */
export function wantLook(core: Core, key: LookKey, dueAt: number, webhooks: number[] = []): void {
  const row = readLook(core.books, key);
  const more = webhooks.filter((seq) => !row?.webhooks.includes(seq));
  if (!row) {
    const values = { ...key, dueAt, attempts: 0, code: null, detail: null, webhooks };
    core.books.insert(looks).values(values).run();
  } else if (row.dueAt > dueAt || more.length > 0) {
    const sooner = { dueAt: Math.min(row.dueAt, dueAt), webhooks: [...row.webhooks, ...more] };
    core.books.update(looks).set(sooner).where(isKey(key)).run();
  }
  const wanted = wantedMeanwhile.get(core.books) ?? new Set();
  wantedMeanwhile.set(core.books, wanted.add(nameOf(key)));
  core.clock.wakeBy(dueAt);
}

/** A read did not succeed: again at `dueAt`. */
export function postponeLook(core: Core, key: LookKey, dueAt: number, stop: Problem, webhooks: number[]): void {
  const row = readLook(core.books, key);
  const values = {
    dueAt,
    attempts: (row?.attempts ?? 0) + 1,
    code: stop.code,
    detail: stop.detail,
    webhooks: [...new Set([...(row?.webhooks ?? []), ...webhooks])],
  };
  core.books
    .insert(looks)
    .values({ ...key, ...values })
    .onConflictDoUpdate({ target: [looks.connectionId, looks.type, looks.value], set: values })
    .run();
  core.clock.wakeBy(dueAt);
}

const oneLook = prepared((books) =>
  books
    .select()
    .from(looks)
    .where(
      and(
        eq(looks.connectionId, sql.placeholder("connectionId")),
        eq(looks.type, sql.placeholder("type")),
        eq(looks.value, sql.placeholder("value")),
      ),
    )
    .prepare(),
);

export const readLook = (books: Books, { connectionId, type, value }: LookKey): LookRow | undefined =>
  oneLook(books).get({ connectionId, type, value });

/** The read ended; its row stays when somebody wanted it meanwhile. */
export const endLook = (books: Books, key: LookKey): void => {
  if (wantedMeanwhile.get(books)?.has(nameOf(key))) return;
  books.delete(looks).where(isKey(key)).run();
};

export const dueLooks = (books: Books, now: number, held: readonly string[], limit: number): LookRow[] =>
  books
    .select()
    .from(looks)
    .where(and(lte(looks.dueAt, now), notInArray(looks.connectionId, [...held])))
    .orderBy(looks.dueAt)
    .limit(limit)
    .all();

/** Everything that waits on one connection is due now: its credentials or its platform are back. */
export function hastenLooks(core: Core, connectionId: ConnectionId): void {
  const now = core.ports.now();
  core.books.update(looks).set({ dueAt: now }).where(eq(looks.connectionId, connectionId)).run();
  core.clock.wakeBy(now);
}

// Which commands come next: what is due, except at connections whose pace holds them back.
import { and, asc, gte, isNotNull, lt, lte, notInArray } from "drizzle-orm";
import type { Books } from "./books.ts";
import type { CommandRow } from "./outbox.ts";
import { commands } from "./schema.ts";

/** Subjects with a command that is due at a connection that is not held back, the longest waiting first. */
export function dueSubjects(books: Books, now: number, held: readonly string[], limit: number): string[] {
  const rows = books
    .select({ subject: commands.subject })
    .from(commands)
    .where(and(isNotNull(commands.dueAt), lte(commands.dueAt, now), notInArray(commands.connectionId, [...held])))
    .orderBy(asc(commands.dueAt))
    .limit(limit)
    .all();
  return [...new Set(rows.map((row) => row.subject))];
}

/**
 * The first command of a subject that is due at a connection that is not held back; one without an answer comes before
 * all others.
 */
export function nextCommand(
  books: Books,
  subject: string,
  now: number,
  held: readonly string[],
): CommandRow | undefined {
  const from = `cmd_${subject.slice(4)}`;
  const rows = books
    .select()
    .from(commands)
    .where(
      and(
        gte(commands.id, from),
        lt(commands.id, `${from}~`),
        isNotNull(commands.dueAt),
        lte(commands.dueAt, now),
        notInArray(commands.connectionId, [...held]),
      ),
    )
    .orderBy(asc(commands.id))
    .all();
  return rows.find((row) => row.state === "unknown" || row.state === "sending") ?? rows[0];
}

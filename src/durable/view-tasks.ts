// Manual tasks as people see them.
import { and, desc, eq, lt } from "drizzle-orm";
import { catalogueEntry, isErrorCode } from "../domain/errors.ts";
import type { Books } from "./books.ts";
import { commands, tasks } from "./schema.ts";
import type { TaskRow } from "./task-store.ts";
import { pageOf, timestamp, timestampOrNull } from "./view-problem.ts";
import type { ListQuery, Page, TaskView } from "./views.ts";

function taskOf(books: Books, row: TaskRow): TaskView {
  const entry = isErrorCode(row.code) ? catalogueEntry(row.code) : null;
  const command =
    row.demand === null
      ? undefined
      : books
          .select({ id: commands.id })
          .from(commands)
          .where(and(eq(commands.subject, row.subject), eq(commands.demand, row.demand)))
          .get();
  return {
    id: row.id,
    code: row.code,
    title: entry?.title ?? row.code,
    instructions: [row.detail, entry?.fix ?? ""].filter((part) => part !== "").join(" "),
    orderId: row.subject.startsWith("ord_") ? row.subject : null,
    commandId: command?.id ?? null,
    payoutId: row.subject.startsWith("pay_") ? row.subject : null,
    state: row.state,
    choices: row.choices,
    createdAt: timestamp(row.createdAt),
    doneAt: timestampOrNull(row.doneAt),
    note: row.note,
  };
}

export function listTasks(books: Books, query: ListQuery & { state?: string | undefined }): Page<TaskView> {
  const state =
    query.state === "open" || query.state === "done" || query.state === "obsolete" ? query.state : undefined;
  const rows = books
    .select()
    .from(tasks)
    .where(
      and(
        state === undefined ? undefined : eq(tasks.state, state),
        query.cursor === null ? undefined : lt(tasks.id, query.cursor),
      ),
    )
    .orderBy(desc(tasks.id))
    .limit(query.limit + 1)
    .all();
  return pageOf(
    rows,
    query.limit,
    (row) => taskOf(books, row),
    (row) => row.id,
  );
}

export function taskView(books: Books, id: string): TaskView | null {
  const row = books.select().from(tasks).where(eq(tasks.id, id)).get();
  return row ? taskOf(books, row) : null;
}

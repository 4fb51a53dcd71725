// Manual tasks that do not come from decide(): about a payout, a connection, an order that cannot be read.
import { and, eq } from "drizzle-orm";
import type { Problem } from "../domain/errors.ts";
import type { Core } from "./books.ts";
import { numbered, tasksOfSubject } from "./command-store.ts";
import { tasks } from "./schema.ts";

export type TaskRow = typeof tasks.$inferSelect;

/** Adds a task unless the subject has one of this key already. */
export function addTask(core: Core, subject: string, task: { key: string; problem: Problem }): void {
  const known = tasksOfSubject(core.books, subject);
  if (known.some((row) => row.key === task.key)) return;
  core.books
    .insert(tasks)
    .values({
      id: numbered("tsk", subject, known.length + 1),
      subject,
      key: task.key,
      code: task.problem.code,
      detail: task.problem.detail,
      demand: null,
      choices: [],
      state: "open",
      createdAt: core.ports.now(),
      doneAt: null,
      note: null,
    })
    .run();
}

/** Ends an open task of a subject whose reason went away. */
export function endTask(core: Core, subject: string, key: string): void {
  core.books
    .update(tasks)
    .set({ state: "obsolete", doneAt: core.ports.now() })
    .where(and(eq(tasks.subject, subject), eq(tasks.key, key), eq(tasks.state, "open")))
    .run();
}

// Commands and tasks of one subject (an order or a payout), as decisions make and change them.
import { and, asc, eq, gte, lt, sql } from "drizzle-orm";
import type { Decision } from "../domain/decision.ts";
import { isErrorCode } from "../domain/errors.ts";
import { type CommandId, type ConnectionId, newGuid, type TaskId } from "../domain/ids.ts";
import { type CommandRecord, type CommandState, isInFlight, type OrderBooks } from "../domain/order.ts";
import { type Books, type Core, prepared } from "./books.ts";
import { withoutPerson } from "./personal.ts";
import { commands, tasks } from "./schema.ts";

/** `ord_X` has commands `cmd_X…` and tasks `tsk_X…`: the keys begin with the subject's own part. */
const ownPart = (subject: string): string => subject.slice(4);

const range = (prefix: string) => ({ from: prefix, to: `${prefix}~` });

const commandRange = prepared((books) =>
  books
    .select()
    .from(commands)
    .where(and(gte(commands.id, sql.placeholder("from")), lt(commands.id, sql.placeholder("to"))))
    .orderBy(asc(commands.id))
    .prepare(),
);

export const commandsOfSubject = (books: Books, subject: string) =>
  commandRange(books).all(range(`cmd_${ownPart(subject)}`));

const taskRange = prepared((books) =>
  books
    .select()
    .from(tasks)
    .where(and(gte(tasks.id, sql.placeholder("from")), lt(tasks.id, sql.placeholder("to"))))
    .orderBy(asc(tasks.id))
    .prepare(),
);

export const tasksOfSubject = (books: Books, subject: string) => taskRange(books).all(range(`tsk_${ownPart(subject)}`));

/** Three digits in base 36: 46 655 commands per subject, in the order they were made. */
export const numbered = <P extends "cmd" | "tsk">(prefix: P, subject: string, number: number) =>
  `${prefix}_${ownPart(subject)}${number.toString(36).toUpperCase().padStart(3, "0")}` as P extends "cmd"
    ? CommandId
    : TaskId;

// Written only by this file and the outbox, so that the text columns hold what the types say.
export const commandOf = (row: typeof commands.$inferSelect): CommandRecord => ({
  id: row.id as CommandId,
  demand: row.demand,
  connectionId: row.connectionId as ConnectionId,
  payload: row.payload,
  state: row.state as CommandState,
  heldBy: row.heldBy,
  problem: row.code !== null && isErrorCode(row.code) ? { code: row.code, detail: row.detail ?? "" } : null,
  externalIds: row.externalIds,
  cause: row.cause,
  attempts: row.attempts,
});

export function insertCommands(core: Core, before: OrderBooks, decision: Decision): CommandRecord[] {
  const now = core.ports.now();
  return decision.commands.map((command, index) => {
    const row = {
      id: numbered("cmd", before.id, before.commands.length + index + 1),
      subject: before.id,
      demand: command.demand,
      connectionId: command.connectionId,
      kind: command.payload.kind,
      payload: withoutPerson(command.payload),
      state: command.state,
      heldBy: command.state === "pending" ? null : ("decide" as const),
      code: command.problem?.code ?? null,
      detail: command.problem?.detail ?? null,
      externalIds: [],
      cause: command.cause,
      requestKey: newGuid(core.ports.random),
      repeatDenied: false,
      attempts: 0,
      lookUps: 0,
      firstAttemptAt: null,
      createdAt: now,
      dueAt: command.state === "pending" ? now : null,
    };
    core.books.insert(commands).values(row).run();
    if (row.dueAt !== null) core.clock.wakeBy(row.dueAt);
    return { ...commandOf(row), payload: command.payload };
  });
}

export function updateCommand(core: Core, before: OrderBooks, change: Decision["changes"][number]): void {
  const now = core.ports.now();
  const was = before.commands.find((command) => command.id === change.id);
  core.books
    .update(commands)
    .set({
      state: change.state,
      heldBy: change.heldBy,
      code: change.problem?.code ?? null,
      detail: change.problem?.detail ?? null,
      dueAt: change.state === "pending" ? now : null,
      ...(change.externalIds ? { externalIds: change.externalIds } : {}),
      ...(change.payload ? { payload: withoutPerson(change.payload) } : {}),
      ...(change.renewKey ? { requestKey: newGuid(core.ports.random), repeatDenied: false } : {}),
      ...(was && isInFlight(was.state) && !isInFlight(change.state) ? { lookUps: 0 } : {}),
      // A person asks for another round: the days of trying count from now.
      ...(was?.state === "parked" && change.state === "pending" ? { firstAttemptAt: null } : {}),
    })
    .where(eq(commands.id, change.id))
    .run();
  if (change.state === "pending") core.clock.wakeBy(now);
}

export function insertTasks(core: Core, before: OrderBooks, decision: Decision) {
  return decision.tasks.map((task, index) => {
    const id = numbered("tsk", before.id, before.tasks.length + index + 1);
    const { code, detail } = task.problem;
    core.books
      .insert(tasks)
      .values({
        id,
        subject: before.id,
        key: task.key,
        code,
        detail,
        demand: task.demand,
        choices: task.choices,
        state: "open",
        createdAt: core.ports.now(),
        doneAt: null,
        note: null,
      })
      .run();
    return { id, key: task.key, code, open: true };
  });
}

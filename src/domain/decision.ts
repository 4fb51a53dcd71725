// What decide() answers: facts to record, commands to make or change, tasks for people. Applied in one transaction.
import type { Command } from "./commands.ts";
import type { ErrorCode, Problem } from "./errors.ts";
import type { CommandId, ConnectionId, TaskId } from "./ids.ts";
import {
  type ClaimedAlias,
  type CommandRecord,
  type CommandState,
  type Entry,
  type NewEntry,
  type OrderBooks,
  sumRows,
} from "./order.ts";

export interface NewCommand {
  demand: string;
  connectionId: ConnectionId;
  payload: Command;
  state: Extract<CommandState, "pending" | "waiting" | "parked" | "manual">;
  problem: Problem | null;
  cause: number | null;
}

export interface CommandChange {
  id: CommandId;
  state: CommandState;
  heldBy: CommandRecord["heldBy"];
  problem: Problem | null;
  externalIds?: string[];
  payload?: Command;
  /** A failure is proven: the next attempt is a new request, not a repeat. */
  renewKey?: boolean;
}

export interface NewTask {
  /** One task per key and order, for ever. */
  key: string;
  problem: Problem;
  /** The demand whose command a person carries out. */
  demand: string | null;
  choices: { id: string; title: string }[];
}

/** Read one side of the order again. */
export interface Look {
  side: "payment" | "erp" | "shop";
  afterMs: number;
}

export interface Decision {
  entries: Entry[];
  aliases: ClaimedAlias[];
  commands: NewCommand[];
  changes: CommandChange[];
  tasks: NewTask[];
  /** Tasks whose reason went away. */
  obsoleteTasks: TaskId[];
  looks: Look[];
  /** The order as it stands after this decision, without the new commands and tasks (they have no ids yet). */
  order: OrderBooks;
}

/** A decision under construction: the working copy of the books and what was concluded so far. */
export interface Draft extends Decision {
  now: number;
}

export const startDraft = (order: OrderBooks, now: number): Draft => ({
  now,
  order: { ...order, entries: [...order.entries], commands: order.commands.map((command) => ({ ...command })) },
  entries: [],
  aliases: [],
  commands: [],
  changes: [],
  tasks: [],
  obsoleteTasks: [],
  looks: [],
});

/**
 * Whether nothing follows from a decision. What was seen of the sides (state, rows, since when the ERP order is missing),
 * aliases and looks may be new all the same, and are kept.
 */
export const isNothing = (decision: Decision): boolean =>
  decision.entries.length === 0 &&
  decision.commands.length === 0 &&
  decision.changes.length === 0 &&
  decision.tasks.length === 0 &&
  decision.obsoleteTasks.length === 0;

/** Appends a fact to the ledger. */
export function record(draft: Draft, fact: NewEntry): Entry {
  const entry: Entry = {
    ...fact,
    rows: sumRows([{ rows: fact.rows, sign: 1 }]),
    seq: (draft.order.entries.at(-1)?.seq ?? 0) + 1,
    at: draft.now,
  };
  draft.order.entries.push(entry);
  draft.entries.push(entry);
  return entry;
}

/** Changes a command in the working copy and notes the change; several changes of one command become one. */
export function change(draft: Draft, command: CommandRecord, to: Omit<CommandChange, "id">): void {
  const working = draft.order.commands.find((candidate) => candidate.id === command.id);
  if (!working) return;
  working.state = to.state;
  working.heldBy = to.heldBy;
  working.problem = to.problem;
  if (to.externalIds) working.externalIds = to.externalIds;
  if (to.payload) working.payload = to.payload;
  const earlier = draft.changes.findIndex((candidate) => candidate.id === command.id);
  const merged = { ...(earlier >= 0 ? draft.changes[earlier] : {}), ...to, id: command.id };
  if (earlier >= 0) draft.changes[earlier] = merged;
  else draft.changes.push(merged);
}

/** Ends a command as done, under the id of its effect. */
export const finish = (draft: Draft, command: CommandRecord, externalIds: string[]): void =>
  change(draft, command, { state: "done", heldBy: null, problem: null, externalIds });

/** Stops a command until a person acts, because the platform said no. */
export const park = (draft: Draft, command: CommandRecord, code: ErrorCode, detail: string): void =>
  change(draft, command, { state: "parked", heldBy: "platform", problem: { code, detail } });

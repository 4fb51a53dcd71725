// Branded, prefixed ids. The prefix says what a thing is, in a URL, a log and a database.
import { ulid } from "ulid";

type Id<Prefix extends string> = `${Prefix}_${string}`;

export type MerchantId = Id<"mer">;
export type ConnectionId = Id<"con">;
export type WebhookId = Id<"whk">;
export type OrderId = Id<"ord">;
export type CommandId = Id<"cmd">;
export type PayoutId = Id<"pay">;
export type RunId = Id<"run">;
export type TaskId = Id<"tsk">;
export type JobId = Id<"job">;
export type TokenId = Id<"tok">;

export interface IdPrefixes {
  mer: MerchantId;
  con: ConnectionId;
  whk: WebhookId;
  ord: OrderId;
  cmd: CommandId;
  pay: PayoutId;
  run: RunId;
  tsk: TaskId;
  job: JobId;
  tok: TokenId;
}

/** A source of randomness in [0, 1), handed in so that a run can be replayed. */
export type Random = () => number;

/** Makes an id that sorts by time. `now` is milliseconds since the epoch. */
export const newId = <P extends keyof IdPrefixes>(prefix: P, now: number, random: Random): IdPrefixes[P] =>
  `${prefix}_${ulid(now, random)}` as IdPrefixes[P];

/** Whether a text has the form of an id of that prefix (a border check for path parameters). */
export const isId = <P extends keyof IdPrefixes>(prefix: P, text: string): text is IdPrefixes[P] =>
  text.startsWith(`${prefix}_`) && /^[0-9A-Za-z]{1,40}$/.test(text.slice(4));

/** A random GUID (version 4) from the given source. Platforms use it as an idempotency key. */
export function newGuid(random: Random): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
  hex[12] = "4";
  hex[16] = ((Number.parseInt(hex[16] ?? "0", 16) & 0x3) | 0x8).toString(16);
  const text = hex.join("");
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12, 16)}-${text.slice(16, 20)}-${text.slice(20)}`;
}

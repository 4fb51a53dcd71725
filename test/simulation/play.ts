// One seed at play: its choices, its orders with what happened to them, its trace.
import { virtual } from "../kit/virtual.ts";
import type { Dice } from "./dice.ts";
import type { Stage } from "./stage.ts";
import { type Truth, truthOf } from "./truth.ts";

/** What makes an order's two sides differ, or stop, for a reason that a person would name. */
export type Mark =
  | "portal capture"
  | "portal refund"
  | "amount refund"
  | "portal cancel"
  | "cancelled in ERP"
  | "removed"
  | "payment type"
  | "rows changed"
  | "declined"
  | "discarded"
  | "resolved"
  | "chose to cancel"
  | "debit"
  | "fee"
  | "review"
  | "rare article";

/** One order as the simulation remembers it. */
export interface Story {
  reference: string;
  orderId: number;
  marks: Set<Mark>;
  /** Transactions that somebody made in Qliro's portal. */
  portal: { captures: number[]; refunds: number[]; cancels: number[] };
  /** ERP orders of it that were deleted. */
  removed: number;
  feeMinor: number;
}

export interface Play {
  seed: number;
  stage: Stage;
  dice: Dice;
  stories: Story[];
  articles: string[];
  /** Batches whose sum is wrong. */
  spoiltBatches: Set<number>;
  revoked: Set<"qliro" | "specter">;
  /** A push of Qliro was lost for good: at the end a later one makes up for it. */
  pushesLost: boolean;
  trace: string[];
}

export const truth = (play: Play): Truth => truthOf(play.stage);

export function say(play: Play, text: string): void {
  play.trace.push(`${new Date(virtual.now).toISOString().slice(0, 19)} ${text}`);
}

export const storyOf = (play: Play, orderId: number | undefined): Story | undefined =>
  play.stories.find((story) => story.orderId === orderId);

/** Something that may happen. Answers what did, or null when it makes no sense now. */
export interface Action {
  name: string;
  /** Compared with the other actions'. */
  weight: number;
  /** From this much trouble on. */
  trouble?: 1 | 2;
  run(play: Play): Promise<string | null> | string | null;
}

// What the merchant's people and support do in the router: retry, resolve, discard, choose, replay.
import { z } from "zod";
import { type BookCommand, booksOf } from "./books.ts";
import { type Action, type Play, type Story, truth } from "./play.ts";

async function storyOfSubject(play: Play, subject: string): Promise<Story | undefined> {
  const { orders } = await booksOf(play.stage);
  const orderId = orders.find((order) => order.id === subject)?.document.payment?.externalId;
  return play.stories.find((story) => String(story.orderId) === orderId);
}

const parkedCommands = async (play: Play): Promise<BookCommand[]> =>
  (await booksOf(play.stage)).commands.filter((command) => command.state === "parked");

export async function retryParked(play: Play): Promise<string | null> {
  const parked = await parkedCommands(play);
  for (const command of parked) await play.stage.merchant.retryCommand(command.id, "simulation");
  return parked.length === 0 ? null : `retry ${parked.map((each) => `${each.kind} (${each.code})`).join(", ")}`;
}

async function discard(play: Play): Promise<string | null> {
  const { commands } = await booksOf(play.stage);
  const command = play.dice.one(commands.filter(({ state }) => state === "parked" || state === "waiting"));
  if (!command?.subject.startsWith("ord_")) return null;
  const acted = await play.stage.merchant.discardCommand(command.id, { note: "Not needed." }, "simulation");
  if (!acted.ok) return null;
  (await storyOfSubject(play, command.subject))?.marks.add("discarded");
  return `discard ${command.kind} (${command.code}) of ${command.subject}`;
}

const capturePayload = z.object({
  authorizationId: z.string(),
  rows: z.array(z.object({ reference: z.string(), quantity: z.number(), unitPriceMinor: z.number() })),
});

/** What a command wants of the portal; everything left, where it does not know what to take it from. */
function rowsInPortal(command: BookCommand) {
  const { authorizationId, rows } = capturePayload.parse(command.payload);
  if (authorizationId === "none") return {};
  return {
    rows: rows.map(({ reference, quantity, unitPriceMinor }) => ({ reference, quantity, price: unitPriceMinor / 100 })),
  };
}

/** Somebody does by hand what stopped, and says so. */
async function resolve(play: Play): Promise<string | null> {
  const command = play.dice.one((await parkedCommands(play)).filter(({ kind }) => kind === "capture"));
  const story = command && (await storyOfSubject(play, command.subject));
  if (!story) return null;
  const answer = play.stage.control("qliro", { do: "capture", orderId: story.orderId, ...rowsInPortal(command) });
  if (!answer.ok || !Array.isArray(answer.transactionIds)) return null;
  const [id] = answer.transactionIds;
  story.marks.add("portal capture").add("resolved");
  story.portal.captures.push(...answer.transactionIds.map(Number));
  const input = { externalId: String(id), note: "Captured by hand." };
  const acted = await play.stage.merchant.resolveCommand(command.id, input, "simulation");
  return `capture by hand ${story.reference}, resolve ${command.code}: ${acted.ok}`;
}

export async function finishTasks(play: Play): Promise<string | null> {
  const { tasks } = await booksOf(play.stage);
  const open = tasks.filter((task) => task.state === "open");
  for (const task of open) {
    const choice = play.dice.one(task.choices)?.id;
    const input = choice === undefined ? {} : { choice };
    const acted = await play.stage.merchant.taskDone(task.id, input, "simulation");
    if (acted.ok && choice === "deleted:cancel_at_psp")
      (await storyOfSubject(play, task.subject))?.marks.add("chose to cancel");
  }
  return open.length === 0 ? null : `finish tasks ${open.map((task) => task.code).join(", ")}`;
}

async function replay(play: Play): Promise<string | null> {
  const { webhooks } = await booksOf(play.stage);
  const webhook = play.dice.one(webhooks);
  if (!webhook) return null;
  await play.stage.merchant.replayWebhook(webhook.id, "simulation");
  return `replay webhook ${webhook.seq}`;
}

/** Payment types that people got wrong are put right on most orders. */
export function mendPaymentTypes(play: Play): string {
  const mended: string[] = [];
  for (const order of truth(play).specter.orders) {
    if (order.payTypeIdentifier === "QL" || play.dice.chance(0.3)) continue;
    play.stage.control("specter", { do: "set_payment_type", orderNo: order.orderNo, code: "QL" });
    mended.push(order.externalOrderNo);
  }
  return `payment type QL again: ${mended.join(", ")}`;
}

export const peopleActions: Action[] = [
  { name: "retry", weight: 4, run: retryParked },
  { name: "discard", weight: 1, run: discard },
  { name: "resolve", weight: 1, run: resolve },
  { name: "tasks", weight: 2, run: finishTasks },
  { name: "replay", weight: 1, run: replay },
];

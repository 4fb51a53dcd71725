// Personal data of an order stands in one place, the order's content, and is forgotten there. Commands are stored
// without it and get it back when they are read; what a platform says about the person is masked before it is kept.
import { eq } from "drizzle-orm";
import type { Command } from "../domain/commands.ts";
import type { OrderId } from "../domain/ids.ts";
import type { OrderContent } from "../domain/order.ts";
import { redactText } from "../transport/redact.ts";
import type { Books } from "./books.ts";
import { orders } from "./schema.ts";

/** Shorter words say too little about a person to be worth blotting out of every text. */
const WORD_CHARACTERS_MIN = 4;

const NOBODY: OrderContent = { customer: { form: "person" }, billing: {}, shipping: {} };

/** The payload as it is stored. */
export const withoutPerson = (payload: Command): Command =>
  payload.kind === "create_order" ? { ...payload, ...NOBODY } : payload;

/** The payload as it is sent: with the person as the order has them now. The content stands still once the ERP has it. */
export const withPerson = (payload: Command, content: OrderContent | null): Command =>
  payload.kind === "create_order" ? { ...payload, ...(content ?? NOBODY) } : payload;

/** The content of the order a command is about; null for payouts, and once it was forgotten. */
export const contentOf = (books: Books, subject: string | null): OrderContent | null =>
  subject === null
    ? null
    : (books
        .select({ content: orders.content })
        .from(orders)
        // Compared only: the subject of a payout names no order.
        .where(eq(orders.id, subject as OrderId))
        .get()?.content ?? null);

/** Everything in the content that tells something about a person: whole texts, and the longer words of them. */
export function personalTexts(content: OrderContent | null): string[] {
  if (!content) return [];
  const { form: _, language: __, ...customer } = content.customer;
  const addresses = [content.billing, content.shipping].map(({ country: ___, ...address }) => address);
  const texts = [customer, ...addresses].flatMap((part) => Object.values(part)).filter((text) => text !== undefined);
  const words = texts.flatMap((text) => text.split(/[^\p{L}\p{N}]+/u));
  return [...new Set([...texts, ...words.filter((word) => word.length >= WORD_CHARACTERS_MIN && /\p{L}/u.test(word))])];
}

/** An outcome or an answer whose words repeat neither a secret nor the person. */
export function discreet<T extends object>(said: T, masked: readonly string[]): T {
  const quiet = { ...said };
  for (const name of ["detail", "note"] as const) {
    const text: unknown = Reflect.get(said, name);
    if (typeof text === "string") Reflect.set(quiet, name, redactText(text, masked));
  }
  return quiet;
}

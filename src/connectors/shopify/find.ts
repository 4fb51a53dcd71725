// What to search the shop for, given what a PSP calls a payment, and when a found order really is the one.
//
// The PSP's reference may hold Shopify's payment id or an order number (reference/join-keys.md section 2). Search is
// only a way to candidates: it knows prefixes and parts of words, so every hit is compared to the letter.
import type { Alias } from "../../domain/observation.ts";
import { stateOf } from "./payments.ts";
import { normalName } from "./references.ts";
import type { FoundOrder } from "./wire.ts";

/** PSP identifiers that may hold one of Shopify's, and which. Data of reference/join-keys.md sections 2 and 3. */
const SEARCHABLE: Readonly<Record<string, { number: boolean; sentence?: true }>> = {
  "klarna.merchant_reference2": { number: false },
  "klarna.merchant_reference1": { number: true },
  "qliro.merchant_reference": { number: true },
  "svea.client_order_number": { number: true },
  "mollie.order_number": { number: true },
  "mollie.description": { number: false, sentence: true },
  "adyen.merchant_reference": { number: false, sentence: true },
};

export interface SearchCandidate {
  by: "payment_id" | "name";
  value: string;
  /** In Shopify's search syntax. */
  query: string;
}

/** Searches per call, so that a strange reference cannot empty the bucket. */
const SEARCHES_MAX = 8;

/** What to search for, payment ids before order numbers, nothing twice. */
export function candidatesOf(aliases: readonly Alias[]): SearchCandidate[] {
  const known = aliases.filter(({ type }) => Object.hasOwn(SEARCHABLE, type));
  const ids = known.flatMap(({ type, value, raw }) => {
    // The raw form, for an alias is compared without regard to case and a payment id is not.
    const written = (raw ?? value).trim();
    return SEARCHABLE[type]?.sentence ? [written, ...tokensOf(written)] : [written];
  });
  const numbers = known.flatMap(({ type, value }) => (SEARCHABLE[type]?.number ? [normalName(value)] : []));
  const candidates = [
    ...unique(ids.filter(maybePaymentId)).map((value) => candidate("payment_id", value, value)),
    // Whether the search knows an order by its number alone, or only by its name with `#`, is not documented.
    ...unique(numbers.filter(isLikeOrderNumber)).flatMap((value) => [
      candidate("name", value, value),
      candidate("name", value, `#${value}`),
    ]),
  ];
  return candidates.slice(0, SEARCHES_MAX);
}

const unique = (values: readonly string[]): string[] => [...new Set(values)];

const candidate = (by: SearchCandidate["by"], value: string, searched: string): SearchCandidate => ({
  by,
  value,
  query: `${by}:${escaped(searched)}`,
});

/** A value in Shopify's search syntax: plain where it may be, else quoted, with quotes and backslashes escaped. */
export const escaped = (value: string): string =>
  /^#?[\w-]+$/.test(value) ? value : `"${value.replace(/[\\"]/g, "\\$&")}"`;

/** Words of a sentence that could be a payment id: today's tokens, and `#1001.3` or `c901414060.1` of old. */
const tokensOf = (sentence: string): string[] =>
  sentence.split(/[^\w#.-]+/).filter((word) => /^\w{16,}$/.test(word) || /^[#\w-]+\.\d+$/.test(word));

/** Payment ids have no spaces; a plain number is an order's, and would only find other orders' parts. */
const maybePaymentId = (value: string): boolean => /^\S{5,100}$/.test(value) && !/^#?\d+$/.test(value);

/** Something with at least three digits on end, as `1001`, `SE1001-A`; never a long random token. */
export const isLikeOrderNumber = (value: string): boolean =>
  /^[A-Z]{0,8}[-_.]?\d{3,12}([-_.]?[A-Z0-9]{1,6})?$/.test(value) && value.length <= 20;

/** Whether the order carries the value to the letter: a payment id case and all, a number after normalisation. */
export const fits = ({ by, value }: SearchCandidate, order: FoundOrder): boolean =>
  by === "payment_id"
    ? order.transactions.some(({ paymentId, status }) => paymentId === value && stateOf(status) !== "failed")
    : normalName(order.name) === value;

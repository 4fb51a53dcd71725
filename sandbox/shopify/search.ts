// Shopify's search syntax over orders: `payment_id:x AND updated_at:>='…'`, quotes, brackets, OR and NOT.
import { financialStatusOf, fulfilmentStatusOf, gatewaysOf } from "./totals.ts";
import type { Order, Shop } from "./truth.ts";

type Match = (order: Order) => boolean;

export interface Warning {
  field: string;
  message: string;
  code: string;
}

export interface Search {
  matches: Match;
  /** Terms that Shopify leaves out of account, and says so in `extensions.search`. */
  warnings: Warning[];
}

interface Term {
  field: string | null;
  comparator: "" | ">" | ">=" | "<" | "<=";
  value: string;
}

type Word = "(" | ")" | "AND" | "OR" | "NOT" | Term;

const WORD = /\s+|([()])|(-)?(?:([A-Za-z_]+):)?(>=|<=|>|<)?("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s()]+)/y;

function wordsOf(text: string): Word[] {
  const words: Word[] = [];
  const pattern = new RegExp(WORD);
  for (let offset = 0; offset < text.length; offset = pattern.lastIndex) {
    pattern.lastIndex = offset;
    const found = pattern.exec(text);
    if (!found) break;
    const [, bracket, not, field, comparator, raw] = found;
    if (bracket === "(" || bracket === ")") words.push(bracket);
    if (raw === undefined) continue;
    if (field === undefined && comparator === undefined && (raw === "AND" || raw === "OR" || raw === "NOT")) {
      words.push(raw);
      continue;
    }
    if (not) words.push("NOT");
    const quoted = /^(["']).*\1$/s.test(raw);
    const value = quoted ? raw.slice(1, -1).replace(/\\(.)/g, "$1") : raw;
    // The pattern allows no other comparators.
    words.push({ field: field ?? null, comparator: (comparator ?? "") as Term["comparator"], value });
  }
  return words;
}

/** Reads a search; an empty one finds everything. `AND` binds more tightly than `OR` and may be left out. */
export function parseSearch(shop: Shop, text: string | null): Search {
  const words = wordsOf(text ?? "");
  const warnings: Warning[] = [];
  let next = 0;
  const either = (): Match => {
    const parts = [both()];
    while (words[next] === "OR") {
      next += 1;
      parts.push(both());
    }
    return (order) => parts.some((part) => part(order));
  };
  const both = (): Match => {
    const parts: Match[] = [];
    while (next < words.length && words[next] !== "OR" && words[next] !== ")") {
      if (words[next] === "AND") next += 1;
      else parts.push(one());
    }
    return (order) => parts.every((part) => part(order));
  };
  const one = (): Match => {
    const word = words[next];
    next += 1;
    if (word === "NOT") {
      const part = one();
      return (order) => !part(order);
    }
    if (word === "(") {
      const part = either();
      next += 1;
      return part;
    }
    return typeof word === "object" ? termOf(shop, word, warnings) : () => true;
  };
  return { matches: either(), warnings };
}

const normal = (text: string): string => text.toLowerCase().replace(/^#/, "");

/** A trailing `*` stands for any ending. */
const same = (value: string, text: string | null): boolean => {
  if (text === null) return false;
  const wanted = normal(value);
  return wanted.endsWith("*") ? normal(text).startsWith(wanted.slice(0, -1)) : normal(text) === wanted;
};

const FIELDS: Readonly<Record<string, (order: Order, value: string) => boolean>> = {
  name: (order, value) => same(value, order.name),
  // An opaque token, letter by letter; of successful and pending payments, never of captures and refunds.
  payment_id: (order, value) => order.transactions.some((each) => each.paymentId === value),
  confirmation_number: (order, value) => same(value, order.confirmationNumber),
  email: (order, value) => same(value, order.customer?.email ?? null),
  gateway: (order, value) => gatewaysOf(order).some((gateway) => same(value, gateway)),
  source_name: (order, value) => same(value, order.sourceName),
  source_identifier: (order, value) => same(value, order.sourceIdentifier),
  po_number: (order, value) => same(value, order.poNumber),
  sku: (order, value) => order.lines.some((line) => same(value, line.sku)),
  tag: (order, value) => order.tags.some((tag) => same(value, tag)),
  test: (order, value) => String(order.test) === value.toLowerCase(),
  financial_status: (order, value) => {
    const status = financialStatusOf(order);
    return value.split(",").some((each) => each.trim().toLowerCase() === status);
  },
  fulfillment_status: (order, value) => {
    const status = { none: "unshipped", partial: "partial", fulfilled: "shipped" }[fulfilmentStatusOf(order) ?? "none"];
    return value.toLowerCase() === status || (value.toLowerCase() === "fulfilled" && status === "shipped");
  },
  status: (order, value) => {
    const status = order.cancelledAt === null ? "open" : "cancelled";
    return value === "any" || value === status || (value === "not_closed" && status === "open");
  },
};

const TIMES: Readonly<Record<string, (order: Order) => number>> = {
  created_at: (order) => order.createdAt,
  processed_at: (order) => order.createdAt,
  updated_at: (order) => order.updatedAt,
};

function termOf(shop: Shop, { field, comparator, value }: Term, warnings: Warning[]): Match {
  if (field === null) {
    return (order) =>
      [order.name, order.customer?.email ?? "", order.customer?.firstName ?? "", order.customer?.lastName ?? ""].some(
        (text) => same(value, text),
      );
  }
  if (field === "id") return (order) => compared(order.id, comparator, Number(value.replace(/^gid:.*\//, "")));
  const timed = TIMES[field];
  if (timed) {
    const range = rangeOf(shop, value);
    if (range) return (order) => within(seconds(timed(order)), comparator, range);
    warnings.push({ field, message: "Input `value` is not an accepted time.", code: "invalid_value" });
    return () => true;
  }
  const found = FIELDS[field];
  if (found) return (order) => found(order, value);
  warnings.push({ field, message: "Invalid search field for this query.", code: "invalid_field" });
  return () => true;
}

function compared(actual: number, comparator: Term["comparator"], wanted: number): boolean {
  switch (comparator) {
    case "":
      return actual === wanted;
    case ">":
      return actual > wanted;
    case ">=":
      return actual >= wanted;
    case "<":
      return actual < wanted;
    case "<=":
      return actual <= wanted;
    default:
      return comparator satisfies never;
  }
}

/** Times are shown, and so compared, to the second. */
const seconds = (at: number): number => Math.floor(at / 1_000);

/** A moment, or a whole day of the shop's where only a date is given; in seconds. */
function rangeOf(shop: Shop, value: string): { from: number; to: number } | null {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/i.test(value);
  const parsed = Date.parse(day ? `${value}T00:00:00Z` : zoned ? value : `${value}Z`);
  if (Number.isNaN(parsed)) return null;
  const from = seconds(day || !zoned ? parsed - shop.utcOffsetMinutes * 60_000 : parsed);
  return { from, to: day ? from + 86_399 : from };
}

function within(at: number, comparator: Term["comparator"], { from, to }: { from: number; to: number }): boolean {
  if (comparator === "") return at >= from && at <= to;
  return compared(at, comparator, comparator === ">" || comparator === "<=" ? to : from);
}

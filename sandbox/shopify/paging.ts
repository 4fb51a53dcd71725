// A page of a connection: by place in an order, not by count, so that what changes in between moves nothing.
import type { Arguments, View } from "./graphql/execute.ts";
import { Denied } from "./graphql/problems.ts";

const PAGE_MAX = 250;

/** Something with its place: a sort value, and an id where two have the same. */
export interface Placed<T> {
  value: string | number;
  id: number;
  item: T;
}

const compare = (a: Omit<Placed<unknown>, "item">, b: Omit<Placed<unknown>, "item">): number => {
  if (a.value !== b.value) return a.value < b.value ? -1 : 1;
  return a.id - b.id;
};

const cursorOf = ({ value, id }: Omit<Placed<unknown>, "item">): string =>
  btoa(JSON.stringify({ last_id: id, last_value: value }));

function placeOf(cursor: unknown): Omit<Placed<unknown>, "item"> | null {
  try {
    const read: unknown = JSON.parse(atob(String(cursor)));
    if (typeof read !== "object" || read === null) return null;
    const value: unknown = Reflect.get(read, "last_value");
    if (typeof value !== "string" && typeof value !== "number") return null;
    return { id: Number(Reflect.get(read, "last_id")), value };
  } catch {
    return null;
  }
}

const denied = (message: string): Denied => new Denied(message, "BAD_REQUEST");

/** The resolver of a connection over these items. */
export const connection =
  <T>(items: readonly Placed<T>[], viewOf: (item: T) => View) =>
  (args: Arguments): View | Denied => {
    const { first, last, after, before } = args;
    if (typeof first !== "number" && typeof last !== "number") return denied("you must provide one of first or last");
    if (typeof first === "number" && typeof last === "number")
      return denied("providing both first and last is not supported");
    const size = Number(first ?? last);
    if (size < 1) return denied(`${first === undefined ? "last" : "first"} must be at least 1`);
    if (size > PAGE_MAX) return denied(`${first === undefined ? "last" : "first"} cannot exceed ${PAGE_MAX}`);
    const sorted = [...items].sort((a, b) => compare(a, b) * (args.reverse === true ? -1 : 1));
    const turn = args.reverse === true ? -1 : 1;
    const [from, to] = [after, before].map((cursor) => (typeof cursor === "string" ? placeOf(cursor) : undefined));
    if (from === null || to === null) return denied("Invalid cursor for current pagination sort.");
    const between = sorted.filter(
      (each) => (!from || compare(each, from) * turn > 0) && (!to || compare(each, to) * turn < 0),
    );
    const page = typeof first === "number" ? between.slice(0, size) : between.slice(-size);
    const [head, tail] = [page[0], page.at(-1)];
    const nodes = page.map((each) => viewOf(each.item));
    return {
      edges: page.map((each, index) => ({ cursor: cursorOf(each), node: nodes[index] })),
      nodes,
      pageInfo: {
        hasNextPage: tail !== undefined && sorted.indexOf(tail) < sorted.length - 1,
        hasPreviousPage: head !== undefined && sorted.indexOf(head) > 0,
        startCursor: head ? cursorOf(head) : null,
        endCursor: tail ? cursorOf(tail) : null,
      },
    };
  };

/** Items in the order they stand in. */
export const inOrder = <T>(items: readonly T[]): Placed<T>[] =>
  items.map((item, index) => ({ value: index, id: index, item }));

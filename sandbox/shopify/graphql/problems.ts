// How a GraphQL endpoint says no: one entry of `errors`.
import type { Place } from "./tokens.ts";

export interface Problem {
  message: string;
  locations?: Place[];
  path?: (string | number)[];
  extensions?: Record<string, unknown>;
}

/** What a resolver answers in place of a value it will not give; it becomes an entry of `errors` with its path. */
export class Denied {
  readonly message: string;
  readonly code: string;
  readonly more: Record<string, unknown>;

  constructor(message: string, code: string, more: Record<string, unknown> = {}) {
    this.message = message;
    this.code = code;
    this.more = more;
  }
}

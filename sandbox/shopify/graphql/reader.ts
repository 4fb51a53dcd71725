// Walks over the words of a GraphQL text: what the parsers of documents and of schemas share.
import { type Place, type Token, type TokenKind, tokenize, Unreadable } from "./tokens.ts";

/** A type as written: `[Order!]!`. */
export type TypeRef =
  | { kind: "named"; name: string }
  | { kind: "list"; of: TypeRef }
  | { kind: "required"; of: TypeRef };

export const typeText = (type: TypeRef): string => {
  switch (type.kind) {
    case "named":
      return type.name;
    case "list":
      return `[${typeText(type.of)}]`;
    case "required":
      return `${typeText(type.of)}!`;
    default:
      return type satisfies never;
  }
};

/** The name inside lists and exclamation marks. */
export const innermost = (type: TypeRef): string => (type.kind === "named" ? type.name : innermost(type.of));

export class Reader {
  readonly #tokens: Token[];
  #next = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  get token(): Token {
    return this.#tokens[this.#next] ?? { kind: "end", text: "", at: { line: 1, column: 1 } };
  }

  get at(): Place {
    return this.token.at;
  }

  /** Whether the next word is this mark or name. */
  sees(text: string): boolean {
    return this.token.text === text && (this.token.kind === "punctuator" || this.token.kind === "name");
  }

  /** Takes the next word if it is this mark or name. */
  takes(text: string): boolean {
    if (!this.sees(text)) return false;
    this.#next += 1;
    return true;
  }

  /** The next word, which must be of this kind. */
  take(kind: TokenKind): string {
    const { token } = this;
    if (token.kind !== kind) this.refuse();
    this.#next += 1;
    return token.text;
  }

  /** Takes the next word, which must be this mark or name. */
  must(text: string): void {
    if (!this.takes(text)) this.refuse();
  }

  refuse(): never {
    const { token } = this;
    const what = token.kind === "end" ? "end of file" : `${token.kind.toUpperCase()} (${JSON.stringify(token.text)})`;
    throw new Unreadable(`syntax error, unexpected ${what}`, token.at);
  }

  /** At least one of something between two marks. */
  many<T>(open: string, read: () => T, close: string): T[] {
    this.must(open);
    const items = [read()];
    while (!this.takes(close)) items.push(read());
    return items;
  }

  type(): TypeRef {
    let type: TypeRef;
    if (this.takes("[")) {
      type = { kind: "list", of: this.type() };
      this.must("]");
    } else {
      type = { kind: "named", name: this.take("name") };
    }
    return this.takes("!") ? { kind: "required", of: type } : type;
  }
}

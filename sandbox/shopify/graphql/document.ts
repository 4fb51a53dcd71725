// A GraphQL request as a tree: operations, fragments, selections and values.
import { Reader, type TypeRef } from "./reader.ts";
import { type Place, Unreadable } from "./tokens.ts";

export type Value = { at: Place } & (
  | { kind: "variable"; name: string }
  | { kind: "int"; text: string }
  | { kind: "float"; text: string }
  | { kind: "string"; text: string }
  | { kind: "boolean"; is: boolean }
  | { kind: "null" }
  | { kind: "enum"; text: string }
  | { kind: "list"; items: Value[] }
  | { kind: "object"; fields: { name: string; value: Value }[] }
);

export interface Argument {
  name: string;
  value: Value;
  at: Place;
}

export interface Directive {
  name: string;
  args: Argument[];
  at: Place;
}

export interface FieldNode {
  kind: "field";
  /** The name in the answer: the alias, or the field's own. */
  key: string;
  name: string;
  args: Argument[];
  directives: Directive[];
  /** Null where there are no braces. */
  selections: Selection[] | null;
  at: Place;
}

export type Selection =
  | FieldNode
  | { kind: "spread"; name: string; directives: Directive[]; at: Place }
  | { kind: "inline"; on: string | null; directives: Directive[]; selections: Selection[]; at: Place };

export interface VariableDefinition {
  name: string;
  type: TypeRef;
  fallback: Value | null;
  at: Place;
}

export interface Operation {
  kind: "query" | "mutation";
  name: string | null;
  variables: VariableDefinition[];
  selections: Selection[];
  at: Place;
}

export interface Fragment {
  name: string;
  on: string;
  selections: Selection[];
  at: Place;
}

export interface Document {
  operations: Operation[];
  fragments: Map<string, Fragment>;
}

/** Reads a request, or says where it stops making sense. */
export function parseDocument(
  text: string,
): { ok: true; document: Document } | { ok: false; message: string; at: Place } {
  try {
    return { ok: true, document: document(new Reader(text)) };
  } catch (cause) {
    if (!(cause instanceof Unreadable)) throw cause;
    const { at, message } = cause;
    return { ok: false, message: `${message} at [${at.line}, ${at.column}]`, at };
  }
}

function document(reader: Reader): Document {
  const operations: Operation[] = [];
  const fragments = new Map<string, Fragment>();
  do {
    if (reader.sees("fragment")) {
      const read = fragment(reader);
      fragments.set(read.name, read);
    } else operations.push(operation(reader));
  } while (reader.token.kind !== "end");
  return { operations, fragments };
}

function operation(reader: Reader): Operation {
  const { at } = reader;
  if (reader.sees("{")) return { kind: "query", name: null, variables: [], selections: selections(reader), at };
  const kind = reader.takes("mutation") ? "mutation" : "query";
  if (kind === "query") reader.must("query");
  const name = reader.token.kind === "name" ? reader.take("name") : null;
  const variables = reader.sees("(") ? reader.many("(", () => variable(reader), ")") : [];
  return { kind, name, variables, selections: selections(reader), at };
}

function variable(reader: Reader): VariableDefinition {
  const { at } = reader;
  reader.must("$");
  const name = reader.take("name");
  reader.must(":");
  const type = reader.type();
  return { name, type, fallback: reader.takes("=") ? value(reader) : null, at };
}

function fragment(reader: Reader): Fragment {
  const { at } = reader;
  reader.must("fragment");
  const name = reader.take("name");
  reader.must("on");
  return { name, on: reader.take("name"), selections: selections(reader), at };
}

const selections = (reader: Reader): Selection[] => reader.many("{", () => selection(reader), "}");

function selection(reader: Reader): Selection {
  const { at } = reader;
  if (reader.takes("...")) {
    if (reader.takes("on")) {
      const on = reader.take("name");
      return { kind: "inline", on, directives: directives(reader), selections: selections(reader), at };
    }
    if (reader.token.kind === "name")
      return { kind: "spread", name: reader.take("name"), directives: directives(reader), at };
    return { kind: "inline", on: null, directives: directives(reader), selections: selections(reader), at };
  }
  const first = reader.take("name");
  const name = reader.takes(":") ? reader.take("name") : first;
  return {
    kind: "field",
    key: first,
    name,
    args: reader.sees("(") ? reader.many("(", () => argument(reader), ")") : [],
    directives: directives(reader),
    selections: reader.sees("{") ? selections(reader) : null,
    at,
  };
}

function argument(reader: Reader): Argument {
  const { at } = reader;
  const name = reader.take("name");
  reader.must(":");
  return { name, value: value(reader), at };
}

function directives(reader: Reader): Directive[] {
  const read: Directive[] = [];
  for (;;) {
    const { at } = reader;
    if (!reader.takes("@")) return read;
    const name = reader.take("name");
    read.push({ name, args: reader.sees("(") ? reader.many("(", () => argument(reader), ")") : [], at });
  }
}

/** A value as written; also the default values of a schema. */
export function value(reader: Reader): Value {
  const { at, token } = reader;
  if (reader.takes("$")) return { kind: "variable", name: reader.take("name"), at };
  if (reader.takes("[")) {
    const items: Value[] = [];
    while (!reader.takes("]")) items.push(value(reader));
    return { kind: "list", items, at };
  }
  if (reader.takes("{")) {
    const fields: { name: string; value: Value }[] = [];
    while (!reader.takes("}")) {
      const name = reader.take("name");
      reader.must(":");
      fields.push({ name, value: value(reader) });
    }
    return { kind: "object", fields, at };
  }
  if (reader.takes("true")) return { kind: "boolean", is: true, at };
  if (reader.takes("false")) return { kind: "boolean", is: false, at };
  if (reader.takes("null")) return { kind: "null", at };
  switch (token.kind) {
    case "int":
    case "float":
    case "string":
      return { kind: token.kind, text: reader.take(token.kind), at };
    case "name":
      return { kind: "enum", text: reader.take("name"), at };
    default:
      return reader.refuse();
  }
}

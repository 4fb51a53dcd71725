// The types a GraphQL endpoint knows, read from the schema language.
import { type Value, value } from "./document.ts";
import { Reader, type TypeRef } from "./reader.ts";

export interface InputDefinition {
  name: string;
  type: TypeRef;
  fallback: Value | null;
}

export interface FieldDefinition {
  name: string;
  type: TypeRef;
  args: Map<string, InputDefinition>;
}

export type TypeDefinition =
  | { kind: "object" | "interface"; name: string; fields: Map<string, FieldDefinition>; interfaces: string[] }
  | { kind: "union"; name: string; members: string[] }
  | { kind: "enum"; name: string; values: Set<string> }
  | { kind: "input"; name: string; fields: Map<string, InputDefinition> }
  | { kind: "scalar"; name: string };

export type Composite = Extract<TypeDefinition, { kind: "object" | "interface" | "union" }>;

export type Schema = ReadonlyMap<string, TypeDefinition>;

const BUILT_IN = ["Int", "Float", "String", "Boolean", "ID"];

/**
 * Reads a schema. `connection Order` is this sandbox's shorthand for the types OrderConnection and OrderEdge. A text
 * that is not one, or that names a type nobody defines, is a defect and throws.
 */
export function parseSchema(text: string): Schema {
  const reader = new Reader(text);
  const types = new Map<string, TypeDefinition>(BUILT_IN.map((name) => [name, { kind: "scalar", name }]));
  while (reader.token.kind !== "end") for (const type of definition(reader)) types.set(type.name, type);
  for (const type of types.values())
    for (const name of namesIn(type)) if (!types.has(name)) throw new Error(`${type.name} names the unknown ${name}`);
  return types;
}

function definition(reader: Reader): TypeDefinition[] {
  const kind = reader.take("name");
  const name = reader.take("name");
  switch (kind) {
    case "connection":
      return connectionTypes(name);
    case "scalar":
      return [{ kind, name }];
    case "type":
    case "interface": {
      const interfaces: string[] = [];
      if (reader.takes("implements"))
        do interfaces.push(reader.take("name"));
        while (reader.takes("&"));
      const fields = reader.many("{", () => field(reader), "}");
      const kindOfObject = kind === "type" ? "object" : kind;
      return [{ kind: kindOfObject, name, fields: byName(fields), interfaces }];
    }
    case "union": {
      reader.must("=");
      const members = [reader.take("name")];
      while (reader.takes("|")) members.push(reader.take("name"));
      return [{ kind, name, members }];
    }
    case "enum":
      return [{ kind, name, values: new Set(reader.many("{", () => reader.take("name"), "}")) }];
    case "input":
      return [{ kind, name, fields: byName(reader.many("{", () => input(reader), "}")) }];
    default:
      throw new Error(`a schema has no ${kind}`);
  }
}

const byName = <T extends { name: string }>(items: T[]): Map<string, T> =>
  new Map(items.map((item) => [item.name, item]));

function field(reader: Reader): FieldDefinition {
  const name = reader.take("name");
  const args = reader.sees("(") ? reader.many("(", () => input(reader), ")") : [];
  reader.must(":");
  return { name, args: byName(args), type: reader.type() };
}

function input(reader: Reader): InputDefinition {
  const name = reader.take("name");
  reader.must(":");
  const type = reader.type();
  return { name, type, fallback: reader.takes("=") ? value(reader) : null };
}

function connectionTypes(name: string): TypeDefinition[] {
  const text = `type ${name}Connection { edges: [${name}Edge!]! nodes: [${name}!]! pageInfo: PageInfo! }
    type ${name}Edge { cursor: String! node: ${name}! }`;
  const reader = new Reader(text);
  return [...definition(reader), ...definition(reader)];
}

function namesIn(type: TypeDefinition): string[] {
  const inner = (ref: TypeRef): string => (ref.kind === "named" ? ref.name : inner(ref.of));
  switch (type.kind) {
    case "object":
    case "interface":
      return [
        ...type.interfaces,
        ...[...type.fields.values()].flatMap((each) => [
          inner(each.type),
          ...[...each.args.values()].map((arg) => inner(arg.type)),
        ]),
      ];
    case "union":
      return type.members;
    case "input":
      return [...type.fields.values()].map((each) => inner(each.type));
    case "enum":
    case "scalar":
      return [];
    default:
      return type satisfies never;
  }
}

export const isComposite = (type: TypeDefinition | undefined): type is Composite =>
  type?.kind === "object" || type?.kind === "interface" || type?.kind === "union";

/** The names of the object types that a type can turn out to be. */
export function possibleTypes(schema: Schema, type: Composite): string[] {
  switch (type.kind) {
    case "object":
      return [type.name];
    case "union":
      return type.members;
    case "interface":
      return [...schema.values()].flatMap((each) =>
        each.kind === "object" && each.interfaces.includes(type.name) ? [each.name] : [],
      );
    default:
      return type satisfies never;
  }
}

/** The field of a type; every composite type has `__typename`. */
export function fieldOf(type: Composite, name: string): FieldDefinition | undefined {
  if (name === "__typename")
    return { name, type: { kind: "required", of: { kind: "named", name: "String" } }, args: new Map() };
  return type.kind === "union" ? undefined : type.fields.get(name);
}

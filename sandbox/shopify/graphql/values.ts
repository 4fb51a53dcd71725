// What is given to a GraphQL field: literals and variables, held against their types and turned into plain values.
import type { Value } from "./document.ts";
import { type TypeRef, typeText } from "./reader.ts";
import type { InputDefinition, Schema } from "./schema.ts";

/** Why a value is not of its type, and where inside it. */
export interface Misfit {
  path: (string | number)[];
  explanation: string;
}

export type Coerced = { ok: true; value: unknown } | { ok: false; misfits: Misfit[] };

const INT_MAX = 2 ** 31;

const fits = (value: unknown): Coerced => ({ ok: true, value });
const misfit = (explanation: string): Coerced => ({ ok: false, misfits: [{ path: [], explanation }] });
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A variable's value, as JSON has it, as a value of its type. */
export function coerce(schema: Schema, type: TypeRef, given: unknown): Coerced {
  if (type.kind === "required")
    return given === null || given === undefined
      ? misfit("Expected value to not be null")
      : coerce(schema, type.of, given);
  if (given === null || given === undefined) return fits(null);
  if (type.kind === "list") {
    const items = (Array.isArray(given) ? given : [given]).map((item) => coerce(schema, type.of, item));
    return together(items.map((item, index) => [index, item]));
  }
  const named = schema.get(type.name);
  switch (named?.kind) {
    case "enum":
      return typeof given === "string" && named.values.has(given)
        ? fits(given)
        : misfit(`Expected ${JSON.stringify(given)} to be one of: ${[...named.values].join(", ")}`);
    case "input":
      return isObject(given)
        ? coerceFields(schema, named, given)
        : misfit(`Expected ${JSON.stringify(given)} to be a key-value object.`);
    default:
      return coerceScalar(type.name, given);
  }
}

function coerceFields(
  schema: Schema,
  input: { name: string; fields: Map<string, InputDefinition> },
  given: Record<string, unknown>,
): Coerced {
  const parts: [string, Coerced][] = [];
  for (const name of Object.keys(given))
    if (!input.fields.has(name)) parts.push([name, misfit(`Field is not defined on ${input.name}`)]);
  for (const [name, field] of input.fields) {
    if (name in given) parts.push([name, coerce(schema, field.type, given[name])]);
    else if (field.fallback) parts.push([name, fits(plain(field.fallback, {}))]);
    else if (field.type.kind === "required") parts.push([name, misfit("Expected value to not be null")]);
  }
  const all = together(parts);
  return all.ok ? fits(Object.fromEntries(parts.map(([name, part]) => [name, part.ok ? part.value : null]))) : all;
}

function together(parts: [string | number, Coerced][]): Coerced {
  const misfits = parts.flatMap(([key, part]) =>
    part.ok ? [] : part.misfits.map((each) => ({ ...each, path: [key, ...each.path] })),
  );
  return misfits.length > 0 ? { ok: false, misfits } : fits(parts.map(([, part]) => (part.ok ? part.value : null)));
}

function coerceScalar(name: string, given: unknown): Coerced {
  const wrong = () => misfit(`Could not coerce value ${JSON.stringify(given)} to ${name}`);
  switch (name) {
    case "Int":
      return Number.isInteger(given) && Math.abs(Number(given)) < INT_MAX ? fits(given) : wrong();
    case "Float":
      return typeof given === "number" ? fits(given) : wrong();
    case "Boolean":
      return typeof given === "boolean" ? fits(given) : wrong();
    case "ID":
      return typeof given === "string" || Number.isInteger(given) ? fits(String(given)) : wrong();
    case "JSON":
      return fits(given);
    default:
      return typeof given === "string" ? fits(given) : wrong();
  }
}

/** A literal as a plain value; variables that were not given are left out of objects and null elsewhere. */
export function plain(value: Value, variables: Readonly<Record<string, unknown>>): unknown {
  switch (value.kind) {
    case "variable":
      return variables[value.name];
    case "int":
    case "float":
      return Number(value.text);
    case "string":
    case "enum":
      return value.text;
    case "boolean":
      return value.is;
    case "null":
      return null;
    case "list":
      return value.items.map((item) => plain(item, variables) ?? null);
    case "object":
      return Object.fromEntries(
        value.fields
          .map((field): [string, unknown] => [field.name, plain(field.value, variables)])
          .filter(([, given]) => given !== undefined),
      );
    default:
      return value satisfies never;
  }
}

/** Whether a literal can be of a type. Variables inside it are judged by `use`, with the type of their place. */
export function literalFits(
  schema: Schema,
  type: TypeRef,
  value: Value,
  use: (name: string, type: TypeRef, hasFallback: boolean) => void,
  hasFallback = false,
): boolean {
  if (value.kind === "variable") {
    use(value.name, type, hasFallback);
    return true;
  }
  if (type.kind === "required") return value.kind !== "null" && literalFits(schema, type.of, value, use);
  if (value.kind === "null") return true;
  if (type.kind === "list")
    return value.kind === "list"
      ? value.items.every((item) => literalFits(schema, type.of, item, use))
      : literalFits(schema, type.of, value, use);
  const named = schema.get(type.name);
  switch (named?.kind) {
    case "enum":
      return value.kind === "enum" && named.values.has(value.text);
    case "input":
      if (value.kind !== "object") return false;
      for (const [name, field] of named.fields) {
        const missing = !value.fields.some((each) => each.name === name);
        if (missing && field.type.kind === "required" && !field.fallback) return false;
      }
      return value.fields.every((each) => {
        const field = named.fields.get(each.name);
        return field !== undefined && literalFits(schema, field.type, each.value, use, field.fallback !== null);
      });
    default:
      return scalarFits(type.name, value);
  }
}

function scalarFits(name: string, value: Value): boolean {
  switch (name) {
    case "Int":
      return value.kind === "int" && Math.abs(Number(value.text)) < INT_MAX;
    case "Float":
      return value.kind === "int" || value.kind === "float";
    case "Boolean":
      return value.kind === "boolean";
    case "ID":
      return value.kind === "string" || value.kind === "int";
    case "JSON":
      return true;
    default:
      return value.kind === "string";
  }
}

/** Whether a variable of one type may stand where another is expected. */
export function variableFits(variable: TypeRef, place: TypeRef, hasFallback: boolean): boolean {
  if (place.kind === "required") {
    if (variable.kind === "required") return variableFits(variable.of, place.of, false);
    return hasFallback && variableFits(variable, place.of, false);
  }
  if (variable.kind === "required") return variableFits(variable.of, place, false);
  if (place.kind === "list") return variable.kind === "list" && variableFits(variable.of, place.of, false);
  return typeText(variable) === typeText(place);
}

/** A literal as it was written, for messages. */
export function literalText(value: Value): string {
  switch (value.kind) {
    case "variable":
      return `$${value.name}`;
    case "int":
    case "float":
    case "enum":
      return value.text;
    case "string":
      return JSON.stringify(value.text);
    case "boolean":
      return String(value.is);
    case "null":
      return "null";
    case "list":
      return `[${value.items.map(literalText).join(", ")}]`;
    case "object":
      return `{${value.fields.map((field) => `${field.name}: ${literalText(field.value)}`).join(", ")}}`;
    default:
      return value satisfies never;
  }
}

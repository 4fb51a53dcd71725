// Credentials and settings as a connector's own schemas see them: checked field by field, merged, named, never shown.
import { z } from "zod";
import type { AnyConnector } from "../connectors/registry.ts";
import type { FieldError } from "./problem.ts";
import { fieldErrors, fieldsOf } from "./validate.ts";

type Part = "credentials" | "settings";

/** JSON Schemas are made once per connector: they only depend on code. */
const described = new WeakMap<AnyConnector, Record<Part, object>>();

/** Credentials and settings as JSON Schema, as a client sends them; labels, hints and `secret` marks included. */
export function jsonSchemas(connector: AnyConnector): Record<Part, object> {
  const known = described.get(connector);
  if (known) return known;
  const schemaOf = (schema: z.ZodType): object => z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const made = { credentials: schemaOf(connector.credentials), settings: schemaOf(connector.settings) };
  described.set(connector, made);
  return made;
}

/** Every wrong field of a part, unknown names included: a misspelt optional field must not vanish silently. */
export function partErrors(connector: AnyConnector, part: Part, value: unknown): FieldError[] {
  const parsed = connector[part].safeParse(value);
  const wrong = parsed.success ? [] : fieldErrors(parsed.error, [part]);
  const { properties } = { properties: undefined, ...jsonSchemas(connector)[part] };
  const known = fieldsOf(properties);
  if (Object.keys(known).length === 0) return wrong;
  const unknown = Object.keys(fieldsOf(value)).filter((name) => !Object.hasOwn(known, name));
  return [...wrong, ...unknown.map((name) => ({ path: `${part}.${name}`, message: "there is no such field" }))];
}

/** Lays an update over what is saved: null removes a field, anything else replaces it. */
export function merged(saved: unknown, update: Record<string, unknown>): Record<string, unknown> {
  const result = { ...fieldsOf(saved), ...update };
  return Object.fromEntries(Object.entries(result).filter(([, value]) => value !== null && value !== undefined));
}

/** The names of the credentials that are set; an empty text counts as not set. */
export const namesSet = (credentials: Record<string, unknown>): string[] =>
  Object.entries(credentials).flatMap(([name, value]) => (value === undefined || value === "" ? [] : [name]));

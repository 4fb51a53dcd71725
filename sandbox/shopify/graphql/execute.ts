// Runs a validated GraphQL request over plain views: a view's field is a value, or a function of the arguments.
import type { Directive, Document, FieldNode, Operation, Selection } from "./document.ts";
import { Denied, type Problem } from "./problems.ts";
import { type TypeRef, typeText } from "./reader.ts";
import { type Composite, type FieldDefinition, fieldOf, isComposite, possibleTypes, type Schema } from "./schema.ts";
import { rootOf } from "./validate.ts";
import { coerce, plain } from "./values.ts";

export type Arguments = Readonly<Record<string, unknown>>;
/** What stands behind an object type; `__typename` says which one where a field can be of several. */
export type View = { readonly [field: string]: unknown };

export interface Answer {
  data: Record<string, unknown> | null;
  problems: Problem[];
}

/** Null went where the type forbids it: everything up to the next nullable place becomes null. */
const NOTHING: unique symbol = Symbol("nothing");

/** The values of an operation's variables, or why they do not fit. */
export function variablesOf(
  schema: Schema,
  operation: Operation,
  given: Readonly<Record<string, unknown>>,
): { ok: true; values: Record<string, unknown> } | { ok: false; problems: Problem[] } {
  const values: Record<string, unknown> = {};
  const problems: Problem[] = [];
  for (const { name, type, fallback, at } of operation.variables) {
    if (!(name in given)) {
      if (fallback) values[name] = plain(fallback, {});
      if (fallback || type.kind !== "required") continue;
    }
    const coerced = coerce(schema, type, given[name]);
    if (coerced.ok) {
      values[name] = coerced.value;
      continue;
    }
    const first = coerced.misfits[0];
    const where = first && first.path.length > 0 ? ` for ${first.path.join(".")} (${first.explanation})` : "";
    problems.push({
      message: `Variable $${name} of type ${typeText(type)} was provided invalid value${where}`,
      locations: [at],
      extensions: { code: "INVALID_VARIABLE", value: given[name] ?? null, problems: coerced.misfits },
    });
  }
  return problems.length > 0 ? { ok: false, problems } : { ok: true, values };
}

/** Whether `@skip` and `@include` let a selection be. */
export const isWanted = (directives: Directive[], variables: Arguments): boolean =>
  directives.every((directive) => {
    const condition = directive.args.find((arg) => arg.name === "if");
    const is = condition ? plain(condition.value, variables) === true : true;
    return directive.name === "skip" ? !is : is;
  });

/** The values of a field's arguments, defaults included; what was left out is absent. */
export function argumentsOf(field: FieldDefinition, node: FieldNode, variables: Arguments): Arguments {
  const args: Record<string, unknown> = {};
  for (const definition of field.args.values()) {
    const given = node.args.find((arg) => arg.name === definition.name);
    const value = given ? plain(given.value, variables) : undefined;
    if (value !== undefined)
      args[definition.name] =
        definition.type.kind === "list" && !Array.isArray(value) && value !== null ? [value] : value;
    else if (definition.fallback) args[definition.name] = plain(definition.fallback, {});
  }
  return args;
}

export function execute(
  schema: Schema,
  document: Document,
  operation: Operation,
  variables: Arguments,
  root: View,
): Answer {
  const run = new Run(schema, document, variables);
  const data = run.object(rootOf(schema, operation), root, operation.selections, []);
  return { data: data === NOTHING ? null : data, problems: run.problems };
}

class Run {
  readonly #schema: Schema;
  readonly #document: Document;
  readonly #variables: Arguments;
  readonly problems: Problem[] = [];

  constructor(schema: Schema, document: Document, variables: Arguments) {
    this.#schema = schema;
    this.#document = document;
    this.#variables = variables;
  }

  object(
    type: Composite,
    view: View,
    selections: Selection[],
    path: (string | number)[],
  ): Record<string, unknown> | typeof NOTHING {
    const made: Record<string, unknown> = {};
    for (const [key, nodes] of this.#collect(type, selections, new Map())) {
      const [node] = nodes;
      const field = node && fieldOf(type, node.name);
      if (!field) continue;
      const merged = nodes.flatMap((each) => each.selections ?? []);
      const value = this.#resolve(type, view, field, node, [...path, key], merged);
      if (value === NOTHING) return NOTHING;
      made[key] = value;
    }
    return made;
  }

  /** Fields by their name in the answer, in the order of the text; fragments are opened where they apply. */
  #collect(type: Composite, selections: Selection[], into: Map<string, FieldNode[]>): Map<string, FieldNode[]> {
    for (const each of selections) {
      if (!isWanted(each.directives, this.#variables)) continue;
      if (each.kind === "field") {
        into.set(each.key, [...(into.get(each.key) ?? []), each]);
        continue;
      }
      const part = each.kind === "inline" ? each : this.#document.fragments.get(each.name);
      if (part && this.#applies(part.on, type)) this.#collect(type, part.selections, into);
    }
    return into;
  }

  #applies(on: string | null, type: Composite): boolean {
    if (on === null || on === type.name) return true;
    const target = this.#schema.get(on);
    return isComposite(target) && possibleTypes(this.#schema, target).includes(type.name);
  }

  #resolve(
    type: Composite,
    view: View,
    field: FieldDefinition,
    node: FieldNode,
    path: (string | number)[],
    selections: Selection[],
  ): unknown {
    if (field.name === "__typename") return type.name;
    const raw = view[field.name];
    const value: unknown = typeof raw === "function" ? raw(argumentsOf(field, node, this.#variables)) : raw;
    if (value instanceof Denied) {
      const { message, code, more } = value;
      this.problems.push({ message, locations: [node.at], path, extensions: { code, ...more } });
      return field.type.kind === "required" ? NOTHING : null;
    }
    if (value === undefined) throw new Error(`the sandbox has nothing behind ${type.name}.${field.name}`);
    return this.#complete(field.type, value, selections, path);
  }

  #complete(type: TypeRef, value: unknown, selections: Selection[], path: (string | number)[]): unknown {
    if (type.kind !== "required") {
      const made = this.#made(type, value, selections, path);
      return made === NOTHING ? null : made;
    }
    const made = this.#made(type.of, value, selections, path);
    if (made === null) throw new Error(`the sandbox has null at ${path.join(".")}, which is ${typeText(type)}`);
    return made;
  }

  /** A value of a type without its exclamation mark. */
  #made(type: TypeRef, value: unknown, selections: Selection[], path: (string | number)[]): unknown {
    if (type.kind === "required") return this.#complete(type, value, selections, path);
    if (value === null) return null;
    if (type.kind === "list") {
      if (!Array.isArray(value)) throw new Error(`the sandbox has no list at ${path.join(".")}`);
      const items = value.map((item, index) => this.#complete(type.of, item, selections, [...path, index]));
      return items.includes(NOTHING) ? NOTHING : items;
    }
    const named = this.#schema.get(type.name);
    if (!isComposite(named)) return this.#leaf(type.name, value, path);
    // A view is all that ever stands behind a composite type.
    const view = value as View;
    const actual = named.kind === "object" ? named : this.#schema.get(String(view.__typename));
    if (!isComposite(actual)) throw new Error(`the sandbox does not say what is at ${path.join(".")}`);
    return this.object(actual, view, selections, path);
  }

  #leaf(name: string, value: unknown, path: (string | number)[]): unknown {
    const named = this.#schema.get(name);
    const right =
      named?.kind === "enum"
        ? named.values.has(String(value))
        : coerce(this.#schema, { kind: "named", name }, value).ok;
    if (!right) throw new Error(`the sandbox has ${JSON.stringify(value)} at ${path.join(".")}, which is no ${name}`);
    return value;
  }
}

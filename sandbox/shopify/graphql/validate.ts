// Holds a GraphQL request against the schema before anything runs; the messages and codes are those of the Ruby library.
import type { Argument, Directive, Document, FieldNode, Fragment, Operation, Selection } from "./document.ts";
import type { Problem } from "./problems.ts";
import { innermost, type TypeRef, typeText } from "./reader.ts";
import { type Composite, fieldOf, type InputDefinition, isComposite, possibleTypes, type Schema } from "./schema.ts";
import type { Place } from "./tokens.ts";
import { literalFits, literalText, variableFits } from "./values.ts";

const ROOTS = { query: "QueryRoot", mutation: "Mutation" } as const;
const CONDITION: Map<string, InputDefinition> = new Map([
  ["if", { name: "if", type: { kind: "required", of: { kind: "named", name: "Boolean" } }, fallback: null }],
]);
const DIRECTIVES: Readonly<Record<string, Map<string, InputDefinition>>> = { include: CONDITION, skip: CONDITION };

export const rootOf = (schema: Schema, operation: Operation): Composite => {
  const type = schema.get(ROOTS[operation.kind]);
  if (!isComposite(type)) throw new Error(`the schema has no ${ROOTS[operation.kind]}`);
  return type;
};

/** Everything that is wrong with a request; empty when it may run. */
export function validate(schema: Schema, document: Document): Problem[] {
  const used = new Set<string>();
  const problems = document.operations.flatMap((operation) => {
    const check = new Check(schema, document, operation, used);
    return check.run();
  });
  for (const fragment of document.fragments.values()) {
    if (used.has(fragment.name)) continue;
    const path = [`fragment ${fragment.name}`];
    const extensions = { code: "useAndDefineFragment", fragmentName: fragment.name };
    problems.push({
      message: `Fragment ${fragment.name} was defined, but not used`,
      locations: [fragment.at],
      path,
      extensions,
    });
  }
  return problems;
}

/** One operation with the fragments it reaches. */
class Check {
  readonly #schema: Schema;
  readonly #document: Document;
  readonly #operation: Operation;
  readonly #usedFragments: Set<string>;
  readonly #usedVariables = new Set<string>();
  readonly #problems: Problem[] = [];
  readonly #name: string;

  constructor(schema: Schema, document: Document, operation: Operation, usedFragments: Set<string>) {
    this.#schema = schema;
    this.#document = document;
    this.#operation = operation;
    this.#usedFragments = usedFragments;
    this.#name = operation.name === null ? operation.kind : `${operation.kind} ${operation.name}`;
  }

  run(): Problem[] {
    const { variables, selections, name } = this.#operation;
    for (const variable of variables) {
      const type = this.#schema.get(innermost(variable.type));
      if (type && !isComposite(type)) continue;
      const message = `${innermost(variable.type)} isn't a defined input type (on $${variable.name})`;
      this.#report(message, variable.at, [], { code: "variableRequiresValidType", variableName: variable.name });
    }
    this.#selections(rootOf(this.#schema, this.#operation), selections, [this.#name], []);
    for (const variable of variables) {
      if (this.#usedVariables.has(variable.name)) continue;
      const message = `Variable $${variable.name} is declared by ${name ?? "anonymous query"} but not used`;
      this.#report(message, this.#operation.at, [this.#name], { code: "variableNotUsed", variableName: variable.name });
    }
    return this.#problems;
  }

  #report(message: string, at: Place, path: string[], extensions: Record<string, unknown>): void {
    this.#problems.push({ message, locations: [at], path, extensions });
  }

  #selections(type: Composite, selections: Selection[], path: string[], open: string[]): void {
    this.#conflicts(type, selections, path);
    for (const selection of selections) {
      this.#directives(selection.directives, path);
      switch (selection.kind) {
        case "field":
          this.#field(type, selection, [...path, selection.key], open);
          break;
        case "inline":
          this.#conditioned(type, selection.on ?? type.name, selection, path, open);
          break;
        case "spread": {
          const fragment = this.#document.fragments.get(selection.name);
          if (!fragment) {
            const extensions = { code: "useAndDefineFragment", fragmentName: selection.name };
            this.#report(
              `Fragment ${selection.name} was used, but not defined`,
              selection.at,
              [...path, `... ${selection.name}`],
              extensions,
            );
          } else this.#spread(type, fragment, open);
          break;
        }
        default:
          selection satisfies never;
      }
    }
  }

  #spread(type: Composite, fragment: Fragment, open: string[]): void {
    this.#usedFragments.add(fragment.name);
    if (open.includes(fragment.name)) {
      const extensions = { code: "infiniteLoop", fragmentName: fragment.name };
      this.#report(
        `Fragment ${fragment.name} contains an infinite loop`,
        fragment.at,
        [`fragment ${fragment.name}`],
        extensions,
      );
      return;
    }
    this.#conditioned(type, fragment.on, fragment, [`fragment ${fragment.name}`], [...open, fragment.name]);
  }

  #conditioned(
    type: Composite,
    on: string,
    { selections, at }: { selections: Selection[]; at: Place },
    path: string[],
    open: string[],
  ): void {
    const target = this.#schema.get(on);
    if (!isComposite(target)) {
      const extensions = { code: "undefinedType", typeName: on };
      this.#report(`No such type ${on}, so it can't be a fragment condition`, at, path, extensions);
      return;
    }
    const possible = new Set(possibleTypes(this.#schema, type));
    if (!possibleTypes(this.#schema, target).some((name) => possible.has(name))) {
      const extensions = { code: "cannotSpreadFragment", typeName: on, parentName: type.name };
      this.#report(`Fragment on ${on} can't be spread inside ${type.name}`, at, path, extensions);
    }
    this.#selections(target, selections, [...path, `... on ${on}`], open);
  }

  #field(type: Composite, node: FieldNode, path: string[], open: string[]): void {
    const field = fieldOf(type, node.name);
    if (!field) {
      const extensions = { code: "undefinedField", typeName: type.name, fieldName: node.name };
      this.#report(`Field '${node.name}' doesn't exist on type '${type.name}'`, node.at, path, extensions);
      return;
    }
    this.#arguments(`Field '${node.name}'`, field.args, node, path);
    const inner = this.#schema.get(innermost(field.type));
    if (isComposite(inner)) {
      if (node.selections) {
        this.#selections(inner, node.selections, path, open);
        return;
      }
      const message = `Field must have selections (field '${node.name}' returns ${inner.name} but has no selections. Did you mean '${node.name} { ... }'?)`;
      this.#report(message, node.at, path, {
        code: "selectionMismatch",
        nodeName: `field '${node.name}'`,
        typeName: inner.name,
      });
    } else if (node.selections) {
      const message = `Selections can't be made on scalars (field '${node.name}' returns ${innermost(field.type)} but has selections)`;
      this.#report(message, node.at, path, {
        code: "selectionMismatch",
        nodeName: `field '${node.name}'`,
        typeName: innermost(field.type),
      });
    }
  }

  #directives(directives: Directive[], path: string[]): void {
    for (const directive of directives) {
      const args = DIRECTIVES[directive.name];
      if (args) this.#arguments(`Directive '${directive.name}'`, args, directive, path);
      else {
        const extensions = { code: "undefinedDirective", directiveName: directive.name };
        this.#report(`Directive @${directive.name} is not defined`, directive.at, path, extensions);
      }
    }
  }

  #arguments(
    owner: string,
    known: Map<string, InputDefinition>,
    node: { name: string; args: Argument[]; at: Place },
    path: string[],
  ): void {
    const typeName = owner.split(" ")[0];
    for (const arg of node.args) {
      const definition = known.get(arg.name);
      if (!definition) {
        const extensions = { code: "argumentNotAccepted", name: node.name, typeName, argumentName: arg.name };
        this.#report(`${owner} doesn't accept argument '${arg.name}'`, arg.at, [...path, arg.name], extensions);
        continue;
      }
      const use = (name: string, type: TypeRef, hasFallback: boolean) => this.#use(name, type, hasFallback, arg, path);
      if (literalFits(this.#schema, definition.type, arg.value, use, definition.fallback !== null)) continue;
      const message = `Argument '${arg.name}' on ${owner} has an invalid value (${literalText(arg.value)}). Expected type '${typeText(definition.type)}'.`;
      this.#report(message, arg.at, [...path, arg.name], {
        code: "argumentLiteralsIncompatible",
        typeName,
        argumentName: arg.name,
      });
    }
    const missing = [...known.values()]
      .filter(
        (each) => each.type.kind === "required" && !each.fallback && !node.args.some((arg) => arg.name === each.name),
      )
      .map((each) => each.name);
    if (missing.length === 0) return;
    const extensions = {
      code: "missingRequiredArguments",
      className: typeName,
      name: node.name,
      arguments: missing.join(", "),
    };
    this.#report(`${owner} is missing required arguments: ${missing.join(", ")}`, node.at, path, extensions);
  }

  #use(name: string, place: TypeRef, hasFallback: boolean, arg: Argument, path: string[]): void {
    this.#usedVariables.add(name);
    const variable = this.#operation.variables.find((each) => each.name === name);
    if (!variable) {
      const message = `Variable $${name} is used by ${this.#operation.name ?? "anonymous query"} but not declared`;
      this.#report(message, arg.value.at, [...path, arg.name], { code: "variableNotDefined", variableName: name });
      return;
    }
    const mayBeAbsent = hasFallback || (variable.fallback !== null && variable.fallback.kind !== "null");
    if (variableFits(variable.type, place, mayBeAbsent)) return;
    const types = `${typeText(variable.type)} / ${typeText(place)}`;
    const message = `Type mismatch on variable $${name} and argument ${arg.name} (${types})`;
    const extensions = {
      code: "variableMismatch",
      variableName: name,
      typeName: typeText(variable.type),
      argumentName: arg.name,
    };
    this.#report(message, arg.at, [...path, arg.name], extensions);
  }

  /** The same name for two different things, side by side or through fragments on the same type. */
  #conflicts(type: Composite, selections: Selection[], path: string[]): void {
    const seen = new Map<string, FieldNode>();
    const look = (at: Selection[], on: string, depth: number): void => {
      for (const each of at) {
        if (each.kind === "inline") look(each.selections, each.on ?? on, depth);
        else if (each.kind === "spread") {
          const fragment = this.#document.fragments.get(each.name);
          if (fragment && depth < 10) look(fragment.selections, fragment.on, depth + 1);
        } else if (on === type.name) this.#conflict(seen, each, path);
      }
    };
    look(selections, type.name, 0);
  }

  #conflict(seen: Map<string, FieldNode>, node: FieldNode, path: string[]): void {
    const first = seen.get(node.key);
    if (!first) {
      seen.set(node.key, node);
      return;
    }
    const shape = ({ name, args }: FieldNode) =>
      JSON.stringify([name, args.map((arg) => `${arg.name}:${literalText(arg.value)}`).sort()]);
    if (shape(first) === shape(node)) return;
    const conflicts = first.name === node.name ? "arguments" : `${first.name} or ${node.name}`;
    const what = first.name === node.name ? "an argument conflict" : "a field conflict";
    const extensions = { code: "fieldConflict", fieldName: node.key, conflicts };
    this.#report(`Field '${node.key}' has ${what}: ${conflicts}?`, node.at, path, extensions);
  }
}

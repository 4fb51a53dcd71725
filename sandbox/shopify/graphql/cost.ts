// What a GraphQL request costs: before it runs by what it could return, afterwards by what it did.
import type { Document, FieldNode, Operation, Selection } from "./document.ts";
import { type Arguments, argumentsOf, isWanted } from "./execute.ts";
import { innermost } from "./reader.ts";
import { type Composite, fieldOf, isComposite, type Schema } from "./schema.ts";
import { rootOf } from "./validate.ts";

const MUTATION_COST = 10;
const CONNECTION_COST = 2;

/**
 * How many objects a page counts for. Documented is only that a connection is "sized by" its first or last argument;
 * this curve reproduces the one figure seen in public (250 nodes of 2 points each cost 24).
 */
const pageFactor = (size: number): number => (size <= 1 ? size : Math.max(1, 2 * Math.log(size)));

/**
 * The cost of a request: scalars 0, objects 1, connections and paged lists by their size, mutations 10. Without `data`
 * the requested one, by what could come back; with it the actual one, by what did.
 */
export function costOf(
  schema: Schema,
  document: Document,
  operation: Operation,
  variables: Arguments,
  data?: unknown,
): number {
  const counter = new Counter(schema, document, variables);
  return Math.max(1, Math.floor(counter.selections(rootOf(schema, operation), operation.selections, data)));
}

class Counter {
  readonly #schema: Schema;
  readonly #document: Document;
  readonly #variables: Arguments;

  constructor(schema: Schema, document: Document, variables: Arguments) {
    this.#schema = schema;
    this.#document = document;
    this.#variables = variables;
  }

  /** `data` is the object that came back; without it, the most that could. */
  selections(type: Composite, selections: Selection[], data?: unknown): number {
    let cost = 0;
    for (const each of selections) {
      if (!isWanted(each.directives, this.#variables)) continue;
      if (each.kind === "field") cost += this.#field(type, each, data);
      else {
        const part = each.kind === "inline" ? each : this.#document.fragments.get(each.name);
        const on = part && (part.on === null ? type : this.#schema.get(part.on));
        if (part && isComposite(on)) cost += this.selections(on, part.selections, data);
      }
    }
    return cost;
  }

  #field(type: Composite, node: FieldNode, data: unknown): number {
    const field = fieldOf(type, node.name);
    const inner = field && this.#schema.get(innermost(field.type));
    const own = type.name === "Mutation" ? MUTATION_COST : 0;
    if (!field || !isComposite(inner)) return own;
    const known = data !== undefined;
    const value = known ? at(data, node.key) : undefined;
    if (known && (value === null || value === undefined)) return own;
    const args = argumentsOf(field, node, this.#variables);
    const size = Number(args.first ?? args.last ?? 0);
    if (inner.name.endsWith("Connection")) return own + this.#connection(inner, node, size, value);
    const items = Array.isArray(value) ? value : [value];
    const point = own > 0 || isFree(inner) ? 0 : 1;
    const most = Math.max(0, ...items.map((item) => point + this.selections(inner, node.selections ?? [], item)));
    return own + most * (size > 0 ? pageFactor(known ? Math.min(size, items.length) : size) : 1);
  }

  /** A page of nodes: each is an object of 1 point and what is below it. */
  #connection(type: Composite, node: FieldNode, size: number, value: unknown): number {
    const nodes = at(value, "nodes") ?? at(value, "edges");
    const count = Array.isArray(nodes) ? Math.min(size, nodes.length) : size;
    const each = Math.max(1, this.selections(type, node.selections ?? []));
    return CONNECTION_COST + each * pageFactor(count);
  }
}

const at = (value: unknown, key: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;

/** Edges and page information are part of their connection. */
const isFree = (type: Composite): boolean => type.name === "PageInfo" || type.name.endsWith("Edge");

// A GraphQL request from its text to what may run: parsed, held against the schema, its operation and variables chosen.
import { type Document, type Operation, parseDocument } from "./document.ts";
import { variablesOf } from "./execute.ts";
import type { Problem } from "./problems.ts";
import type { Schema } from "./schema.ts";
import { validate } from "./validate.ts";

export interface Prepared {
  document: Document;
  operation: Operation;
  variables: Record<string, unknown>;
}

/** What came as JSON: the text, the values of its variables, and which of its operations is meant. */
export interface Asked {
  query: string;
  variables: Record<string, unknown>;
  operationName: string | null;
}

/** Gets a request ready to run, or says everything that is wrong with it. */
export function prepare(
  schema: Schema,
  asked: Asked,
): { ok: true; prepared: Prepared } | { ok: false; problems: Problem[] } {
  const parsed = parseDocument(asked.query);
  if (!parsed.ok) return { ok: false, problems: [{ message: parsed.message, locations: [parsed.at] }] };
  const { document } = parsed;
  const problems = validate(schema, document);
  if (problems.length > 0) return { ok: false, problems };
  const operation = chosen(document.operations, asked.operationName);
  if (!operation) return { ok: false, problems: [{ message: whichOne(document.operations, asked.operationName) }] };
  const variables = variablesOf(schema, operation, asked.variables);
  if (!variables.ok) return variables;
  return { ok: true, prepared: { document, operation, variables: variables.values } };
}

function chosen(operations: Operation[], name: string | null): Operation | undefined {
  if (name !== null) return operations.find((each) => each.name === name);
  return operations.length === 1 ? operations[0] : undefined;
}

const whichOne = (operations: Operation[], name: string | null): string =>
  name === null && operations.length > 1
    ? "An operation name is required"
    : `No operation named ${JSON.stringify(name ?? "")}`;

// The pages at /docs: every operation as the OpenAPI document has it, and every code of the catalogue.
import { Hono } from "hono";
import type { Child } from "hono/jsx";
import { CATALOGUE, type CatalogueEntry, type ErrorCode, isErrorCode } from "../domain/errors.ts";
import type { ApiEnv } from "./dependencies.ts";
import { placeOf } from "./pipeline.ts";
import { problemResponse } from "./problem.ts";
import { fieldsOf } from "./validate.ts";

/** Served as a file of its own, so that the content security policy needs no exception. */
const STYLE = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent) }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; text-transform: capitalize } a { color: inherit }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-top: 1px solid var(--line) }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere } dt { font-weight: 600; margin-top: 1rem } dd { margin: 0 }
.method { text-transform: uppercase; font-weight: 600 } .quiet { opacity: .7 }
`;

const Page = ({ title, children }: { title: string; children?: Child }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width" />
      <title>{title}</title>
      <link rel="stylesheet" href="/docs/style.css" />
    </head>
    <body>
      <h1>{title}</h1>
      {children}
    </body>
  </html>
);

interface ListedOperation {
  method: string;
  path: string;
  tag: string;
  summary: string;
  roles: string[];
}

/** The operations of an OpenAPI document, in its order. */
export function listedOperations(document: { paths?: unknown }): ListedOperation[] {
  return Object.entries(fieldsOf(document.paths)).flatMap(([path, methods]) =>
    Object.entries(fieldsOf(methods)).map(([method, value]) => {
      const { tags, summary, "x-roles": roles } = fieldsOf(value);
      const words = (list: unknown) => (Array.isArray(list) ? list.map(String) : []);
      return { method, path, tag: words(tags)[0] ?? "", summary: String(summary ?? ""), roles: words(roles) };
    }),
  );
}

const OperationTable = ({ operations }: { operations: ListedOperation[] }) => (
  <table>
    {operations.map(({ method, path, summary, roles }) => (
      <tr>
        <td class="method">{method}</td>
        <td>
          <code>{path}</code>
          <div>{summary}</div>
        </td>
        <td class="quiet">{roles.length === 0 ? "anyone" : roles.join(", ")}</td>
      </tr>
    ))}
  </table>
);

const OperationsPage = ({ operations }: { operations: ListedOperation[] }) => (
  <Page title="Junipeer at the edge: HTTP API">
    <p>
      The same as data: <a href="/openapi.json">openapi.json</a>. Every refusal names a code:{" "}
      <a href="/docs/errors">the catalogue</a>. Calls carry <code>Authorization: Bearer</code> and a token; a POST may
      carry an <code>Idempotency-Key</code>.
    </p>
    {[...new Set(operations.map(({ tag }) => tag))].map((tag) => (
      <section>
        <h2>{tag}</h2>
        <OperationTable operations={operations.filter((operation) => operation.tag === tag)} />
      </section>
    ))}
  </Page>
);

const CataloguePage = () => (
  <Page title="Every stop there is">
    <p>
      <a href="/docs">All operations</a>
    </p>
    <table>
      {Object.entries(CATALOGUE).map(([code, entry]) => (
        <tr>
          <td>
            <a href={`/docs/errors/${code}`}>
              <code>{code}</code>
            </a>
          </td>
          <td>{entry.title}</td>
        </tr>
      ))}
    </table>
  </Page>
);

const EntryPage = ({ code, entry }: { code: ErrorCode; entry: CatalogueEntry }) => (
  <Page title={entry.title}>
    <p>
      <code>{code}</code> <span class="quiet">{entry.severity}</span>
    </p>
    <dl>
      <dt>Cause</dt>
      <dd>{entry.cause}</dd>
      <dt>What to do</dt>
      <dd>{entry.fix}</dd>
      <dt>Who can act</dt>
      <dd>{entry.actor}</dd>
    </dl>
    <p>
      <a href="/docs/errors">Every code</a>
    </p>
  </Page>
);

/** The pages. `document` gives the OpenAPI document that the operations are listed from. */
export function docs(document: () => { paths?: unknown }): Hono<ApiEnv> {
  return new Hono<ApiEnv>()
    .get("/docs", (context) => context.html(<OperationsPage operations={listedOperations(document())} />))
    .get("/docs/style.css", (context) => context.body(STYLE, 200, { "content-type": "text/css; charset=utf-8" }))
    .get("/docs/errors", (context) => context.html(<CataloguePage />))
    .get("/docs/errors/:code", (context) => {
      const code = context.req.param("code");
      if (!isErrorCode(code)) return problemResponse({ code: "NOT_FOUND" }, placeOf(context));
      return context.html(<EntryPage code={code} entry={CATALOGUE[code]} />);
    });
}

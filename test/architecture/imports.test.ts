// Who may import whom: every import of src/ held against the table of DESIGN.md section 4.
//
// A room may only be entered where the table says so. What goes beyond the design's own table stands in ADDITIONS, each
// with its reason: a new import either fits, or somebody writes down why it must be.
import { describe, expect, it } from "vitest";
import { type Import, importsOf, type Source, sources } from "./sources.ts";

interface Room {
  /** Rooms, as path prefixes below src/. A room may always import itself. */
  rooms: readonly string[];
  packages: readonly string[];
}

/** DESIGN.md section 4, as it stands there. */
const TABLE: Readonly<Record<string, Room>> = {
  domain: { rooms: [], packages: [] },
  connectors: { rooms: ["domain"], packages: ["zod"] },
  transport: { rooms: ["domain"], packages: [] },
  directory: { rooms: ["domain"], packages: ["drizzle-orm"] },
  durable: { rooms: ["domain", "connectors", "transport"], packages: ["drizzle-orm"] },
  // Routes, the OpenAPI document and pages are hono's work: section 4 names rooms, the packages of answering are these.
  http: { rooms: ["domain", "connectors", "directory"], packages: ["hono", "@hono/zod-openapi", "zod"] },
  console: { rooms: ["domain", "connectors", "directory"], packages: ["hono", "zod"] },
  cron: { rooms: ["domain", "directory"], packages: [] },
};

interface Addition {
  /** Path prefix below src/ of who imports. */
  from: string;
  /** Path prefix below src/ (or from the root), or a package. */
  to: string;
  typesOnly?: true;
  reason: string;
}

const ADDITIONS: readonly Addition[] = [
  { from: "durable", to: "sealing.ts", reason: "credentials are unsealed where they are used" },
  { from: "http", to: "sealing.ts", reason: "credentials are sealed where they come in; tokens are known by digests" },
  { from: "directory", to: "sealing.ts", reason: "a new master key seals everything anew" },
  { from: "durable", to: "env.ts", reason: "the object reads the settings of the Worker it runs in" },
  { from: "http", to: "env.ts", reason: "bindings and settings, and the one way to the typed stub" },
  { from: "cron", to: "env.ts", reason: "bindings and settings, and the one way to the typed stub" },
  { from: "console", to: "env.ts", reason: "bindings and settings, and the one way to the typed stub" },
  { from: "env.ts", to: "domain", reason: "the words of the house" },
  { from: "env.ts", to: "zod", reason: "settings are parsed at the border" },
  {
    from: "env.ts",
    to: "durable/platform-health.ts",
    reason: "the front door asks the platforms' objects for /status",
  },
  { from: "env.ts", to: "durable/rpc.ts", typesOnly: true, reason: "the stub's type" },
  { from: "sealing.ts", to: "domain", reason: "the words of the house" },
  { from: "domain", to: "ulid", reason: "ids are made here, of a time and a chance that are handed in" },
  { from: "domain/schedule.ts", to: "croner", reason: "DESIGN section 8 asks for a library for time zones" },
  { from: "connectors", to: "fast-xml-parser", reason: "Specter answers in XML" },
  {
    from: "transport",
    to: "connectors/connector.ts",
    typesOnly: true,
    reason: "the `Http` that a connector is handed is defined by the connectors' interface",
  },
  {
    from: "directory",
    to: "durable/rpc.ts",
    typesOnly: true,
    reason: "configuration is pushed over the object's typed stub",
  },
  {
    from: "directory",
    to: "durable/config.ts",
    typesOnly: true,
    reason: "the configuration it writes is the one the object reads",
  },
  { from: "http", to: "durable/views.ts", typesOnly: true, reason: "what the typed stub answers" },
  { from: "http", to: "durable/rpc.ts", typesOnly: true, reason: "the typed stub" },
  { from: "console", to: "durable/views.ts", typesOnly: true, reason: "what the typed stub answers" },
  { from: "cron", to: "durable/views.ts", typesOnly: true, reason: "what the typed stub answers" },
  { from: "http/sales-accounts-csv.ts", to: "papaparse", reason: "people's spreadsheets quote CSV in many ways" },
  { from: "durable", to: "cloudflare:workers", reason: "the base class of Durable Objects" },
  { from: "durable", to: "zod", reason: "what comes back from storage is parsed where its form may be old" },
  { from: "durable/platform-health.ts", to: "itty-durable", reason: "DESIGN section 6: this one file and no other" },
  {
    from: "durable",
    to: "migrations/merchant/migrations.js",
    reason: "the object applies its migrations when it wakes",
  },
];

const below = (path: string): string => path.replace(/^src\//, "");
const roomOf = (path: string): string => below(path).split("/")[0] ?? "";
/** The part that two connectors may not share: `connectors/<id>`. */
const connectorOf = (path: string): string | null => /^src\/connectors\/([^/]+)\//.exec(path)?.[1] ?? null;

/** `drizzle-orm/d1` is of `drizzle-orm`, `durable/views.ts` of `durable`. */
const isOf = (name: string, prefix: string): boolean => name === prefix || name.startsWith(`${prefix}/`);

/** Why an import is not allowed; null when it is. */
function objection(source: Pick<Source, "path">, wanted: Import): string | null {
  const from = below(source.path);
  if (from === "index.ts") return null;
  const to = wanted.path === null ? wanted.specifier : below(wanted.path);
  const sibling = wanted.path === null ? null : connectorOf(wanted.path);
  const self = connectorOf(source.path);
  if (self !== null && sibling !== null && sibling !== self && sibling !== "shared")
    return "a connector never imports a sibling";
  if (self !== null && to === "connectors/registry.ts") return "the registry names connectors, not the other way round";
  const room = TABLE[roomOf(source.path)];
  if (wanted.path !== null && roomOf(source.path) === roomOf(wanted.path)) return null;
  const byTable = wanted.path === null ? room?.packages : room?.rooms;
  if (byTable?.some((prefix) => isOf(to, prefix))) return null;
  const additions = ADDITIONS.filter((addition) => isOf(from, addition.from) && isOf(to, addition.to));
  if (additions.some((addition) => !addition.typesOnly || wanted.typeOnly)) return null;
  return additions.length > 0 ? "only its types may be imported" : "not in the table";
}

/** Additions nothing makes use of, which may have become a hole. */
const unusedAdditions = (): Addition[] =>
  ADDITIONS.filter(
    ({ from, to }) =>
      !sources.some(
        (source) =>
          isOf(below(source.path), from) &&
          source.imports.some((wanted) => isOf(wanted.path === null ? wanted.specifier : below(wanted.path), to)),
      ),
  );

describe("the imports of src/", () => {
  it("keep to the table of rooms", () => {
    const objections = sources.flatMap((source) =>
      source.imports.flatMap((wanted) => {
        const why = objection(source, wanted);
        return why === null ? [] : [`${source.path} imports ${wanted.specifier}: ${why}`];
      }),
    );
    expect(objections).toEqual([]);
  });

  it("are all read: as many as a cruder count finds", () => {
    for (const { path, text, imports } of sources)
      expect(imports.length, path).toBe(
        [...text.matchAll(/^(?! *(?:\/[/*]|\*)).* from "|^import "|\bimport\("/gm)].length,
      );
  });

  it("name files with their extension, and only files that are there", () => {
    const paths = new Set(sources.map((source) => source.path));
    for (const { path, imports } of sources)
      for (const wanted of imports)
        if (wanted.path?.startsWith("src/")) expect(paths.has(wanted.path), `${path} → ${wanted.specifier}`).toBe(true);
  });

  it("use every addition to the table, so that none is left open without need", () => {
    const ahead = ["console", "croner", "views.ts"];
    const open = unusedAdditions().filter(({ from, to }) => !ahead.some((word) => from === word || to.endsWith(word)));
    expect(open).toEqual([]);
  });

  it("never go round in a circle between rooms at run time", () => {
    const edges = new Map<string, Set<string>>();
    for (const { path, imports } of sources)
      for (const wanted of imports)
        if (wanted.path?.startsWith("src/") && !wanted.typeOnly && roomOf(wanted.path) !== roomOf(path))
          edges.set(roomOf(path), (edges.get(roomOf(path)) ?? new Set()).add(roomOf(wanted.path)));
    // env.ts asks the platforms' health object, which imports nothing of the house but words: the one circle there is.
    edges.get("env.ts")?.delete("durable");
    const circles: string[] = [];
    const walk = (room: string, path: readonly string[]): void => {
      if (path.includes(room)) circles.push([...path, room].join(" → "));
      else for (const next of edges.get(room) ?? []) walk(next, [...path, room]);
    };
    for (const room of edges.keys()) walk(room, []);
    expect(circles).toEqual([]);
  });
});

describe("the table itself", () => {
  const wish = (path: string, line: string): (string | null)[] =>
    importsOf(path, line).map((wanted) => objection({ path }, wanted));

  it("refuses a sibling, the other side of a wall, and the values of a room whose types are open", () => {
    expect(wish("src/connectors/klarna/api.ts", 'import { x } from "../qliro/api.ts";')).not.toEqual([null]);
    expect(wish("src/connectors/klarna/api.ts", 'import { x } from "../registry.ts";')).not.toEqual([null]);
    expect(wish("src/connectors/klarna/api.ts", 'import { x } from "../shared/answers.ts";')).toEqual([null]);
    expect(wish("src/domain/decide.ts", 'import { z } from "zod";')).not.toEqual([null]);
    expect(wish("src/domain/decide.ts", 'export * from "../durable/views.ts";')).not.toEqual([null]);
    expect(wish("src/domain/decide.ts", 'const x = await import("../durable/views.ts");')).not.toEqual([null]);
    expect(wish("src/http/app.ts", 'import { x } from "../durable/views.ts";')).not.toEqual([null]);
    expect(wish("src/http/app.ts", 'import { type X, y } from "../durable/views.ts";')).not.toEqual([null]);
    expect(wish("src/http/app.ts", 'import {\n  type X,\n  type Y,\n} from "../durable/views.ts";')).toEqual([null]);
    expect(wish("src/http/app.ts", 'import type { X } from "../durable/work.ts";')).not.toEqual([null]);
    expect(wish("src/durable/work.ts", 'import { IttyDurable } from "itty-durable";')).not.toEqual([null]);
    expect(wish("src/durable/work.ts", 'import "../http/app.ts";')).not.toEqual([null]);
  });
});

// The habits of STYLE.md that a machine can check, over every file of src/.
import { describe, expect, it } from "vitest";
import { type Source, sources } from "./sources.ts";

const LINES_MAX = 350;
const LINES_USUAL = 200;
/** At most this share of the files may be longer than usual: "most files under 200 lines". */
const LONGER_SHARE = 0.2;

/** Files that may look at the clock and at chance: they hand both to everyone else. */
const MAY_TELL_TIME = new Set(["src/durable/ports.ts", "src/http/app.ts", "src/index.ts"]);
/** They end a request that hangs, or wait out a platform's pace: real waits, whatever the clock says. */
const MAY_WAIT = [
  "src/durable/platform-health.ts",
  "src/durable/ports.ts",
  "src/http/hook-targets.ts",
  "src/transport/http.ts",
];
/** The two logs, of the API and of the objects. Both print where a defect is, never what it says. */
const MAY_PRINT = ["src/durable/defects.ts", "src/http/app.ts"];
/** The one call of the runtime's fetch. */
const MAY_FETCH = "src/transport/network.ts";

const TIME_OR_CHANCE = /\bDate\.now\b|\bMath\.random\b|\bnew Date\(\s*\)|\bperformance\.now\b|(?<![.\w])Date\(\)/;
/** A call or a mention of the global: not a method of that name, and not its declaration. */
const GLOBAL_FETCH = /(?<![.\w]|async )fetch\s*\((?!\w+: )|\bglobalThis\.fetch\b|[=(:]\s*fetch\s*[,;)]/;
const ANY = /(?<=[:<|&,(=]\s*|\bas\s+)any\b(?!\s*[:(])|\bany\[\]/;
const NON_NULL = /[\w)\]]!(?=[.;,)\]\s[](?!=))/;

const offenders = (breaks: (source: Source) => boolean): string[] => sources.filter(breaks).map(({ path }) => path);

describe("every file of src/", () => {
  it("is read as code without mistaking a text for it", () => {
    for (const { path, code } of sources)
      for (const [open, close] of ["()", "{}", "[]"].map((pair) => [...pair] as [string, string]))
        expect(code.split(open).length, `${path}: ${open}${close}`).toBe(code.split(close).length);
  });

  it("opens with a comment that says in a sentence what it is about", () => {
    expect(offenders(({ text }) => !/^(?:\/\/|\/\*\*?) ?\S+(?: \S+){2,}/.test(text))).toEqual([]);
    expect(offenders(({ text }) => !/[.!?:](?:\s|$)/.test(openingComment(text)))).toEqual([]);
  });

  it(`has at most ${LINES_MAX} lines, or is a table of data; most have under ${LINES_USUAL}`, () => {
    // The catalogue is one entry per stop: it grows with what can happen, and nobody reads it from top to bottom.
    expect(offenders(({ path, lines }) => lines > LINES_MAX && path !== "src/domain/errors.ts")).toEqual([]);
    expect(offenders(({ lines }) => lines > LINES_USUAL).length).toBeLessThan(sources.length * LONGER_SHARE);
  });

  it("takes time and chance from outside", () => {
    expect(offenders(({ path, code }) => !MAY_TELL_TIME.has(path) && TIME_OR_CHANCE.test(code))).toEqual([]);
  });

  it("waits for nothing but the end of a request", () => {
    const waits = /\bset(?:Timeout|Interval)\b|\bscheduler\.wait\b|\bAbortSignal\.timeout\b/;
    expect(offenders(({ code }) => waits.test(code))).toEqual(MAY_WAIT);
  });

  it("leaves the network to the transport", () => {
    expect(offenders(({ code }) => GLOBAL_FETCH.test(code))).toEqual([MAY_FETCH]);
  });

  it("prints nothing, except by the two logs", () => {
    expect(offenders(({ code }) => /\bconsole\./.test(code))).toEqual(MAY_PRINT);
  });

  it("has no any, no non-null mark, no enum, and silences no checker", () => {
    // A value may be called any; there the linter alone tells the two apart.
    expect(offenders(({ code }) => ANY.test(code) && !/\b(?:let|const) any\b/.test(code))).toEqual([]);
    expect(offenders(({ code }) => NON_NULL.test(code))).toEqual([]);
    expect(offenders(({ code }) => /^\s*(?:export )?(?:const )?enum\b|^\s*namespace \w+ \{/m.test(code))).toEqual([]);
    expect(offenders(({ text }) => /@ts-(?:ignore|nocheck|expect-error)|biome-ignore|eslint-/.test(text))).toEqual([]);
  });

  it("leaves nothing for later", () => {
    expect(offenders(({ text }) => /\b(?:TODO|FIXME|XXX|HACK)\b/.test(text))).toEqual([]);
    // A connector lacks a facet, it does not answer that it cannot: the words stand in the interface's own comment only.
    expect(offenders(({ text }) => /not implemented/i.test(text))).toEqual(["src/connectors/connector.ts"]);
  });

  it("is not called after a box for things without a name", () => {
    expect(offenders(({ path }) => /(?:util|helper|manager|service|handler)s?\.tsx?$/.test(path))).toEqual([]);
  });
});

function openingComment(text: string): string {
  if (text.startsWith("/*")) return text.slice(0, text.indexOf("*/"));
  return text.slice(0, /^(?!\/\/)/m.exec(text)?.index ?? text.length);
}

describe("the checks themselves", () => {
  const TRIES: readonly [string, RegExp, string[], string[]][] = [
    ["any", ANY, ["x: any)", "as any", "Array<any>", "any[]"], ["many", "any: 1", "x.any(", "Promise.any("]],
    ["!", NON_NULL, ["a!.b", "f()!;", "x[0]! as"], ["a !== b", "!a", "a != b", "(!b)"]],
    [
      "fetch",
      GLOBAL_FETCH,
      ["await fetch(x)", "globalThis.fetch", "{ send: fetch }".replace(" }", ", a")],
      ["x.fetch("],
    ],
    ["time", TIME_OR_CHANCE, ["Date.now()", "new Date()", "now: Date.now,"], ["new Date(now)", "Date.UTC(1)"]],
  ];
  it.each(TRIES)("catch %s and let the innocent pass", (_, pattern, guilty, innocent) => {
    expect(guilty.filter((code) => !pattern.test(code))).toEqual([]);
    expect(innocent.filter((code) => pattern.test(code))).toEqual([]);
  });
});

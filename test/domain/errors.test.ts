import { exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { CATALOGUE, type CatalogueEntry, type ErrorCode } from "../../src/domain/errors.ts";
import { sources } from "../architecture/sources.ts";

// That every code a source names is in the catalogue, the types see to.
const entries = Object.entries(CATALOGUE) as [ErrorCode, CatalogueEntry][];

/** Codes that no source names yet, each with who will. An entry that is used meanwhile must go from here. */
const AHEAD: Partial<Record<ErrorCode, string>> = {
  ERP_PERIOD_CLOSED: "the ERPs that say so in an answer of their own (Fortnox, Visma): issue 4",
};

const isNamed = (code: string): boolean =>
  sources.some(({ path, text }) => path !== "src/domain/errors.ts" && new RegExp(`\\b${code}\\b`).test(text));

describe("the catalogue", () => {
  it("says of every code in sentences what happened, why, and what to do", () => {
    for (const [code, { title, cause, fix }] of entries) {
      expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
      expect(title, code).toMatch(/^\p{Lu}.*[^.\s]$/u);
      for (const sentence of [cause, fix]) {
        expect(sentence, code).toMatch(/^[\p{Lu}`*{].*[.!?`)]$/u);
        expect(sentence.split(/\s+/).length, `${code}: ${sentence}`).toBeGreaterThan(2);
      }
      expect(cause, code).not.toBe(fix);
    }
  });

  it("names every situation once", () => {
    const titles = entries.map(([, { title }]) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  it("gives an HTTP status only as an error's", () => {
    for (const [code, { status }] of entries)
      if (status !== undefined) expect(status >= 400 && status < 600, code).toBe(true);
  });

  it("holds no code that nothing can lead to", () => {
    expect(entries.map(([code]) => code).filter((code) => !isNamed(code) && !(code in AHEAD))).toEqual([]);
    expect(Object.keys(AHEAD).filter(isNamed)).toEqual([]);
  });

  it("has a page for every code, with the cause and what to do, and none for others", async () => {
    for (const [code, entry] of entries) {
      const response = await exports.default.fetch(`http://edge.test/docs/errors/${code}`);
      expect(response.status, code).toBe(200);
      const page = unescaped(await response.text());
      for (const text of [code, entry.title, entry.cause, entry.fix]) expect(page, code).toContain(text);
    }
    const list = await (await exports.default.fetch("http://edge.test/docs/errors")).text();
    for (const [code] of entries) expect(list).toContain(`/docs/errors/${code}"`);
    for (const code of ["NO_SUCH_CODE", "constructor", "__proto__"])
      expect((await exports.default.fetch(`http://edge.test/docs/errors/${code}`)).status).toBe(404);
  });
});

const unescaped = (html: string): string =>
  html
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&quot;", '"')
    .replaceAll("&#39;", "'")
    .replaceAll("&amp;", "&");

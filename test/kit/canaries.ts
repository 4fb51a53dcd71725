// Canaries: values planted where secrets and personal data go in, and the search of everything that comes out.
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { virtual } from "./virtual.ts";

/** One place that was searched, and what stood there. */
export interface Place {
  where: string;
  text: string;
}

/** Where a value was found. */
export interface Sighting {
  what: string;
  where: string;
  around: string;
}

/** The forms in which a value may hide. */
function formsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const percent = encodeURIComponent(value);
  const latin1 = [...value].map((character) => {
    const code = character.charCodeAt(0);
    return code > 127 ? `%${code.toString(16).toUpperCase().padStart(2, "0")}` : encodeURIComponent(character);
  });
  const bytes = String.fromCharCode(...new TextEncoder().encode(value));
  // The middle of each alignment: the characters at the ends depend on the neighbours.
  const base64 = [0, 1, 2].map((shift) => btoa("\0".repeat(shift) + bytes).slice(shift === 0 ? 0 : 4, -4));
  const hex = Array.from(bytes, (byte) => byte.charCodeAt(0).toString(16).padStart(2, "0")).join("");
  const forms = [value, json, percent, percent.replaceAll("%20", "+"), latin1.join(""), hex, ...base64];
  return [...new Set(forms.flatMap((form) => [form, form.toLowerCase()]))].filter((form) => form.length >= 6);
}

/** Every place where one of the values stands, in any of its forms. */
export function sightings(values: Readonly<Record<string, string>>, places: readonly Place[]): Sighting[] {
  return Object.entries(values).flatMap(([what, value]) =>
    places.flatMap(({ where, text }) =>
      formsOf(value).flatMap((form) => {
        const at = text.indexOf(form);
        return at < 0 ? [] : [{ what, where, around: text.slice(Math.max(0, at - 60), at + form.length + 20) }];
      }),
    ),
  );
}

/** Every value of every row, one place per column and row; bytes are read as text. */
function places(store: string, table: string, rows: readonly Record<string, unknown>[]): Place[] {
  return rows.flatMap((row) =>
    Object.entries(row).map(([column, value]) => ({ where: `${store} ${table}.${column}`, text: textOf(value) })),
  );
}

function textOf(value: unknown): string {
  if (value instanceof ArrayBuffer) return new TextDecoder().decode(value);
  if (ArrayBuffer.isView(value)) return new TextDecoder().decode(value);
  return String(value);
}

const TABLES =
  "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%_cf_%' AND name NOT LIKE 'sqlite_%'";

/** Everything that the merchant's object holds. */
export function objectPlaces(merchant: string): Promise<Place[]> {
  const stub = env.MERCHANT.get(env.MERCHANT.idFromName(merchant));
  return runInDurableObject(stub, (_, { storage }) =>
    storage.sql
      .exec(TABLES)
      .toArray()
      .flatMap(({ name }) => places("object", String(name), storage.sql.exec(`SELECT * FROM "${name}"`).toArray())),
  );
}

/** Everything that the directory holds. */
export async function directoryPlaces(): Promise<Place[]> {
  const tables = await env.DB.prepare(TABLES).all<{ name: string }>();
  const all = tables.results.map(async ({ name }) => {
    const { results } = await env.DB.prepare(`SELECT * FROM "${name}"`).all();
    return places("directory", name, results);
  });
  return (await Promise.all(all)).flat();
}

/** What is printed from now on. */
export function printedPlaces(): Place[] {
  const printed: Place[] = [];
  for (const method of ["log", "info", "warn", "error", "debug", "trace"] as const)
    vi.spyOn(console, method).mockImplementation((...args: unknown[]) => {
      const text = args.map((arg) => (arg instanceof Error ? `${arg.stack}` : JSON.stringify(arg))).join(" ");
      printed.push({ where: `console.${method}`, text });
    });
  return printed;
}

/** The address of every request from now on. */
export function addressPlaces(): Place[] {
  const asked: Place[] = [];
  const next = virtual.fetch;
  virtual.fetch = (request) => {
    asked.push({ where: "an address", text: request.url });
    return next(request);
  };
  return asked;
}

// The parameters of one call: names without case, from query and form, read field by field; the first fault is kept by name.
import { parseMilli, parseMinor, parseVatBps } from "./amounts.ts";

export class Parameters {
  readonly #values = new Map<string, { name: string; value: string; read: boolean }>();
  #fault: string | null = null;

  /** Where a name occurs twice the first one counts: the query is given before the form. */
  constructor(pairs: readonly (readonly [name: string, value: string])[]) {
    for (const [name, value] of pairs) {
      const key = name.toLowerCase();
      if (!this.#values.has(key)) this.#values.set(key, { name, value, read: false });
    }
  }

  /** The first field that is not right, and why: `currency: not an ISO 4217 code`. */
  get fault(): string | null {
    return this.#fault;
  }

  /** Names that nothing asked for, row numbers removed. */
  unread(): string[] {
    const names = [...this.#values.values()].filter((entry) => !entry.read).map((entry) => entry.name);
    return [...new Set(names.map((name) => name.replace(/_\d+$/, "_n")))];
  }

  /** As sent; empty when absent. */
  raw(name: string): string {
    const entry = this.#values.get(name.toLowerCase());
    if (!entry) return "";
    entry.read = true;
    return entry.value;
  }

  has(name: string): boolean {
    return this.raw(name).trim() !== "";
  }

  /** Records that a field is not right. Only the first is reported. */
  blame(name: string, why: string): void {
    this.#fault ??= `${name}: ${why}`;
  }

  required(name: string): string {
    if (!this.has(name)) this.blame(name, "missing");
    return this.text(name);
  }

  text(name: string, charactersMax?: number): string {
    const value = this.raw(name).trim();
    if (charactersMax !== undefined && value.length > charactersMax) {
      this.blame(name, `longer than ${charactersMax} characters`);
    }
    return value;
  }

  matching(name: string, pattern: RegExp, what: string): string {
    const value = this.text(name);
    if (value !== "" && !pattern.test(value)) this.blame(name, `not ${what}`);
    return value;
  }

  currency(name: string): string {
    return this.matching(name, /^[A-Z]{3}$/, "an ISO 4217 code");
  }

  flag(name: string): boolean {
    return this.matching(name, /^[01]$/, "0 or 1") === "1";
  }

  /** A whole number ≥ 0; null when absent or wrong. */
  integer(name: string): number | null {
    const value = this.matching(name, /^\d{1,12}$/, "a whole number");
    return /^\d{1,12}$/.test(value) ? Number(value) : null;
  }

  /** `yyyy-MM-dd`, a day that exists. */
  date(name: string): string {
    const value = this.text(name);
    if (value === "") return "";
    const time = /^\d{4}-\d{2}-\d{2}$/.test(value) ? Date.parse(`${value}T00:00:00Z`) : Number.NaN;
    if (Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== value)
      this.blame(name, "not a date yyyy-MM-dd");
    return value;
  }

  /** Thousandths, or 0 after blaming the field. */
  milli(name: string): number {
    return this.#number(name, parseMilli, "a decimal with a dot and up to 3 decimals");
  }

  /** Hundredths, or 0 after blaming the field. */
  minor(name: string): number {
    return this.#number(name, parseMinor, "an amount with a dot and up to 2 decimals");
  }

  /** Basis points, or 0 after blaming the field. */
  vatBps(name: string): number {
    return this.#number(name, parseVatBps, "a percentage");
  }

  /** More than nothing, in thousandths. */
  quantity(name: string): number {
    const milli = this.milli(name);
    if (milli <= 0) this.blame(name, "must be more than 0");
    return milli;
  }

  #number(name: string, parse: (text: string) => number | null, what: string): number {
    const value = this.required(name);
    const parsed = parse(value);
    if (parsed === null) this.blame(name, `not ${what}`);
    return parsed ?? 0;
  }

  /**
   * The indices of the rows, 1…N. `columns` are the names before `_n`; the first is the one every row must have,
   * so a gap is blamed on it (section 11: indices start at 1 and are consecutive).
   */
  rows(columns: readonly [string, ...string[]]): number[] {
    const wanted = new Set(columns.map((column) => column.toLowerCase()));
    const found = new Set<number>();
    for (const key of this.#values.keys()) {
      const parts = /^(.+)_(\d+)$/.exec(key);
      if (parts?.[1] !== undefined && wanted.has(parts[1])) found.add(Number(parts[2]));
    }
    const indices = Array.from(found, (_, position) => position + 1);
    for (const index of indices) {
      const name = `${columns[0]}_${index}`;
      if (!this.has(name)) this.blame(name, "missing; rows are numbered 1, 2, 3 … without a gap");
    }
    return indices;
  }
}

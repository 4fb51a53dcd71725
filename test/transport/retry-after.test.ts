import { describe, expect, it } from "vitest";
import { retryAfterMs } from "../../src/transport/retry-after.ts";

const now = Date.parse("2026-11-20T12:00:00Z");
const read = (value?: string): number | null =>
  retryAfterMs(new Headers(value === undefined ? {} : { "retry-after": value }), now);

describe("Retry-After", () => {
  it("reads seconds, also with decimals", () => {
    expect([read("0"), read("5"), read("2.0"), read(" 30 ")]).toEqual([0, 5_000, 2_000, 30_000]);
  });

  it("reads an HTTP date; one that has passed is no pause", () => {
    expect(read("Fri, 20 Nov 2026 12:00:10 GMT")).toBe(10_000);
    expect(read("Fri, 20 Nov 2026 11:00:00 GMT")).toBe(0);
  });

  it("never pauses for more than a day", () => {
    expect([read("999999999"), read("Fri, 20 Nov 2037 12:00:00 GMT")]).toEqual([86_400_000, 86_400_000]);
  });

  it("says nothing where nothing can be read", () => {
    expect([
      read(),
      read(""),
      read("-5"),
      read("soon"),
      read("2026-11-20"),
      read("Fri, 99 Nov 2026 12:00:10 GMT"),
    ]).toEqual([null, null, null, null, null, null]);
  });
});

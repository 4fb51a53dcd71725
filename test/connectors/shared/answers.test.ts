import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { HttpAnswer, HttpFailure } from "../../../src/connectors/connector.ts";
import {
  bodyText,
  classify,
  parseJson,
  readJson,
  readStop,
  retryAfterMs,
  writeStop,
} from "../../../src/connectors/shared/answers.ts";

const NOW = Date.UTC(2026, 0, 15, 10, 0, 0);

const answer = (status: number, body = "", headers: Record<string, string> = {}): HttpAnswer => ({
  kind: "answer",
  status,
  headers: new Headers(headers),
  body: new TextEncoder().encode(body),
});
const lost: HttpFailure = { kind: "no_answer", code: "NETWORK_NO_ANSWER", detail: "timed out" };
const notSent: HttpFailure = { kind: "not_sent", code: "PLATFORM_UNAVAILABLE", detail: "breaker", retryAfterMs: 700 };

describe("answers of a platform", () => {
  it("sorts every status into one class", () => {
    const statuses = [200, 204, 301, 400, 401, 403, 404, 408, 410, 422, 429, 500, 503];
    expect(statuses.map(classify)).toEqual([
      "success",
      "success",
      "refused",
      "refused",
      "unauthorized",
      "unauthorized",
      "absent",
      "unavailable",
      "absent",
      "refused",
      "throttled",
      "unavailable",
      "unavailable",
    ]);
  });

  it("reads Retry-After as seconds and as an HTTP date, and nothing else", () => {
    const read = (text?: string) => retryAfterMs(new Headers(text === undefined ? {} : { "retry-after": text }), NOW);
    expect(read("30")).toBe(30_000);
    expect(read("0")).toBe(0);
    expect(read("Thu, 15 Jan 2026 10:01:00 GMT")).toBe(60_000);
    expect(read("Thu, 15 Jan 2026 09:00:00 GMT")).toBe(0);
    expect([read(), read("soon"), read("-5"), read("1.5")]).toEqual([undefined, undefined, undefined, undefined]);
  });

  it("decodes UTF-8 and Latin-1", () => {
    expect(bodyText(new TextEncoder().encode("Blå"))).toBe("Blå");
    expect(bodyText(new Uint8Array([0x42, 0x6c, 0xe5]), "latin1")).toBe("Blå");
  });

  it("names the field that is wrong and never its value", () => {
    const schema = z.object({ rows: z.array(z.object({ price: z.number() })) });
    expect(parseJson('{"rows":[{"price":1}]}', schema)).toEqual({ ok: true, value: { rows: [{ price: 1 }] } });
    const wrong = parseJson('{"rows":[{"price":"790625-5307"}]}', schema);
    expect(wrong).toEqual({ ok: false, error: "field rows.0.price is not as documented (invalid_type)" });
    expect(parseJson("<html>790625</html>", schema)).toEqual({ ok: false, error: "the body is not JSON" });
    expect(parseJson("", schema)).toEqual({ ok: false, error: "the body is empty" });
    expect(parseJson("7", schema)).toMatchObject({ error: expect.stringContaining("(root)") });
  });

  it("takes a lost answer of a read as later and of a write as unknown", () => {
    expect(readStop(lost, NOW)).toEqual({ kind: "later", code: "NETWORK_NO_ANSWER", detail: "timed out" });
    expect(writeStop(lost, NOW)).toEqual({ kind: "unknown", detail: "timed out" });
    expect(writeStop(notSent, NOW)).toEqual({
      kind: "later",
      code: "PLATFORM_UNAVAILABLE",
      detail: "breaker",
      retryAfterMs: 700,
    });
  });

  it("takes a server error of a read as later and of a write as unknown", () => {
    expect(readStop(answer(503), NOW)).toEqual({ kind: "later", code: "PLATFORM_UNAVAILABLE", detail: "HTTP 503" });
    expect(writeStop(answer(503), NOW)).toEqual({ kind: "unknown", detail: "HTTP 503" });
  });

  it("obeys Retry-After on 429, and pauses on 401 and 403", () => {
    const slow = answer(429, "", { "retry-after": "12" });
    const expected = { kind: "later", code: "RATE_LIMITED", detail: "HTTP 429", retryAfterMs: 12_000 };
    expect(readStop(slow, NOW)).toEqual(expected);
    expect(writeStop(slow, NOW)).toEqual(expected);
    expect(readStop(answer(401), NOW)).toEqual({ kind: "unauthorized", detail: "HTTP 401" });
    expect(writeStop(answer(403), NOW)).toEqual({ kind: "unauthorized", detail: "HTTP 403" });
  });

  it("leaves a refused or missing target of a write to the connector", () => {
    expect([writeStop(answer(200), NOW), writeStop(answer(400), NOW), writeStop(answer(404), NOW)]).toEqual([
      null,
      null,
      null,
    ]);
    expect(readStop(answer(404), NOW)).toEqual({ kind: "absent" });
    expect(readStop(answer(302), NOW)).toEqual({ kind: "refused", code: "PLATFORM_REFUSED", detail: "HTTP 302" });
  });

  it("reads JSON of a schema, or says that it cannot", () => {
    const schema = z.object({ id: z.number() });
    expect(readJson(answer(200, '{"id":7}'), schema, NOW)).toEqual({ kind: "found", value: { id: 7 } });
    expect(readJson(answer(200, "{}"), schema, NOW)).toEqual({
      kind: "refused",
      code: "PLATFORM_ANSWER_NOT_UNDERSTOOD",
      detail: "field id is not as documented (invalid_type)",
    });
    expect(readJson(answer(500), schema, NOW)).toMatchObject({ kind: "later" });
    expect(readJson(lost, schema, NOW)).toMatchObject({ kind: "later" });
  });
});

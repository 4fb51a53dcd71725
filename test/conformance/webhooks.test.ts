// What every connector promises about webhooks before anything is stored: proof, key, hints, acknowledgement.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IncomingWebhook } from "../../src/connectors/connector.ts";
import { complete, incoming, type Sample } from "./fixture.ts";

const HASH = "0f".repeat(32);
const HINT_KINDS = ["order", "changes", "remember", "ignored", "unreadable"];
/** A key is hashed into an id, so its length is free; one without a bound would be a stranger's to choose. */
const KEY_CHARACTERS_MAX = 250;

const subjects = complete.flatMap(({ id, connector, fixture }) =>
  connector.webhooks && fixture.webhooks
    ? [{ id, facet: connector.webhooks, given: fixture.webhooks, credentials: fixture.credentials, now: fixture.now }]
    : [],
);

describe.each(subjects)("a webhook of $id", ({ id, facet, given, credentials, now }) => {
  const secrets = Object.fromEntries(facet.secrets.map((name) => [name, credentials[name]]));
  const verify = (webhook: IncomingWebhook, withSecrets: Record<string, unknown> = secrets) =>
    facet.verify(webhook, withSecrets, now);

  it("comes in a documented form, is authentic, and says what to look at", async () => {
    const samples = [
      ...(await given.samples(now)),
      ...(await given.unknown(now)),
      ...((await given.repeats?.(now)) ?? []),
    ];
    for (const sample of samples) {
      const contentType = (sample.headers?.["content-type"] ?? "").split(";")[0];
      expect(facet.methods, sample.name).toContain(sample.method);
      expect(facet.contentTypes, sample.name).toContain(contentType);
      expect(await verify(incoming(sample)), sample.name).toBe("authentic");
      expect(
        facet.hints(incoming(sample)).map(({ kind }) => kind),
        sample.name,
      ).toEqual(sample.hints);
    }
  });

  it("of a type that nobody knows is ignored with a reason, never read as something else", async () => {
    for (const sample of await given.unknown(now))
      for (const hint of facet.hints(incoming(sample)))
        expect(hint, sample.name).toEqual({ kind: "ignored", reason: expect.stringMatching(/\w+ \w+/) });
  });

  it("points at orders by an alias of its own connector", async () => {
    for (const sample of await given.samples(now))
      for (const hint of facet.hints(incoming(sample)))
        if (hint.kind === "order") {
          expect(hint.type).toMatch(new RegExp(`^${id}\\.[a-z_]+$`));
          expect(hint.value.trim()).not.toBe("");
        }
  });

  it("is answered with the platform's own acknowledgement, the same for every one", async () => {
    const { status, contentType, body } = given.acknowledgement;
    for (const sample of await given.samples(now))
      expect(facet.acknowledge(incoming(sample))).toEqual({ status, body, headers: { "content-type": contentType } });
  });

  it("has a key that is the same for a repeat and different for any other event", async () => {
    const samples = await given.samples(now);
    const keys = new Map(samples.map((sample) => [sample.name, facet.eventKey(incoming(sample), HASH)]));
    const named = [...keys.values()].filter((key) => key !== "");
    const bodiless = named.filter((key) => !key.includes(HASH));
    expect(new Set(bodiless).size).toBe(bodiless.length);
    for (const key of keys.values()) expect(key.length).toBeLessThanOrEqual(KEY_CHARACTERS_MAX);
    for (const repeat of (await given.repeats?.(now)) ?? []) {
      expect(keys.has(repeat.of), repeat.of).toBe(true);
      expect(facet.eventKey(incoming(repeat), "another hash"), repeat.name).toBe(keys.get(repeat.of));
    }
  });

  it("has a key that does not care for the order of headers, for unknown headers, or for time", async () => {
    for (const sample of await given.samples(now)) {
      const key = facet.eventKey(incoming(sample), HASH);
      const shuffled = Object.entries({ "x-request-id": "1", ...sample.headers, date: "today" }).reverse();
      const webhook = { ...incoming(sample), headers: new Headers(shuffled) };
      expect(facet.eventKey(webhook, HASH), sample.name).toBe(key);
      expect(facet.eventKey(incoming(sample), HASH), sample.name).toBe(key);
    }
  });

  const { signature } = given;
  it.skipIf(signature === null)("that the platform signs is refused with anything changed", async () => {
    const signed = (await given.samples(now)).filter((sample) => sample.signed);
    expect(signed.length).toBeGreaterThan(0);
    for (const sample of signed) {
      const webhook = incoming(sample);
      if (signature?.coversBody)
        for (let at = 0; at < webhook.body.length; at += 1)
          expect(await verify({ ...webhook, body: flipped(webhook.body, at) }), `${sample.name}, byte ${at}`).toBe(
            "forged",
          );
      if (signature?.header) {
        const value = sample.headers?.[signature.header] ?? "";
        for (let at = 0; at < value.length; at += 1) {
          const headers = { ...sample.headers, [signature.header]: changed(value, at) };
          expect(await verify({ ...webhook, headers: new Headers(headers) }), `${sample.name}, sign ${at}`).toBe(
            "forged",
          );
        }
        for (const empty of ["", "v1=", "t=1", "sha256=", value.slice(0, -1), `${value}0`]) {
          const headers = { ...sample.headers, [signature.header]: empty };
          expect(await verify({ ...webhook, headers: new Headers(headers) }), empty).toBe("forged");
        }
      }
    }
    for (const forgery of (await signature?.forgeries?.(now)) ?? [])
      expect(await verify(incoming(forgery)), forgery.name).toBe("forged");
  });

  it.skipIf(signature === null)("that the platform signs is refused where no secret is configured", async () => {
    for (const sample of (await given.samples(now)).filter(({ signed }) => signed)) {
      expect(await verify(incoming(sample), {}), sample.name).toBe("forged");
      expect(await verify(incoming(sample), { ...secrets, [signature?.secret ?? ""]: "" }), sample.name).toBe("forged");
      expect(await verify(incoming(sample), { ...secrets, [signature?.secret ?? ""]: "another secret" })).toBe(
        "forged",
      );
    }
  });

  it("never breaks us, whatever is in it", async () => {
    const samples = await given.samples(now);
    await fc.assert(
      fc.asyncProperty(hostile(samples), async (webhook) => {
        expect(["authentic", "forged"]).toContain(await verify(webhook));
        const key = facet.eventKey(webhook, HASH);
        expect(key.length).toBeLessThanOrEqual(KEY_CHARACTERS_MAX);
        expect(facet.eventKey(webhook, HASH)).toBe(key);
        const hints = facet.hints(webhook);
        expect(hints.length).toBeGreaterThan(0);
        for (const hint of hints) expect(HINT_KINDS).toContain(hint.kind);
        expect(facet.acknowledge(webhook).status).toBe(given.acknowledgement.status);
      }),
      { numRuns: 400, seed: 20260115 },
    );
  });

  it("never breaks us by depth, size or a body that is not text", async () => {
    const bodies = [
      `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
      `{"a":`.repeat(50_000),
      `{"OrderId":${"9".repeat(400)},"Amount":1e999,"orderNo":-0}`,
      `{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}`,
      "\uFEFF{}",
      "\u0000".repeat(1000),
      "%".repeat(1000),
      `calltype=${"2".repeat(100_000)}`,
      "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY y 'z'>]><x>&y;</x>",
    ];
    for (const body of bodies)
      for (const sample of await given.samples(now)) {
        const webhook = { ...incoming({ ...sample, body }) };
        await verify(webhook);
        facet.eventKey(webhook, HASH);
        facet.hints(webhook);
      }
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});

const flipped = (bytes: Uint8Array, at: number): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));
/** Another character at one place, of a kind that may well stand there. */
const changed = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === "0" ? "1" : "0"}${text.slice(at + 1)}`;

/** Random bytes, samples cut short, and samples whose values were replaced by something else. */
function hostile(samples: readonly Sample[]): fc.Arbitrary<IncomingWebhook> {
  const sample = fc.constantFrom(...samples);
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 4 }),
    fc.constantFrom(1e308, -1e308, 2 ** 53 + 1, 0.1 + 0.2, "", " ", "\u0000", null, true, [], {}, [[[[]]]]),
    fc.bigInt().map(String),
  );
  const body = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    fc.json().map((text) => new TextEncoder().encode(text)),
    fc.string({ unit: "binary", maxLength: 200 }).map((text) => new TextEncoder().encode(text)),
    fc
      .tuple(sample, fc.nat())
      .map(([{ body: text }, at]) => new TextEncoder().encode(text.slice(0, at % (text.length + 1)))),
    fc
      .tuple(sample, fc.nat(), odd)
      .map(([{ body: text }, at, value]) => new TextEncoder().encode(replaced(text, at, value))),
  );
  const query = fc.oneof(
    sample.map((one) => one.query ?? ""),
    fc.webQueryParameters(),
    fc.string({ unit: "binary", maxLength: 80 }),
  );
  const headers = sample.map((one) => one.headers ?? {});
  return fc.record({ sample, body, query, headers, suffix: fc.oneof(fc.constant(""), fc.string()) }).map((made) => ({
    method: made.sample.method,
    suffix: made.suffix,
    query: new URLSearchParams(made.query),
    headers: new Headers(made.headers),
    body: made.body,
  }));
}

/** The text with one of its JSON values replaced; where it is no JSON object, the value's own text. */
function replaced(text: string, at: number, value: unknown): string {
  try {
    const fields = Object.entries(JSON.parse(text) as object);
    const chosen = at % Math.max(1, fields.length);
    return JSON.stringify(
      Object.fromEntries(fields.map(([name, old], index) => [name, index === chosen ? value : old])),
    );
  } catch {
    return String(JSON.stringify(value));
  }
}

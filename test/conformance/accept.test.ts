// What every connector promises at the front door: through the real /hooks route, the real object, the real alarm.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { pushConfig } from "../../src/directory/config.ts";
import { createConnection } from "../../src/directory/connections.ts";
import { activateWebhooks } from "../../src/directory/webhook-tokens.ts";
import type { ConnectionId, MerchantId } from "../../src/domain/ids.ts";
import { merchantStub } from "../../src/env.ts";
import { forgetTargets } from "../../src/http/hook-targets.ts";
import { hashToken, newToken, seal } from "../../src/sealing.ts";
import { change, connectionId, givenMerchant, migratedDirectory } from "../kit/directory.ts";
import { resetVirtual, virtual } from "../kit/virtual.ts";
import { complete, type Fixture, type Sample } from "./fixture.ts";

const MASTER_KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const BODY_BYTES_MAX = 1_048_576;

interface Door {
  merchant: MerchantId;
  connection: ConnectionId;
  path: string;
  token: string;
}

/** A merchant whose only connection is of this connector, with webhooks on. */
async function door(fixture: Fixture, credentials: Record<string, string> = fixture.credentials): Promise<Door> {
  const db = await migratedDirectory();
  const { id: merchant } = await givenMerchant(db);
  const connection = connectionId();
  const token = newToken();
  await createConnection(db, change(merchant), {
    id: connection,
    merchantId: merchant,
    connector: fixture.id,
    label: fixture.id,
    environment: "test",
    sealedCredentials: await seal(JSON.stringify(credentials), MASTER_KEY, connection),
    credentialNames: Object.keys(credentials),
    settings: fixture.settings,
  });
  await activateWebhooks(db, change(merchant), connection, await hashToken(token), []);
  await pushConfig({ db, stub: (id) => merchantStub(env, id) }, merchant);
  return { merchant, connection, token, path: `/hooks/${fixture.id}/${connection}` };
}

const objectOf = ({ merchant }: Door) => env.MERCHANT.get(env.MERCHANT.idFromName(merchant));

interface StoredRow {
  id: string;
  state: string;
  verdict: string;
  duplicates: number;
}

const stored = (at: Door): Promise<StoredRow[]> =>
  runInDurableObject(objectOf(at), (_, state) =>
    state.storage.sql
      .exec("SELECT id, state, verdict, duplicates FROM webhooks ORDER BY seq")
      .toArray()
      // Asked for by name in the line above.
      .map((row) => row as unknown as StoredRow),
  );

function send(at: Door, sample: Sample, over: Partial<Sample> & { token?: string; bytes?: Uint8Array } = {}) {
  const { method, suffix, query, headers, body } = { ...sample, ...over };
  const url = `http://edge.test${at.path}/${over.token ?? at.token}${suffix ? `/${suffix}` : ""}${query ? `?${query}` : ""}`;
  const content = over.bytes ?? new TextEncoder().encode(body);
  return exports.default.fetch(url, {
    method,
    headers: headers ?? {},
    ...(method === "GET" ? {} : { body: content }),
  });
}

const alike = (text: string): string => `${text.slice(0, -1)}${text.endsWith("A") ? "B" : "A"}`;

const subjects = complete.flatMap(({ id, connector, fixture }) =>
  connector.webhooks && fixture.webhooks ? [{ id, facet: connector.webhooks, fixture, given: fixture.webhooks }] : [],
);

beforeEach(() => {
  resetVirtual(1);
  forgetTargets();
});

describe.each(subjects)("the front door for $id", ({ facet, fixture, given }) => {
  it("takes every kind of webhook, stores it, and answers as the platform wants it", async () => {
    const at = await door(fixture);
    const samples = await given.samples(virtual.now);
    for (const sample of samples) {
      const response = await send(at, sample);
      expect(response.status, sample.name).toBe(given.acknowledgement.status);
      expect(response.headers.get("content-type"), sample.name).toContain(given.acknowledgement.contentType);
      expect(await response.text(), sample.name).toBe(given.acknowledgement.body);
    }
    expect(await stored(at)).toHaveLength(samples.length);
  });

  it("answers a repeat like the first, and counts it instead of storing it twice", async () => {
    const at = await door(fixture);
    for (const sample of [...(await given.samples(virtual.now)), ...((await given.repeats?.(virtual.now)) ?? [])])
      expect((await send(at, sample)).status, sample.name).toBe(given.acknowledgement.status);
    const before = await stored(at);
    const keyed = new Set(before.filter(({ duplicates }) => duplicates > 0).map(({ id }) => id));
    expect(keyed.size).toBe(new Set(((await given.repeats?.(virtual.now)) ?? []).map(({ of }) => of)).size);
    const [again] = await given.samples(virtual.now);
    if (again) for (let time = 0; time < 3; time += 1) await send(at, again);
    expect(await stored(at)).toHaveLength(before.length);
  });

  it("refuses a token with one character changed, cut, or of another connection", async () => {
    const [at, other] = [await door(fixture), await door(fixture)];
    const [sample] = await given.samples(virtual.now);
    if (!sample) throw new Error("a connector with webhooks has a sample");
    for (const token of [alike(at.token), at.token.slice(0, -1), `${at.token}A`, other.token, "x"]) {
      const response = await send(at, sample, { token });
      expect(response.status).toBe(401);
      expect(response.headers.get("content-type")).toContain("application/problem+json");
      const text = await response.text();
      expect(JSON.parse(text)).toMatchObject({ code: "WEBHOOK_REFUSED" });
      expect(text).not.toContain(token.length > 8 ? token : at.token);
    }
    expect(await stored(at)).toEqual([]);
  });

  it.skipIf(given.signature === null)(
    "refuses a signed webhook with one byte changed, in body or signature",
    async () => {
      const at = await door(fixture);
      const { signature } = given;
      for (const sample of (await given.samples(virtual.now)).filter(({ signed }) => signed)) {
        const bytes = new TextEncoder().encode(sample.body);
        for (const place of signature?.coversBody ? [0, bytes.length >> 1, bytes.length - 1] : []) {
          const spoiled = bytes.map((byte, index) => (index === place ? byte ^ 1 : byte));
          expect((await send(at, sample, { bytes: spoiled })).status, sample.name).toBe(401);
        }
        const header = signature?.header;
        if (!header) continue;
        const value = sample.headers?.[header] ?? "";
        const { [header]: _, ...unsigned } = sample.headers ?? {};
        for (const headers of [
          { ...sample.headers, [header]: alike(value) },
          { ...sample.headers, [header]: "" },
          unsigned,
        ])
          expect((await send(at, sample, { headers })).status, sample.name).toBe(401);
      }
      for (const forgery of (await signature?.forgeries?.(virtual.now)) ?? [])
        expect((await send(at, forgery)).status, forgery.name).toBe(401);
      expect(await stored(at)).toEqual([]);
    },
  );

  it.skipIf(given.signature === null)("refuses a signed webhook where no secret is configured", async () => {
    const { [given.signature?.secret ?? ""]: _, ...credentials } = fixture.credentials;
    const at = await door(fixture, credentials);
    for (const sample of (await given.samples(virtual.now)).filter(({ signed }) => signed))
      expect((await send(at, sample)).status, sample.name).toBe(401);
    expect(await stored(at)).toEqual([]);
  });

  it("refuses another method, another media type, and a body that is too large", async () => {
    const at = await door(fixture);
    const [sample] = (await given.samples(virtual.now)).filter(({ method }) => method === "POST");
    const [any] = await given.samples(virtual.now);
    if (!any) throw new Error("a connector with webhooks has a sample");
    expect((await exports.default.fetch(`http://edge.test${at.path}/${at.token}`, { method: "PUT" })).status).toBe(415);
    for (const method of (["GET", "POST"] as const).filter((one) => !facet.methods.includes(one)))
      expect((await send(at, any, { method, body: "" })).status).toBe(415);
    if (sample) {
      const headers = { ...sample.headers, "content-type": "image/png" };
      expect((await send(at, sample, { headers })).status).toBe(415);
      const bytes = new Uint8Array(BODY_BYTES_MAX + 1);
      expect((await send(at, sample, { bytes })).status).toBe(413);
      const streamed = new ReadableStream({
        start(controller) {
          for (let part = 0; part < 17; part += 1) controller.enqueue(new Uint8Array(65_536));
          controller.close();
        },
      });
      const url = `http://edge.test${at.path}/${at.token}`;
      const response = await exports.default.fetch(url, {
        method: "POST",
        headers: sample.headers ?? {},
        body: streamed,
      });
      expect(response.status).toBe(413);
    }
    expect(await stored(at)).toEqual([]);
  });

  it("stores an event of an unknown type and ignores it, with a reason", async () => {
    const at = await door(fixture);
    const unknown = await given.unknown(virtual.now);
    for (const sample of unknown)
      expect((await send(at, sample)).status, sample.name).toBe(given.acknowledgement.status);
    await runDurableObjectAlarm(objectOf(at));
    const rows = await stored(at);
    expect(rows).toHaveLength(unknown.length);
    for (const row of rows) expect(row).toMatchObject({ state: "ignored", verdict: expect.stringMatching(/\w+ \w+/) });
  });

  it("stores what it cannot read, and the object goes on", async () => {
    const at = await door(fixture);
    const [form] = (await given.samples(virtual.now)).filter(({ method, signed }) => method === "POST" && !signed);
    if (!form) return;
    const bodies = [new Uint8Array([0xff, 0xfe, 0x00]), new Uint8Array(), new TextEncoder().encode("[".repeat(20_000))];
    for (const bytes of bodies) expect([200, 401]).toContain((await send(at, form, { bytes })).status);
    await runDurableObjectAlarm(objectOf(at));
    for (const row of await stored(at)) {
      expect(["ignored", "unreadable"]).toContain(row.state);
      expect(row.verdict).toMatch(/\w/);
    }
  });
});

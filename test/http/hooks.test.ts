// The accept path against the contract: every answer, what is stored for it, and what happens when a store is away.
import {
  createExecutionContext,
  evictDurableObject,
  runInDurableObject,
  waitOnExecutionContext,
} from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Bindings } from "../../src/env.ts";
import { forgetTargets } from "../../src/http/hook-targets.ts";
import { acceptWebhook, BODY_BYTES_MAX } from "../../src/http/hooks.ts";
import { DAY, HOUR, hookUrl, MINUTE, place, SECOND, stubOf } from "../kit/faults.ts";
import { virtual } from "../kit/virtual.ts";
import { type Json, makeWorld, SECRETS, type World } from "../kit/world.ts";

const PUSH = {
  OrderId: 5452321,
  MerchantReference: "W-1",
  Status: "Completed",
  Timestamp: "2030-01-15T09:00:00",
  NotificationType: "CustomerCheckoutStatus",
};

const post = (url: string, body: BodyInit, headers: Record<string, string> = {}) =>
  exports.default.fetch(url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

const push = (url: string, over: object = {}) => post(url, JSON.stringify({ ...PUSH, ...over }));

const stored = async (world: World): Promise<Json[]> => (await world.api("GET", "/webhooks?limit=200")).body.items;

/** Straight to the accept path, with bindings of the test's choice; what it does afterwards is done too. */
async function accept(url: string, bindings: object, init: RequestInit = {}): Promise<Response> {
  const context = createExecutionContext();
  const request = new Request(url, {
    method: "POST",
    body: JSON.stringify(PUSH),
    headers: { "content-type": "application/json" },
    ...init,
  });
  const response = await acceptWebhook(request, bindings as Bindings, context, virtual.now);
  await waitOnExecutionContext(context);
  return response;
}

/** The bindings with a D1 that counts what it is asked, and breaks or hangs when told to. */
function watchedDatabase() {
  const seen = { asked: 0, state: "well" as "well" | "broken" | "hanging" };
  const watch = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(real, name) {
        const value: unknown = Reflect.get(real, name);
        if (typeof value !== "function") return value;
        return (...given: unknown[]) => {
          if (name === "prepare") seen.asked += 1;
          const runs = name === "all" || name === "raw" || name === "run" || name === "first" || name === "batch";
          if (runs && seen.state === "broken") return Promise.reject(new Error("D1_ERROR: away"));
          if (runs && seen.state === "hanging") return new Promise(() => undefined);
          const answer: unknown = value.apply(real, given);
          return name === "prepare" || name === "bind" ? watch(answer as object) : answer;
        };
      },
    });
  return { seen, bindings: { ...env, DB: watch(env.DB) } };
}

describe("an answer of the accept path", () => {
  it("200: Qliro's acknowledgement, for what is stored and for a repeat of it alike", async () => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    const [first, second] = [await push(url), await push(url)];
    for (const answer of [first, second]) {
      expect(answer.status).toBe(200);
      expect(await answer.json()).toEqual({ CallbackResponse: "received" });
    }
    expect([...second.headers]).toEqual([...first.headers]);
    expect(await stored(world)).toMatchObject([{ state: "received", duplicates: 1 }]);
  });

  it("200: Specter's acknowledgement, by GET and by POST, and each change counts", async () => {
    const world = await makeWorld();
    const url = `${hookUrl(world, "specter")}?calltype=4`;
    for (const method of ["GET", "GET", "POST"]) {
      const answer = await exports.default.fetch(url, { method });
      expect([answer.status, await answer.text()]).toEqual([200, "1;Done"]);
    }
    expect(await stored(world)).toHaveLength(3);
  });

  it("200: a body that is not understood is stored, acknowledged and shown as unreadable", async () => {
    const world = await makeWorld();
    const answer = await post(hookUrl(world, "qliro"), "{ not json");
    expect(answer.status).toBe(200);
    await world.settle();
    const [webhook] = await stored(world);
    expect(webhook).toMatchObject({ state: "unreadable" });
    expect(webhook.verdict).not.toBe("");
    expect((await world.api("GET", `/webhooks/${webhook.id}`)).body).toMatchObject({ state: "unreadable" });
    expect((await world.api("GET", "/state")).body.webhooks).toMatchObject({ unreadable: 1 });
  });

  it("401: one text for a wrong token, another connection's token, and webhooks that are off", async () => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    const specterToken = hookUrl(world, "specter").split("/").at(-1);
    const [wrong, foreign] = [`${url.slice(0, -1)}~`, url.replace(/[^/]+$/, specterToken ?? "")];
    const said = [await push(wrong), await push(foreign)];
    expect((await world.api("POST", `/connections/${world.qliro}/webhooks/deactivate`)).status).toBe(200);
    forgetTargets();
    said.push(await push(url));
    const texts = await Promise.all(said.map((answer) => answer.text()));
    expect(said.map((answer) => answer.status)).toEqual([401, 401, 401]);
    expect(new Set(texts).size).toBe(1);
    expect(await stored(world)).toEqual([]);
  });

  it("401: the same text for a forged signature", async () => {
    const world = await makeWorld();
    const forged = { "x-specter-signature": `t=${Math.floor(virtual.now / 1000)},v1=${"0".repeat(64)}` };
    const answer = await post(hookUrl(world, "specter"), '{"id":"1","type":"order.changed"}', forged);
    const wrong = await push(`${hookUrl(world, "qliro").slice(0, -1)}~`);
    expect([answer.status, await answer.text()]).toEqual([401, await wrong.text()]);
    expect(await stored(world)).toEqual([]);
  });

  it("404: no such connector, no such connection, a connector's id with another's connection, no token", async () => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    for (const path of [
      url.replace("/qliro/", "/nobody/"),
      url.replace(world.qliro, "con_00000000000000000000000000"),
      url.replace("/qliro/", "/specter/"),
      url.replace(/\/[^/]+$/, ""),
      url.replace(/\/[^/]+$/, "/"),
    ])
      expect((await push(path)).status, path).toBe(404);
    expect(await stored(world)).toEqual([]);
  });

  it("413: more than 1 MiB, by its stated length and while it streams; exactly 1 MiB is taken", async () => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    expect((await post(url, new Uint8Array(BODY_BYTES_MAX + 1))).status).toBe(413);
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536;
        controller.enqueue(new Uint8Array(65_536));
        if (sent > 64 * BODY_BYTES_MAX) controller.close();
      },
    });
    const streamed = await accept(url, env, { body: endless });
    expect(streamed.status).toBe(413);
    // It is not read to its end.
    expect(sent).toBeLessThan(3 * BODY_BYTES_MAX);
    expect(await stored(world)).toEqual([]);
    expect((await post(url, new Uint8Array(BODY_BYTES_MAX).fill(32))).status).toBe(200);
    expect(await stored(world)).toHaveLength(1);
  });

  it("415: a content type or a method that this platform does not use", async () => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    expect((await post(url, "<a/>", { "content-type": "application/xml" })).status).toBe(415);
    for (const method of ["GET", "PUT", "DELETE"])
      expect((await exports.default.fetch(url, { method })).status, method).toBe(415);
    expect((await post(url, "{}", { "content-type": "Application/JSON; charset=utf-8" })).status).toBe(200);
  });

  it("429: with Retry-After, for those who guess; who knows the token is never turned away", async () => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    const statuses: number[] = [];
    for (let guess = 0; guess < 70; guess += 1) statuses.push((await push(`${url}-${guess}`)).status);
    expect(statuses[0]).toBe(401);
    expect(statuses.at(-1)).toBe(429);
    const refused = await push(`${url}-x`);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await push(url)).status).toBe(200);
    virtual.now += 2 * MINUTE;
    expect((await push(`${url}-y`)).status).toBe(401);
  });

  it("503: with Retry-After, when the object cannot store it; nothing was lost and the next one is taken", async () => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    const broken = { receive: () => Promise.reject(new Error("storage is away")) };
    const MERCHANT = { idFromName: (name: string) => env.MERCHANT.idFromName(name), get: () => broken };
    const answer = await accept(url, { ...env, MERCHANT });
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await stored(world)).toEqual([]);
    expect((await push(url)).status).toBe(200);
    expect(await stored(world)).toHaveLength(1);
  });
});

describe("the directory", () => {
  it("is not asked on a warm path, and not written but once an hour", async () => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    const { seen, bindings } = watchedDatabase();
    expect((await accept(url, bindings)).status).toBe(200);
    expect(seen.asked).toBeGreaterThan(0);
    seen.asked = 0;
    for (let index = 0; index < 20; index += 1) {
      virtual.now += SECOND;
      const body = JSON.stringify({ ...PUSH, Timestamp: `2030-01-15T09:10:${index}` });
      expect((await accept(url, bindings, { body })).status).toBe(200);
    }
    expect(seen.asked).toBe(0);
    expect(await stored(world)).toHaveLength(21);
  });

  it.each(["broken", "hanging"] as const)("that is %s: known connections are taken from memory", async (state) => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    const { seen, bindings } = watchedDatabase();
    expect((await accept(url, bindings)).status).toBe(200);
    seen.state = state;
    virtual.now += 10 * MINUTE;
    const answer = await accept(url, bindings, { body: JSON.stringify({ ...PUSH, Status: "OnHold" }) });
    expect(answer.status).toBe(200);
    // And it is not asked again for every webhook.
    seen.asked = 0;
    expect((await accept(url, bindings)).status).toBe(200);
    expect(seen.asked).toBe(0);
    expect(await stored(world)).toHaveLength(2);
  });

  it.each(["broken", "hanging"] as const)("that is %s: unknown connections are asked to come again", async (state) => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    const { seen, bindings } = watchedDatabase();
    seen.state = state;
    const answer = await accept(url, bindings);
    expect(answer.status).toBe(503);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    seen.state = "well";
    expect((await accept(url, bindings)).status).toBe(200);
  });

  it("that is away: a connection that was not there before is asked to come again, not sent away", async () => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro").replace(world.qliro, "con_00000000000000000000000000");
    const { seen, bindings } = watchedDatabase();
    expect((await accept(url, bindings)).status).toBe(404);
    seen.state = "broken";
    virtual.now += MINUTE;
    expect((await accept(url, bindings)).status).toBe(503);
  });
});

describe("a token", () => {
  it("that was rotated out opens for a day more, and the new one at once", async () => {
    const world = await makeWorld();
    const old = hookUrl(world, "qliro");
    const rotated = await world.api("POST", `/connections/${world.qliro}/webhooks/rotate`);
    forgetTargets();
    expect(rotated.body.url).not.toBe(old);
    expect((await push(rotated.body.url)).status).toBe(200);
    expect((await push(old, { Status: "OnHold" })).status).toBe(200);
    virtual.now += DAY + MINUTE;
    expect((await push(old)).status).toBe(401);
    expect((await push(rotated.body.url)).status).toBe(200);
  });

  it("is not stored: the object, the directory and every answer know its digest at most", async () => {
    const world = await makeWorld();
    const url = hookUrl(world, "qliro");
    const token = url.split("/").at(-1) ?? "";
    await push(url);
    const [webhook] = await stored(world);
    const shown = (await world.api("GET", `/webhooks/${webhook.id}`)).body;
    expect(shown.request.path).not.toContain(token);
    const rows = await runInDurableObject(stubOf(world), (_, state) =>
      JSON.stringify(state.storage.sql.exec("SELECT id, suffix, query, headers, verdict FROM webhooks").toArray()),
    );
    expect(rows).not.toContain(token);
    const directory = await env.DB.prepare("SELECT * FROM webhook_tokens").all();
    expect(JSON.stringify(directory.results)).not.toContain(token);
  });
});

describe("dedupe", () => {
  it("is for ever: across an eviction, a hundred days, and the purge of the body", async () => {
    const world = await makeWorld({ specterSettings: { pollMinutes: 60, capabilities: { invoiceChanges: false } } });
    const url = hookUrl(world, "qliro");
    place(world, "W-1");
    await world.advance(MINUTE);
    const before = await stored(world);
    expect((await push(url)).status).toBe(200);
    await evictDurableObject(stubOf(world));
    expect((await push(url)).status).toBe(200);
    await runInDurableObject(stubOf(world), (_, state) => {
      state.storage.sql.exec("DELETE FROM jobs WHERE key <> 'housekeeping'");
    });
    virtual.now += 100 * DAY;
    await world.advance(2 * DAY);
    const again = (await stored(world)).find((each: Json) => !before.some((known) => known.id === each.id));
    expect((await world.api("GET", `/webhooks/${again.id}`)).body).toMatchObject({ body: null, duplicates: 1 });
    expect((await push(url)).status).toBe(200);
    expect(await stored(world)).toHaveLength(before.length + 1);
    expect((await world.api("GET", `/webhooks/${again.id}`)).body).toMatchObject({ duplicates: 2 });
    expect((await world.api("POST", `/webhooks/${again.id}/replay`)).status).toBe(409);
  });

  it("is of one connection: the same body at another merchant is another event", async () => {
    const first = await makeWorld();
    await push(hookUrl(first, "qliro"));
    const second = await makeWorld({ seed: 2 });
    await push(hookUrl(second, "qliro"));
    expect(await stored(second)).toMatchObject([{ duplicates: 0 }]);
  });
});

describe("what people are shown of a webhook", () => {
  it("holds nothing personal and nothing secret", async () => {
    const world = await makeWorld();
    const personal = {
      ...PUSH,
      Customer: {
        Email: "anna.canary@example.com",
        PersonalNumber: "19121212-1212",
        MobileNumber: "+46701234567",
        FirstName: "Annacanary",
        LastName: "Perssoncanary",
        Address: { Street: "Canarygatan 7", PostalCode: "11122", City: "Stockholm" },
      },
      Note: `${SECRETS.qliroSecret} and ${SECRETS.specterKey}`,
    };
    const url = `${hookUrl(world, "qliro")}/sub?email=anna.canary@example.com&key=${SECRETS.specterKey}`;
    const headers = {
      authorization: `Bearer ${SECRETS.plusSecret}`,
      cookie: "session=canary",
      "x-api-key": SECRETS.qliroSecret,
    };
    const said = await (await post(url, JSON.stringify(personal), headers)).text();
    await world.advance(HOUR);
    const [{ id }] = await stored(world);
    const shown = JSON.stringify((await world.api("GET", `/webhooks/${id}`)).body);
    expect(shown).toContain("CustomerCheckoutStatus");
    const hidden = [
      ...Object.values(SECRETS),
      "anna.canary",
      "19121212",
      "701234567",
      "Annacanary",
      "Perssoncanary",
      "Canarygatan",
      "session=canary",
    ];
    for (const text of hidden) {
      expect(shown.includes(text), `${text} in what is shown`).toBe(false);
      expect(said.includes(text), `${text} in the acknowledgement`).toBe(false);
      expect(
        world.answers.some((answer) => answer.includes(text)),
        `${text} in an answer`,
      ).toBe(false);
    }
  });
});

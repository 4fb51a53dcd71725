import { describe, expect, it } from "vitest";
import type { HttpRequest } from "../../src/connectors/connector.ts";
import { createBreaker } from "../../src/transport/breaker.ts";
import { createBucket } from "../../src/transport/bucket.ts";
import { createHttp, type HttpOptions, type Trace } from "../../src/transport/http.ts";

const ORIGIN = "https://api.platform.se";
const CANARY = "canary-7c1e+/=9";

function world(fetch: HttpOptions["fetch"], changes: Partial<HttpOptions> = {}) {
  const clock = { at: Date.parse("2026-11-20T12:00:00Z") };
  const traces: Trace[] = [];
  const sent: Request[] = [];
  const now = (): number => clock.at;
  const http = createHttp({
    fetch: (request) => {
      sent.push(request);
      return fetch(request);
    },
    now,
    allowedOrigins: [ORIGIN],
    environment: "production",
    secrets: [CANARY],
    bucket: createBucket({ requests: 100, perMs: 1_000, concurrent: 4 }, now),
    breaker: createBreaker({ now }),
    onTrace: (trace) => void traces.push(trace),
    ...changes,
  });
  return { http, clock, traces, sent };
}

const get: HttpRequest = { method: "GET", url: `${ORIGIN}/orders?id=1042`, label: "Read order" };
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const never = (): Promise<Response> => new Promise(() => {});

/** A body that comes in pieces and says whether it was cancelled. */
function pieces(piece: Uint8Array, count: number) {
  const seen = { pulled: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        seen.pulled += 1;
        if (seen.pulled > count) controller.close();
        else controller.enqueue(piece);
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { body, seen };
}

describe("sending", () => {
  it("sends what was asked and answers what came", async () => {
    const { http, sent } = world(async () => Response.json({ ok: true }, { status: 201, headers: { "x-page": "2" } }));
    const answer = await http.send({
      method: "POST",
      url: `${ORIGIN}/orders`,
      headers: { authorization: `Bearer ${CANARY}`, "content-type": "application/json" },
      body: '{"a":1}',
      label: "Create order",
    });
    expect(answer).toMatchObject({ kind: "answer", status: 201 });
    if (answer.kind !== "answer") return;
    expect([text(answer.body), answer.headers.get("x-page")]).toEqual(['{"ok":true}', "2"]);
    const [request] = sent;
    expect([request?.method, request?.headers.get("authorization"), await request?.text()]).toEqual([
      "POST",
      `Bearer ${CANARY}`,
      '{"a":1}',
    ]);
  });

  it("refuses another host before anything leaves us", async () => {
    const { http, sent, traces } = world(never);
    expect(await http.send({ ...get, url: "https://evil.se/?key=abc" })).toMatchObject({
      kind: "not_sent",
      code: "URL_REFUSED",
    });
    expect(sent).toEqual([]);
    expect(traces).toMatchObject([{ status: null, failure: "URL_REFUSED", url: "https://evil.se/?key=***" }]);
  });

  it("never follows a redirect", async () => {
    const { http, sent } = world(
      async () => new Response(null, { status: 302, headers: { location: "https://evil.se/" } }),
    );
    expect(await http.send(get)).toMatchObject({ kind: "answer", status: 302 });
    expect(sent.map((request) => request.redirect)).toEqual(["manual"]);
  });

  it("answers a network error as unknown, without the network's words", async () => {
    for (const failing of [
      async (): Promise<Response> => Promise.reject(new TypeError(`connect ${CANARY}`)),
      (): Promise<Response> => {
        throw new TypeError(`connect ${CANARY}`);
      },
    ]) {
      const answer = await world(failing).http.send(get);
      expect(answer).toMatchObject({ kind: "no_answer", code: "NETWORK_NO_ANSWER" });
      expect(JSON.stringify(answer)).not.toContain(CANARY);
    }
  });

  it("surely does not send a header that HTTP does not allow", async () => {
    const { http, sent } = world(never);
    const answer = await http.send({ ...get, headers: { authorization: "Bearer a\nb" } });
    expect(answer).toMatchObject({ kind: "not_sent", code: "VALIDATION_FAILED" });
    expect(sent).toEqual([]);
  });
});

describe("time-out and size", () => {
  it("gives up waiting for an answer, and tells the network so", async () => {
    const { http, sent, traces } = world(never);
    expect(await http.send({ ...get, timeoutMs: 5 })).toMatchObject({ kind: "no_answer", code: "NETWORK_NO_ANSWER" });
    expect(sent[0]?.signal.aborted).toBe(true);
    expect(traces).toMatchObject([{ status: null, failure: "NETWORK_NO_ANSWER" }]);
  });

  it("gives up on a body that never ends", async () => {
    const stalled = new ReadableStream<Uint8Array>({ start: (controller) => controller.enqueue(new Uint8Array(3)) });
    const { http } = world(async () => new Response(stalled));
    expect(await http.send({ ...get, timeoutMs: 5 })).toMatchObject({ kind: "no_answer", code: "NETWORK_NO_ANSWER" });
  });

  it("answers unknown when the connection breaks inside the body", async () => {
    const broken = new ReadableStream<Uint8Array>({ pull: (controller) => controller.error(new Error("reset")) });
    const { http } = world(async () => new Response(broken));
    expect(await http.send(get)).toMatchObject({ kind: "no_answer", code: "NETWORK_NO_ANSWER" });
  });

  it("takes a body of exactly the allowed size and stops one byte later", async () => {
    const fits = pieces(new Uint8Array(10), 10);
    expect(await world(async () => new Response(fits.body)).http.send({ ...get, bodyBytesMax: 100 })).toMatchObject({
      kind: "answer",
    });
    const large = pieces(new Uint8Array(10), 1_000);
    const { http, traces } = world(async () => new Response(large.body));
    expect(await http.send({ ...get, bodyBytesMax: 99 })).toMatchObject({
      kind: "no_answer",
      code: "PLATFORM_ANSWER_NOT_UNDERSTOOD",
    });
    expect(large.seen.cancelled).toBe(true);
    expect(large.seen.pulled).toBeLessThan(20);
    expect(traces).toMatchObject([{ status: 200, failure: "PLATFORM_ANSWER_NOT_UNDERSTOOD" }]);
  });

  it("does not begin to read what announces itself as too large", async () => {
    const large = pieces(new Uint8Array(10), 1_000);
    const { http } = world(async () => new Response(large.body, { headers: { "content-length": "10000" } }));
    expect(await http.send({ ...get, bodyBytesMax: 99 })).toMatchObject({ code: "PLATFORM_ANSWER_NOT_UNDERSTOOD" });
    expect(large.seen.pulled).toBe(0);
  });
});

describe("pace", () => {
  it("holds back when the limit is used up, and says for how long", async () => {
    const now = (): number => 0;
    const { http, sent, traces } = world(async () => new Response("ok"), {
      now,
      bucket: createBucket({ requests: 1, perMs: 1_000, concurrent: 1 }, now),
      random: () => 0.5,
    });
    await http.send(get);
    expect(await http.send(get)).toMatchObject({ kind: "not_sent", code: "RATE_LIMITED", retryAfterMs: 1_100 });
    expect([sent.length, traces.length]).toEqual([1, 1]);
  });

  it("obeys Retry-After of 429 and 503 for the whole connection", async () => {
    for (const status of [429, 503]) {
      const { http, clock, sent } = world(
        async () => new Response("slow", { status, headers: { "retry-after": "20" } }),
      );
      expect(await http.send(get)).toMatchObject({ kind: "answer", status });
      expect(await http.send(get)).toMatchObject({ code: "RATE_LIMITED", retryAfterMs: 20_000 });
      clock.at += 20_000;
      expect(await http.send(get)).toMatchObject({ kind: "answer", status });
      expect(sent.length).toBe(2);
    }
  });

  it("keeps to the number of open connections, and frees the place whatever happens", async () => {
    let open = 0;
    let most = 0;
    const { http } = world(
      async () => {
        open += 1;
        most = Math.max(most, open);
        await Promise.resolve();
        open -= 1;
        if (most > 0) throw new Error("reset");
        return new Response("ok");
      },
      { bucket: createBucket({ requests: 100, perMs: 1_000, concurrent: 2 }, () => 0) },
    );
    await Promise.all(Array.from({ length: 4 }, () => http.send(get)));
    expect([most, open]).toEqual([2, 0]);
  });

  it("pauses after five failures and goes on after one good probe", async () => {
    let status = 500;
    const { http, clock, sent } = world(async () => new Response("x", { status }));
    for (let n = 0; n < 5; n += 1) expect(await http.send(get)).toMatchObject({ kind: "answer", status: 500 });
    expect(await http.send(get)).toMatchObject({
      kind: "not_sent",
      code: "PLATFORM_UNAVAILABLE",
      retryAfterMs: 30_000,
    });
    clock.at += 30_000;
    status = 404;
    await http.send(get);
    expect(await http.send(get)).toMatchObject({ kind: "answer", status: 404 });
    expect(sent.length).toBe(7);
  });
});

describe("the trace", () => {
  it("shows the call, and neither secrets nor personal data", async () => {
    const { http, traces, clock } = world(async () => {
      clock.at += 120;
      return Response.json({
        token: CANARY,
        customer: { email: "anna@example.se", personalNumber: "19870314-2391" },
        total: 80000,
      });
    });
    await http.send({
      method: "POST",
      url: `${ORIGIN}/orders/19870314-2391?action=get&key=${encodeURIComponent(CANARY)}`,
      headers: { "Content-Type": "application/x-www-form-urlencoded" },
      body: `secret=${encodeURIComponent(CANARY)}&first_name=Anna&orderNo=1042`,
      label: "Create order",
    });
    expect(traces).toEqual([
      {
        label: "Create order",
        method: "POST",
        url: `${ORIGIN}/orders/***?action=get&key=***`,
        status: 200,
        failure: null,
        durationMs: 120,
        requestExcerpt: "secret=***&first_name=***&orderNo=1042",
        answerExcerpt: '{"token":"***","customer":{"email":"***","personalNumber":"***"},"total":80000}',
      },
    ]);
  });

  it("keeps at most two KiB of each body", async () => {
    const { http, traces } = world(async () => new Response("å".repeat(100_000)));
    await http.send({ ...get, method: "POST", body: "ö".repeat(100_000) });
    for (const excerpt of [traces[0]?.requestExcerpt ?? "", traces[0]?.answerExcerpt ?? ""]) {
      expect(new TextEncoder().encode(excerpt).length).toBeLessThanOrEqual(2048);
      expect(excerpt.length).toBeGreaterThan(1000);
    }
  });

  it("never costs the answer when it cannot be kept", async () => {
    const { http } = world(async () => new Response("ok"), {
      onTrace: () => {
        throw new Error("store away");
      },
    });
    expect(await http.send(get)).toMatchObject({ kind: "answer", status: 200 });
  });
});

describe("the pace within one piece of work", () => {
  const paced = (sleep?: (clock: { at: number }, ms: number) => void) => {
    const clock = { at: Date.parse("2026-11-20T12:00:00Z") };
    const bucket = createBucket({ requests: 1, perMs: 1_000, concurrent: 1 }, () => clock.at);
    const { http, sent } = world(async () => Response.json({}), {
      now: () => clock.at,
      bucket,
      ...(sleep ? { sleep: async (ms: number) => sleep(clock, ms) } : {}),
    });
    return { http, sent, bucket, clock };
  };
  const pass = (clock: { at: number }, ms: number) => {
    clock.at += ms;
  };

  it("holds the first call back, and lets a later one wait for its turn", async () => {
    const { http, sent, bucket, clock } = paced(pass);
    bucket.take();
    expect(await http.send(get)).toMatchObject({ kind: "not_sent", code: "RATE_LIMITED" });
    clock.at += 1_000;
    const began = clock.at;
    expect(await http.send(get)).toMatchObject({ kind: "answer" });
    expect(await http.send(get)).toMatchObject({ kind: "answer" });
    expect([sent.length, clock.at - began]).toEqual([2, 1_000]);
  });

  it("holds a later call back too when the wait would be long", async () => {
    const { http, bucket, clock } = paced(pass);
    await http.send(get);
    bucket.emptyUntil(clock.at + 60_000);
    expect(await http.send(get)).toMatchObject({ kind: "not_sent", code: "RATE_LIMITED" });
  });

  it("holds every call back where time cannot be waited for", async () => {
    const { http } = paced();
    await http.send(get);
    expect(await http.send(get)).toMatchObject({ kind: "not_sent", code: "RATE_LIMITED" });
  });
});

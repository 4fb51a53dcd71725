// The network of simulated platforms inside a test: addresses, faults, deliveries, snapshots.
import { beforeEach, describe, expect, it } from "vitest";
import { createNetwork, type Network } from "../../sandbox/inprocess.ts";
import { echoPlatform } from "./echo.ts";

const BASE = "https://echo.test/base";
const clock = { now: 0 };
let network: Network;

const lehmer = (seed: number) => {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
};

const create = (seed = 7) => {
  const made = createNetwork({ now: () => clock.now, random: lehmer(seed) });
  made.add(echoPlatform, BASE);
  return made;
};

beforeEach(() => {
  clock.now = 1_000_000;
  network = create();
});

const calls = async () => (await (await network.fetch(`${BASE}/count`)).json<{ calls: number }>()).calls;
const ok = async () => ({ status: 200, body: "" });

describe("an address", () => {
  it("loses the base path before the platform sees it", async () => {
    await network.fetch(`${BASE}/orders?x=1`, { method: "POST", body: "hello" });
    expect(network.pending().map((delivery) => delivery.webhook.body)).toEqual(["POST /orders?x=1 hello"]);
  });

  it("that is not there fails like a lost connection", async () => {
    await expect(network.fetch("https://elsewhere.test/")).rejects.toThrow("Network connection lost.");
    await expect(network.fetch("https://echo.test/basement")).rejects.toThrow(TypeError);
  });
});

describe("a fault", () => {
  it("answers with its status and Retry-After, as often as it says, and the platform sees nothing", async () => {
    network.faults("echo", { kind: "status", match: "POST */orders*", status: 429, retryAfterSeconds: 3, times: 2 });
    const post = () => network.fetch(`${BASE}/orders`, { method: "POST", body: "x" });
    const first = await post();
    expect([first.status, first.headers.get("retry-after")]).toEqual([429, "3"]);
    expect((await network.fetch(`${BASE}/orders`)).status).toBe(200);
    expect([(await post()).status, (await post()).status]).toEqual([429, 200]);
    expect(await calls()).toBe(3);
  });

  it("drops a request before or after its effect, and the caller cannot tell which", async () => {
    network.faults("echo", { kind: "drop_before" });
    await expect(network.fetch(`${BASE}/a`)).rejects.toThrow("Network connection lost.");
    expect(network.pending()).toHaveLength(0);
    network.faults("echo", { kind: "drop_after" });
    await expect(network.fetch(`${BASE}/a`)).rejects.toThrow("Network connection lost.");
    expect(network.pending()).toHaveLength(1);
    expect(await calls()).toBe(2);
  });

  it("strikes by what is in the body, and by chance from the seed alone", async () => {
    network.faults("echo", { kind: "status", status: 500, bodyHas: "newOrder" });
    const post = (body: string) => network.fetch(`${BASE}/x`, { method: "POST", body });
    expect([(await post("other")).status, (await post("a=newOrder")).status]).toEqual([200, 500]);
    const run = async () => {
      network = create(11);
      network.faults("echo", { kind: "status", status: 500, times: null, probability: 0.5 });
      const seen: number[] = [];
      for (let at = 0; at < 20; at += 1) seen.push((await network.fetch(`${BASE}/x`)).status);
      return seen;
    };
    const one = await run();
    expect(new Set(one)).toEqual(new Set([200, 500]));
    expect(await run()).toEqual(one);
  });

  it("hangs and slows for as long as the network waits", async () => {
    const waited: number[] = [];
    network = createNetwork({ now: () => clock.now, random: lehmer(1), wait: async (ms) => void waited.push(ms) });
    network.add(echoPlatform, BASE);
    network.faults("echo", { kind: "hang", ms: 30_000 }, { kind: "slow", ms: 500 });
    await expect(network.fetch(`${BASE}/a`)).rejects.toThrow("Network connection lost.");
    expect(await calls()).toBe(1);
    expect(waited).toEqual([30_000, 500]);
  });

  it("doubles, loses, delays and reorders webhooks", async () => {
    const bodies = () => network.pending().map((delivery) => [delivery.webhook.body, delivery.dueAt - clock.now]);
    network.faults("echo", { kind: "duplicate", copies: 2 });
    await network.fetch(`${BASE}/a`);
    expect(bodies()).toEqual([
      ["GET /a", 0],
      ["GET /a", 0],
      ["GET /a", 0],
    ]);
    network = create();
    network.faults("echo", { kind: "lose" });
    await network.fetch(`${BASE}/lost`);
    expect(bodies()).toEqual([]);
    network = create();
    network.faults("echo", { kind: "delay", ms: 700 });
    await network.fetch(`${BASE}/late`);
    expect(bodies()).toEqual([["GET /late", 700]]);
    network = create();
    network.faults("echo", { kind: "reorder", withinMs: 1_000, times: null });
    for (const path of ["a", "b", "c", "d"]) await network.fetch(`${BASE}/${path}`);
    const order: string[] = [];
    clock.now += 1_000;
    await network.deliver(async (webhook) => {
      order.push(webhook.body);
      return { status: 200, body: "" };
    });
    expect([...order].sort()).toEqual(["GET /a", "GET /b", "GET /c", "GET /d"]);
    expect(order).not.toEqual([...order].sort());
  });

  it("that makes no sense is refused", () => {
    expect(() => network.faults("echo", { kind: "slow", ms: -1 })).toThrow();
    expect(() => network.faults("nobody")).toThrow("no platform nobody");
  });
});

describe("delivery", () => {
  it("tries again by the platform's schedule, and gives up at its end", async () => {
    await network.fetch(`${BASE}/a`);
    const refuse = async () => ({ status: 500, body: "no" });
    expect(await network.deliver(refuse)).toEqual({ tried: 1, acknowledged: 0, abandoned: 0 });
    expect(await network.deliver(refuse)).toEqual({ tried: 0, acknowledged: 0, abandoned: 0 });
    expect(network.nextDueAt()).toBe(clock.now + 1_000);
    clock.now += 1_000;
    const broken = async () => {
      throw new Error("no route");
    };
    expect(await network.deliver(broken)).toEqual({ tried: 1, acknowledged: 0, abandoned: 0 });
    clock.now += 10_000;
    expect(await network.deliver(refuse)).toEqual({ tried: 1, acknowledged: 0, abandoned: 1 });
    expect(network.pending()).toEqual([]);
    expect(network.nextDueAt()).toBeNull();
  });

  it("lets due things happen first", async () => {
    network.control("echo", { do: "later" });
    expect(network.nextDueAt()).toBe(clock.now + 1_000);
    expect((await network.deliver(ok)).tried).toBe(0);
    clock.now += 1_000;
    expect(await network.deliver(ok)).toEqual({ tried: 1, acknowledged: 1, abandoned: 0 });
  });

  it("shuffles, doubles and loses by the seed alone", async () => {
    const run = async () => {
      network = create(3);
      for (let at = 0; at < 10; at += 1) await network.fetch(`${BASE}/${at}`);
      const seen: string[] = [];
      await network.deliver(
        async (webhook) => {
          seen.push(webhook.body);
          return { status: 200, body: "" };
        },
        { order: "shuffled", duplicate: 0.3, lose: 0.2 },
      );
      return seen;
    };
    const one = await run();
    expect(new Set(one).size).toBeLessThan(one.length);
    expect(one).not.toEqual([...one].sort());
    expect(await run()).toEqual(one);
  });

  it("stops at a limit, and can go ahead of time", async () => {
    for (const path of ["a", "b", "c"]) await network.fetch(`${BASE}/${path}`);
    expect((await network.deliver(async () => ({ status: 500, body: "" }), { limit: 2 })).tried).toBe(2);
    expect((await network.deliver(ok, { early: true })).acknowledged).toBe(3);
  });
});

describe("a snapshot", () => {
  it("brings truth, faults and webhooks back", async () => {
    await network.fetch(`${BASE}/a`);
    network.faults("echo", { kind: "status", status: 503 });
    const saved = JSON.parse(JSON.stringify(network.snapshot()));
    network = create();
    network.restore(saved);
    expect(network.pending()).toHaveLength(1);
    expect((await network.fetch(`${BASE}/b`)).status).toBe(503);
    expect(await calls()).toBe(2);
    expect((await network.deliver(ok)).acknowledged).toBe(2);
  });
});

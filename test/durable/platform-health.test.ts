import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { ConnectorId } from "../../src/domain/observation.ts";
import { type HealthNamespace, platformHealth, SHARED_FAILURES_TO_OPEN } from "../../src/durable/platform-health.ts";

const START = Date.parse("2026-11-20T12:00:00Z");

function world(namespace: HealthNamespace = env.PLATFORM_HEALTH) {
  const clock = { at: START };
  const client = (connector: ConnectorId, environment: "live" | "test" = "live") =>
    platformHealth(namespace, connector, { now: () => clock.at, environment });
  const failTimes = async (connector: ConnectorId, times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) await client(connector).reportFailure();
  };
  return { clock, client, failTimes };
}

describe("the health of a platform", () => {
  it("is closed where nothing happened", async () => {
    const { client } = world();
    expect(await client("qliro").status()).toEqual({ state: "closed", failures: 0, openUntil: 0 });
    expect(await client("qliro").isOpen()).toBeNull();
  });

  it("opens for everyone when many merchants fail in a row, and for nobody else's platform", async () => {
    const { client, failTimes } = world();
    await failTimes("klarna", SHARED_FAILURES_TO_OPEN - 1);
    expect(await client("klarna").isOpen()).toBeNull();
    await failTimes("klarna", 1);
    expect(await client("klarna").isOpen()).toBe(START + 30_000);
    expect(await client("klarna").status()).toMatchObject({ state: "open", failures: SHARED_FAILURES_TO_OPEN });
    expect(await client("klarna", "test").isOpen()).toBeNull();
    expect(await client("svea").isOpen()).toBeNull();
  });

  it("does not count what fails while it is open, and doubles the pause when it fails again after it", async () => {
    const { clock, client, failTimes } = world();
    await failTimes("mollie", SHARED_FAILURES_TO_OPEN + 5);
    expect(await client("mollie").isOpen()).toBe(START + 30_000);
    clock.at += 30_000;
    expect(await client("mollie").status()).toMatchObject({ state: "half_open" });
    expect(await client("mollie").isOpen()).toBeNull();
    await failTimes("mollie", 3);
    expect(await client("mollie").isOpen()).toBe(clock.at + 60_000);
  });

  it("closes on the first success of anyone who knew of failures", async () => {
    const { clock, client, failTimes } = world();
    await failTimes("adyen", SHARED_FAILURES_TO_OPEN);
    clock.at += 30_000;
    const someone = client("adyen");
    await someone.isOpen();
    await someone.reportRecovery();
    expect(await client("adyen").status()).toEqual({ state: "closed", failures: 0, openUntil: 0 });
  });

  it("forgets failures that lie long back", async () => {
    const { clock, client, failTimes } = world();
    await failTimes("fortnox", SHARED_FAILURES_TO_OPEN - 1);
    clock.at += 10 * 60_000 + 1;
    await failTimes("fortnox", 1);
    expect(await client("fortnox").status()).toMatchObject({ state: "closed", failures: 1 });
  });

  it("survives the object being put away", async () => {
    const { client, failTimes } = world();
    await failTimes("specter", SHARED_FAILURES_TO_OPEN);
    await evictDurableObject(env.PLATFORM_HEALTH.get(env.PLATFORM_HEALTH.idFromName("specter")));
    expect(await client("specter").status()).toMatchObject({ state: "open", failures: SHARED_FAILURES_TO_OPEN });
  });

  it("asks at most every ten seconds, and not at all to tell of an ordinary success", async () => {
    let asked = 0;
    const { clock, client } = world({
      idFromName: (name) => env.PLATFORM_HEALTH.idFromName(name),
      get: (id) => {
        asked += 1;
        return env.PLATFORM_HEALTH.get(id);
      },
    });
    const health = client("visma-net");
    for (let n = 0; n < 5; n += 1) {
      await health.isOpen();
      await health.reportRecovery();
    }
    expect(asked).toBe(1);
    clock.at += 10_000;
    await health.isOpen();
    expect(asked).toBe(2);
  });

  it("says nothing about shops that are a merchant's own", async () => {
    const { client, failTimes } = world();
    await failTimes("woocommerce", SHARED_FAILURES_TO_OPEN);
    expect(await client("woocommerce").isOpen()).toBeNull();
  });

  it("counts as closed when it fails or talks nonsense", async () => {
    const failing: (() => Promise<Response>)[] = [
      async () => Promise.reject(new Error("overloaded")),
      async () => new Response("oops", { status: 500 }),
      async () => Response.json({ state: "melted" }),
      () => {
        throw new Error("no such object");
      },
    ];
    for (const fetch of failing) {
      const { client } = world({ idFromName: (name) => env.PLATFORM_HEALTH.idFromName(name), get: () => ({ fetch }) });
      const health = client("svea");
      await health.reportFailure();
      await health.reportRecovery();
      expect([await health.isOpen(), await health.status()]).toEqual([
        null,
        { state: "closed", failures: 0, openUntil: 0 },
      ]);
    }
  });

  it("answers its three actions and nothing else", async () => {
    const stub = env.PLATFORM_HEALTH.get(env.PLATFORM_HEALTH.idFromName("visma-spiris"));
    for (const path of [
      "set/openUntil",
      "get-prop/state",
      "call/destroy",
      "call/persist",
      "call/forget",
      "call/status/x",
      "",
    ]) {
      const response = await stub.fetch(`https://platform-health/do/${path}`, { headers: { "do-content": "[9e15]" } });
      expect([path, response.status]).toEqual([path, 404]);
      await response.text();
    }
    expect(await world().client("visma-spiris").isOpen()).toBeNull();
  });
});

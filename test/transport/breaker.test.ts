import { describe, expect, it } from "vitest";
import { createBreaker, type Finding, pauseMs, type SharedHealth } from "../../src/transport/breaker.ts";

function world(shared?: SharedHealth) {
  const clock = { at: 1_000_000 };
  const breaker = createBreaker({ now: () => clock.at, shared });
  const call = async (finding: Finding): Promise<number> => {
    const admission = await breaker.admit();
    if (admission.kind === "wait") return admission.retryAfterMs;
    await admission.settle(finding);
    return 0;
  };
  const failTimes = async (times: number): Promise<void> => {
    for (let n = 0; n < times; n += 1) await call("failed");
  };
  return { clock, breaker, call, failTimes };
}

describe("the breaker of a connection", () => {
  it("opens after five failures in a row, not after five with an answer between", async () => {
    const { breaker, call, failTimes } = world();
    await failTimes(4);
    await call("answered");
    await failTimes(4);
    expect(breaker.state()).toBe("closed");
    await failTimes(1);
    expect(breaker.state()).toBe("open");
    expect(await call("answered")).toBe(30_000);
  });

  it("lets one probe through when the pause is over, and closes on its answer", async () => {
    const { clock, breaker, call, failTimes } = world();
    await failTimes(5);
    clock.at += 30_000;
    expect(breaker.state()).toBe("half_open");
    const probe = await breaker.admit();
    expect(await call("answered")).toBeGreaterThan(0);
    if (probe.kind === "go") await probe.settle("answered");
    expect(breaker.state()).toBe("closed");
    expect(await call("answered")).toBe(0);
  });

  it("doubles the pause with every failed probe, up to ten minutes", async () => {
    const { clock, call, failTimes } = world();
    await failTimes(5);
    const pauses: number[] = [];
    for (let n = 0; n < 7; n += 1) {
      const pause = await call("failed");
      pauses.push(pause / 1000);
      clock.at += pause;
      await call("failed");
    }
    expect(pauses).toEqual([30, 60, 120, 240, 480, 600, 600]);
    expect(pauseMs(1_000)).toBe(600_000);
  });

  it("gives the probe's place back when the probe was never sent", async () => {
    const { clock, call, failTimes } = world();
    await failTimes(5);
    clock.at += 30_000;
    expect(await call("not_sent")).toBe(0);
    expect(await call("answered")).toBe(0);
  });

  it("does not lengthen the pause for calls that were under way when it opened", async () => {
    const { breaker, call, failTimes } = world();
    const early = await Promise.all([breaker.admit(), breaker.admit()]);
    await failTimes(5);
    for (const admission of early) if (admission.kind === "go") await admission.settle("failed");
    expect(await call("answered")).toBe(30_000);
  });

  it("waits when the others found the platform away, and tells them what it finds", async () => {
    const reports: string[] = [];
    const until = { at: 1_005_000 as number | null };
    const { clock, call } = world({
      isOpen: async () => until.at,
      reportFailure: async () => void reports.push("failure"),
      reportRecovery: async () => void reports.push("recovery"),
    });
    expect(await call("answered")).toBe(5_000);
    clock.at += 5_000;
    await call("failed");
    await call("answered");
    await call("not_sent");
    expect(reports).toEqual(["failure", "recovery"]);
  });

  it("works alone when the shared health does not answer", async () => {
    const broken = async (): Promise<never> => Promise.reject(new Error("away"));
    const { breaker, call, failTimes } = world({ isOpen: broken, reportFailure: broken, reportRecovery: broken });
    expect(await call("answered")).toBe(0);
    await failTimes(5);
    expect(breaker.state()).toBe("open");
  });
});

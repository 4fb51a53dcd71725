// What the sandbox Worker does for a simulated platform: keeps its truth, wakes up for webhooks, takes commands.
import { beforeEach, describe, expect, it } from "vitest";
import { Host } from "../../sandbox/host.ts";
import type { OutgoingWebhook } from "../../sandbox/platform.ts";
import { echoPlatform } from "./echo.ts";

let saved: string | null;
let armedAt: number | null;
let now: number;
let sent: OutgoingWebhook[];
let answer: number;

const wakeUp = () =>
  new Host({
    module: echoPlatform,
    load: () => saved,
    save: (text) => {
      saved = text;
    },
    arm: (at) => {
      armedAt = at;
    },
    now: () => now,
    random: () => 0.5,
    wait: async () => {},
    send: async (webhook) => {
      sent.push(webhook);
      if (answer === 0) throw new Error("no route");
      return { status: answer, body: "" };
    },
  });

beforeEach(() => {
  saved = null;
  armedAt = null;
  now = 5_000;
  sent = [];
  answer = 200;
});

const post = (body: string) => new Request("http://sandbox.test/_control/echo", { method: "POST", body });
const call = () => new Request("http://sandbox.test/orders");

describe("the host", () => {
  it("remembers everything across its own end", async () => {
    await wakeUp().serve(call());
    await wakeUp().serve(call());
    expect(await (await wakeUp().serve(call())).json()).toEqual({ calls: 3 });
    await wakeUp().wake();
    expect(sent).toHaveLength(3);
  });

  it("asks to be woken for what is due next, and delivers by the schedule", async () => {
    answer = 0;
    await wakeUp().serve(call());
    expect(armedAt).toBe(5_000);
    await wakeUp().wake();
    expect(armedAt).toBe(6_000);
    now = 6_000;
    answer = 200;
    await wakeUp().wake();
    expect(armedAt).toBeNull();
    const { waiting, finished } = await wakeUp().webhooks().json<{ waiting: unknown[]; finished: unknown[] }>();
    expect(waiting).toEqual([]);
    expect(finished).toMatchObject([
      { state: "acknowledged", tries: [{ status: null, text: "no route" }, { status: 200 }] },
    ]);
  });

  it("tells the platform of a webhook that it gives up, once, after the last try", async () => {
    const abandoned = () => JSON.parse(saved ?? "{}").truth.abandoned;
    answer = 500;
    await wakeUp().serve(call());
    for (const at of [5_000, 6_000]) {
      now = at;
      await wakeUp().wake();
      expect(abandoned()).toEqual([]);
    }
    now = 16_000;
    await wakeUp().wake();
    await wakeUp().wake();
    expect(abandoned()).toEqual(["GET /orders"]);
  });

  it("wakes for what happens by itself", async () => {
    await wakeUp().control(post('{"do":"later"}'));
    expect(armedAt).toBe(6_000);
    now = 6_000;
    await wakeUp().wake();
    expect(sent.map((webhook) => webhook.body)).toEqual(["later"]);
  });

  it("answers a dropped connection like a gateway, its effect kept", async () => {
    const host = wakeUp();
    await host.addFaults(post('{"kind":"drop_after"}'));
    expect((await host.serve(call())).status).toBe(504);
    expect(await (await wakeUp().serve(call())).json()).toEqual({ calls: 2 });
  });

  it("takes faults singly or as a list, and an empty list clears them", async () => {
    const host = wakeUp();
    await host.addFaults(post('[{"kind":"status","status":500,"times":null},{"kind":"lose"}]'));
    expect((await wakeUp().serve(call())).status).toBe(500);
    await host.addFaults(post("[]"));
    expect((await host.serve(call())).status).toBe(200);
  });

  it("says in a sentence what is wrong with a bad input", async () => {
    const host = wakeUp();
    const wrong = async (response: Response) => [response.status, (await response.json<{ error: string }>()).error];
    expect(await wrong(await host.control(post("x")))).toEqual([400, expect.stringContaining("JSON object")]);
    expect(await wrong(await host.control(post('{"do":"fly"}')))).toEqual([400, "do: fly is not known"]);
    expect(await wrong(await host.addFaults(post('{"kind":"fire"}')))).toEqual([400, expect.stringContaining("fault")]);
  });

  it("forgets everything when told to", async () => {
    const host = wakeUp();
    await host.serve(call());
    host.reset();
    expect(armedAt).toBeNull();
    expect(await (await wakeUp().serve(call())).json()).toEqual({ calls: 1 });
  });
});

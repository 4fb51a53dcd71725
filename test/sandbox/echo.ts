// The smallest simulated platform: counts calls, and sends a webhook for each. For tests of what surrounds platforms.
import type { PlatformModule, SimulatedPlatform } from "../../sandbox/platform.ts";

interface Truth {
  calls: string[];
  dueAt: number | null;
  /** Bodies of webhooks that were given up. */
  abandoned: string[];
}

/** Every call is remembered and rung about; `later` rings when ticked a second later. */
export const echoPlatform: PlatformModule = {
  id: "echo",
  create(snapshot): SimulatedPlatform {
    const truth = (snapshot as Truth | undefined) ?? { calls: [], dueAt: null, abandoned: [] }; // its own snapshot
    const ring = (text: string) => ({
      url: "https://hooks.example.com/echo",
      method: "POST" as const,
      headers: {},
      body: text,
    });
    return {
      async handle(request, world) {
        const { pathname, search } = new URL(request.url);
        const call =
          `${request.method} ${pathname}${search} ${request.method === "GET" ? "" : await request.text()}`.trim();
        truth.calls.push(call);
        world.send(ring(call));
        return Response.json({ calls: truth.calls.length });
      },
      control(command, world) {
        if (command.do !== "later") return { ok: false, error: `do: ${command.do} is not known` };
        truth.dueAt = world.now() + 1_000;
        return { ok: true };
      },
      tick(world) {
        if (truth.dueAt === null || truth.dueAt > world.now()) return;
        truth.dueAt = null;
        world.send(ring("later"));
      },
      nextDueAt: () => truth.dueAt,
      abandoned: (webhook) => truth.abandoned.push(webhook.body),
      snapshot: () => structuredClone(truth),
    };
  },
  acknowledged: (status) => status === 200,
  retryAfterMs: [1_000, 10_000],
};

// What anyone may ask: is the Worker alive, how are the platforms.
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import type { ApiEnv } from "../dependencies.ts";

const Status = z
  .object({
    platforms: z.array(
      z.object({
        connector: z.string(),
        environment: z.enum(["test", "live"]),
        breaker: z.enum(["closed", "open", "half_open"]),
      }),
    ),
  })
  .openapi("Status");

const json = <T extends z.ZodType>(schema: T) => ({
  200: { description: "The answer", content: { "application/json": { schema } } },
});

const health = createRoute({
  method: "get",
  path: "/health",
  tags: ["state"],
  summary: "Liveness",
  security: [],
  responses: json(z.object({ status: z.literal("ok") })),
});

const status = createRoute({
  method: "get",
  path: "/status",
  tags: ["state"],
  summary: "How each platform is, for all merchants together",
  security: [],
  responses: json(Status),
});

export const publicRoom = new OpenAPIHono<ApiEnv>()
  .openapi(health, (context) => context.json({ status: "ok" } as const, 200))
  .openapi(status, async (context) => {
    const { deps } = context.var;
    const ids = deps.connectors.map((connector) => connector.id);
    return context.json({ platforms: await deps.platformStatus(context.env, ids) }, 200);
  });

// The API, assembled: small rooms of operations behind one door, and the pages that describe them.
import { OpenAPIHono } from "@hono/zod-openapi";
import { bodyLimit } from "hono/body-limit";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { registry } from "../connectors/registry.ts";
import { merchantStub, type PlatformStatus, platformStatus, readSettings } from "../env.ts";
import type { ApiEnv, Dependencies } from "./dependencies.ts";
import { docs } from "./docs.tsx";
import { placeOf } from "./pipeline.ts";
import { problemResponse } from "./problem.ts";
import { books } from "./routes/books.ts";
import { catalogue } from "./routes/catalogue.ts";
import { connections } from "./routes/connections.ts";
import { flows } from "./routes/flows.ts";
import { mappings } from "./routes/mappings.ts";
import { merchants } from "./routes/merchants.ts";
import { onboarding } from "./routes/onboarding.ts";
import { payoutsRoom } from "./routes/payouts.ts";
import { publicRoom } from "./routes/public.ts";
import { schedule } from "./routes/schedule.ts";
import { tokens } from "./routes/tokens.ts";
import { webhookActivation } from "./routes/webhook-activation.ts";

const BODY_BYTES_MAX = 1_048_576;

/** Anyone may ask for the status, so the platforms' objects are asked at most every few seconds. */
const STATUS_KEPT_MS = 10_000;

/** No script runs on our pages, and nothing is loaded from elsewhere. */
const CONTENT_SECURITY_POLICY = {
  defaultSrc: ["'none'"],
  styleSrc: ["'self'"],
  imgSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

const INFO = {
  openapi: "3.1.0",
  info: {
    title: "Junipeer at the edge",
    version: "1",
    description: "Keeps shop, payment provider and ERP in step: one Durable Object per merchant.",
  },
};

/** The API with what it needs handed in. */
export function createApi(given: Dependencies): OpenAPIHono<ApiEnv> {
  const deps = { ...given, platformStatus: remembered(given) };
  const api = new OpenAPIHono<ApiEnv>();
  api.use(requestId(), secureHeaders({ contentSecurityPolicy: CONTENT_SECURITY_POLICY }));
  api.use(async (context, next) => {
    await next();
    // After the answer, because answers made outside of the context do not take its headers over.
    context.header("x-request-id", context.var.requestId);
  });
  api.use(async (context, next) => {
    context.set("deps", deps);
    const settings = readSettings(context.env);
    if (settings.ok) context.set("settings", settings.value);
    else if (context.req.path.startsWith("/api/")) {
      deps.log({ level: "error", message: settings.error });
      return problemResponse({ code: "INTERNAL", detail: settings.error }, placeOf(context));
    }
    return next();
  });
  api.use(
    bodyLimit({
      maxSize: BODY_BYTES_MAX,
      onError: (context) => problemResponse({ code: "PAYLOAD_TOO_LARGE" }, placeOf(context)),
    }),
  );

  for (const app of rooms) api.route("/", app);
  const document = once(() => openApiDocument(api));
  api.get("/openapi.json", (context) => context.json(document()));
  api.route("/", docs(document));

  api.notFound((context) => problemResponse({ code: "NOT_FOUND" }, placeOf(context)));
  api.onError((error, context) => {
    deps.log({ level: "error", requestId: context.var.requestId, method: context.req.method, ...defect(error) });
    return problemResponse({ code: isPassing(error) ? "UNAVAILABLE" : "INTERNAL" }, placeOf(context));
  });
  return api;
}

const rooms = [
  catalogue,
  merchants,
  connections,
  flows,
  mappings,
  onboarding,
  webhookActivation,
  schedule,
  books,
  payoutsRoom,
  tokens,
  publicRoom,
];

/** What the Worker itself hands in. */
export const api: OpenAPIHono<ApiEnv> = createApi({
  connectors: registry,
  stub: merchantStub,
  platformStatus: (env, connectors) => platformStatus(env, connectors, Date.now),
  now: Date.now,
  random: Math.random,
  log: (entry) => console.error(JSON.stringify(entry)),
});

function remembered({ platformStatus: ask, now }: Dependencies): Dependencies["platformStatus"] {
  let known: { at: number; platforms: PlatformStatus[] } | null = null;
  return async (env, connectors) => {
    if (known && now() - known.at < STATUS_KEPT_MS) return known.platforms;
    known = { at: now(), platforms: await ask(env, connectors) };
    return known.platforms;
  };
}

function openApiDocument(api: OpenAPIHono<ApiEnv>) {
  api.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  return api.getOpenAPI31Document(INFO);
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Where a defect happened, without its message: messages of the database quote parameters. */
function defect(error: Error): { name: string; at: string[] } {
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at /.test(line));
  return { name: error.name, at: frames.slice(0, 8).map((line) => line.trim()) };
}

/** Errors by which the runtime says that an object is moving or overloaded (developers.cloudflare.com, error handling). */
const isPassing = (error: Error): boolean =>
  ["retryable", "overloaded", "durableObjectReset"].some((mark) => Reflect.get(error, mark) === true);

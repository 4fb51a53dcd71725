// The simulated Shopify: several shops with orders, an Admin API and webhooks, and a truth of its own.
import type { PlatformModule, SimulatedPlatform, World } from "../platform.ts";
import { control } from "./control.ts";
import { serveGraphql } from "./endpoint.ts";
import { serveRest } from "./rest.ts";
import { abandoned } from "./subscriptions.ts";
import { emptyTruth, type Shop, type Truth } from "./truth.ts";

const MINUTE = 60_000;

/** Written from reference/shopify.md; what it leaves open is listed in README.md beside this file. */
export const shopifyPlatform: PlatformModule = {
  id: "shopify",
  create,
  // Any 2xx, and nothing else (section 2.4).
  acknowledged: (status) => status >= 200 && status < 300,
  // Eight retries over four hours, growing; the steps themselves are not documented.
  retryAfterMs: [1, 2, 4, 8, 15, 30, 60, 120].map((minutes) => minutes * MINUTE),
};

function create(snapshot: unknown): SimulatedPlatform {
  // A snapshot is this module's own JSON; `structuredClone` keeps the caller's copy apart.
  const truth = snapshot === undefined || snapshot === null ? emptyTruth() : (structuredClone(snapshot) as Truth);
  return {
    handle: (request, world) => handle(truth, request, world),
    control: (command, world) => control(truth, command, world),
    abandoned: (webhook) => abandoned(truth, webhook),
    snapshot: () => structuredClone(truth),
  };
}

const PATH = /^\/admin\/api\/(\d{4}-(?:01|04|07|10)|unstable)(\/.+)$/;

async function handle(truth: Truth, request: Request, world: World): Promise<Response> {
  const url = new URL(request.url);
  const text = request.method === "POST" ? await request.text() : "";
  // Nothing is awaited below: one request happens at one moment.
  const shop = shopOf(truth, request, url);
  if (!shop) {
    const errors = "[API] Invalid API key or access token (unrecognized login or wrong password)";
    return Response.json({ errors }, { status: 401 });
  }
  const [, version = "", path] = PATH.exec(url.pathname) ?? [];
  if (path === undefined) return Response.json({ errors: "Not Found" }, { status: 404 });
  const answer = answerOf(truth, shop, { request, path, text }, world);
  answer.headers.set("x-shopify-api-version", version);
  return answer;
}

function answerOf(
  truth: Truth,
  shop: Shop,
  { request, path, text }: { request: Request; path: string; text: string },
  world: World,
): Response {
  if (path !== "/graphql.json") {
    if (request.method === "GET") return serveRest(truth, shop, path, world);
    return Response.json({ errors: "Not Found" }, { status: 404 });
  }
  if (request.method !== "POST") return Response.json({ errors: "Not Found" }, { status: 404 });
  const type = request.headers.get("content-type") ?? "";
  if (type.startsWith("application/graphql")) return Response.json(serveGraphql(truth, shop, { query: text }, world));
  const body = type.startsWith("application/json") ? parseJson(text) : undefined;
  if (body === undefined) return Response.json({ errors: "Bad Request" }, { status: 400 });
  return Response.json(serveGraphql(truth, shop, body, world));
}

/** The shop whose token it is; at a shop's own address no other shop's token is good. */
function shopOf(truth: Truth, request: Request, url: URL): Shop | undefined {
  const token = request.headers.get("x-shopify-access-token");
  const shop = Object.values(truth.shops).find((each) => each.installed && each.accessToken === token);
  if (url.hostname.endsWith(".myshopify.com") && shop?.domain !== url.hostname) return undefined;
  return shop;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

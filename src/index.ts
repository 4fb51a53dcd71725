// The front door.
import { DurableObject } from "cloudflare:workers";

export { PlatformHealth } from "./durable/platform-health.ts";

export class Merchant extends DurableObject {}

export default {
  fetch: () => new Response("starting"),
} satisfies ExportedHandler;

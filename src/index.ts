// The front door.
import { DurableObject } from "cloudflare:workers";

export class Merchant extends DurableObject {}
export class PlatformHealth extends DurableObject {}

export default {
  fetch: () => new Response("starting"),
} satisfies ExportedHandler;

// Instant platforms: the simulated ones in memory, in the same process, answering whatever the router fetches.
import { createNetwork } from "../sandbox/inprocess.ts";
import { qliroPlatform } from "../sandbox/qliro/index.ts";
import { specterPlatform } from "../sandbox/specter/index.ts";

const network = createNetwork({ now: Date.now, random: Math.random });
network.add(qliroPlatform, "https://pago.qit.nu");
network.add(specterPlatform, "https://api.specter.se");

/** `POST http://control/{platform}` takes one command, or a list of them; everything else is a platform's own. */
export default {
  async fetch(request) {
    const url = new URL(request.url);
    if (url.hostname !== "127.0.0.1") return network.fetch(request);
    const commands: unknown = await request.json();
    const list: Parameters<typeof network.control>[1][] = [commands].flat();
    return Response.json(list.map((command) => network.control(url.pathname.slice(1), command)));
  },
} satisfies ExportedHandler;

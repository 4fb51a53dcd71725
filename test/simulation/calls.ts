// Which calls that change something reached a platform, so that an echo or an effect nobody asked for is seen.
import type { Network } from "../../sandbox/inprocess.ts";
import { virtual } from "../kit/virtual.ts";

export interface LoggedCall {
  at: number;
  platform: "qliro" | "specter";
  /** The operation's own name, e.g. `MarkItemsAsShipped`, `newOrderSubmit`. */
  name: string;
  answer: number | "lost";
}

/** The network's `fetch`, with a note of every call that is not a plain read. */
export const callLog =
  (network: Network, calls: LoggedCall[]) =>
  async (request: Request): Promise<Response> => {
    const url = new URL(request.url);
    const qliro = url.hostname === "pago.qit.nu";
    const changes = qliro ? request.method !== "GET" : url.pathname.endsWith("/putInfo.asp");
    if (!changes) return network.fetch(request);
    const name = qliro ? (url.pathname.split("/").at(-1) ?? "") : await actionOf(request, url);
    const call: LoggedCall = { at: virtual.now, platform: qliro ? "qliro" : "specter", name, answer: "lost" };
    calls.push(call);
    const response = await network.fetch(request);
    call.answer = response.status;
    return response;
  };

async function actionOf(request: Request, url: URL): Promise<string> {
  const query = url.searchParams.get("action");
  if (query !== null) return query;
  return new URLSearchParams(await request.clone().text()).get("action") ?? "?";
}

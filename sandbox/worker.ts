// The sandbox Worker: every simulated platform behind one address, each with a truth of its own that stays.
import { DurableObject } from "cloudflare:workers";
import { bad, Host } from "./host.ts";
import type { OutgoingWebhook } from "./platform.ts";
import { PLATFORMS, platformById } from "./platforms.ts";

interface SandboxEnv {
  PLATFORM: DurableObjectNamespace<Platform>;
}

/** A row of SQLite holds at most 2 MB, and a character up to four bytes. */
const PIECE_CHARS = 400_000;
const WEBHOOK_TIMEOUT_MS = 10_000;

const ABOUT = `The sandbox of Junipeer at the edge: simulated platforms, for development and tests.
Nothing here is real, and nothing here is the platforms' own.

  /{platform}/...                    the platform's own HTTP API
  POST /_control/{platform}          let something happen: {"do":"show"} and the like (sandbox/README.md)
  GET  /_control/{platform}/webhooks what was sent, each try and its answer
  GET  /_control/{platform}/faults   faults in force; POST adds some ([] clears them)
  POST /_control/{platform}/reset    forget everything

Platforms: ${PLATFORMS.map((module) => module.id).join(", ")}
`;

export default {
  async fetch(request: Request, env: SandboxEnv): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/") return new Response(ABOUT, { headers: { "content-type": "text/plain; charset=utf-8" } });
    const [, first = "", second = ""] = pathname.split("/");
    const id = first === "_control" ? second : first;
    if (!platformById(id)) {
      return bad(`There is no platform "${id}"; there is ${PLATFORMS.map((module) => module.id).join(", ")}.`);
    }
    return env.PLATFORM.get(env.PLATFORM.idFromName(id)).fetch(request);
  },
};

/** One simulated platform; its name is its id. */
export class Platform extends DurableObject<SandboxEnv> {
  #host: Host | null = null;

  constructor(state: DurableObjectState, env: SandboxEnv) {
    super(state, env);
    const { sql } = state.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS pieces (position INTEGER PRIMARY KEY, text TEXT NOT NULL)");
    sql.exec("CREATE TABLE IF NOT EXISTS identity (id TEXT PRIMARY KEY)");
  }

  override async fetch(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [, first = "", second = "", third = "", ...rest] = url.pathname.split("/");
    const host = this.#wakeHost(first === "_control" ? second : first);
    if (!host) return bad("There is no such platform.");
    if (first === "_control") return control(host, request, rest.length === 0 ? third : "?");
    url.pathname = url.pathname.slice(first.length + 1) || "/";
    return host.serve(new Request(url, request));
  }

  override async alarm(): Promise<void> {
    const [row] = this.ctx.storage.sql.exec<{ id: string }>("SELECT id FROM identity").toArray();
    if (row) await this.#wakeHost(row.id)?.wake();
  }

  #wakeHost(id: string): Host | null {
    if (this.#host) return this.#host;
    const module = platformById(id);
    if (!module) return null;
    const { storage } = this.ctx;
    storage.sql.exec("INSERT OR IGNORE INTO identity (id) VALUES (?)", id);
    this.#host = new Host({
      module,
      load: () => load(storage),
      save: (text) => save(storage, text),
      arm: (at) => {
        this.ctx.waitUntil(at === null ? storage.deleteAlarm() : storage.setAlarm(Math.max(at, Date.now())));
      },
      now: () => Date.now(),
      random: () => Math.random(),
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      send: deliver,
    });
    return this.#host;
  }
}

function control(host: Host, request: Request, what: string): Response | Promise<Response> {
  switch (`${request.method} ${what}`) {
    case "POST ":
      return host.control(request);
    case "GET webhooks":
      return host.webhooks();
    case "GET faults":
      return host.faults();
    case "POST faults":
      return host.addFaults(request);
    case "POST reset":
      return host.reset();
    default:
      return bad("There is POST /_control/{platform}, and below it GET webhooks, GET and POST faults, POST reset.");
  }
}

async function deliver(webhook: OutgoingWebhook): Promise<{ status: number; body: string }> {
  const response = await fetch(webhook.url, {
    method: webhook.method,
    headers: webhook.headers,
    ...(webhook.method === "GET" ? {} : { body: webhook.body }),
    redirect: "manual",
    signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
  });
  return { status: response.status, body: await response.text() };
}

function load(storage: DurableObjectStorage): string | null {
  const rows = storage.sql.exec<{ text: string }>("SELECT text FROM pieces ORDER BY position").toArray();
  return rows.length === 0 ? null : rows.map((row) => row.text).join("");
}

/** Replaces the saved text in one transaction. */
function save(storage: DurableObjectStorage, text: string): void {
  storage.transactionSync(() => {
    storage.sql.exec("DELETE FROM pieces");
    for (let from = 0; from < text.length; ) {
      let to = from + PIECE_CHARS;
      // Never between the halves of a surrogate pair: each alone has no UTF-8.
      if ((text.charCodeAt(to - 1) & 0xfc00) === 0xd800) to -= 1;
      storage.sql.exec("INSERT INTO pieces (text) VALUES (?)", text.slice(from, to));
      from = to;
    }
  });
}

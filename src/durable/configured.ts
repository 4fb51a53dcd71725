// The configuration an object holds, and what is made of it: connectors, credentials, policy, pauses.
import type { Environment, Memory } from "../connectors/connector.ts";
import type { AnyConnector } from "../connectors/registry.ts";
import type { Problem } from "../domain/errors.ts";
import type { ConnectionId } from "../domain/ids.ts";
import type { Settings } from "../env.ts";
import type { SharedHealth } from "../transport/breaker.ts";
import type { Core } from "./books.ts";
import type { MerchantConfig } from "./config.ts";
import { ensureJobs, resume } from "./configuration.ts";
import { factsUnder, readFact, writeFact } from "./facts.ts";
import { wantJob } from "./jobs.ts";
import { memoryOf } from "./memory.ts";
import { buildRuntime, type Runtime, type RuntimeParts } from "./runtime.ts";

interface Pause {
  revision: number;
  problem: Problem;
}

export class Configured {
  readonly #core: Core;
  readonly #settings: Settings;
  readonly #health: (connector: AnyConnector, environment: Environment) => SharedHealth | undefined;
  /** Pacing and breaker of a connection survive a new configuration. */
  readonly #paces: RuntimeParts["paces"] = new Map();
  #runtime: Promise<Runtime | null> | null = null;

  constructor(
    core: Core,
    settings: Settings,
    health: (connector: AnyConnector, environment: Environment) => SharedHealth | undefined,
  ) {
    this.#core = core;
    this.#settings = settings;
    this.#health = health;
  }

  config(): MerchantConfig | null {
    const text = readFact(this.#core.books, "config");
    // Written by take() alone.
    return text === null ? null : (JSON.parse(text) as MerchantConfig);
  }

  /** Takes a configuration unless it is older than the one held. Answers the version that is held now. */
  take(config: MerchantConfig): number {
    const held = this.config();
    if (held && held.version > config.version) return held.version;
    this.#core.storage.transactionSync(() => {
      writeFact(this.#core.books, "config", JSON.stringify(config));
      ensureJobs(this.#core, config);
      resume(this.#core, held, config);
    });
    this.#runtime = null;
    return config.version;
  }

  /** What the configuration comes to; null for an object that was never configured. */
  runtime(): Promise<Runtime | null> {
    this.#runtime ??= this.#build();
    return this.#runtime;
  }

  /** The platform refused the credentials: the connection's work waits until they are saved again. */
  async pause(connectionId: ConnectionId, why: Problem): Promise<void> {
    const connection = this.config()?.connections.find((candidate) => candidate.id === connectionId);
    const pause: Pause = { revision: connection?.revision ?? 0, problem: why };
    writeFact(this.#core.books, `pause:${connectionId}`, JSON.stringify(pause));
    this.#runtime = null;
    wantJob(this.#core, "redecide", this.#core.ports.now());
  }

  async #build(): Promise<Runtime | null> {
    const config = this.config();
    if (!config) return null;
    const { books, ports } = this.#core;
    const pauses = new Map(
      // Written by pause() alone.
      [...factsUnder(books, "pause:")].map(([id, text]) => [id, JSON.parse(text) as Pause]),
    );
    return buildRuntime(config, {
      ports,
      settings: this.#settings,
      pauses,
      paces: this.#paces,
      memoryOf: (id): Memory => memoryOf(books, id),
      rest: {
        until: (id) => Number(readFact(books, `rest:${id}`) ?? 0),
        keep: (id, until) => writeFact(books, `rest:${id}`, String(until)),
      },
      health: this.#health,
    });
  }
}

// What a connector is handed in for one call, and how a read answers: no clock, network or store of its own.
import type { ErrorCode } from "../domain/errors.ts";
import type { ConnectionId } from "../domain/ids.ts";

export type Environment = "test" | "live";

/** One request to a platform. The transport adds time-out, size cap, rate limit, breaker and redaction. */
export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "DELETE" | "PATCH";
  url: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** What a person calls this request in the timeline, e.g. `MarkItemsAsShipped`. */
  label: string;
  timeoutMs?: number;
  bodyBytesMax?: number;
}

export interface HttpAnswer {
  kind: "answer";
  status: number;
  headers: Headers;
  body: Uint8Array;
}

/** `not_sent`: it surely never left us. `no_answer`: it may have arrived. */
export interface HttpFailure {
  kind: "not_sent" | "no_answer";
  code: ErrorCode;
  detail: string;
  retryAfterMs?: number;
}

export interface Http {
  send(request: HttpRequest): Promise<HttpAnswer | HttpFailure>;
}

/** Small durable facts of one connection (a customer map, an open batch). Values are never secrets. */
export interface Memory {
  get(key: string): string | null;
  put(key: string, value: string): void;
  delete(key: string): void;
  /** Keys that begin with `prefix`, in ascending order. */
  keys(prefix: string): string[];
}

/** Everything a call may need, handed in. */
export interface Context<Credentials, Settings> {
  connectionId: ConnectionId;
  environment: Environment;
  credentials: Credentials;
  settings: Settings;
  http: Http;
  memory: Memory;
  /** Milliseconds since the epoch. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** IANA name of the merchant's time zone. */
  timezone: string;
  /**
   * A valid access token of a connection made by OAuth; refreshed when it is about to end. `force`: the platform
   * refused the last one. Connections without OAuth get `unauthorized`.
   */
  accessToken(options?: { force?: boolean }): Promise<Read<string>>;
  /** The platform's origin: the given default, unless `PLATFORM_BASE_URLS` names another for this key. */
  origin(key: string, defaultOrigin: string): string;
}

/** The answer to a read. */
export type Read<T> =
  | { kind: "found"; value: T }
  | { kind: "absent" }
  | { kind: "later"; code: ErrorCode; detail: string; retryAfterMs?: number }
  | { kind: "refused"; code: ErrorCode; detail: string }
  | { kind: "unauthorized"; detail: string };

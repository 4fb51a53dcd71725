// Connections as the accept path knows them: from memory, for half a minute; stale rather than not at all.
import { findConnector } from "../connectors/registry.ts";
import { openDirectory } from "../directory/database.ts";
import { findHook, type HookTarget } from "../directory/hooks-lookup.ts";
import { type Bindings, settingsOf } from "../env.ts";
import { unseal } from "../sealing.ts";

/** A connection with what verifies its webhooks, unsealed. */
export interface KnownTarget extends HookTarget {
  secrets: Record<string, unknown>;
}

const FRESH_MS = 30_000;
/** How long D1 is waited for, and how long it is left alone after it did not answer. */
const PATIENCE_MS = 2_000;
const ASK_AGAIN_MS = 5_000;
/** Entries kept; unknown ids are remembered too, so that guessing does not reach the database every time. */
const KEPT_MAX = 5_000;

interface Remembered {
  target: KnownTarget | null;
  at: number;
}

const remembered = new Map<string, Remembered>();

/** Forgets everything (tests start from nothing). */
export const forgetTargets = (): void => remembered.clear();

/** The connection behind a webhook address; null when there is none. Rejects only when D1 fails and nothing is known. */
export async function targetOf(
  env: Bindings,
  connector: string,
  connectionId: string,
  now: number,
): Promise<KnownTarget | null> {
  const key = `${connector}/${connectionId}`;
  const known = remembered.get(key);
  if (known && now - known.at < FRESH_MS) return known.target;
  try {
    const target = await inTime(readTarget(env, connector, connectionId));
    if (remembered.size >= KEPT_MAX) remembered.delete(remembered.keys().next().value ?? key);
    remembered.delete(key);
    remembered.set(key, { target, at: now });
    return target;
  } catch (failure) {
    // Only a door that was there opens from memory: one that was not may have been made meanwhile.
    if (!known?.target) throw failure;
    known.at = now - FRESH_MS + ASK_AGAIN_MS;
    return known.target;
  }
}

/** Rejects when there is no answer within the patience of the accept path. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("D1 did not answer in time")), PATIENCE_MS);
  });
  try {
    return await Promise.race([answer, tooLong]);
  } finally {
    clearTimeout(timer);
  }
}

async function readTarget(env: Bindings, connector: string, connectionId: string): Promise<KnownTarget | null> {
  const found = await findHook(openDirectory(env.DB), connector, connectionId);
  if (!found) return null;
  const wanted = findConnector(connector)?.webhooks?.secrets ?? [];
  if (wanted.length === 0) return { ...found, secrets: {} };
  const { current, previous } = settingsOf(env).masterKeys;
  const opened = await unseal(found.sealedCredentials, [current, previous], found.connectionId);
  const credentials: unknown = opened.ok ? JSON.parse(opened.value) : {};
  const all = new Map(Object.entries(credentials ?? {}));
  return { ...found, secrets: Object.fromEntries(wanted.map((name) => [name, all.get(name)])) };
}

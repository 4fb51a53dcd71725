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
    const target = await readTarget(env, connector, connectionId);
    if (remembered.size >= KEPT_MAX) remembered.delete(remembered.keys().next().value ?? key);
    remembered.delete(key);
    remembered.set(key, { target, at: now });
    return target;
  } catch (failure) {
    if (known) return known.target;
    throw failure;
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

// A directory for a test: the real D1 with the real migrations, and a merchant to begin with.
import { applyD1Migrations, type D1Migration } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Change } from "../../src/directory/change.ts";
import { createConnection } from "../../src/directory/connections.ts";
import { type Directory, openDirectory } from "../../src/directory/database.ts";
import { createMerchant } from "../../src/directory/merchants.ts";
import { type ConnectionId, type MerchantId, newId } from "../../src/domain/ids.ts";
import type { ConnectorId } from "../../src/domain/observation.ts";

/** A Friday. */
export const NOW = Date.parse("2026-11-20T10:00:00Z");

export const actor = { id: "root", role: "admin" } as const;

/** Applies the migrations; safe to run again. */
export async function migratedDirectory(): Promise<Directory> {
  // The binding is made in vitest.config.ts and is not part of the Worker's own.
  const { DB, D1_MIGRATIONS } = env as typeof env & { D1_MIGRATIONS: D1Migration[] };
  await applyD1Migrations(DB, D1_MIGRATIONS);
  return openDirectory(DB);
}

export const merchantId = (): MerchantId => newId("mer", NOW, Math.random);
export const connectionId = (): ConnectionId => newId("con", NOW, Math.random);

export const change = (merchant: MerchantId, over: Partial<Change> = {}): Change => ({
  actor,
  now: NOW,
  merchantId: merchant,
  expectedVersion: null,
  action: "test",
  subject: merchant,
  ...over,
});

export async function givenMerchant(db: Directory, over: { timezone?: string; name?: string } = {}) {
  const input = { id: merchantId(), name: "Kaffe AB", country: "SE", currency: "SEK", timezone: "Europe/Stockholm" };
  return createMerchant(db, { ...input, ...over }, { actor, now: NOW });
}

export async function givenConnection(db: Directory, merchant: MerchantId, connector: ConnectorId) {
  const id = connectionId();
  await createConnection(db, change(merchant, { action: "connection.create", subject: id }), {
    id,
    merchantId: merchant,
    connector,
    label: connector,
    environment: "test",
    sealedCredentials: "v1.sealed",
    credentialNames: ["apiKey"],
    settings: {},
  });
  return id;
}

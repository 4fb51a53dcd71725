// Every test runs on workerd, inside the real Worker configuration, with the platforms simulated in-process.
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

/** Tests that touch no binding of the Worker. */
const PURE = ["architecture", "connectors", "domain", "sandbox", "transport"].map(
  (room) => `test/${room}/**/*.test.ts`,
);

export default defineConfig({
  plugins: [
    cloudflareTest(async () => ({
      main: "./test/worker.ts",
      wrangler: { configPath: "./wrangler.toml" },
      miniflare: {
        bindings: {
          D1_MIGRATIONS: await readD1Migrations("./migrations/d1"),
          // Known to everyone; the tests look for them in every output.
          ADMIN_TOKEN: "test-admin-token-0123456789",
          MASTER_KEY: "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
        },
      },
    })),
  ],
  test: {
    // A loaded machine is slow; nothing waits for real time, so a hang is a defect that this still finds.
    testTimeout: 120_000,
    deps: { optimizer: { ssr: { enabled: true, include: ["itty-durable"] } } },
    projects: [
      // Nothing is shared by tests of pure code, so that they share one runtime: loading it anew costs more than they do.
      { extends: true, test: { name: "pure", include: PURE, isolate: false } },
      { extends: true, test: { name: "whole", include: ["test/**/*.test.ts", "test/**/*.test.tsx"], exclude: PURE } },
    ],
  },
});

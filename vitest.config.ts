// Every test runs on workerd, inside the real Worker configuration, with the platforms simulated in-process.
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

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
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    deps: { optimizer: { ssr: { enabled: true, include: ["itty-durable"] } } },
  },
});

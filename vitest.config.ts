// Every test runs on workerd, inside the real Worker configuration, with the platforms simulated in-process.
import { cloudflareTest } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [cloudflareTest({ main: "./test/worker.ts", wrangler: { configPath: "./wrangler.toml" } })],
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    deps: { optimizer: { ssr: { enabled: true, include: ["itty-durable"] } } },
  },
});

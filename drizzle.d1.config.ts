// Makes the migrations of the directory (D1) from its schema: `drizzle-kit generate --config drizzle.d1.config.ts`.
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  driver: "d1-http",
  schema: "./src/directory/schema.ts",
  out: "./migrations/d1",
});

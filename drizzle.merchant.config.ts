// Makes the migrations of a merchant's books from their schema: `drizzle-kit generate --config drizzle.merchant.config.ts`.
// The generated SQL is edited by hand in one way: tables with a text key get WITHOUT ROWID, which saves one written
// row for every insert.
import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  driver: "durable-sqlite",
  casing: "snake_case",
  schema: ["./src/durable/schema.ts", "./src/durable/schema-payouts.ts"],
  out: "./migrations/merchant",
});

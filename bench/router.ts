// The real Worker, told that its platforms take any number of requests: what is measured is ours, not their pace.
import { registry } from "../src/connectors/registry.ts";

export * from "../src/index.ts";
export { default } from "../src/index.ts";

for (const { rateLimit } of registry)
  Object.assign(rateLimit, { requests: Number.MAX_SAFE_INTEGER, perMs: 1, concurrent: 6 });

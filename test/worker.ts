// The Worker under test.
export { Merchant, PlatformHealth } from "../src/index.ts";
export { default } from "../src/index.ts";

// A connection's memory for tests, over a map that the test can look into.
import type { Memory } from "../../../src/connectors/connector.ts";

export const memoryOver = (map: Map<string, string>): Memory => ({
  get: (key) => map.get(key) ?? null,
  put: (key, value) => void map.set(key, value),
  delete: (key) => void map.delete(key),
  keys: (prefix) => [...map.keys()].filter((key) => key.startsWith(prefix)).sort(),
});

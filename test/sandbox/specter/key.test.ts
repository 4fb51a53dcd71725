import { describe, expect, it } from "vitest";
import { specterKey } from "../../../sandbox/specter/key.ts";

const SECRETS = {
  sbmId: "1234",
  apiUserKey: "0123456789abcdef0123456789abcdef",
  integrationKey: "11111111-2222-3333-4444-555555555555",
};

describe("the key of the simulated Specter", () => {
  it.each([
    ["1001", "b20c949a861ad3fc012bcadd94e43dfb"],
    ["Åsa Öberg", "7f322567ae2ed6bb36249094c06549c3"],
    ["b20260105T1200Z", "da52064b6326e34f1142e25c9c57ba6a"],
  ])("is the one of the reference for seed %s", async (seed, key) => {
    expect(await specterKey(SECRETS, seed)).toBe(key);
  });

  it("never equals the key of a UTF-8 hash", async () => {
    expect(await specterKey(SECRETS, "Åsa Öberg")).not.toBe("97b6f23670aca12dfe991a3aa2cffed8");
  });

  it("trims the seed and collapses its spaces", async () => {
    expect(await specterKey(SECRETS, "  Åsa   Öberg ")).toBe("7f322567ae2ed6bb36249094c06549c3");
  });
});

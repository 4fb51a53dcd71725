import { describe, expect, it } from "vitest";
import { asStored, cut, formEncode, hexDigest, latin1, specterKey, tidy } from "../../../src/connectors/specter/key.ts";
import { CREDENTIALS } from "./kit.ts";

describe("the key rule", () => {
  it.each([
    ["1001", "b20c949a861ad3fc012bcadd94e43dfb"],
    ["Åsa Öberg", "7f322567ae2ed6bb36249094c06549c3"],
    ["b20260105T1200Z", "da52064b6326e34f1142e25c9c57ba6a"],
  ])("agrees with the reference for the seed %s", async (seed, key) => {
    expect(await specterKey(CREDENTIALS, seed)).toBe(key);
  });

  it.each([
    ["1001", "6455221500eb4e01a915e062ff17eb32"],
    ["Åsa Öberg", "62e21de0305a1e52f59bed7ae8267b4a"],
    ["b20260105T1200Z", "442cbb2ac391b596b8a991599eb25f9d"],
  ])("has the reference's inner digest for the seed %s", async (seed, inner) => {
    expect(await hexDigest("MD5", latin1(CREDENTIALS.apiUserKey + CREDENTIALS.sbmId + seed))).toBe(inner);
  });

  it("hashes Latin-1 bytes: the UTF-8 digest of a name is what Specter would refuse", async () => {
    const utf8 = new TextEncoder().encode(`${CREDENTIALS.apiUserKey}${CREDENTIALS.sbmId}Åsa Öberg`);
    const inner = await hexDigest("MD5", utf8);
    expect(inner).toBe("22b8a298ddf0a85165cb111b770f28d8");
    const wrong = await hexDigest("MD5", latin1(CREDENTIALS.integrationKey + inner));
    expect(wrong).toBe("97b6f23670aca12dfe991a3aa2cffed8");
    expect(await specterKey(CREDENTIALS, "Åsa Öberg")).not.toBe(wrong);
  });

  it("trims the seed, collapses its spaces, and composes its letters", async () => {
    const key = await specterKey(CREDENTIALS, "Åsa Öberg");
    expect(await specterKey(CREDENTIALS, "  Åsa   Öberg ")).toBe(key);
    expect(await specterKey(CREDENTIALS, "Åsa Öberg".normalize("NFD"))).toBe(key);
  });
});

describe("Latin-1 text", () => {
  it("percent-encodes single bytes, with + for a space", () => {
    expect(formEncode({ name: "Åsa Öberg & Co; 5%", n: "a-b_c.d~" })).toBe(
      "name=%C5sa+%D6berg+%26+Co%3B+5%25&n=a-b_c.d%7E",
    );
  });

  it("leaves absent fields out and sends empty ones", () => {
    expect(formEncode({ a: undefined, b: "", c: "0" })).toBe("b=&c=0");
  });

  it("writes ? for a character outside Latin-1, one per character", () => {
    expect(formEncode({ name: "Łukasz 😀" })).toBe("name=%3Fukasz+%3F");
    expect(asStored("Łukasz Ö")).toBe("?ukasz Ö");
  });

  it("cuts by characters and leaves no space at the end", () => {
    expect(cut("  Åsa\n\tÖberg  ", 4)).toBe("Åsa");
    expect(cut("😀😀😀", 2)).toBe("😀😀");
    expect(tidy("a b\u0000c")).toBe("a b c");
  });
});

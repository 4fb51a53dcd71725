import { describe, expect, it } from "vitest";
import { decodeForm, fromLatin1, toLatin1 } from "../../../sandbox/specter/latin1.ts";

describe("Latin-1 on the wire", () => {
  it("decodes percent pairs one by one, never as UTF-8", () => {
    expect(decodeForm("name=%C5sa+%D6berg&x=%c3%a5")).toEqual([
      ["name", "Åsa Öberg"],
      ["x", "Ã¥"],
    ]);
  });

  it("keeps what is not well encoded", () => {
    expect(decodeForm("a=100%&b&&c=%zz=")).toEqual([
      ["a", "100%"],
      ["b", ""],
      ["c", "%zz="],
    ]);
  });

  it("is not windows-1252, and has a question mark for what it cannot hold", () => {
    const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(toLatin1(fromLatin1(every))).toEqual(every);
    expect(fromLatin1(toLatin1("5 € 😀"))).toBe("5 ? ?");
  });
});

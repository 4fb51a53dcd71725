import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { equalDigests, hashToken, needsReseal, newToken, parseMasterKey, seal, unseal } from "../src/sealing.ts";

const keyOf = (fill: number): string => btoa(String.fromCharCode(...new Uint8Array(32).fill(fill)));
const [NOW, BEFORE, OTHER] = [keyOf(1), keyOf(2), keyOf(3)];
const unreadable = { ok: false, error: { code: "CREDENTIALS_UNREADABLE" } };

describe("sealing", () => {
  it("opens what it sealed, for the same owner", async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: "grapheme" }), fc.string(), async (text, aad) => {
        const wellFormed = text.toWellFormed();
        expect(await unseal(await seal(wellFormed, NOW, aad), [NOW, null], aad)).toEqual({
          ok: true,
          value: wellFormed,
        });
      }),
      { examples: [["\ufeffbyte order mark", "con_1"]] },
    );
  });

  it("writes the agreed form, shows nothing of the text, and never the same form twice", async () => {
    const canary = "canary-3b9d0c";
    const first = await seal(canary, NOW, "con_1");
    expect(first).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(first).not.toContain(canary);
    expect(atob((first.split(".")[3] ?? "").replaceAll("-", "+").replaceAll("_", "/"))).not.toContain(canary);
    expect(await seal(canary, NOW, "con_1")).not.toBe(first);
  });

  it("does not open for another owner", async () => {
    const sealed = await seal("secret", NOW, "con_1");
    expect(await unseal(sealed, [NOW], "con_2")).toMatchObject(unreadable);
  });

  it("does not open when any character was changed", async () => {
    const sealed = await seal("secret", NOW, "con_1");
    // The last character is left out: base64 does not use all of its bits.
    for (let at = 0; at < sealed.length - 1; at += 1) {
      const changed = sealed.slice(0, at) + (sealed.charAt(at) === "A" ? "Q" : "A") + sealed.slice(at + 1);
      expect([at, await unseal(changed, [NOW, BEFORE], "con_1")]).toMatchObject([at, unreadable]);
    }
    for (const form of [
      "",
      "v1",
      "v1...",
      `${sealed}.x`,
      sealed.slice(0, -4),
      sealed.replace("v1.", "v2."),
      "v1.a.%.%",
    ]) {
      expect([form, await unseal(form, [NOW, BEFORE], "con_1")]).toMatchObject([form, unreadable]);
    }
  });

  it("opens with the key before while keys rotate, and says what is to be sealed anew", async () => {
    const old = await seal("secret", BEFORE, "con_1");
    expect(await unseal(old, [NOW, BEFORE], "con_1")).toEqual({ ok: true, value: "secret" });
    expect(await unseal(old, [NOW, null], "con_1")).toMatchObject(unreadable);
    expect(await unseal(old, [OTHER], "con_1")).toMatchObject(unreadable);
    expect(await needsReseal(old, NOW)).toBe(true);
    expect(await needsReseal(await seal("secret", NOW, "con_1"), NOW)).toBe(false);
    expect(await needsReseal("anything else", NOW)).toBe(true);
  });

  it("says what is wrong with a master key and never shows it", async () => {
    expect(parseMasterKey(NOW)).toMatchObject({ ok: true });
    const short = parseMasterKey("c2hvcnQ=");
    expect(short).toMatchObject({ ok: false, error: { detail: expect.stringContaining("exactly 32 bytes") } });
    expect(parseMasterKey("%canary%")).toMatchObject({ ok: false });
    expect(JSON.stringify([short, parseMasterKey("%canary%")])).not.toMatch(/c2hvcnQ|canary/);
    await expect(seal("x", "c2hvcnQ=", "con_1")).rejects.toThrow("exactly 32 bytes");
  });
});

describe("tokens", () => {
  it("are 32 random bytes in base64url", () => {
    expect(newToken((length) => new Uint8Array(length).fill(0xff))).toBe(`${"_".repeat(42)}8`);
    expect(newToken()).toMatch(/^[\w-]{43}$/);
    expect(newToken()).not.toBe(newToken());
  });

  it("are known by their SHA-256", async () => {
    expect(await hashToken("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  });

  it("are equal only when every character is", async () => {
    const digest = await hashToken("token");
    expect(equalDigests(digest, await hashToken("token"))).toBe(true);
    for (const other of [await hashToken("Token"), "", digest.slice(1), `${digest}0`]) {
      expect(equalDigests(digest, other)).toBe(false);
    }
  });
});

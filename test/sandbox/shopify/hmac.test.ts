// The signature without WebCrypto: the reference's vectors, and WebCrypto's own answer for anything else.
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hmacBase64 } from "../../../sandbox/shopify/hmac.ts";

const encoder = new TextEncoder();

async function byWebCrypto(secret: string, message: string): Promise<string> {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), algorithm, false, ["sign"]);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.sign("HMAC", key, encoder.encode(message)))));
}

describe("hmacBase64", () => {
  it("answers the reference's vectors (section 2.3)", () => {
    const body = '{"id":6021457707331,"name":"#1001","total_price":"603.20","currency":"SEK","note":"Åäö"}';
    expect(hmacBase64("shpss_test_secret_0123456789abcdef", body)).toBe("xxPYk02qzy95buIplGIkXA70wvUN5yRkVxmvgi+gTBo=");
    expect(hmacBase64("hush", '{"id":1}')).toBe("VnKUjZsLuN5iZWjn5EntcBVCF9kMN43LglzCE1/GSeY=");
    const indented = JSON.stringify(JSON.parse(body), null, 1);
    expect(hmacBase64("shpss_test_secret_0123456789abcdef", indented)).toBe(
      "V3VgIUMed+WKJ4Bv3DVj/LswPC6e3WLyrwNof15isl8=",
    );
  });

  it("agrees with WebCrypto on every secret and message, longer than a block or not", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ minLength: 1, maxLength: 150 }),
        fc.string({ maxLength: 300 }),
        async (secret, text) => {
          expect(hmacBase64(secret, text)).toBe(await byWebCrypto(secret, text));
        },
      ),
      { numRuns: 200 },
    );
  });
});

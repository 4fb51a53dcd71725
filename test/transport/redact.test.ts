import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactBody, redactHeaders, redactText, redactUrl } from "../../src/transport/redact.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const redact = (text: string, type = "", secrets: string[] = [], bytesMax = 100_000): string =>
  redactBody(bytes(text), type, secrets, bytesMax);
const base64 = (text: string): string => btoa(String.fromCharCode(...bytes(text)));
const base64Url = (text: string): string => base64(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const percentAll = (text: string): string =>
  [...bytes(text)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
const jsonAll = (text: string): string =>
  text
    .split("")
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
    .join("");
const jsonInner = (text: string): string => JSON.stringify(text).slice(1, -1);
const xmlNamed = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&apos;");
const xmlNumbered = (text: string): string => [...text].map((c) => `&#${c.codePointAt(0)};`).join("");
const xmlHex = (text: string): string => [...text].map((c) => `&#x${c.codePointAt(0)?.toString(16)};`).join("");
const formEncoded = (text: string): string => new URLSearchParams({ k: text }).toString().slice(2);

/** Every encoding that is claimed. */
const ENCODINGS: Record<string, (text: string) => string> = {
  plain: (text) => text,
  percent: encodeURIComponent,
  percentUri: encodeURI,
  percentAll,
  percentUpper: (text) => percentAll(text).toUpperCase(),
  percentTwice: (text) => encodeURIComponent(encodeURIComponent(text)),
  form: formEncoded,
  json: jsonInner,
  jsonSlash: (text) => jsonInner(text).replaceAll("/", "\\/"),
  jsonAll,
  jsonInJson: (text) => jsonInner(jsonInner(text)),
  jsonInForm: (text) => encodeURIComponent(jsonInner(text)),
  xmlNamed,
  xmlNumbered,
  xmlHex,
  base64,
  base64Url,
  base64InPercent: (text) => encodeURIComponent(base64(text)),
  basic: (text) => base64(`user:${text}`),
  basicAligned: (text) => base64(`us:${text}:x`),
  basicOther: (text) => base64Url(`u:${text}`),
};

const secret = fc
  .string({ unit: "grapheme", minLength: 12, maxLength: 40 })
  .filter((text) => text.isWellFormed() && !text.includes("***") && !text.includes("\0"));

describe("secrets", () => {
  it("never survive, in any encoding we claim, in any kind of text", () => {
    fc.assert(
      fc.property(
        secret,
        fc.constantFrom(...Object.keys(ENCODINGS)),
        fc.constantFrom("json", "form", "xml", "text"),
        (canary, name, kind) => {
          const encoded = ENCODINGS[name]?.(canary) ?? "";
          const around = {
            json: ['{"note":"', '"}'],
            form: ["note=", "&x=1"],
            xml: ["<r><note>", "</note></r>"],
            text: ["note ", " end"],
          };
          const [before = "", after = ""] = around[kind];
          const type = {
            json: "application/json",
            form: "application/x-www-form-urlencoded",
            xml: "text/xml",
            text: "text/plain",
          };
          const out = redact(before + encoded + after, type[kind], [canary]);
          expect(out.includes(encoded)).toBe(false);
          expect(out).toContain("***");
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it("leave no half behind where the text is cut", () => {
    const canary = "canary/0123456789+abcdefghijklmnopqrstuvwxyz";
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 900 }),
        fc.integer({ min: 3, max: 400 }),
        fc.constantFrom(...Object.values(ENCODINGS)),
        (before, bytesMax, encode) => {
          const encoded = encode(canary);
          const out = redact(`${"x".repeat(before)} ${encoded} ${"y".repeat(5_000)}`, "text/plain", [canary], bytesMax);
          expect(bytes(out).length).toBeLessThanOrEqual(bytesMax);
          expect(out.includes(encoded.slice(-8)) || out.includes(encoded.slice(0, 12))).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("are masked wherever they overlap, and short ones are left alone", () => {
    expect(redactText("abcdabcdab", ["abcdab", "cdabcdab"])).toBe("***");
    expect(redactText("id 12 and abc", ["12", "abc", ""])).toBe("id 12 and abc");
    expect(redactText("nothing here", [])).toBe("nothing here");
  });

  it("are found in long texts and when they are long themselves", () => {
    const token = `eyJ${"aZ09-_".repeat(500)}`;
    expect(redact(`{"access_token":"${token}"}`, "application/json", [token])).toBe('{"access_token":"***"}');
  });
});

describe("personal data by field name", () => {
  it("is masked in JSON, in the platforms' spellings, and the rest stays readable", () => {
    const out = redact(
      JSON.stringify({
        OrderId: 5452321,
        MerchantReference: "1042",
        Customer: { PersonalNumber: "198703142391", Email: "a@b.se", MobileNumber: "0701234567", FirstName: "Anna" },
        BillingAddress: {
          FirstName: "Anna",
          LastName: "Andersson",
          Street: "Storgatan 1",
          PostalCode: "11122",
          City: "Stockholm",
          CountryCode: "SE",
        },
        shopperName: { firstName: "Anna" },
        shopperIP: "203.0.113.7",
        Invoice: {
          CustomerName: "Anna AB",
          Address1: "Box 1",
          ZipCode: "11122",
          Phone1: "08-1",
          Total: 1250.5,
          Paid: true,
        },
        customer: {
          first_name: "Anna",
          id: 7,
          name: "Anna A",
          orders_count: 3,
          currency: "SEK",
          default_address: { address1: "x", zip: "1" },
        },
        note_attributes: [
          { name: "Personnummer", value: "hidden-1" },
          { name: "gift", value: "yes" },
        ],
        payload: JSON.stringify({ email: "x", amount: 5 }),
        line_items: [{ name: "Blue shirt", sku: "SH-1", price: "100.00" }],
      }),
      "application/json",
    );
    for (const gone of [
      "Anna",
      "Andersson",
      "Storgatan",
      "11122",
      "Stockholm",
      "0701234567",
      "203.0.113.7",
      "Box 1",
      "08-1",
      "hidden-1",
      "a@b.se",
    ]) {
      expect([gone, out.includes(gone)]).toEqual([gone, false]);
    }
    expect(JSON.parse(out)).toMatchObject({
      OrderId: 5452321,
      MerchantReference: "1042",
      BillingAddress: { CountryCode: "SE" },
      Invoice: { Total: 1250.5, Paid: true },
      customer: { id: 7, currency: "SEK" },
      note_attributes: [
        { name: "Personnummer", value: "***" },
        { name: "gift", value: "yes" },
      ],
      payload: '{"email":"***","amount":5}',
      line_items: [{ name: "Blue shirt", sku: "SH-1", price: "100.00" }],
    });
  });

  it("is masked in forms and in XML", () => {
    expect(
      redact(
        "orderNo=1042&billing%5Bfirst_name%5D=Anna&e-mail=a%40b.se&note=870314-2391&customer[x]=1",
        "application/x-www-form-urlencoded",
      ),
    ).toBe("orderNo=1042&billing%5Bfirst_name%5D=***&e-mail=***&note=***&customer[x]=***");
    expect(
      redact(
        '<?xml version="1.0"?><order no="1042"><s:customer xmlns:s="x" firstName="Anna"><name>Anna</name><id>7</id></s:customer><!-- Anna --><E-Mail><![CDATA[Anna]]></E-Mail><sum>80.00</sum></order>',
      ),
    ).toBe(
      '<?xml version="1.0"?><order no="1042"><s:customer xmlns:s="x" firstName="***"><name>***</name><id>7</id></s:customer><!--***--><E-Mail><![CDATA[***]]></E-Mail><sum>80.00</sum></order>',
    );
  });

  it("takes secrets along that nobody knows by value: signed keys, tokens just given out", () => {
    const type = "application/x-www-form-urlencoded";
    expect(redact("deliveryCity=Umea&key=03596a&orderNo=1", type)).toBe("deliveryCity=***&key=***&orderNo=1");
    expect(redact("grant_type=authorization_code&code=abc&client_secret=def", type)).toBe(
      "grant_type=authorization_code&code=***&client_secret=***",
    );
    expect(redact('{"access_token":"abc","refreshToken":"def","expires_in":3600}', "application/json")).toBe(
      '{"access_token":"***","refreshToken":"***","expires_in":3600}',
    );
  });

  it("never survives under a personal name, wherever the JSON is cut or broken", () => {
    const value = fc.stringMatching(/^[A-Za-z]{6,12}$/);
    const key = fc.constantFrom(
      "FirstName",
      "last_name",
      "E-Mail",
      "shopperEmail",
      "Street",
      "postalCode",
      "IP",
      "CustomerName",
      "PhoneNumber",
      "SocialSecurityNumber",
    );
    fc.assert(
      fc.property(
        key,
        value,
        fc.integer({ min: 1, max: 120 }),
        fc.constantFrom(0, 1, 2),
        (name, canary, cut, spaces) => {
          const whole = JSON.stringify(
            { a: [1, { [name]: `canary${canary}` }], b: { [name]: [`canary${canary}`] } },
            null,
            spaces,
          );
          expect(redact(whole.slice(0, cut), "application/json").includes("canary")).toBe(false);
          expect(redact(whole.replace("]", ""), "application/json").includes("canary")).toBe(false);
          expect(
            redact(JSON.stringify({ inner: whole }).slice(0, cut + 20), "application/json").includes("canary"),
          ).toBe(false);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe("personal data by shape", () => {
  it("is masked for every valid date, in every form we know", () => {
    const date = fc.date({ min: new Date("1900-01-01"), max: new Date("2026-11-20"), noInvalidDate: true });
    fc.assert(
      fc.property(
        date,
        fc.integer({ min: 0, max: 9999 }),
        fc.constantFrom("text/plain", "application/json", "text/xml", "application/x-www-form-urlencoded"),
        (day, serial, type) => {
          const long = day.toISOString().slice(0, 10).replaceAll("-", "");
          const last = String(serial).padStart(4, "0");
          for (const number of [
            `${long.slice(2)}-${last}`,
            `${long}${last}`,
            `${long}-${last}`,
            `${long.slice(2)}+${last}`,
          ]) {
            const text = type.includes("json")
              ? `{"x":"${number}"}`
              : type.includes("xml")
                ? `<x>${number}</x>`
                : `x=${number}`;
            expect([text, redact(text, type).includes(last)]).toEqual([text, false]);
          }
        },
      ),
    );
  });

  it("covers coordination numbers, Danish and Finnish numbers and e-mail addresses", () => {
    for (const text of [
      "870374-2391",
      "310187-1234",
      "131052-308T",
      "131005A308T",
      "anna.andersson+x@mail.example.se",
      "anna%40example.se",
      "åsa@exämple.se",
    ]) {
      expect([text, redact(`note ${text}, end`)]).toEqual([text, "note ***, end"]);
    }
  });

  it("leaves order numbers, amounts and impossible dates readable", () => {
    for (const text of [
      "5452321",
      "1234567890",
      "871314-2391",
      "19871314-2391",
      "198713142391",
      "80000.50",
      "2026-11-20T10:04:00Z",
      "5567011234",
    ]) {
      expect([text, redact(`note ${text} end`)]).toEqual([text, `note ${text} end`]);
    }
  });
});

describe("bodies", () => {
  it("are cut on a character boundary and never longer than asked for", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", maxLength: 200 }),
        fc.integer({ min: 0, max: 100 }),
        (text, bytesMax) => {
          const out = redact(text, "text/plain", [], bytesMax);
          expect(bytes(out).length).toBeLessThanOrEqual(bytesMax);
          expect(out.includes("\ufffd")).toBe(text.includes("\ufffd"));
        },
      ),
    );
    expect(redact("åäöåäö", "text/plain", [], 8)).toBe("åä…");
  });

  it("that are not text are described, not shown", () => {
    expect(redactBody(new Uint8Array([80, 75, 0, 4]), "", [], 100)).toBe("[binary, 4 bytes]");
    expect(redact("%PDF-1.7", "application/pdf")).toBe("[binary, 8 bytes]");
  });

  it("of any form come back as text, without a throw", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.constantFrom("application/json", "text/xml", "application/x-www-form-urlencoded", ""),
        (body, type) => {
          expect(typeof redactBody(body, type, ["canary-1"], 200)).toBe("string");
        },
      ),
    );
  });
});

describe("headers", () => {
  it("keep their harmless values and lose the rest", () => {
    const headers = new Headers({
      Authorization: "Basic dXNlcjpwYXNz",
      Cookie: "session=1",
      "X-Api-Key": "k-1",
      "X-Shopify-Hmac-Sha256": "abc=",
      "X-Shopify-Access-Token": "shpat_1",
      "webhook-signature": "v1,abc",
      "CF-Connecting-IP": "203.0.113.7",
      "X-Forwarded-For": "203.0.113.7",
      "Idempotency-Key": "0b5e",
      "Content-Type": "application/json",
      "X-Shopify-Topic": "orders/paid",
      "X-Note": "canary-1234 for anna@example.se",
    });
    expect(redactHeaders(headers, ["canary-1234"])).toEqual({
      authorization: "Basic ***",
      "cf-connecting-ip": "***",
      "content-type": "application/json",
      cookie: "***",
      "idempotency-key": "0b5e",
      "webhook-signature": "***",
      "x-api-key": "***",
      "x-forwarded-for": "***",
      "x-note": "*** for ***",
      "x-shopify-access-token": "***",
      "x-shopify-hmac-sha256": "***",
      "x-shopify-topic": "orders/paid",
    });
    expect(redactHeaders({ "x-secret": "raw" }, [])).toEqual({ "x-secret": "***" });
  });
});

describe("addresses", () => {
  it("show where a call went, and no value that is not known to be harmless", () => {
    expect(
      redactUrl("https://user:pass@api.se:8443/a/b?action=getOrder&orderNo=1042&key=abc&email=x&new=1#frag", []),
    ).toBe("https://api.se:8443/a/b?action=getOrder&orderNo=1042&key=***&email=***&new=***");
    expect(redactUrl("https://x.se/hooks/specter/con_1/t0ken-abc/status?calltype=2", [])).toBe(
      "https://x.se/hooks/specter/con_1/***/status?calltype=2",
    );
    expect(redactUrl("https://x.se/c/19870314%2D2391?id=870314-2391&status=anna%40b.se", [])).toBe(
      "https://x.se/c/***?id=***&status=***",
    );
    expect(redactUrl("not an address canary", ["canary"])).toBe("[not an address]");
  });

  it("never show a secret, in the path, a name or a value", () => {
    fc.assert(
      fc.property(secret, fc.constantFrom(encodeURIComponent, percentAll, formEncoded, base64Url), (canary, encode) => {
        const encoded = encode(canary);
        const out = redactUrl(`https://x.se/p/${encoded}/q?${encoded}=1&id=${encoded}&other=${encoded}`, [canary]);
        expect(out.includes(encoded) || decodeSafely(out).includes(canary)).toBe(false);
      }),
    );
  });
});

const decodeSafely = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkUrl } from "../../src/transport/urls.ts";

const production = { production: true };
const allowed = (url: string, rules: Parameters<typeof checkUrl>[1] = production): boolean => checkUrl(url, rules).ok;

/** One IPv4 address in the spellings that browsers and resolvers accept. */
const spellings = (a: number, b: number, c: number, d: number): string[] => {
  const whole = ((a * 256 + b) * 256 + c) * 256 + d;
  const hex = (n: number): string => n.toString(16).padStart(2, "0");
  return [
    `${a}.${b}.${c}.${d}`,
    `${a}.${b}.${c}.${d}.`,
    `${whole}`,
    `0x${whole.toString(16)}`,
    `0${whole.toString(8)}`,
    `0x${hex(a)}.0x${hex(b)}.0x${hex(c)}.0x${hex(d)}`,
    `0${a.toString(8)}.0${b.toString(8)}.${c}.${d}`,
    `${a}.${b * 65536 + c * 256 + d}`,
    `${a}.${b}.${c * 256 + d}`,
    `[::ffff:${a}.${b}.${c}.${d}]`,
    `[::ffff:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}]`,
    `[::${a}.${b}.${c}.${d}]`,
    `[64:ff9b::${a}.${b}.${c}.${d}]`,
    `[2002:${hex(a)}${hex(b)}:${hex(c)}${hex(d)}::1]`,
    `%3${String(a).charAt(0)}${String(a).slice(1)}.${b}.${c}.${d}`,
  ];
};
const octet = fc.integer({ min: 0, max: 255 });
const privateAddress = fc.oneof(
  fc.tuple(fc.constant(10), octet, octet, octet),
  fc.tuple(fc.constant(127), octet, octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
  fc.tuple(fc.constant(0), octet, octet, octet),
  fc.tuple(fc.integer({ min: 224, max: 255 }), octet, octet, octet),
);

describe("which addresses may be called", () => {
  it("lets public HTTPS addresses through and gives back what it checked", () => {
    expect(checkUrl("https://Shop.Example.se/wp-json?x=1", production)).toMatchObject({
      ok: true,
      value: { href: "https://shop.example.se/wp-json?x=1" },
    });
    expect(allowed("https://8.8.8.8/")).toBe(true);
    expect(allowed("https://[2606:4700::1111]/")).toBe(true);
    expect(allowed("https://xn--rksmrgs-5wao1o.se/")).toBe(true);
  });

  it("refuses what is not plain HTTPS", () => {
    for (const url of [
      "http://shop.example.se/",
      "ftp://shop.example.se/",
      "file:///etc/passwd",
      "data:text/plain,hello",
      "//shop.example.se/",
      "shop.example.se",
      "",
      "https://",
      "https://user@shop.example.se/",
      "https://user:pass@shop.example.se/",
      "https://:pass@shop.example.se/",
      "https://shop.example.se:8443/",
      "https://shop.example.se:80/",
    ]) {
      expect([url, allowed(url)]).toEqual([url, false]);
    }
  });

  it("refuses names that are not public", () => {
    for (const host of [
      "localhost",
      "LOCALHOST.",
      "app.localhost",
      "intranet",
      "printer.local",
      "metadata.google.internal",
      "metadata.google.internal.",
      "nas.lan",
      "box.home.arpa",
      "a..se",
    ]) {
      expect([host, allowed(`https://${host}/`)]).toEqual([host, false]);
    }
  });

  it("refuses a private IPv4 address in every spelling", () => {
    fc.assert(
      fc.property(privateAddress, ([a, b, c, d]) => {
        for (const host of spellings(a, b, c, d)) expect([host, allowed(`https://${host}/`)]).toEqual([host, false]);
      }),
    );
    for (const host of ["127.1", "0x7f.1", "0", "168.63.129.16", "①②⑦.⓪.⓪.①"]) {
      expect([host, allowed(`https://${host}/`)]).toEqual([host, false]);
    }
  });

  it("refuses IPv6 addresses that are not global", () => {
    const group = fc.integer({ min: 0, max: 0xffff }).map((n) => n.toString(16));
    const first = fc.constantFrom("fc00", "fd12", "fe80", "fe9f", "fec0", "ff02", "0", "64", "100", "5f00", "2002");
    fc.assert(
      fc.property(first, fc.array(group, { minLength: 7, maxLength: 7 }), (head, rest) => {
        expect(allowed(`https://[${[head, ...rest].join(":")}]/`)).toBe(false);
      }),
    );
    for (const host of ["[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[2001:db8::1]", "[2001::1]", "[3fff:1::1]"]) {
      expect([host, allowed(`https://${host}/`)]).toEqual([host, false]);
    }
  });

  it("allows loopback, also over HTTP and on any port, outside production only", () => {
    for (const url of [
      "http://127.0.0.1:9001/x",
      "http://localhost:8788/",
      "http://[::1]:9001/",
      "https://127.0.0.1/",
    ]) {
      expect([url, allowed(url), allowed(url, { production: false })]).toEqual([url, false, true]);
    }
    expect(allowed("http://10.0.0.1:9001/", { production: false })).toBe(false);
    expect(allowed("http://shop.example.se/", { production: false })).toBe(false);
  });

  it("holds to the allow-list: scheme, host and port", () => {
    const rules = { production: true, allowedOrigins: ["https://api.fortnox.se", "https://api.visma.net:4443/path"] };
    expect(allowed("https://api.fortnox.se/3/orders", rules)).toBe(true);
    expect(allowed("https://api.fortnox.se:443/3/orders", rules)).toBe(true);
    expect(allowed("https://api.visma.net:4443/", rules)).toBe(true);
    for (const url of [
      "https://api.fortnox.se.evil.com/",
      "https://evil.com/?https://api.fortnox.se",
      "https://fortnox.se/",
      "https://api.fortnox.se:444/",
      "https://api.visma.net/",
      "https://api.fortnox.se@evil.com/",
      "https://api.fortnox.se\\@evil.com/",
      "https://127.0.0.1/",
    ]) {
      const result = checkUrl(url, rules);
      // A backslash ends the host for the parser as it does for the sender: what is checked is what is called.
      if (result.ok) expect(result.value.origin).toBe("https://api.fortnox.se");
      else expect(result.error.code).toBe("URL_REFUSED");
    }
    expect(allowed("http://127.0.0.1:9001/", { production: false, allowedOrigins: ["http://127.0.0.1:9001"] })).toBe(
      true,
    );
    expect(allowed("http://127.0.0.1:9002/", { production: false, allowedOrigins: ["http://127.0.0.1:9001"] })).toBe(
      false,
    );
    expect(allowed("https://api.fortnox.se/", { production: true, allowedOrigins: [] })).toBe(false);
  });

  it("never lets the allow-list open a private address in production", () => {
    expect(allowed("https://10.0.0.1/", { production: true, allowedOrigins: ["https://10.0.0.1"] })).toBe(false);
    expect(allowed("http://127.0.0.1/", { production: true, allowedOrigins: ["http://127.0.0.1"] })).toBe(false);
  });

  it("reads a star as one or more labels, never as none", () => {
    const rules = { production: true, allowedOrigins: ["https://*.adyen.com"] };
    expect(allowed("https://ca-live.adyen.com/reports/x.csv", rules)).toBe(true);
    expect(allowed("https://a.b.adyen.com/", rules)).toBe(true);
    for (const url of [
      "https://adyen.com/",
      "https://evil-adyen.com/",
      "https://a.adyen.com.evil.com/",
      "https://a.adyen.com:8443/",
    ]) {
      expect([url, allowed(url, rules)]).toEqual([url, false]);
    }
  });

  it("never repeats the address in the reason", () => {
    const result = checkUrl("https://user:canary-8f3a@shop.example.se/", production);
    expect(JSON.stringify(result)).not.toContain("canary-8f3a");
  });
});

import { describe, expect, it } from "vitest";
import { latin1 } from "../../../src/connectors/specter/key.ts";
import { answerText, apiResponse, parseTextAnswer, parseXml, quotedId } from "../../../src/connectors/specter/wire.ts";

describe("the text line", () => {
  it("divides at the first two semicolons only", () => {
    expect(parseTextAnswer("1;50012;OK; and more; still")).toEqual({
      kind: "ok",
      id: "50012",
      message: "OK; and more; still",
    });
    expect(parseTextAnswer("0;31;Article 'A;B' is missing\r\n")).toEqual({
      kind: "failed",
      code: "31",
      message: "Article 'A;B' is missing",
    });
    expect(parseTextAnswer("0;0;reason")).toEqual({ kind: "failed", code: "0", message: "reason" });
    expect(parseTextAnswer("1;;Done")).toMatchObject({ kind: "ok", id: "" });
  });

  it("is nothing but the documented form", () => {
    for (const text of ["", "OK", "<html><body>1;2;3</body></html>", "1"])
      expect(parseTextAnswer(text).kind).toBe("unreadable");
  });
});

describe("the XML answer", () => {
  it("is read by the children of any root, with attributes as text", () => {
    expect(parseXml('<any><order orderNo="007" x="1e5"/></any>')).toEqual({
      ok: true,
      value: { order: [{ orderNo: "007", x: "1e5" }] },
    });
    expect(parseXml("<root/>")).toEqual({ ok: true, value: {} });
  });

  it("decodes entities and character numbers once", () => {
    expect(parseXml('<r a="&amp;lt; &#229;&#xE4; &unknown; &apos;">x</r>')).toMatchObject({
      value: { a: "&lt; åä &unknown; '" },
    });
  });

  it("refuses what is cut off, doubled, declared or no XML", () => {
    for (const text of [
      '<root><order orderNo="1">',
      "<a/><b/>",
      '<!DOCTYPE r [<!ENTITY x "y">]><r>&x;</r>',
      "plain",
      "",
    ])
      expect(parseXml(text).ok).toBe(false);
  });

  it("tells success and failure apart by APIresponse, a code without result being a failure", () => {
    const said = (inside: string) => {
      const root = parseXml(`<root>${inside}</root>`);
      return root.ok ? apiResponse(root.value) : null;
    };
    expect(said("<APIresponse><result>1</result><code>0</code><message>OK</message></APIresponse>")?.kind).toBe("ok");
    expect(said("<APIresponse><code>99</code><message>Batch 'b1' is open</message></APIresponse>")).toEqual({
      kind: "failed",
      code: "99",
      message: "Batch 'b1' is open",
    });
    expect(said("<APIresponse><result>0</result></APIresponse>")).toMatchObject({ kind: "failed", code: "0" });
    expect(said("<orders/>")).toBeNull();
  });

  it("takes the id from the quotes of a message", () => {
    expect(quotedId("Batch 'b20260105T1145Z' is still open")).toBe("b20260105T1145Z");
    expect(quotedId("no id here")).toBeNull();
    expect(quotedId("empty ''")).toBeNull();
  });
});

describe("the encoding of an answer", () => {
  it("is Latin-1 unless the answer says UTF-8", () => {
    const utf8 = (text: string) => new TextEncoder().encode(text);
    expect(answerText(latin1("0;0;Någon"), null)).toBe("0;0;Någon");
    expect(answerText(latin1("0;0;Någon"), "text/html; charset=iso-8859-1")).toBe("0;0;Någon");
    expect(answerText(utf8("0;0;Någon"), "text/plain;charset=UTF-8")).toBe("0;0;Någon");
    expect(answerText(utf8('<?xml version="1.0" encoding="utf-8"?><r a="å"/>'), null)).toContain("å");
  });
});

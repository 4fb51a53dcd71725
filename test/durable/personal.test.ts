import { describe, expect, it } from "vitest";
import { discreet, personalTexts, withoutPerson, withPerson } from "../../src/durable/personal.ts";
import { CANCEL } from "../connectors/specter/commands.ts";
import { ORDER } from "../connectors/specter/kit.ts";

const CONTENT = { customer: ORDER.customer, billing: ORDER.billing, shipping: ORDER.shipping };

describe("a command without its person", () => {
  it("holds nothing of them, and is whole again with the order's content", () => {
    const bare = withoutPerson(ORDER);
    for (const text of personalTexts(CONTENT)) expect(JSON.stringify(bare)).not.toContain(text);
    expect(withPerson(bare, CONTENT)).toEqual(ORDER);
  });

  it("stays without once the content was forgotten", () => {
    expect(withPerson(withoutPerson(ORDER), null)).toMatchObject({
      orderNumber: ORDER.orderNumber,
      customer: { form: "person" },
      billing: {},
      shipping: {},
    });
  });

  it("that is about no person stays as it is", () => {
    expect(withoutPerson(CANCEL)).toBe(CANCEL);
    expect(withPerson(CANCEL, CONTENT)).toBe(CANCEL);
  });
});

describe("what tells something about a person", () => {
  it("is every text of theirs and its longer words, and not the country or the language", () => {
    const texts = personalTexts({
      customer: { form: "company", companyName: "Blåbär & Söner AB", email: "info@example.com", language: "sv-SE" },
      billing: { street: "Storgatan 12", postalCode: "41101", country: "SE" },
      shipping: {},
    });
    expect(texts).toEqual(expect.arrayContaining(["Blåbär & Söner AB", "Blåbär", "Söner", "Storgatan", "41101"]));
    for (const word of ["company", "sv-SE", "SE", "AB", "12"]) expect(texts).not.toContain(word);
    expect(personalTexts(null)).toEqual([]);
  });

  it("is masked in the words of an outcome, together with secrets, and nothing else is touched", () => {
    const said = {
      kind: "refused",
      code: "PLATFORM_REFUSED",
      detail: "Åsa Öberg, Storgatan 12: key s3cret-s3cret refused",
    };
    expect(discreet(said, ["s3cret-s3cret", ...personalTexts(CONTENT)])).toEqual({
      ...said,
      detail: "*** ***, ***: key *** refused",
    });
    expect(discreet({ kind: "found", value: { detail: "Öberg" } }, ["Öberg"])).toEqual({
      kind: "found",
      value: { detail: "Öberg" },
    });
  });
});

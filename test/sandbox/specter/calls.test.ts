import { describe, expect, it } from "vitest";
import { encode, keyOf, openSpecter, PERSON, READ, WRITE } from "./caller.ts";

const API = "https://api.specter.se";
const world = { now: () => 0, random: () => 0, send: () => {} };

describe("a call to the simulated Specter", () => {
  it("reads names in Latin-1 from a percent-encoded body", async () => {
    const specter = openSpecter();
    expect(await specter.put("newCustomerSubmit", PERSON, { key: "7f322567ae2ed6bb36249094c06549c3" })).toBe(
      "1;1001;OK",
    );
    expect(specter.control({ do: "show" })).toMatchObject({
      customers: [{ fields: { firstName: "Åsa", surName: "Öberg" } }],
    });
  });

  it("refuses the key of a name hashed or sent as UTF-8", async () => {
    const specter = openSpecter();
    expect(await specter.put("newCustomerSubmit", PERSON, { key: "97b6f23670aca12dfe991a3aa2cffed8" })).toMatch(
      /^0;10;/,
    );
    const sentAsUtf8 = { ...PERSON, firstName: "Ã\u0085sa", surName: "Ã\u0096berg" };
    const key = "7f322567ae2ed6bb36249094c06549c3";
    expect(await specter.put("newCustomerSubmit", sentAsUtf8, { key })).toMatch(/^0;10;/);
  });

  it("refuses a key in capitals, one of another seed, and one of the other user", async () => {
    const { put } = openSpecter();
    const right = await keyOf(WRITE.apiUserKey, "Åsa Öberg");
    const wrong = [
      right.toUpperCase(),
      await keyOf(WRITE.apiUserKey, "Åsa"),
      await keyOf(READ.apiUserKey, "Åsa Öberg"),
      "",
    ];
    for (const key of wrong) expect(await put("newCustomerSubmit", PERSON, { key })).toMatch(/^0;10;/);
  });

  it("refuses an unknown account and an unknown user with code 11", async () => {
    const { put, get } = openSpecter();
    expect(await put("newCustomerSubmit", PERSON, { sbmId: "9999" })).toMatch(/^0;11;/);
    expect(await put("newCustomerSubmit", PERSON, { sbmId: "constructor" })).toMatch(/^0;11;/);
    expect(await put("newCustomerSubmit", PERSON, { apiUserId: READ.apiUserId })).toMatch(/^0;11;/);
    expect(await get("getOrder", { orderNo: 1 }, { apiUserId: WRITE.apiUserId })).toContain("<code>11</code>");
  });

  it("lets one user do both where an account has only one", async () => {
    const { get } = openSpecter({ read: undefined });
    const key = await keyOf(WRITE.apiUserKey, "1");
    expect(await get("getOrder", { orderNo: 1 }, { apiUserId: WRITE.apiUserId, key })).toContain("<code>30</code>");
  });

  it("takes parameter names in any case, from the query too", async () => {
    const { platform } = openSpecter();
    const key = await keyOf(WRITE.apiUserKey, "Åsa Öberg");
    const common = { ACTION: "newCustomerSubmit", SbmID: 1234, apiuserID: WRITE.apiUserId, UseXml: 1, KEY: key };
    const shouted = Object.fromEntries(Object.entries(PERSON).map(([name, value]) => [name.toUpperCase(), value]));
    const request = new Request(`${API}/PUTINFO.ASP?${encode({ ...common, ...shouted })}`);
    expect(await (await platform.handle(request, world)).text()).toBe("1;1001;OK");
  });

  it("answers errors with status 200, as text or as XML", async () => {
    const { platform, put } = openSpecter();
    const response = await platform.handle(new Request(`${API}/putInfo.asp?action=newOrderSubmit&sbmId=1`), world);
    expect([response.status, await response.text()]).toEqual([200, "0;11;Unknown sbmId"]);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=iso-8859-1");
    expect(await put("newCustomerSubmit", PERSON, { useXML: "2", key: "x" })).toBe(
      "<root><APIresponse><result>0</result><code>10</code><message>Bad key</message></APIresponse></root>",
    );
    expect(await put("newCustomerSubmit", PERSON, { useXML: "2" })).toMatch(
      /^<root><APIresponse><result>1<\/result><code>0<\/code>.*<message>OK<\/message><\/APIresponse><\/root>$/,
    );
  });

  it("does not know a call at the other entry point, of another name, or one that the account lacks", async () => {
    const { put, get, control } = openSpecter();
    expect(await put("getOrder", { orderNo: 1 })).toBe("0;0;Unknown action");
    expect(await put("newVoucherSubmit", {})).toBe("0;0;Unknown action");
    expect(await get("newInvoiceSubmit", { orderNo: 1 })).toContain("<message>Unknown action</message>");
    const undocumented = [
      "cancelOrderSubmit",
      "newInvoiceSubmit",
      "newCreditInvoiceSubmit",
      "newInvoicePaymentSubmit",
      "newPaymentImportSubmit",
    ];
    for (const action of undocumented) {
      expect(await put(action, {})).not.toBe("0;0;Unknown action");
      expect(control({ do: "set", switches: { [action]: false } })).toMatchObject({ ok: true });
      expect(await put(action, {})).toBe("0;0;Unknown action");
    }
    control({ do: "set", switches: { getOrder: false, getInvoicesExternalNeedUpdate: false } });
    for (const action of ["getOrder", "getInvoicesExternalNeedUpdate", "updateInvoicesFromBatch"]) {
      expect(await get(action, { orderNo: 1, batchNo: "b" })).toContain(
        "<code>0</code><message>Unknown action</message>",
      );
    }
  });

  it("is busy for as many calls as it was told, and changes nothing then", async () => {
    const { put, control } = openSpecter();
    control({ do: "busy", times: 2 });
    expect(await put("newCustomerSubmit", PERSON)).toMatch(/^0;90;/);
    expect(await put("newCustomerSubmit", PERSON)).toMatch(/^0;90;/);
    expect(await put("newCustomerSubmit", PERSON)).toBe("1;1001;OK");
  });

  it("says whether the settings are right", async () => {
    const { get } = openSpecter();
    expect(await get("checkAccountSettings", {}, { useXML: "1" })).toBe("1;1234;OK");
    expect(await get("checkAccountSettings", {}, { useXML: "1", key: "wrong" })).toMatch(/^0;10;/);
  });

  it("overflows on a long query, and has no other page and method", async () => {
    const { platform } = openSpecter();
    const status = async (path: string, init?: RequestInit) =>
      (await platform.handle(new Request(API + path, init), world)).status;
    expect(await status(`/putInfo.asp?internalComment=${"x".repeat(3000)}`)).toBe(414);
    expect(await status("/orders")).toBe(404);
    expect(await status("/api/putInfo.asp")).toBe(404);
    expect(await status("/putInfo.asp", { method: "PUT", body: "" })).toBe(405);
  });

  it("remembers parameters that it does not know", async () => {
    const { put, control } = openSpecter();
    await put("newCustomerSubmit", { ...PERSON, email: "asa@example.se" });
    expect(control({ do: "show" })).toMatchObject({ ignoredParameters: { newCustomerSubmit: ["email"] } });
  });
});

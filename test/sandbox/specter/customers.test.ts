import { describe, expect, it } from "vitest";
import { openSpecter, PERSON } from "./caller.ts";

const COMPANY = {
  customerOrganizationalForm: "C",
  name: "Ölands Kök AB",
  orgNo: "556000-0001",
  emailAddress: "info@kok.se",
};

describe("newCustomerSubmit", () => {
  it("numbers new customers from 1001", async () => {
    const { put } = openSpecter();
    expect(await put("newCustomerSubmit", PERSON)).toBe("1;1001;OK");
    expect(await put("newCustomerSubmit", COMPANY)).toBe("1;1002;OK");
  });

  it("finds a customer by e-mail address or by organisation number and leaves it as it is", async () => {
    const { put, control } = openSpecter();
    await put("newCustomerSubmit", COMPANY);
    expect(await put("newCustomerSubmit", { ...PERSON, emailAddress: "INFO@kok.se" })).toBe("1;1001;OK");
    expect(await put("newCustomerSubmit", { ...PERSON, orgNo: "5560000001" })).toBe("1;1001;OK");
    expect(control({ do: "show" })).toMatchObject({ customers: [{ fields: { name: "Ölands Kök AB" } }] });
  });

  it("overwrites a matched or named customer only when it is told to", async () => {
    const { put, control } = openSpecter();
    await put("newCustomerSubmit", COMPANY);
    const moved = { customerId: 1001, name: "Ölands Kök AB", emailAddress: "new@kok.se", city: "Växjö" };
    expect(await put("newCustomerSubmit", moved)).toBe("1;1001;OK");
    expect(control({ do: "show" })).toMatchObject({ customers: [{ fields: { emailAddress: "info@kok.se" } }] });
    expect(await put("newCustomerSubmit", { ...moved, forceCustomerUpdate: 1 })).toBe("1;1001;OK");
    expect(control({ do: "show" })).toMatchObject({
      customers: [{ form: "C", fields: { emailAddress: "new@kok.se", city: "Växjö", orgNo: "556000-0001" } }],
    });
  });

  it("does not find a customer number that does not exist", async () => {
    const { put } = openSpecter();
    expect(await put("newCustomerSubmit", { ...COMPANY, customerId: 77 })).toMatch(/^0;30;/);
  });

  it.each([
    ["emailAddress", { emailAddress: "" }],
    ["customerOrganizationalForm", { customerOrganizationalForm: "" }],
    ["customerOrganizationalForm", { customerOrganizationalForm: "X" }],
    ["name", { name: "x".repeat(101) }],
    ["orgNo", { orgNo: "1".repeat(21) }],
    ["phoneNo", { phoneNo: "1".repeat(51) }],
    ["vatNo", { vatNo: "1".repeat(31) }],
    ["language", { language: "sv" }],
    ["currency", { currency: "kr" }],
    ["countryCode", { countryCode: "Sweden" }],
    ["deliveryCountryCode", { deliveryCountryCode: "SWE" }],
    ["customerId", { customerId: "abc" }],
  ])("refuses a wrong %s by its name", async (field, wrong) => {
    const { put } = openSpecter();
    expect(await put("newCustomerSubmit", { ...COMPANY, ...wrong })).toMatch(new RegExp(`^0;20;${field}: `));
  });

  it("wants both names of a person", async () => {
    const { put } = openSpecter();
    expect(await put("newCustomerSubmit", { ...PERSON, surName: "" }, { seed: "Åsa" })).toMatch(/^0;20;surName: /);
  });
});

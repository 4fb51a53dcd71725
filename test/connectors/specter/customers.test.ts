import { describe, expect, it } from "vitest";
import { accounting } from "../../../src/connectors/specter/accounting.ts";
import { call, connection, ORDER, says } from "./kit.ts";

const CUSTOMER = says("1;1001;OK");

describe("the customer of an order", () => {
  it("is remembered without personal data, passed by id the next time, and updated", async () => {
    const { context, http, remembered } = connection([CUSTOMER, says("1;1;OK"), CUSTOMER, says("1;2;OK")]);
    await accounting.execute(context, call(ORDER));
    await accounting.execute(
      context,
      call({ ...ORDER, orderNumber: "QL-2", customer: { ...ORDER.customer, email: " asa.oberg@EXAMPLE.com" } }),
    );
    expect([...remembered.values()]).toEqual(["1001"]);
    expect([...remembered.keys()].join()).toMatch(/^customer:[0-9a-f]{64}$/);
    expect(http.sent[0]?.text).not.toContain("customerId");
    expect(http.sent[2]?.text).toContain("customerId=1001");
    expect(http.sent[2]?.text).not.toContain("customerOrganizationalForm");
    expect(http.sent[2]?.url).toContain("forceCustomerUpdate=1");
  });

  it("without e-mail is another one at another postal code", async () => {
    const { context, remembered } = connection([says("1;1;OK"), says("1;9;OK"), says("1;2;OK"), says("1;9;OK")]);
    const customer = { ...ORDER.customer, email: undefined };
    await accounting.execute(context, call({ ...ORDER, customer }));
    await accounting.execute(context, call({ ...ORDER, customer, billing: { ...ORDER.billing, postalCode: "99999" } }));
    expect(remembered.size).toBe(2);
  });

  it("that Specter has forgotten (30) is created anew", async () => {
    const { context, http, remembered } = connection([
      CUSTOMER,
      says("1;1;OK"),
      says("0;30;no customer"),
      says("1;1005;OK"),
      says("1;2;OK"),
    ]);
    await accounting.execute(context, call(ORDER));
    expect(await accounting.execute(context, call(ORDER))).toMatchObject({ kind: "done" });
    expect([...remembered.values()]).toEqual(["1005"]);
    expect(http.sent[4]?.text).toContain("customerId=1005");
  });

  it("whose answer is lost makes the order wait: no order was sent", async () => {
    for (const step of [{ fail: "no_answer" as const }, { status: 500 }, says("<html>")])
      expect(await accounting.execute(connection([step]).context, call(ORDER))).toMatchObject({
        kind: "later",
        code: "NETWORK_NO_ANSWER",
      });
  });

  it("that is refused is told without its data", async () => {
    const { context } = connection([says("0;20;emailAddress Asa.Oberg@example.com is not valid")]);
    expect(await accounting.execute(context, call(ORDER))).toEqual({
      kind: "refused",
      code: "PLATFORM_REFUSED",
      detail: "newCustomerSubmit: Specter does not accept the field emailAddress (code 20)",
    });
  });

  it("has names cut to the fields, and the key seeded with what is sent", async () => {
    const { context, http } = connection([CUSTOMER, says("1;1;OK")]);
    const customer = { ...ORDER.customer, firstName: "Å".repeat(60), lastName: "Łukasz  ński" };
    await accounting.execute(context, call({ ...ORDER, customer }));
    const form = new URLSearchParams(http.sent[0]?.text);
    expect(http.sent[0]?.text).toContain(`firstName=${"%C5".repeat(50)}&surName=%3Fukasz+%3Fski`);
    expect(form.get("key")).toMatch(/^[0-9a-f]{32}$/);
  });
});

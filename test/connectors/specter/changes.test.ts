import { describe, expect, it } from "vitest";
import { changes } from "../../../src/connectors/specter/changes.ts";
import changesXml from "./golden/changes.xml?raw";
import invoicesXml from "./golden/invoice-changes.xml?raw";
import golden from "./golden/pull-and-acknowledge.json";
import { connection, says, sentForms, settings, XML_OK, xmlError } from "./kit.ts";

const BATCH = "b20260105T120000000Z-80000000";
const order = (value: string) => ({ kind: "order", type: "specter.order_no", value });

describe("a pull of changes", () => {
  it("names each changed order once, and the batch to acknowledge", async () => {
    const { context } = connection([says(changesXml)]);
    expect(await changes.pull(context, "orders")).toEqual({
      kind: "page",
      page: { hints: [order("50012"), order("50013")], batch: BATCH, more: false },
    });
  });

  it("points from invoices to their orders", async () => {
    const { context, http } = connection([says(invoicesXml), XML_OK]);
    expect(await changes.pull(context, "invoices")).toMatchObject({ page: { hints: [order("50012")] } });
    await changes.acknowledge(context, "invoices", BATCH);
    expect(http.sent.map((request) => request.label)).toEqual([
      "getInvoicesExternalNeedUpdate",
      "updateInvoicesFromBatch",
    ]);
  });

  it("sends the golden requests, for an empty batch too", async () => {
    const { context, http, remembered } = connection([says("<root><orders/></root>"), XML_OK]);
    expect(await changes.pull(context, "orders")).toEqual({
      kind: "page",
      page: { hints: [], batch: BATCH, more: false },
    });
    expect(await changes.acknowledge(context, "orders", BATCH)).toEqual({ kind: "found", value: true });
    expect(sentForms(http)).toEqual(golden);
    expect(remembered.size).toBe(0);
  });

  it("takes an empty root and a plain success for an empty batch, but no other page", async () => {
    for (const text of ["<root/>", "<root><APIresponse><result>1</result></APIresponse></root>"])
      expect(await changes.pull(connection([says(text)]).context, "orders")).toMatchObject({
        kind: "page",
        page: { hints: [] },
      });
    for (const text of ["<html><body>Maintenance</body></html>", '<root><orders><order orderNo="1"', ""])
      expect(await changes.pull(connection([says(text)]).context, "orders")).toMatchObject({
        kind: "refused",
        code: "PLATFORM_ANSWER_NOT_UNDERSTOOD",
      });
  });

  it("keeps a row without an order number as unreadable", async () => {
    const { context } = connection([says('<root><orders><order x="1"/><order orderNo="5"/></orders></root>')]);
    expect(await changes.pull(context, "orders")).toMatchObject({
      page: { hints: [order("5"), { kind: "unreadable" }] },
    });
  });

  it("remembers the batch before it asks, so that a lost answer leaves a trace", async () => {
    const { context, remembered } = connection([{ fail: "no_answer" }]);
    expect(await changes.pull(context, "orders")).toMatchObject({ kind: "later", code: "NETWORK_NO_ANSWER" });
    expect(remembered.get("batch:orders")).toBe(BATCH);
  });

  it("hands over an open batch (99) by the quoted id, and by our memory where none is quoted", async () => {
    const open =
      "<root><APIresponse><code>99</code><message>Batch &#39;b20260105T1145Z&#39; is still open</message></APIresponse></root>";
    const quoted = connection([says(open), XML_OK]);
    expect(await changes.pull(quoted.context, "orders")).toEqual({ kind: "open_batch", batch: "b20260105T1145Z" });
    expect(await changes.acknowledge(quoted.context, "orders", "b20260105T1145Z")).toEqual({
      kind: "found",
      value: true,
    });
    expect(quoted.http.sent[1]?.url).toContain("batchNo=b20260105T1145Z");
    expect(quoted.remembered.size).toBe(0);

    const remembering = connection([xmlError("99", "still open")]);
    remembering.remembered.set("batch:orders", "earlier");
    expect(await changes.pull(remembering.context, "orders")).toEqual({ kind: "open_batch", batch: "earlier" });
    expect(remembering.remembered.get("batch:orders")).toBe("earlier");

    expect(await changes.pull(connection([xmlError("99", "still open")]).context, "orders")).toMatchObject({
      kind: "refused",
    });
  });

  it.each([
    ["10", { kind: "unauthorized" }],
    ["90", { kind: "later" }],
    ["20", { kind: "refused", code: "PLATFORM_REFUSED" }],
  ])("says what code %s means", async (code, pulled) => {
    expect(await changes.pull(connection([xmlError(code, "x")]).context, "orders")).toMatchObject(pulled);
  });

  it("reads a refusal that comes as a text line", async () => {
    expect(await changes.pull(connection([says("0;10;bad key")]).context, "orders")).toMatchObject({
      kind: "unauthorized",
    });
  });
});

describe("an acknowledgement", () => {
  it("of a batch that Specter no longer knows is done", async () => {
    expect(await changes.acknowledge(connection([xmlError("30", "none")]).context, "orders", "b")).toEqual({
      kind: "found",
      value: true,
    });
  });

  it("needs Specter's word", async () => {
    expect(await changes.acknowledge(connection([says("<html/>")]).context, "orders", "b")).toMatchObject({
      kind: "refused",
    });
    expect(await changes.acknowledge(connection([{ status: 500 }]).context, "orders", "b")).toMatchObject({
      kind: "later",
    });
    expect(await changes.acknowledge(connection([xmlError("20", "x")]).context, "orders", "b")).toMatchObject({
      kind: "refused",
    });
  });

  it("leaves the memory of a newer batch alone", async () => {
    const { context, remembered } = connection([XML_OK]);
    remembered.set("batch:orders", "newer");
    await changes.acknowledge(context, "orders", "older");
    expect(remembered.get("batch:orders")).toBe("newer");
  });
});

describe("the feeds", () => {
  it("are orders, and invoices where that call is on", () => {
    expect(changes.feeds(settings())).toEqual(["orders", "invoices"]);
    expect(changes.feeds(settings({ capabilities: { invoiceChanges: false } }))).toEqual(["orders"]);
    expect(changes.pollMinutes(settings({ pollMinutes: 5 }))).toBe(5);
  });

  it("are no others", async () => {
    expect(await changes.pull(connection([]).context, "stock")).toMatchObject({ kind: "refused" });
    expect(await changes.acknowledge(connection([]).context, "stock", "b")).toMatchObject({ kind: "refused" });
  });
});

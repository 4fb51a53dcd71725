import { describe, expect, it } from "vitest";
import { specterPlatform } from "../../../sandbox/specter/index.ts";
import { ORDER, openSpecter } from "./caller.ts";

describe("the simulated Specter", () => {
  it("comes back from its snapshot through JSON with every number, batch and guard", async () => {
    const first = openSpecter();
    await first.order();
    first.control({ do: "deliver", orderNo: 50012 });
    const batch = await first.get("getOrdersExternalNeedUpdate", { batchNo: "b1" });
    const second = openSpecter({}, JSON.parse(JSON.stringify(first.platform.snapshot())));
    expect(await second.get("getOrdersExternalNeedUpdate", { batchNo: "b1" })).toBe(batch);
    expect(await second.put("newOrderSubmit", ORDER)).toMatch(/^0;40;/);
    expect(await second.put("newOrderSubmit", { ...ORDER, externalOrderNo: "QL-2" })).toBe("1;50013;OK");
    expect(first.control({ do: "show" })).toMatchObject({ orders: { length: 1 } });
  });

  it("has no account of its own", () => {
    for (const nothing of [null, undefined])
      expect(specterPlatform.create(nothing).snapshot()).toEqual({ accounts: {} });
  });

  it("takes a trigger as received only for status 200 and a body that starts with 1 and a semicolon", () => {
    expect(specterPlatform.acknowledged(200, "1;Done")).toBe(true);
    expect(specterPlatform.acknowledged(200, "OK")).toBe(false);
    expect(specterPlatform.acknowledged(503, "1;Done")).toBe(false);
    expect(specterPlatform.retryAfterMs).toEqual([]);
  });

  it("rings by POST form where the account is set up so, and not at all without a callback", async () => {
    const url = "https://edge.example/hooks/specter/con_1/tok?shop=2";
    const posting = openSpecter({ callback: { url, method: "POST" } });
    await posting.order();
    posting.control({ do: "invoice", orderNo: 50012, deliver: true });
    expect(posting.sent[1]).toEqual({
      url: `${url}&calltype=2`,
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "orderId=50012&invoiceId=90031",
    });
    const silent = openSpecter({ callback: null });
    await silent.order();
    silent.control({ do: "cancel", orderNo: 50012 });
    expect(silent.sent).toEqual([]);
  });
});

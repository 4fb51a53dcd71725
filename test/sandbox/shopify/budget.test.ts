// What a request costs, and what happens when a shop's budget is used up.
import { describe, expect, it } from "vitest";
import { createMerchant, placeReference } from "./merchant.ts";

describe("the budget", () => {
  it("is charged what came back, not what could have", async () => {
    const merchant = createMerchant();
    placeReference(merchant);
    const { extensions } = await merchant.ask(
      "{ orders(first: 100) { nodes { id lineItems(first: 50) { nodes { id } } } } }",
    );
    const { requestedQueryCost, actualQueryCost, throttleStatus } = extensions.cost;
    expect(actualQueryCost).toBeLessThan(requestedQueryCost);
    expect(throttleStatus).toEqual({
      maximumAvailable: 2_000,
      currentlyAvailable: 2_000 - actualQueryCost,
      restoreRate: 100,
    });
  });

  it("costs nothing for scalars, a point for an object, and ten for a mutation", async () => {
    const merchant = createMerchant();
    const cost = async (query: string) => (await merchant.ask(query)).extensions.cost.requestedQueryCost;
    expect(await cost("{ shop { name email } }")).toBe(1);
    expect(await cost("{ shop { name shopAddress { city } } }")).toBe(2);
    expect(await cost("{ orders(first: 1) { nodes { id } } }")).toBe(3);
    expect(
      await cost(
        `mutation { webhookSubscriptionDelete(id: "gid://shopify/WebhookSubscription/1") { userErrors { message } } }`,
      ),
    ).toBe(11);
  });

  it("throttles when it is empty, and fills with time", async () => {
    const merchant = createMerchant();
    merchant.control({ do: "drain", left: 2 });
    const query = "{ orders(first: 50) { nodes { id } } }";
    const throttled = await merchant.ask(query);
    const { requestedQueryCost } = throttled.extensions.cost;
    expect(throttled.errors).toMatchObject([{ message: "Throttled", extensions: { code: "THROTTLED" } }]);
    expect(throttled.extensions.cost).toMatchObject({
      actualQueryCost: null,
      throttleStatus: { currentlyAvailable: 2, restoreRate: 100 },
    });
    merchant.clock.now += ((requestedQueryCost - 2) / 100) * 1_000 - 10;
    expect((await merchant.ask(query)).errors).toHaveLength(1);
    merchant.clock.now += 10;
    expect((await merchant.ask(query)).errors).toBeUndefined();
  });

  it("is each shop's own, and never more than its most", async () => {
    const merchant = createMerchant({ restoreRate: 1 });
    merchant.clock.now += 1_000_000;
    const { extensions } = await merchant.ask("{ shop { name } }");
    expect(extensions.cost.throttleStatus).toEqual({ maximumAvailable: 20, currentlyAvailable: 19, restoreRate: 1 });
  });

  it("lets no single request ask for more than a thousand", async () => {
    const merchant = createMerchant();
    const wide =
      "{ orders(first: 250) { nodes { refunds(first: 250) { transactions(first: 250) { nodes { id } } } } } }";
    const answer = await merchant.ask(wide);
    expect(answer.errors).toMatchObject([{ extensions: { code: "MAX_COST_EXCEEDED", maxCost: 1_000 } }]);
    expect(answer.data).toBeUndefined();
  });
});

import { describe, expect, it } from "vitest";
import type { HttpRequest } from "../../../src/connectors/connector.ts";
import { register, TOPICS, unregister } from "../../../src/connectors/shopify/subscriptions.ts";
import { contextWith } from "./context.ts";

const OURS = "https://edge.example/hooks/shopify/con_test/";
const URL_NOW = `${OURS}token-now`;
const URL_OLD = `${OURS}token-old`;
const FOREIGN = "https://other.example/shopify";

interface Subscription {
  id: string;
  topic: string;
  address: string;
}

interface Call {
  operationName: string;
  variables: { id?: string; topic?: string; after?: string | null; sub?: Record<string, string> };
}

/** A shop that keeps subscriptions; `refuse` answers for a call instead. */
function shop(kept: Subscription[], refuse: (call: Call) => object | null = () => null) {
  const calls: Call[] = [];
  let next = 100;
  const answer = ({ operationName, variables }: Call): object => {
    if (operationName === "Subscriptions") {
      // Seven at a time, so that paging is seen.
      const from = Number(variables.after ?? 0);
      const edges = kept.slice(from, from + 7).map(({ address, ...node }) => ({
        node: { ...node, endpoint: { __typename: "WebhookHttpEndpoint", callbackUrl: address } },
      }));
      const pageInfo = { hasNextPage: from + 7 < kept.length, endCursor: String(from + 7) };
      return { data: { webhookSubscriptions: { pageInfo, edges } } };
    }
    if (operationName === "Unsubscribe") {
      const at = kept.findIndex(({ id }) => id === variables.id);
      if (at >= 0) kept.splice(at, 1);
      return { data: { webhookSubscriptionDelete: { userErrors: [] } } };
    }
    kept.push({
      id: String(next++),
      topic: variables.topic ?? "",
      address: variables.sub?.callbackUrl ?? variables.sub?.uri ?? "",
    });
    return { data: { webhookSubscriptionCreate: { userErrors: [] } } };
  };
  const context = {
    ...contextWith([]),
    http: {
      async send(request: HttpRequest) {
        const call = JSON.parse(String(request.body)) as Call;
        calls.push(call);
        const body = new TextEncoder().encode(JSON.stringify(refuse(call) ?? answer(call)));
        return { kind: "answer" as const, status: 200, headers: new Headers(), body };
      },
    },
  };
  const names = () => calls.splice(0).map(({ operationName }) => operationName);
  return { context, kept, calls, names };
}

const everyTopic = (address: string, prefix = "s"): Subscription[] =>
  TOPICS.map((topic, index) => ({ id: `${prefix}${index}`, topic, address }));
const topicsAt = (kept: readonly Subscription[], address: string) =>
  kept
    .filter((one) => one.address === address)
    .map(({ topic }) => topic)
    .sort();
const userErrors = (message: string) => ({
  data: { webhookSubscriptionCreate: { userErrors: [{ field: ["webhookSubscription", "callbackUrl"], message }] } },
});

describe("registering", () => {
  it("subscribes every topic once, and a second time changes nothing", async () => {
    const { context, kept, names } = shop([]);
    expect(await register(context, URL_NOW, OURS)).toMatchObject({ kind: "found" });
    expect(topicsAt(kept, URL_NOW)).toEqual([...TOPICS].sort());
    names();
    expect(await register(context, URL_NOW, OURS)).toEqual({
      kind: "found",
      value: { detail: "12 topics subscribed (0 new, 0 old ones removed)" },
    });
    expect(new Set(names())).toEqual(new Set(["Subscriptions"]));
  });

  it("moves to a new address: first the new subscriptions, then away with the old", async () => {
    const { context, kept, names } = shop(everyTopic(URL_OLD));
    await register(context, URL_NOW, OURS);
    expect(topicsAt(kept, URL_NOW)).toEqual([...TOPICS].sort());
    expect(topicsAt(kept, URL_OLD)).toEqual([]);
    const order = names().filter((name) => name !== "Subscriptions");
    expect(order.lastIndexOf("Subscribe")).toBeLessThan(order.indexOf("Unsubscribe"));
  });

  it("heals what Shopify took away, and removes what is doubled", async () => {
    const kept = [...everyTopic(URL_NOW).slice(3), ...everyTopic(URL_NOW, "d").slice(5, 6)];
    const world = shop(kept);
    expect(await register(world.context, URL_NOW, OURS)).toMatchObject({
      value: { detail: "12 topics subscribed (3 new, 1 old ones removed)" },
    });
    expect(topicsAt(kept, URL_NOW)).toEqual([...TOPICS].sort());
  });

  it("leaves the subscriptions of others alone", async () => {
    const foreign = [...everyTopic(FOREIGN, "f"), { id: "q", topic: "ORDERS_CREATE", address: "" }];
    const { context, kept } = shop([...foreign]);
    await register(context, URL_NOW, OURS);
    await unregister(context, OURS);
    expect(kept).toEqual(foreign);
  });

  it("does without the fulfilment topics where the app may not have them", async () => {
    const { context, kept } = shop([], ({ variables: { topic = "" } }) =>
      topic.startsWith("FULFILLMENTS") ? userErrors("You cannot create a webhook subscription with this topic") : null,
    );
    expect(await register(context, URL_NOW, OURS)).toMatchObject({
      value: { detail: expect.stringContaining("not allowed: FULFILLMENTS_CREATE, FULFILLMENTS_UPDATE") },
    });
    expect(topicsAt(kept, URL_NOW)).toHaveLength(10);
  });

  it("says what was refused, without the address", async () => {
    const { context } = shop([], ({ operationName }) =>
      operationName === "Subscribe" ? userErrors(`Address ${URL_NOW} is invalid`) : null,
    );
    const answer = await register(context, URL_NOW, OURS);
    expect(answer).toMatchObject({ kind: "refused", code: "PLATFORM_REFUSED" });
    expect(JSON.stringify(answer)).not.toContain("token-now");
    expect(JSON.stringify(answer)).toContain("ORDERS_CREATE");
  });

  it("takes an address that is already taken for done", async () => {
    const { context } = shop([], ({ operationName }) =>
      operationName === "Subscribe" ? userErrors("Address for this topic has already been taken") : null,
    );
    expect(await register(context, URL_NOW, OURS)).toMatchObject({ kind: "found" });
  });

  it("names the address in the newer way where the older one is refused", async () => {
    const { context, kept } = shop([], ({ variables: { sub } }) =>
      sub?.callbackUrl ? { errors: [{ message: "no", extensions: { code: "INVALID_VARIABLE" } }] } : null,
    );
    await register(context, URL_NOW, OURS);
    expect(topicsAt(kept, URL_NOW)).toHaveLength(TOPICS.length);
  });

  it("comes later when Shopify asks to wait", async () => {
    const { context } = shop([], () => ({ errors: [{ extensions: { code: "THROTTLED" } }] }));
    expect(await register(context, URL_NOW, OURS)).toMatchObject({ kind: "later", code: "RATE_LIMITED" });
    expect(await unregister(context, OURS)).toMatchObject({ kind: "later" });
  });
});

describe("unregistering", () => {
  it("takes every subscription of ours away, and again without harm", async () => {
    const { context, kept } = shop([...everyTopic(URL_NOW), ...everyTopic(URL_OLD, "o")]);
    expect(await unregister(context, OURS)).toEqual({ kind: "found", value: true });
    expect(kept).toEqual([]);
    expect(await unregister(context, OURS)).toEqual({ kind: "found", value: true });
  });

  it("does not mind one that is gone already", async () => {
    const gone = {
      data: {
        webhookSubscriptionDelete: { userErrors: [{ field: ["id"], message: "Webhook subscription does not exist" }] },
      },
    };
    const { context } = shop(everyTopic(URL_NOW).slice(0, 1), ({ operationName }) =>
      operationName === "Unsubscribe" ? gone : null,
    );
    expect(await unregister(context, OURS)).toEqual({ kind: "found", value: true });
  });
});

import { describe, expect, it } from "vitest";
import { changes } from "../../../src/connectors/shopify/changes.ts";
import { shopifySettings } from "../../../src/connectors/shopify/config.ts";
import type { ScriptStep } from "../kit/http.ts";
import { contextWith, data, NOW, sentCalls, type TestContext } from "./context.ts";
import golden from "./golden/order-changes.json";

const MINUTE = 60_000;
const order = (value: string) => ({ kind: "order", type: "shopify.order_id", value });
const page = (orders: readonly [id: number, minutes: number][], endCursor: string | null = null): ScriptStep =>
  data({
    orders: {
      pageInfo: { hasNextPage: endCursor !== null, endCursor },
      nodes: orders.map(([id, minutes]) => ({
        id: `gid://shopify/Order/${id}`,
        updatedAt: new Date(NOW + minutes * MINUTE).toISOString().replace(".000Z", "+00:00"),
      })),
    },
  });

/** Pulls once and acknowledges, as the engine does after storing. */
async function pulled(context: TestContext) {
  const pull = await changes.pull(context, "orders");
  if (pull.kind !== "page") throw new Error(pull.kind);
  if (pull.page.batch !== null)
    expect(await changes.acknowledge(context, "orders", pull.page.batch)).toEqual({ kind: "found", value: true });
  return pull.page;
}
const asked = (context: TestContext) => sentCalls(context.http).map(({ variables }) => variables);

describe("the reconciliation poll", () => {
  it("reads a page as agreed", async () => {
    const context = contextWith([{ answer: golden.answer }]);
    expect(await changes.pull(context, "orders")).toEqual({ kind: "page", page: golden.page });
  });

  it("begins now, and goes on from the latest change with an overlap", async () => {
    const context = contextWith([
      page([
        [1, 1],
        [2, 9],
      ]),
      page([
        [2, 9],
        [3, 10],
      ]),
    ]);
    expect(await pulled(context)).toMatchObject({ hints: [order("1"), order("2")], more: false });
    // What was told in the overlap is not told again.
    expect(await pulled(context)).toMatchObject({ hints: [order("3")] });
    expect(asked(context)).toEqual([
      { query: "updated_at:>='2026-10-05T12:05:00Z'", after: null },
      { query: "updated_at:>='2026-10-05T12:09:00Z'", after: null },
    ]);
  });

  it("tells of an order that changed once more", async () => {
    const context = contextWith([page([[1, 1]]), page([[1, 2]])]);
    await pulled(context);
    expect((await pulled(context)).hints).toEqual([order("1")]);
  });

  it("reads every page of one listing before it moves on", async () => {
    const context = contextWith([page([[1, 1]], "c1"), page([[2, 20]], "c2"), page([[3, 30]]), page([])]);
    expect(await pulled(context)).toMatchObject({ hints: [order("1")], more: true });
    expect(await pulled(context)).toMatchObject({ hints: [order("2")], more: true });
    expect(await pulled(context)).toMatchObject({ hints: [order("3")], more: false });
    await pulled(context);
    const from = "updated_at:>='2026-10-05T12:05:00Z'";
    expect(asked(context)).toEqual([
      { query: from, after: null },
      { query: from, after: "c1" },
      { query: from, after: "c2" },
      { query: "updated_at:>='2026-10-05T12:30:00Z'", after: null },
    ]);
  });

  it("reads a page again that was not acknowledged", async () => {
    const context = contextWith([page([[1, 1]]), page([[1, 1]])]);
    await changes.pull(context, "orders");
    expect(context.remembered.size).toBe(0);
    expect((await pulled(context)).hints).toEqual([order("1")]);
  });

  it("has nothing to acknowledge where nothing is new", async () => {
    const context = contextWith([page([[1, 1]]), page([[1, 1]])]);
    await pulled(context);
    expect(await pulled(context)).toEqual({ hints: [], batch: null, more: false });
  });

  it("forgets what left the overlap, so that its memory stays small", async () => {
    const many = Array.from({ length: 50 }, (_, index): [number, number] => [index, index]);
    const context = contextWith([page(many)]);
    await pulled(context);
    expect(Object.keys(JSON.parse([...context.remembered.values()][0] ?? "").seen)).toHaveLength(6);
  });

  it("begins the listing anew where the cursor is no longer taken", async () => {
    const refused = { answer: { errors: [{ extensions: { code: "BAD_CURSOR" } }] } };
    const context = contextWith([
      page([[1, 1]], "c1"),
      refused,
      page([
        [1, 1],
        [2, 2],
      ]),
    ]);
    await pulled(context);
    expect(await changes.pull(context, "orders")).toMatchObject({ kind: "refused" });
    expect((await pulled(context)).hints).toEqual([order("2")]);
    expect(asked(context)[2]).toMatchObject({ after: null });
  });

  it("finds out that the app was removed", async () => {
    expect(await changes.pull(contextWith([{ status: 401 }]), "orders")).toMatchObject({ kind: "unauthorized" });
  });

  it("has one feed, and a pace of the merchant's choice", async () => {
    const settings = shopifySettings.parse({ pollMinutes: 45 });
    expect(changes.feeds(settings)).toEqual(["orders"]);
    expect(changes.pollMinutes(settings)).toBe(45);
    expect(await changes.pull(contextWith([]), "refunds")).toMatchObject({ kind: "refused" });
    expect(await changes.acknowledge(contextWith([]), "orders", "not ours")).toMatchObject({ kind: "refused" });
  });
});

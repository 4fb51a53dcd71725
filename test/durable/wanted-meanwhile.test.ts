// What is wanted while a read or a pull is under way is read again: its answer may be older than the wish.
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { ConnectionId } from "../../src/domain/ids.ts";
import { AlarmClock } from "../../src/durable/alarm-clock.ts";
import { openBooks } from "../../src/durable/books.ts";
import { beginLook, endLook, readLook, wantLook } from "../../src/durable/look-store.ts";
import { virtual, virtualPorts } from "../kit/virtual.ts";
import { makeWorld, type World } from "../kit/world.ts";

const ROWS = [
  { reference: "SKU-1", description: "Wool hat", quantity: 2, price: 375.5, priceExVat: 300.4, vatRate: 25 },
];

/** Holds the answer of the next request that `matches`, until it is let go. */
function holdNext(matches: (request: Request) => boolean): { held: Promise<void>; letGo: () => void } {
  const through = virtual.fetch;
  let noteHeld = (): void => undefined;
  let letGo = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    noteHeld = resolve;
  });
  const gate = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  virtual.fetch = async (request) => {
    const isIt = matches(request);
    if (isIt) virtual.fetch = through;
    const answer = await through(request);
    if (!isIt) return answer;
    noteHeld();
    // A timer of the waiting request itself: the runtime lets no request be woken by another one.
    let open = false;
    void gate.then(() => {
      open = true;
    });
    while (!open) await scheduler.wait(1);
    return answer;
  };
  return { held, letGo };
}

const deliver = (world: World) =>
  world.network.deliver(async ({ url, method, headers, body }) => {
    const response = await exports.default.fetch(url, { method, headers, ...(method === "GET" ? {} : { body }) });
    return { status: response.status, body: await response.text() };
  });

/** Lets `change` happen, and ring, while the first answer that `matches` is on its way to the object. */
async function changeMeanwhile(world: World, matches: (request: Request) => boolean, change: () => void) {
  const { held, letGo } = holdNext(matches);
  await deliver(world);
  const ringing = runDurableObjectAlarm(env.MERCHANT.get(env.MERCHANT.idFromName(world.merchant)));
  await held;
  change();
  await deliver(world);
  letGo();
  await ringing;
  await world.settle();
}

const asks = (action: string) => (request: Request) => request.url.includes(`action=${action}&`);

async function twoOrders(): Promise<World> {
  // With one feed a pull is within the request limit, so that it needs no time to pass.
  const world = await makeWorld({ specterSettings: { capabilities: { invoiceChanges: false } } });
  for (const reference of ["SE-1", "SE-2"]) world.control("qliro", { do: "place", reference, rows: ROWS });
  await world.advance(60_000);
  return world;
}

describe("what happens while the object is reading", () => {
  it("is pulled at once, although the pull under way had its answer already", async () => {
    const world = await twoOrders();
    world.control("specter", { do: "trigger", kind: "order_changed" });
    await changeMeanwhile(world, asks("getOrdersExternalNeedUpdate"), () => {
      world.control("specter", { do: "cancel", externalOrderNo: "SE-2" });
    });
    await world.advance(5_000);
    expect((await world.order("SE-2")).status).toBe("cancelled");
  });

  it("is read again, because the read under way may be older than the wish", async () => {
    const { merchant, specter } = await twoOrders();
    const key = { connectionId: specter as ConnectionId, type: "orderNo", value: "1" };
    await runInDurableObject(env.MERCHANT.get(env.MERCHANT.idFromName(merchant)), (_, { storage }) => {
      const clock = new AlarmClock(storage);
      const core = { books: openBooks(storage), storage, ports: virtualPorts, clock };
      wantLook(core, key, virtual.now);
      beginLook(core.books, key);
      wantLook(core, key, virtual.now);
      endLook(core.books, key);
      expect(readLook(core.books, key)).toBeDefined();
      beginLook(core.books, key);
      endLook(core.books, key);
      expect(readLook(core.books, key)).toBeUndefined();
    });
  });
});

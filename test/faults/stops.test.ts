// Stops that need a person: nothing is lost while it waits, the order says why, and after the fix it goes on.
import { describe, expect } from "vitest";
import {
  command,
  effects,
  erpOrders,
  expectInStep,
  expectQuiet,
  HOUR,
  invoice,
  MINUTE,
  named,
  noteCalls,
  place,
  TOTAL,
  twins,
} from "../kit/faults.ts";
import { type Json, SECRETS, type World } from "../kit/world.ts";

async function opened(world: World, reference: string): Promise<void> {
  place(world, reference);
  await world.advance(MINUTE);
  await expectInStep(world, reference, {}, "open");
}

async function captured(world: World, reference: string): Promise<void> {
  await opened(world, reference);
  invoice(world, reference);
  await world.advance(20 * MINUTE);
  await expectInStep(world, reference, { captured: TOTAL }, "invoiced");
}

const ok = async (answer: Promise<{ status: number; body: Json }>): Promise<Json> => {
  const { status, body } = await answer;
  expect(status, JSON.stringify(body)).toBeLessThan(300);
  return body;
};

const retry = async (world: World, kind: string) =>
  ok(world.api("POST", `/commands/${(await command(world, kind)).id}/retry`));

const problems = async (world: World, reference: string) =>
  (await world.order(reference)).problems.map((problem) => problem.code);

const statusOf = async (world: World, id: string): Promise<Json> =>
  (await world.api("GET", "/state")).body.connections.find((each: Json) => each.id === id);

const credit = (world: World, reference: string): Json =>
  world.control("specter", {
    do: "credit",
    invoiceId: world.control("specter", { do: "show", externalOrderNo: reference }).invoices[0].invoiceId,
    rows: [{ articleNo: "SKU-1", quantity: 1 }],
  });

describe("refused credentials", () => {
  twins("of Qliro pause the connection; new ones end the pause and nothing was lost", async (world) => {
    await opened(world, "P-1");
    const account = { do: "account", key: "KAFFE_SE", secret: "changed-at-qliro-0123456789" };
    world.control("qliro", account);
    invoice(world, "P-1");
    place(world, "P-2");
    await world.advance(HOUR);
    expect(await statusOf(world, world.qliro)).toMatchObject({ problem: { code: "REAUTHORIZATION_REQUIRED" } });
    const calls = noteCalls();
    await world.advance(2 * HOUR);
    expect(calls.filter((call) => call.platform === "qliro")).toEqual([]);
    world.control("qliro", { ...account, secret: SECRETS.qliroSecret });
    await ok(world.api("PATCH", `/connections/${world.qliro}`, credentialsOfQliro()));
    await world.advance(HOUR);
    await expectInStep(world, "P-1", { captured: TOTAL }, "invoiced");
    await expectInStep(world, "P-2", {}, "open");
    expect((await statusOf(world, world.qliro)).problem).toBeNull();
  });

  twins("of Specter pause the connection; new ones end the pause and nothing was lost", async (world) => {
    await captured(world, "P-3");
    const wrong = "0ddba110ddba110ddba110ddba110ddb";
    specterKey(world, wrong);
    place(world, "P-4");
    world.control("qliro", { do: "refund", reference: "P-3", rows: [{ reference: "SKU-1" }] });
    await world.advance(HOUR);
    expect(await statusOf(world, world.specter)).toMatchObject({ problem: { code: "REAUTHORIZATION_REQUIRED" } });
    const calls = noteCalls();
    await world.advance(2 * HOUR);
    expect(calls.filter((call) => call.platform === "specter")).toEqual([]);
    expect(erpOrders(world, "P-4")).toEqual([]);
    const { apiUserKey: _, ...rest } = CREDENTIALS_OF_SPECTER;
    await ok(world.api("PATCH", `/connections/${world.specter}`, { credentials: { ...rest, apiUserKey: wrong } }));
    await world.advance(HOUR);
    await expectInStep(world, "P-3", { captured: TOTAL, refunded: 37_550 }, "partly_refunded");
    await expectInStep(world, "P-4", {}, "open");
    // The feed is pulled again as well.
    await world.advance(HOUR);
    expect(named(calls, "getOrdersExternalNeedUpdate").length).toBeGreaterThan(0);
  });

  twins("found out by a look-up keep the unanswered command unanswered", async (world) => {
    world.network.faults("specter", { kind: "drop_after", match: "newOrderSubmit" });
    world.network.faults("specter", { kind: "status", status: 401, match: "getOrder" });
    place(world, "P-5");
    await world.advance(HOUR);
    expect((await command(world, "create_order")).state).toBe("unknown");
    await ok(world.api("PATCH", `/connections/${world.specter}`, { credentials: CREDENTIALS_OF_SPECTER }));
    await world.advance(HOUR);
    await expectInStep(world, "P-5", {}, "open");
    expect((await command(world, "create_order")).attempts).toBe(1);
  });
});

const CREDENTIALS_OF_SPECTER = {
  sbmId: "1234",
  apiUserId: "77",
  apiUserKey: SECRETS.specterKey,
  integrationKey: SECRETS.integrationKey,
};

const credentialsOfQliro = () => ({
  credentials: {
    apiKey: "KAFFE_SE",
    apiSecret: SECRETS.qliroSecret,
    plusApiKey: "KAFFE_PLUS",
    plusApiSecret: SECRETS.plusSecret,
  },
});

function specterKey(world: World, apiUserKey: string): void {
  const truth: Json = world.network.snapshot().platforms.specter?.truth;
  const { callback } = Object.values(truth.accounts)[0] as Json;
  world.control("specter", {
    do: "account",
    sbmId: 1234,
    write: { apiUserId: "77", apiUserKey },
    integrationKey: SECRETS.integrationKey,
    articles: ["SKU-1", "SKU-2", "SKU-3", "SHIP", "DISCOUNT", "ROUND", "FEE"],
    callback,
  });
}

describe("Qliro", () => {
  twins("reports later that a capture failed: parked, and the retry button captures", async (world) => {
    await opened(world, "Q-1");
    world.control("qliro", { do: "set", switches: { outcomeDelayMs: 60_000 } });
    world.control("qliro", { do: "fail", type: "Capture", code: "ISSUER_DECLINED", text: "Declined" });
    invoice(world, "Q-1");
    await world.advance(HOUR);
    expect(await command(world, "capture")).toMatchObject({ state: "parked", problem: { code: "CAPTURE_FAILED" } });
    expect((await world.order("Q-1")).status).toBe("attention");
    const calls = noteCalls();
    await world.advance(2 * HOUR);
    expect(effects(calls)).toEqual([]);
    await retry(world, "capture");
    await world.advance(HOUR);
    await expectInStep(world, "Q-1", { captured: TOTAL }, "invoiced");
  });

  twins("refunds once the API Plus keys are saved, by itself", async (world) => {
    await captured(world, "Q-2");
    const none = { plusApiKey: null, plusApiSecret: null };
    await ok(world.api("PATCH", `/connections/${world.qliro}`, { credentials: none }));
    credit(world, "Q-2");
    await world.advance(HOUR);
    expect(await problems(world, "Q-2")).toContain("QLIRO_PLUS_CREDENTIALS_REQUIRED");
    expect(world.control("qliro", { do: "show", reference: "Q-2" }).sums.refunded).toBe(0);
    await ok(world.api("PATCH", `/connections/${world.qliro}`, credentialsOfQliro()));
    await world.advance(HOUR);
    await expectInStep(world, "Q-2", { captured: TOTAL, refunded: 37_550 }, "partly_refunded");
  });

  twins("refuses wrong API Plus keys: captures go on, and the refund goes through by retry", async (world) => {
    await captured(world, "Q-3");
    world.control("qliro", {
      do: "account",
      key: "KAFFE_SE",
      secret: SECRETS.qliroSecret,
      plusKey: "KAFFE_PLUS",
      plusSecret: "another-plus-secret-0123",
    });
    credit(world, "Q-3");
    await world.advance(HOUR);
    expect(await command(world, "refund")).toMatchObject({
      state: "parked",
      problem: { code: "QLIRO_PLUS_CREDENTIALS_REQUIRED" },
    });
    place(world, "Q-4");
    await world.advance(MINUTE);
    invoice(world, "Q-4");
    await world.advance(20 * MINUTE);
    expect(world.control("qliro", { do: "show", reference: "Q-4" }).sums.captured).toBe(TOTAL);
    const plus = { plusApiKey: "KAFFE_PLUS", plusApiSecret: "another-plus-secret-0123" };
    const { credentials } = credentialsOfQliro();
    await ok(world.api("PATCH", `/connections/${world.qliro}`, { credentials: { ...credentials, ...plus } }));
    await retry(world, "refund");
    await world.advance(HOUR);
    await expectInStep(world, "Q-3", { captured: TOTAL, refunded: 37_550 }, "partly_refunded");
  });
});

describe("Specter", () => {
  twins("says fak: no capture until the payment type is mended and the order rings again", async (world) => {
    await opened(world, "S-1");
    world.control("specter", { do: "set_payment_type", externalOrderNo: "S-1", code: "fak" });
    const calls = noteCalls();
    invoice(world, "S-1");
    await world.advance(HOUR);
    expect(named(calls, "MarkItemsAsShipped")).toEqual([]);
    const order = await world.order("S-1");
    expect(order.status).toBe("attention");
    expect(order.problems).toMatchObject([{ code: "PAYMENT_METHOD_NOT_DEDICATED" }]);
    for (const words of [order.problems[0]?.title, order.problems[0]?.cause, order.problems[0]?.fix])
      expect(words).not.toBe("");
    world.control("specter", { do: "set_payment_type", externalOrderNo: "S-1", code: "QL" });
    world.control("specter", { do: "trigger", kind: "order_changed", orderNo: Number(order.erpNumber) });
    await world.advance(20 * MINUTE);
    await expectInStep(world, "S-1", { captured: TOTAL }, "invoiced");
  });

  twins("lost the order: a person is asked, and only their choice cancels the payment", async (world) => {
    await opened(world, "S-2");
    world.control("specter", { do: "remove", externalOrderNo: "S-2" });
    const calls = noteCalls();
    await world.advance(7 * HOUR);
    expect(effects(calls)).toEqual([]);
    const [task] = (await world.tasks()).filter((each) => each.state === "open");
    expect(task).toMatchObject({ code: "ORDER_DELETED_IN_ERP" });
    expect((await world.order("S-2")).status).toBe("attention");
    expect(world.control("qliro", { do: "show", reference: "S-2" }).sums.remaining).toBe(TOTAL);
    await ok(world.api("POST", `/tasks/${task?.id}/done`, { choice: task?.choices[0]?.id }));
    await world.advance(HOUR);
    expect(world.control("qliro", { do: "show", reference: "S-2" }).sums).toMatchObject({
      remaining: 0,
      released: TOTAL,
    });
    expect((await world.order("S-2")).status).toBe("cancelled");
    expect(effects(calls)).toEqual(["cancelOrder"]);
    await expectQuiet(world);
  });

  twins("misses an article: the order waits, and is made once the article is there", async (world) => {
    world.control("specter", { do: "articles", remove: ["SKU-1"] });
    place(world, "S-3");
    await world.advance(HOUR);
    expect(await command(world, "create_order")).toMatchObject({
      state: "parked",
      problem: { code: "ARTICLE_MISSING_IN_ERP", detail: expect.stringContaining("SKU-1") },
    });
    world.control("specter", { do: "articles", add: ["SKU-1"] });
    await retry(world, "create_order");
    await world.advance(MINUTE);
    await expectInStep(world, "S-3", {}, "open");
  });

  twins("has the number on a stranger's order: a person says which order it is", async (world) => {
    // Another shop's system made an order under our number, without our payment reference.
    place(world, "S-4");
    await world.advance(MINUTE);
    const made = world.control("specter", { do: "show", externalOrderNo: "S-4" }).order;
    const stranger = renamed(world, "S-4", "S-5");
    expect(made.orderNo).toBe(stranger);
    place(world, "S-5");
    await world.advance(HOUR);
    const open = (await world.commands()).find((each) => each.state === "parked");
    expect(open).toMatchObject({ kind: "create_order", problem: { code: "ERP_ORDER_NUMBER_TAKEN" } });
    expect(erpOrders(world, "S-5")).toHaveLength(1);
    // That order is known as S-4's already: it cannot be S-5's too.
    const claimed = await world.api("POST", `/commands/${open?.id}/resolve`, {
      externalId: String(stranger),
      note: "?",
    });
    expect(claimed).toMatchObject({ status: 409, body: { code: "EXTERNAL_ID_CLAIMED" } });
    await ok(
      world.api("POST", `/commands/${open?.id}/resolve`, { externalId: "70001", note: "made by hand as 70001" }),
    );
    expect((await world.api("GET", `/orders/${open?.orderId}`)).body).toMatchObject({ erpNumber: "70001" });
  });
});

/** Somebody gives an order another external number in Specter. */
function renamed(world: World, from: string, to: string): number {
  const snapshot: Json = world.network.snapshot();
  for (const account of Object.values(snapshot.platforms.specter.truth.accounts) as Json[])
    for (const order of Object.values(account.orders) as Json[])
      if (order.externalOrderNo === from) {
        order.externalOrderNo = to;
        order.payTypeReference = "somebody-else";
        world.network.restore(snapshot);
        return order.orderNo;
      }
  throw new Error(`no order ${from}`);
}

describe("a switched-off call", () => {
  const off = (capability: string) => ({ specterSettings: { capabilities: { [capability]: false } } });

  const openTask = async (world: World) => {
    const open = (await world.tasks()).filter((task) => task.state === "open");
    expect(open.map((task) => task.code)).toEqual(["CAPABILITY_OFF"]);
    return open[0];
  };

  twins(
    "for credit invoices becomes a task; its number ends it",
    async (world) => {
      world.control("specter", { do: "set", switches: { newCreditInvoiceSubmit: false } });
      await captured(world, "T-1");
      world.control("qliro", { do: "refund", reference: "T-1", rows: [{ reference: "SKU-1" }] });
      const calls = noteCalls();
      await world.advance(HOUR);
      const task = await openTask(world);
      expect(effects(calls)).toEqual([]);
      // Without the number it is not done.
      expect((await world.api("POST", `/tasks/${task?.id}/done`, {})).status).toBe(400);
      const made = credit(world, "T-1");
      await ok(world.api("POST", `/tasks/${task?.id}/done`, { externalId: String(made.invoiceId) }));
      await world.advance(2 * HOUR);
      expect(effects(calls)).toEqual([]);
      await expectInStep(world, "T-1", { captured: TOTAL, refunded: 37_550 }, "partly_refunded");
    },
    off("createCreditInvoice"),
  );

  twins(
    "for cancelling becomes a task; its number ends it",
    async (world) => {
      world.control("specter", { do: "set", switches: { cancelOrderSubmit: false } });
      await opened(world, "T-2");
      world.control("qliro", { do: "cancel", reference: "T-2" });
      await world.advance(HOUR);
      const task = await openTask(world);
      world.control("specter", { do: "cancel", externalOrderNo: "T-2" });
      await ok(world.api("POST", `/tasks/${task?.id}/done`, { externalId: (await world.order("T-2")).erpNumber }));
      await world.advance(HOUR);
      await expectInStep(world, "T-2", { released: TOTAL }, "cancelled");
    },
    off("cancelOrder"),
  );

  twins(
    "for invoice changes leaves the order feed, which is enough",
    async (world) => {
      world.control("specter", { do: "set", switches: { getInvoicesExternalNeedUpdate: false } });
      await captured(world, "T-3");
    },
    off("invoiceChanges"),
  );

  twins(
    "for reading orders still makes each order once, also when the answer is lost",
    async (world) => {
      world.control("specter", { do: "set", switches: { getOrder: false } });
      world.network.faults("specter", { kind: "drop_after", match: "newOrderSubmit" });
      place(world, "T-4");
      await world.advance(HOUR);
      expect(erpOrders(world, "T-4")).toHaveLength(1);
      expect((await world.order("T-4")).erpNumber).toBe(String(erpOrders(world, "T-4")[0].orderNo));
      expect(await command(world, "create_order")).toMatchObject({ state: "done", attempts: 2 });
      // A change cannot be read: a person is asked to look, and nothing fails.
      invoice(world, "T-4");
      await world.advance(HOUR);
      const open = (await world.tasks()).filter((task) => task.state === "open");
      expect(new Set(open.map((task) => task.code))).toEqual(new Set(["CAPABILITY_OFF"]));
    },
    off("getOrder"),
  );
});

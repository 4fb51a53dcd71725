// The Worker of bench/reconcile.mjs: one object that fills its books with orders, takes a payout in and reconciles it
// step by step with the real code, and a plain hash join of the same lines in memory as the limit.
import { DurableObject } from "cloudflare:workers";
import { eq, sql } from "drizzle-orm";
import type { PayoutLine } from "../src/domain/payout.ts";
import { AlarmClock } from "../src/durable/alarm-clock.ts";
import { type Core, openBooks, updateBooks } from "../src/durable/books.ts";
import { type FetchState, startFetch, takePage } from "../src/durable/payout-fetch.ts";
import { readPayout, storeHeader, updatePayout } from "../src/durable/payout-store.ts";
import { markBooked, stepPayouts } from "../src/durable/reconcile.ts";
import type { Link, Runtime } from "../src/durable/runtime.ts";
import { commands } from "../src/durable/schema.ts";

const CONNECTION = "con_bench";
const PAGE = 1_000;
const AT = Date.UTC(2026, 10, 1);
const DIGITS = 8;

const name = (number: number): string => String(number).padStart(DIGITS, "0");
const amountOf = (number: number): number => 1_000 + (number % 9_973);
const feeOf = (number: number): number => 10 + (number % 7);

const lineAt = (number: number): PayoutLine => ({
  externalId: `${name(number)}:transaction`,
  type: "sale",
  amountMinor: amountOf(number),
  currency: "SEK",
  feeMinor: feeOf(number),
  feeVatMinor: 0,
  references: [
    { type: "qliro.transaction_id", value: `t${name(number)}` },
    { type: "qliro.order_id", value: `o${name(number)}` },
  ],
  method: "CARD",
  occurredAt: AT,
});

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index);

/** Only what the steps ask of a runtime; the bench has no platforms. */
const LINK = {
  config: { id: CONNECTION },
  connector: {
    id: "qliro",
    payouts: { movementAlias: "qliro.transaction_id" },
    payments: { orderAlias: "qliro.order_id" },
  },
} as unknown as Link;
const POLICY = {
  approved: true,
  timezone: "Europe/Stockholm",
  orderNumberPattern: "{psp.merchantReference}",
  salesAccounts: [],
  payment: () => null,
  shop: () => null,
  shopsOf: () => [],
  hasPayment: () => true,
  accounting: { id: "con_erp", paused: false, flows: { payouts: true }, manual: [] },
};
const RUNTIME = {
  config: {
    timezone: "Europe/Stockholm",
    settlementAccounts: { payoutAccount: "1930", bankCostAccount: "6570", feeVatAccount: "2641", methods: [] },
  },
  policy: POLICY,
  links: new Map([[CONNECTION, LINK]]),
} as unknown as Runtime;

export class Bench extends DurableObject {
  readonly #core: Core;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never);
    const { storage } = ctx;
    let made = 0;
    const random = () => {
      made = (made * 16_807 + 11) % 2_147_483_647;
      return made / 2_147_483_647;
    };
    const ports = { now: () => AT, random, fetch: () => Promise.reject(new Error("no network")) };
    this.#core = { storage, books: openBooks(storage), ports, clock: new AlarmClock(storage) };
    void ctx.blockConcurrencyWhile(() => updateBooks(this.#core.books));
  }

  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAlarm();
  }

  override async fetch(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url);
    const [from, to] = [Number(searchParams.get("from")), Number(searchParams.get("to"))];
    switch (pathname) {
      case "/fill":
        this.#fill(from, to);
        return Response.json({});
      case "/take":
        return Response.json(this.#take(from, to, Number(searchParams.get("of"))));
      case "/step":
        return Response.json(await this.#steps(Number(searchParams.get("steps")), searchParams.get("until") ?? ""));
      case "/join":
        return Response.json(join(to));
      case "/show":
        return Response.json(this.#payout() ?? {});
      default:
        return new Response(null, { status: 404 });
    }
  }

  /** Orders that are captured and invoiced, as the engine would have left them. */
  #fill(from: number, to: number): void {
    const json = JSON.stringify(range(from, to).map((number) => [name(number), amountOf(number)]));
    const { books } = this.#core;
    books.run(sql`insert into orders (id, version, status, currency, total_minor, order_number, erp_number, placed_at,
        created_at, updated_at, document, content)
      select 'ord_' || (value ->> 0), 1, 'invoiced', 'SEK', value ->> 1, value ->> 0, value ->> 0, ${AT}, ${AT}, ${AT},
        json_object('rows', json_array(), 'payment', null, 'shop', null, 'erp', null, 'suspects', json_array(),
          'aliases', json_array(
            json_object('connectionId', ${CONNECTION}, 'type', 'qliro.order_id', 'value', 'o' || (value ->> 0), 'tier', 0),
            json_object('connectionId', ${CONNECTION}, 'type', 'qliro.transaction_id', 'value', 't' || (value ->> 0), 'tier', 0))),
        null from json_each(${json})`);
    for (const [letter, type] of [
      ["o", "qliro.order_id"],
      ["t", "qliro.transaction_id"],
    ])
      books.run(sql`insert into aliases (value, type, connection_id, order_id)
        select ${letter} || (value ->> 0), ${type}, ${CONNECTION}, 'ord_' || (value ->> 0) from json_each(${json})`);
    books.run(sql`insert into entries (order_id, seq, kind, connection_id, external_id, amount_minor, rows, at)
      select 'ord_' || (value ->> 0), 1, 'invoiced', 'con_erp', '9' || (value ->> 0), value ->> 1, '[]', ${AT}
      from json_each(${json})`);
    books.run(sql`insert into entries (order_id, seq, kind, connection_id, external_id, amount_minor, rows, answers, at)
      select 'ord_' || (value ->> 0), 2, 'captured', ${CONNECTION}, 't' || (value ->> 0), value ->> 1, '[]', 1, ${AT}
      from json_each(${json})`);
  }

  #payout() {
    const header = {
      externalId: "1",
      reference: "1",
      date: "2026-11-01",
      currency: "SEK",
      paidMinor: 0,
      feeMinor: null,
    };
    return storeHeader(this.#core, CONNECTION, header).row;
  }

  /** Takes lines in as a provider's pages would bring them. */
  #take(from: number, to: number, of: number): { version: number } {
    const payout = this.#payout();
    for (let start = from; start < to; start += PAGE) {
      const lines = range(start, Math.min(to, start + PAGE)).map(lineAt);
      const state: FetchState = { ...startFetch(payout), cursor: start === 0 ? null : String(start), count: start };
      const next = start + PAGE < of ? String(start + PAGE) : null;
      this.#core.storage.transactionSync(() => takePage(this.#core, payout, state, { lines, next }));
    }
    const [total] = this.#core.books.all<{ paid: number }>(
      sql`select sum(amount_minor - fee_minor) as paid from payout_lines`,
    );
    updatePayout(this.#core, payout.id, { paidMinor: total?.paid ?? 0, stage: to === of ? "match" : "idle" });
    return { version: readPayout(this.#core.books, payout.id)?.version ?? 0 };
  }

  /** Steps on until the stage is another one; the ERP answers every voucher at once. */
  async #steps(steps: number, stage: string) {
    const job = { key: `payouts:${CONNECTION}`, dueAt: 0, attempts: 0, data: {} };
    for (let step = 0; step < steps; step += 1) {
      const payout = this.#payout();
      if (payout.stage === "idle" || (payout.stage !== stage && stage !== "")) break;
      if (payout.stage === "await") this.#answer(payout.id);
      else await stepPayouts(this.#core, RUNTIME, job);
    }
    const { stage: at, state, code, detail, progress, hash, balanced } = this.#payout();
    return { stage: at, state, code, detail, progress, hash, balanced };
  }

  #answer(payoutId: string): void {
    this.#core.storage.transactionSync(() => {
      this.#core.books.update(commands).set({ state: "done", dueAt: null }).where(eq(commands.state, "pending")).run();
      markBooked(this.#core, RUNTIME, payoutId, "1");
    });
  }
}

/** The limit: the same lines and movements as objects in memory, joined by a map. */
function join(to: number) {
  const movements = new Map<string, { number: string; amountMinor: number }>();
  for (const number of range(0, to))
    movements.set(`t${name(number)}`, { number: `9${name(number)}`, amountMinor: amountOf(number) });
  let [matched, total] = [0, 0];
  for (const number of range(0, to)) {
    const line = lineAt(number);
    const found = movements.get(line.references[0]?.value ?? "");
    if (found?.amountMinor === line.amountMinor) matched += 1;
    total += line.amountMinor - line.feeMinor;
  }
  return { matched, total };
}

interface Bindings {
  BENCH: DurableObjectNamespace<Bench>;
}

export default {
  fetch: (request, { BENCH }) => BENCH.get(BENCH.idFromName(new URL(request.url).hostname)).fetch(request),
} satisfies ExportedHandler<Bindings>;

// Payouts with everything that goes wrong in them: each line ends in its stated state, and a person settles the rest.
import { describe, expect, it } from "vitest";
import { factsOfCsv } from "../../src/domain/payout-csv.ts";
import { type PayoutRecord, verifyRecords } from "../../src/domain/payout-record.ts";
import {
  ACCOUNTS,
  balances,
  download,
  lineNamed,
  MINUTE,
  night,
  onlyPayout,
  secondPerson,
  sell,
  statesOf,
  tamper,
} from "../kit/settlements.ts";
import { type Json, makeWorld, type World, type WorldOptions } from "../kit/world.ts";

async function open(options: WorldOptions = {}, accounts: object = {}): Promise<World> {
  const world = await makeWorld({ ...options, specterSettings: { pollMinutes: 60 } });
  const saved = await world.api("PUT", "/mappings/settlement-accounts", { ...ACCOUNTS, ...accounts });
  expect(saved.status, JSON.stringify(saved.body)).toBe(200);
  return world;
}

const settle = (world: World) => world.control("qliro", { do: "settle", fee: { percent: 0 } });
const imports = (world: World): Json[] => world.control("specter", { do: "show" }).imports;

async function act(world: World, path: string, body: object): Promise<Json> {
  const answer = await world.api("POST", path, { note: "because", ...body });
  expect(answer.status, `${path}: ${JSON.stringify(answer.body)}`).toBe(200);
  await world.advance(MINUTE);
  return answer.body;
}

/** The faults of the export as both formats have it. */
async function faultsOf(world: World, payoutId: string): Promise<string[]> {
  const json = JSON.parse(await download(world, payoutId, "json")) as PayoutRecord[];
  const csv = await download(world, payoutId, "csv");
  async function* fromJson() {
    yield* json;
  }
  async function* fromCsv() {
    for await (const facts of factsOfCsv(
      (async function* () {
        yield csv;
      })(),
    ))
      yield JSON.parse(facts) as PayoutRecord;
  }
  const [one, two] = [await verifyRecords(fromJson()), await verifyRecords(fromCsv())];
  expect(two).toEqual(one);
  return one.faults;
}

/** A good sale, and one of everything that can be wrong. */
async function messy(world: World) {
  const good = await sell(world, "A-1", 10_000);
  const off = await sell(world, "A-2", 20_000);
  settle(world);
  tamper(world, (lines, make) => [
    ...lines.map((line) => (line.PaymentTransactionId === off.transactionId ? { ...line, Amount: 200.01 } : line)),
    make({ order: good.orderId, transaction: good.transactionId, reference: "A-1", amountMinor: 10_000 }),
    make({ order: 99, transaction: 990, reference: "B-9", amountMinor: 5_000 }),
    make({ order: 99, transaction: 991, reference: "B-9", amountMinor: 700, action: "Credit" }),
    make({ order: good.orderId, reference: "A-1", amountMinor: 3_000, action: "Credit", type: "Chargeback" }),
    make({ amountMinor: 1_500, type: "Sponsoring" }),
  ]);
  return { good, off };
}

describe.each([{ evicting: false }, { evicting: true }])("a payout with everything in it ($evicting)", (options) => {
  it("leaves each line in its stated state, books nothing, and is booked once people have settled the rest", async () => {
    const world = await open(options);
    const { good, off } = await messy(world);
    await night(world, 16);
    const before = await onlyPayout(world);
    expect(before).toMatchObject({ state: "open", problem: { code: "PAYOUT_LINES_OPEN" } });
    const ids = Object.keys(statesOf(before));
    const adjustment = ids.find((id) => id.includes("unknown")) ?? "";
    const chargeback = ids.find((id) => id.includes("chargeback")) ?? "";
    const [doubled] = ids.filter((id) => id === `${good.transactionId}:transaction#2`);
    expect(statesOf(before)).toEqual({
      [`${good.transactionId}:transaction`]: "matched",
      [`${doubled}`]: "duplicate",
      [`${off.transactionId}:transaction`]: "mismatched",
      "990:transaction": "expected",
      "991:transaction": "expected",
      [chargeback]: "matched",
      [adjustment]: "ambiguous",
    });
    expect(imports(world)).toEqual([]);
    expect(before.proof.matchedTotal.amountMinor + before.proof.openTotal.amountMinor).toBe(
      before.proof.linesTotal.amountMinor,
    );
    expect(await faultsOf(world, before.id)).toEqual([]);

    // The candidates of the line that is an öre off, with what speaks for and against them.
    const [candidate] = lineNamed(before, `${off.transactionId}:transaction`).candidates;
    expect(candidate).toMatchObject({
      documentKind: "invoice",
      documentNumber: String(off.invoice),
      difference: { amountMinor: 1, currency: "SEK" },
    });
    expect(candidate?.evidence).toContain("The amount differs by 0.01 SEK.");
    const base = `/payouts/${before.id}/lines`;
    await act(world, `${base}/${off.transactionId}:transaction/resolve`, {
      action: "match",
      candidates: [candidate?.id],
      difference: { kind: "account", account: "3740" },
    });
    await act(world, `${base}/${encodeURIComponent(doubled ?? "")}/resolve`, { action: "foreign" });
    await act(world, `${base}/${encodeURIComponent(adjustment)}/resolve`, { action: "write_off", account: "3999" });
    await act(world, `${base}/990:transaction/resolve`, {
      action: "split",
      parts: [{ document: { kind: "invoice", number: String(good.invoice + 1000) }, amountMinor: 4_000 }],
      rest: { account: "2421" },
    });
    expect(imports(world)).toEqual([]);
    const taken = await act(world, `${base}/990:transaction/undo`, {});
    expect(taken.state).toBe("expected");
    await act(world, `${base}/990:transaction/resolve`, { action: "write_off", account: "2421" });
    await act(world, `${base}/991:transaction/resolve`, { action: "write_off", account: "2421" });
    await world.advance(MINUTE);

    const after = await onlyPayout(world);
    expect(after).toMatchObject({ state: "booked", proof: { openTotal: { amountMinor: 0 }, balanced: true } });
    expect(balances(after)).toEqual({
      "1930": 10_000 + 20_001 + 10_000 + 5_000 - 700 - 3_000 + 1_500,
      "1510": -30_000,
      "3740": -1,
      "2999": -10_000,
      "3999": -1_500,
      "2421": -4_300,
      "1689": 3_000,
    });
    expect(imports(world)).toHaveLength(1);
    expect(await faultsOf(world, after.id)).toEqual([]);
    expect(after.acts.map(({ action, actor }) => [action, actor]).reverse()).toEqual([
      ["match", "admin root"],
      ["foreign", "admin root"],
      ["write_off", "admin root"],
      ["split", "admin root"],
      ["undo", "admin root"],
      ["write_off", "admin root"],
      ["write_off", "admin root"],
    ]);

    // A second run is a no-op with the same proof.
    const books = async () => ({ payouts: await world.payouts(), imports: imports(world) });
    const was = await books();
    await world.api("POST", "/payout-runs", {});
    await night(world, 17);
    expect(await books()).toEqual(was);
  });

  it("undoes what is booked by a counter-entry, and books the new decision", async () => {
    const world = await open(options);
    await messy(world);
    await night(world, 16);
    const { id, lines } = await onlyPayout(world);
    const base = `/payouts/${id}/lines`;
    for (const line of lines.filter((each) => each.state !== "matched"))
      await act(world, `${base}/${encodeURIComponent(line.id)}/resolve`, { action: "write_off", account: "3999" });
    const first = await onlyPayout(world);
    expect(first).toMatchObject({ state: "booked", version: 1 });
    const [original] = imports(world);

    await act(world, `${base}/990:transaction/undo`, {});
    const undone = await onlyPayout(world);
    expect(undone).toMatchObject({ state: "booked", version: 2, bookedVersion: 2 });
    expect(undone.vouchers).toHaveLength(2);
    expect(
      undone.vouchers[1]?.rows.map(({ account, debit, credit }) => [account, debit.amountMinor, credit.amountMinor]),
    ).toEqual([
      ["2999", 0, 5_000],
      ["3999", 5_000, 0],
    ]);
    expect(imports(world)).toHaveLength(2);
    expect(imports(world)[0]).toEqual(original);
    expect(imports(world)[1].bankAmountMinor).toBe(0);

    await act(world, `${base}/990:transaction/resolve`, { action: "write_off", account: "2421" });
    const final = await onlyPayout(world);
    expect(final).toMatchObject({ state: "booked", version: 3 });
    expect(balances(final)).toMatchObject({ "2421": -5_000 });
    expect(balances(final)["2999"]).toBeUndefined();
    expect(first.vouchers[0]?.rows).toEqual(final.vouchers[0]?.rows);
    expect(await faultsOf(world, id)).toEqual([]);
  });
});

describe("write-offs", () => {
  it("above the limit take a second person, who is not the first", async () => {
    const world = await open({}, { writeOffLimitMinor: 4_999 });
    await messy(world);
    await night(world, 16);
    const { id } = await onlyPayout(world);
    const line = `/payouts/${id}/lines/990:transaction`;
    const body = { action: "write_off", account: "2421", note: "gift card" };
    const proposed = await act(world, `${line}/resolve`, body);
    expect(proposed).toMatchObject({ state: "expected", proposal: { actor: "admin root" } });
    const alone = await world.api("POST", `${line}/confirm`, { note: "me again" });
    expect(alone).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
    const second = await secondPerson(world);
    const agreed = await second(`${line}/confirm`, { note: "seen" });
    expect(agreed).toMatchObject({ status: 200, body: { state: "resolved", proposal: null } });
    await act(world, `/payouts/${id}/lines/991:transaction/resolve`, body);
    const payout = await onlyPayout(world);
    expect(lineNamed(payout, "991:transaction").state).toBe("resolved");
    expect(payout.acts.map(({ action }) => action).reverse()).toEqual([
      "propose write_off",
      "confirm write_off",
      "write_off",
    ]);
  });

  it("are applied to the others like it on wish, and count together against the limit", async () => {
    const world = await open({}, { writeOffLimitMinor: 10_000 });
    const { transactionId } = await sell(world, "A-1", 10_000);
    settle(world);
    const others = Array.from({ length: 14 }, (_, index) => ({
      order: 500 + index,
      transaction: 900 + index,
      reference: `B-${index}`,
      amountMinor: 500,
    }));
    tamper(world, (lines, make) => [...lines, ...others.map(make)]);
    await night(world, 16);
    const { id } = await onlyPayout(world);
    const resolved = await act(world, `/payouts/${id}/lines/900:transaction/resolve`, {
      action: "write_off",
      account: "2421",
      applyToSimilar: true,
    });
    expect(resolved.applied).toBe(14);
    const payout = await onlyPayout(world);
    expect(payout.state).toBe("booked");
    expect(new Set(Object.values(statesOf(payout)))).toEqual(new Set(["matched", "resolved"]));
    expect(statesOf(payout)[`${transactionId}:transaction`]).toBe("matched");
    expect(payout.acts.filter((each) => each.ruleOf !== null)).toHaveLength(13);
    expect(balances(payout)).toMatchObject({ "2421": -7_000 });
  });
});

describe("approval", () => {
  it("shows the whole voucher first, and books exactly what was approved", async () => {
    const world = await open({}, { requireApproval: true });
    await sell(world, "A-1", 10_000);
    settle(world);
    await night(world, 16);
    const preview = await onlyPayout(world);
    expect(preview).toMatchObject({ state: "open", problem: { code: "PAYOUT_AWAITS_APPROVAL" } });
    expect(balances(preview)).toEqual({ "1930": 10_000, "1510": -10_000 });
    expect(imports(world)).toEqual([]);
    const wrong = await world.api("POST", `/payouts/${preview.id}/approve`, { hash: "0".repeat(64), note: "ok" });
    expect(wrong.status).toBe(409);
    await act(world, `/payouts/${preview.id}/approve`, { hash: preview.proof.hash });
    expect(await onlyPayout(world)).toMatchObject({ state: "booked", proof: { hash: preview.proof.hash } });
    expect(imports(world)).toHaveLength(1);
  });
});

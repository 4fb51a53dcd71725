import { expect, it } from "vitest";
import { CSV_HEAD, csvOf, factsOfCsv } from "../../src/domain/payout-csv.ts";
import { proof } from "../../src/domain/payout-proof.ts";
import { EXPORT_FORMAT, type PayoutRecord, verifyRecords } from "../../src/domain/payout-record.ts";
import { header, line, settles } from "./payout-samples.ts";

const lines = [
  { line: line("a", 10_000, { feeMinor: 100 }), state: "matched", match: settles(["1", 10_000]) },
  { line: line("b", 500, { method: '=HYPERLINK("x"), "y"' }), state: "matched", match: settles(["2", 500]) },
] as const;
const rows = [
  { account: "1930", debitMinor: 10_400, creditMinor: 0, text: "bank" },
  { account: "6570", debitMinor: 100, creditMinor: 0, text: "fee" },
  { account: "1510", debitMinor: 0, creditMinor: 10_500, text: "invoices" },
];

async function exported(): Promise<PayoutRecord[]> {
  const of = header(10_400);
  return [
    {
      record: "header",
      format: EXPORT_FORMAT,
      payoutId: "pay_1",
      version: 1,
      state: "booked",
      proven: true,
      header: of,
    },
    ...lines.map((each) => ({ record: "line", reason: "A reason,\nin two lines.", ...each }) as const),
    { record: "voucher", version: 1, part: 1, number: "17", current: true, rows },
    {
      record: "act",
      number: 1,
      at: "2026-11-20T10:00:00Z",
      actor: "admin root",
      action: "match",
      lineId: "a",
      note: "-ok",
    },
    { record: "proof", proof: await proof({ header: of, lines, voucher: rows }) },
  ];
}

async function* stream<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

it("recomputes an export from itself alone", async () => {
  expect(await verifyRecords(stream(await exported()))).toMatchObject({ lines: 2, vouchers: 1, faults: [] });
});

it("reads the same facts back from the CSV, in pieces of any size", async () => {
  const records = await exported();
  const csv = CSV_HEAD + records.map((record) => csvOf(record, "SEK")).join("");
  for (const size of [1, 7, 100_000]) {
    const pieces = Array.from({ length: Math.ceil(csv.length / size) }, (_, index) =>
      csv.slice(index * size, (index + 1) * size),
    );
    const facts: unknown[] = [];
    for await (const text of factsOfCsv(stream(pieces))) facts.push(JSON.parse(text));
    expect(facts).toEqual(JSON.parse(JSON.stringify(records)));
  }
  expect(csv).toContain("'=HYPERLINK");
});

it("finds every change that somebody made to the file", async () => {
  const [head, first, second, voucher, act, proven] = await exported();
  if (
    first?.record !== "line" ||
    second?.record !== "line" ||
    voucher?.record !== "voucher" ||
    !head ||
    !act ||
    !proven
  )
    throw new Error("The sample has these records.");
  const faults = async (...records: PayoutRecord[]) => (await verifyRecords(stream(records))).faults.length;
  expect(
    await faults(head, { ...first, line: { ...first.line, amountMinor: 10_001 } }, second, voucher, act, proven),
  ).toBeGreaterThan(0);
  expect(await faults(head, first, voucher, act, proven)).toBeGreaterThan(0);
  expect(await faults(head, first, { ...second, match: first.match }, voucher, act, proven)).toBeGreaterThan(0);
  expect(await faults(head, first, second, { ...voucher, rows: rows.slice(1) }, act, proven)).toBeGreaterThan(0);
  expect(await faults(head, first, second, act, proven)).toBeGreaterThan(0);
  expect(await faults(head, first, second, voucher, act)).toBeGreaterThan(0);
  expect(await faults(first)).toBeGreaterThan(0);
});

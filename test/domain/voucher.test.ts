import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { VoucherRow } from "../../src/domain/commands.ts";
import { addReverseCharge, type FeeTreatment, treatmentOf } from "../../src/domain/fee-treatment.ts";
import type { PayoutLine } from "../../src/domain/payout.ts";
import { netOf } from "../../src/domain/payout-footing.ts";
import type { Match } from "../../src/domain/settlement.ts";
import { type BookingInput, buildBooking } from "../../src/domain/voucher.ts";
import type { BookingLine } from "../../src/domain/voucher-postings.ts";
import { accounts, CONNECTION, header, line, settles, settlesWith } from "./payout-samples.ts";

/** Rows as in reference/se-accounting.md section 9: account, debit, credit, in öre. */
type Vector = [account: string, debitMinor: number, creditMinor: number][];

const booked = (settled: PayoutLine, match: Match | null, reference = ""): BookingLine => ({
  line: settled,
  match,
  reference,
});
const fee = (id: string, costMinor: number, vatMinor = 0): BookingLine =>
  booked(line(id, -costMinor - vatMinor, { type: "fee", feeVatMinor: vatMinor }), { kind: "fee", document: null });
const balance = (id: string, amountMinor: number, kind: "reserve" | "chargeback" | "carry_over"): BookingLine =>
  booked(line(id, amountMinor, { type: kind }), { kind: "balance", balance: kind });
const sale = (id: string, amountMinor: number): BookingLine =>
  booked(line(id, amountMinor), settles([id, amountMinor]), `QLIRO-${id}`);

function input(
  paidMinor: number,
  lines: BookingLine[],
  { feeTreatment, ...other }: Partial<BookingInput> & { feeTreatment?: FeeTreatment } = {},
): BookingInput {
  const { kind, ...rate } = feeTreatment ?? { kind: "as_stated" };
  const treatments = [{ connectionId: CONNECTION, feeType: "*", treatment: kind, ...rate } as const];
  return {
    header: header(paidMinor),
    version: 1,
    source: "qliro",
    connectionId: CONNECTION,
    lines,
    ...other,
    accounts: other.accounts === null ? null : { feeTreatments: treatments, ...(other.accounts ?? accounts()) },
  };
}

function bookingOf(of: BookingInput) {
  const built = buildBooking(of);
  if (!built.ok) throw new Error(`${built.error.code}: ${built.error.detail}`);
  return built.value;
}

/**
 * The vectors list fees, VAT and receivables in changing order; our order is fixed (bank, fees, VAT, balances,
 * differences, receivables, reverse charge; then account and document). Both are sorted by account, debit and credit
 * before they are compared: same rows, same amounts, none merged and none missing.
 */
const sorted = (rows: Vector): Vector =>
  [...rows].sort((a, b) => (a[0] === b[0] ? a[1] - b[1] || a[2] - b[2] : a[0] < b[0] ? -1 : 1));
const rowsOf = (voucher: VoucherRow[]): Vector =>
  sorted(voucher.map((row) => [row.account, row.debitMinor, row.creditMinor]));
const expectVoucher = (of: BookingInput, vector: Vector) =>
  expect(rowsOf(bookingOf(of).voucher)).toEqual(sorted(vector));

describe("the worked vouchers", () => {
  const klarna = accounts({ bankCostAccount: "6064" });
  const reverse = { kind: "reverse_charge", vatRateBps: 2500 } as const;

  it("B: books a payout with Swedish VAT on the fee", () => {
    const lines = [sale("1", 60320), sale("2", 125000), sale("3", 29900), fee("4", 6241, 1560)];
    expectVoucher(input(207419, lines, { accounts: klarna }), [
      ["1930", 207419, 0],
      ["6064", 6241, 0],
      ["2641", 1560, 0],
      ["1510", 0, 60320],
      ["1510", 0, 125000],
      ["1510", 0, 29900],
    ]);
  });

  it("B: comes out the same when the fees stand on the sales, because the stated VAT is taken as it is", () => {
    const lines = [
      booked(line("1", 60320, { feeMinor: 1749, feeVatMinor: 437 }), settles(["1", 60320])),
      booked(line("2", 125000, { feeMinor: 3625, feeVatMinor: 906 }), settles(["2", 125000])),
      booked(line("3", 29900, { feeMinor: 867, feeVatMinor: 217 }), settles(["3", 29900])),
    ];
    expect(rowsOf(bookingOf(input(207419, lines, { accounts: klarna })).voucher)).toEqual(
      rowsOf(
        bookingOf(
          input(207419, [sale("1", 60320), sale("2", 125000), sale("3", 29900), fee("4", 6241, 1560)], {
            accounts: klarna,
          }),
        ).voucher,
      ),
    );
  });

  it("C: accounts for reverse charge VAT that the PSP did not deduct", () => {
    const mapped = accounts({ receivableAccount: "1580", feeVatAccount: "2645", outgoingVatAccount: "2614" });
    expectVoucher(input(210360, [sale("1", 215220), fee("2", 4860)], { accounts: mapped, feeTreatment: reverse }), [
      ["1930", 210360, 0],
      ["6570", 4860, 0],
      ["1580", 0, 215220],
      ["2645", 1215, 0],
      ["2614", 0, 1215],
    ]);
  });

  it("D2: settles a credit invoice beside the sales, gross both ways", () => {
    const lines = [sale("1", 125000), sale("2", 29900), sale("3", -22410), fee("4", 3000, 750)];
    expectVoucher(input(128740, lines, { accounts: klarna }), [
      ["1930", 128740, 0],
      ["6064", 3000, 0],
      ["2641", 750, 0],
      ["1510", 22410, 0],
      ["1510", 0, 125000],
      ["1510", 0, 29900],
    ]);
  });

  const negative = [sale("1", 29900), sale("2", -60320), fee("3", 800, 200)];
  const rest: Vector = [
    ["6064", 800, 0],
    ["2641", 200, 0],
    ["1510", 60320, 0],
    ["1510", 0, 29900],
  ];

  it("D3: carries a negative payout over on its own account, and takes it back in the next one", () => {
    const mapped = { ...klarna, carryOverAccount: "1580" };
    const carried = [...negative, balance("4", 31420, "carry_over")];
    expectVoucher(input(0, carried, { accounts: mapped }), [...rest, ["1580", 0, 31420]]);
    const next = [balance("0", -31420, "carry_over"), sale("1", 50000)];
    expectVoucher(input(18580, next, { accounts: mapped }), [
      ["1930", 18580, 0],
      ["1580", 31420, 0],
      ["1510", 0, 50000],
    ]);
  });

  it("D3: credits the bank when the PSP collects a negative payout", () => {
    expectVoucher(input(-31420, negative, { accounts: klarna }), [...rest, ["1930", 0, 31420]]);
  });

  const disputed = accounts({ receivableAccount: "1580", chargebackAccount: "1689", carryOverAccount: "1580" });

  it("E1: puts an opened chargeback aside, with its fee", () => {
    const lines = [sale("1", 200000), balance("2", -60320, "chargeback"), fee("3", 15000)];
    expectVoucher(input(124680, lines, { accounts: disputed, feeTreatment: { kind: "exempt" } }), [
      ["1930", 124680, 0],
      ["1689", 60320, 0],
      ["6570", 15000, 0],
      ["1580", 0, 200000],
    ]);
  });

  it("E3: takes a won chargeback back as money that still stands at the PSP", () => {
    const lines = [balance("1", 60320, "chargeback"), balance("2", -60320, "carry_over")];
    expectVoucher(input(0, lines, { accounts: disputed }), [
      ["1580", 60320, 0],
      ["1689", 0, 60320],
    ]);
  });

  it("F1 and F2: holds a reserve and releases it without income or VAT", () => {
    const mapped = accounts({
      receivableAccount: "1580",
      reserveAccount: "1689",
      feeVatAccount: "2645",
      outgoingVatAccount: "2614",
    });
    const held = [sale("1", 1_000_000), balance("2", -100_000, "reserve"), fee("3", 20_000)];
    expectVoucher(input(880_000, held, { accounts: mapped, feeTreatment: reverse }), [
      ["1930", 880000, 0],
      ["1689", 100000, 0],
      ["6570", 20000, 0],
      ["1580", 0, 1000000],
      ["2645", 5000, 0],
      ["2614", 0, 5000],
    ]);
    expectVoucher(input(100_000, [balance("1", 100_000, "reserve")], { accounts: mapped, feeTreatment: reverse }), [
      ["1930", 100000, 0],
      ["1689", 0, 100000],
    ]);
  });

  /** EUR 100.00 booked as 1,120.00 SEK, paid at another rate. */
  const abroad = (paidForMinor: number, feeMinor: number) =>
    booked(line("1", paidForMinor, { feeMinor }), settlesWith("fx", paidForMinor - 112000, ["1", 112000]));
  const exchange = accounts({ fxGainAccount: "3960", fxLossAccount: "7960" });

  it("G1: books an exchange loss", () => {
    expectVoucher(input(108290, [abroad(110500, 2210)], { accounts: exchange }), [
      ["1930", 108290, 0],
      ["6570", 2210, 0],
      ["7960", 1500, 0],
      ["1510", 0, 112000],
    ]);
  });

  it("G2: books an exchange gain", () => {
    expectVoucher(input(110740, [abroad(113000, 2260)], { accounts: exchange }), [
      ["1930", 110740, 0],
      ["6570", 2260, 0],
      ["1510", 0, 112000],
      ["3960", 0, 1000],
    ]);
  });

  it("H: puts a rounded invoice's öre on their own account, on a method with its own settlement account", () => {
    const match = settlesWith("rounding", 20, ["1", 60300]);
    const mapped = accounts({
      roundingAccount: "3740",
      methods: [{ connectionId: CONNECTION, paymentMethod: "CREDITCARDS", account: "1580" }],
    });
    expectVoucher(input(60320, [booked(line("1", 60320, { method: "CREDITCARDS" }), match)], { accounts: mapped }), [
      ["1580", 60320, 0],
      ["1510", 0, 60300],
      ["3740", 0, 20],
    ]);
  });
});

describe("the payout import", () => {
  it("adds up per document, as the agreed example does, with a fee line that its references lead to the invoice", () => {
    const lines = [
      booked(line("2", 243500), settles(["42580", 243500]), "QLIRO-4510023"),
      booked(
        line("1", -4566, { type: "fee", feeVatMinor: 913 }),
        { kind: "fee", document: { kind: "invoice", number: "42580" } },
        "QLIRO-4510023",
      ),
    ];
    const booking = bookingOf({
      ...input(238934, lines),
      header: header(238934, { externalId: "778", date: "2026-01-05" }),
    });
    expect(booking).toEqual({
      kind: "book_payout",
      externalNumber: "qliro-2026-01-05-778",
      source: "qliro",
      date: "2026-01-05",
      currency: "SEK",
      bankAmountMinor: 238934,
      rows: [
        {
          kind: "bank_payment",
          invoiceNumber: "42580",
          amountMinor: 238934,
          account: "1930",
          reference: "QLIRO-4510023",
        },
        { kind: "cost", invoiceNumber: "42580", amountMinor: 3653, account: "6570", reference: "QLIRO-4510023" },
        { kind: "cost_vat", invoiceNumber: "42580", amountMinor: 913, account: "2641", reference: "QLIRO-4510023" },
      ],
      voucher: [
        { account: "1930", debitMinor: 238934, creditMinor: 0, text: "QLIRO 2026-01-05 payout 778" },
        { account: "6570", debitMinor: 3653, creditMinor: 0, text: "QLIRO 2026-01-05 payout 778: fee" },
        { account: "2641", debitMinor: 913, creditMinor: 0, text: "QLIRO 2026-01-05 payout 778: fee VAT" },
        {
          account: "1510",
          debitMinor: 0,
          creditMinor: 243500,
          text: "QLIRO 2026-01-05 payout 778: invoice 42580 QLIRO-4510023",
        },
      ],
    });
  });

  it("gives a fee without a document rows of its own that add up to nothing", () => {
    const { rows } = bookingOf(input(8750, [sale("1", 10000), fee("2", 1000, 250)]));
    expect(rows.map((row) => [row.kind, row.invoiceNumber, row.amountMinor])).toEqual([
      ["bank_payment", "1", 10000],
      ["bank_payment", null, -1250],
      ["cost", null, 1000],
      ["cost_vat", null, 250],
    ]);
  });

  it("leaves a fee out of a document that another payout settles", () => {
    const late = booked(line("2", -100, { type: "fee" }), { kind: "fee", document: { kind: "invoice", number: "77" } });
    const { rows } = bookingOf(input(9900, [sale("1", 10000), late]));
    expect(rows.filter((row) => row.invoiceNumber === "77")).toEqual([]);
  });

  it("shows refunds negative", () => {
    const { rows, bankAmountMinor } = bookingOf(input(-22410, [sale("1", -22410)]));
    expect(bankAmountMinor).toBe(-22410);
    expect(rows).toMatchObject([{ kind: "bank_payment", invoiceNumber: "1", amountMinor: -22410 }]);
  });

  it("shares the fee of one line among the documents it settles, to the öre", () => {
    const group = booked(
      line("1", 1000, { feeMinor: 100, feeVatMinor: 25 }),
      settles(["11", 333], ["12", 333], ["13", 334]),
    );
    const { rows } = bookingOf(input(875, [group]));
    for (const [number, total] of [
      ["11", 333],
      ["12", 333],
      ["13", 334],
    ] as const) {
      const own = rows.filter((row) => row.invoiceNumber === number);
      expect(own.reduce((sum, row) => sum + row.amountMinor, 0)).toBe(total);
    }
    const cost = rows.filter((row) => row.kind === "cost").reduce((sum, row) => sum + row.amountMinor, 0);
    expect(cost).toBe(100);
  });

  it("numbers the second version of a payout apart from the first", () => {
    expect(bookingOf(input(100, [sale("1", 100)], { version: 2 })).externalNumber).toBe("qliro-2026-01-14-778812-v2");
  });

  it("books a resolved line on the account that a person named", () => {
    const lines = [
      sale("1", 100),
      booked(line("2", -40, { type: "adjustment" }), { kind: "account", account: "6350" }),
    ];
    expectVoucher(input(60, lines), [
      ["1930", 60, 0],
      ["6350", 40, 0],
      ["1510", 0, 100],
    ]);
  });
});

describe("what is not booked", () => {
  const code = (of: BookingInput) => {
    const built = buildBooking(of);
    return built.ok ? "booked" : `${built.error.code}: ${built.error.detail}`;
  };

  it("stops when the lines do not foot, before anything else is looked at", () => {
    expect(code(input(99, [booked(line("1", 100), null)]))).toMatch(/^PAYOUT_DOES_NOT_FOOT/);
    expect(code(input(100, [booked(line("1", 100, { currency: "EUR" }), null)]))).toMatch(/^PAYOUT_CURRENCY_MISMATCH/);
  });

  it("waits for open lines and names them", () => {
    expect(code(input(200, [sale("1", 100), booked(line("2", 100), null)]))).toBe(
      "PAYOUT_LINES_OPEN: 1 of 2 lines are open: 2.",
    );
  });

  it("names every account that is needed and missing, and no other", () => {
    const lines = [sale("1", 1000), balance("2", -100, "reserve"), balance("3", -100, "chargeback")];
    expect(code(input(800, lines, { accounts: accounts({ payoutAccount: "" }) }))).toBe(
      "SETTLEMENT_ACCOUNT_MISSING: Not mapped: chargebackAccount, payoutAccount, reserveAccount.",
    );
    expect(code(input(100, [sale("1", 100)], { accounts: null }))).toMatch(/^SETTLEMENT_ACCOUNT_MISSING/);
    expect(code(input(100, [sale("1", 100)], { accounts: accounts({ feeVatAccount: "" }) }))).toBe("booked");
  });

  it("stops when the PSP deducted VAT that the setting excludes", () => {
    const lines = [sale("1", 1000), fee("2", 100, 25)];
    expect(code(input(875, lines, { feeTreatment: { kind: "exempt" } }))).toBe(
      'PAYOUT_FEE_VAT_CONTRADICTS: Line 2 states VAT of 0.25 SEK on the fee; the setting is "exempt".',
    );
    expect(code(input(875, lines, { feeTreatment: { kind: "reverse_charge", vatRateBps: 2500 } }))).toMatch(
      /^PAYOUT_FEE_VAT_CONTRADICTS/,
    );
  });

  it("treats a movement that is settled twice, or a match that does not add up, as a defect", () => {
    const twice = [booked(line("1", 100), settles(["1", 100])), booked(line("2", 100), settles(["1", 100]))];
    expect(() => buildBooking(input(200, twice))).toThrow("second time");
    expect(() => buildBooking(input(100, [booked(line("1", 100), settles(["1", 90]))]))).toThrow();
  });
});

describe("every booking", () => {
  const everyAccount = accounts({
    outgoingVatAccount: "2614",
    roundingAccount: "3740",
    fxGainAccount: "3960",
    fxLossAccount: "7960",
    reserveAccount: "1688",
    chargebackAccount: "1689",
    carryOverAccount: "1580",
    methods: [{ connectionId: CONNECTION, paymentMethod: "CREDITCARDS", account: "1941" }],
  });
  const method = fc.constantFrom("QLIRO_INVOICE", "CREDITCARDS");
  const amount = fc.integer({ min: -1e7, max: 1e7 });
  const fees = fc.record({ feeMinor: fc.nat(1e5), feeVatMinor: fc.nat(2e4) });
  const documentLine = fc
    .record({ parts: fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 4 }), fees, method })
    .chain(({ parts, fees, method }) =>
      fc.record({ sign: fc.constantFrom(1, -1), gap: fc.integer({ min: -50, max: 50 }) }).map(({ sign, gap }) => ({
        make(id: string): BookingLine {
          const documents = parts.map((part, index): [string, number] => [`${id}-${index}`, sign * part]);
          const total = documents.reduce((sum, [, minor]) => sum + minor, 0);
          const match = settlesWith("rounding", gap, ...documents);
          return booked(line(id, total + gap, { type: sign > 0 ? "sale" : "refund", method, ...fees }), match, id);
        },
      })),
    );
  const otherLine = fc
    .record({
      kind: fc.constantFrom("reserve" as const, "chargeback" as const, "carry_over" as const, "fee" as const),
      amount,
      vat: fc.nat(100),
      method,
    })
    .map(({ kind, amount, vat, method }) => ({
      make(id: string): BookingLine {
        if (kind === "fee") {
          const feeLine = line(id, amount, { type: "fee", feeVatMinor: vat, method });
          return booked(feeLine, { kind: "fee", document: { kind: "invoice", number: "l0-0" } });
        }
        return balance(id, amount, kind);
      },
    }));
  const payout = fc
    .array(fc.oneof(documentLine, otherLine), { minLength: 1, maxLength: 20 })
    .map((makers) => makers.map((maker, index) => maker.make(`l${index}`)));
  const paid = (lines: BookingLine[]) => lines.reduce((sum, each) => sum + netOf(each.line), 0);

  it("balances, foots to the bank amount, and adds up per document", () => {
    fc.assert(
      fc.property(payout, (lines) => {
        const { rows, voucher } = bookingOf(input(paid(lines), lines, { accounts: everyAccount }));
        expect(voucher.reduce((sum, row) => sum + row.debitMinor - row.creditMinor, 0)).toBe(0);
        expect(voucher.every((row) => row.debitMinor >= 0 && row.creditMinor >= 0)).toBe(true);
        const bank = rows.filter((row) => row.kind === "bank_payment").reduce((sum, row) => sum + row.amountMinor, 0);
        expect(bank).toBe(paid(lines));
        const due = new Map<string | null, number>([[null, 0]]);
        for (const { match } of lines) {
          if (match?.kind !== "documents") continue;
          for (const document of match.documents) due.set(document.number, document.amountMinor);
        }
        const got = new Map<string | null, number>([[null, 0]]);
        for (const row of rows) got.set(row.invoiceNumber, (got.get(row.invoiceNumber) ?? 0) + row.amountMinor);
        expect(got).toEqual(due);
      }),
    );
  });

  it("carries the stated fee VAT whole, and touches no account of sales", () => {
    fc.assert(
      fc.property(payout, (lines) => {
        const { voucher } = bookingOf(input(paid(lines), lines, { accounts: everyAccount }));
        const stated = lines.reduce((sum, { line: each }) => {
          const sign = each.type === "fee" && each.amountMinor > 0 ? -1 : 1;
          return sum + sign * each.feeVatMinor;
        }, 0);
        const vat = voucher.filter((row) => row.account === "2641");
        expect(vat.reduce((sum, row) => sum + row.debitMinor - row.creditMinor, 0)).toBe(stated);
        expect(voucher.some((row) => /^30|^26[123]/.test(row.account))).toBe(false);
      }),
    );
  });

  it("is the same for shuffled lines", () => {
    const shuffledPayout = payout.chain((lines) =>
      fc
        .shuffledSubarray(lines, { minLength: lines.length, maxLength: lines.length })
        .map((shuffled) => ({ lines, shuffled })),
    );
    fc.assert(
      fc.property(shuffledPayout, ({ lines, shuffled }) => {
        const of = input(paid(lines), lines, { accounts: everyAccount });
        expect(bookingOf({ ...of, lines: shuffled })).toEqual(bookingOf(of));
      }),
    );
  });
});

describe("parts and corrections", () => {
  const ofCards = { connectionId: CONNECTION, feeType: "CARD", treatment: "reverse_charge" } as const;
  const mapped = accounts({ feeTreatments: [ofCards], reverseChargeVatAccount: "2645", outgoingVatAccount: "2614" });

  it("treat fees of one payout by their types: stated VAT here, reverse charge there", () => {
    const lines = [
      sale("1", 100_000),
      booked(line("2", -1_250, { type: "fee", feeVatMinor: 250 }), { kind: "fee", document: null }),
      booked(line("3", -2_000, { type: "fee", method: "CARD" }), { kind: "fee", document: null }),
    ];
    expectVoucher(input(96_750, lines, { accounts: mapped }), [
      ["1930", 96_750, 0],
      ["6570", 3_000, 0],
      ["2641", 250, 0],
      ["1510", 0, 100_000],
      ["2645", 500, 0],
      ["2614", 0, 500],
    ]);
  });

  it("of any size come to the whole, reverse charge VAT included", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ amount: fc.integer({ min: 100, max: 99_999 }), fee: fc.integer({ min: 0, max: 99 }) }), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.integer({ min: 1, max: 7 }),
        (drafts, size) => {
          const lines = drafts.map(({ amount, fee: cost }, index) => {
            const id = String(index).padStart(3, "0");
            return booked(line(id, amount, { method: "CARD", feeMinor: cost }), settles([id, amount]));
          });
          const sums = (rows: VoucherRow[]) => {
            const all: Record<string, number> = {};
            for (const { account, debitMinor, creditMinor } of rows)
              all[account] = (all[account] ?? 0) + debitMinor - creditMinor;
            return Object.fromEntries(Object.entries(all).filter(([, minor]) => minor !== 0));
          };
          const paid = (of: BookingLine[]) => of.reduce((sum, each) => sum + netOf(each.line), 0);
          const whole = sums(bookingOf(input(paid(lines), lines, { accounts: mapped })).voucher);
          const rows: VoucherRow[] = [];
          let feesBefore: ReadonlyMap<number, number> = new Map();
          for (let start = 0, number = 1; start < lines.length; start += size, number += 1) {
            const part = lines.slice(start, start + size);
            const of = input(paid(part), part, { accounts: mapped, part: { number, of: 9, feesBefore } });
            const built = bookingOf(of);
            expect(built.voucher.reduce((sum, row) => sum + row.debitMinor - row.creditMinor, 0)).toBe(0);
            expect(built.externalNumber.endsWith(`-p${number}`)).toBe(number > 1);
            rows.push(...built.voucher);
            feesBefore = addReverseCharge(
              feesBefore,
              part.map((each) => each.line),
              (each) => treatmentOf(mapped, CONNECTION, each),
            );
          }
          expect(sums(rows)).toEqual(whole);
        },
      ),
    );
  });

  it("E3: a won chargeback moves to the receivable on the provider, by counter-entries that name no document", () => {
    const opened = balance("2", -60_320, "chargeback");
    const won = booked(opened.line, { kind: "account", account: "1580" });
    const of = input(0, [won], {
      header: header(0),
      version: 2,
      countered: [opened],
      accounts: accounts({ chargebackAccount: "1689" }),
    });
    expectVoucher(of, [
      ["1580", 60_320, 0],
      ["1689", 0, 60_320],
    ]);
    expect(bookingOf(of).rows.every((row) => row.invoiceNumber === null)).toBe(true);
  });

  it("take a paid invoice back by its receivable, because a document cannot be unpaid", () => {
    const paid = sale("1", 10_000);
    const wrong = booked(paid.line, { kind: "account", account: "2999" });
    const of = input(0, [wrong], { version: 2, countered: [paid] });
    expectVoucher(of, [
      ["1510", 10_000, 0],
      ["2999", 0, 10_000],
    ]);
    expect(bookingOf(of)).toMatchObject({ bankAmountMinor: 0 });
  });

  it("of the clearing model name no document: one row against the clearing account", () => {
    const clearing = accounts({ bookingModel: "clearing", clearingAccount: "1580", bankCostAccount: "6570" });
    const of = input(210_360, [sale("1", 60_320), sale("2", 154_900), fee("3", 4_860)], { accounts: clearing });
    expectVoucher(of, [
      ["1930", 210_360, 0],
      ["6570", 4_860, 0],
      ["1580", 0, 215_220],
    ]);
    expect(bookingOf(of).rows.every((row) => row.invoiceNumber === null)).toBe(true);
  });
});

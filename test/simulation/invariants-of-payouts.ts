// What must hold of settlements and their bookings at the end.
import { factsOf, hasMark, sum } from "./order-facts.ts";
import type { Ending } from "./simulate.ts";

export const brokenPayouts = (ending: Ending): string[] => [
  ...settledOnce(ending),
  ...bookedBalances(ending),
  ...bookedIsPaid(ending),
  ...cleanBatchesAreBooked(ending),
  ...secondRunChangesNothing(ending),
];

/** No movement is settled twice, and no invoice is paid by two imports. */
function settledOnce({ books, truth }: Ending): string[] {
  const settled = books.entries
    .filter(({ kind }) => kind === "settled")
    .map((each) => `${each.order_id} ${each.parent}`);
  const paid = truth.specter.imports.flatMap((made) => [
    ...new Set(made.rows.flatMap((row) => (row.invoiceId === null ? [] : [`invoice ${row.invoiceId}`]))),
  ]);
  return twice([...settled, ...paid]).map((name) => `${name} is settled twice`);
}

const twice = (names: readonly string[]): string[] => names.filter((name, index) => names.indexOf(name) !== index);

/** A booked payout has a voucher that balances, and one import in the ERP with the amount of the bank. */
function bookedBalances({ books, truth }: Ending): string[] {
  return books.payouts
    .filter(({ state }) => state === "booked")
    .flatMap((payout) => {
      const debit = sum(payout.voucher.map((row) => row.debitMinor));
      const credit = sum(payout.voucher.map((row) => row.creditMinor));
      const imports = truth.specter.imports.filter((made) => made.externalPayoutId.includes(payout.external_id));
      if (payout.voucher.length === 0 || debit !== credit) return [`${payout.id}: debit ${debit}, credit ${credit}`];
      if (payout.balanced !== 1) return [`${payout.id} is booked and not proven`];
      if (imports.length !== 1) return [`${payout.external_id} has ${imports.length} imports`];
      return imports[0]?.bankAmountMinor === payout.paid_minor ? [] : [`${payout.external_id}: wrong bank amount`];
    });
}

/** The booked amount is what Qliro says it paid. */
function bookedIsPaid({ books, truth, play }: Ending): string[] {
  return books.payouts
    .filter(({ state }) => state === "booked")
    .flatMap((payout) => {
      const batch = truth.qliro.batches.find((each) => payout.external_id === String(each.id));
      if (!batch) return [`${payout.external_id} is no batch of Qliro`];
      return play.spoiltBatches.has(batch.id) ? [`batch ${batch.batchId} does not foot and is booked`] : [];
    });
}

/** A batch about orders without a stop or a person's hand in it is booked at the end. */
function cleanBatchesAreBooked(ending: Ending): string[] {
  const orders = factsOf(ending);
  return ending.truth.qliro.batches.flatMap((batch) => {
    if (ending.play.spoiltBatches.has(batch.id)) return [];
    const clean = batch.lines.every((line) => {
      const facts = orders.find((each) => each.qliro.orderId === line.orderId);
      return (
        line.orderId === null ||
        (facts !== undefined &&
          facts.stops.length === 0 &&
          !hasMark(facts, "portal capture", "discarded", "resolved", "debit", "fee", "removed", "rows changed"))
      );
    });
    const payout = ending.books.payouts.find((each) => each.external_id === String(batch.id));
    if (!clean || payout?.state === "booked") return [];
    const lines = ending.books.payoutLines
      .filter((line) => line.payout_id === payout?.id && line.state !== "matched")
      .map((line) => `${line.type} ${line.amount_minor} ${line.state}: ${line.reason}`);
    return [
      `batch ${batch.batchId} is ${payout?.state ?? "unknown"}: ${payout?.code} ${payout?.detail} ${lines.join(" | ")}`,
    ];
  });
}

/** Running again changes no proof, makes no import and books nothing new. */
function secondRunChangesNothing({ books, truth, later }: Ending): string[] {
  const changed = later.books.payouts.filter((after) => {
    const before = books.payouts.find((each) => each.id === after.id);
    return before && before.state === "booked" && before.hash !== after.hash;
  });
  const imports = later.truth.specter.imports.length - truth.specter.imports.length;
  return [...changed.map(({ id }) => `${id} has another hash`), ...(imports === 0 ? [] : [`${imports} new imports`])];
}

// An order and a payout as a person wants to read them in a terminal.

import { formatAmount, type Money } from "../../src/domain/money.ts";
import type { OrderView, PayoutView } from "../../src/durable/views.ts";
import { table } from "./table.ts";

export const amountText = ({ amountMinor, currency }: Money): string =>
  `${formatAmount(amountMinor, currency)} ${currency}`;

/** A zero is left open, as in a ledger. */
const cell = ({ amountMinor, currency }: Money): string =>
  amountMinor === 0 ? "" : formatAmount(amountMinor, currency);

/** Sums of the sandbox, which are in minor units, as words. */
export const wordsOf = (sums: object): string =>
  Object.entries(sums)
    .map(([name, minor]) => `${name.replace(/Minor$/, "")} ${formatAmount(Number(minor), "SEK")}`)
    .join(", ");

/** The time of day in UTC, with milliseconds: steps follow each other fast. */
const clock = (at: string): string => at.slice(11, 23);

export function orderTables(order: OrderView): string[] {
  const timeline = table(
    [{ title: "Time (UTC)" }, { title: "What" }, { title: "Detail" }],
    order.timeline.map((item) => [clock(item.at), item.title, item.detail]),
  );
  const documents = table(
    [{ title: "Document" }, { title: "Number" }, { title: "Amount", right: true }, { title: "Belongs to" }],
    order.documents.map((document) => [
      document.kind.replaceAll("_", " "),
      document.number,
      formatAmount(document.amount.amountMinor, document.amount.currency),
      document.links.map((link) => `${link.kind} ${link.number}`).join(", "),
    ]),
  );
  const heading = `Order ${order.orderNumber ?? order.id}, ${order.status.replaceAll("_", " ")}`;
  return [`${heading}: its timeline`, "", ...timeline, "", "Its documents in Specter", "", ...documents];
}

export function payoutTables(payout: PayoutView): string[] {
  const lines = table(
    [
      { title: "Line" },
      { title: "Reference" },
      { title: "Amount", right: true },
      { title: "Fee", right: true },
      { title: "VAT on it", right: true },
      { title: "State" },
      { title: "Matched with" },
    ],
    payout.lines.map((line) => [
      line.type,
      line.reference,
      cell(line.amount),
      cell(line.fee),
      cell(line.feeVat),
      line.state,
      line.match ? `${line.match.documentKind.replaceAll("_", " ")} ${line.match.documentNumber}` : "",
    ]),
  );
  const { rows, number } = payout.voucher;
  const sum = (side: "debit" | "credit"): Money => ({
    amountMinor: rows.reduce((total, row) => total + row[side].amountMinor, 0),
    currency: payout.amount.currency,
  });
  const voucher = table(
    [{ title: "Account" }, { title: "Debit", right: true }, { title: "Credit", right: true }, { title: "Text" }],
    [...rows.map((row) => [row.account, cell(row.debit), cell(row.credit), row.text])].concat([
      ["Sum", cell(sum("debit")), cell(sum("credit")), payout.proof.balanced ? "balanced" : "NOT balanced"],
    ]),
  );
  const name = `Payout ${payout.reference} of ${payout.date}, ${amountText(payout.amount)}, ${payout.state}`;
  return [
    `${name}: its lines`,
    "",
    ...lines,
    "",
    `Its voucher in Specter, ${number ?? "no number yet"}`,
    "",
    ...voucher,
  ];
}
